#include "engine/ir/not_finite.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace fluxgate::ir {
namespace {

bool IsGiven(const Node& node) { return node.op == OpKind::kInput || node.op == OpKind::kConstant; }

bool IsElementwise(OpKind op) {
  return GetOpInfo(op).elementwise || op == OpKind::kCast || op == OpKind::kSelect;
}

template <typename T>
int64_t FirstNotFiniteOf(absl::Span<const T> values) {
  const auto it =
      std::find_if(values.begin(), values.end(), [](T value) { return !std::isfinite(value); });
  return it == values.end() ? -1 : it - values.begin();
}

// -1: all are finite.
int64_t FirstNotFinite(const Tensor& tensor) {
  if (tensor.dtype() == DType::kFloat32) return FirstNotFiniteOf(tensor.data<float>());
  if (tensor.dtype() == DType::kFloat64) return FirstNotFiniteOf(tensor.data<double>());
  return -1;
}

int64_t LargestMagnitude(const Tensor& tensor) {
  int64_t largest = tensor.num_elements() > 0 ? 0 : -1;
  for (int64_t i = 1; i < tensor.num_elements(); ++i) {
    if (std::abs(tensor.ElementAsDouble(i)) > std::abs(tensor.ElementAsDouble(largest))) {
      largest = i;
    }
  }
  return largest;
}

NotFinite Describe(const Graph& graph, NodeId id, const Tensor& value,
                   absl::Span<const Tensor> operands) {
  NotFinite found;
  found.node = id;
  found.element = FirstNotFinite(value);
  found.value = value.ElementAsDouble(found.element);
  for (size_t i = 0; i < operands.size(); ++i) {
    NotFinite::Operand operand;
    operand.node = graph.node(id).operands[i];
    operand.element = FirstNotFinite(operands[i]);
    operand.finite = operand.element < 0;
    if (operand.finite) {
      operand.element =
          IsElementwise(graph.node(id).op) ? found.element : LargestMagnitude(operands[i]);
    }
    if (operand.element >= 0) operand.value = operands[i].ElementAsDouble(operand.element);
    found.operands.push_back(operand);
  }
  return found;
}

}  // namespace

absl::StatusOr<absl::optional<NotFinite>> FindNotFinite(
    const Graph& graph, NodeId result, absl::Span<const Tensor> inputs,
    absl::FunctionRef<absl::StatusOr<Tensor>(const Node&, absl::Span<const Tensor>)> compute) {
  if (inputs.size() != graph.inputs.size()) {
    return absl::InternalError(
        absl::StrCat("the graph takes ", graph.inputs.size(), " inputs, got ", inputs.size()));
  }
  // The last node that needs each one; kNoNode for those that the result does not.
  const auto count = static_cast<size_t>(result) + 1;
  std::vector<NodeId> last_use(count, kNoNode);
  last_use[result] = result;
  for (NodeId id = result; id >= 0; --id) {
    if (last_use[id] == kNoNode) continue;
    for (const NodeId operand : graph.node(id).operands) {
      last_use[operand] = std::max(last_use[operand], id);
    }
  }
  std::vector<absl::optional<Tensor>> values(count);
  std::vector<char> bad(count, 0);
  std::vector<NotFinite> suspects;  // in order
  std::vector<Tensor> operands;
  for (NodeId id = 0; id <= result; ++id) {
    if (last_use[id] == kNoNode) continue;
    const Node& node = graph.node(id);
    operands.clear();
    bool from_given = true;
    for (const NodeId operand : node.operands) {
      operands.push_back(*values[operand]);
      if (bad[operand] && !IsGiven(graph.node(operand))) from_given = false;
    }
    if (node.op == OpKind::kInput) {
      values[id] = inputs[std::get<InputAttr>(node.attr).index];
    } else if (node.op == OpKind::kConstant) {
      values[id] = std::get<ConstantAttr>(node.attr).value;
    } else {
      FG_ASSIGN_OR_RETURN(values[id], compute(node, operands));
    }
    bad[id] = FirstNotFinite(*values[id]) >= 0;
    if (bad[id] && (id == result || (from_given && !IsGiven(node)))) {
      suspects.push_back(Describe(graph, id, *values[id], operands));
    }
    for (const NodeId operand : node.operands) {
      if (last_use[operand] == id) values[operand].reset();
    }
  }
  if (!bad[result]) return absl::optional<NotFinite>();
  // Only what reaches the result without being masked on the way.
  std::vector<char> reaches(count, 0);
  reaches[result] = 1;
  for (NodeId id = result; id >= 0; --id) {
    if (!reaches[id]) continue;
    for (const NodeId operand : graph.node(id).operands) {
      if (bad[operand]) reaches[operand] = 1;
    }
  }
  for (NotFinite& suspect : suspects) {
    if (reaches[suspect.node]) return absl::optional<NotFinite>(std::move(suspect));
  }
  return absl::InternalError("a result that is not finite has no origin");
}

}  // namespace fluxgate::ir
