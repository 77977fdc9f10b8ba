// What a list of indices selects from an array.
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

class ColonObject : public Object, public Showable {
 public:
  ColonObject() : Object(Kind::kOpaque) {}
  std::string Show() const override { return "Colon()"; }
  std::string TypeName() const override { return "Colon"; }
};

absl::Status InvalidIndex(const Value& v) {
  return ArgumentError(absl::StrCat("invalid index: ", Repr(v), " of type ", TypeName(v)));
}

// Integers of an index array as 0-based positions, each within `extent`; false when one is not.
absl::StatusOr<bool> PositionsOf(const Tensor& indices, int64_t extent, std::vector<int64_t>* out) {
  out->reserve(indices.num_elements());
  for (int64_t i = 0; i < indices.num_elements(); ++i) {
    const int64_t position = indices.ElementAsInt64(i) - 1;
    if (position < 0 || position >= extent) return false;
    out->push_back(position);
  }
  return true;
}

// One index for a dim of `extent`. `whole` is the shape that a linear mask must have. False: out of
// bounds.
absl::StatusOr<bool> SelectDim(Evaluator& eval, const Value& index, int64_t extent,
                               const Shape& whole, DimSelection* out) {
  if (IsColon(index)) {
    out->kind = DimSelection::Kind::kSlice;
    out->count = extent;
    out->shape = Shape({extent});
    return true;
  }
  if (IsNumeric(index)) {
    if (!IsInteger(NumericDType(index))) return InvalidIndex(index);
    FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, index, "an index"));
    out->start = i - 1;
    return i >= 1 && i <= extent;
  }
  if (const Range* range = index.As<Range>()) {
    if (range->start.is_float()) return InvalidIndex(index);
    out->kind = DimSelection::Kind::kSlice;
    out->start = range->start.AsInt64() - 1;
    out->count = range->length;
    out->step = range->step.AsInt64();
    out->shape = Shape({range->length});
    if (range->length == 0) {
      out->start = 0;
      out->step = 1;
      return true;
    }
    const int64_t last = range->At(range->length - 1).AsInt64() - 1;
    return out->start >= 0 && out->start < extent && last >= 0 && last < extent;
  }
  FG_ASSIGN_OR_RETURN(const Value dense, Densify(eval, index));
  if (dense.is(Kind::kList) && dense.As<List>()->elements.empty()) {
    out->kind = DimSelection::Kind::kList;
    out->shape = Shape({0});
    return true;
  }
  if (!dense.is(Kind::kArray)) return InvalidIndex(index);
  FG_ASSIGN_OR_RETURN(const Tensor elements, eval.ops().DecideArray(dense));
  out->kind = DimSelection::Kind::kList;
  if (elements.dtype() == DType::kBool) {
    const bool fits = elements.shape().rank() == 1 ? elements.num_elements() == extent
                                                   : elements.shape() == whole;
    if (!fits) return false;
    for (int64_t i = 0; i < elements.num_elements(); ++i) {
      if (elements.data<bool>()[i]) out->list.push_back(i);
    }
    out->shape = Shape({static_cast<int64_t>(out->list.size())});
    return true;
  }
  if (!IsInteger(elements.dtype())) return InvalidIndex(index);
  out->shape = elements.shape();
  return PositionsOf(elements, extent, &out->list);
}

// CartesianIndex values stand for several integers; a vector of them for flat positions.
absl::StatusOr<std::vector<Value>> Expand(Evaluator& eval, const Value& object, const Shape& shape,
                                          absl::Span<const Value> indices) {
  std::vector<Value> expanded;
  for (const Value& index : indices) {
    if (const auto* cartesian = index.AsClass<CartesianIndex>()) {
      for (const int64_t i : cartesian->indices) expanded.push_back(Value::Int(i));
      continue;
    }
    const List* list = index.As<List>();
    if (list != nullptr && !list->elements.empty() &&
        list->elements[0].AsClass<CartesianIndex>() != nullptr) {
      std::vector<Value> flat;
      for (const Value& element : list->elements) {
        const auto* cartesian = element.AsClass<CartesianIndex>();
        if (cartesian == nullptr || static_cast<int>(cartesian->indices.size()) != shape.rank()) {
          return BoundsError(eval, object, {element});
        }
        int64_t position = 0, stride = 1;
        for (int d = 0; d < shape.rank(); ++d) {
          const int64_t i = cartesian->indices[d];
          if (i < 1 || i > shape.dim(d)) return BoundsError(eval, object, {element});
          position += (i - 1) * stride;
          stride *= shape.dim(d);
        }
        flat.push_back(Value::Int(position + 1));
      }
      FG_ASSIGN_OR_RETURN(Value positions, CollectElements(eval, std::move(flat), list->shape()));
      expanded.push_back(std::move(positions));
      continue;
    }
    expanded.push_back(index);
  }
  return expanded;
}

}  // namespace

std::string CartesianIndex::Show() const {
  return absl::StrCat("CartesianIndex(", absl::StrJoin(indices, ", "), ")");
}

std::string CartesianIndex::TypeName() const {
  return absl::StrCat("CartesianIndex{", indices.size(), "}");
}

Value PositionValue(const Shape& shape, int64_t flat) {
  if (shape.rank() <= 1) return Value::Int(flat + 1);
  Dims indices;
  for (int d = 0; d < shape.rank(); ++d) {
    indices.push_back(flat % shape.dim(d) + 1);
    flat /= shape.dim(d);
  }
  return Value(std::make_shared<CartesianIndex>(std::move(indices)));
}

Value ColonValue() {
  static const Value& colon = *new Value(std::make_shared<ColonObject>());
  return colon;
}

bool IsColon(const Value& value) {
  return value.is(Kind::kOpaque) && value.object() == ColonValue().object();
}

bool Selection::slices_only() const {
  for (const DimSelection& dim : dims) {
    if (dim.kind == DimSelection::Kind::kList) return false;
  }
  return true;
}

int64_t Selection::offset() const {
  int64_t flat = 0, stride = 1;
  for (size_t d = 0; d < dims.size(); ++d) {
    flat += dims[d].start * stride;
    stride *= of.dim(static_cast<int>(d));
  }
  return flat;
}

std::vector<int64_t> Selection::Offsets() const {
  std::vector<int64_t> offsets;
  const int64_t total = shape.num_elements();
  offsets.reserve(total);
  Dims at(dims.size(), 0);
  for (int64_t i = 0; i < total; ++i) {
    int64_t flat = 0, stride = 1;
    for (size_t d = 0; d < dims.size(); ++d) {
      flat += dims[d].at(at[d]) * stride;
      stride *= of.dim(static_cast<int>(d));
    }
    offsets.push_back(flat);
    for (size_t d = 0; d < dims.size() && ++at[d] == dims[d].size(); ++d) at[d] = 0;
  }
  return offsets;
}

absl::StatusOr<Selection> Select(Evaluator& eval, const Value& object, const Shape& shape,
                                 absl::Span<const Value> indices) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> expanded, Expand(eval, object, shape, indices));
  const int count = static_cast<int>(expanded.size());
  Selection selection;
  selection.of = count == 1 && shape.rank() != 1 ? Shape({shape.num_elements()}) : shape;
  Dims result;
  selection.scalar = true;
  for (int d = 0; d < std::max(count, selection.of.rank()); ++d) {
    DimSelection dim;
    bool inside = true;
    if (d < count) {
      FG_ASSIGN_OR_RETURN(inside, SelectDim(eval, expanded[d], selection.of.dim(d), shape, &dim));
    } else {
      // Dims that no index names must have one element.
      inside = selection.of.dim(d) == 1;
    }
    if (!inside) return BoundsError(eval, object, indices);
    if (d < count && dim.kind != DimSelection::Kind::kScalar) selection.scalar = false;
    for (const int64_t n : dim.shape.dims()) result.push_back(n);
    // Trailing indices of 1 select nothing.
    if (d < selection.of.rank()) {
      selection.dims.push_back(std::move(dim));
    } else if (dim.kind != DimSelection::Kind::kScalar && dim.size() != 1) {
      return BoundsError(eval, object, indices);
    }
  }
  FG_ASSIGN_OR_RETURN(selection.shape, Shape::Create(result));
  FG_RETURN_IF_ERROR(eval.CheckElements(selection.shape.num_elements(), sizeof(int64_t)));
  return selection;
}

}  // namespace fluxgate::lang
