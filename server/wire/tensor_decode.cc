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

namespace fluxgate::wire {
namespace {

using ProtoValue = google::protobuf::Value;

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

std::string DimsText(const v1::Tensor& message) {
  return absl::StrCat("[", absl::StrJoin(message.dims(), ", "), "]");
}

// ---- rows ----

// One number of `rows`: exact as an integer where it is one.
struct Number {
  double real = 0;
  int64_t whole = 0;
  bool is_whole = false;
};

Number FromDouble(double v) {
  Number n{v, 0, false};
  if (std::abs(v) <= 9007199254740992.0 && v == std::trunc(v) && !(v == 0 && std::signbit(v))) {
    n.whole = static_cast<int64_t>(v);
    n.is_whole = true;
  }
  return n;
}

absl::StatusOr<Number> ParseNumber(const ProtoValue& value, absl::string_view field) {
  switch (value.kind_case()) {
    case ProtoValue::kNumberValue:
      return FromDouble(value.number_value());
    case ProtoValue::kBoolValue:
      return FromDouble(value.bool_value() ? 1 : 0);
    case ProtoValue::kStringValue: {
      const std::string& text = value.string_value();
      if (text == "NaN") return Number{std::numeric_limits<double>::quiet_NaN(), 0, false};
      if (text == "Infinity" || text == "Inf") {
        return Number{std::numeric_limits<double>::infinity(), 0, false};
      }
      if (text == "-Infinity" || text == "-Inf") {
        return Number{-std::numeric_limits<double>::infinity(), 0, false};
      }
      int64_t whole = 0;
      if (absl::SimpleAtoi(text, &whole)) return Number{static_cast<double>(whole), whole, true};
      double real = 0;
      if (absl::SimpleAtod(text, &real) && std::isfinite(real)) return FromDouble(real);
      return FieldError(field, absl::StrCat("\"", text.substr(0, 40), "\" is not a number"));
    }
    default:
      return FieldError(field, "a number is expected here; rows nest at most two deep");
  }
}

absl::Status Store(const Number& n, DType dtype, int64_t index, Tensor& out,
                   absl::string_view field) {
  auto lossy = [&] {
    return FieldError(field, absl::StrCat(n.is_whole ? absl::StrCat(n.whole) : absl::StrCat(n.real),
                                          " is not a ", DTypeName(dtype)));
  };
  switch (dtype) {
    case DType::kBool:
      if (!n.is_whole || (n.whole != 0 && n.whole != 1)) return lossy();
      out.mutable_data<bool>()[index] = n.whole != 0;
      break;
    case DType::kInt32:
      if (!n.is_whole || n.whole != static_cast<int32_t>(n.whole)) return lossy();
      out.mutable_data<int32_t>()[index] = static_cast<int32_t>(n.whole);
      break;
    case DType::kInt64:
      if (!n.is_whole) return lossy();
      out.mutable_data<int64_t>()[index] = n.whole;
      break;
    case DType::kFloat32: {
      const auto f = static_cast<float>(n.real);
      if (std::isfinite(n.real) && !std::isfinite(f)) return lossy();
      out.mutable_data<float>()[index] = f;
      break;
    }
    case DType::kFloat64:
      out.mutable_data<double>()[index] = n.real;
      break;
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> DecodeRows(const v1::Tensor& message, absl::string_view field) {
  const std::string path = absl::StrCat(field, ".rows");
  if (message.layout() != v1::Tensor::COLUMN_MAJOR) {
    return FieldError(absl::StrCat(field, ".layout"), "rows[i][j] is A[i, j]: give no layout");
  }
  FG_ASSIGN_OR_RETURN(const DType dtype, DTypeFrom(message, DType::kFloat32, field));
  const ProtoValue& rows = message.rows();

  Dims dims;
  if (rows.has_list_value()) {
    const auto& outer = rows.list_value().values();
    dims.push_back(outer.size());
    if (!outer.empty() && outer[0].has_list_value()) {
      dims.push_back(outer[0].list_value().values_size());
      for (int i = 0; i < outer.size(); ++i) {
        if (!outer[i].has_list_value() || outer[i].list_value().values_size() != dims[1]) {
          return FieldError(
              absl::StrCat(path, "[", i, "]"),
              absl::StrCat("rows differ in length: the first has ", dims[1], " numbers, this one ",
                           outer[i].has_list_value()
                               ? absl::StrCat(outer[i].list_value().values_size())
                               : "is a number"));
        }
      }
    }
  }
  FG_ASSIGN_OR_RETURN(Shape shape, Shape::Create(dims));
  if (shape.num_elements() > kMaxRowsElements) {
    return FieldError(path, absl::StrCat(shape.num_elements(), " numbers; rows take up to ",
                                         kMaxRowsElements, ": use f32, raw or a dataset's chunks"));
  }
  if (message.dims_size() > 0 &&
      !std::equal(message.dims().begin(), message.dims().end(), dims.begin(), dims.end())) {
    return FieldError(absl::StrCat(field, ".dims"),
                      absl::StrCat(DimsText(message), " differs from the dims of rows, [",
                                   absl::StrJoin(dims, ", "), "]: leave dims out"));
  }
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(dtype, shape));
  if (dims.empty()) {
    FG_ASSIGN_OR_RETURN(Number n, ParseNumber(rows, path));
    FG_RETURN_IF_ERROR(Store(n, dtype, 0, tensor, path));
    return tensor;
  }
  const auto& outer = rows.list_value().values();
  for (int i = 0; i < outer.size(); ++i) {
    if (dims.size() == 1) {
      const std::string at = absl::StrCat(path, "[", i, "]");
      FG_ASSIGN_OR_RETURN(Number n, ParseNumber(outer[i], at));
      FG_RETURN_IF_ERROR(Store(n, dtype, i, tensor, at));
      continue;
    }
    const auto& row = outer[i].list_value().values();
    for (int j = 0; j < row.size(); ++j) {
      const std::string at = absl::StrCat(path, "[", i, "][", j, "]");
      FG_ASSIGN_OR_RETURN(Number n, ParseNumber(row[j], at));
      FG_RETURN_IF_ERROR(Store(n, dtype, i + j * dims[0], tensor, at));
    }
  }
  return tensor;
}

// ---- flat lists and bytes ----

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
          status = FieldError(absl::StrCat(field, "[", i, "]"),
                              absl::StrCat(from[i], " is not a ", DTypeName(dtype)));
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
