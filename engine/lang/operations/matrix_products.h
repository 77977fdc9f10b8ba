#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_MATRIX_PRODUCTS_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_MATRIX_PRODUCTS_H_

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/lang/builtin.h"
#include "engine/tensor/tensor.h"

namespace fluxgate::lang {

// Products and the like of numeric arrays (Array or Range).
absl::StatusOr<Value> MatrixProduct(Evaluator& eval, const Value& a, const Value& b);
absl::StatusOr<Value> MatrixPower(Evaluator& eval, const Value& a, int64_t n);
// a' for numbers, vectors (a row), matrices; MethodError otherwise.
absl::StatusOr<Value> Adjoint(Evaluator& eval, const Value& a);
// The same, which shows as the lazy array that Julia makes of it: `name` is adjoint or transpose.
absl::StatusOr<Value> LazyTranspose(Evaluator& eval, absl::string_view name, const Value& a);
absl::StatusOr<Value> DotProduct(Evaluator& eval, const Value& a, const Value& b);
// a \ b and a / b: by elimination for a square matrix, least squares for a tall one.
absl::StatusOr<Value> Solve(Evaluator& eval, const Value& a, const Value& b);
absl::StatusOr<Value> RightDivide(Evaluator& eval, const Value& a, const Value& b);
// By elimination with pivoting; SingularException when there is none. Inside a trace they can be
// differentiated a few times, and the trace is guarded by the matrix.
absl::StatusOr<Value> Inverse(Evaluator& eval, const Value& a);
absl::StatusOr<Value> Determinant(Evaluator& eval, const Value& a, bool logarithm);
absl::StatusOr<Tensor> IdentityMatrix(DType dtype, int64_t n);
// The p-norm of all elements (2 is the default; infinities allowed).
absl::StatusOr<Value> Norm(Evaluator& eval, const Value& a, double p);
// isapprox; absent tolerances are Julia's defaults.
absl::StatusOr<bool> IsApprox(Evaluator& eval, const Value& a, const Value& b,
                              absl::optional<double> atol, absl::optional<double> rtol);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_MATRIX_PRODUCTS_H_
