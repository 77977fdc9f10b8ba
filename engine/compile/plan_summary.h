#ifndef FLUXGATE_ENGINE_COMPILE_PLAN_SUMMARY_H_
#define FLUXGATE_ENGINE_COMPILE_PLAN_SUMMARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/compile/plan.h"
#include "engine/tensor/shape.h"

namespace fluxgate::compile {

// A kernel call of a plan, for people.
struct KernelSummary {
  // "3×2 * 2×100 → 3×100", "add, tanh → 3×100", "sum 3×100 → 1", "copy → 3×100".
  std::string text;
  std::vector<std::string> ops;  // by their rows' names; those of a fused kernel in order
  Shape output;                  // of its first result
};

struct PlanSummary {
  std::vector<KernelSummary> kernels;  // in the order in which they run
  int64_t arena_bytes = 0;
};

PlanSummary Summarise(const Plan& plan);

}  // namespace fluxgate::compile

#endif  // FLUXGATE_ENGINE_COMPILE_PLAN_SUMMARY_H_
