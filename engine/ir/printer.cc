#include "engine/ir/printer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fluxgate::ir {
namespace {

struct AttrText {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(const InputAttr& a) const { return absl::StrCat(a.index); }
  std::string operator()(const ConstantAttr& a) const {
    constexpr int64_t kShown = 8;
    if (a.value.num_elements() > kShown) return "...";
    std::string text;
    for (int64_t i = 0; i < a.value.num_elements(); ++i) {
      absl::StrAppend(&text, i > 0 ? ", " : "", a.value.ElementAsDouble(i));
    }
    return text;
  }
  std::string operator()(const IotaAttr& a) const { return absl::StrCat("dim=", a.dim); }
  std::string operator()(const RandomAttr& a) const {
    return absl::StrCat(a.distribution == RandomAttr::Distribution::kUniform ? "uniform" : "normal",
                        ", draw=", a.draw);
  }
  std::string operator()(const DimAttr& a) const { return absl::StrCat("dim=", a.dim); }
  std::string operator()(const DimsAttr& a) const {
    return absl::StrCat("dims=[", absl::StrJoin(a.dims, ","), "]");
  }
  std::string operator()(const SliceAttr& a) const {
    return absl::StrCat("start=[", absl::StrJoin(a.start, ","), "], count=[",
                        absl::StrJoin(a.count, ","), "], step=[", absl::StrJoin(a.step, ","), "]");
  }
  std::string operator()(const MatMulAttr& a) const {
    if (a.transpose_a && a.transpose_b) return "transpose_a, transpose_b";
    return a.transpose_a ? "transpose_a" : a.transpose_b ? "transpose_b" : "";
  }
};

void AppendId(std::string* out, NodeId id) { absl::StrAppend(out, "%", id); }

}  // namespace

std::string ToString(const Graph& graph) {
  std::string text;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::string attr = std::visit(AttrText{}, node.attr);
    if (!attr.empty() && !node.operands.empty()) attr = absl::StrCat(", ", attr);
    absl::StrAppend(&text, "%", i, " = ", GetOpInfo(node.op).name, "(",
                    absl::StrJoin(node.operands, ", ", AppendId), attr,
                    ") : ", DTypeName(node.dtype), "[", absl::StrJoin(node.shape.dims(), ","),
                    "]\n");
  }
  absl::StrAppend(&text, "return ", absl::StrJoin(graph.outputs, ", ", AppendId), "\n");
  return text;
}

}  // namespace fluxgate::ir
