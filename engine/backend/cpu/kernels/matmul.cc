#include "engine/backend/cpu/kernels/matmul.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

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

// A piece is worth handing to another thread from some hundred microseconds on. Narrow pieces make
// the product slower: oneDNN packs all of a for each, or, below some 350 columns, reads it in place
// (five pieces of 1024 columns take 1.4 times as long as one, two as long as one).
constexpr int64_t kPieceProducts = int64_t{1} << 23;
constexpr int64_t kPieceColumns = 384;
constexpr int64_t kHalfColumns = 48;
constexpr int64_t kMaxPieces = 16;
// A run can stop between pieces, so each shall end within a tenth of a second or so.
constexpr int64_t kLongProducts = int64_t{1} << 32;
constexpr int64_t kMaxLongPieces = 64;

int64_t ColumnsOfPiece(const GemmShape& s) {
  int64_t pieces = 1;
  if (s.batch == 1 && IsFloat(s.dtype) && s.n >= 2 * kHalfColumns) {
    const int64_t products = s.m * s.n * s.k;
    pieces = std::max(std::min({std::max<int64_t>(s.n / kPieceColumns, 2),
                                products / kPieceProducts, kMaxPieces}),
                      std::min({s.n / kHalfColumns, products / kLongProducts, kMaxLongPieces}));
  }
  if (pieces <= 1) return std::max<int64_t>(s.n, 1);
  return ((s.n + pieces - 1) / pieces + 15) / 16 * 16;
}

constexpr int64_t kAlignment = 64;
int64_t Aligned(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

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

// A product is cut along the columns of c:
//
//   scratch   [ a with longer columns, if that pays | piece 0 | piece 1 | ... ]
//
// An array of matrices is one piece.
class GemmPlan::Impl {
 public:
  Impl(const GemmShape& shape, CpuLevel level) : shape_(shape), body_(BodyAt(level, shape.dtype)) {
    const int64_t columns = ColumnsOfPiece(shape);
    for (int64_t begin = 0; begin < shape.n; begin += columns) {
      pieces_.push_back({begin, ExtentOf(std::min(columns, shape.n - begin))});
    }
    if (IsWorthDnnl(shape, level)) PrepareDnnl();
    for (Piece& piece : pieces_) {
      piece.scratch = scratch_bytes_;
      const int64_t bytes = piece.dnnl == nullptr ? 0 : piece.dnnl->scratch_bytes();
      scratch_bytes_ += Aligned(std::max(bytes, IsFloat(shape.dtype) ? kGemmScratchBytes : 0));
    }
  }
  Impl(const Impl& other)
      : shape_(other.shape_),
        body_(other.body_),
        a_column_(other.a_column_),
        scratch_bytes_(other.scratch_bytes_) {
    for (const Piece& piece : other.pieces_) {
      pieces_.push_back({piece.begin, piece.extent, piece.scratch, CloneOf(piece.dnnl)});
    }
  }

  int64_t scratch_bytes() const { return scratch_bytes_; }
  int pieces() const { return static_cast<int>(pieces_.size()); }

  void Begin(const std::byte* a, std::byte* scratch) const {
    if (a_column_ == 0) return;
    const int64_t bytes = shape_.m * SizeOf(shape_.dtype);
    for (int64_t column = 0; column < shape_.k; ++column) {
      std::memcpy(scratch + column * a_column_ * SizeOf(shape_.dtype), a + column * bytes,
                  static_cast<size_t>(bytes));
    }
  }

  void RunPiece(int index, const std::byte* a, const std::byte* b, std::byte* c,
                std::byte* scratch) {
    const Piece& piece = pieces_[index];
    const int64_t size = SizeOf(shape_.dtype);
    b += piece.begin * size * (shape_.transpose_b ? 1 : shape_.k);
    c += piece.begin * size * shape_.m;
    if (shape_.m == 0) return;
    if (shape_.k == 0) {
      std::memset(c, 0, static_cast<size_t>(shape_.m * piece.extent.n * size));
      return;
    }
    if (!IsFloat(shape_.dtype)) {
      kernels::MatMul(shape_.dtype,
                      {shape_.m, shape_.n, shape_.k, shape_.transpose_a, shape_.transpose_b}, a, b,
                      c);
      return;
    }
    // A refusal (no memory) leaves c to the other way of computing it.
    const std::byte* const best_a = a_column_ == 0 ? a : scratch;
    if (piece.dnnl != nullptr && piece.dnnl->Run(best_a, b, c, scratch + piece.scratch)) return;
    body_(piece.extent, a, b, c, scratch + piece.scratch);
  }

  void Run(const std::byte* a, const std::byte* b, std::byte* c, std::byte* scratch) {
    const int64_t size = SizeOf(shape_.dtype);
    const int64_t a_step = shape_.share_a ? 0 : shape_.m * shape_.k * size;
    const int64_t b_step = shape_.share_b ? 0 : shape_.k * shape_.n * size;
    for (int64_t i = 0; i < shape_.batch; ++i) {
      Begin(a, scratch);
      for (int piece = 0; piece < pieces(); ++piece) RunPiece(piece, a, b, c, scratch);
      a += a_step;
      b += b_step;
      c += shape_.m * shape_.n * size;
    }
  }

 private:
  struct Piece {
    int64_t begin;  // Its first column.
    GemmExtent extent;
    int64_t scratch = 0;  // Where its own begins, in bytes.
    std::unique_ptr<DnnlMatMul> dnnl;
  };

  static std::unique_ptr<DnnlMatMul> CloneOf(const std::unique_ptr<DnnlMatMul>& dnnl) {
    return dnnl == nullptr ? nullptr : dnnl->Clone();
  }

  GemmExtent ExtentOf(int64_t columns) const {
    return {shape_.m,           columns,
            shape_.k,           shape_.transpose_a,
            shape_.transpose_b, shape_.transpose_b ? shape_.n : shape_.k};
  }

  // One copy of a serves all pieces, so the first decides.
  void PrepareDnnl() {
    const GemmExtent& first = pieces_[0].extent;
    const int64_t column = DnnlMatMul::BestColumnOfA(first);
    for (Piece& piece : pieces_) {
      piece.dnnl = &piece != &pieces_[0] && piece.extent.n == first.n
                       ? CloneOf(pieces_[0].dnnl)
                       : DnnlMatMul::Create(piece.extent, column);
    }
    if (column == (shape_.transpose_a ? shape_.k : shape_.m)) return;
    a_column_ = column;
    scratch_bytes_ = Aligned(column * shape_.k * SizeOf(shape_.dtype));
  }

  const GemmShape shape_;
  const GemmFn body_;
  int64_t a_column_ = 0;  // Of the copy of a; 0: it is read in place.
  int64_t scratch_bytes_ = 0;
  std::vector<Piece> pieces_;
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
             static_cast<std::byte*>(c), static_cast<std::byte*>(scratch));
}

int GemmPlan::pieces() const { return impl_->pieces(); }

void GemmPlan::Begin(const void* a, void* scratch) {
  impl_->Begin(static_cast<const std::byte*>(a), static_cast<std::byte*>(scratch));
}

void GemmPlan::RunPiece(int piece, const void* a, const void* b, void* c, void* scratch) {
  impl_->RunPiece(piece, static_cast<const std::byte*>(a), static_cast<const std::byte*>(b),
                  static_cast<std::byte*>(c), static_cast<std::byte*>(scratch));
}

absl::Status Gemm(const GemmShape& shape, const void* a, const void* b, void* c) {
  FG_ASSIGN_OR_RETURN(GemmPlan plan, GemmPlan::Create(shape));
  FG_ASSIGN_OR_RETURN(Tensor scratch, Tensor::Create(DType::kBool, Shape({plan.scratch_bytes()})));
  plan.Run(a, b, c, scratch.mutable_raw());
  return absl::OkStatus();
}

}  // namespace fluxgate::cpu
