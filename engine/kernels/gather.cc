#include "engine/kernels/gather.h"

#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "engine/kernels/scalar_ops.h"

namespace fluxgate::kernels {
namespace {

// Elements before `dim`, along it, and after it.
struct Split {
  int64_t inner = 1, count = 1, outer = 1;
};

Split SplitAt(const Shape& shape, int dim) {
  Split s;
  for (int d = 0; d < shape.rank(); ++d) {
    (d < dim ? s.inner : d == dim ? s.count : s.outer) *= shape.dim(d);
  }
  return s;
}

absl::Status CheckIndices(absl::Span<const int64_t> indices, int64_t count, const Shape& shape) {
  for (int64_t index : indices) {
    if (index < 0 || index >= count) {
      return absl::InvalidArgumentError(absl::StrCat("BoundsError: index ", index + 1,
                                                     " of an array of size ", shape.ToString(),
                                                     " is outside 1:", count));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Gather(int64_t element_size, const Shape& shape, const void* array, int dim,
                    absl::Span<const int64_t> indices, void* result) {
  const Split s = SplitAt(shape, dim);
  if (absl::Status status = CheckIndices(indices, s.count, shape); !status.ok()) return status;
  const int64_t row = s.inner * element_size;
  const auto* from = static_cast<const std::byte*>(array);
  auto* to = static_cast<std::byte*>(result);
  for (int64_t o = 0; o < s.outer; ++o, from += s.count * row) {
    for (int64_t index : indices) {
      std::memcpy(to, from + index * row, static_cast<size_t>(row));
      to += row;
    }
  }
  return absl::OkStatus();
}

absl::Status ScatterAdd(DType dtype, const Shape& shape, const void* values, int dim,
                        absl::Span<const int64_t> indices, void* result) {
  const Split s = SplitAt(shape, dim);
  if (absl::Status status = CheckIndices(indices, s.count, shape); !status.ok()) return status;
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* from = static_cast<const T*>(values);
    T* to = static_cast<T*>(result);
    std::memset(to, 0, static_cast<size_t>(shape.num_elements()) * sizeof(T));
    for (int64_t o = 0; o < s.outer; ++o, to += s.count * s.inner) {
      for (int64_t index : indices) {
        T* row = to + index * s.inner;
        for (int64_t i = 0; i < s.inner; ++i) row[i] = scalar_ops::Add(row[i], from[i]);
        from += s.inner;
      }
    }
  });
  return absl::OkStatus();
}

}  // namespace fluxgate::kernels
