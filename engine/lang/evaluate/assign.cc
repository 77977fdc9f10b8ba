#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {

absl::Status Machine::AssignName(const Node& target, Value value, Frame& frame) {
  if (target.slot >= 0) {
    SetSlot(frame, target.slot, std::move(value));
    return absl::OkStatus();
  }
  if (!IsGlobalSlot(target.slot)) {
    return JuliaError("ErrorException", absl::StrCat("cannot assign to ", target.name));
  }
  environment_.Define(CellOf(target.slot), std::move(value));
  return absl::OkStatus();
}

absl::Status Machine::AssignTuple(const Node& target, const Value& value, Frame& frame) {
  const size_t count = target.children.size();
  size_t splat = count;
  for (size_t i = 0; i < count; ++i) {
    if (target.child(i).kind == NodeKind::kSplat) splat = i;
  }
  if (splat == count && !value.is(Kind::kTuple)) {
    // Only as many elements as there are targets are taken.
    FG_ASSIGN_OR_RETURN(const std::unique_ptr<Iterator> iterator, Iterate(*this, value));
    for (size_t i = 0; i < count; ++i) {
      Value element;
      FG_ASSIGN_OR_RETURN(const bool more, iterator->Next(&element));
      if (!more) {
        return JuliaError("BoundsError",
                          absl::StrCat("attempt to access ", i, " element", i == 1 ? "" : "s",
                                       " at index [", i + 1, "]"));
      }
      FG_RETURN_IF_ERROR(AssignTo(target.child(i), element, frame));
    }
    return absl::OkStatus();
  }
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(*this, value));
  const size_t needed = splat == count ? count : count - 1;
  if (elements.size() < needed) {
    const Value index = Value::Int(static_cast<int64_t>(elements.size()) + 1);
    return BoundsError(value, {index});
  }
  const size_t behind = splat == count ? 0 : count - splat - 1;
  for (size_t i = 0; i < count; ++i) {
    if (i < splat) {
      FG_RETURN_IF_ERROR(AssignTo(target.child(i), elements[i], frame));
    } else if (i == splat) {
      std::vector<Value> rest(elements.begin() + i, elements.end() - behind);
      Value bound;
      if (value.is(Kind::kTuple)) {
        bound = Tuple::Of(std::move(rest));
      } else {
        FG_ASSIGN_OR_RETURN(bound, MakeVector(*this, rest));
      }
      FG_RETURN_IF_ERROR(AssignTo(target.child(i).child(0), bound, frame));
    } else {
      FG_RETURN_IF_ERROR(AssignTo(target.child(i), elements[elements.size() - (count - i)], frame));
    }
  }
  return absl::OkStatus();
}

absl::Status Machine::AssignField(const Value& object, const std::string& name,
                                  const Value& value) {
  if (!extensions_.empty()) {
    bool found = false;
    const absl::StatusOr<Value> result =
        TryExtension("setproperty!", {object, Value::Symbol(name), value}, {}, &found);
    if (found) return result.status();
  }
  Struct* instance = object.As<Struct>();
  if (instance == nullptr) {
    return JuliaError("ErrorException", absl::StrCat("setfield!: cannot change a field of type ",
                                                     TypeOf(object)->ToString()));
  }
  const int index = instance->type->FieldIndex(name);
  if (index < 0) {
    return JuliaError("ErrorException",
                      absl::StrCat("type ", instance->type->name, " has no field ", name));
  }
  if (!instance->type->is_mutable) {
    return JuliaError("ErrorException", absl::StrCat("setfield!: immutable struct of type ",
                                                     instance->type->name, " cannot be changed"));
  }
  const auto declared = instance->type->fields[index].type.Share<Type>();
  Value stored = value;
  if (declared != nullptr && !ContainsVariable(*declared) && !IsA(value, *declared)) {
    FG_ASSIGN_OR_RETURN(stored, ConvertTo(*this, value, *declared));
  }
  if (ops_.tracing()) ops_.trace()->MarkEffect();
  instance->fields[index] = std::move(stored);
  return absl::OkStatus();
}

absl::Status Machine::AssignTo(const Node& target, const Value& value, Frame& frame) {
  switch (target.kind) {
    case NodeKind::kIdentifier:
      return AssignName(target, value, frame);
    case NodeKind::kTuple:
      return AssignTuple(target, value, frame);
    case NodeKind::kNamedTuple:
      for (const NodePtr& name : target.children) {
        FG_ASSIGN_OR_RETURN(const Value field, GetField(value, name->name));
        FG_RETURN_IF_ERROR(AssignTo(*name, field, frame));
      }
      return absl::OkStatus();
    case NodeKind::kTypeAnnotation: {
      FG_ASSIGN_OR_RETURN(const TypePtr type, EvalType(target.child(1), {}, frame));
      Value converted = value;
      if (!IsA(value, *type)) {
        FG_ASSIGN_OR_RETURN(converted, ConvertTo(*this, value, *type));
      }
      return AssignTo(target.child(0), converted, frame);
    }
    case NodeKind::kIndex: {
      FG_ASSIGN_OR_RETURN(const Value object, Eval(target.child(0), frame));
      absl::InlinedVector<Value, 4> indices;
      FG_RETURN_IF_ERROR(EvalIndices(target, object, frame, &indices));
      absl::Status status = SetIndexValue(object, indices, value);
      return status.ok() ? status : Locate(std::move(status), target, frame);
    }
    case NodeKind::kField: {
      FG_ASSIGN_OR_RETURN(const Value object, Eval(target.child(0), frame));
      absl::Status status = AssignField(object, target.name, value);
      return status.ok() ? status : Locate(std::move(status), target, frame);
    }
    default:
      return JuliaError("ParseError", "invalid assignment target");
  }
}

absl::StatusOr<Value> Machine::EvalAssign(const Node& node, Frame& frame) {
  if (node.has(kDotted)) return EvalDottedAssign(node, frame);
  const Node& target = node.child(0);
  if (node.name == "=") {
    FG_ASSIGN_OR_RETURN(Value value, Eval(node.child(1), frame));
    if (target.kind == NodeKind::kIdentifier) {
      FG_RETURN_IF_ERROR(AssignName(target, value, frame));
    } else {
      FG_RETURN_IF_ERROR(AssignTo(target, value, frame));
    }
    return value;
  }
  // a op= b is a = a op b, with the object and the indices of a evaluated once.
  const absl::string_view op(node.name.data(), node.name.size() - 1);
  if (target.kind == NodeKind::kIndex) {
    FG_ASSIGN_OR_RETURN(const Value object, Eval(target.child(0), frame));
    absl::InlinedVector<Value, 4> indices;
    FG_RETURN_IF_ERROR(EvalIndices(target, object, frame, &indices));
    FG_ASSIGN_OR_RETURN(const Value old, IndexValue(object, indices, false));
    FG_ASSIGN_OR_RETURN(const Value change, Eval(node.child(1), frame));
    FG_ASSIGN_OR_RETURN(Value value, ApplyBinary(op, &node.slot, old, change));
    FG_RETURN_IF_ERROR(SetIndexValue(object, indices, value));
    return value;
  }
  if (target.kind == NodeKind::kField) {
    FG_ASSIGN_OR_RETURN(const Value object, Eval(target.child(0), frame));
    FG_ASSIGN_OR_RETURN(const Value old, GetField(object, target.name));
    FG_ASSIGN_OR_RETURN(const Value change, Eval(node.child(1), frame));
    FG_ASSIGN_OR_RETURN(Value value, ApplyBinary(op, &node.slot, old, change));
    FG_RETURN_IF_ERROR(AssignField(object, target.name, value));
    return value;
  }
  const Node& name = target.kind == NodeKind::kTypeAnnotation ? target.child(0) : target;
  FG_ASSIGN_OR_RETURN(const Value old, Eval(name, frame));
  FG_ASSIGN_OR_RETURN(const Value change, Eval(node.child(1), frame));
  FG_ASSIGN_OR_RETURN(Value value, ApplyBinary(op, &node.slot, old, change));
  FG_RETURN_IF_ERROR(AssignTo(target, value, frame));
  return value;
}

absl::StatusOr<Value> Machine::EvalDottedAssign(const Node& node, Frame& frame) {
  const Node& target = node.child(0);
  const bool indexed = target.kind == NodeKind::kIndex;
  const bool updates = node.name != ".=";
  Value object, destination;
  absl::InlinedVector<Value, 4> indices;
  if (indexed) {
    FG_ASSIGN_OR_RETURN(object, Eval(target.child(0), frame));
    FG_RETURN_IF_ERROR(EvalIndices(target, object, frame, &indices));
    if (updates) {
      FG_ASSIGN_OR_RETURN(destination, IndexValue(object, indices, false));
    }
  } else {
    FG_ASSIGN_OR_RETURN(destination, Eval(target, frame));
  }
  FG_ASSIGN_OR_RETURN(Value value, Eval(node.child(1), frame));
  if (updates) {
    // ".+=": the operator with its dot.
    FG_ASSIGN_OR_RETURN(
        value, ApplyBinary(absl::string_view(node.name.data(), node.name.size() - 1), &node.slot,
                           destination, value));
  }
  if (indexed) {
    FG_RETURN_IF_ERROR(BroadcastSetIndex(*this, object, indices, value));
    return value;
  }
  FG_RETURN_IF_ERROR(BroadcastAssign(*this, destination, value));
  return destination;
}

absl::StatusOr<Value> Machine::EvalDeclaration(const Node& node, Frame& frame) {
  Value value;
  for (const NodePtr& child : node.children) {
    const bool name =
        child->kind == NodeKind::kIdentifier || child->kind == NodeKind::kTypeAnnotation;
    if (name) continue;
    FG_ASSIGN_OR_RETURN(value, Eval(*child, frame));
  }
  return value;
}

}  // namespace fluxgate::lang
