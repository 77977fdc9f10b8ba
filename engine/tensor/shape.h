#ifndef FLUXGATE_ENGINE_TENSOR_SHAPE_H_
#define FLUXGATE_ENGINE_TENSOR_SHAPE_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace fluxgate {

using Dims = absl::InlinedVector<int64_t, 4>;

// The dims of a column-major tensor: dim 0 moves fastest, the last one counts examples. Rank 0 is a
// number. A dim may be 0. Dims are never negative and their product fits int64: Create checks what
// comes from outside; the constructor is for dims that are known to be good.
class Shape {
 public:
  static constexpr int kMaxRank = 16;

  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : Shape(Dims(dims)) {}
  explicit Shape(Dims dims);

  // INVALID_ARGUMENT for a negative dim, too many dims, or a product (times 8 bytes) past int64.
  static absl::StatusOr<Shape> Create(absl::Span<const int64_t> dims);

  int rank() const { return static_cast<int>(dims_.size()); }
  // Julia's size(x, d) with a 0-based d: 1 past the last dim.
  int64_t dim(int d) const { return d < rank() ? dims_[d] : 1; }
  absl::Span<const int64_t> dims() const& { return dims_; }
  Dims dims() && { return std::move(dims_); }  // A span would outlive them.
  int64_t num_elements() const { return num_elements_; }

  // Julia's "2×3", "5-element" is display's business; rank 0 gives "()".
  std::string ToString() const;

  friend bool operator==(const Shape& a, const Shape& b) { return a.dims_ == b.dims_; }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
  template <typename H>
  friend H AbslHashValue(H h, const Shape& s) {
    return H::combine(std::move(h), s.dims_);
  }

 private:
  Dims dims_;
  int64_t num_elements_ = 1;
};

// Julia's broadcast rule: equal dims, or one of them 1 or absent. INVALID_ARGUMENT (a
// DimensionMismatch, in Julia's words) otherwise.
absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b);

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_TENSOR_SHAPE_H_
