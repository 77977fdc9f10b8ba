#ifndef FLUXGATE_ENGINE_COMPILE_PLAN_H_
#define FLUXGATE_ENGINE_COMPILE_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/compile/passes.h"
#include "engine/ir/graph.h"

namespace fluxgate::compile {

// Where a value of a plan lies: `offset` bytes into the arena, or an argument, result or constant
// as a whole.
struct Slot {
  enum class Space : uint8_t { kArena, kArgument, kResult, kConstant };
  Space space = Space::kArena;
  int index = 0;  // Argument, result or constant; 0 for the arena.
  int64_t offset = 0;
  int64_t bytes = 0;
};

// A value that a step reads or writes: what it is (a node of Plan::graph) and where.
struct Operand {
  ir::NodeId node = ir::kNoNode;
  int slot = -1;
  // False: a fused kernel reads it through views (Broadcast, Permute, Slice) alone.
  bool direct = true;
};

// One kernel call.
struct Step {
  enum class Kind : uint8_t {
    kNode,   // one node; inputs are its operands in order
    kFused,  // elementwise nodes of one shape; inputs are what they read from outside, once each,
             // among them what lies under the views that no kernel of their own makes
    kCopy,   // the bytes of the input to the output
  };
  Kind kind = Kind::kNode;
  std::vector<ir::NodeId> nodes;  // In order; empty for kCopy.
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
};

// Lets output `output` take over the memory of input `input`, which must have its dtype and shape:
// after a run the argument holds the new value, and no result buffer is needed.
struct Donation {
  int output = 0;
  int input = 0;
  friend bool operator==(const Donation& a, const Donation& b) {
    return a.output == b.output && a.input == b.input;
  }
};

// A compiled graph: kernels in order and memory laid out. A plain value, the same for all backends.
struct Plan {
  ir::Graph graph;  // After the passes; steps refer to its nodes.
  std::vector<Slot> slots;
  std::vector<Step> steps;
  // steps[0, commit) compute the checked outputs and write to no argument: a run may stop after
  // them and nothing has happened.
  int commit = 0;
  int num_checked = 0;
  int64_t arena_bytes = 0;
  std::vector<Tensor> constants;
  // Per output: the argument that receives it, or -1.
  std::vector<int> donated_to;
  // Subnormal numbers count as zero while it runs.
  bool flush_denormals = false;

  // What a cache is charged for it.
  int64_t bytes() const;
  // One line per step, with slots, for tests and for people.
  std::string ToString() const;
};

struct CompileOptions {
  bool fold_constants = true;
  bool simplify = true;
  bool merge_equal = true;
  bool fuse = true;
  std::vector<Donation> donations;
  // The first so many outputs are checked before a step commits.
  int num_checked = 0;
  bool flush_denormals = false;

  friend bool operator==(const CompileOptions& a, const CompileOptions& b) {
    return a.fold_constants == b.fold_constants && a.simplify == b.simplify &&
           a.merge_equal == b.merge_equal && a.fuse == b.fuse && a.donations == b.donations &&
           a.num_checked == b.num_checked && a.flush_denormals == b.flush_denormals;
  }
};

// Runs the passes and lays out the memory. `evaluate` computes one node as the backend would.
absl::StatusOr<Plan> Compile(const ir::Graph& graph, const CompileOptions& options,
                             NodeFunction evaluate);

}  // namespace fluxgate::compile

#endif  // FLUXGATE_ENGINE_COMPILE_PLAN_H_
