#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_LOAD_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_LOAD_H_

#include <cstdint>

#include "absl/types/span.h"
#include "engine/tensor/shape.h"

namespace fluxgate::cpu {

// Reads consecutive elements of a strided view (a broadcast, a permuted or sliced array) into a
// tile. A plain value.
class TileLoader {
 public:
  TileLoader() = default;
  // The view has `dims`, not empty, and per dim a stride in elements.
  TileLoader(int64_t element_size, absl::Span<const int64_t> dims, const Dims& strides);

  // Dims of 1 dropped, evenly walked neighbours joined.
  int rank() const { return static_cast<int>(dims_.size()); }
  // All elements are one: rank() is 0 or every stride is 0.
  bool uniform() const { return uniform_; }
  // The view is `first`, `first + 1`, ...
  bool dense() const { return rank() == 0 || (rank() == 1 && strides_[0] == 1); }
  // When the view repeats its first elements over and over: how many; else 0.
  int64_t period() const;

  // Elements [begin, begin + count) of the view, whose element 0 is at `first`.
  void Load(const void* first, int64_t begin, int64_t count, void* tile) const;

 private:
  template <typename T>
  void LoadTyped(const T* first, int64_t begin, int64_t count, T* tile) const;

  int64_t element_size_ = 4;
  Dims dims_, strides_;
  bool uniform_ = true;
};

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_LOAD_H_
