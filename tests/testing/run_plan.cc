#include "tests/testing/run_plan.h"

#include <utility>

#include "engine/backend/host_buffer.h"
#include "engine/base/status_macros.h"

namespace fluxgate::testing {

absl::StatusOr<std::shared_ptr<const Executable>> LoadGraph(
    Backend& backend, const ir::Graph& graph, const compile::CompileOptions& options) {
  FG_ASSIGN_OR_RETURN(
      compile::Plan plan,
      compile::Compile(graph, options,
                       [&](const ir::Node& node, absl::Span<const Tensor> operands) {
                         return backend.EvaluateNode(node, operands);
                       }));
  return backend.Load(std::move(plan));
}

absl::StatusOr<std::vector<Tensor>> RunPlan(Backend& backend, const ir::Graph& graph,
                                            absl::Span<const Tensor> inputs,
                                            const compile::CompileOptions& options, Crew* crew) {
  FG_ASSIGN_OR_RETURN(auto executable, LoadGraph(backend, graph, options));
  FG_ASSIGN_OR_RETURN(auto instance, executable->NewInstance(nullptr, crew));
  std::vector<Tensor> outputs;
  for (ir::NodeId id : graph.outputs) {
    FG_ASSIGN_OR_RETURN(Tensor output, Tensor::Create(graph.node(id).dtype, graph.node(id).shape));
    outputs.push_back(std::move(output));
  }
  std::vector<std::unique_ptr<HostBuffer>> buffers;
  std::vector<Buffer*> arguments, results;
  for (const Tensor& input : inputs) {
    buffers.push_back(std::make_unique<HostBuffer>(input.raw(), input.bytes()));
    arguments.push_back(buffers.back().get());
  }
  for (Tensor& output : outputs) {
    buffers.push_back(std::make_unique<HostBuffer>(output.mutable_raw(), output.bytes()));
    results.push_back(buffers.back().get());
  }
  FG_RETURN_IF_ERROR(instance->Run(arguments, results, CancellationToken()));
  return outputs;
}

absl::StatusOr<std::vector<Tensor>> RunNodes(Backend& backend, const ir::Graph& graph,
                                             absl::Span<const Tensor> inputs) {
  std::vector<Tensor> values(graph.nodes.size());
  for (size_t i = 0; i < graph.inputs.size(); ++i) values[graph.inputs[i]] = inputs[i];
  for (size_t id = 0; id < graph.nodes.size(); ++id) {
    const ir::Node& node = graph.nodes[id];
    if (node.op == ir::OpKind::kInput) continue;
    std::vector<Tensor> operands;
    for (ir::NodeId operand : node.operands) operands.push_back(values[operand]);
    FG_ASSIGN_OR_RETURN(values[id], backend.EvaluateNode(node, operands));
  }
  std::vector<Tensor> outputs;
  for (ir::NodeId output : graph.outputs) outputs.push_back(values[output]);
  return outputs;
}

}  // namespace fluxgate::testing
