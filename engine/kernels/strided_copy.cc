#include "engine/kernels/strided_copy.h"

#include <cstddef>
#include <cstring>

namespace fluxgate::kernels {
namespace {

struct Loop {
  int64_t count, from_step, to_step;
};
using Loops = absl::InlinedVector<Loop, 4>;

// Drops dims of 1 and joins neighbours that both sides walk evenly.
Loops Collapse(absl::Span<const int64_t> dims, const Dims& from, const Dims& to) {
  Loops loops;
  for (size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 1) continue;
    if (!loops.empty()) {
      Loop& last = loops.back();
      if (from[d] == last.from_step * last.count && to[d] == last.to_step * last.count) {
        last.count *= dims[d];
        continue;
      }
    }
    loops.push_back({dims[d], from[d], to[d]});
  }
  return loops;
}

template <typename T>
void CopyRow(const T* from, int64_t from_step, T* to, int64_t to_step, int64_t count) {
  if (from_step == 1 && to_step == 1) {
    std::memcpy(to, from, static_cast<size_t>(count) * sizeof(T));
  } else if (to_step == 1 && from_step == 0) {
    const T value = *from;
    for (int64_t i = 0; i < count; ++i) to[i] = value;
  } else {
    for (int64_t i = 0; i < count; ++i) to[i * to_step] = from[i * from_step];
  }
}

template <typename T>
void Copy(const Loops& loops, const T* from, T* to) {
  if (loops.empty()) {
    *to = *from;
    return;
  }
  absl::InlinedVector<int64_t, 4> index(loops.size(), 0);
  while (true) {
    CopyRow(from, loops[0].from_step, to, loops[0].to_step, loops[0].count);
    size_t d = 1;
    for (; d < loops.size(); ++d) {
      from += loops[d].from_step;
      to += loops[d].to_step;
      if (++index[d] < loops[d].count) break;
      from -= loops[d].from_step * loops[d].count;
      to -= loops[d].to_step * loops[d].count;
      index[d] = 0;
    }
    if (d == loops.size()) return;
  }
}

template <typename T>
void CopyTyped(const Loops& loops, const void* from, int64_t from_offset, void* to,
               int64_t to_offset) {
  Copy(loops, static_cast<const T*>(from) + from_offset, static_cast<T*>(to) + to_offset);
}

StridedSide SliceSide(const Shape& whole, const SliceSpan& slice) {
  StridedSide side;
  const Dims strides = DenseStrides(whole.dims());
  side.strides.resize(slice.start.size());
  for (size_t d = 0; d < slice.start.size(); ++d) {
    side.strides[d] = strides[d] * slice.step[d];
    side.offset += strides[d] * slice.start[d];
  }
  return side;
}

}  // namespace

Dims DenseStrides(absl::Span<const int64_t> dims) {
  Dims strides(dims.size());
  int64_t stride = 1;
  for (size_t d = 0; d < dims.size(); ++d) {
    strides[d] = stride;
    stride *= dims[d];
  }
  return strides;
}

void StridedCopy(int64_t element_size, absl::Span<const int64_t> dims, const void* from,
                 const StridedSide& from_side, void* to, const StridedSide& to_side) {
  for (int64_t dim : dims) {
    if (dim == 0) return;
  }
  const Loops loops = Collapse(dims, from_side.strides, to_side.strides);
  if (element_size == 8) {
    CopyTyped<uint64_t>(loops, from, from_side.offset, to, to_side.offset);
  } else if (element_size == 4) {
    CopyTyped<uint32_t>(loops, from, from_side.offset, to, to_side.offset);
  } else {
    CopyTyped<uint8_t>(loops, from, from_side.offset, to, to_side.offset);
  }
}

void BroadcastTo(int64_t element_size, const Shape& from_shape, const void* from,
                 const Shape& to_shape, void* to) {
  StridedSide side;
  const Dims strides = DenseStrides(from_shape.dims());
  side.strides.resize(to_shape.rank());
  for (int d = 0; d < to_shape.rank(); ++d) {
    side.strides[d] = from_shape.dim(d) == 1 ? 0 : strides[d];
  }
  StridedCopy(element_size, to_shape.dims(), from, side, to, {DenseStrides(to_shape.dims()), 0});
}

void Permute(int64_t element_size, const Shape& from_shape, const void* from,
             absl::Span<const int> dims, void* to) {
  const Dims strides = DenseStrides(from_shape.dims());
  Dims to_dims(dims.size());
  StridedSide side;
  side.strides.resize(dims.size());
  for (size_t d = 0; d < dims.size(); ++d) {
    to_dims[d] = from_shape.dim(dims[d]);
    side.strides[d] = strides[dims[d]];
  }
  StridedCopy(element_size, to_dims, from, side, to, {DenseStrides(to_dims), 0});
}

void Slice(int64_t element_size, const Shape& whole_shape, const void* whole,
           const SliceSpan& slice, void* part) {
  StridedCopy(element_size, slice.count, whole, SliceSide(whole_shape, slice), part,
              {DenseStrides(slice.count), 0});
}

void WriteSlice(int64_t element_size, const void* part, const SliceSpan& slice,
                const Shape& whole_shape, void* whole) {
  StridedCopy(element_size, slice.count, part, {DenseStrides(slice.count), 0}, whole,
              SliceSide(whole_shape, slice));
}

void WriteAlong(int64_t element_size, int dim, int64_t start, const Shape& part_shape,
                const void* part, const Shape& whole_shape, void* whole) {
  // Ranks may differ by trailing dims of 1.
  Dims dims(whole_shape.rank());
  for (int d = 0; d < whole_shape.rank(); ++d) dims[d] = part_shape.dim(d);
  const Dims strides = DenseStrides(whole_shape.dims());
  StridedCopy(element_size, dims, part, {DenseStrides(dims), 0}, whole,
              {strides, start * strides[dim]});
}

}  // namespace fluxgate::kernels
