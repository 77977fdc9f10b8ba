#ifndef FLUXGATE_ENGINE_VALUE_OPS_H_
#define FLUXGATE_ENGINE_VALUE_OPS_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/ir/expr.h"
#include "engine/value/array.h"
#include "engine/value/trace.h"
#include "engine/value/value.h"

namespace fluxgate {

// Applies graph operations to values: the one way in which layers, losses and built-ins compute.
//
// Outside a gradient an application builds a small graph, computes it at once and returns ordinary
// numbers and arrays. While a trace is active it appends to that trace, every array taking part,
// and returns traced values. The code of a layer is the same in both cases. One thread at a time.
class Ops {
 public:
  explicit Ops(NodeEvaluator& evaluator) : evaluator_(evaluator) {}

  using Emit1 = absl::FunctionRef<ir::Expr(absl::Span<const ir::Expr>)>;
  // Operands are numbers, traced numbers, arrays or ranges; the result has rank 0 (a number) or
  // more (a new array). INVALID_ARGUMENT carries the builder's error.
  absl::StatusOr<Value> Apply(absl::Span<const Value> operands, Emit1 emit);

  using EmitN = absl::FunctionRef<absl::StatusOr<std::vector<ir::Expr>>(
      ir::Builder&, absl::Span<const ir::Expr>)>;
  absl::StatusOr<std::vector<Value>> ApplyMany(absl::Span<const Value> operands, EmitN emit);

  // The operand's node in the active trace. REQUIRES: tracing().
  absl::StatusOr<ir::Expr> Lift(const Value& operand);
  // A node of the active trace as a value.
  Value Wrap(ir::NodeId id);

  bool tracing() const { return trace_ != nullptr; }
  const std::shared_ptr<Trace>& trace() const { return trace_; }

  // The concrete elements of a number, traced number, array or range. Records nothing: for display
  // and for data that is only passed on.
  absl::StatusOr<Tensor> Read(const Value& value) const;
  // The concrete number of a number or traced number, for a decision: a branch, a bound, an index,
  // a shape. Guards the trace.
  absl::StatusOr<Scalar> Decide(const Value& value);
  absl::StatusOr<Tensor> DecideArray(const Value& value);

  NodeEvaluator& evaluator() { return evaluator_; }

 private:
  friend class ScopedTrace;
  NodeEvaluator& evaluator_;
  std::shared_ptr<Trace> trace_;
};

// Makes `trace` the active one of `ops` for the life of the object.
class ScopedTrace {
 public:
  ScopedTrace(Ops& ops, std::shared_ptr<Trace> trace)
      : ops_(ops), previous_(std::exchange(ops.trace_, std::move(trace))) {}
  ~ScopedTrace() { ops_.trace_ = std::move(previous_); }
  ScopedTrace(const ScopedTrace&) = delete;
  ScopedTrace& operator=(const ScopedTrace&) = delete;

 private:
  Ops& ops_;
  std::shared_ptr<Trace> previous_;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_OPS_H_
