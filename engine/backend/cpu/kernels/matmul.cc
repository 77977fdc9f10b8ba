#include "engine/backend/cpu/kernels/matmul.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/backend/cpu/kernels/dnnl_matmul.h"
#include "engine/backend/cpu/kernels/gemm_bodies.h"
#include "engine/base/status_macros.h"
#include "engine/kernels/matmul.h"
#include "engine/tensor/tensor.h"

namespace fluxgate::cpu {
namespace {

// Below these oneDNN's call costs as much as it saves. Measured: from 101³ on it is 5 to 10 % ahead
// of our own blocks with AVX2, and up to a third where c is narrow; for one row or column it is
// not.
constexpr int64_t kDnnlProducts = int64_t{1} << 20;
constexpr int64_t kDnnlExtent = 16;

bool IsWorthDnnl(const GemmShape& s, CpuLevel level) {
  // oneDNN looks at the processor itself, so a lesser level must do without.
  return s.dtype == DType::kFloat32 && level == BestLevel() &&
         std::min({s.m, s.n, s.k}) >= kDnnlExtent && s.m * s.n * s.k >= kDnnlProducts;
}

GemmFn BodyAt(CpuLevel level, DType dtype) {
  const bool narrow = dtype == DType::kFloat32;
  switch (level) {
    case CpuLevel::kV2:
      return narrow ? v2::GemmFloat32 : v2::GemmFloat64;
    case CpuLevel::kV3:
      return narrow ? v3::GemmFloat32 : v3::GemmFloat64;
    case CpuLevel::kV4:
      return narrow ? v4::GemmFloat32 : v4::GemmFloat64;
  }
  return nullptr;
}

}  // namespace

class GemmPlan::Impl {
 public:
  Impl(const GemmShape& shape, CpuLevel level)
      : shape_(shape),
        extent_{shape.m, shape.n, shape.k, shape.transpose_a, shape.transpose_b},
        body_(BodyAt(level, shape.dtype)),
        dnnl_(IsWorthDnnl(shape, level) ? DnnlMatMul::Create(extent_) : nullptr) {}
  Impl(const Impl& other)
      : shape_(other.shape_),
        extent_(other.extent_),
        body_(other.body_),
        dnnl_(other.dnnl_ == nullptr ? nullptr : other.dnnl_->Clone()) {}

  int64_t scratch_bytes() const {
    if (!IsFloat(shape_.dtype)) return 0;
    return dnnl_ == nullptr ? kGemmScratchBytes
                            : std::max(kGemmScratchBytes, dnnl_->scratch_bytes());
  }

  void Run(const std::byte* a, const std::byte* b, std::byte* c, void* scratch) {
    const int64_t size = SizeOf(shape_.dtype);
    const int64_t a_step = shape_.share_a ? 0 : shape_.m * shape_.k * size;
    const int64_t b_step = shape_.share_b ? 0 : shape_.k * shape_.n * size;
    for (int64_t i = 0; i < shape_.batch; ++i) {
      RunOne(a, b, c, scratch);
      a += a_step;
      b += b_step;
      c += shape_.m * shape_.n * size;
    }
  }

 private:
  void RunOne(const void* a, const void* b, void* c, void* scratch) {
    if (shape_.m == 0 || shape_.n == 0) return;
    if (shape_.k == 0) {
      std::memset(c, 0, static_cast<size_t>(shape_.m * shape_.n * SizeOf(shape_.dtype)));
      return;
    }
    if (!IsFloat(shape_.dtype)) {
      kernels::MatMul(shape_.dtype,
                      {shape_.m, shape_.n, shape_.k, shape_.transpose_a, shape_.transpose_b}, a, b,
                      c);
      return;
    }
    // A refusal (no memory) leaves c to the other way of computing it.
    if (dnnl_ != nullptr && dnnl_->Run(a, b, c, scratch)) return;
    body_(extent_, a, b, c, scratch);
  }

  const GemmShape shape_;
  const GemmExtent extent_;
  const GemmFn body_;
  const std::unique_ptr<DnnlMatMul> dnnl_;
};

GemmPlan::GemmPlan(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GemmPlan::GemmPlan(const GemmPlan& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
GemmPlan& GemmPlan::operator=(const GemmPlan& other) {
  impl_ = std::make_unique<Impl>(*other.impl_);
  return *this;
}
GemmPlan::GemmPlan(GemmPlan&&) noexcept = default;
GemmPlan& GemmPlan::operator=(GemmPlan&&) noexcept = default;
GemmPlan::~GemmPlan() = default;

absl::StatusOr<GemmPlan> GemmPlan::Create(const GemmShape& shape, CpuLevel level) {
  if (shape.m < 0 || shape.n < 0 || shape.k < 0 || shape.batch < 0) {
    return absl::InvalidArgumentError(absl::StrCat("negative extent of a product: ", shape.m, "×",
                                                   shape.k, " times ", shape.k, "×", shape.n));
  }
  return GemmPlan(std::make_unique<Impl>(shape, level));
}

int64_t GemmPlan::scratch_bytes() const { return impl_->scratch_bytes(); }

void GemmPlan::Run(const void* a, const void* b, void* c, void* scratch) {
  impl_->Run(static_cast<const std::byte*>(a), static_cast<const std::byte*>(b),
             static_cast<std::byte*>(c), scratch);
}

absl::Status Gemm(const GemmShape& shape, const void* a, const void* b, void* c) {
  FG_ASSIGN_OR_RETURN(GemmPlan plan, GemmPlan::Create(shape));
  FG_ASSIGN_OR_RETURN(Tensor scratch, Tensor::Create(DType::kBool, Shape({plan.scratch_bytes()})));
  plan.Run(a, b, c, scratch.mutable_raw());
  return absl::OkStatus();
}

}  // namespace fluxgate::cpu
