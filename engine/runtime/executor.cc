#include "engine/runtime/executor.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/backend/host_buffer.h"
#include "engine/base/status_macros.h"
#include "engine/compile/passes.h"

namespace fluxgate {
namespace {

// Past so many elements in all, memory planning pays at once.
constexpr int64_t kMaxUnplannedElements = int64_t{1} << 20;
constexpr size_t kMaxSeen = 4096;
// What may wait for its next use.
constexpr int64_t kMaxIdleBytes = int64_t{8} << 20;
constexpr size_t kMaxIdle = 64;

absl::Span<const std::byte> BytesOf(const Tensor& tensor) {
  return {tensor.raw(), static_cast<size_t>(tensor.bytes())};
}

bool IsSmall(const ir::Graph& graph) {
  int64_t elements = 0;
  for (const ir::Node& node : graph.nodes) elements += node.shape.num_elements();
  return elements <= kMaxUnplannedElements;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ExecutableInstance>> Executor::Take(
    const std::shared_ptr<const LoadedPlan>& plan) {
  if (auto it = idle_.find(plan.get()); it != idle_.end()) {
    std::unique_ptr<ExecutableInstance> instance = std::move(it->second.instance);
    idle_bytes_ -= instance->bytes();
    idle_.erase(it);
    return instance;
  }
  auto instance = plan->executable().NewInstance(budget_, crew_);
  if (idle_.empty() || !absl::IsResourceExhausted(instance.status())) return instance;
  // Memory that only waits for its next use goes first.
  idle_.clear();
  idle_bytes_ = 0;
  return plan->executable().NewInstance(budget_, crew_);
}

void Executor::Return(const std::shared_ptr<const LoadedPlan>& plan,
                      std::unique_ptr<ExecutableInstance> instance) {
  if (instance == nullptr || instance->bytes() > kMaxIdleBytes) return;
  if (idle_bytes_ + instance->bytes() > kMaxIdleBytes || idle_.size() >= kMaxIdle) {
    idle_.clear();
    idle_bytes_ = 0;
  }
  const int64_t bytes = instance->bytes();
  if (idle_.emplace(plan.get(), Idle{plan, std::move(instance)}).second) idle_bytes_ += bytes;
}

absl::StatusOr<DeviceTensor> DeviceTensor::Create(Backend& backend,
                                                  const std::shared_ptr<MemoryBudget>& budget,
                                                  Tensor value) {
  DeviceTensor result;
  result.value_ = std::make_unique<Tensor>(std::move(value));
  const Tensor& tensor = *result.value_;
  if (backend.info().host_memory) {
    result.buffer_ = std::make_unique<HostBuffer>(tensor.raw(), tensor.bytes());
  } else {
    FG_ASSIGN_OR_RETURN(result.buffer_, backend.Allocate(budget, tensor.bytes()));
    FG_RETURN_IF_ERROR(backend.CopyIn(BytesOf(tensor), *result.buffer_));
  }
  return result;
}

absl::StatusOr<std::vector<Tensor>> Executor::Run(const ir::Graph& graph,
                                                  absl::Span<const Tensor> inputs,
                                                  const CancellationToken& token) {
  compile::Hoisted hoisted = compile::HoistConstants(compile::RemoveDead(graph));
  std::vector<Tensor> all(inputs.begin(), inputs.end());
  all.insert(all.end(), hoisted.values.begin(), hoisted.values.end());
  if (seen_.size() >= kMaxSeen) seen_.clear();
  const bool first_use = seen_.insert(ir::Fingerprint(hoisted.graph)).second;
  if (first_use && IsSmall(hoisted.graph)) return RunNodes(hoisted.graph, all, token);
  return RunPlan(std::move(hoisted.graph), std::move(all), token);
}

absl::StatusOr<std::vector<Tensor>> Executor::RunNodes(const ir::Graph& graph,
                                                       absl::Span<const Tensor> inputs,
                                                       const CancellationToken& token) {
  const size_t count = graph.nodes.size();
  std::vector<size_t> last_use(count, 0);
  for (size_t id = 0; id < count; ++id) {
    for (ir::NodeId operand : graph.nodes[id].operands) last_use[operand] = id;
  }
  for (ir::NodeId output : graph.outputs) last_use[output] = count;
  std::vector<absl::optional<Tensor>> values(count);
  for (size_t i = 0; i < graph.inputs.size(); ++i) values[graph.inputs[i]] = inputs[i];
  std::vector<Tensor> operands;
  for (size_t id = 0; id < count; ++id) {
    const ir::Node& node = graph.nodes[id];
    if (node.op == ir::OpKind::kInput) continue;
    FG_RETURN_IF_ERROR(token.Check());
    operands.clear();
    for (ir::NodeId operand : node.operands) operands.push_back(*values[operand]);
    FG_ASSIGN_OR_RETURN(values[id], backend_->EvaluateNode(node, operands));
    for (ir::NodeId operand : node.operands) {
      if (last_use[operand] == id) values[operand].reset();
    }
  }
  std::vector<Tensor> outputs;
  for (ir::NodeId output : graph.outputs) outputs.push_back(*values[output]);
  return outputs;
}

absl::StatusOr<std::vector<Tensor>> Executor::RunPlan(ir::Graph graph, std::vector<Tensor> inputs,
                                                      const CancellationToken& token) {
  std::vector<Tensor> outputs;
  for (ir::NodeId output : graph.outputs) {
    FG_ASSIGN_OR_RETURN(Tensor tensor,
                        Tensor::Create(graph.node(output).dtype, graph.node(output).shape));
    outputs.push_back(std::move(tensor));
  }
  FG_ASSIGN_OR_RETURN(std::shared_ptr<const LoadedPlan> plan, Load(std::move(graph), {}));
  std::vector<DeviceTensor> arguments;
  std::vector<Buffer*> argument_buffers, result_buffers;
  for (Tensor& input : inputs) {
    FG_ASSIGN_OR_RETURN(DeviceTensor argument,
                        DeviceTensor::Create(*backend_, budget_, std::move(input)));
    argument_buffers.push_back(argument.buffer());
    arguments.push_back(std::move(argument));
  }
  const bool host = backend_->info().host_memory;
  std::vector<std::unique_ptr<Buffer>> results;
  for (Tensor& output : outputs) {
    if (host) {
      results.push_back(std::make_unique<HostBuffer>(output.mutable_raw(), output.bytes()));
    } else {
      FG_ASSIGN_OR_RETURN(auto result, backend_->Allocate(budget_, output.bytes()));
      results.push_back(std::move(result));
    }
    result_buffers.push_back(results.back().get());
  }
  FG_ASSIGN_OR_RETURN(std::unique_ptr<ExecutableInstance> instance, Take(plan));
  FG_RETURN_IF_ERROR(instance->Run(argument_buffers, result_buffers, token));
  Return(plan, std::move(instance));
  for (size_t o = 0; o < outputs.size() && !host; ++o) {
    FG_RETURN_IF_ERROR(backend_->CopyOut(
        *results[o], {outputs[o].mutable_raw(), static_cast<size_t>(outputs[o].bytes())}));
  }
  return outputs;
}

absl::StatusOr<compile::Plan> Executor::Compile(const ir::Graph& graph,
                                                const compile::CompileOptions& options) {
  return compile::Compile(graph, options,
                          [this](const ir::Node& node, absl::Span<const Tensor> operands) {
                            return backend_->EvaluateNode(node, operands);
                          });
}

absl::StatusOr<std::shared_ptr<const LoadedPlan>> Executor::Load(ir::Graph graph,
                                                                 compile::CompileOptions options) {
  compile::PlanKey key{std::move(graph), std::move(options), backend_->info().name};
  std::shared_ptr<const compile::CachedPlan> cached = cache_->Find(key);
  if (cached == nullptr) {
    const auto begin = std::chrono::steady_clock::now();
    FG_ASSIGN_OR_RETURN(compile::Plan plan, Compile(key.graph, key.options));
    FG_ASSIGN_OR_RETURN(std::shared_ptr<const Executable> executable,
                        backend_->Load(std::move(plan)));
    cached = cache_->Insert(std::move(key), std::make_shared<LoadedPlan>(std::move(executable)));
    compile_time_ += std::chrono::steady_clock::now() - begin;
  }
  return std::static_pointer_cast<const LoadedPlan>(cached);
}

}  // namespace fluxgate
