#include <cmath>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "server/session/known_names.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/tensor_forms.h"

namespace fluxgate::wire {
namespace {

using ProtoValue = google::protobuf::Value;

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
                                          " is not ", session::WithArticle(DTypeName(dtype))));
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

}  // namespace

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

}  // namespace fluxgate::wire
