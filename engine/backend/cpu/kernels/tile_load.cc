#include "engine/backend/cpu/kernels/tile_load.h"

#include <algorithm>
#include <cstring>

namespace fluxgate::cpu {
namespace {

template <typename T>
void LoadRow(const T* from, int64_t stride, int64_t count, T* to) {
  if (stride == 1) {
    std::memcpy(to, from, static_cast<size_t>(count) * sizeof(T));
  } else if (stride == 0) {
    std::fill_n(to, count, *from);
  } else {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i * stride];
  }
}

}  // namespace

TileLoader::TileLoader(int64_t element_size, absl::Span<const int64_t> dims, const Dims& strides)
    : element_size_(element_size) {
  for (size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 1) continue;
    if (strides[d] != 0) uniform_ = false;
    if (!dims_.empty() && strides[d] == strides_.back() * dims_.back()) {
      dims_.back() *= dims[d];
    } else {
      dims_.push_back(dims[d]);
      strides_.push_back(strides[d]);
    }
  }
}

int64_t TileLoader::period() const {
  return rank() == 2 && strides_[0] == 1 && strides_[1] == 0 ? dims_[0] : 0;
}

template <typename T>
void TileLoader::LoadTyped(const T* first, int64_t begin, int64_t count, T* tile) const {
  if (rank() == 0) {
    std::fill_n(tile, count, *first);
    return;
  }
  // Short periods: one copy by hand, then each copy doubles what there is.
  if (const int64_t length = period(); length != 0 && length < count) {
    const int64_t phase = begin % length;
    LoadRow(first + phase, 1, length - phase, tile);
    LoadRow(first, 1, phase, tile + (length - phase));
    for (int64_t done = length; done < count;) {
      const int64_t size = std::min(done, count - done);
      LoadRow(tile, 1, size, tile + done);
      done += size;
    }
    return;
  }
  // The index of `begin`, and its position.
  absl::InlinedVector<int64_t, 4> index(dims_.size());
  const T* at = first;
  int64_t rest = begin;
  for (size_t d = 0; d < dims_.size(); ++d) {
    index[d] = rest % dims_[d];
    rest /= dims_[d];
    at += index[d] * strides_[d];
  }
  while (true) {
    const int64_t size = std::min(count, dims_[0] - index[0]);
    LoadRow(at, strides_[0], size, tile);
    tile += size;
    count -= size;
    if (count == 0) return;
    at -= index[0] * strides_[0];
    index[0] = 0;
    for (size_t d = 1; d < dims_.size(); ++d) {
      at += strides_[d];
      if (++index[d] < dims_[d]) break;
      at -= strides_[d] * dims_[d];
      index[d] = 0;
    }
  }
}

void TileLoader::Load(const void* first, int64_t begin, int64_t count, void* tile) const {
  if (element_size_ == 8) {
    LoadTyped(static_cast<const uint64_t*>(first), begin, count, static_cast<uint64_t*>(tile));
  } else if (element_size_ == 4) {
    LoadTyped(static_cast<const uint32_t*>(first), begin, count, static_cast<uint32_t*>(tile));
  } else {
    LoadTyped(static_cast<const uint8_t*>(first), begin, count, static_cast<uint8_t*>(tile));
  }
}

}  // namespace fluxgate::cpu
