#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_CPU_LEVEL_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_CPU_LEVEL_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace fluxgate::cpu {

// The x86-64 instruction levels that kernels are compiled for. Elementwise ops and reductions give
// the same bits at every level; products do not (they use fused multiply-adds where there are any).
enum class CpuLevel : uint8_t { kV2, kV3, kV4 };

// What this processor and operating system run.
bool Supports(CpuLevel level);
// The greatest supported level: what every kernel uses unless a test asks for another.
CpuLevel BestLevel();
// "x86-64-v3"
absl::string_view CpuLevelName(CpuLevel level);

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_CPU_LEVEL_H_
