#include "engine/backend/cpu/kernels/dnnl_matmul.h"

#ifdef FLUXGATE_HAS_DNNL

#include <omp.h>

#include <oneapi/dnnl/dnnl.hpp>

namespace fluxgate::cpu {
namespace {

// oneDNN would start a team of threads of its own; how many is remembered per calling thread.
void UseOneThread() {
  static thread_local const bool done = (omp_set_num_threads(1), true);
  (void)done;
}

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

std::unique_ptr<DnnlMatMul> DnnlMatMul::Create(const GemmExtent& e) {
  using Memory = dnnl::memory;
  UseOneThread();
  // oneDNN reports by exceptions; any of them means that the product is made without it.
  try {
    auto prepared = std::make_shared<Prepared>();
    const auto type = Memory::data_type::f32;
    const Memory::desc source({e.n, e.k}, type,
                              e.transpose_b ? Memory::dims{1, e.n} : Memory::dims{e.k, 1});
    const Memory::desc weights({e.k, e.m}, type,
                               e.transpose_a ? Memory::dims{1, e.k} : Memory::dims{e.m, 1});
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
std::unique_ptr<DnnlMatMul> DnnlMatMul::Create(const GemmExtent&) { return nullptr; }
}  // namespace fluxgate::cpu

#endif  // FLUXGATE_HAS_DNNL
