// inv, det, \ and / of dense matrices.
//
// Outside a trace they are plain elimination. Inside one the inverse X of the matrix as it is now
// is a constant, and the result is written as a function of the traced matrix A that is exact there
// with all derivatives that matter: each Newton step X ← X (2I − A X) doubles the order of the
// agreement, and log det(A) = log det(A₀) + tr E − tr E²/2 + … with E = A X − I.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/operations/matrix_products.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

constexpr int kNewtonSteps = 3;  // exact up to the seventh derivative

// Column-major n×n with its row exchanges.
struct Factors {
  int64_t n = 0;
  std::vector<double> lu;
  std::vector<int64_t> pivots;
  double sign = 1;
  int64_t singular_at = -1;
};

absl::StatusOr<Factors> Factorise(Evaluator& eval, const Tensor& a) {
  Factors f;
  f.n = a.shape().dim(0);
  const int64_t n = f.n;
  FG_RETURN_IF_ERROR(eval.CheckElements(n * n, sizeof(double)));
  f.lu.resize(n * n);
  for (int64_t i = 0; i < n * n; ++i) f.lu[i] = a.ElementAsDouble(i);
  f.pivots.resize(n);
  for (int64_t k = 0; k < n; ++k) {
    FG_RETURN_IF_ERROR(eval.Step());
    int64_t best = k;
    for (int64_t i = k + 1; i < n; ++i) {
      if (std::abs(f.lu[i + k * n]) > std::abs(f.lu[best + k * n])) best = i;
    }
    f.pivots[k] = best;
    if (f.lu[best + k * n] == 0) {
      if (f.singular_at < 0) f.singular_at = k;
      continue;
    }
    if (best != k) {
      f.sign = -f.sign;
      for (int64_t j = 0; j < n; ++j) std::swap(f.lu[k + j * n], f.lu[best + j * n]);
    }
    for (int64_t i = k + 1; i < n; ++i) f.lu[i + k * n] /= f.lu[k + k * n];
    for (int64_t j = k + 1; j < n; ++j) {
      if (j % 64 == 63) FG_RETURN_IF_ERROR(eval.Step(64));
      const double factor = f.lu[k + j * n];
      for (int64_t i = k + 1; i < n; ++i) f.lu[i + j * n] -= f.lu[i + k * n] * factor;
    }
  }
  return f;
}

// Solves in place for each column of `b` (n×m).
absl::Status SolveColumns(Evaluator& eval, const Factors& f, std::vector<double>& b, int64_t m) {
  const int64_t n = f.n;
  for (int64_t c = 0; c < m; ++c) {
    double* x = b.data() + c * n;
    for (int64_t k = 0; k < n; ++k) std::swap(x[k], x[f.pivots[k]]);
    for (int64_t k = 0; k < n; ++k) {
      if (k % 64 == 63) FG_RETURN_IF_ERROR(eval.Step(64));
      for (int64_t i = k + 1; i < n; ++i) x[i] -= f.lu[i + k * n] * x[k];
    }
    for (int64_t k = n - 1; k >= 0; --k) {
      x[k] /= f.lu[k + k * n];
      for (int64_t i = 0; i < k; ++i) x[i] -= f.lu[i + k * n] * x[k];
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> FromDoubles(const std::vector<double>& values, DType dtype, Shape shape) {
  FG_ASSIGN_OR_RETURN(Tensor t, Tensor::Create(dtype, std::move(shape)));
  DispatchDType(dtype, [&](auto tag) {
    using T = decltype(tag);
    auto data = t.mutable_data<T>();
    for (size_t i = 0; i < values.size(); ++i) data[i] = static_cast<T>(values[i]);
  });
  return t;
}

absl::Status CheckSquare(const Value& a) {
  const Shape shape = ShapeOf(a);
  if (shape.rank() == 2 && shape.dim(0) == shape.dim(1)) return absl::OkStatus();
  return DimensionMismatch(absl::StrCat("matrix is not square: dimensions are (", shape.dim(0),
                                        ", ", shape.dim(1), ")"));
}

absl::Status Singular(const Factors& f) {
  return JuliaError("SingularException", absl::StrCat(f.singular_at + 1));
}

absl::StatusOr<Tensor> InverseNow(Evaluator& eval, const Tensor& a, const Factors& f) {
  if (f.singular_at >= 0) return Singular(f);
  const int64_t n = f.n;
  std::vector<double> x(n * n, 0);
  for (int64_t i = 0; i < n; ++i) x[i * (n + 1)] = 1;
  FG_RETURN_IF_ERROR(SolveColumns(eval, f, x, n));
  return FromDoubles(x, ToFloat(a.dtype()), a.shape());
}

ir::Expr Float(ir::Expr x, DType dtype) { return x.ok() ? ir::Cast(x, dtype) : x; }

ir::Expr Trace(ir::Expr x) {
  if (!x.ok()) return x;
  const int64_t n = x.shape().dim(0);
  return ir::Sum(SliceDim(Flatten(x), 0, 0, n, n + 1));
}

}  // namespace

absl::StatusOr<Value> Inverse(Evaluator& eval, const Value& a) {
  FG_RETURN_IF_ERROR(CheckSquare(a));
  FG_ASSIGN_OR_RETURN(const Tensor now, eval.ops().DecideArray(a));
  FG_ASSIGN_OR_RETURN(const Factors factors, Factorise(eval, now));
  FG_ASSIGN_OR_RETURN(Tensor inverse, InverseNow(eval, now, factors));
  const DType dtype = inverse.dtype();
  if (!eval.ops().tracing()) return Array::Of(std::move(inverse));
  FG_ASSIGN_OR_RETURN(const Value start, NewArray(eval, std::move(inverse)));
  FG_ASSIGN_OR_RETURN(Tensor identity, IdentityMatrix(dtype, factors.n));
  FG_ASSIGN_OR_RETURN(const Value one, NewArray(eval, std::move(identity)));
  return eval.ops().Apply({a, start, one}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr matrix = Float(e[0], dtype);
    ir::Expr x = e[1];
    for (int i = 0; i < kNewtonSteps; ++i) x = ir::MatMul(x, 2.0 * e[2] - ir::MatMul(matrix, x));
    return x;
  });
}

absl::StatusOr<Value> Determinant(Evaluator& eval, const Value& a, bool logarithm) {
  if (IsNumeric(a)) return a;
  FG_RETURN_IF_ERROR(CheckSquare(a));
  FG_ASSIGN_OR_RETURN(const Tensor now, eval.ops().DecideArray(a));
  FG_ASSIGN_OR_RETURN(const Factors factors, Factorise(eval, now));
  double product = factors.sign, log_sum = 0;
  for (int64_t i = 0; i < factors.n; ++i) {
    product *= factors.lu[i * (factors.n + 1)];
    log_sum += std::log(std::abs(factors.lu[i * (factors.n + 1)]));
  }
  if (factors.singular_at >= 0) product = 0;
  const DType dtype = ToFloat(now.dtype());
  if (logarithm && product < 0) {
    return JuliaError("DomainError",
                      "with -1.0:\nlog was called with a negative real argument but "
                      "will only return a complex result if called with a complex "
                      "argument. Try log(Complex(x)).");
  }
  if (!eval.ops().tracing()) {
    return Value(Scalar(logarithm ? log_sum : product).ConvertTo(dtype));
  }
  FG_ASSIGN_OR_RETURN(Tensor inverse, InverseNow(eval, now, factors));
  FG_ASSIGN_OR_RETURN(const Value start, NewArray(eval, std::move(inverse)));
  FG_ASSIGN_OR_RETURN(Tensor identity, IdentityMatrix(dtype, factors.n));
  FG_ASSIGN_OR_RETURN(const Value one, NewArray(eval, std::move(identity)));
  return eval.ops().Apply({a, start, one}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr error = ir::MatMul(Float(e[0], dtype), e[1]) - e[2];
    const ir::Expr squared = ir::MatMul(error, error);
    const ir::Expr series = Trace(error) - Trace(squared) / 2.0 +
                            Trace(ir::MatMul(squared, error)) / 3.0 -
                            Trace(ir::MatMul(squared, squared)) / 4.0;
    return logarithm ? series + log_sum : product * ir::Exp(series);
  });
}

absl::StatusOr<Value> Solve(Evaluator& eval, const Value& a, const Value& b) {
  const Shape x = ShapeOf(a), y = ShapeOf(b);
  if (x.rank() > 2 || y.rank() > 2) return MethodError("\\", {a, b});
  if (x.dim(0) != y.dim(0)) {
    return DimensionMismatch(
        absl::StrCat("arguments must have the same number of rows: ", x.dim(0), " and ", y.dim(0)));
  }
  if (x.rank() == 1 || x.dim(0) != x.dim(1)) {
    // Least squares: AᵀA x = Aᵀb, or x = Aᵀ(AAᵀ)⁻¹ b for a wide matrix.
    Value matrix = a;
    if (x.rank() == 1) {
      FG_ASSIGN_OR_RETURN(matrix, eval.ops().Apply({a}, [&](absl::Span<const ir::Expr> e) {
        return ir::Reshape(e[0], Shape({x.dim(0), 1}));
      }));
    }
    FG_ASSIGN_OR_RETURN(const Value transposed, Adjoint(eval, matrix));
    if (x.dim(0) >= x.dim(1)) {
      FG_ASSIGN_OR_RETURN(const Value normal, MatrixProduct(eval, transposed, matrix));
      FG_ASSIGN_OR_RETURN(const Value right, MatrixProduct(eval, transposed, b));
      return Solve(eval, normal, right);
    }
    FG_ASSIGN_OR_RETURN(const Value normal, MatrixProduct(eval, matrix, transposed));
    FG_ASSIGN_OR_RETURN(const Value inner, Solve(eval, normal, b));
    return MatrixProduct(eval, transposed, inner);
  }
  if (eval.ops().tracing()) {
    FG_ASSIGN_OR_RETURN(const Value inverse, Inverse(eval, a));
    return MatrixProduct(eval, inverse, b);
  }
  FG_ASSIGN_OR_RETURN(const Tensor now, eval.ops().Read(a));
  FG_ASSIGN_OR_RETURN(const Tensor right, eval.ops().Read(b));
  FG_ASSIGN_OR_RETURN(const Factors factors, Factorise(eval, now));
  if (factors.singular_at >= 0) return Singular(factors);
  std::vector<double> columns(right.num_elements());
  for (int64_t i = 0; i < right.num_elements(); ++i) columns[i] = right.ElementAsDouble(i);
  FG_RETURN_IF_ERROR(SolveColumns(eval, factors, columns, y.dim(1)));
  FG_ASSIGN_OR_RETURN(Tensor solution,
                      FromDoubles(columns, ToFloat(Promote(now.dtype(), right.dtype())), y));
  return Array::Of(std::move(solution));
}

absl::StatusOr<Value> RightDivide(Evaluator& eval, const Value& a, const Value& b) {
  // a / b = (bᵀ \ aᵀ)ᵀ
  FG_ASSIGN_OR_RETURN(const Value bt, Adjoint(eval, b));
  FG_ASSIGN_OR_RETURN(const Value at, Adjoint(eval, a));
  FG_ASSIGN_OR_RETURN(const Value solved, Solve(eval, bt, at));
  return Adjoint(eval, solved);
}

}  // namespace fluxgate::lang
