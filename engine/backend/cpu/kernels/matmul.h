#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_MATMUL_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_MATMUL_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/backend/cpu/kernels/cpu_level.h"
#include "engine/tensor/dtype.h"

namespace fluxgate::cpu {

// c = op(a) op(b), all column-major and dense: op(a) is m×k, op(b) k×n, c m×n; op transposes where
// asked.
struct GemmShape {
  DType dtype = DType::kFloat32;
  int64_t m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
  // For arrays of matrices, one behind the other: how many, and whether all use the first a or b.
  int64_t batch = 1;
  bool share_a = false, share_b = false;
};

// One product, prepared once. The way it is computed depends on shape and level alone, never on a
// timing or a thread count, so the same bytes in give the same bits out.
class GemmPlan {
 public:
  static absl::StatusOr<GemmPlan> Create(const GemmShape& shape, CpuLevel level = BestLevel());

  // A copy shares what is expensive to make and has its own state.
  GemmPlan(const GemmPlan& other);
  GemmPlan& operator=(const GemmPlan& other);
  GemmPlan(GemmPlan&&) noexcept;
  GemmPlan& operator=(GemmPlan&&) noexcept;
  ~GemmPlan();

  // What Run needs in `scratch`, 64-byte aligned; may be 0.
  int64_t scratch_bytes() const;

  // On the calling thread alone. One thread at a time per object: each instance of an executable
  // keeps its own copy. `c` shares no bytes with `a` or `b`.
  void Run(const void* a, const void* b, void* c, void* scratch);

  // What Run does in parts: Begin, then each piece (some columns of c) once, in any order and on
  // any threads. How many there are depends on the shape alone.
  int pieces() const;
  void Begin(const void* a, void* scratch);
  void RunPiece(int piece, const void* a, const void* b, void* c, void* scratch);

 private:
  class Impl;
  explicit GemmPlan(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The same product without a plan, for products that run once.
absl::Status Gemm(const GemmShape& shape, const void* a, const void* b, void* c);

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_MATMUL_H_
