#ifndef FLUXGATE_ENGINE_TENSOR_DTYPE_H_
#define FLUXGATE_ENGINE_TENSOR_DTYPE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace fluxgate {

// Ordered so that promotion of two dtypes is the greater one (as in Julia: Int64 with Float32 is
// Float32).
enum class DType : uint8_t { kBool, kInt32, kInt64, kFloat32, kFloat64 };

inline constexpr DType kAllDTypes[] = {DType::kBool, DType::kInt32, DType::kInt64, DType::kFloat32,
                                       DType::kFloat64};

constexpr int64_t SizeOf(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return 1;
    case DType::kInt32:
      return 4;
    case DType::kInt64:
      return 8;
    case DType::kFloat32:
      return 4;
    case DType::kFloat64:
      return 8;
  }
  return 0;
}

constexpr bool IsFloat(DType dtype) { return dtype >= DType::kFloat32; }
constexpr bool IsInteger(DType dtype) { return dtype == DType::kInt32 || dtype == DType::kInt64; }
constexpr DType Promote(DType a, DType b) { return a > b ? a : b; }
// Julia's float(T): Float64 for the integers and Bool.
constexpr DType ToFloat(DType dtype) { return IsFloat(dtype) ? dtype : DType::kFloat64; }

// Julia's name: "Float32", "Int64", "Bool", ...
absl::string_view DTypeName(DType dtype);
absl::optional<DType> DTypeFromName(absl::string_view name);

template <typename T>
struct DTypeOf;
template <>
struct DTypeOf<bool> {
  static constexpr DType value = DType::kBool;
};
template <>
struct DTypeOf<int32_t> {
  static constexpr DType value = DType::kInt32;
};
template <>
struct DTypeOf<int64_t> {
  static constexpr DType value = DType::kInt64;
};
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::kFloat32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::kFloat64;
};

// Calls f(T{}) with the C++ type of `dtype`.
template <typename F>
decltype(auto) DispatchDType(DType dtype, F&& f) {
  switch (dtype) {
    case DType::kBool:
      return f(bool{});
    case DType::kInt32:
      return f(int32_t{});
    case DType::kInt64:
      return f(int64_t{});
    case DType::kFloat32:
      return f(float{});
    case DType::kFloat64:
      break;
  }
  return f(double{});
}

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_TENSOR_DTYPE_H_
