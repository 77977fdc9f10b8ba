#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/gradient/gradients.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

bool IsScalarIndex(const Value& v) { return v.is_number() || v.is(Kind::kTraced); }

}  // namespace

const Value* ChainLayers(const Value& value) {
  const Struct* s = value.As<Struct>();
  if (s == nullptr || !s->type->builtin || s->type->name != "Chain") return nullptr;
  return s->Find("layers");
}

absl::StatusOr<std::vector<Value>> Machine::EvalElements(const Node& node, size_t first,
                                                         Frame& frame) {
  std::vector<Value> elements;
  elements.reserve(node.children.size() - first);
  for (size_t i = first; i < node.children.size(); ++i) {
    const Node& child = node.child(i);
    if (child.kind == NodeKind::kSplat) {
      FG_ASSIGN_OR_RETURN(const Value whole, Eval(child.child(0), frame));
      FG_ASSIGN_OR_RETURN(std::vector<Value> parts, ElementsOf(*this, whole));
      for (Value& part : parts) elements.push_back(std::move(part));
    } else {
      FG_ASSIGN_OR_RETURN(Value value, Eval(child, frame));
      elements.push_back(std::move(value));
    }
  }
  return elements;
}

absl::StatusOr<Value> Machine::EvalNamedTuple(const Node& node, Frame& frame) {
  Keywords entries;
  for (const NodePtr& child : node.children) {
    FG_RETURN_IF_ERROR(EvalKeyword(*child, frame, &entries));
  }
  std::vector<std::string> names;
  std::vector<Value> values;
  for (auto& [name, value] : entries) {
    names.push_back(name);
    values.push_back(std::move(value));
  }
  return NamedTuple::Of(std::move(names), std::move(values));
}

absl::StatusOr<Value> Machine::EvalMatrix(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> parts, EvalElements(node, 0, frame));
  switch (node.dim) {
    case 1:
      return VerticalCat(*this, parts);
    case 2:
      return HorizontalCat(*this, parts);
    default:
      return CatAlong(*this, parts, node.dim - 1);
  }
}

absl::StatusOr<Value> Machine::ConvertShape(const Value& vector, const Shape& shape) {
  if (const auto array = vector.Share<Array>()) {
    return Value(std::make_shared<Array>(array->storage(), shape));
  }
  if (const List* list = vector.As<List>()) {
    auto shaped = std::make_shared<List>(list->elements, shape);
    shaped->element_type = list->element_type;
    return Value(shaped);
  }
  return vector;
}

absl::StatusOr<Value> Machine::EvalTypedVector(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const TypePtr type, EvalType(node.child(0), {}, frame));
  FG_ASSIGN_OR_RETURN(const Value matrix, Eval(node.child(1), frame));
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(*this, matrix));
  FG_ASSIGN_OR_RETURN(const Value vector, MakeTypedVector(*this, type, elements));
  return ConvertShape(vector, ShapeOf(matrix));
}

absl::StatusOr<Value> Machine::EvalInterpolated(const Node& node, Frame& frame) {
  std::string text;
  for (const NodePtr& child : node.children) {
    FG_ASSIGN_OR_RETURN(const Value value, Eval(*child, frame));
    FG_ASSIGN_OR_RETURN(const std::string part, PrintText(value));
    FG_RETURN_IF_ERROR(CheckElements(static_cast<int64_t>(text.size() + part.size()), 1));
    text += part;
  }
  return Value::String(std::move(text));
}

absl::Status Machine::EvalIndices(const Node& node, const Value& object, Frame& frame,
                                  absl::InlinedVector<Value, 4>* out) {
  const int count = static_cast<int>(node.children.size()) - 1;
  const Frame::Indexing* outer = frame.indexing;
  absl::Status status;
  for (int i = 0; i < count && status.ok(); ++i) {
    const Frame::Indexing indexing{&object, i, count};
    frame.indexing = &indexing;
    const Node& child = node.child(i + 1);
    if (child.kind == NodeKind::kSplat) {
      absl::StatusOr<Value> whole = Eval(child.child(0), frame);
      absl::StatusOr<std::vector<Value>> parts =
          whole.ok() ? ElementsOf(*this, *whole) : whole.status();
      status = parts.status();
      if (parts.ok()) out->insert(out->end(), parts->begin(), parts->end());
    } else {
      absl::StatusOr<Value> value = Eval(child, frame);
      status = value.status();
      if (value.ok()) out->push_back(*std::move(value));
    }
    frame.indexing = outer;
  }
  return status;
}

absl::StatusOr<Value> Machine::EvalEnd(const Node& node, Frame& frame) {
  if (frame.indexing == nullptr) return JuliaError("ParseError", "`end` outside of an index");
  const bool is_end = node.kind == NodeKind::kEnd;
  const Frame::Indexing at = *frame.indexing;
  if (at.object->is(Kind::kStruct)) {
    if (const Value* layers = ChainLayers(*at.object)) {
      return Value::Int(is_end ? LengthOf(*layers) : 1);
    }
    bool found = false;
    absl::StatusOr<Value> extended =
        TryExtension(is_end ? "lastindex" : "firstindex", {*at.object}, {}, &found);
    if (found) return extended;
  }
  if (!is_end) return Value::Int(1);
  FG_ASSIGN_OR_RETURN(const int64_t last, LastIndex(*at.object, at.dim, at.count));
  return Value::Int(last);
}

absl::StatusOr<Value> Machine::EvalIndex(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const Value object, Eval(node.child(0), frame));
  if (const auto type = object.Share<Type>()) {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, EvalElements(node, 1, frame));
    return MakeTypedVector(*this, type, elements);
  }
  absl::InlinedVector<Value, 4> indices;
  FG_RETURN_IF_ERROR(EvalIndices(node, object, frame, &indices));
  return IndexValue(object, indices, node.has(kDotted));
}

absl::StatusOr<Value> Machine::IndexValue(const Value& object, absl::Span<const Value> indices,
                                          bool as_view) {
  if (object.is(Kind::kStruct)) {
    bool found = false;
    std::vector<Value> arguments = {object};
    arguments.insert(arguments.end(), indices.begin(), indices.end());
    absl::StatusOr<Value> extended = TryExtension("getindex", arguments, {}, &found);
    if (found) return extended;
    const Value* layers = ChainLayers(object);
    if (layers != nullptr && indices.size() == 1) {
      FG_ASSIGN_OR_RETURN(const Value part, GetIndex(*this, *layers, indices));
      if (IsScalarIndex(indices[0]) || indices[0].is(Kind::kSymbol)) return part;
      return Struct::Of(object.As<Struct>()->type, {part});
    }
  }
  if (object.is(Kind::kOpaque)) {
    if (const auto* grads = object.AsClass<Grads>(); grads != nullptr && indices.size() == 1) {
      return grads->Get(indices[0]);
    }
    if (const auto* params = object.AsClass<Params>()) {
      return GetIndex(*this, List::Of(params->arrays()), indices);
    }
  }
  FG_RETURN_IF_ERROR(meter_.Step());
  if (as_view) {
    for (const Value& index : indices) {
      if (!IsScalarIndex(index)) return View(*this, object, indices);
    }
  }
  return GetIndex(*this, object, indices);
}

absl::Status Machine::SetIndexValue(const Value& object, absl::Span<const Value> indices,
                                    const Value& value) {
  if (object.is(Kind::kStruct)) {
    bool found = false;
    std::vector<Value> arguments = {object, value};
    arguments.insert(arguments.end(), indices.begin(), indices.end());
    const absl::StatusOr<Value> extended = TryExtension("setindex!", arguments, {}, &found);
    if (found) return extended.status();
  }
  FG_RETURN_IF_ERROR(meter_.Step());
  return SetIndex(*this, object, indices, value);
}

absl::StatusOr<Value> Machine::EvalField(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const Value object, Eval(node.child(0), frame));
  return GetField(object, node.name);
}

absl::StatusOr<Value> Machine::GetField(const Value& object, const std::string& name) {
  switch (object.kind()) {
    case Kind::kStruct: {
      if (!extensions_.empty()) {
        bool found = false;
        absl::StatusOr<Value> extended =
            TryExtension("getproperty", {object, Value::Symbol(name)}, {}, &found);
        if (found) return extended;
      }
      if (const Value* field = object.As<Struct>()->Find(name)) return *field;
      if (const Value* layers = ChainLayers(object)) {
        if (const NamedTuple* named = layers->As<NamedTuple>()) {
          if (const Value* layer = named->Find(name)) return *layer;
        }
      }
      break;
    }
    case Kind::kNamedTuple:
      if (const Value* field = object.As<NamedTuple>()->Find(name)) return *field;
      break;
    case Kind::kModule: {
      const std::string& module = object.As<Module>()->name;
      if (module == "Main") return Lookup(name);
      if (const Value* member = FindMember(module, name)) return *member;
      return UndefinedVariable(name);
    }
    case Kind::kPair:
      if (name == "first") return object.As<Pair>()->first;
      if (name == "second") return object.As<Pair>()->second;
      break;
    case Kind::kFunction:
      if (const auto* function = object.AsClass<GenericFunction>()) {
        if (const Value* captured = function->Captured(name)) return *captured;
      } else if (const auto* composed = object.AsClass<Composed>()) {
        if (name == "outer") return composed->outer;
        if (name == "inner") return composed->inner;
      }
      break;
    case Kind::kRange: {
      const Range& range = *object.As<Range>();
      if (name == "start") return Value(range.start);
      if (name == "step") return Value(range.step);
      if (name == "len") return Value::Int(range.length);
      if (name == "stop") return Value(range.At(range.length - 1));
      break;
    }
    case Kind::kOpaque:
      if (const auto* fields = object.AsClass<HasFields>()) {
        if (absl::optional<Value> field = fields->GetField(name)) return *std::move(field);
      }
      break;
    default:
      break;
  }
  return JuliaError("ErrorException",
                    absl::StrCat("type ", TypeOf(object)->name, " has no field ", name));
}

}  // namespace fluxgate::lang
