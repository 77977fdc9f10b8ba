#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_ELEMENTWISE_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_ELEMENTWISE_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/ir/expr.h"
#include "engine/lang/builtin.h"

namespace fluxgate::lang {

// A function of numbers that is also a graph of elementwise ops: exp, abs2, max, ... and the
// operators. One row serves the call on numbers, traced numbers, and the dot call on arrays.
struct Elementwise {
  absl::string_view name;
  int min_arguments = 1, max_arguments = 1;
  absl::StatusOr<Value> (*number)(absl::Span<const Scalar> x) = nullptr;
  ir::Expr (*emit)(absl::Span<const ir::Expr> x) = nullptr;
  // False where Julia throws a DomainError for the (first) argument; null: everywhere defined.
  bool (*in_domain)(double x) = nullptr;
};

// All rows; the operators are not among them.
absl::Span<const Elementwise> ElementwiseRows();

// Emits f's graph for `count` arguments, or nothing when f is not a known elementwise function.
using Emitter = std::function<ir::Expr(absl::Span<const ir::Expr>)>;
absl::optional<Emitter> FindEmitter(const Value& f, size_t count);
// The row behind a built-in function, or null.
const Elementwise* FindElementwise(const Value& f);

// Calls a row on numbers, plain or traced; MethodError on anything else.
absl::StatusOr<Value> CallElementwise(Evaluator& eval, const Elementwise& row,
                                      absl::Span<const Value> arguments);
// DomainError as Julia words it for that function.
absl::Status DomainError(absl::string_view function, const Scalar& x);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_ELEMENTWISE_H_
