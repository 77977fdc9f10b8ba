#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_FUSED_IMPL_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_FUSED_IMPL_H_

#include <cstdint>
#include <vector>

#include "engine/backend/cpu/kernels/fused.h"
#include "engine/backend/cpu/kernels/tile_bodies.h"
#include "engine/backend/cpu/kernels/tile_load.h"

namespace fluxgate::cpu {

// A program after compilation. Scratch begins with one pointer per value: where its elements are,
// for a varying value those of the current tile. Behind the pointers come the places.
struct FusedKernel::Impl {
  struct Step {
    TileFn body;
    int32_t to, a, b, c;  // values; unused operands name a value that exists
  };
  // An input whose elements are read where they lie.
  struct Direct {
    int32_t value;
    int64_t element_size;
    int64_t offset;  // in bytes
    bool uniform;
  };
  // An input that is copied into its place, once when it repeats with the tiles.
  struct Loaded {
    int32_t value;
    TileLoader loader;
    int64_t offset;  // in bytes
    bool once;
  };
  // A value in scratch, `place` bytes from its start.
  struct Placed {
    int32_t value;
    int64_t place;
  };
  // A value computed straight into an output.
  struct Written {
    int32_t value;
    int32_t output;
    int64_t element_size;
  };
  // A value that is copied to an output after its tile is done.
  struct Copied {
    int32_t value;
    int32_t output;
    int64_t element_size;
    bool uniform;
  };

  int64_t count = 0;
  int64_t tile = 0;
  int64_t scratch_bytes = 0;
  std::vector<Direct> direct;
  std::vector<Loaded> loaded;
  std::vector<Placed> placed;
  std::vector<Written> written;
  std::vector<Step> uniform_steps;  // once per run
  std::vector<Step> steps;          // for each tile
  std::vector<Copied> copied;
};

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_FUSED_IMPL_H_
