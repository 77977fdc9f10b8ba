#ifndef FLUXGATE_TESTS_TESTING_GRADIENT_CHECK_H_
#define FLUXGATE_TESTS_TESTING_GRADIENT_CHECK_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/ir/expr.h"

namespace fluxgate::testing {

// Builds a differentiable function of its inputs: a float result of any shape.
using GraphFunction = std::function<ir::Expr(ir::Builder&, absl::Span<const ir::Expr>)>;

// A Float64 input, drawn uniformly between lo and hi unless `values` gives it.
struct CheckedInput {
  Shape shape;
  double lo = -2, hi = 2;
  std::vector<double> values = {};
};

struct GradientCheckOptions {
  int max_order = 2;
  uint32_t seed = 1;
  double step = 1e-5;
  double tolerance = 1e-6;  // Relative to max(1, |derivative|).
};

// Compares derivatives of `f` in every direction with central finite differences, order by order:
// the first those of a random projection of f, the second those of a random projection of the
// gradient, and so on. The error names the order, the input and the element. Samples must stay
// away (by `step`) from where f has no derivative.
absl::Status CheckGradients(const GraphFunction& f, absl::Span<const CheckedInput> inputs,
                            const GradientCheckOptions& options = {});

// The same for a result that was built already, at values of the builder's inputs: by every input
// of Float64.
absl::Status CheckGradientsOf(ir::Builder& builder, ir::Expr result, std::vector<Tensor> points,
                              const GradientCheckOptions& options = {});

}  // namespace fluxgate::testing

#endif  // FLUXGATE_TESTS_TESTING_GRADIENT_CHECK_H_
