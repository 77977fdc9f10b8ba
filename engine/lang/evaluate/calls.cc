#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/dispatch.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/gradient/gradients.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/nn/layer.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

// Local functions that capture each other's variables keep one another alive: when nobody else
// holds any of them, they end with the frame.
void ReleaseCycles(Frame& frame) {
  absl::flat_hash_map<const Object*, int64_t> held;  // References from within.
  std::vector<BoxPtr> boxes;                         // Those that hold a function.
  for (Value& slot : frame.slots) {
    BoxPtr box = slot.is(Kind::kOpaque) ? slot.ShareClass<Box>() : nullptr;
    slot = Value();
    if (box == nullptr) continue;
    if (const auto* function = box->value.AsClass<GenericFunction>()) {
      boxes.push_back(box);
      ++held[box.get()];
      if (held[function]++ > 0) continue;
      for (const Method& method : function->methods()) {
        for (const BoxPtr& captured : method.captured) ++held[captured.get()];
      }
    }
  }
  for (const BoxPtr& box : boxes) {
    const std::shared_ptr<Object>& function = box->value.object();
    if (box.use_count() != held[box.get()] || function.use_count() != held[function.get()]) return;
  }
  for (const BoxPtr& box : boxes) box->value = Value();
}

}  // namespace

absl::Status Machine::EvalKeyword(const Node& node, Frame& frame, Keywords* out) {
  auto set = [out](const std::string& name, Value value) {
    for (auto& [key, old] : *out) {
      if (key == name) {
        old = std::move(value);
        return;
      }
    }
    out->emplace_back(name, std::move(value));
  };
  if (node.kind == NodeKind::kKeyword) {
    FG_ASSIGN_OR_RETURN(Value value, Eval(node.child(0), frame));
    set(node.name, std::move(value));
  } else if (node.kind == NodeKind::kIdentifier || node.kind == NodeKind::kField) {
    FG_ASSIGN_OR_RETURN(Value value, Eval(node, frame));
    set(node.name, std::move(value));
  } else if (node.kind == NodeKind::kSplat) {
    FG_ASSIGN_OR_RETURN(const Value value, Eval(node.child(0), frame));
    if (const NamedTuple* tuple = value.As<NamedTuple>()) {
      for (size_t i = 0; i < tuple->names.size(); ++i) set(tuple->names[i], tuple->values[i]);
      return absl::OkStatus();
    }
    FG_ASSIGN_OR_RETURN(const std::vector<Value> entries, ElementsOf(*this, value));
    for (const Value& entry : entries) {
      const Pair* pair = entry.As<Pair>();
      if (pair == nullptr || !pair->first.is(Kind::kSymbol)) {
        return JuliaError("ArgumentError", "keyword arguments are splatted from names and values");
      }
      set(pair->first.text(), pair->second);
    }
  } else if (node.kind == NodeKind::kPair) {
    FG_ASSIGN_OR_RETURN(const Value name, Eval(node.child(0), frame));
    FG_ASSIGN_OR_RETURN(Value value, Eval(node.child(1), frame));
    if (!name.is(Kind::kSymbol)) {
      return JuliaError("TypeError", "a keyword argument's name must be a Symbol");
    }
    set(name.text(), std::move(value));
  } else {
    return JuliaError("ParseError", "expected a keyword argument after `;`");
  }
  return absl::OkStatus();
}

absl::Status Machine::EvalArguments(const Node& node, size_t first, Frame& frame,
                                    CallArguments* out) {
  for (size_t i = first; i < node.children.size(); ++i) {
    const Node& child = node.child(i);
    switch (child.kind) {
      case NodeKind::kKeyword:
        FG_RETURN_IF_ERROR(EvalKeyword(child, frame, &out->keywords));
        break;
      case NodeKind::kParameters:
        for (const NodePtr& keyword : child.children) {
          FG_RETURN_IF_ERROR(EvalKeyword(*keyword, frame, &out->keywords));
        }
        break;
      case NodeKind::kSplat: {
        FG_ASSIGN_OR_RETURN(const Value whole, Eval(child.child(0), frame));
        FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(*this, whole));
        for (Value& element : elements) out->positional.push_back(std::move(element));
        break;
      }
      default: {
        FG_ASSIGN_OR_RETURN(Value value, Eval(child, frame));
        out->positional.push_back(std::move(value));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> Machine::EvalCall(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const Value callee, Eval(node.child(0), frame));
  CallArguments arguments;
  FG_RETURN_IF_ERROR(EvalArguments(node, 1, frame, &arguments));
  return CallWith(callee, arguments.positional, arguments.keywords);
}

absl::StatusOr<Value> Machine::EvalDotCall(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(Value callee, Eval(node.child(0), frame));
  CallArguments arguments;
  FG_RETURN_IF_ERROR(EvalArguments(node, 1, frame, &arguments));
  if (!arguments.keywords.empty()) {
    // Keywords are the same for every element.
    callee = MakeNative("broadcast", 0, -1,
                        [callee, keywords = std::move(arguments.keywords)](
                            Evaluator& eval, absl::Span<const Value> args) {
                          return eval.CallWith(callee, args, keywords);
                        });
  }
  return Broadcast(callee, arguments.positional);
}

absl::StatusOr<Value> Machine::Broadcast(const Value& f, absl::Span<const Value> arguments) {
  FG_RETURN_IF_ERROR(meter_.Step(8));
  return lang::Broadcast(*this, f, arguments);
}

absl::StatusOr<Value> Machine::CallWith(const Value& f, absl::Span<const Value> arguments,
                                        const Keywords& keywords) {
  FG_RETURN_IF_ERROR(meter_.Step());
  switch (f.kind()) {
    case Kind::kFunction:
      return CallFunctionObject(f, arguments, keywords);
    case Kind::kType:
      return CallType(f, arguments, keywords);
    case Kind::kStruct:
      return CallStruct(f, arguments, keywords);
    default:
      return NotCallable(f);
  }
}

absl::StatusOr<Value> Machine::CallPart(absl::string_view field, int index, const Value& part,
                                        absl::Span<const Value> inputs) {
  const Origins::InLayer here(origins_, part, field, index);
  return CallWith(part, inputs, {});
}

absl::Status Machine::NotCallable(const Value& f) const {
  return JuliaError("MethodError",
                    absl::StrCat("objects of type ", TypeOf(f)->ToString(), " are not callable"));
}

absl::StatusOr<Value> Machine::CallFunctionObject(const Value& f, absl::Span<const Value> arguments,
                                                  const Keywords& keywords) {
  Object* object = f.object().get();
  if (const auto* generic = dynamic_cast<const GenericFunction*>(object)) {
    return CallGeneric(*generic, f, arguments, keywords);
  }
  if (const auto* native = dynamic_cast<const NativeFunction*>(object)) {
    return CallNative(native->builtin, arguments, keywords);
  }
  if (const auto* row = dynamic_cast<const nn::FunctionValue*>(object)) {
    if (row->function.name == "update!") NoteTraining();
    if (!extensions_.empty()) {
      bool found = false;
      absl::StatusOr<Value> result =
          TryExtension(std::string(row->function.name), arguments, keywords, &found);
      if (found) return result;
    }
    FG_RETURN_IF_ERROR(meter_.Step(8));
    return nn::CallFunction(*this, *row, nn::Arguments{arguments, keywords});
  }
  if (const auto* composed = dynamic_cast<const Composed*>(object)) {
    FG_ASSIGN_OR_RETURN(const Value inner, CallWith(composed->inner, arguments, keywords));
    return CallWith(composed->outer, {inner}, {});
  }
  if (const auto* make = dynamic_cast<const NewFunction*>(object)) {
    return ConstructStruct(make->type, make->parameters, arguments);
  }
  return NotCallable(f);
}

absl::Status Machine::NoMethod(absl::string_view name, absl::Span<const Value> arguments,
                               const Keywords& keywords) {
  if (keywords.empty()) return MethodError(name, arguments);
  std::vector<std::string> types, named;
  for (const Value& a : arguments) types.push_back(absl::StrCat("::", TypeOf(a)->ToString()));
  for (const auto& [key, v] : keywords) {
    named.push_back(absl::StrCat(key, "::", TypeOf(v)->ToString()));
  }
  return JuliaError("MethodError",
                    absl::StrCat("no method matching ", name, "(", absl::StrJoin(types, ", "), "; ",
                                 absl::StrJoin(named, ", "), ")"));
}

absl::StatusOr<Value> Machine::CallGeneric(const GenericFunction& function, const Value& self,
                                           absl::Span<const Value> arguments,
                                           const Keywords& keywords) {
  TypeBindings bindings;
  const auto method = FindMethod(function, arguments, &bindings);
  if (method == nullptr) return NoMethod(function.Name(), arguments, keywords);
  FG_RETURN_IF_ERROR(CheckUnambiguous(function, *method, arguments));
  return Invoke(*method, self, arguments, keywords, bindings);
}

void Machine::SetSlot(Frame& frame, int32_t slot, Value value) {
  Value& place = frame.slots[slot];
  if (place.is(Kind::kOpaque)) {
    if (Box* box = place.AsClass<Box>()) {
      box->value = std::move(value);
      return;
    }
  }
  place = std::move(value);
}

absl::StatusOr<Value> Machine::Invoke(const Method& method, const Value& self,
                                      absl::Span<const Value> arguments, const Keywords& keywords,
                                      const TypeBindings& bindings) {
  const bool room = meter_.EnterCall();
  struct Leave {
    Meter& meter;
    ~Leave() { meter.LeaveCall(); }
  } leave{meter_};
  if (!room) return meter_.StackOverflow();
  const Code& code = *method.code;
  Frame frame(&code);
  const auto release = absl::MakeCleanup([&] {
    if (!code.inner.empty()) ReleaseCycles(frame);
  });
  for (size_t i = 0; i < method.captured.size(); ++i) {
    frame.slots[code.captures[i].slot] = Value(method.captured[i]);
  }
  if (code.self_slot >= 0)
    SetSlot(frame, code.self_slot, method.takes_callee ? arguments[0] : self);
  if (code.new_slot >= 0 && method.constructs != nullptr) {
    SetSlot(frame, code.new_slot,
            Value(std::make_shared<NewFunction>(method.constructs, std::vector<TypePtr>{})));
  }
  for (const Code::TypeVariable& variable : code.type_variables) {
    for (const auto& [name, type] : bindings) {
      if (name == variable.name && type != nullptr) {
        SetSlot(frame, variable.slot, TypeValue(type));
        break;
      }
    }
  }
  if (method.takes_callee) arguments.remove_prefix(1);
  absl::Status bound = BindArguments(method, arguments, frame);
  if (bound.ok() && (!keywords.empty() || !code.keywords.empty())) {
    bound = BindKeywords(arguments, keywords, frame);
  }
  if (!bound.ok()) return AddTrace(std::move(bound), frame);
  if (code.body == nullptr) return Value();
  absl::StatusOr<Value> result = RunBody(*code.body, frame);
  if (!result.ok()) return AddTrace(std::move(result).status(), frame);
  if (code.definition->kind == NodeKind::kFunction) {
    const Node& declared = code.definition->child(0).child(2);
    if (declared.kind != NodeKind::kNothing) {
      FG_ASSIGN_OR_RETURN(const TypePtr type, EvalType(declared, {}, frame));
      if (!IsA(*result, *type)) return ConvertTo(*this, *result, *type);
    }
  }
  return result;
}

absl::Status Machine::AddTrace(absl::Status status, const Frame& frame) const {
  constexpr size_t kMaxTrace = 12;
  auto diagnostic = GetDiagnostic(status);
  if (!diagnostic || diagnostic->trace.size() >= kMaxTrace) return status;
  const Source& source = *frame.code->program->source;
  const Node& at = frame.failed != nullptr ? *frame.failed : *frame.code->definition;
  diagnostic->trace.push_back(absl::StrCat(frame.code->name, " at ", source.name, ":",
                                           PositionAt(source, at.span.begin).line));
  return WithDiagnostic(status, *diagnostic);
}

absl::Status Machine::BindParameter(const Code::Parameter& parameter, Value value, Frame& frame) {
  if (parameter.node->children.size() > 2) {
    return AssignTo(parameter.node->child(2), value, frame);
  }
  if (parameter.slot >= 0) SetSlot(frame, parameter.slot, std::move(value));
  return absl::OkStatus();
}

absl::Status Machine::BindArguments(const Method& method, absl::Span<const Value> arguments,
                                    Frame& frame) {
  const Code& code = *method.code;
  for (size_t i = 0; i < code.positional.size(); ++i) {
    const Code::Parameter& parameter = code.positional[i];
    if (parameter.node->has(kVararg)) {
      std::vector<Value> rest;
      if (arguments.size() > i) rest.assign(arguments.begin() + i, arguments.end());
      FG_RETURN_IF_ERROR(BindParameter(parameter, Tuple::Of(std::move(rest)), frame));
    } else if (static_cast<int>(i) < method.arity) {
      FG_RETURN_IF_ERROR(BindParameter(parameter, arguments[i], frame));
    } else {
      FG_ASSIGN_OR_RETURN(Value value, Eval(parameter.node->child(1), frame));
      FG_RETURN_IF_ERROR(BindParameter(parameter, std::move(value), frame));
    }
  }
  return absl::OkStatus();
}

absl::Status Machine::BindKeywords(absl::Span<const Value> arguments, const Keywords& keywords,
                                   Frame& frame) {
  const Code& code = *frame.code;
  std::vector<bool> used(keywords.size(), false);
  const Code::Parameter* splat = nullptr;
  for (const Code::Parameter& parameter : code.keywords) {
    if (parameter.node->has(kVararg)) {
      splat = &parameter;
      continue;
    }
    bool given = false;
    for (size_t i = 0; i < keywords.size(); ++i) {
      if (keywords[i].first != parameter.node->name) continue;
      used[i] = given = true;
      FG_RETURN_IF_ERROR(BindParameter(parameter, keywords[i].second, frame));
    }
    if (given) continue;
    if (parameter.node->child(1).kind == NodeKind::kNothing) {
      return JuliaError("UndefKeywordError",
                        absl::StrCat("keyword argument `", parameter.node->name, "` not assigned"));
    }
    FG_ASSIGN_OR_RETURN(Value value, Eval(parameter.node->child(1), frame));
    FG_RETURN_IF_ERROR(BindParameter(parameter, std::move(value), frame));
  }
  std::vector<std::string> names;
  std::vector<Value> values;
  for (size_t i = 0; i < keywords.size(); ++i) {
    if (used[i]) continue;
    if (splat == nullptr) {
      const absl::Status status = NoMethod(code.name, arguments, keywords);
      return JuliaError("MethodError", absl::StrCat(GetDiagnostic(status)->message,
                                                    "; got unsupported keyword argument \"",
                                                    keywords[i].first, "\""));
    }
    names.push_back(keywords[i].first);
    values.push_back(keywords[i].second);
  }
  if (splat == nullptr) return absl::OkStatus();
  auto rest = std::make_shared<NamedTuple>(std::move(names), std::move(values));
  rest->as_pairs = true;
  return BindParameter(*splat, Value(std::move(rest)), frame);
}

absl::StatusOr<Value> Machine::TryExtension(const std::string& name,
                                            absl::Span<const Value> arguments,
                                            const Keywords& keywords, bool* found) {
  *found = false;
  const auto it = extensions_.find(name);
  if (it == extensions_.end()) return Value();
  TypeBindings bindings;
  const std::shared_ptr<GenericFunction> function = it->second;
  const auto method = FindMethod(*function, arguments, &bindings);
  if (method == nullptr) return Value();
  *found = true;
  return Invoke(*method, Value(function), arguments, keywords, bindings);
}

absl::StatusOr<Value> Machine::CallExtension(absl::string_view name,
                                             absl::Span<const Value> arguments, bool* found) {
  return TryExtension(std::string(name), arguments, {}, found);
}

absl::StatusOr<Value> Machine::CallNative(const Builtin& builtin, absl::Span<const Value> arguments,
                                          const Keywords& keywords) {
  if (!extensions_.empty()) {
    bool found = false;
    absl::StatusOr<Value> result = TryExtension(builtin.name, arguments, keywords, &found);
    if (found) return result;
  }
  for (const Value& argument : arguments) {
    if (!argument.is(Kind::kOpaque)) continue;
    bool found = false;
    absl::StatusOr<Value> result = CallOnParameters(builtin.name, arguments, &found);
    if (found) return result;
    break;
  }
  // A Chain is a sequence of its layers.
  if (!arguments.empty() && arguments[0].is(Kind::kStruct)) {
    if (const Value* layers = ChainLayers(arguments[0])) {
      for (absl::string_view name : {"length", "first", "last", "firstindex", "lastindex",
                                     "eachindex", "collect", "enumerate", "keys"}) {
        if (builtin.name == name) return CallNative(builtin, {*layers}, keywords);
      }
    }
  }
  FG_RETURN_IF_ERROR(meter_.Step(4));
  const auto count = static_cast<int>(arguments.size());
  if (count < builtin.min_arguments ||
      (builtin.max_arguments >= 0 && count > builtin.max_arguments)) {
    return NoMethod(builtin.name, arguments, keywords);
  }
  for (const auto& [name, value] : keywords) {
    const auto& known = builtin.keywords;
    if (std::find(known.begin(), known.end(), name) == known.end() &&
        std::find(known.begin(), known.end(), "...") == known.end()) {
      return JuliaError("MethodError",
                        absl::StrCat("no method matching ", builtin.name,
                                     ": got unsupported keyword argument \"", name, "\""));
    }
  }
  return builtin.call(*this, nn::Arguments{arguments, keywords});
}

absl::StatusOr<Value> Machine::CallStruct(const Value& self, absl::Span<const Value> arguments,
                                          const Keywords& keywords) {
  const Struct& object = *self.As<Struct>();
  const Origins::InLayer here(origins_, self);
  if (!callables_.empty()) {
    std::vector<Value> all = {self};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<std::string> names = {object.type->name};
    names.insert(names.end(), object.type->ancestors.begin(), object.type->ancestors.end());
    if (!object.type->supertype.empty()) names.push_back(object.type->supertype);
    names.push_back("Any");
    bool known = false;
    for (const std::string& name : names) {
      const auto it = callables_.find(name);
      if (it == callables_.end()) continue;
      TypeBindings bindings;
      const std::shared_ptr<GenericFunction> function = it->second;
      if (const auto method = FindMethod(*function, all, &bindings)) {
        return Invoke(*method, self, all, keywords, bindings);
      }
      known = true;
    }
    if (known && nn::FindLayer(*object.type) == nullptr) {
      return NoMethod(absl::StrCat("(::", object.type->name, ")"), arguments, keywords);
    }
  }
  if (const nn::Layer* layer = nn::FindLayer(*object.type)) {
    if (layer->forward != nullptr) {
      if (!keywords.empty()) {
        return NoMethod(absl::StrCat("(::", object.type->name, ")"), arguments, keywords);
      }
      FG_RETURN_IF_ERROR(meter_.Step(8));
      if (!meter_.HasStack()) return meter_.StackOverflow();
      return layer->forward(*this, object, arguments);
    }
  }
  return NotCallable(self);
}

}  // namespace fluxgate::lang
