#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_INDEXING_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_INDEXING_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/ir/expr.h"
#include "engine/lang/builtin.h"
#include "engine/value/array.h"

namespace fluxgate::lang {

// CartesianIndex(i, j): where findmax and findall find something in a matrix. 1-based.
class CartesianIndex : public Object, public Showable {
 public:
  explicit CartesianIndex(Dims i) : Object(Kind::kOpaque), indices(std::move(i)) {}
  std::string Show() const override;
  std::string TypeName() const override;
  std::string IdentityText() const override { return Show(); }
  const Dims indices;
};
// The index of a flat position: an Int for a vector, a CartesianIndex otherwise.
Value PositionValue(const Shape& shape, int64_t flat);

// An opaque object that can be indexed, such as Grads.
class Indexable {
 public:
  virtual ~Indexable() = default;
  virtual absl::StatusOr<Value> At(Evaluator& eval, absl::Span<const Value> indices) const = 0;
};

// object[indices...] .= value.
absl::Status BroadcastSetIndex(Evaluator& eval, const Value& object,
                               absl::Span<const Value> indices, const Value& value);

// ---- What indices select, shared by reading and writing ----
struct DimSelection {
  enum class Kind : uint8_t { kScalar, kSlice, kList };
  Kind kind = Kind::kScalar;
  int64_t start = 0, count = 1, step = 1;  // kScalar, kSlice; 0-based
  std::vector<int64_t> list;               // kList; 0-based
  Shape shape;                             // that the index contributes to the result's
  int64_t size() const { return kind == Kind::kList ? static_cast<int64_t>(list.size()) : count; }
  int64_t at(int64_t i) const { return kind == Kind::kList ? list[i] : start + i * step; }
};
struct Selection {
  Shape of;  // the indexed array's shape, flattened when there is one linear index
  std::vector<DimSelection> dims;
  Shape shape;  // of the result
  bool scalar = false;
  bool slices_only() const;
  // The flat indices selected, in order.
  std::vector<int64_t> Offsets() const;
  // REQUIRES: scalar.
  int64_t offset() const;
};
// BoundsError, or ArgumentError for what cannot be an index.
absl::StatusOr<Selection> Select(Evaluator& eval, const Value& object, const Shape& shape,
                                 absl::Span<const Value> indices);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_INDEXING_H_
