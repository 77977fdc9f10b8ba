// [a, b], [a b; c d], hcat, vcat, cat.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

bool IsArrayLike(const Value& v) { return IsNumericArray(v) || v.is(Kind::kList); }

// The part's shape with `rank` dims at least.
Shape Extended(const Shape& shape, int rank) {
  Dims dims(shape.dims().begin(), shape.dims().end());
  while (static_cast<int>(dims.size()) < rank) dims.push_back(1);
  return Shape(std::move(dims));
}

absl::Status Mismatch(int dim, absl::Span<const Shape> shapes, int other) {
  const std::string got = absl::StrJoin(
      shapes, ", ", [&](std::string* out, const Shape& s) { absl::StrAppend(out, s.dim(other)); });
  if (dim == 1 && other == 0) {
    return DimensionMismatch(
        absl::StrCat("number of rows of each array must match (got (", got, "))"));
  }
  if (dim == 0 && other == 1) {
    return DimensionMismatch(
        absl::StrCat("number of columns of each array must match (got (", got, "))"));
  }
  return DimensionMismatch(absl::StrCat("mismatch in dimension ", other + 1, " (got (", got, "))"));
}

// The shape of the whole; every part's shape is extended to its rank.
absl::StatusOr<Shape> JoinedShape(std::vector<Shape>& shapes, int dim) {
  int rank = dim + 1;
  for (const Shape& s : shapes) rank = std::max(rank, s.rank());
  for (Shape& s : shapes) s = Extended(s, rank);
  Dims dims(shapes[0].dims().begin(), shapes[0].dims().end());
  for (size_t i = 1; i < shapes.size(); ++i) {
    for (int d = 0; d < rank; ++d) {
      if (d == dim) {
        dims[d] += shapes[i].dim(d);
      } else if (shapes[i].dim(d) != dims[d]) {
        return Mismatch(dim, shapes, d);
      }
    }
  }
  return Shape::Create(dims);
}

// Elements of any kind, copied block by block: a block is what one part holds up to `dim`.
absl::StatusOr<Value> JoinElements(Evaluator& eval, absl::Span<const Value> parts,
                                   const std::vector<Shape>& shapes, const Shape& whole, int dim) {
  std::vector<std::vector<Value>> elements;
  std::vector<int64_t> block;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (IsArrayLike(parts[i])) {
      FG_ASSIGN_OR_RETURN(std::vector<Value> own, ElementsOf(eval, parts[i]));
      elements.push_back(std::move(own));
    } else {
      elements.push_back({parts[i]});
    }
    int64_t size = 1;
    for (int d = 0; d <= dim; ++d) size *= shapes[i].dim(d);
    block.push_back(size);
  }
  int64_t blocks = 1;
  for (int d = dim + 1; d < whole.rank(); ++d) blocks *= whole.dim(d);
  std::vector<Value> joined;
  joined.reserve(whole.num_elements());
  for (int64_t b = 0; b < blocks; ++b) {
    for (size_t i = 0; i < parts.size(); ++i) {
      for (int64_t k = 0; k < block[i]; ++k) joined.push_back(elements[i][b * block[i] + k]);
    }
  }
  if (!joined.empty()) return CollectElements(eval, std::move(joined), whole);
  auto list = std::make_shared<List>(std::vector<Value>());
  if (whole.rank() != 1) list->dims = whole;
  return Value(std::move(list));
}

}  // namespace

absl::StatusOr<Value> MakeVector(Evaluator& eval, absl::Span<const Value> elements) {
  const Shape shape({static_cast<int64_t>(elements.size())});
  return CollectElements(eval, std::vector<Value>(elements.begin(), elements.end()), shape);
}

absl::StatusOr<Value> CatAlong(Evaluator& eval, absl::Span<const Value> given, int dim) {
  std::vector<Value> parts;
  std::vector<Shape> shapes;
  bool numeric = true;
  for (const Value& part : given) {
    FG_ASSIGN_OR_RETURN(Value dense, Densify(eval, part));
    // `[]` takes part in vcat as nothing at all.
    const List* list = dense.As<List>();
    if (list != nullptr && list->elements.empty() && dim == 0 && given.size() > 1) continue;
    numeric &= IsNumeric(dense) || IsNumericArray(dense);
    shapes.push_back(IsArrayLike(dense) ? ShapeOf(dense) : Shape());
    parts.push_back(std::move(dense));
  }
  if (parts.empty()) return given.empty() ? List::Of({}) : given[0];
  FG_ASSIGN_OR_RETURN(const Shape whole, JoinedShape(shapes, dim));
  FG_RETURN_IF_ERROR(eval.CheckElements(whole.num_elements(), numeric ? 0 : sizeof(Value)));
  if (!numeric) return JoinElements(eval, parts, shapes, whole, dim);
  DType dtype = DType::kBool;
  bool numbers = true, one_hot = true;
  for (const Value& part : parts) {
    dtype = Promote(dtype, NumericDType(part));
    numbers &= part.is_number();
    one_hot &= part.is(Kind::kArray) && part.As<Array>()->one_hot;
  }
  if (numbers) return CollectElements(eval, std::move(parts), whole);
  FG_ASSIGN_OR_RETURN(Value joined, eval.ops().Apply(parts, [&](absl::Span<const ir::Expr> x) {
    ir::Builder& builder = x[0].builder();
    std::vector<ir::NodeId> ids;
    for (size_t i = 0; i < x.size(); ++i) {
      ids.push_back(ir::Reshape(ir::Cast(x[i], dtype), shapes[i]).id());
    }
    return ir::Expr(builder, ids.size() == 1 ? ids[0] : builder.Concat(ids, dim));
  }));
  if (Array* array = joined.As<Array>()) array->one_hot = one_hot && dim == 1;
  return joined;
}

absl::StatusOr<Value> HorizontalCat(Evaluator& eval, absl::Span<const Value> parts) {
  return CatAlong(eval, parts, 1);
}

absl::StatusOr<Value> VerticalCat(Evaluator& eval, absl::Span<const Value> parts) {
  return CatAlong(eval, parts, 0);
}

absl::StatusOr<Value> MakeTypedVector(Evaluator& eval, const TypePtr& type,
                                      absl::Span<const Value> elements) {
  std::vector<Value> converted;
  converted.reserve(elements.size());
  for (const Value& element : elements) {
    FG_ASSIGN_OR_RETURN(Value v, ConvertTo(eval, element, *type));
    converted.push_back(std::move(v));
  }
  const Shape shape({static_cast<int64_t>(elements.size())});
  if (const absl::optional<DType> dtype = DTypeOfType(*type)) {
    if (!elements.empty()) return CollectElements(eval, std::move(converted), shape);
    FG_ASSIGN_OR_RETURN(Tensor empty, Tensor::Create(*dtype, shape));
    return NewArray(eval, std::move(empty));
  }
  auto list = std::make_shared<List>(std::move(converted));
  list->element_type = TypeValue(type);
  return Value(std::move(list));
}

}  // namespace fluxgate::lang
