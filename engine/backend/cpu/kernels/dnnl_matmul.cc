#include "engine/backend/cpu/kernels/dnnl_matmul.h"

#ifdef FLUXGATE_HAS_DNNL

#include <omp.h>

#include <oneapi/dnnl/dnnl.hpp>

#include "engine/backend/cpu/kernels/cpu_level.h"

namespace fluxgate::cpu {
namespace {

// oneDNN would start a team of threads of its own; how many is remembered per calling thread.
void UseOneThread() {
  static thread_local const bool done = (omp_set_num_threads(1), true);
  (void)done;
}

// Whether `a` goes faster through a copy with longer columns. With AVX2 oneDNN reads it in place
// where packing would cost much beside the product (its gemm_driver.cpp says when); columns whose
// distance is a large power of two then share few sets of the L1 cache, and the product takes up to
// twice as long.
bool WantsPadding(const GemmExtent& e) {
  if (e.transpose_a || BestLevel() != CpuLevel::kV3) return false;
  const bool in_place = 1.0 / static_cast<double>(e.m) + 1.0 / static_cast<double>(e.n) >= 0.0038;
  return in_place && e.m % (e.transpose_b ? 256 : 512) == 0;
}
constexpr int64_t kPadding = 16;  // Elements after each column.

struct Prepared {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::matmul::primitive_desc description;
  dnnl::matmul primitive;
};

class Matrix {
 public:
  Matrix(const dnnl::memory::desc& description, const dnnl::engine& engine)
      : memory_(description, engine, DNNL_MEMORY_NONE) {}
  dnnl_memory_t At(const void* data) {
    // The handle is not const, but sources are only read.
    failed_ = dnnl_memory_set_data_handle(memory_.get(), const_cast<void*>(data)) != dnnl_success;
    return memory_.get();
  }
  bool failed() const { return failed_; }

 private:
  dnnl::memory memory_;
  bool failed_ = false;
};

class PreparedMatMul : public DnnlMatMul {
 public:
  explicit PreparedMatMul(std::shared_ptr<const Prepared> prepared)
      : prepared_(std::move(prepared)),
        stream_(prepared_->engine),
        source_(prepared_->description.src_desc(), prepared_->engine),
        weights_(prepared_->description.weights_desc(), prepared_->engine),
        result_(prepared_->description.dst_desc(), prepared_->engine),
        scratch_(prepared_->description.scratchpad_desc(), prepared_->engine) {}

  std::unique_ptr<DnnlMatMul> Clone() const override {
    return std::make_unique<PreparedMatMul>(prepared_);
  }
  int64_t scratch_bytes() const override {
    return static_cast<int64_t>(prepared_->description.scratchpad_desc().get_size());
  }
  bool Run(const void* a, const void* b, void* c, void* scratch) override {
    UseOneThread();
    // oneDNN's matrices are row-major, so it computes the transposed product: b' a' = c'.
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, source_.At(b)},
                                         {DNNL_ARG_WEIGHTS, weights_.At(a)},
                                         {DNNL_ARG_DST, result_.At(c)},
                                         {DNNL_ARG_SCRATCHPAD, scratch_.At(scratch)}};
    if (source_.failed() || weights_.failed() || result_.failed() || scratch_.failed()) {
      return false;
    }
    return dnnl_primitive_execute(prepared_->primitive.get(), stream_.get(), 4, arguments) ==
           dnnl_success;
  }

 private:
  const std::shared_ptr<const Prepared> prepared_;
  dnnl::stream stream_;
  Matrix source_, weights_, result_, scratch_;
};

}  // namespace

int64_t DnnlMatMul::BestColumnOfA(const GemmExtent& e) {
  if (e.transpose_a) return e.k;
  return e.m + (WantsPadding(e) ? kPadding : 0);
}

std::unique_ptr<DnnlMatMul> DnnlMatMul::Create(const GemmExtent& e, int64_t a_column) {
  using Memory = dnnl::memory;
  UseOneThread();
  // oneDNN reports by exceptions; any of them means that the product is made without it.
  try {
    auto prepared = std::make_shared<Prepared>();
    const auto type = Memory::data_type::f32;
    const Memory::desc source(
        {e.n, e.k}, type,
        e.transpose_b ? Memory::dims{1, e.b_column} : Memory::dims{e.b_column, 1});
    const Memory::desc weights(
        {e.k, e.m}, type, e.transpose_a ? Memory::dims{1, a_column} : Memory::dims{a_column, 1});
    const Memory::desc result({e.n, e.m}, type, Memory::dims{e.m, 1});
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    prepared->description = dnnl::matmul::primitive_desc(
        dnnl::matmul::desc(source, weights, result), attributes, prepared->engine);
    prepared->primitive = dnnl::matmul(prepared->description);
    return std::make_unique<PreparedMatMul>(std::move(prepared));
  } catch (const dnnl::error&) {
    return nullptr;
  }
}

}  // namespace fluxgate::cpu

#else

namespace fluxgate::cpu {
int64_t DnnlMatMul::BestColumnOfA(const GemmExtent& e) { return e.transpose_a ? e.k : e.m; }
std::unique_ptr<DnnlMatMul> DnnlMatMul::Create(const GemmExtent&, int64_t) { return nullptr; }
}  // namespace fluxgate::cpu

#endif  // FLUXGATE_HAS_DNNL
