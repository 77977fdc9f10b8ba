#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_SUPPORT_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_SUPPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/ir/expr.h"
#include "engine/lang/builtin.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {

// What operators, indexing and the built-ins share.

// A number, traced or not.
inline bool IsNumeric(const Value& v) { return v.is_number() || v.is(Kind::kTraced); }
// Elements that are all numbers.
inline bool IsNumericArray(const Value& v) { return v.is(Kind::kArray) || v.is(Kind::kRange); }
// REQUIRES: IsNumeric or IsNumericArray.
DType NumericDType(const Value& v);

// Julia's size(x): rank 0 for what is not a collection.
Shape ShapeOf(const Value& v);
int64_t LengthOf(const Value& v);

// "no method matching f(::Int64, ::String)".
absl::Status MethodError(absl::string_view function, absl::Span<const Value> arguments);
absl::Status DimensionMismatch(absl::string_view message);
absl::Status ArgumentError(absl::string_view message);
// "attempt to access 3-element Vector{Int64} at index [5]".
absl::Status BoundsError(const Value& object, absl::Span<const Value> indices);
std::string BoundsText(const Value& object, absl::Span<const Value> indices);
// The same, and a KeyError, whose fields a catch block can read.
absl::Status BoundsError(Evaluator& eval, const Value& object, absl::Span<const Value> indices);
absl::Status KeyError(Evaluator& eval, const Value& key);
// "Mutating arrays is not supported -- called setindex!(Vector{Float64}, ...)".
absl::Status MutationError(absl::string_view call, const Value& array);
// OK when the array may be written now: while a trace is active only arrays made in it.
absl::Status CheckMutable(Evaluator& eval, const Array& array, absl::string_view call);

// Concrete answers about values that may be traced; each is recorded as a decision.
absl::StatusOr<int64_t> ToInteger(Evaluator& eval, const Value& v, absl::string_view what);
absl::StatusOr<bool> ToBool(Evaluator& eval, const Value& v);  // TypeError unless Bool
absl::StatusOr<double> ToDouble(Evaluator& eval, const Value& v, absl::string_view what);

// A new array of these elements; inside a trace one that may be written there.
absl::StatusOr<Value> NewArray(Evaluator& eval, Tensor elements);
// Numbers (promoted, perhaps traced) become an Array of `shape`, anything else a List of it.
absl::StatusOr<Value> CollectElements(Evaluator& eval, std::vector<Value> elements,
                                      const Shape& shape);
// The elements of any iterable. An Array's elements are traced when a trace is active.
absl::StatusOr<std::vector<Value>> ElementsOf(Evaluator& eval, const Value& iterable);
// Adds to elements that are being gathered, through the gate when they need more room.
absl::Status AddElement(Evaluator& eval, Value v, std::vector<Value>* elements);
// For round i of a plain loop over elements: now and then asks whether to go on.
inline absl::Status StepInLoop(Evaluator& eval, int64_t i) {
  return i % 4096 == 4095 ? eval.Step(64) : absl::OkStatus();
}
// To be called before a List, Dict or Set changes: its element types stay as they are now.
void FixTypes(const Value& collection);
// The value as an element of a collection of that element type.
absl::StatusOr<Value> ConvertElement(Evaluator& eval, const Value& type, const Value& v);
// Adds or changes an entry, converted to the dictionary's types, through the gate when it must
// grow.
absl::Status SetEntry(Evaluator& eval, Dict& dict, const Value& key, const Value& value);
// A List whose elements are all numbers as an Array; anything else as it is.
absl::StatusOr<Value> Densify(Evaluator& eval, const Value& v);
// The element of a sequence (Array, Range, List, Tuple, NamedTuple) at a flat 0-based index.
absl::StatusOr<Value> ElementAt(Evaluator& eval, const Value& sequence, int64_t index);

// ---- Expressions ----
// The element at a flat index, as rank 0.
ir::Expr ElementExpr(ir::Expr x, int64_t index);
// `count` elements of dim `dim` from `start`.
ir::Expr SliceDim(ir::Expr x, int dim, int64_t start, int64_t count, int64_t step = 1);
// Bool becomes Int64, as in Julia's arithmetic.
ir::Expr Widen(ir::Expr x);
ir::Expr Flatten(ir::Expr x);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_SUPPORT_H_
