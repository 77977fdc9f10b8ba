#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_DEFINITION_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_DEFINITION_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/base/status_macros.h"
#include "engine/lang/builtin.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {

// The rows of one subject.
class Definitions {
 public:
  using Call = std::function<absl::StatusOr<Value>(Evaluator&, const nn::Arguments&)>;

  explicit Definitions(std::string package = "Base", bool exported = true)
      : package_(std::move(package)), exported_(exported) {}

  // `max` -1: any number.
  void Add(std::string name, int min, int max, Call call, std::vector<std::string> keywords = {}) {
    rows_.push_back(
        {std::move(name), package_, min, max, std::move(keywords), std::move(call), exported_});
  }
  // Further names of the row added last.
  void Alias(std::string name) {
    Builtin row = rows_.back();
    row.name = std::move(name);
    rows_.push_back(std::move(row));
  }
  void Append(std::vector<Builtin> rows) {
    for (Builtin& row : rows) rows_.push_back(std::move(row));
  }
  std::vector<Builtin> Take() { return std::move(rows_); }

 private:
  const std::string package_;
  const bool exported_;
  std::vector<Builtin> rows_;
};

// The `dims` keyword as 0-based dims, in order; nothing when it is absent or `:`.
absl::StatusOr<absl::optional<std::vector<int>>> DimsKeyword(Evaluator& eval,
                                                             const nn::Arguments& arguments);
absl::StatusOr<bool> BoolKeyword(Evaluator& eval, const nn::Arguments& arguments,
                                 absl::string_view name, bool otherwise);
// Sizes given as integers or as one tuple of them: zeros(2, 3), zeros((2, 3)).
absl::StatusOr<Shape> ShapeArgument(Evaluator& eval, absl::Span<const Value> sizes);
// A dimension given by the user, 1-based, as 0-based.
absl::StatusOr<int> DimArgument(Evaluator& eval, const Value& v);
// An operand for graph operations: Array, Range, number; a List of numbers made dense.
absl::StatusOr<Value> NumericOperand(Evaluator& eval, absl::string_view function, const Value& v);
// "f" of a call given as `f(x) do`: true for what can be called.
bool IsCallable(const Value& v);
// Calls f on one value.
inline absl::StatusOr<Value> Call1(Evaluator& eval, const Value& f, const Value& x) {
  return eval.CallWith(f, {x}, {});
}
// The name of a built-in function ("+", "max"), or "" for any other value.
std::string BuiltinName(const Value& f);
// A push, pop or the like changes the outside world when a trace is active.
void MarkEffect(Evaluator& eval);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_DEFINITION_H_
