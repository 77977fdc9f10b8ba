#include "tests/testing/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "engine/autodiff/gradient.h"
#include "engine/base/status_macros.h"
#include "engine/ir/interpreter.h"
#include "engine/ir/verifier.h"

namespace fluxgate::testing {
namespace {

using ir::Builder;
using ir::Expr;
using ir::Graph;
using ir::kNoNode;
using ir::NodeId;

class Checker {
 public:
  Checker(Builder& builder, const GradientCheckOptions& options)
      : options_(options), random_(options.seed), builder_(builder) {}

  absl::Status Run(const GraphFunction& f, absl::Span<const CheckedInput> inputs) {
    std::vector<Expr> arguments;
    std::vector<Tensor> points;
    for (const CheckedInput& input : inputs) {
      FG_ASSIGN_OR_RETURN(Tensor point, Sample(input));
      points.push_back(std::move(point));
      arguments.push_back({builder_, builder_.Input(DType::kFloat64, input.shape)});
    }
    return Check(f(builder_, arguments), std::move(points));
  }

  absl::Status Check(Expr result, std::vector<Tensor> points) {
    FG_RETURN_IF_ERROR(builder_.status());
    wrt_ = builder_.graph().inputs;
    points_ = std::move(points);
    if (!result.ok() || !IsFloat(result.dtype())) {
      return absl::InvalidArgumentError("the function gives no floats");
    }
    FG_ASSIGN_OR_RETURN(Expr scalar, Project(result));
    for (int order = 1; order <= options_.max_order; ++order) {
      FG_ASSIGN_OR_RETURN(const std::vector<NodeId> gradient,
                          autodiff::Gradient(builder_, scalar.id(), wrt_));
      FG_RETURN_IF_ERROR(Compare(order, scalar.id(), gradient));
      scalar = Expr();
      for (NodeId part : gradient) {
        if (part == kNoNode) continue;
        FG_ASSIGN_OR_RETURN(const Expr projected, Project({builder_, part}));
        scalar = scalar.ok() ? scalar + projected : projected;
      }
      if (!scalar.ok()) break;
    }
    return absl::OkStatus();
  }

 private:
  double Uniform(double lo, double hi) {
    return lo + (hi - lo) * (static_cast<double>(random_()) / 4294967296.0);
  }

  absl::StatusOr<Tensor> Sample(const CheckedInput& input) {
    std::vector<double> values = input.values;
    if (values.empty()) {
      for (int64_t i = 0; i < input.shape.num_elements(); ++i) {
        values.push_back(Uniform(input.lo, input.hi));
      }
    }
    return Tensor::FromVector<double>(input.shape, values);
  }

  // A weighted sum, with weights of both signs and none near 0.
  absl::StatusOr<Expr> Project(Expr x) {
    std::vector<double> weights(static_cast<size_t>(x.shape().num_elements()));
    for (double& weight : weights) {
      weight = Uniform(0.5, 1.5);
      if (random_() % 2 == 0) weight = -weight;
    }
    FG_ASSIGN_OR_RETURN(Tensor constant, Tensor::FromVector<double>(x.shape(), weights));
    const Expr sum = Sum(x * Expr(builder_, builder_.Constant(std::move(constant))));
    FG_RETURN_IF_ERROR(builder_.status());
    return sum;
  }

  absl::StatusOr<Graph> GraphOf(const std::vector<NodeId>& outputs) const {
    FG_ASSIGN_OR_RETURN(const Graph graph, builder_.Finish(outputs));
    FG_RETURN_IF_ERROR(ir::Verify(graph));
    return ir::Prune(graph, outputs);
  }

  absl::Status Compare(int order, NodeId scalar, const std::vector<NodeId>& gradient) {
    std::vector<NodeId> present;
    for (NodeId part : gradient) {
      if (part != kNoNode) present.push_back(part);
    }
    FG_ASSIGN_OR_RETURN(const Graph value_graph, GraphOf({scalar}));
    FG_ASSIGN_OR_RETURN(const Graph gradient_graph, GraphOf(present));
    FG_ASSIGN_OR_RETURN(const std::vector<Tensor> derivatives,
                        ir::Evaluate(gradient_graph, points_));
    const auto value_at = [&](size_t k, int64_t i, double x) -> absl::StatusOr<double> {
      std::vector<Tensor> moved = points_;
      moved[k].mutable_data<double>()[static_cast<size_t>(i)] = x;
      FG_ASSIGN_OR_RETURN(const std::vector<Tensor> value, ir::Evaluate(value_graph, moved));
      return value[0].ElementAsDouble(0);
    };
    size_t next = 0;
    for (size_t k = 0; k < points_.size(); ++k) {
      if (points_[k].dtype() != DType::kFloat64) continue;
      const Tensor* derivative = gradient[k] == kNoNode ? nullptr : &derivatives[next++];
      for (int64_t i = 0; i < points_[k].num_elements(); ++i) {
        const double x = points_[k].ElementAsDouble(i);
        FG_ASSIGN_OR_RETURN(const double above, value_at(k, i, x + options_.step));
        FG_ASSIGN_OR_RETURN(const double below, value_at(k, i, x - options_.step));
        const double expected = (above - below) / (2 * options_.step);
        const double actual = derivative == nullptr ? 0 : derivative->ElementAsDouble(i);
        const double allowed = options_.tolerance * std::max(1.0, std::abs(expected));
        if (!(std::abs(actual - expected) <= allowed)) {
          return absl::FailedPreconditionError(absl::StrCat(
              "derivative ", order, " by element ", i, " of input ", k, " at ", x, " is ", actual,
              derivative == nullptr ? " (none)" : "", ", finite differences give ", expected));
        }
      }
    }
    return absl::OkStatus();
  }

  const GradientCheckOptions options_;
  std::mt19937 random_;
  Builder& builder_;
  std::vector<NodeId> wrt_;
  std::vector<Tensor> points_;
};

}  // namespace

absl::Status CheckGradients(const GraphFunction& f, absl::Span<const CheckedInput> inputs,
                            const GradientCheckOptions& options) {
  Builder builder;
  return Checker(builder, options).Run(f, inputs);
}

absl::Status CheckGradientsOf(ir::Builder& builder, ir::Expr result, std::vector<Tensor> points,
                              const GradientCheckOptions& options) {
  return Checker(builder, options).Check(result, std::move(points));
}

}  // namespace fluxgate::testing
