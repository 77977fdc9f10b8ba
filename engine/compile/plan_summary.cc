#include "engine/compile/plan_summary.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fluxgate::compile {
namespace {

// A fused update has dozens of operations: these many names tell enough.
constexpr size_t kNamed = 6;

std::string SizeText(absl::Span<const int64_t> dims) {
  return dims.empty() ? "1" : absl::StrJoin(dims, "×");
}

// The operand of a matrix product as the product sees it.
std::string Factor(const Shape& shape, bool transposed) {
  Dims dims(shape.dims().begin(), shape.dims().end());
  if (transposed && dims.size() >= 2) std::swap(dims[0], dims[1]);
  return SizeText(dims);
}

std::string TextOf(const Plan& plan, const Step& step, const Shape& output) {
  const std::string result = absl::StrCat(" → ", SizeText(output.dims()));
  if (step.kind == Step::Kind::kCopy) return absl::StrCat("copy", result);
  const ir::Node& last = plan.graph.node(step.nodes.back());
  if (step.kind == Step::Kind::kNode) {
    if (last.op == ir::OpKind::kMatMul) {
      const auto& attr = std::get<ir::MatMulAttr>(last.attr);
      return absl::StrCat(Factor(plan.graph.node(last.operands[0]).shape, attr.transpose_a), " * ",
                          Factor(plan.graph.node(last.operands[1]).shape, attr.transpose_b),
                          result);
    }
    std::string text(GetOpInfo(last.op).name);
    if (!last.operands.empty()) {
      absl::StrAppend(&text, " ", SizeText(plan.graph.node(last.operands[0]).shape.dims()));
    }
    return absl::StrCat(text, result);
  }
  std::vector<std::string> names;
  for (const ir::NodeId id : step.nodes) {
    std::string name(GetOpInfo(plan.graph.node(id).op).name);
    // Broadcasting costs nothing inside a loop.
    if (name == "broadcast" || std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(std::move(name));
  }
  const bool more = names.size() > kNamed;
  if (more) names.resize(kNamed);
  return absl::StrCat(absl::StrJoin(names, ", "), more ? ", ..." : "", result);
}

}  // namespace

PlanSummary Summarise(const Plan& plan) {
  PlanSummary summary;
  summary.arena_bytes = plan.arena_bytes;
  for (const Step& step : plan.steps) {
    KernelSummary kernel;
    if (!step.outputs.empty()) kernel.output = plan.graph.node(step.outputs[0].node).shape;
    for (const ir::NodeId id : step.nodes) {
      kernel.ops.emplace_back(GetOpInfo(plan.graph.node(id).op).name);
    }
    kernel.text = TextOf(plan, step, kernel.output);
    summary.kernels.push_back(std::move(kernel));
  }
  return summary;
}

}  // namespace fluxgate::compile
