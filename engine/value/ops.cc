#include "engine/value/ops.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/value/containers.h"

namespace fluxgate {
namespace {

absl::StatusOr<Tensor> RangeElements(const Range& range) {
  FG_ASSIGN_OR_RETURN(Tensor elements, Tensor::Create(range.dtype(), Shape({range.length})));
  DispatchDType(range.dtype(), [&](auto tag) {
    using T = decltype(tag);
    auto out = elements.mutable_data<T>();
    for (int64_t i = 0; i < range.length; ++i) {
      const Scalar s = range.At(i);
      out[i] = IsFloat(range.dtype()) ? static_cast<T>(s.AsDouble()) : static_cast<T>(s.AsInt64());
    }
  });
  return elements;
}

// The elements of an operand without a trace.
absl::StatusOr<Tensor> Elements(const Value& value) {
  switch (value.kind()) {
    case Kind::kNumber:
      return value.scalar().ToTensor();
    case Kind::kTraced: {
      const NodeRef& node = value.As<Traced>()->node;
      return node.trace->Concrete(node.id);
    }
    case Kind::kArray:
      return value.As<Array>()->Read();
    case Kind::kRange:
      return RangeElements(*value.As<Range>());
    default:
      return absl::InvalidArgumentError("expected a number or an array of numbers");
  }
}

// A graph for one application, computed at once. Most have one op, so nothing here allocates more
// than the builder does.
class Immediate {
 public:
  explicit Immediate(NodeEvaluator& evaluator) : evaluator_(evaluator) {}

  ir::Builder& builder() { return builder_; }

  absl::StatusOr<ir::Expr> AddOperand(const Value& value) {
    if (value.is_number()) {
      return ir::Expr(builder_, builder_.Constant(value.scalar().ToTensor()));
    }
    FG_ASSIGN_OR_RETURN(Tensor elements, Elements(value));
    const ir::NodeId id = builder_.Input(elements.dtype(), elements.shape());
    inputs_.push_back(std::move(elements));
    return ir::Expr(builder_, id);
  }

  absl::StatusOr<Value> Compute(const ir::Expr& result) {
    FG_RETURN_IF_ERROR(builder_.status());
    if (!result.ok()) return absl::InternalError("an operation gave no result");
    FG_RETURN_IF_ERROR(Need(result.id()));
    const Tensor& value = values_[result.id()];
    if (value.shape().rank() == 0) return Value(Scalar::FromTensor(value));
    return Array::Of(value);
  }

 private:
  // Computes the nodes up to `last` that it needs and that are not there yet.
  absl::Status Need(ir::NodeId last) {
    const auto count = static_cast<size_t>(builder_.num_nodes());
    values_.resize(count);
    state_.resize(count, State::kUnneeded);
    if (state_[last] == State::kDone) return absl::OkStatus();
    state_[last] = State::kNeeded;
    for (ir::NodeId id = last; id >= 0; --id) {
      if (state_[id] != State::kNeeded) continue;
      for (const ir::NodeId operand : builder_.node(id).operands) {
        if (state_[operand] != State::kDone) state_[operand] = State::kNeeded;
      }
    }
    absl::InlinedVector<Tensor, 3> operands;
    for (ir::NodeId id = 0; id <= last; ++id) {
      if (state_[id] != State::kNeeded) continue;
      const ir::Node& node = builder_.node(id);
      if (node.op == ir::OpKind::kInput) {
        values_[id] = inputs_[std::get<ir::InputAttr>(node.attr).index];
      } else if (node.op == ir::OpKind::kConstant) {
        values_[id] = std::get<ir::ConstantAttr>(node.attr).value;
      } else {
        operands.clear();
        for (const ir::NodeId operand : node.operands) operands.push_back(values_[operand]);
        FG_ASSIGN_OR_RETURN(values_[id], evaluator_.EvaluateNode(node, operands));
      }
      state_[id] = State::kDone;
    }
    return absl::OkStatus();
  }

  enum class State : uint8_t { kUnneeded, kNeeded, kDone };
  NodeEvaluator& evaluator_;
  ir::Builder builder_;
  std::vector<Tensor> inputs_, values_;
  std::vector<State> state_;
};

using Operands = absl::InlinedVector<ir::Expr, 4>;

// Takes the builder's error, so that the trace goes on after a `catch`.
absl::Status TakeError(ir::Builder& builder) {
  absl::Status status = builder.status();
  if (!status.ok()) builder.ClearError();
  return status;
}

}  // namespace

absl::StatusOr<Value> Ops::Apply(absl::Span<const Value> operands, Emit1 emit) {
  Operands exprs;
  if (tracing()) {
    for (const Value& operand : operands) {
      FG_ASSIGN_OR_RETURN(ir::Expr expr, Lift(operand));
      exprs.push_back(expr);
    }
    const ir::Expr result = emit(exprs);
    FG_RETURN_IF_ERROR(TakeError(trace_->builder()));
    if (!result.ok()) return absl::InternalError("an operation gave no result");
    return Wrap(result.id());
  }
  Immediate graph(evaluator_);
  for (const Value& operand : operands) {
    FG_ASSIGN_OR_RETURN(ir::Expr expr, graph.AddOperand(operand));
    exprs.push_back(expr);
  }
  return graph.Compute(emit(exprs));
}

absl::StatusOr<std::vector<Value>> Ops::ApplyMany(absl::Span<const Value> operands, EmitN emit) {
  Operands exprs;
  std::vector<Value> values;
  if (tracing()) {
    for (const Value& operand : operands) {
      FG_ASSIGN_OR_RETURN(ir::Expr expr, Lift(operand));
      exprs.push_back(expr);
    }
    absl::StatusOr<std::vector<ir::Expr>> results = emit(trace_->builder(), exprs);
    const absl::Status error = TakeError(trace_->builder());
    FG_RETURN_IF_ERROR(results.status());
    FG_RETURN_IF_ERROR(error);
    for (const ir::Expr& result : *results) values.push_back(Wrap(result.id()));
    return values;
  }
  Immediate graph(evaluator_);
  for (const Value& operand : operands) {
    FG_ASSIGN_OR_RETURN(ir::Expr expr, graph.AddOperand(operand));
    exprs.push_back(expr);
  }
  FG_ASSIGN_OR_RETURN(std::vector<ir::Expr> results, emit(graph.builder(), exprs));
  for (const ir::Expr& result : results) {
    FG_ASSIGN_OR_RETURN(Value value, graph.Compute(result));
    values.push_back(std::move(value));
  }
  return values;
}

absl::StatusOr<ir::Expr> Ops::Lift(const Value& operand) {
  ir::Builder& builder = trace_->builder();
  ir::NodeId id = ir::kNoNode;
  if (const Traced* traced = operand.As<Traced>(); traced && traced->node.trace == trace_) {
    id = traced->node.id;
  } else if (const Array* array = operand.As<Array>()) {
    id = trace_->Lift(array->storage());
    if (id != ir::kNoNode) {
      if (array->view()) id = builder.Slice(id, *array->view());
      if (id != ir::kNoNode && builder.shape(id) != array->shape()) {
        id = builder.Reshape(id, array->shape());
      }
    }
  } else {
    FG_ASSIGN_OR_RETURN(Tensor elements, Elements(operand));
    id = builder.Constant(std::move(elements));
  }
  FG_RETURN_IF_ERROR(TakeError(builder));
  return ir::Expr(builder, id);
}

Value Ops::Wrap(ir::NodeId id) {
  NodeRef node{trace_, id};
  if (trace_->builder().shape(id).rank() == 0) return Value(std::make_shared<Traced>(node));
  return Value(std::make_shared<Array>(node));
}

absl::StatusOr<Tensor> Ops::Read(const Value& value) const { return Elements(value); }

absl::StatusOr<Scalar> Ops::Decide(const Value& value) {
  if (value.is_number()) return value.scalar();
  if (const Traced* traced = value.As<Traced>()) {
    FG_RETURN_IF_ERROR(traced->node.trace->Guard(traced->node.id));
  }
  FG_ASSIGN_OR_RETURN(Tensor now, DecideArray(value));
  if (now.num_elements() != 1) {
    return absl::InvalidArgumentError("expected a number, got an array");
  }
  return Scalar::FromTensor(now);
}

absl::StatusOr<Tensor> Ops::DecideArray(const Value& value) {
  if (tracing() && value.is(Kind::kArray)) {
    FG_ASSIGN_OR_RETURN(ir::Expr expr, Lift(value));
    FG_RETURN_IF_ERROR(trace_->Guard(expr.id()));
    return trace_->Concrete(expr.id());
  }
  return Elements(value);
}

}  // namespace fluxgate
