#ifndef FLUXGATE_ENGINE_LANG_DISPLAY_IMPL_H_
#define FLUXGATE_ENGINE_LANG_DISPLAY_IMPL_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "engine/lang/display/display.h"
#include "engine/lang/types.h"
#include "engine/tensor/tensor.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {

// The rows of a matrix as print_matrix lays them out: columns aligned on the decimal point, what
// does not fit on the screen elided.
struct Cell {
  std::string text;
  int left = 0, right = 0;  // columns before and behind the point that cells are aligned on
};
Cell NumberCell(std::string text);  // aligned on its point or exponent
Cell TextCell(std::string text);    // aligned on the left
std::string LayOutMatrix(int64_t rows, int64_t columns, const DisplayOptions& options,
                         absl::FunctionRef<Cell(int64_t row, int64_t column)> cell);

// What surrounds a value that is shown, as Julia's IOContext.
struct ShowContext {
  bool limit = false;    // long collections are elided
  bool compact = false;  // floats have six digits
  bool printed = false;  // by print: a Float32 without its f
  TypePtr known;         // the type that the reader knows already (:typeinfo); null: none
};

// Makes text of one value. Stops growing past a bound, so that no value can exhaust memory by being
// shown, and says so with an ellipsis.
class Printer {
 public:
  explicit Printer(const DisplayOptions& options) : options_(options) {}

  // show(io, MIME"text/plain"(), value): what a prompt prints.
  std::string Display(const Value& value);
  // show(io, value): inside other values.
  std::string Show(const Value& value, const ShowContext& context);

 private:
  friend class Nesting;

  // ---- display.cc: values ----
  std::string ShowNumber(const Scalar& number, const ShowContext& context) const;
  std::string ShowRange(const Range& range) const;
  std::string ShowObject(const Value& value) const;

  // ---- containers.cc: tuples, dictionaries, sets, structs ----
  std::string ShowTuple(const Tuple& tuple, const ShowContext& context);
  std::string ShowNamedTuple(const NamedTuple& tuple, const ShowContext& context);
  std::string ShowPairs(const NamedTuple& tuple, const ShowContext& context);
  std::string ShowPair(const Pair& pair, const ShowContext& context);
  std::string ShowDict(const Value& value, const ShowContext& context);
  std::string ShowSet(const Value& value, const ShowContext& context);
  std::string ShowStruct(const Value& value, const ShowContext& context);
  std::string DisplayDict(const Value& value);
  std::string DisplayPairs(const NamedTuple& tuple);
  // "title with 2 entries:" and a row for each; the types are what the title says of them.
  std::string DisplayEntries(absl::string_view title,
                             absl::Span<const std::pair<Value, Value>> entries, TypePtr key,
                             TypePtr mapped);
  std::string DisplaySet(const Value& value);

  // ---- array.cc: arrays and lists ----
  // An element by its flat index.
  using Element = absl::FunctionRef<std::string(int64_t)>;
  std::string ShowArray(const Value& value, const ShowContext& context);
  std::string ShowElements(const Shape& shape, const std::string& prefix, bool limit, Element show);
  std::string DisplayArray(const Value& value);
  std::string DisplayElements(const Shape& shape, absl::FunctionRef<Cell(int64_t)> cell);
  Cell MakeCell(const Value& value, const ShowContext& context);

  const DisplayOptions options_;
  int64_t budget_ = 8 << 20;               // bytes that may still be shown
  std::vector<const Object*> containers_;  // being shown, outermost first
};

// True when the text of an array's elements shows their type: Int64, Float64, String, ...
bool IsImpliedByElements(const Type& type);
// "3-element Vector{Int64}", "2×3 Matrix{Float32}", views and one-hot arrays too.
std::string ArraySummary(const Value& value);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_DISPLAY_IMPL_H_
