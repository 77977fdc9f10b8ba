#include "engine/tensor/dtype.h"

namespace fluxgate {

absl::string_view DTypeName(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return "Bool";
    case DType::kInt32:
      return "Int32";
    case DType::kInt64:
      return "Int64";
    case DType::kFloat32:
      return "Float32";
    case DType::kFloat64:
      return "Float64";
  }
  return "unknown";
}

absl::optional<DType> DTypeFromName(absl::string_view name) {
  for (DType dtype : kAllDTypes) {
    if (DTypeName(dtype) == name) return dtype;
  }
  return absl::nullopt;
}

}  // namespace fluxgate
