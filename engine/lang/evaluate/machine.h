#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_MACHINE_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_MACHINE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"
#include "engine/lang/evaluate/environment.h"
#include "engine/lang/evaluate/origins.h"
#include "engine/lang/evaluate/scope.h"
#include "engine/lang/evaluate/transcript.h"
#include "engine/lang/function.h"
#include "engine/lang/limits.h"
#include "engine/lang/types.h"
#include "engine/value/ops.h"

namespace fluxgate::lang {

class ValueCopier;

// The variables of one running body.
struct Frame {
  enum class Signal : uint8_t { kNone, kBreak, kContinue, kReturn };

  explicit Frame(const Code* c);

  const Code* code;
  absl::InlinedVector<Value, 6> slots;
  // Break, continue and return travel as a failed status that carries nothing: see Jump.
  Signal signal = Signal::kNone;
  Value result;  // of return
  // What `end` and `begin` refer to inside an index.
  struct Indexing {
    const Value* object;
    int dim;
    int count;
  };
  const Indexing* indexing = nullptr;
  const Node* failed = nullptr;  // the innermost node of this body that failed
};

// A local variable without a value: no character that text can make.
inline Value Undefined() { return Value::Char(0xFFFFFFFFu); }
inline bool IsUndefined(const Value& v) {
  return v.is(Kind::kChar) && v.character() == 0xFFFFFFFFu;
}

// A Chain's layers, or null: it is indexed and walked like the tuple of them.
const Value* ChainLayers(const Value& value);

// Arguments of a call, in the order in which they were evaluated.
struct CallArguments {
  absl::InlinedVector<Value, 4> positional;
  Keywords keywords;
};

// Evaluates syntax trees. Its parts are in the files of this folder, by kind of syntax.
class Machine final : public Evaluator {
 public:
  explicit Machine(Host& host);
  ~Machine() override;

  // ---- Evaluator ----
  Ops& ops() override { return ops_; }
  Host& host() override { return host_; }
  absl::StatusOr<Value> Call(const Value& f, absl::Span<const Value> arguments) override {
    return CallWith(f, arguments, {});
  }
  absl::StatusOr<Value> CallWith(const Value& f, absl::Span<const Value> arguments,
                                 const Keywords& keywords) override;
  absl::StatusOr<Value> CallPart(absl::string_view field, int index, const Value& part,
                                 absl::Span<const Value> inputs) override;
  absl::StatusOr<Value> Broadcast(const Value& f, absl::Span<const Value> arguments) override;
  bool training() const override { return training_ > 0; }
  absl::StatusOr<Value> Random(DType dtype, Shape shape,
                               ir::RandomAttr::Distribution distribution) override;
  absl::StatusOr<Value> Lookup(absl::string_view name) override;
  absl::Status Throw(const Value& exception) override;
  Value CurrentException() const override;
  absl::StatusOr<Value> CallExtension(absl::string_view name, absl::Span<const Value> arguments,
                                      bool* found) override;
  absl::StatusOr<std::string> PrintText(const Value& value) override;
  absl::StatusOr<std::string> ReprText(const Value& value) override;
  absl::Status Step(int weight = 1) override { return meter_.Step(weight); }
  absl::Status CheckElements(int64_t elements, int64_t bytes_each = 0) override {
    return meter_.CheckElements(elements, bytes_each);
  }

  // ---- For the interpreter ----
  Environment& environment() { return environment_; }
  const Environment& environment() const { return environment_; }
  Meter& meter() { return meter_; }
  // Becomes, before its first evaluation, a copy of `other`: names, functions, types, methods.
  absl::Status CopyDefinitions(const Machine& other, ValueCopier& copier);
  // Evaluates the program's statements at top level; `last` receives the last one.
  absl::StatusOr<Value> Run(const std::shared_ptr<const Program>& program, const Node** last);
  absl::StatusOr<std::string> DisplayText(const Value& value);

  // ---- For a script of the workspace ----
  const Transcript& transcript() const { return transcript_; }
  // To be called after each training; the statement at top level that is running is noted.
  void NoteTraining() { trained_ = true; }
  // The definitions, each once, of methods of the library's functions, of calls of objects and of
  // constructors outside of their types.
  std::vector<Excerpt> MethodsBeyondNames() const;
  // Whether T(fields...) makes one with just these fields.
  bool TakesItsFields(const StructType& type) const;

  absl::Status CheckStack() const {
    return meter_.HasStack() ? absl::OkStatus() : meter_.StackOverflow();
  }

  // Lays aside, for the life of the object, what an evaluation has under way: others may evaluate
  // meanwhile, on other threads.
  class Interlude {
   public:
    explicit Interlude(Machine& machine);
    ~Interlude();
    Interlude(const Interlude&) = delete;
    Interlude& operator=(const Interlude&) = delete;

   private:
    Machine& machine_;
    const ScopedTrace no_trace_;
    const Meter meter_;
    const int training_;
    Origins* const origins_;
    const bool trained_;
    std::vector<Value> handling_;
  };

  // Train mode while the object lives.
  class Training {
   public:
    explicit Training(Machine& machine) : machine_(machine) { ++machine_.training_; }
    ~Training() { --machine_.training_; }
    Training(const Training&) = delete;
    Training& operator=(const Training&) = delete;

   private:
    Machine& machine_;
  };

  // Where the nodes of the active trace come from is written to `origins` while the object lives.
  class Noting {
   public:
    Noting(Machine& machine, Origins& origins)
        : machine_(machine), former_(std::exchange(machine.origins_, &origins)) {}
    ~Noting() { machine_.origins_ = former_; }
    Noting(const Noting&) = delete;
    Noting& operator=(const Noting&) = delete;

   private:
    Machine& machine_;
    Origins* const former_;
  };

  // Optimiser states of bare rules that train implicit parameters, by rule object.
  struct ImplicitState {
    Value rule;
    absl::flat_hash_map<uint64_t, Value> leaves;  // by storage id
  };
  absl::flat_hash_map<const Object*, ImplicitState>& implicit_states() { return implicit_states_; }

  // Runs a body in a frame whose slots are filled; a `return` ends it.
  absl::StatusOr<Value> RunBody(const Node& body, Frame& frame);

  // One step of evaluation. The innermost failing node gives an error its position.
  absl::StatusOr<Value> Eval(const Node& node, Frame& frame);
  // Binds the value to a target: a name, a tuple of targets, an element, a field.
  absl::Status AssignTo(const Node& target, const Value& value, Frame& frame);
  void EnterScope(int32_t scope, Frame& frame);
  absl::StatusOr<bool> EvalCondition(const Node& node, Frame& frame);

 private:
  absl::StatusOr<Value> Dispatch(const Node& node, Frame& frame);
  absl::StatusOr<Value> DispatchNoted(const Node& node, Frame& frame);
  absl::Status Locate(absl::Status status, const Node& node, Frame& frame) const;
  // The status that carries a break, continue or return up to where it stops.
  static absl::Status Jump(Frame& frame, Frame::Signal signal);

  // ---- machine.cc ----
  absl::StatusOr<Value> EvalIdentifier(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalBlock(const Node& node, Frame& frame);
  absl::Status UndefinedVariable(const std::string& name);
  // The exception that a failed status carries, as catch sees it.
  Value TakeException(const absl::Status& status);
  // The box of a variable that closures share.
  static BoxPtr BoxOf(Frame& frame, int32_t slot);

  // ---- operators.cc ----
  absl::StatusOr<Value> EvalBinary(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalUnary(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalComparison(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalLogical(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalRange(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalPair(const Node& node, Frame& frame);
  // a op b by name, dotted or not, with users' methods. `code` keeps what the name was resolved to.
  absl::StatusOr<Value> ApplyBinary(absl::string_view op, int32_t* code, const Value& a,
                                    const Value& b);
  absl::StatusOr<Value> FunctionNamed(const std::string& name);
  absl::StatusOr<bool> ToCondition(const Value& value);

  // ---- calls.cc ----
  absl::StatusOr<Value> EvalCall(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalDotCall(const Node& node, Frame& frame);
  absl::Status EvalArguments(const Node& node, size_t first, Frame& frame, CallArguments* out);
  absl::Status EvalKeyword(const Node& node, Frame& frame, Keywords* out);
  absl::StatusOr<Value> CallGeneric(const GenericFunction& function, const Value& self,
                                    absl::Span<const Value> arguments, const Keywords& keywords);
  absl::StatusOr<Value> CallFunctionObject(const Value& f, absl::Span<const Value> arguments,
                                           const Keywords& keywords);
  static void SetSlot(Frame& frame, int32_t slot, Value value);
  absl::StatusOr<Value> Invoke(const Method& method, const Value& self,
                               absl::Span<const Value> arguments, const Keywords& keywords,
                               const TypeBindings& bindings);
  absl::Status BindArguments(const Method& method, absl::Span<const Value> arguments, Frame& frame);
  absl::Status BindKeywords(absl::Span<const Value> arguments, const Keywords& keywords,
                            Frame& frame);
  absl::Status BindParameter(const Code::Parameter& parameter, Value value, Frame& frame);
  absl::StatusOr<Value> CallNative(const Builtin& builtin, absl::Span<const Value> arguments,
                                   const Keywords& keywords);
  absl::StatusOr<Value> CallStruct(const Value& self, absl::Span<const Value> arguments,
                                   const Keywords& keywords);
  // Tries users' methods for a built-in name.
  absl::StatusOr<Value> TryExtension(const std::string& name, absl::Span<const Value> arguments,
                                     const Keywords& keywords, bool* found);
  absl::Status NotCallable(const Value& f) const;
  absl::Status AddTrace(absl::Status status, const Frame& frame) const;

  // MethodError of "f(::Int64; z::Bool)".
  static absl::Status NoMethod(absl::string_view name, absl::Span<const Value> arguments,
                               const Keywords& keywords);

  // ---- constructors.cc ----
  absl::StatusOr<Value> CallType(const Value& type, absl::Span<const Value> arguments,
                                 const Keywords& keywords);
  absl::StatusOr<Value> CallBuiltinType(const Value& callee, const Type& type,
                                        absl::Span<const Value> arguments,
                                        const Keywords& keywords);
  absl::StatusOr<Value> ConstructStruct(const std::shared_ptr<const StructType>& type,
                                        std::vector<TypePtr> parameters,
                                        absl::Span<const Value> arguments);

  // ---- assign.cc ----
  absl::StatusOr<Value> EvalAssign(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalDottedAssign(const Node& node, Frame& frame);
  absl::Status AssignName(const Node& target, Value value, Frame& frame);
  absl::Status AssignTuple(const Node& target, const Value& value, Frame& frame);
  absl::Status AssignField(const Value& object, const std::string& name, const Value& value);
  absl::StatusOr<Value> EvalDeclaration(const Node& node, Frame& frame);

  // ---- control.cc ----
  absl::StatusOr<Value> EvalIf(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalWhile(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalFor(const Node& node, Frame& frame);
  absl::Status RunFor(const Node& node, size_t clause, std::vector<Value>* elements, Frame& frame,
                      bool* stop);
  absl::StatusOr<Value> EvalLet(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalTry(const Node& node, Frame& frame);
  // Runs a loop's body once. `stop` is set by break.
  absl::Status RunLoopBody(const Node& body, Frame& frame, bool* stop);

  // ---- collections.cc ----
  absl::StatusOr<std::vector<Value>> EvalElements(const Node& node, size_t first, Frame& frame);
  absl::StatusOr<Value> EvalNamedTuple(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalMatrix(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalTypedVector(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalInterpolated(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalIndex(const Node& node, Frame& frame);
  absl::Status EvalIndices(const Node& node, const Value& object, Frame& frame,
                           absl::InlinedVector<Value, 4>* out);
  absl::StatusOr<Value> IndexValue(const Value& object, absl::Span<const Value> indices,
                                   bool as_view);
  absl::Status SetIndexValue(const Value& object, absl::Span<const Value> indices,
                             const Value& value);
  absl::StatusOr<Value> EvalEnd(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalField(const Node& node, Frame& frame);
  absl::StatusOr<Value> GetField(const Value& object, const std::string& name);
  absl::StatusOr<Value> EvalComprehension(const Node& node, Frame& frame);
  absl::StatusOr<Value> ConvertShape(const Value& vector, const Shape& shape);

  // ---- definitions.cc ----
  absl::StatusOr<Value> EvalFunction(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalLambda(const Node& node, Frame& frame);
  absl::StatusOr<Method> MakeMethod(const std::shared_ptr<const Code>& code, const Node& parameters,
                                    const TypeBindings& variables, Frame& frame);
  // Adds the method and, for each default, one that takes fewer arguments.
  void AddMethods(GenericFunction& function, const Method& method);
  absl::StatusOr<Value> EvalStruct(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalAbstractType(const Node& node, Frame& frame);
  absl::StatusOr<Value> DefineCallable(const Node& node, const Method& method,
                                       const TypeBindings& variables, Frame& frame);
  absl::StatusOr<Value> DefineMember(const Node& node, const Method& method, Frame& frame);
  absl::StatusOr<Value> EvalUsing(const Node& node, Frame& frame);
  // Makes a package's member visible under a name.
  void Expose(const std::string& member, const std::string& name);
  absl::StatusOr<TypeBindings> WhereVariables(const std::vector<std::string>& names,
                                              const Node* bounds, Frame& frame);

  // ---- types.cc ----
  absl::StatusOr<TypePtr> EvalType(const Node& node, const TypeBindings& variables, Frame& frame);
  absl::StatusOr<Value> EvalTypeApply(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalTypeAnnotation(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalWhere(const Node& node, Frame& frame);

  // ---- macros.cc ----
  absl::StatusOr<Value> EvalMacro(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalLayerMacro(const Node& node, Frame& frame);
  absl::StatusOr<Value> EvalLogMacro(const Node& node, Frame& frame);

  // ---- text.cc ----
  template <typename F>
  absl::StatusOr<std::string> WithUserShow(F text);

  Host& host_;
  Ops ops_;
  Environment environment_;
  Meter meter_;
  int training_ = 0;
  Origins* origins_ = nullptr;  // null: nobody wants to know
  int anonymous_ = 0;
  bool trained_ = false;  // the statement at top level, so far
  Transcript transcript_;
  // Users' methods of built-in functions, by the function's name.
  absl::flat_hash_map<std::string, std::shared_ptr<GenericFunction>> extensions_;
  // Constructors that text defines: by struct type, or by the name of a built-in type.
  absl::flat_hash_map<const StructType*, std::shared_ptr<GenericFunction>> constructors_;
  // (m::T)(x): by the name of T.
  absl::flat_hash_map<std::string, std::shared_ptr<GenericFunction>> callables_;
  // Struct types without inner constructors: they have the default one.
  absl::flat_hash_map<const StructType*, bool> default_constructor_;
  // Made by text; kept, since tables go by their addresses.
  std::vector<std::shared_ptr<const StructType>> struct_types_;
  absl::flat_hash_set<std::string> imported_;  // names whose definitions extend the built-in
  std::vector<Value> handling_;  // exceptions that the catch blocks around are handling
  std::vector<std::pair<std::string, Value>> thrown_;  // by ticket: what Throw sent on its way
  uint64_t next_ticket_ = 1;
  absl::flat_hash_map<const Object*, ImplicitState> implicit_states_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_MACHINE_H_
