#include "engine/compile/plan.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/compile/fusion.h"
#include "engine/compile/plan_builder.h"
#include "engine/ir/verifier.h"

namespace fluxgate::compile {
namespace {

std::string SlotName(const Slot& slot) {
  switch (slot.space) {
    case Slot::Space::kArena:
      return absl::StrCat("@", slot.offset);
    case Slot::Space::kArgument:
      return absl::StrCat("arg", slot.index);
    case Slot::Space::kResult:
      return absl::StrCat("result", slot.index);
    case Slot::Space::kConstant:
      break;
  }
  return absl::StrCat("const", slot.index);
}

}  // namespace

int64_t Plan::bytes() const {
  int64_t total = static_cast<int64_t>(sizeof(Plan) + graph.nodes.size() * sizeof(ir::Node) +
                                       slots.size() * sizeof(Slot) + steps.size() * 256);
  for (const Tensor& constant : constants) total += constant.bytes();
  return total;
}

std::string Plan::ToString() const {
  std::string text;
  auto operands = [&](const std::vector<Operand>& list) {
    return absl::StrJoin(list, ", ", [&](std::string* out, const Operand& operand) {
      absl::StrAppend(out, "%", operand.node, ":", SlotName(slots[operand.slot]));
    });
  };
  for (size_t s = 0; s < steps.size(); ++s) {
    if (static_cast<int>(s) == commit && num_checked > 0) absl::StrAppend(&text, "commit\n");
    const Step& step = steps[s];
    const std::string ops = absl::StrJoin(step.nodes, "+", [&](std::string* out, ir::NodeId id) {
      absl::StrAppend(out, ir::GetOpInfo(graph.nodes[id].op).name);
    });
    absl::StrAppend(&text, operands(step.outputs), " = ",
                    step.kind == Step::Kind::kCopy ? "copy" : ops, "(", operands(step.inputs),
                    ")\n");
  }
  absl::StrAppend(&text, "arena ", arena_bytes, "\n");
  return text;
}

absl::StatusOr<Plan> Compile(const ir::Graph& graph, const CompileOptions& options,
                             NodeFunction evaluate) {
  ir::Graph current = RemoveDead(RemoveBarriers(graph));
  // Twice: what one pass uncovers, such as a constant, lets the ones before it do more.
  for (int round = 0; round < 2; ++round) {
    if (options.fold_constants) current = FoldConstants(current, evaluate);
    if (options.simplify) current = SinkBroadcasts(Simplify(current));
    if (options.merge_equal) current = MergeEqual(current);
  }
  current = RemoveDead(current);
  FG_RETURN_IF_ERROR(ir::Verify(current));
  const std::vector<KernelGroup> kernels =
      GroupKernels(current, {.fuse = options.fuse, .num_checked = options.num_checked});
  return BuildPlan(std::move(current), kernels, options);
}

}  // namespace fluxgate::compile
