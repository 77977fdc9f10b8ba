#ifndef FLUXGATE_ENGINE_LANG_GRADIENT_LIFTING_H_
#define FLUXGATE_ENGINE_LANG_GRADIENT_LIFTING_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"
#include "engine/value/ops.h"
#include "engine/value/trace.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// What runs inside a gradient: makes a trace, or goes on in the one that is active (a gradient
// inside a gradient), in train mode.
class TraceSession {
 public:
  explicit TraceSession(Evaluator& eval);
  // Takes up an earlier trace again: a pullback's second half.
  TraceSession(Evaluator& eval, std::shared_ptr<Trace> trace);

  Ops& ops() { return eval_.ops(); }
  Trace& trace() { return *trace_; }
  const std::shared_ptr<Trace>& shared_trace() const { return trace_; }
  ir::Builder& builder() { return trace_->builder(); }
  bool outermost() const { return scope_.has_value(); }

  // StackOverflowError before a walk over nested values runs out of stack.
  absl::Status CheckStack() const;
  absl::StatusOr<Value> Call(const Value& f, absl::Span<const Value> arguments);

  // The values of nodes (nothing for kNoNode), and `returned` into `concrete`. The outermost
  // session prunes the graph, runs it once and gives plain values; an inner one traced ones.
  absl::StatusOr<std::vector<Value>> Finish(absl::Span<const ir::NodeId> nodes,
                                            const Value& returned, Value* concrete);

 private:
  Evaluator& eval_;
  std::shared_ptr<Trace> trace_;
  absl::optional<ScopedTrace> scope_;
};

// Puts the arguments of a gradient into a trace: each number and array that can have a gradient
// becomes a value of its own behind a barrier.
class ArgumentLift {
 public:
  // `integers`: a plain integer argument becomes a Float64 that has a gradient.
  ArgumentLift(TraceSession& session, bool integers) : session_(session), integers_(integers) {}

  absl::StatusOr<Value> Add(const Value& argument);
  const std::vector<ir::NodeId>& nodes() const { return nodes_; }
  // The node of argument i when it is a number or an array itself; kNoNode otherwise.
  ir::NodeId Direct(size_t argument) const;
  // The gradient of argument i, given one value per node: structural, with nothing for what has
  // none. Works after the session has ended.
  Value Structure(size_t argument, absl::Span<const Value> gradients) const;

 private:
  struct Part {
    Value original;
    int node = -1;  // position in nodes_
    std::vector<Part> parts;
  };
  absl::StatusOr<Value> Lift(const Value& value, bool inside_object, Part* part);
  absl::StatusOr<Value> Wrap(ir::Expr node, Part* part);
  static Value Assemble(const Part& part, absl::Span<const Value> gradients);

  TraceSession& session_;
  const bool integers_;
  std::vector<ir::NodeId> nodes_;
  std::vector<Part> arguments_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_GRADIENT_LIFTING_H_
