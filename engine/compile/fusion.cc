#include "engine/compile/fusion.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace fluxgate::compile {
namespace {

using ir::NodeId;
using ir::OpKind;

constexpr int64_t kSmallElements = 64;

// Nodes that are no kernel's: their value is somewhere already.
bool IsFree(const ir::Node& node) {
  return node.op == OpKind::kInput || node.op == OpKind::kConstant || node.op == OpKind::kReshape;
}

class Grouper {
 public:
  Grouper(const ir::Graph& graph, const FusionOptions& options)
      : graph_(graph), options_(options), size_(static_cast<NodeId>(graph.nodes.size())) {}

  std::vector<KernelGroup> Run() {
    FindUsers();
    FindAbsorbedViews();
    FindPhases();
    FindLevels();
    LowerLate();
    FormGroups();
    return Schedule();
  }

 private:
  const ir::Node& node(NodeId id) const { return graph_.nodes[id]; }

  void FindUsers() {
    users_.resize(size_);
    is_output_.resize(size_);
    for (NodeId id = 0; id < size_; ++id) {
      for (NodeId operand : node(id).operands) users_[operand].push_back(id);
    }
    for (NodeId output : graph_.outputs) is_output_[output] = true;
  }

  // Broadcasts, and permutations and slices with one user, that fused kernels read in place.
  void FindAbsorbedViews() {
    absorbed_.resize(size_);
    if (!options_.fuse) return;
    for (NodeId id = size_ - 1; id >= 0; --id) {
      const ir::Node& n = node(id);
      if (!IsView(n) || is_output_[id] || users_[id].empty()) continue;
      if (n.op == OpKind::kBroadcast ? node(n.operands[0]).shape == n.shape
                                     : users_[id].size() > 1) {
        continue;
      }
      absorbed_[id] = std::all_of(users_[id].begin(), users_[id].end(), [&](NodeId user) {
        return IsFusible(node(user)) || absorbed_[user];
      });
    }
  }

  void FindPhases() {
    early_.resize(size_);
    if (options_.num_checked == 0) return;
    for (int o = 0; o < options_.num_checked; ++o) early_[graph_.outputs[o]] = true;
    MarkOperandsEarly();
    // An index out of bounds must be known by then, too: one kernel for each use of the indices.
    std::set<std::pair<NodeId, int64_t>> proven;
    for (const bool early : {true, false}) {
      for (NodeId id = 0; id < size_; ++id) {
        const ir::Node& n = node(id);
        if (early_[id] != early || (n.op != OpKind::kGather && n.op != OpKind::kScatterAdd))
          continue;
        const Shape& shape = n.op == OpKind::kGather ? node(n.operands[0]).shape : n.shape;
        const int64_t bound = shape.dim(std::get<ir::DimAttr>(n.attr).dim);
        if (proven.emplace(n.operands[1], bound).second) early_[id] = true;
      }
    }
    MarkOperandsEarly();
  }
  void MarkOperandsEarly() {
    for (NodeId id = size_ - 1; id >= 0; --id) {
      if (!early_[id]) continue;
      for (NodeId operand : node(id).operands) early_[operand] = true;
    }
  }

  // The number of kernels that are not fused on the longest way to a node. Between two fusible
  // nodes of one level and one shape no path leaves through another kernel and comes back: it would
  // raise the level, or (a broadcast read in place) the size. So they may share a kernel.
  void FindLevels() {
    level_.resize(size_);
    for (NodeId id = 0; id < size_; ++id) {
      int level = 0;
      for (NodeId operand : node(id).operands) level = std::max(level, level_[operand]);
      level_[id] = level + (Neutral(id) ? 0 : 1);
    }
  }
  bool Neutral(NodeId id) const {
    const ir::Node& n = node(id);
    return IsFusible(n) || (absorbed_[id] && n.op == OpKind::kBroadcast) ||
           n.op == OpKind::kInput || n.op == OpKind::kConstant;
  }

  // A node with one full-sized operand that is needed only later joins its users' kernel.
  void LowerLate() {
    for (NodeId id = size_ - 1; id >= 0; --id) {
      if (!IsFusible(node(id)) || is_output_[id] || users_[id].empty()) continue;
      int wide = 0;
      for (NodeId operand : node(id).operands) {
        const OpKind op = node(operand).op;
        if (!absorbed_[operand] && op != OpKind::kInput && op != OpKind::kConstant) ++wide;
      }
      if (wide > 1) continue;
      int level = std::numeric_limits<int>::max();
      for (NodeId user : users_[id]) {
        const bool joins = IsFusible(node(user)) && node(user).shape == node(id).shape &&
                           early_[user] == early_[id];
        level = std::min(level, joins ? level_[user] : level_[id]);
      }
      level_[id] = std::max(level_[id], level);
    }
  }

  NodeId FindRoot(NodeId id) {
    while (parent_[id] != id) id = parent_[id] = parent_[parent_[id]];
    return id;
  }
  void Join(NodeId a, NodeId b) {
    a = FindRoot(a);
    b = FindRoot(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

  bool SameKernel(NodeId a, NodeId b) const {
    return IsFusible(node(a)) && IsFusible(node(b)) && early_[a] == early_[b] &&
           level_[a] == level_[b] && node(a).shape == node(b).shape;
  }

  // Where a kernel costs more than its elements, unrelated ones share one.
  void JoinSmall() {
    absl::flat_hash_map<std::tuple<bool, int, Shape>, NodeId> first;
    for (NodeId id = 0; id < size_; ++id) {
      if (!IsFusible(node(id)) || node(id).shape.num_elements() > kSmallElements) continue;
      auto [it, inserted] =
          first.emplace(std::make_tuple(early_[id] != 0, level_[id], node(id).shape), id);
      if (!inserted) Join(it->second, id);
    }
  }

  void FormGroups() {
    parent_.resize(size_);
    std::iota(parent_.begin(), parent_.end(), 0);
    if (options_.fuse) {
      for (NodeId id = 0; id < size_; ++id) {
        if (!IsFusible(node(id))) continue;
        for (NodeId operand : node(id).operands) {
          if (SameKernel(id, operand)) Join(id, operand);
        }
      }
      JoinSmall();
      // Users of one value read it once.
      for (NodeId id = 0; id < size_; ++id) {
        if (absorbed_[id] || node(id).shape.rank() == 0) continue;
        absl::flat_hash_map<std::pair<bool, int>, NodeId> first;
        for (NodeId user : users_[id]) {
          if (!IsFusible(node(user)) || node(user).shape != node(id).shape) continue;
          auto [it, inserted] =
              first.emplace(std::make_pair(early_[user] != 0, level_[user]), user);
          if (!inserted) Join(it->second, user);
        }
      }
    }
    group_of_.assign(size_, -1);
    absl::flat_hash_map<NodeId, int> open;  // root → its group that still has room
    for (NodeId id = 0; id < size_; ++id) {
      if (IsFree(node(id)) || absorbed_[id]) continue;
      const bool fused = IsFusible(node(id));
      auto [it, inserted] = open.emplace(FindRoot(id), -1);
      if (inserted || static_cast<int>(groups_[it->second].nodes.size()) >= options_.max_nodes) {
        it->second = static_cast<int>(groups_.size());
        groups_.push_back({{}, fused, early_[id] != 0});
      }
      group_of_[id] = it->second;
      groups_[it->second].nodes.push_back(id);
    }
  }

  // The groups whose results a node's operand comes from, through free and absorbed nodes.
  void AddSources(NodeId operand, std::vector<int>& sources) const {
    while (group_of_[operand] < 0) {
      if (node(operand).operands.empty()) return;
      operand = node(operand).operands[0];
    }
    sources.push_back(group_of_[operand]);
  }

  // Kahn's algorithm; among the ready ones, the group whose last node came first, as the graph was
  // written (which keeps updates of parameters after all that reads them).
  std::vector<KernelGroup> Schedule() {
    const int count = static_cast<int>(groups_.size());
    std::vector<std::vector<int>> next(count);
    std::vector<int> waiting(count);
    for (int g = 0; g < count; ++g) {
      std::vector<int> sources;
      for (NodeId id : groups_[g].nodes) {
        for (NodeId operand : node(id).operands) AddSources(operand, sources);
      }
      std::sort(sources.begin(), sources.end());
      sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
      for (int source : sources) {
        if (source == g) continue;
        next[source].push_back(g);
        ++waiting[g];
      }
    }
    using Key = std::tuple<bool, NodeId, int>;
    std::priority_queue<Key, std::vector<Key>, std::greater<Key>> ready;
    auto push = [&](int g) { ready.push({!groups_[g].before_commit, groups_[g].nodes.back(), g}); };
    for (int g = 0; g < count; ++g) {
      if (waiting[g] == 0) push(g);
    }
    std::vector<KernelGroup> ordered;
    while (!ready.empty()) {
      const int g = std::get<2>(ready.top());
      ready.pop();
      for (int n : next[g]) {
        if (--waiting[n] == 0) push(n);
      }
      ordered.push_back(std::move(groups_[g]));
    }
    return ordered;
  }

  const ir::Graph& graph_;
  const FusionOptions& options_;
  const NodeId size_;
  std::vector<std::vector<NodeId>> users_;
  std::vector<char> is_output_, absorbed_, early_;
  std::vector<int> level_, group_of_;
  std::vector<NodeId> parent_;
  std::vector<KernelGroup> groups_;
};

}  // namespace

bool IsFusible(const ir::Node& node) {
  return (ir::GetOpInfo(node.op).elementwise || node.op == OpKind::kCast ||
          node.op == OpKind::kSelect) &&
         !node.operands.empty();
}

bool IsView(const ir::Node& node) {
  return node.op == OpKind::kBroadcast || node.op == OpKind::kPermute || node.op == OpKind::kSlice;
}

std::vector<KernelGroup> GroupKernels(const ir::Graph& graph, const FusionOptions& options) {
  return Grouper(graph, options).Run();
}

}  // namespace fluxgate::compile
