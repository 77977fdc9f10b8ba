#include "engine/nn/losses.h"

#include <limits>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/nn/activations.h"
#include "engine/nn/errors.h"
#include "engine/nn/softmax.h"

namespace fluxgate::nn {
namespace {

using ir::Expr;

// What a formula may use beside ŷ and y: the keywords, read and defaulted.
struct Options {
  ReductionDims dims{false, {0}};
  double eps = 0;     // eps(float(eltype(ŷ))) unless given
  double number = 0;  // delta, gamma or margin
};
using Formula = Expr (*)(Expr p, Expr y, const Options& options);

// 0 where x is 0, even where y is 0 too; its gradient by y is x / y there as elsewhere.
Expr XLogY(Expr x, Expr y) {
  const Expr harmless = Select(Apply(ir::OpKind::kAnd, x <= 0, y <= 0), y.Number(1), y);
  return x * Log(harmless);
}
Expr XLogX(Expr x) { return XLogY(x, x); }

// abs2(ŷ - y)
Expr Mse(Expr p, Expr y, const Options&) { return Square(p - y); }
// |ŷ - y|
Expr Mae(Expr p, Expr y, const Options&) { return Abs(p - y); }
// log((ŷ + ϵ) / (y + ϵ))²
Expr Msle(Expr p, Expr y, const Options& o) { return Square(Log((p + o.eps) / (y + o.eps))); }
// e = |ŷ - y|: e²/2 for e < δ, else δ (e - δ/2)
Expr Huber(Expr p, Expr y, const Options& o) {
  const Expr e = Abs(p - y);
  return Select(e < o.number, Square(e) * 0.5, o.number * (e - 0.5 * o.number));
}
// -sum(y log(ŷ + ϵ); dims)
Expr CrossEntropy(Expr p, Expr y, const Options& o) {
  return -SumOver(XLogY(y, p + o.eps), o.dims);
}
// -sum(y logsoftmax(ŷ; dims); dims)
Expr LogitCrossEntropy(Expr p, Expr y, const Options& o) {
  return -SumOver(y * LogSoftmax(p, o.dims), o.dims);
}
// -y log(ŷ + ϵ) - (1 - y) log(1 - ŷ + ϵ)
Expr BinaryCrossEntropy(Expr p, Expr y, const Options& o) {
  return -XLogY(y, p + o.eps) - XLogY(1 - y, 1 - p + o.eps);
}
// (1 - y) ŷ - logσ(ŷ)
Expr LogitBinaryCrossEntropy(Expr p, Expr y, const Options&) {
  return (1 - y) * p - (-Softplus(-p));
}
// ŷ - y log(ŷ)
Expr Poisson(Expr p, Expr y, const Options&) { return p - XLogY(y, p); }
// max(0, 1 - ŷ y)
Expr Hinge(Expr p, Expr y, const Options&) { return Max(1 - p * y, 0); }
Expr SquaredHinge(Expr p, Expr y, const Options& o) { return Square(Hinge(p, y, o)); }
// p_t = y ŷ + (1 - y)(1 - ŷ) with ŷ + ϵ: -(1 - p_t)^γ log(p_t)
Expr BinaryFocal(Expr p, Expr y, const Options& o) {
  p = p + o.eps;
  const Expr pt = y * p + (1 - y) * (1 - p);
  return Pow(1 - pt, o.number) * -Log(pt);
}
// sum(-y (1 - ŷ)^γ log(ŷ); dims) with ŷ + ϵ
Expr Focal(Expr p, Expr y, const Options& o) {
  p = p + o.eps;
  return SumOver(-y * Pow(1 - p, o.number) * Log(p), o.dims);
}
// (1 - y) ŷ² + y max(0, margin - ŷ)²
Expr SiameseContrastive(Expr p, Expr y, const Options& o) {
  return (1 - y) * Square(p) + y * Square(Max(o.number - p, 0));
}
// sum(y log(y); dims), the other half of kldivergence
Expr NegativeEntropy(Expr, Expr y, const Options& o) { return SumOver(XLogX(y), o.dims); }

// Labels that are Bools or integers count in ŷ's float type, as they do in Julia's promotion.
Expr Labels(Expr p, Expr y) {
  if (!p.ok() || !y.ok() || IsFloat(y.dtype())) return y;
  return Cast(y, ToFloat(p.dtype()));
}

absl::Status CheckSizes(const Value& p, const Value& y) {
  const absl::optional<Shape> a = ShapeOf(p), b = ShapeOf(y);
  if (!a.has_value() || !b.has_value() || a->rank() == 0 || b->rank() == 0) {
    return absl::OkStatus();
  }
  for (int d = 0; d < std::max(a->rank(), b->rank()); ++d) {
    if (a->dim(d) != b->dim(d)) {
      return Error("DimensionMismatch", "loss function expects size(ŷ) = ", SizeText(*a),
                   " to match size(y) = ", SizeText(*b));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Options> ReadOptions(Context& context, const Arguments& arguments, double number) {
  Options options;
  options.number = number;
  const absl::optional<Shape> shape = ShapeOf(arguments[0]);
  const absl::optional<DType> dtype = DTypeOfValue(arguments[0]);
  options.eps = dtype == DType::kFloat32 ? std::numeric_limits<float>::epsilon()
                                         : std::numeric_limits<double>::epsilon();
  for (const auto& [name, value] : arguments.keywords) {
    if (name == "dims") {
      FG_ASSIGN_OR_RETURN(options.dims,
                          DimsArgument(context, value, shape ? shape->rank() : 0, "dims"));
    } else if (name == "eps" || name == "ϵ") {
      FG_ASSIGN_OR_RETURN(options.eps, RealArgument(context, value, name));
    } else if (name != "agg") {
      FG_ASSIGN_OR_RETURN(options.number, RealArgument(context, value, name));
    }
  }
  if (shape.has_value() && shape->rank() == 0 && !options.dims.all) options.dims.dims.clear();
  return options;
}

// agg(formula(ŷ, y)): the mean stays in the same graph, any other aggregation is called.
absl::StatusOr<Value> Aggregate(Context& context, const Arguments& arguments,
                                const Options& options, Formula formula) {
  const Value* agg = arguments.Keyword("agg");
  FG_ASSIGN_OR_RETURN(
      Value terms,
      context.ops().Apply({arguments[0], arguments[1]}, [&](absl::Span<const Expr> xs) {
        const Expr each = formula(xs[0], Labels(xs[0], xs[1]), options);
        return agg == nullptr ? Mean(each) : each;
      }));
  if (agg == nullptr || IsIdentity(*agg)) return terms;
  return context.Call(*agg, {terms});
}

template <Formula formula>
absl::StatusOr<Value> CallLoss(Context& context, const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckSizes(arguments[0], arguments[1]));
  constexpr double kNumber = formula == &BinaryFocal || formula == &Focal ? 2 : 1;
  FG_ASSIGN_OR_RETURN(Options options, ReadOptions(context, arguments, kNumber));
  if (formula == &SiameseContrastive && options.number < 0) {
    return Error("DomainError", "with ", options.number, ":\nMargin must be non-negative");
  }
  return Aggregate(context, arguments, options, formula);
}

// kldivergence(ŷ, y) = agg(sum(y log(y); dims)) + crossentropy(ŷ, y)
absl::StatusOr<Value> CallKlDivergence(Context& context, const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckSizes(arguments[0], arguments[1]));
  FG_ASSIGN_OR_RETURN(Options options, ReadOptions(context, arguments, 1));
  FG_ASSIGN_OR_RETURN(Value entropy, Aggregate(context, arguments, options, NegativeEntropy));
  FG_ASSIGN_OR_RETURN(Value cross, Aggregate(context, arguments, options, CrossEntropy));
  return context.ops().Apply({entropy, cross},
                             [](absl::Span<const Expr> xs) { return xs[0] + xs[1]; });
}

// dice_coeff_loss(ŷ, y; smooth = 1) = 1 - (2 Σ yŷ + s) / (Σ y² + Σ ŷ² + s)
absl::StatusOr<Value> CallDice(Context& context, const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckSizes(arguments[0], arguments[1]));
  FG_ASSIGN_OR_RETURN(Options o, ReadOptions(context, arguments, 1));
  return context.ops().Apply(arguments.positional, [&](absl::Span<const Expr> xs) {
    const Expr p = xs[0], y = Labels(xs[0], xs[1]);
    return 1 - (2 * Sum(y * p) + o.number) / (Sum(Square(y)) + Sum(Square(p)) + o.number);
  });
}

// tversky_loss(ŷ, y; beta = 0.7) = 1 - (Σ yŷ + 1) / (Σ (yŷ + β (1-y) ŷ + (1-β) y (1-ŷ)) + 1)
absl::StatusOr<Value> CallTversky(Context& context, const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckSizes(arguments[0], arguments[1]));
  FG_ASSIGN_OR_RETURN(Options o, ReadOptions(context, arguments, 0.7));
  return context.ops().Apply(arguments.positional, [&](absl::Span<const Expr> xs) {
    const Expr p = xs[0], y = Labels(xs[0], xs[1]);
    const Expr weighted = y * p + o.number * (1 - y) * p + (1 - o.number) * y * (1 - p);
    return 1 - (Sum(y * p) + 1) / (Sum(weighted) + 1);
  });
}

// label_smoothing(y, α; dims = 1) = y (1 - α) + α / size(y, 1); dims = 0: + α/2
absl::StatusOr<Value> CallLabelSmoothing(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(double alpha, RealArgument(context, arguments[1], "α"));
  if (!(0 < alpha && alpha < 1)) return Error("ArgumentError", "α must be between 0 and 1");
  int64_t dims = 1;
  if (const Value* given = arguments.Keyword("dims"); given != nullptr) {
    FG_ASSIGN_OR_RETURN(dims, IntegerArgument(context, *given, "dims"));
  }
  if (dims != 0 && dims != 1) return Error("ArgumentError", "`dims` should be either 0 or 1");
  const absl::optional<Shape> shape = ShapeOf(arguments[0]);
  const double classes = dims == 0 || !shape ? 2 : static_cast<double>(shape->dim(0));
  return context.ops().Apply(arguments.positional, [&](absl::Span<const Expr> xs) {
    return xs[0] * (1 - xs[1]) + xs[1] / classes;
  });
}

template <Formula formula>
Function Row(absl::string_view name, std::vector<absl::string_view> keywords) {
  keywords.push_back("agg");
  return {name, "Flux", false, 2, 2, std::move(keywords), CallLoss<formula>};
}

}  // namespace

std::vector<Function> LossRows() {
  return {
      Row<Mse>("mse", {}),
      Row<Mae>("mae", {}),
      Row<Msle>("msle", {"eps", "ϵ"}),
      Row<Huber>("huber_loss", {"delta", "δ"}),
      {"label_smoothing", "Flux", false, 2, 2, {"dims"}, CallLabelSmoothing},
      Row<CrossEntropy>("crossentropy", {"dims", "eps", "ϵ"}),
      Row<LogitCrossEntropy>("logitcrossentropy", {"dims"}),
      Row<BinaryCrossEntropy>("binarycrossentropy", {"eps", "ϵ"}),
      Row<LogitBinaryCrossEntropy>("logitbinarycrossentropy", {}),
      {"kldivergence", "Flux", false, 2, 2, {"dims", "eps", "ϵ", "agg"}, CallKlDivergence},
      Row<Poisson>("poisson_loss", {}),
      Row<Hinge>("hinge_loss", {}),
      Row<SquaredHinge>("squared_hinge_loss", {}),
      {"dice_coeff_loss", "Flux", false, 2, 2, {"smooth"}, CallDice},
      {"tversky_loss", "Flux", false, 2, 2, {"beta", "β"}, CallTversky},
      Row<BinaryFocal>("binary_focal_loss", {"gamma", "γ", "eps", "ϵ"}),
      Row<Focal>("focal_loss", {"dims", "gamma", "γ", "eps", "ϵ"}),
      Row<SiameseContrastive>("siamese_contrastive_loss", {"margin"}),
  };
}

}  // namespace fluxgate::nn
