#include "engine/value/scalar.h"

#include <limits>

namespace fluxgate {
namespace {

// What the hardware gives for values that do not fit, without the undefined behaviour.
int64_t TruncateToInt64(double v) {
  if (!(v >= -9223372036854775808.0 && v < 9223372036854775808.0)) {
    return std::numeric_limits<int64_t>::min();
  }
  return static_cast<int64_t>(v);
}

}  // namespace

Scalar Scalar::ConvertTo(DType dtype) const {
  if (dtype == dtype_) return As(Written::kPlain);
  switch (dtype) {
    case DType::kBool:
      return Scalar(AsBool());
    case DType::kInt32:
      return Scalar(static_cast<int32_t>(is_float() ? TruncateToInt64(AsDouble()) : i64_));
    case DType::kInt64:
      return Scalar(is_float() ? TruncateToInt64(AsDouble()) : i64_);
    case DType::kFloat32:
      return Scalar(is_float() ? static_cast<float>(f64_) : static_cast<float>(i64_));
    case DType::kFloat64:
      break;
  }
  return Scalar(AsDouble());
}

Tensor Scalar::ToTensor() const {
  switch (dtype_) {
    case DType::kBool:
      return Tensor::Scalar(i64_ != 0);
    case DType::kInt32:
      return Tensor::Scalar(static_cast<int32_t>(i64_));
    case DType::kInt64:
      return Tensor::Scalar(i64_);
    case DType::kFloat32:
      return Tensor::Scalar(f32_);
    case DType::kFloat64:
      break;
  }
  return Tensor::Scalar(f64_);
}

Scalar Scalar::FromTensor(const Tensor& t, int64_t index) {
  return DispatchDType(t.dtype(), [&](auto tag) { return Scalar(t.data<decltype(tag)>()[index]); });
}

}  // namespace fluxgate
