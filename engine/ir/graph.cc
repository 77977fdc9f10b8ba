#include "engine/ir/graph.h"

#include <cstring>
#include <utility>

#include "engine/ir/hash.h"

namespace fluxgate::ir {
namespace {

uint64_t MixDims(uint64_t hash, absl::Span<const int64_t> dims) {
  for (int64_t d : dims) hash = Mix(hash, static_cast<uint64_t>(d));
  return Mix(hash, dims.size());
}

uint64_t MixBytes(uint64_t hash, const std::byte* data, int64_t size) {
  int64_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, data + i, 8);
    hash = Mix(hash, word);
  }
  uint64_t tail = 0;
  if (i < size) std::memcpy(&tail, data + i, static_cast<size_t>(size - i));
  return Mix(hash, tail);
}

struct AttrHash {
  uint64_t hash;

  uint64_t operator()(std::monostate) const { return hash; }
  uint64_t operator()(const InputAttr& a) const { return Mix(hash, a.index); }
  uint64_t operator()(const ConstantAttr& a) const {
    return MixBytes(hash, a.value.raw(), a.value.bytes());
  }
  uint64_t operator()(const IotaAttr& a) const { return Mix(hash, a.dim); }
  uint64_t operator()(const RandomAttr& a) const {
    return Mix(Mix(hash, static_cast<uint64_t>(a.distribution)), a.draw);
  }
  uint64_t operator()(const DimAttr& a) const { return Mix(hash, a.dim); }
  uint64_t operator()(const DimsAttr& a) const {
    uint64_t h = hash;
    for (int d : a.dims) h = Mix(h, d);
    return Mix(h, a.dims.size());
  }
  uint64_t operator()(const SliceAttr& a) const {
    return MixDims(MixDims(MixDims(hash, a.start), a.count), a.step);
  }
  uint64_t operator()(const MatMulAttr& a) const {
    return Mix(hash, (a.transpose_a ? 1 : 0) + (a.transpose_b ? 2 : 0));
  }
};

bool SameAttr(const Attr& a, const Attr& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&b](const auto& left) {
        using T = std::decay_t<decltype(left)>;
        const T& right = std::get<T>(b);
        if constexpr (std::is_same_v<T, ConstantAttr>) {
          return BitIdentical(left.value, right.value);
        } else {
          return left == right;
        }
      },
      a);
}

}  // namespace

uint64_t HashNode(const Node& node) {
  uint64_t hash = Mix(static_cast<uint64_t>(node.op) + 1, static_cast<uint64_t>(node.dtype));
  hash = MixDims(hash, node.shape.dims());
  for (NodeId operand : node.operands) hash = Mix(hash, static_cast<uint64_t>(operand));
  hash = Mix(hash, node.attr.index());
  return std::visit(AttrHash{hash}, node.attr);
}

bool SameNode(const Node& a, const Node& b) {
  return a.op == b.op && a.dtype == b.dtype && a.operands == b.operands && a.shape == b.shape &&
         SameAttr(a.attr, b.attr);
}

uint64_t Fingerprint(const Graph& graph) {
  uint64_t hash = graph.nodes.size();
  for (const Node& node : graph.nodes) hash = Mix(hash, HashNode(node));
  for (NodeId id : graph.inputs) hash = Mix(hash, static_cast<uint64_t>(id));
  hash = Mix(hash, graph.inputs.size());
  for (NodeId id : graph.outputs) hash = Mix(hash, static_cast<uint64_t>(id));
  return Mix(hash, graph.outputs.size());
}

absl::optional<double> UniformConstant(const Graph& graph, NodeId id) {
  const Node* node = &graph.nodes[id];
  while (node->op == OpKind::kBroadcast || node->op == OpKind::kReshape) {
    node = &graph.nodes[node->operands[0]];
  }
  if (node->op != OpKind::kConstant || node->shape.num_elements() != 1) return absl::nullopt;
  return std::get<ConstantAttr>(node->attr).value.ElementAsDouble(0);
}

Graph Prune(const Graph& graph, const std::vector<NodeId>& outputs, std::vector<NodeId>* remap) {
  std::vector<char> live(graph.nodes.size(), 0);
  for (NodeId id : outputs) live[id] = 1;
  for (NodeId id : graph.inputs) live[id] = 1;
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (!live[i]) continue;
    for (NodeId operand : graph.nodes[i].operands) live[operand] = 1;
  }
  Graph result;
  std::vector<NodeId> new_id(graph.nodes.size(), kNoNode);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!live[i]) continue;
    new_id[i] = static_cast<NodeId>(result.nodes.size());
    result.nodes.push_back(graph.nodes[i]);
    for (NodeId& operand : result.nodes.back().operands) operand = new_id[operand];
  }
  for (NodeId id : graph.inputs) result.inputs.push_back(new_id[id]);
  for (NodeId id : outputs) result.outputs.push_back(new_id[id]);
  if (remap != nullptr) *remap = std::move(new_id);
  return result;
}

}  // namespace fluxgate::ir
