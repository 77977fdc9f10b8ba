#include "engine/lang/gradient/lifting.h"

#include <algorithm>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/gradient/gradients.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {

TraceSession::TraceSession(Evaluator& eval) : eval_(eval) {
  if (eval.ops().tracing()) {
    trace_ = eval.ops().trace();
  } else {
    trace_ = std::make_shared<Trace>(eval.ops().evaluator());
    scope_.emplace(eval.ops(), trace_);
  }
}

TraceSession::TraceSession(Evaluator& eval, std::shared_ptr<Trace> trace)
    : eval_(eval), trace_(std::move(trace)) {
  if (eval.ops().trace() != trace_) scope_.emplace(eval.ops(), trace_);
}

absl::StatusOr<Value> TraceSession::Call(const Value& f, absl::Span<const Value> arguments) {
  const Machine::Training training(static_cast<Machine&>(eval_));
  return eval_.Call(f, arguments);
}

absl::Status TraceSession::CheckStack() const { return static_cast<Machine&>(eval_).CheckStack(); }

absl::StatusOr<std::vector<Value>> TraceSession::Finish(absl::Span<const ir::NodeId> nodes,
                                                        const Value& returned, Value* concrete) {
  FG_RETURN_IF_ERROR(builder().status());
  std::vector<Value> values(nodes.size());
  if (!outermost()) {
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i] != ir::kNoNode) values[i] = ops().Wrap(nodes[i]);
    }
    *concrete = returned;
    return values;
  }
  std::vector<ir::NodeId> outputs;
  const Traced* scalar = returned.As<Traced>();
  if (scalar != nullptr) outputs.push_back(scalar->node.id);
  for (const ir::NodeId id : nodes) {
    if (id != ir::kNoNode) outputs.push_back(id);
  }
  std::vector<Tensor> tensors;
  if (!outputs.empty()) {
    FG_ASSIGN_OR_RETURN(const ir::Graph graph, builder().Finish(outputs));
    FG_ASSIGN_OR_RETURN(const std::vector<Tensor> inputs, trace_->InputValues());
    FG_ASSIGN_OR_RETURN(tensors, eval_.host().Run(ir::Prune(graph, outputs), inputs));
  }
  size_t next = 0;
  auto take = [&] {
    Tensor& t = tensors[next++];
    return t.shape().rank() == 0 ? Value(Scalar::FromTensor(t)) : Array::Of(std::move(t));
  };
  if (scalar != nullptr) {
    *concrete = take();
  } else {
    FG_ASSIGN_OR_RETURN(*concrete, Concretise(eval_, returned));
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i] != ir::kNoNode) values[i] = take();
  }
  return values;
}

absl::StatusOr<Value> ArgumentLift::Wrap(ir::Expr node, Part* part) {
  if (!IsFloat(node.dtype())) node = ir::Cast(node, DType::kFloat64);
  node = ir::Apply(ir::OpKind::kBarrier, node);
  FG_RETURN_IF_ERROR(session_.builder().status());
  part->node = static_cast<int>(nodes_.size());
  nodes_.push_back(node.id());
  return session_.ops().Wrap(node.id());
}

absl::StatusOr<Value> ArgumentLift::Lift(const Value& value, bool inside_object, Part* part) {
  FG_RETURN_IF_ERROR(session_.CheckStack());
  part->original = value;
  switch (value.kind()) {
    case Kind::kNumber: {
      const DType dtype = value.scalar().dtype();
      if (dtype == DType::kBool) return value;
      if (IsInteger(dtype) && (inside_object || !integers_)) return value;
      // The outermost gradient takes its numbers as inputs, so that its graph serves other numbers.
      const Scalar number =
          IsInteger(dtype) ? value.scalar().ConvertTo(DType::kFloat64) : value.scalar();
      const ir::NodeId id = session_.outermost() ? session_.trace().Placeholder(number.ToTensor())
                                                 : session_.builder().Constant(number.ToTensor());
      return Wrap(ir::Expr(session_.builder(), id), part);
    }
    case Kind::kTraced: {
      const DType dtype = value.As<Traced>()->dtype();
      if (dtype == DType::kBool || (IsInteger(dtype) && inside_object)) return value;
      FG_ASSIGN_OR_RETURN(const ir::Expr node, session_.ops().Lift(value));
      return Wrap(node, part);
    }
    case Kind::kArray: {
      const DType dtype = value.As<Array>()->dtype();
      if (dtype == DType::kBool || (IsInteger(dtype) && inside_object)) return value;
      FG_ASSIGN_OR_RETURN(const ir::Expr node, session_.ops().Lift(value));
      FG_ASSIGN_OR_RETURN(Value lifted, Wrap(node, part));
      if (const Array* array = lifted.As<Array>()) array->storage()->set_argument();
      return lifted;
    }
    case Kind::kRange: {
      if (!IsFloat(value.As<Range>()->dtype())) return value;
      FG_ASSIGN_OR_RETURN(const ir::Expr node, session_.ops().Lift(value));
      return Wrap(node, part);
    }
    case Kind::kString:
    case Kind::kSymbol:
    case Kind::kType:
    case Kind::kModule:
    case Kind::kOpaque:
    case Kind::kSet:
      return value;
    default:
      break;
  }
  if (value.object() == nullptr) return value;
  std::vector<Child> children = value.object()->Children();
  if (children.empty()) return value;
  // A layer's own numbers (a rate, an epsilon) are settings, not variables.
  const Struct* object = value.As<Struct>();
  const bool settings = object != nullptr && object->type->builtin;
  const bool inside = inside_object || (!value.is(Kind::kTuple) && !value.is(Kind::kNamedTuple));
  std::vector<Value> lifted;
  part->parts.resize(children.size());
  for (size_t i = 0; i < children.size(); ++i) {
    if (settings && children[i].value.is_number()) {
      part->parts[i].original = children[i].value;
      lifted.push_back(children[i].value);
      continue;
    }
    FG_ASSIGN_OR_RETURN(Value child, Lift(children[i].value, inside, &part->parts[i]));
    lifted.push_back(std::move(child));
  }
  const bool changed = [&] {
    for (size_t i = 0; i < children.size(); ++i) {
      if (!lifted[i].IdenticalTo(children[i].value)) return true;
    }
    return false;
  }();
  return changed ? value.object()->WithChildren(std::move(lifted)) : value;
}

absl::StatusOr<Value> ArgumentLift::Add(const Value& argument) {
  arguments_.emplace_back();
  // Lift may not see the vector move under it: parts are built in place, then stored.
  Part part;
  FG_ASSIGN_OR_RETURN(Value lifted, Lift(argument, false, &part));
  arguments_.back() = std::move(part);
  return lifted;
}

ir::NodeId ArgumentLift::Direct(size_t argument) const {
  const int node = arguments_[argument].node;
  return node < 0 ? ir::kNoNode : nodes_[node];
}

Value ArgumentLift::Structure(size_t argument, absl::Span<const Value> gradients) const {
  return Assemble(arguments_[argument], gradients);
}

Value ArgumentLift::Assemble(const Part& part, absl::Span<const Value> gradients) {
  if (part.node >= 0) return gradients[part.node];
  if (part.parts.empty()) return Value();
  std::vector<Value> parts;
  for (const Part& p : part.parts) parts.push_back(Assemble(p, gradients));
  if (std::all_of(parts.begin(), parts.end(), [](const Value& v) { return v.is_nothing(); })) {
    return Value();
  }
  const Value& original = part.original;
  switch (original.kind()) {
    case Kind::kTuple:
      return Tuple::Of(std::move(parts));
    case Kind::kList: {
      const List& list = *original.As<List>();
      return list.dims ? Value(std::make_shared<List>(std::move(parts), *list.dims))
                       : List::Of(std::move(parts));
    }
    case Kind::kDict: {
      auto dict = std::make_shared<Dict>();
      size_t i = 0;
      for (const auto& [key, value] : original.As<Dict>()->Entries()) {
        dict->Set(key, std::move(parts[i++]));
      }
      return Value(std::move(dict));
    }
    default: {
      std::vector<std::string> names;
      for (const Child& child : original.object()->Children()) {
        names.push_back(child.step.substr(child.step.find_first_not_of('.')));
      }
      return NamedTuple::Of(std::move(names), std::move(parts));
    }
  }
}

absl::StatusOr<Value> Concretise(Evaluator& eval, const Value& value) {
  FG_RETURN_IF_ERROR(static_cast<Machine&>(eval).CheckStack());
  switch (value.kind()) {
    case Kind::kTraced: {
      FG_ASSIGN_OR_RETURN(const Tensor number, eval.ops().Read(value));
      return Value(Scalar::FromTensor(number));
    }
    case Kind::kArray: {
      if (!value.As<Array>()->is_traced()) return value;
      FG_ASSIGN_OR_RETURN(Tensor elements, value.As<Array>()->Read());
      return Array::Of(std::move(elements));
    }
    case Kind::kTuple:
    case Kind::kNamedTuple:
    case Kind::kPair:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kStruct:
    case Kind::kFunction:
      break;
    default:
      return value;
  }
  std::vector<Value> parts;
  bool changed = false;
  for (const Child& child : value.object()->Children()) {
    FG_ASSIGN_OR_RETURN(Value part, Concretise(eval, child.value));
    changed = changed || !part.IdenticalTo(child.value);
    parts.push_back(std::move(part));
  }
  return changed ? value.object()->WithChildren(std::move(parts)) : value;
}

}  // namespace fluxgate::lang
