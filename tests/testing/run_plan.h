#ifndef FLUXGATE_TESTS_TESTING_RUN_PLAN_H_
#define FLUXGATE_TESTS_TESTING_RUN_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/backend/backend.h"

namespace fluxgate::testing {

// Compiles `graph` for a backend of the host's memory.
absl::StatusOr<std::shared_ptr<const Executable>> LoadGraph(
    Backend& backend, const ir::Graph& graph, const compile::CompileOptions& options = {});

// ... and runs it once. Without donations.
absl::StatusOr<std::vector<Tensor>> RunPlan(Backend& backend, const ir::Graph& graph,
                                            absl::Span<const Tensor> inputs,
                                            const compile::CompileOptions& options = {},
                                            Crew* crew = nullptr);

// Node by node, with EvaluateNode.
absl::StatusOr<std::vector<Tensor>> RunNodes(Backend& backend, const ir::Graph& graph,
                                             absl::Span<const Tensor> inputs);

}  // namespace fluxgate::testing

#endif  // FLUXGATE_TESTS_TESTING_RUN_PLAN_H_
