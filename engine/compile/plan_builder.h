#ifndef FLUXGATE_ENGINE_COMPILE_PLAN_BUILDER_H_
#define FLUXGATE_ENGINE_COMPILE_PLAN_BUILDER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "engine/compile/fusion.h"
#include "engine/compile/plan.h"

namespace fluxgate::compile {

// Turns an optimised graph and its kernels in order into a plan: decides for every value whether it
// lies in an argument, a result, a constant or the arena, and lays out the arena.
//
// An output goes straight to its result buffer. A donated output is written over its argument by
// the kernel that makes it when everything else that reads the argument has run by then and the
// kernel comes after the commit; otherwise it is copied there at the end.
absl::StatusOr<Plan> BuildPlan(ir::Graph graph, const std::vector<KernelGroup>& kernels,
                               const CompileOptions& options);

}  // namespace fluxgate::compile

#endif  // FLUXGATE_ENGINE_COMPILE_PLAN_BUILDER_H_
