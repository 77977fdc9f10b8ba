#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/session/known_names.h"
#include "server/wire/error_codec.h"
#include "server/wire/tensor_codec.h"

namespace fluxgate::wire {
namespace {

template <typename From, typename To>
bool Fits(From v) {
  if constexpr (std::is_same_v<From, To>) {
    return true;
  } else if constexpr (std::is_floating_point_v<From> && std::is_floating_point_v<To>) {
    return !std::isfinite(v) || std::isfinite(static_cast<To>(v));
  } else if constexpr (std::is_floating_point_v<From>) {
    // Bounds are compared in double, where -2^63 and 2^63 are exact.
    const auto d = static_cast<double>(v);
    if constexpr (std::is_same_v<To, bool>) {
      return d == 0 || d == 1;
    } else {
      const double bound = std::ldexp(1.0, std::numeric_limits<To>::digits);
      return d == std::trunc(d) && d >= -bound && d < bound;
    }
  } else if constexpr (std::is_same_v<To, bool>) {
    return v == 0 || v == 1;
  } else if constexpr (std::is_floating_point_v<To>) {
    const To f = static_cast<To>(v);
    return f < std::ldexp(static_cast<To>(1), 63) &&
           static_cast<int64_t>(f) == static_cast<int64_t>(v);
  } else {
    return static_cast<int64_t>(static_cast<To>(v)) == static_cast<int64_t>(v);
  }
}

}  // namespace

absl::StatusOr<Tensor> FromRowMajor(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  if (shape.rank() < 2 || shape.num_elements() == 0) return tensor;
  FG_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(tensor.dtype(), shape));
  const int64_t size = SizeOf(tensor.dtype());
  // How far apart in the row-major source two neighbours along each dimension lie.
  Dims stride(shape.rank());
  int64_t step = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    stride[d] = step;
    step *= shape.dim(d);
  }
  const std::byte* const source = tensor.raw();
  std::byte* to = out.mutable_raw();
  Dims index(shape.rank());
  int64_t from = 0;
  for (int64_t i = 0; i < shape.num_elements(); ++i, to += size) {
    std::memcpy(to, source + from * size, size);
    for (int d = 0; d < shape.rank(); ++d) {
      from += stride[d];
      if (++index[d] < shape.dim(d)) break;
      from -= stride[d] * shape.dim(d);
      index[d] = 0;
    }
  }
  return out;
}

absl::Status CheckBytes(const Tensor& tensor, absl::string_view field) {
  if (tensor.dtype() != DType::kBool) return absl::OkStatus();
  const std::byte* const raw = tensor.raw();
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    if (raw[i] > std::byte{1}) {
      return FieldError(field, absl::StrCat("byte ", i, " of a Bool tensor is neither 0 nor 1"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> ConvertExactly(const Tensor& tensor, DType dtype, absl::string_view field) {
  if (tensor.dtype() == dtype) return tensor;
  FG_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype, tensor.shape()));
  absl::Status status;
  DispatchDType(tensor.dtype(), [&](auto from_zero) {
    using From = decltype(from_zero);
    DispatchDType(dtype, [&](auto to_zero) {
      using To = decltype(to_zero);
      absl::Span<const From> from = tensor.data<From>();
      absl::Span<To> to = out.mutable_data<To>();
      for (size_t i = 0; i < from.size(); ++i) {
        if (!Fits<From, To>(from[i])) {
          status =
              FieldError(absl::StrCat(field, "[", i, "]"),
                         absl::StrCat(from[i], " is not ", session::WithArticle(DTypeName(dtype))));
          return;
        }
        to[i] = static_cast<To>(from[i]);
      }
    });
  });
  if (!status.ok()) return status;
  return out;
}

}  // namespace fluxgate::wire
