#include "engine/backend/cpu/kernels/cpu_level.h"

namespace fluxgate::cpu {

// gcc knows the levels by name; clang 14 knows single features only, and not f16c, lzcnt and movbe,
// which come with every AVX2 processor.
bool Supports(CpuLevel level) {
  switch (level) {
    case CpuLevel::kV2:
      return true;
    case CpuLevel::kV3:
#if defined(__clang__)
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
      return __builtin_cpu_supports("x86-64-v3");
#endif
    case CpuLevel::kV4:
#if defined(__clang__)
      return Supports(CpuLevel::kV3) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
      return __builtin_cpu_supports("x86-64-v4");
#endif
  }
  return false;
}

CpuLevel BestLevel() {
  static const CpuLevel best = Supports(CpuLevel::kV4)   ? CpuLevel::kV4
                               : Supports(CpuLevel::kV3) ? CpuLevel::kV3
                                                         : CpuLevel::kV2;
  return best;
}

absl::string_view CpuLevelName(CpuLevel level) {
  switch (level) {
    case CpuLevel::kV2:
      return "x86-64-v2";
    case CpuLevel::kV3:
      return "x86-64-v3";
    case CpuLevel::kV4:
      return "x86-64-v4";
  }
  return "unknown";
}

}  // namespace fluxgate::cpu
