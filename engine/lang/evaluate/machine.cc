#include "engine/lang/evaluate/machine.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/exception.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

constexpr absl::string_view kThrownUrl = "fluxgate.dev/Thrown";

}  // namespace

Frame::Frame(const Code* c) : code(c), slots(c->num_slots(), Undefined()) {
  for (size_t i = 0; i < c->boxed.size(); ++i) {
    if (c->boxed[i]) slots[i] = Value(std::make_shared<Box>(Undefined()));
  }
}

Machine::Machine(Host& host) : host_(host), ops_(host), meter_(host) {}
Machine::~Machine() = default;

Machine::Interlude::Interlude(Machine& machine)
    : machine_(machine),
      no_trace_(machine.ops_, nullptr),
      meter_(machine.meter_),
      training_(std::exchange(machine.training_, 0)),
      origins_(std::exchange(machine.origins_, nullptr)),
      trained_(std::exchange(machine.trained_, false)),
      handling_(std::exchange(machine.handling_, {})) {}

Machine::Interlude::~Interlude() {
  machine_.meter_ = meter_;
  machine_.training_ = training_;
  machine_.origins_ = origins_;
  machine_.trained_ = trained_;
  machine_.handling_ = std::move(handling_);
}

absl::Status Machine::Jump(Frame& frame, Frame::Signal signal) {
  frame.signal = signal;
  // Without a message a status needs no allocation.
  return absl::Status(absl::StatusCode::kAborted, "");
}

absl::Status Machine::Locate(absl::Status status, const Node& node, Frame& frame) const {
  if (frame.signal != Frame::Signal::kNone) return status;
  if (frame.failed == nullptr) frame.failed = &node;
  if (const auto diagnostic = GetDiagnostic(status); diagnostic && diagnostic->line > 0) {
    return status;
  }
  return AtSource(status, *frame.code->program->source, node.span);
}

absl::StatusOr<Value> Machine::Eval(const Node& node, Frame& frame) {
  if (!meter_.HasStack()) return Locate(meter_.StackOverflow(), node, frame);
  absl::StatusOr<Value> result =
      origins_ == nullptr ? Dispatch(node, frame) : DispatchNoted(node, frame);
  if (!result.ok()) return Locate(std::move(result).status(), node, frame);
  return result;
}

absl::StatusOr<Value> Machine::DispatchNoted(const Node& node, Frame& frame) {
  const Origins::InText here(*origins_, frame.code->program->source, node.span);
  return Dispatch(node, frame);
}

absl::StatusOr<Value> Machine::Dispatch(const Node& node, Frame& frame) {
  switch (node.kind) {
    case NodeKind::kLiteral:
      return node.value;
    case NodeKind::kIdentifier:
      return EvalIdentifier(node, frame);
    case NodeKind::kInterpolated:
      return EvalInterpolated(node, frame);
    case NodeKind::kSymbolQuote:
      return Value::Symbol(node.name);
    case NodeKind::kCall:
      return EvalCall(node, frame);
    case NodeKind::kDotCall:
      return EvalDotCall(node, frame);
    case NodeKind::kBinary:
      return EvalBinary(node, frame);
    case NodeKind::kUnary:
      return EvalUnary(node, frame);
    case NodeKind::kComparison:
      return EvalComparison(node, frame);
    case NodeKind::kAnd:
    case NodeKind::kOr:
      return EvalLogical(node, frame);
    case NodeKind::kTernary:
    case NodeKind::kIf:
      return EvalIf(node, frame);
    case NodeKind::kAssign:
      return EvalAssign(node, frame);
    case NodeKind::kTuple: {
      FG_ASSIGN_OR_RETURN(std::vector<Value> elements, EvalElements(node, 0, frame));
      return Tuple::Of(std::move(elements));
    }
    case NodeKind::kNamedTuple:
      return EvalNamedTuple(node, frame);
    case NodeKind::kVector: {
      FG_ASSIGN_OR_RETURN(std::vector<Value> elements, EvalElements(node, 0, frame));
      if (elements.empty()) {  // Any[]: whatever is pushed
        auto list = std::make_shared<List>(std::move(elements));
        list->element_type = TypeValue(AnyType());
        return Value(std::move(list));
      }
      return MakeVector(*this, elements);
    }
    case NodeKind::kTypedVector:
      return EvalTypedVector(node, frame);
    case NodeKind::kMatrix:
    case NodeKind::kMatrixRow:
      return EvalMatrix(node, frame);
    case NodeKind::kComprehension:
      return EvalComprehension(node, frame);
    case NodeKind::kIndex:
      return EvalIndex(node, frame);
    case NodeKind::kEnd:
    case NodeKind::kBegin:
      return EvalEnd(node, frame);
    case NodeKind::kColon:
      return ColonValue();
    case NodeKind::kField:
      return EvalField(node, frame);
    case NodeKind::kRange:
      return EvalRange(node, frame);
    case NodeKind::kPair:
      return EvalPair(node, frame);
    case NodeKind::kLambda:
      return EvalLambda(node, frame);
    case NodeKind::kFunction:
      return EvalFunction(node, frame);
    case NodeKind::kBlock:
      return EvalBlock(node, frame);
    case NodeKind::kWhile:
      return EvalWhile(node, frame);
    case NodeKind::kFor:
      return EvalFor(node, frame);
    case NodeKind::kLet:
      return EvalLet(node, frame);
    case NodeKind::kTry:
      return EvalTry(node, frame);
    case NodeKind::kReturn: {
      frame.result = Value();
      if (!node.children.empty()) {
        FG_ASSIGN_OR_RETURN(frame.result, Eval(node.child(0), frame));
      }
      return Jump(frame, Frame::Signal::kReturn);
    }
    case NodeKind::kBreak:
      return Jump(frame, Frame::Signal::kBreak);
    case NodeKind::kContinue:
      return Jump(frame, Frame::Signal::kContinue);
    case NodeKind::kStruct:
      return EvalStruct(node, frame);
    case NodeKind::kAbstractType:
      return EvalAbstractType(node, frame);
    case NodeKind::kTypeAnnotation:
      return EvalTypeAnnotation(node, frame);
    case NodeKind::kTypeApply:
      return EvalTypeApply(node, frame);
    case NodeKind::kWhere:
      return EvalWhere(node, frame);
    case NodeKind::kUsing:
      return EvalUsing(node, frame);
    case NodeKind::kMacroCall:
      return EvalMacro(node, frame);
    case NodeKind::kGlobal:
    case NodeKind::kLocal:
    case NodeKind::kConst:
      return EvalDeclaration(node, frame);
    case NodeKind::kModuleDef:
      return JuliaError("ArgumentError", "modules cannot be defined here");
    case NodeKind::kNothing:
      return Value();
    case NodeKind::kSplat:
      return JuliaError("ParseError", "`...` expression outside call");
    default:  // parts of other nodes
      break;
  }
  return JuliaError("ParseError",
                    absl::StrCat("unexpected ", NodeKindName(node.kind), " in an expression"));
}

BoxPtr Machine::BoxOf(Frame& frame, int32_t slot) {
  Value& value = frame.slots[slot];
  if (value.is(Kind::kOpaque)) {
    if (BoxPtr box = value.ShareClass<Box>()) return box;
  }
  auto box = std::make_shared<Box>(std::move(value));
  value = Value(box);
  return box;
}

absl::StatusOr<Value> Machine::EvalIdentifier(const Node& node, Frame& frame) {
  const int32_t slot = node.slot;
  if (slot >= 0) {
    const Value* value = &frame.slots[slot];
    if (value->is(Kind::kOpaque)) {
      if (const Box* box = value->AsClass<Box>()) value = &box->value;
    }
    if (IsUndefined(*value)) return UndefinedVariable(node.name);
    return *value;
  }
  if (slot == -1) {
    return JuliaError("UndefVarError", absl::StrCat("`", node.name, "` not defined"));
  }
  const Environment::Cell& cell = environment_.cell(CellOf(slot));
  if (cell.defined) return cell.value;
  if (cell.has_builtin) return cell.builtin;
  return UndefinedVariable(node.name);
}

absl::Status Machine::UndefinedVariable(const std::string& name) {
  SourceDiagnostic diagnostic;
  diagnostic.kind = "UndefVarError";
  diagnostic.message = absl::StrCat("`", name, "` not defined");
  diagnostic.suggestion = QualifiedName(name);
  if (diagnostic.suggestion.empty()) {
    std::vector<std::string> candidates = environment_.Names();
    candidates.insert(candidates.end(), BuiltinNames().begin(), BuiltinNames().end());
    diagnostic.suggestion = NearestName(name, candidates);
  }
  return WithDiagnostic(JuliaError(diagnostic.kind, diagnostic.message), diagnostic);
}

absl::StatusOr<Value> Machine::EvalBlock(const Node& node, Frame& frame) {
  if (node.children.empty()) return Value();
  const size_t last = node.children.size() - 1;
  for (size_t i = 0; i < last; ++i) {
    absl::StatusOr<Value> ignored = Eval(node.child(i), frame);
    if (!ignored.ok()) return std::move(ignored).status();
  }
  return Eval(node.child(last), frame);
}

absl::StatusOr<Value> Machine::RunBody(const Node& body, Frame& frame) {
  absl::StatusOr<Value> result = Eval(body, frame);
  if (result.ok() || frame.signal == Frame::Signal::kNone) return result;
  if (frame.signal == Frame::Signal::kReturn) {
    frame.signal = Frame::Signal::kNone;
    return std::move(frame.result);
  }
  const bool is_break = frame.signal == Frame::Signal::kBreak;
  frame.signal = Frame::Signal::kNone;
  return AtSource(
      JuliaError("ParseError", absl::StrCat(is_break ? "break" : "continue", " outside of a loop")),
      *frame.code->program->source, body.span);
}

absl::StatusOr<Value> Machine::Run(const std::shared_ptr<const Program>& program,
                                   const Node** last) {
  // What was thrown and not caught is kept alive no longer than the text.
  struct Forget {
    std::vector<std::pair<std::string, Value>>& thrown;
    ~Forget() { thrown.clear(); }
  } forget{thrown_};
  Value value;
  *last = nullptr;
  auto cell_for = [this](const std::string& name) { return environment_.CellFor(name); };
  auto defined = [this](const std::string& name) {
    const Environment::Cell* cell = environment_.Find(name);
    return cell != nullptr && cell->defined;
  };
  const GlobalNames globals{cell_for, defined, &anonymous_};
  for (const NodePtr& statement : program->statements) {
    FG_RETURN_IF_ERROR(host_.PauseBetweenStatements());
    const std::shared_ptr<const Code> code = ResolveStatement(program, *statement, globals);
    Frame frame(code.get());
    trained_ = false;
    absl::StatusOr<Value> result = RunBody(*statement, frame);
    if (trained_) transcript_.NoteTraining({program->source, statement->span});
    if (!result.ok()) return std::move(result).status();
    value = *std::move(result);
    *last = statement.get();
  }
  return value;
}

void Machine::EnterScope(int32_t scope, Frame& frame) {
  for (const int32_t slot : frame.code->scopes[scope].slots) {
    frame.slots[slot] =
        frame.code->boxed[slot] ? Value(std::make_shared<Box>(Undefined())) : Undefined();
  }
}

absl::StatusOr<Value> Machine::Random(DType dtype, Shape shape,
                                      ir::RandomAttr::Distribution distribution) {
  FG_RETURN_IF_ERROR(CheckElements(shape.num_elements()));
  if (ops_.tracing()) {
    Trace& trace = *ops_.trace();
    const ir::NodeId key =
        trace.key_input() == ir::kNoNode ? trace.KeyInput(host_.NextKey()) : trace.key_input();
    const ir::NodeId id =
        trace.builder().Random(dtype, std::move(shape), key, {distribution, trace.NextDraw()});
    if (id == ir::kNoNode) {
      absl::Status status = trace.builder().status();
      trace.builder().ClearError();
      return status;
    }
    return ops_.Wrap(id);
  }
  ir::Builder builder;
  const Tensor key = host_.NextKey();
  const ir::NodeId input = builder.Input(key.dtype(), key.shape());
  const ir::NodeId id = builder.Random(dtype, std::move(shape), input, {distribution, 0});
  FG_RETURN_IF_ERROR(builder.status());
  FG_ASSIGN_OR_RETURN(Tensor value, host_.EvaluateNode(builder.node(id), {key}));
  if (value.shape().rank() == 0) return Value(Scalar::FromTensor(value));
  return Array::Of(std::move(value));
}

absl::StatusOr<Value> Machine::Lookup(absl::string_view name) {
  const Environment::Cell* cell = environment_.Find(name);
  if (cell != nullptr && cell->defined) return cell->value;
  if (const Value* builtin = FindBuiltin(name)) return *builtin;
  if (const size_t dot = name.rfind('.'); dot != absl::string_view::npos && dot > 0) {
    const Value* member = FindMember(name.substr(0, dot), name.substr(dot + 1));
    if (member != nullptr) return *member;
  }
  return UndefinedVariable(std::string(name));
}

absl::Status Machine::Throw(const Value& exception) {
  std::string kind;
  const std::string message = ExceptionMessage(exception, &kind);
  absl::Status status = JuliaError(kind.empty() ? "ErrorException" : kind, message);
  // The value itself waits here for the catch block that the status finds on its way.
  const std::string ticket = absl::StrCat(next_ticket_++);
  constexpr size_t kMaxWaiting = 64;
  if (thrown_.size() >= kMaxWaiting) thrown_.erase(thrown_.begin());
  thrown_.emplace_back(ticket, exception);
  status.SetPayload(kThrownUrl, absl::Cord(ticket));
  return status;
}

Value Machine::TakeException(const absl::Status& status) {
  if (const auto ticket = status.GetPayload(kThrownUrl)) {
    for (size_t i = 0; i < thrown_.size(); ++i) {
      if (*ticket != thrown_[i].first) continue;
      Value exception = std::move(thrown_[i].second);
      thrown_.erase(thrown_.begin() + i);
      return exception;
    }
  }
  return ExceptionFromStatus(status);
}

Value Machine::CurrentException() const { return handling_.empty() ? Value() : handling_.back(); }

}  // namespace fluxgate::lang
