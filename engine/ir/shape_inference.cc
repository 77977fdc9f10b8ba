#include "engine/ir/shape_inference.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"

namespace fluxgate::ir {
namespace {

template <typename... Args>
absl::Status Mismatch(const Args&... args) {
  return absl::InvalidArgumentError(absl::StrCat("DimensionMismatch: ", args...));
}

}  // namespace

absl::optional<DType> OperandDType(OpKind op, DType promoted) {
  const DType counted = promoted == DType::kBool ? DType::kInt64 : promoted;
  switch (op) {
    case OpKind::kNeg:
    case OpKind::kAbs:
    case OpKind::kSign:
    case OpKind::kAdd:
    case OpKind::kSub:
    case OpKind::kMul:
    case OpKind::kPow:
    case OpKind::kMax:
    case OpKind::kMin:
    case OpKind::kRem:
    case OpKind::kMod:
    case OpKind::kIDiv:
      return counted;
    case OpKind::kExp:
    case OpKind::kExp2:
    case OpKind::kExpm1:
    case OpKind::kLog:
    case OpKind::kLog1p:
    case OpKind::kLog2:
    case OpKind::kLog10:
    case OpKind::kSqrt:
    case OpKind::kCbrt:
    case OpKind::kSin:
    case OpKind::kCos:
    case OpKind::kTan:
    case OpKind::kAsin:
    case OpKind::kAcos:
    case OpKind::kAtan:
    case OpKind::kSinh:
    case OpKind::kCosh:
    case OpKind::kTanh:
    case OpKind::kAsinh:
    case OpKind::kAcosh:
    case OpKind::kAtanh:
    case OpKind::kSigmoid:
    case OpKind::kSoftplus:
    case OpKind::kErf:
    case OpKind::kFloor:
    case OpKind::kCeil:
    case OpKind::kRound:
    case OpKind::kTrunc:
    case OpKind::kIsNan:
    case OpKind::kIsInf:
    case OpKind::kIsFinite:
    case OpKind::kDiv:
    case OpKind::kAtan2:
      return ToFloat(promoted);
    case OpKind::kBarrier:
    case OpKind::kStopGradient:
    case OpKind::kEq:
    case OpKind::kNe:
    case OpKind::kLt:
    case OpKind::kLe:
      return promoted;
    case OpKind::kNot:
      if (promoted != DType::kBool) return absl::nullopt;
      return promoted;
    case OpKind::kAnd:
    case OpKind::kOr:
    case OpKind::kXor:
      if (IsFloat(promoted)) return absl::nullopt;
      return promoted;
#define SHAPED(name, text) case OpKind::k##name:
#include "engine/ir/op.def"
      return absl::nullopt;
  }
  return absl::nullopt;
}

DType ResultDType(OpKind op, DType operand) {
  return GetOpInfo(op).result == ResultRule::kBool ? DType::kBool : operand;
}

absl::Status CheckReshape(const Shape& from, const Shape& to) {
  if (from.num_elements() == to.num_elements()) return absl::OkStatus();
  return Mismatch("new dimensions ", to.ToString(), " must be consistent with array size ",
                  from.num_elements());
}

absl::Status CheckBroadcastTo(const Shape& from, const Shape& to) {
  for (int d = 0; d < std::max(from.rank(), to.rank()); ++d) {
    if (from.dim(d) != to.dim(d) && from.dim(d) != 1) {
      return Mismatch("array could not be broadcast to match destination: an array of size ",
                      from.ToString(), " does not fit size ", to.ToString());
    }
  }
  if (from.rank() > to.rank()) {
    return Mismatch("cannot broadcast an array of size ", from.ToString(), " to size ",
                    to.ToString());
  }
  return absl::OkStatus();
}

absl::StatusOr<Shape> InferPermute(const Shape& x, absl::Span<const int> dims) {
  std::vector<bool> seen(static_cast<size_t>(x.rank()), false);
  bool valid = static_cast<int>(dims.size()) == x.rank();
  Dims result;
  for (int d : dims) {
    valid = valid && d >= 0 && d < x.rank() && !seen[d];
    if (!valid) break;
    seen[d] = true;
    result.push_back(x.dim(d));
  }
  if (!valid) {
    std::vector<int> shown;
    for (int d : dims) shown.push_back(d + 1);
    return absl::InvalidArgumentError(absl::StrCat("ArgumentError: (", absl::StrJoin(shown, ", "),
                                                   ") is not a permutation of the ", x.rank(),
                                                   " dimensions of the array"));
  }
  return Shape(std::move(result));
}

absl::Status CheckSlice(const Shape& whole, const SliceAttr& slice) {
  const size_t rank = static_cast<size_t>(whole.rank());
  if (slice.start.size() != rank || slice.count.size() != rank || slice.step.size() != rank) {
    return Mismatch("a slice of ", slice.start.size(), " dimensions of an array of ", rank);
  }
  for (size_t d = 0; d < rank; ++d) {
    const int64_t size = whole.dim(static_cast<int>(d));
    const int64_t start = slice.start[d], count = slice.count[d], step = slice.step[d];
    bool inside = count >= 0 && count <= size && step != 0;
    if (inside && count > 0) {
      inside = start >= 0 && start < size;
      // Divided, so that no product of a caller's numbers can overflow.
      if (inside && count > 1) {
        const int64_t room = step > 0 ? size - 1 - start : start;
        inside = step != INT64_MIN && std::abs(step) <= room / (count - 1);
      }
    }
    if (!inside) {
      return absl::InvalidArgumentError(
          absl::StrCat("BoundsError: dimension ", d + 1, " of an array of size ", whole.ToString(),
                       " has no elements ", start + 1, ":", step, ":… (", count, " of them)"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Shape> WithDim(const Shape& x, int dim, int64_t count) {
  Dims dims(x.dims().begin(), x.dims().end());
  if (dim < 0 || dim >= x.rank()) {
    return Mismatch("dimension ", dim + 1, " of an array of ", x.rank(), " dimensions");
  }
  dims[dim] = count;
  return Shape::Create(dims);
}

absl::StatusOr<Shape> InferConcat(absl::Span<const Shape> shapes, int dim) {
  const Shape& first = shapes[0];
  int64_t total = 0;
  for (const Shape& shape : shapes) {
    for (int d = 0; d < first.rank(); ++d) {
      if (d == dim || (shape.dim(d) == first.dim(d))) continue;
      if (first.rank() > 2) {
        return Mismatch("mismatch in dimension ", d + 1, " (expected ", first.dim(d), " got ",
                        shape.dim(d), ")");
      }
      std::vector<int64_t> sizes;
      for (const Shape& s : shapes) sizes.push_back(s.dim(d));
      return Mismatch("number of ", dim == 1 ? "rows" : "columns",
                      " of each array must match (got (", absl::StrJoin(sizes, ", "), "))");
    }
    if (__builtin_add_overflow(total, shape.dim(dim), &total)) {
      return absl::InvalidArgumentError("ArgumentError: the concatenation is too large");
    }
  }
  return WithDim(first, dim, total);
}

absl::StatusOr<Shape> InferReduce(const Shape& x, absl::Span<const int> dims) {
  Dims result(x.dims().begin(), x.dims().end());
  for (int d : dims) {
    if (d < 0 || d >= x.rank()) {
      return Mismatch("dimension ", d + 1, " of an array of ", x.rank(), " dimensions");
    }
    result[d] = 1;
  }
  return Shape(std::move(result));
}

absl::StatusOr<Shape> InferMatMul(const Shape& a, const Shape& b, MatMulAttr attr) {
  if (a.rank() != b.rank() || a.rank() < 2 || a.rank() > 3) {
    return Mismatch("a product of arrays of size ", a.ToString(), " and ", b.ToString());
  }
  const int64_t rows = a.dim(attr.transpose_a ? 1 : 0), inner = a.dim(attr.transpose_a ? 0 : 1);
  const int64_t inner_b = b.dim(attr.transpose_b ? 1 : 0), cols = b.dim(attr.transpose_b ? 0 : 1);
  if (inner != inner_b) {
    return Mismatch("A has dimensions (", rows, ",", inner, ") but B has dimensions (", inner_b,
                    ",", cols, ")");
  }
  if (a.rank() == 2) return Shape::Create({rows, cols});
  const int64_t batch_a = a.dim(2), batch_b = b.dim(2);
  if (batch_a != batch_b && batch_a != 1 && batch_b != 1) {
    return Mismatch("batch size mismatch: A has ", batch_a, " but B has ", batch_b);
  }
  return Shape::Create({rows, cols, batch_a == 1 ? batch_b : batch_a});
}

}  // namespace fluxgate::ir
