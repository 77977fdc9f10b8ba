#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/tensor_codec.h"
#include "server/wire/tensor_forms.h"

namespace fluxgate::wire {
namespace {

absl::StatusOr<Shape> ShapeFrom(const v1::Tensor& message, absl::string_view field) {
  std::vector<int64_t> dims(message.dims().begin(), message.dims().end());
  if (message.layout() == v1::Tensor::REVERSED) std::reverse(dims.begin(), dims.end());
  auto shape = Shape::Create(dims);
  if (!shape.ok()) return AtField(shape.status(), absl::StrCat(field, ".dims"));
  return shape;
}

absl::Status CheckLayout(const v1::Tensor& message, absl::string_view field) {
  switch (message.layout()) {
    case v1::Tensor::COLUMN_MAJOR:
    case v1::Tensor::ROW_MAJOR:
    case v1::Tensor::REVERSED:
      return absl::OkStatus();
    default:
      return FieldError(absl::StrCat(field, ".layout"),
                        absl::StrCat("no layout has the number ", message.layout()));
  }
}

// The shape for `count` elements; without dims a vector.
absl::StatusOr<Shape> ShapeFor(const v1::Tensor& message, int64_t count, absl::string_view form,
                               absl::string_view field) {
  if (message.dims_size() == 0) return Shape::Create({count});
  FG_ASSIGN_OR_RETURN(Shape shape, ShapeFrom(message, field));
  if (shape.num_elements() != count) {
    return FieldError(absl::StrCat(field, ".dims"),
                      absl::StrCat(DimsText(message), " means ", shape.num_elements(),
                                   " elements, but ", form, " has ", count));
  }
  return shape;
}

template <typename T, typename List>
absl::StatusOr<Tensor> DecodeList(const v1::Tensor& message, const List& list,
                                  absl::string_view form, absl::string_view field) {
  FG_ASSIGN_OR_RETURN(Shape shape, ShapeFor(message, list.size(), form, field));
  FG_ASSIGN_OR_RETURN(const DType dtype, DTypeFrom(message, DTypeOf<T>::value, field));
  FG_ASSIGN_OR_RETURN(
      Tensor tensor,
      Tensor::FromVector<T>(std::move(shape), absl::MakeConstSpan(list.data(), list.size())));
  return ConvertExactly(tensor, dtype, absl::StrCat(field, ".", form));
}

absl::StatusOr<Tensor> DecodeRaw(const v1::Tensor& message, absl::string_view field) {
  const std::string path = absl::StrCat(field, ".raw");
  if (message.dtype() == v1::Tensor::DTYPE_UNSPECIFIED) {
    return FieldError(absl::StrCat(field, ".dtype"), "raw bytes need a dtype");
  }
  FG_ASSIGN_OR_RETURN(const DType dtype, DTypeFrom(message, DType::kFloat32, field));
  const auto bytes = static_cast<int64_t>(message.raw().size());
  if (bytes % SizeOf(dtype) != 0) {
    return FieldError(path, absl::StrCat(bytes, " bytes are not a whole number of ",
                                         DTypeName(dtype), " elements"));
  }
  FG_ASSIGN_OR_RETURN(Shape shape, ShapeFor(message, bytes / SizeOf(dtype), "raw", field));
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(dtype, std::move(shape)));
  if (bytes > 0) std::memcpy(tensor.mutable_raw(), message.raw().data(), message.raw().size());
  FG_RETURN_IF_ERROR(CheckBytes(tensor, path));
  return tensor;
}

absl::StatusOr<Tensor> DecodeEmpty(const v1::Tensor& message, absl::string_view field) {
  if (message.dims_size() == 0) {
    return FieldError(field, "no numbers: give rows, f32, f64, i64, raw, source or ref");
  }
  FG_ASSIGN_OR_RETURN(Shape shape, ShapeFrom(message, field));
  if (shape.num_elements() != 0) {
    return FieldError(field, absl::StrCat("dims ", DimsText(message), " mean ",
                                          shape.num_elements(), " elements, but there are none"));
  }
  FG_ASSIGN_OR_RETURN(const DType dtype, DTypeFrom(message, DType::kFloat32, field));
  return Tensor::Create(dtype, std::move(shape));
}

}  // namespace

absl::StatusOr<DType> DTypeFrom(const v1::Tensor& message, DType otherwise,
                                absl::string_view field) {
  switch (message.dtype()) {
    case v1::Tensor::DTYPE_UNSPECIFIED:
      return otherwise;
    case v1::Tensor::BOOL:
      return DType::kBool;
    case v1::Tensor::INT32:
      return DType::kInt32;
    case v1::Tensor::INT64:
      return DType::kInt64;
    case v1::Tensor::FLOAT32:
      return DType::kFloat32;
    case v1::Tensor::FLOAT64:
      return DType::kFloat64;
    default:
      return FieldError(absl::StrCat(field, ".dtype"),
                        absl::StrCat("no dtype has the number ", message.dtype()));
  }
}

std::string DimsText(const v1::Tensor& message) {
  return absl::StrCat("[", absl::StrJoin(message.dims(), ", "), "]");
}

absl::StatusOr<TensorForm> FormOf(const v1::Tensor& message, absl::string_view field) {
  TensorForm form = TensorForm::kNone;
  absl::string_view name;
  absl::Status twice;
  auto consider = [&](bool set, TensorForm candidate, absl::string_view candidate_name) {
    if (!set) return;
    if (form != TensorForm::kNone && twice.ok()) {
      twice = FieldError(
          field, absl::StrCat("both ", name, " and ", candidate_name, " are set; give one form"));
    }
    form = candidate;
    name = candidate_name;
  };
  consider(message.has_rows(), TensorForm::kRows, "rows");
  consider(message.f32_size() > 0, TensorForm::kF32, "f32");
  consider(message.f64_size() > 0, TensorForm::kF64, "f64");
  consider(message.i64_size() > 0, TensorForm::kI64, "i64");
  consider(!message.raw().empty(), TensorForm::kRaw, "raw");
  consider(!message.source().empty(), TensorForm::kSource, "source");
  consider(!message.ref().empty(), TensorForm::kRef, "ref");
  if (!twice.ok()) return twice;
  return form;
}

absl::StatusOr<Tensor> DecodeTensor(const v1::Tensor& message, absl::string_view field) {
  FG_RETURN_IF_ERROR(CheckLayout(message, field));
  FG_ASSIGN_OR_RETURN(TensorForm form, FormOf(message, field));
  absl::StatusOr<Tensor> tensor;
  switch (form) {
    case TensorForm::kNone:
      return DecodeEmpty(message, field);
    case TensorForm::kRows:
      return DecodeRows(message, field);
    case TensorForm::kF32:
      tensor = DecodeList<float>(message, message.f32(), "f32", field);
      break;
    case TensorForm::kF64:
      tensor = DecodeList<double>(message, message.f64(), "f64", field);
      break;
    case TensorForm::kI64:
      tensor = DecodeList<int64_t>(message, message.i64(), "i64", field);
      break;
    case TensorForm::kRaw:
      tensor = DecodeRaw(message, field);
      break;
    case TensorForm::kSource:
    case TensorForm::kRef:
      return FieldError(field, "source and ref cannot be used here: give the numbers");
  }
  if (tensor.ok() && message.layout() == v1::Tensor::ROW_MAJOR) return FromRowMajor(*tensor);
  return tensor;
}

absl::StatusOr<TensorHeader> DecodeHeader(const v1::Tensor& message, absl::string_view field) {
  FG_RETURN_IF_ERROR(CheckLayout(message, field));
  if (message.dtype() == v1::Tensor::DTYPE_UNSPECIFIED) {
    return FieldError(absl::StrCat(field, ".dtype"), "a tensor that comes in chunks needs a dtype");
  }
  TensorHeader header;
  FG_ASSIGN_OR_RETURN(header.dtype, DTypeFrom(message, DType::kFloat32, field));
  FG_ASSIGN_OR_RETURN(header.shape, ShapeFrom(message, field));
  header.row_major = message.layout() == v1::Tensor::ROW_MAJOR;
  return header;
}

}  // namespace fluxgate::wire
