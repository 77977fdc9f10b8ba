#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/lang/display/display.h"
#include "engine/value/array.h"
#include "engine/value/scalar.h"
#include "server/wire/limits.h"
#include "server/wire/tensor_codec.h"
#include "server/wire/text.h"

namespace fluxgate::wire {
namespace {

constexpr int64_t kExactInJson = int64_t{1} << 53;

// The double whose shortest text is the float's shortest text: JSON then shows 0.9066542, not
// 0.9066541790962219.
double ShortestDouble(float v) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text) - 1, v).ptr;
  *end = '\0';
  return std::strtod(text, nullptr);
}

void EncodeNumber(const Tensor& tensor, int64_t index, google::protobuf::Value* value) {
  switch (tensor.dtype()) {
    case DType::kBool:
      value->set_bool_value(tensor.data<bool>()[index]);
      return;
    case DType::kInt32:
    case DType::kInt64: {
      const int64_t whole = tensor.ElementAsInt64(index);
      if (whole > kExactInJson || whole < -kExactInJson) {
        value->set_string_value(absl::StrCat(whole));
      } else {
        value->set_number_value(static_cast<double>(whole));
      }
      return;
    }
    case DType::kFloat32:
    case DType::kFloat64:
      break;
  }
  const double real = tensor.ElementAsDouble(index);
  if (std::isnan(real)) {
    value->set_string_value("NaN");
  } else if (std::isinf(real)) {
    value->set_string_value(real > 0 ? "Infinity" : "-Infinity");
  } else {
    value->set_number_value(
        tensor.dtype() == DType::kFloat32 ? ShortestDouble(tensor.data<float>()[index]) : real);
  }
}

void EncodeRows(const Tensor& tensor, google::protobuf::Value* rows) {
  const Shape& shape = tensor.shape();
  if (shape.rank() == 0) return EncodeNumber(tensor, 0, rows);
  auto* list = rows->mutable_list_value();
  for (int64_t i = 0; i < shape.dim(0); ++i) {
    google::protobuf::Value* row = list->add_values();
    if (shape.rank() == 1) {
      EncodeNumber(tensor, i, row);
      continue;
    }
    auto* columns = row->mutable_list_value();
    for (int64_t j = 0; j < shape.dim(1); ++j) {
      EncodeNumber(tensor, i + j * shape.dim(0), columns->add_values());
    }
  }
}

void EncodeList(const Tensor& tensor, v1::Tensor* message) {
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    switch (tensor.dtype()) {
      case DType::kFloat32:
        message->add_f32(tensor.data<float>()[i]);
        break;
      case DType::kFloat64:
        message->add_f64(tensor.data<double>()[i]);
        break;
      case DType::kBool:
      case DType::kInt32:
      case DType::kInt64:
        message->add_i64(tensor.ElementAsInt64(i));
        break;
    }
  }
}

void EncodeShow(const Tensor& tensor, v1::Tensor* message) {
  const Value value =
      tensor.shape().rank() == 0 ? Value(Scalar::FromTensor(tensor)) : Array::Of(tensor);
  AddLines(lang::Display(value), message->mutable_show());
}

}  // namespace

v1::Tensor::DType ToProto(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return v1::Tensor::BOOL;
    case DType::kInt32:
      return v1::Tensor::INT32;
    case DType::kInt64:
      return v1::Tensor::INT64;
    case DType::kFloat32:
      return v1::Tensor::FLOAT32;
    case DType::kFloat64:
      return v1::Tensor::FLOAT64;
  }
  return v1::Tensor::DTYPE_UNSPECIFIED;
}

void EncodeHeader(DType dtype, const Shape& shape, v1::Tensor* message) {
  message->set_dtype(ToProto(dtype));
  for (int64_t dim : shape.dims()) message->add_dims(static_cast<uint32_t>(dim));
}

bool EncodeTensor(const Tensor& tensor, size_t max_raw_bytes, v1::Tensor* message) {
  EncodeHeader(tensor.dtype(), tensor.shape(), message);
  if (tensor.num_elements() <= kShownElements) {
    if (tensor.num_elements() > 0) {
      if (tensor.shape().rank() <= 2) {
        EncodeRows(tensor, message->mutable_rows());
      } else {
        EncodeList(tensor, message);
      }
    }
    EncodeShow(tensor, message);
    return true;
  }
  if (static_cast<size_t>(tensor.bytes()) > max_raw_bytes) return false;
  message->set_raw(tensor.raw(), static_cast<size_t>(tensor.bytes()));
  return true;
}

}  // namespace fluxgate::wire
