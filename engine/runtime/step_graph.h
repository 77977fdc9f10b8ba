#ifndef FLUXGATE_ENGINE_RUNTIME_STEP_GRAPH_H_
#define FLUXGATE_ENGINE_RUNTIME_STEP_GRAPH_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/compile/plan.h"
#include "engine/lang/host.h"
#include "engine/value/array.h"

namespace fluxgate {

// One parameter of a training run and what its optimiser keeps.
struct TrainedParameter {
  std::shared_ptr<Array> array;
  Value leaf;
  std::vector<Tensor> state;
  // Leaves whose hyperparameters are equal share the inputs of this group.
  int hyper_group = 0;
};

// What an input of a step's graph is.
struct StepInput {
  enum class Role : uint8_t {
    kParameter,  // `index` of the parameters; its whole storage
    kState,      // `index` of the parameters, `part` of its state
    kHyper,      // `index` of the groups, `part` of its hyperparameters
    kKey,        // the random key
    kBatch,      // `index` of the batch's arrays
    kCaptured,   // `index` of the trace's captured storages
    kFixed,      // `index` of StepGraph::fixed
  };
  Role role;
  int index = 0;
  int part = 0;
};

// The graph of one step: loss, gradients and updates. Outputs are the loss, the guards in the
// trace's order, norms for optim::CheckNorm, then what is carried, each donated by its input.
struct StepGraph {
  ir::Graph graph;
  compile::CompileOptions options;
  std::vector<StepInput> inputs;  // One per input of the graph.
  std::vector<Tensor> fixed;
};

// `hypers`: per group. Parameters that the loss does not depend on are left alone.
absl::StatusOr<StepGraph> BuildStepGraph(const StagedLoss& staged,
                                         absl::Span<const TrainedParameter> parameters,
                                         absl::Span<const std::vector<Tensor>> hypers);

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_RUNTIME_STEP_GRAPH_H_
