#include "client/cpp/host_tensor.h"

#include <cmath>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fluxgate::client {
namespace {

template <typename T>
HostTensor Make(v1::Tensor::DType dtype, std::vector<int64_t> dims, absl::Span<const T> values) {
  HostTensor tensor;
  tensor.dtype = dtype;
  tensor.dims = std::move(dims);
  tensor.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return tensor;
}

template <typename T>
void Append(T value, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

absl::Status AppendNumber(v1::Tensor::DType dtype, const google::protobuf::Value& value,
                          std::string& bytes) {
  double number = value.number_value();
  int64_t whole = static_cast<int64_t>(std::abs(number) < 9.3e18 ? number : 0);
  if (value.kind_case() == google::protobuf::Value::kStringValue) {
    // NaN, infinities and whole numbers past 2^53 are strings.
    if (!absl::SimpleAtoi(value.string_value(), &whole) &&
        !absl::SimpleAtod(value.string_value(), &number)) {
      return absl::InvalidArgumentError(absl::StrCat("not a number: ", value.string_value()));
    }
  } else if (value.kind_case() == google::protobuf::Value::kBoolValue) {
    number = whole = value.bool_value() ? 1 : 0;
  } else if (value.kind_case() != google::protobuf::Value::kNumberValue) {
    return absl::InvalidArgumentError("rows hold something that is not a number");
  }
  switch (dtype) {
    case v1::Tensor::BOOL:
      Append<char>(number != 0 ? 1 : 0, bytes);
      break;
    case v1::Tensor::INT32:
      Append(static_cast<int32_t>(whole), bytes);
      break;
    case v1::Tensor::INT64:
      Append(whole, bytes);
      break;
    case v1::Tensor::FLOAT64:
      Append(number, bytes);
      break;
    default:
      Append(static_cast<float>(number), bytes);
      break;
  }
  return absl::OkStatus();
}

// rows[i][j] is element (i, j): column-major order goes down the rows first.
absl::Status AppendRows(v1::Tensor::DType dtype, const google::protobuf::Value& rows,
                        HostTensor& tensor) {
  if (rows.kind_case() != google::protobuf::Value::kListValue) {
    return AppendNumber(dtype, rows, tensor.bytes);
  }
  const auto& outer = rows.list_value().values();
  if (outer.empty() || outer[0].kind_case() != google::protobuf::Value::kListValue) {
    for (const auto& value : outer) {
      if (absl::Status s = AppendNumber(dtype, value, tensor.bytes); !s.ok()) return s;
    }
    return absl::OkStatus();
  }
  const int columns = outer[0].list_value().values_size();
  for (int j = 0; j < columns; ++j) {
    for (const auto& row : outer) {
      if (row.list_value().values_size() != columns) {
        return absl::InvalidArgumentError("rows of different lengths");
      }
      absl::Status s = AppendNumber(dtype, row.list_value().values(j), tensor.bytes);
      if (!s.ok()) return s;
    }
  }
  return absl::OkStatus();
}

}  // namespace

HostTensor HostTensor::Of(std::vector<int64_t> dims, absl::Span<const float> values) {
  return Make(v1::Tensor::FLOAT32, std::move(dims), values);
}
HostTensor HostTensor::Of(std::vector<int64_t> dims, absl::Span<const double> values) {
  return Make(v1::Tensor::FLOAT64, std::move(dims), values);
}
HostTensor HostTensor::Of(std::vector<int64_t> dims, absl::Span<const int64_t> values) {
  return Make(v1::Tensor::INT64, std::move(dims), values);
}

int64_t HostTensor::num_elements() const {
  int64_t n = 1;
  for (int64_t d : dims) n *= d;
  return n;
}

int64_t SizeOf(v1::Tensor::DType dtype) {
  switch (dtype) {
    case v1::Tensor::BOOL:
      return 1;
    case v1::Tensor::INT32:
    case v1::Tensor::FLOAT32:
      return 4;
    case v1::Tensor::INT64:
    case v1::Tensor::FLOAT64:
      return 8;
    default:
      return 0;
  }
}

v1::Tensor SpecOf(const HostTensor& tensor) {
  v1::Tensor proto;
  proto.set_dtype(tensor.dtype);
  for (int64_t d : tensor.dims) proto.add_dims(static_cast<uint32_t>(d));
  return proto;
}

v1::Tensor ToProto(const HostTensor& tensor) {
  v1::Tensor proto = SpecOf(tensor);
  proto.set_raw(tensor.bytes);
  return proto;
}

absl::StatusOr<HostTensor> FromProto(const v1::Tensor& proto) {
  HostTensor tensor;
  tensor.dtype = proto.dtype();
  tensor.dims.assign(proto.dims().begin(), proto.dims().end());
  if (proto.layout() != v1::Tensor::COLUMN_MAJOR) {
    return absl::InvalidArgumentError("answers are column-major");
  }
  if (proto.has_rows()) {
    if (absl::Status s = AppendRows(proto.dtype(), proto.rows(), tensor); !s.ok()) return s;
  } else if (proto.f32_size() > 0) {
    for (float v : proto.f32()) Append(v, tensor.bytes);
  } else if (proto.f64_size() > 0) {
    for (double v : proto.f64()) Append(v, tensor.bytes);
  } else if (proto.i64_size() > 0) {
    for (int64_t v : proto.i64()) {
      if (proto.dtype() == v1::Tensor::INT32) {
        Append(static_cast<int32_t>(v), tensor.bytes);
      } else if (proto.dtype() == v1::Tensor::BOOL) {
        Append<char>(v != 0 ? 1 : 0, tensor.bytes);
      } else {
        Append(v, tensor.bytes);
      }
    }
  } else {
    tensor.bytes = proto.raw();
  }
  if (static_cast<int64_t>(tensor.bytes.size()) != tensor.num_elements() * SizeOf(tensor.dtype)) {
    return absl::InvalidArgumentError(absl::StrCat("a tensor of ", tensor.num_elements(),
                                                   " elements came with ", tensor.bytes.size(),
                                                   " bytes"));
  }
  return tensor;
}

}  // namespace fluxgate::client
