#include "engine/kernels/reduce.h"

#include <algorithm>
#include <limits>

#include "engine/kernels/scalar_ops.h"
#include "engine/kernels/strided_copy.h"

namespace fluxgate::kernels {
namespace {

template <ReduceKind kind, typename T>
T Combine(T a, T b) {
  if constexpr (kind == ReduceKind::kMax) return scalar_ops::Max(a, b);
  if constexpr (kind == ReduceKind::kMin) return scalar_ops::Min(a, b);
  if constexpr (std::is_same_v<T, bool>) {
    return kind == ReduceKind::kSum ? a || b : a && b;
  } else {
    return kind == ReduceKind::kSum ? scalar_ops::Add(a, b) : scalar_ops::Mul(a, b);
  }
}

// Visits an index space in column-major order, keeping the flat position in a strided array.
class Walker {
 public:
  Walker(Dims dims, Dims strides)
      : dims_(std::move(dims)), strides_(std::move(strides)), index_(dims_.size(), 0) {}
  int64_t position() const { return position_; }
  void Next() {
    for (size_t d = 0; d < dims_.size(); ++d) {
      position_ += strides_[d];
      if (++index_[d] < dims_[d]) return;
      position_ -= strides_[d] * dims_[d];
      index_[d] = 0;
    }
  }

 private:
  const Dims dims_, strides_;
  Dims index_;
  int64_t position_ = 0;
};

template <ReduceKind kind, typename T>
T ReduceOne(const T* input, int64_t count, Walker& walker) {
  if (count == 0) return ReduceIdentity<T>(kind);
  if (count < kReduceLanes) {
    T total = input[walker.position()];
    walker.Next();
    for (int64_t i = 1; i < count; ++i, walker.Next()) {
      total = Combine<kind>(total, input[walker.position()]);
    }
    return total;
  }
  T totals[kReduceLanes];
  T lanes[kReduceLanes];
  for (int64_t begin = 0; begin < count; begin += kReduceBlock) {
    const int64_t size = std::min(kReduceBlock, count - begin);
    for (int64_t i = 0; i < size; ++i, walker.Next()) {
      const T value = input[walker.position()];
      T& lane = lanes[i % kReduceLanes];
      lane = i < kReduceLanes ? value : Combine<kind>(lane, value);
    }
    for (int64_t l = 0; l < std::min(size, kReduceLanes); ++l) {
      totals[l] = begin == 0 ? lanes[l] : Combine<kind>(totals[l], lanes[l]);
    }
  }
  for (int64_t half = kReduceLanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; ++l) {
      totals[l] = Combine<kind>(totals[l], totals[l + half]);
    }
  }
  return totals[0];
}

template <ReduceKind kind, typename T>
void ReduceAll(const Shape& shape, absl::Span<const int> dims, const T* input, T* output) {
  const Dims strides = DenseStrides(shape.dims());
  Dims kept_dims, kept_strides, reduced_dims, reduced_strides;
  int64_t kept = 1, reduced = 1;
  for (int d = 0; d < shape.rank(); ++d) {
    const bool reduce = std::find(dims.begin(), dims.end(), d) != dims.end();
    (reduce ? reduced_dims : kept_dims).push_back(shape.dim(d));
    (reduce ? reduced_strides : kept_strides).push_back(strides[d]);
    (reduce ? reduced : kept) *= shape.dim(d);
  }
  Walker outer(kept_dims, kept_strides);
  for (int64_t i = 0; i < kept; ++i, outer.Next()) {
    Walker inner(reduced_dims, reduced_strides);
    output[i] = ReduceOne<kind>(input + outer.position(), reduced, inner);
  }
}

}  // namespace

template <typename T>
T ReduceIdentity(ReduceKind kind) {
  using Limits = std::numeric_limits<T>;
  switch (kind) {
    case ReduceKind::kSum:
      return T(0);
    case ReduceKind::kProd:
      return T(1);
    case ReduceKind::kMax:
      return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    case ReduceKind::kMin:
      break;
  }
  return Limits::has_infinity ? Limits::infinity() : Limits::max();
}
template bool ReduceIdentity<bool>(ReduceKind);
template int32_t ReduceIdentity<int32_t>(ReduceKind);
template int64_t ReduceIdentity<int64_t>(ReduceKind);
template float ReduceIdentity<float>(ReduceKind);
template double ReduceIdentity<double>(ReduceKind);

void Reduce(ReduceKind kind, DType dtype, const Shape& shape, absl::Span<const int> dims,
            const void* input, void* output) {
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto* in = static_cast<const T*>(input);
    auto* out = static_cast<T*>(output);
    switch (kind) {
      case ReduceKind::kSum:
        return ReduceAll<ReduceKind::kSum>(shape, dims, in, out);
      case ReduceKind::kProd:
        return ReduceAll<ReduceKind::kProd>(shape, dims, in, out);
      case ReduceKind::kMax:
        return ReduceAll<ReduceKind::kMax>(shape, dims, in, out);
      case ReduceKind::kMin:
        return ReduceAll<ReduceKind::kMin>(shape, dims, in, out);
    }
  });
}

}  // namespace fluxgate::kernels
