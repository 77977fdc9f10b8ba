#ifndef FLUXGATE_ENGINE_OPTIM_UPDATE_H_
#define FLUXGATE_ENGINE_OPTIM_UPDATE_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/ir/expr.h"
#include "engine/nn/function.h"
#include "engine/value/struct.h"
#include "engine/value/value.h"

namespace fluxgate::optim {

// Rules are Struct values (types of this package: Adam with fields eta, beta, epsilon; a chain with
// field opts). Leaf is a mutable Struct (rule, state, frozen), as Optimisers.Leaf.

// Constructors of every rule, and setup, update!, adjust!, freeze!, thaw!.
absl::Span<const nn::Function> Functions();
bool IsRule(const Value& value);
bool IsLeaf(const Value& value);
// "Adam(eta=0.001, beta=(0.9, 0.999), epsilon=1.0e-8)", "Descent(0.1f0)", "Leaf(…, …)".
std::string ShowRule(const Struct& rule, absl::FunctionRef<std::string(const Value&)> repr);

// A fresh leaf for one parameter.
absl::StatusOr<Value> MakeLeaf(const Value& rule, const Value& parameter);
// The tree of leaves of Flux.setup, the same structure as `model`: a shared array has a shared
// leaf.
absl::StatusOr<Value> Setup(const Value& rule, const Value& model);

// The parameters of a model that its state tree has leaves for, each once, in walk order.
struct Bound {
  std::vector<Value> parameters, leaves;
};
absl::StatusOr<Bound> Bind(const Value& tree, const Value& model);

// What a leaf holds that a step's graph takes as inputs, each in a fixed order of its rule:
// hyperparameters as rank-0 tensors, state as tensors.
absl::StatusOr<std::vector<Tensor>> ReadHyperparameters(const Value& leaf);
// The `eta` of the leaf's rule, of the last one of a chain that has it; absent without, and for a
// frozen leaf.
absl::optional<double> LearningRate(const Value& leaf);
// Whether the rule remembers anything of a parameter from one update to the next.
// REQUIRES: IsRule(rule).
bool KeepsState(const Value& rule);
absl::StatusOr<std::vector<Tensor>> ReadState(const Value& leaf);
absl::Status WriteState(const Value& leaf, absl::Span<const Tensor> state);

struct Update {
  ir::Expr parameter;           // same dtype and shape as before
  std::vector<ir::Expr> state;  // in the order of ReadState
  // Rank-0 Float64 numbers that CheckNorm must pass for the step to count: ClipNorm's norms.
  std::vector<ir::Expr> norms;
};
// DomainError unless the norm of a gradient is finite.
absl::Status CheckNorm(double norm);
// Emits one update. A frozen leaf gives back what it got. What is emitted depends on the rule's
// types and flags, on ClipNorm's p and on `frozen`, but not on other hyperparameters.
absl::StatusOr<Update> EmitUpdate(const Value& leaf, ir::Expr parameter, ir::Expr gradient,
                                  absl::Span<const ir::Expr> hyperparameters,
                                  absl::Span<const ir::Expr> state);

}  // namespace fluxgate::optim

#endif  // FLUXGATE_ENGINE_OPTIM_UPDATE_H_
