#ifndef FLUXGATE_ENGINE_LANG_FUNCTION_H_
#define FLUXGATE_ENGINE_LANG_FUNCTION_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"
#include "engine/lang/showable.h"
#include "engine/lang/syntax/ast.h"
#include "engine/lang/types.h"
#include "engine/value/heap.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// Callable values of the language (kind kFunction), beside nn::FunctionValue.
class Function : public Object, public Showable {
 public:
  static constexpr Kind kKind = Kind::kFunction;
  Function() : Object(kKind) {}
  virtual std::string Name() const = 0;  // "f", "#5", "+"
  std::string Show() const override { return Name(); }
};

// A function written in C++: a built-in, or one made on the fly such as `==(3)` or a pullback.
class NativeFunction final : public Function {
 public:
  explicit NativeFunction(Builtin b) : builtin(std::move(b)) {}
  std::string Name() const override { return builtin.name; }
  std::string Display() const override;
  std::string TypeName() const override { return "typeof(" + builtin.name + ")"; }
  const Builtin builtin;
};
Value MakeNative(std::string name, int min_arguments, int max_arguments,
                 std::function<absl::StatusOr<Value>(Evaluator&, absl::Span<const Value>)> call);

// f ∘ g: a call of `outer` on the result of `inner`.
class Composed final : public Function {
 public:
  Composed(Value o, Value i) : outer(std::move(o)), inner(std::move(i)) {}
  static Value Of(Value outer, Value inner) {
    return Value(std::make_shared<Composed>(std::move(outer), std::move(inner)));
  }
  std::string Name() const override;
  std::string TypeName() const override;
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  const Value outer, inner;
};

// A variable that closures share. Stands in a frame's slot in place of the value.
class Box final : public HeapObject {
 public:
  static constexpr Kind kKind = Kind::kOpaque;
  explicit Box(Value v) : HeapObject(kKind), value(std::move(v)) {}
  Value value;

 private:
  void Surrender(std::vector<Value>& to) override { to.push_back(std::move(value)); }
};
using BoxPtr = std::shared_ptr<Box>;

struct Code;  // A resolved body: see scope.h.

// One way to call a function: a body, what it captured, and the types that its arguments must have.
struct Method {
  std::shared_ptr<const Code> code;
  std::vector<BoxPtr> captured;
  std::vector<TypePtr> types;  // of the positional parameters; null: Any
  TypePtr vararg;              // the element type of x...; null without one
  bool has_vararg = false;
  // Positional parameters that this method takes; the rest of the code's have defaults.
  int arity = 0;
  // The first of `types` is that of the called object itself, which is not among the code's
  // parameters: (m::T)(x), P{T}(x).
  bool takes_callee = false;
  // Another method of the function may fit the same arguments, and neither is more specific.
  bool has_rivals = false;
  std::shared_ptr<const StructType> constructs;  // of an inner constructor: what `new` makes
};

// A function made by text: named ones have methods, a lambda has one and no name of its own.
class GenericFunction final : public Function {
 public:
  GenericFunction(std::string name, bool anonymous)
      : name_(std::move(name)), anonymous_(anonymous) {}
  std::string Name() const override { return name_; }
  std::string Display() const override;
  std::string TypeName() const override;
  // The captured variables, by name, of all methods.
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;

  // Replaces the method with the same signature, or adds one.
  void Add(Method method);
  // From the most specific to the least.
  const std::vector<Method>& methods() const { return *methods_; }
  // The same, kept for a call under way that may define more.
  const std::shared_ptr<const std::vector<Method>>& shared_methods() const { return methods_; }
  bool anonymous() const { return anonymous_; }
  // The value of a captured variable; null when there is none of that name.
  const Value* Captured(absl::string_view name) const;

 private:
  const std::string name_;
  const bool anonymous_;
  std::shared_ptr<const std::vector<Method>> methods_ =
      std::make_shared<const std::vector<Method>>();  // replaced, never changed
};

// An opaque object with properties: loader.batchsize.
class HasFields {
 public:
  virtual ~HasFields() = default;
  virtual absl::optional<Value> GetField(absl::string_view name) const = 0;
};

// `new` inside an inner constructor.
class NewFunction final : public Function {
 public:
  NewFunction(std::shared_ptr<const StructType> t, std::vector<TypePtr> p)
      : type(std::move(t)), parameters(std::move(p)) {}
  std::string Name() const override { return "new"; }
  std::string TypeName() const override { return "typeof(new)"; }
  const std::shared_ptr<const StructType> type;
  const std::vector<TypePtr> parameters;
};

// A package or a part of one: `Flux`, `Flux.Losses`.
class Module : public Object, public Showable {
 public:
  static constexpr Kind kKind = Kind::kModule;
  explicit Module(std::string n) : Object(kKind), name(std::move(n)) {}
  const std::string name;
  std::string Show() const override { return name; }
  std::string TypeName() const override { return "Module"; }
  std::string IdentityText() const override { return name; }
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_FUNCTION_H_
