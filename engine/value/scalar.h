#ifndef FLUXGATE_ENGINE_VALUE_SCALAR_H_
#define FLUXGATE_ENGINE_VALUE_SCALAR_H_

#include <cstdint>

#include "engine/tensor/tensor.h"

namespace fluxgate {

// A number of the language: 8 bytes and their dtype. A plain value.
class Scalar {
 public:
  // What text wrote, where Julia's type says more than the dtype does: π is an Irrational, 0x1f a
  // UInt8. It decides promotion and display; whatever computes with the number loses it.
  enum class Written : uint8_t { kPlain, kPi, kEuler, kUInt8, kUInt16, kUInt32, kUInt64 };

  constexpr Scalar() : dtype_(DType::kInt64), i64_(0) {}
  constexpr explicit Scalar(bool v) : dtype_(DType::kBool), i64_(v) {}
  constexpr explicit Scalar(int32_t v) : dtype_(DType::kInt32), i64_(v) {}
  constexpr explicit Scalar(int64_t v) : dtype_(DType::kInt64), i64_(v) {}
  constexpr explicit Scalar(float v) : dtype_(DType::kFloat32), f32_(v) {}
  constexpr explicit Scalar(double v) : dtype_(DType::kFloat64), f64_(v) {}

  constexpr Scalar As(Written written) const {
    Scalar s = *this;
    s.written_ = written;
    return s;
  }
  constexpr Written written() const { return written_; }
  constexpr bool is_irrational() const {
    return written_ == Written::kPi || written_ == Written::kEuler;
  }

  constexpr DType dtype() const { return dtype_; }
  constexpr bool is_float() const { return IsFloat(dtype_); }

  // Conversions; a float is truncated by AsInt64 (callers check first that it fits).
  constexpr double AsDouble() const {
    return dtype_ == DType::kFloat64   ? f64_
           : dtype_ == DType::kFloat32 ? static_cast<double>(f32_)
                                       : static_cast<double>(i64_);
  }
  constexpr int64_t AsInt64() const { return is_float() ? static_cast<int64_t>(AsDouble()) : i64_; }
  constexpr bool AsBool() const { return is_float() ? AsDouble() != 0 : i64_ != 0; }
  // Converted as Julia's convert does for values that fit, wrapped or rounded otherwise.
  Scalar ConvertTo(DType dtype) const;

  Tensor ToTensor() const;  // Rank 0.
  static Scalar FromTensor(const Tensor& t, int64_t index = 0);

 private:
  DType dtype_;
  Written written_ = Written::kPlain;
  union {
    int64_t i64_;  // Also Bool and Int32.
    float f32_;
    double f64_;
  };
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_SCALAR_H_
