#include "engine/data/observations.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::data {
namespace {

using nn::Error;

// The parts of a tuple or NamedTuple; empty for a single container.
std::vector<Value> PartsOf(const Value& data) {
  if (const auto* tuple = data.As<Tuple>()) return tuple->elements;
  if (const auto* named = data.As<NamedTuple>()) return named->values;
  return {};
}

bool HasParts(const Value& data) { return data.is(Kind::kTuple) || data.is(Kind::kNamedTuple); }

Value WithParts(const Value& like, std::vector<Value> parts) {
  if (const auto* named = like.As<NamedTuple>()) {
    return NamedTuple::Of(named->names, std::move(parts));
  }
  return Tuple::Of(std::move(parts));
}

absl::StatusOr<Tensor> RangeTensor(const Range& range) {
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(range.dtype(), Shape({range.length})));
  DispatchDType(range.dtype(), [&](auto tag) {
    using T = decltype(tag);
    absl::Span<T> out = tensor.mutable_data<T>();
    for (int64_t i = 0; i < range.length; ++i) {
      const Scalar s = range.At(i);
      out[i] = s.is_float() ? static_cast<T>(s.AsDouble()) : static_cast<T>(s.AsInt64());
    }
  });
  return tensor;
}

Shape WithLastDim(const Shape& shape, int64_t count) {
  Dims dims(shape.dims().begin(), shape.dims().end());
  dims.back() = count;
  return Shape(dims);
}

// The data may have been changed since it was counted.
absl::Status CheckIndices(const Value& data, absl::Span<const int64_t> indices) {
  FG_ASSIGN_OR_RETURN(int64_t count, CountObservations(data));
  for (int64_t i : indices) {
    if (i < 0 || i >= count) {
      return Error("BoundsError", "attempt to access observation ", i + 1, " of ", count);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> CountObservations(const Value& data) {
  if (const auto* array = data.As<Array>()) {
    if (array->shape().rank() > 0) return array->shape().dim(array->shape().rank() - 1);
  }
  if (const auto* range = data.As<Range>()) return range->length;
  if (const auto* list = data.As<List>()) {
    const Shape shape = list->shape();
    return shape.rank() == 0 ? 1 : shape.dim(shape.rank() - 1);
  }
  if (!HasParts(data) || PartsOf(data).empty()) {
    return Error("MethodError", "data must be an array, a vector, or a tuple of them, not ",
                 nn::Summary(data));
  }
  int64_t count = -1;
  for (const Value& part : PartsOf(data)) {
    FG_ASSIGN_OR_RETURN(int64_t n, CountObservations(part));
    if (count >= 0 && n != count) {
      return Error("DimensionMismatch",
                   "All data containers must have the same number of observations; got ", count,
                   " and ", n);
    }
    count = n;
  }
  return count;
}

absl::StatusOr<Value> GetObservations(const Value& data, absl::Span<const int64_t> indices) {
  if (HasParts(data)) {
    std::vector<Value> parts;
    for (const Value& part : PartsOf(data)) {
      FG_ASSIGN_OR_RETURN(Value observations, GetObservations(part, indices));
      parts.push_back(std::move(observations));
    }
    return WithParts(data, std::move(parts));
  }
  FG_RETURN_IF_ERROR(CheckIndices(data, indices));
  if (const auto* list = data.As<List>()) {
    if (list->shape().rank() != 1) {
      return Error("MethodError", "data of several dims must be an array of numbers");
    }
    std::vector<Value> elements;
    for (int64_t i : indices) elements.push_back(list->elements[i]);
    return List::Of(std::move(elements));
  }
  Tensor source;
  if (const auto* range = data.As<Range>()) {
    FG_ASSIGN_OR_RETURN(source, RangeTensor(*range));
  } else {
    FG_ASSIGN_OR_RETURN(source, data.As<Array>()->Read());
  }
  FG_ASSIGN_OR_RETURN(
      Tensor gathered,
      Tensor::Create(source.dtype(),
                     WithLastDim(source.shape(), static_cast<int64_t>(indices.size()))));
  if (gathered.num_elements() > 0) Gather(source, indices, gathered.mutable_raw());
  Value result = Array::Of(std::move(gathered));
  const auto* array = data.As<Array>();
  result.As<Array>()->one_hot = array != nullptr && array->one_hot;
  return result;
}

absl::StatusOr<Value> GetObservation(const Value& data, int64_t index) {
  if (HasParts(data)) {
    std::vector<Value> parts;
    for (const Value& part : PartsOf(data)) {
      FG_ASSIGN_OR_RETURN(Value observation, GetObservation(part, index));
      parts.push_back(std::move(observation));
    }
    return WithParts(data, std::move(parts));
  }
  if (const auto* list = data.As<List>(); list != nullptr && list->shape().rank() == 1) {
    FG_RETURN_IF_ERROR(CheckIndices(data, {index}));
    return list->elements[index];
  }
  FG_ASSIGN_OR_RETURN(Value one, GetObservations(data, {index}));
  const auto* array = one.As<Array>();
  FG_ASSIGN_OR_RETURN(Tensor tensor, array->Read());
  absl::Span<const int64_t> dims = tensor.shape().dims();
  dims.remove_suffix(1);
  if (dims.empty()) return Value(Scalar::FromTensor(tensor));
  Value result = Array::Of(tensor.Reshaped(Shape(Dims(dims.begin(), dims.end()))));
  result.As<Array>()->one_hot = array->one_hot;
  return result;
}

absl::StatusOr<DenseParts> Densify(const Value& data) {
  DenseParts dense;
  const std::vector<Value> parts = HasParts(data) ? PartsOf(data) : std::vector<Value>{data};
  for (const Value& part : parts) {
    if (const auto* array = part.As<Array>(); array != nullptr && array->shape().rank() > 0) {
      FG_ASSIGN_OR_RETURN(Tensor tensor, array->Read());
      dense.arrays.push_back(std::move(tensor));
      dense.sources.push_back({array->storage(), array->storage()->version()});
    } else if (const auto* range = part.As<Range>()) {
      FG_ASSIGN_OR_RETURN(Tensor tensor, RangeTensor(*range));
      dense.arrays.push_back(std::move(tensor));
    } else {
      return DenseParts{};
    }
  }
  dense.all_dense = true;
  return dense;
}

bool DenseParts::IsCurrent() const {
  return std::all_of(sources.begin(), sources.end(), [](const Source& source) {
    return source.storage->version() == source.version;
  });
}

void Gather(const Tensor& source, absl::Span<const int64_t> indices, std::byte* target) {
  const int64_t last = source.shape().dim(source.shape().rank() - 1);
  if (last == 0) return;
  const size_t run = static_cast<size_t>(source.bytes() / last);
  // Neighbours are copied together: an epoch in order is one copy per batch.
  for (size_t i = 0; i < indices.size();) {
    size_t end = i + 1;
    while (end < indices.size() && indices[end] == indices[end - 1] + 1) ++end;
    std::memcpy(target + i * run, source.raw() + static_cast<size_t>(indices[i]) * run,
                (end - i) * run);
    i = end;
  }
}

std::string TypeText(const Value& data) {
  std::vector<std::string> parts;
  if (const auto* named = data.As<NamedTuple>()) {
    for (size_t i = 0; i < named->names.size(); ++i) {
      parts.push_back(absl::StrCat(named->names[i], "::", TypeText(named->values[i])));
    }
    return absl::StrCat("@NamedTuple{", absl::StrJoin(parts, ", "), "}");
  }
  if (HasParts(data)) {
    for (const Value& part : PartsOf(data)) parts.push_back(TypeText(part));
    return absl::StrCat("Tuple{", absl::StrJoin(parts, ", "), "}");
  }
  if (data.is(Kind::kRange)) {
    const auto& range = *data.As<Range>();
    return absl::StrCat(range.unit ? "UnitRange{" : "StepRange{", DTypeName(range.dtype()), "}");
  }
  if (data.is(Kind::kList)) return "Vector";
  const std::string summary = nn::Summary(data);
  return summary.substr(summary.find(' ') + 1);
}

std::string SummaryText(const Value& data) {
  std::vector<std::string> parts;
  if (const auto* named = data.As<NamedTuple>()) {
    for (size_t i = 0; i < named->names.size(); ++i) {
      parts.push_back(absl::StrCat(named->names[i], " = ", SummaryText(named->values[i])));
    }
    return absl::StrCat("(; ", absl::StrJoin(parts, ", "), ")");
  }
  if (HasParts(data)) {
    for (const Value& part : PartsOf(data)) parts.push_back(SummaryText(part));
    return absl::StrCat("(", absl::StrJoin(parts, ", "), ",)");
  }
  if (const auto* list = data.As<List>())
    return absl::StrCat(list->elements.size(), "-element Vector");
  return nn::Summary(data);
}

}  // namespace fluxgate::data
