#include "engine/tensor/shape.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fluxgate {

Shape::Shape(Dims dims) : dims_(std::move(dims)) {
  for (int64_t dim : dims_) num_elements_ *= dim;
}

absl::StatusOr<Shape> Shape::Create(absl::Span<const int64_t> dims) {
  if (dims.size() > kMaxRank) {
    return absl::InvalidArgumentError(
        absl::StrCat("an array of ", dims.size(), " dims; at most ", kMaxRank, " are supported"));
  }
  // Dims of 0 do not excuse the others: every partial product must fit, in any order.
  int64_t bytes = 8;
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0) {
      return absl::InvalidArgumentError(absl::StrCat("negative dim ", dim));
    }
    if (dim == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(bytes, dim, &bytes)) {
      return absl::InvalidArgumentError(
          absl::StrCat("dims (", absl::StrJoin(dims, ", "), ") are too large"));
    }
  }
  Shape shape;
  shape.dims_.assign(dims.begin(), dims.end());
  shape.num_elements_ = empty ? 0 : bytes / 8;
  return shape;
}

std::string Shape::ToString() const {
  return absl::StrCat("(", absl::StrJoin(dims_, ", "), rank() == 1 ? ",)" : ")");
}

absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b) {
  if (a == b) return a;
  Dims dims(std::max(a.rank(), b.rank()));
  for (int d = 0; d < static_cast<int>(dims.size()); ++d) {
    const int64_t x = a.dim(d);
    const int64_t y = b.dim(d);
    if (x != y && x != 1 && y != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("DimensionMismatch: arrays could not be broadcast to a common size; got a "
                       "dimension with lengths ",
                       x, " and ", y));
    }
    dims[d] = x == 1 ? y : x;
  }
  return Shape::Create(dims);
}

}  // namespace fluxgate
