#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/lang/display/impl.h"
#include "engine/lang/display/text.h"
#include "engine/lang/syntax/characters.h"

namespace fluxgate::lang {
namespace {

constexpr int64_t kLongVector = 20, kVectorEnds = 10;  // 10 … 10 of a vector inside a value
constexpr int64_t kLongSide = 4, kSideEnds = 2;        // 2 … 2 of each dim of a matrix there
constexpr int64_t kManySlices = 10, kSliceEnds = 3;    // 3 … 3 slices of an array at a prompt

std::string DimsText(const Shape& shape) {
  if (shape.rank() == 0) return "0-dimensional";
  if (shape.rank() == 1) return absl::StrCat(shape.dim(0), "-element");
  return absl::StrJoin(shape.dims(), "×");
}

// The indices of view(A, 2:3, :, 1) from the slice that it is.
std::string ViewIndices(const Array& array) {
  const ir::SliceAttr& view = *array.view();
  const Shape& base = array.storage()->shape();
  std::vector<std::string> indices;
  int kept = 0;  // dims of the view matched so far
  for (size_t d = 0; d < view.start.size(); ++d) {
    const int64_t start = view.start[d] + 1, count = view.count[d], step = view.step[d];
    const int64_t stop = start + (count - 1) * step;
    const int left = static_cast<int>(view.start.size() - d);
    if (count == 1 && array.shape().rank() - kept < left &&
        (kept >= array.shape().rank() || base.dim(static_cast<int>(d)) != 1)) {
      indices.push_back(absl::StrCat(start));
      continue;
    }
    ++kept;
    if (start == 1 && step == 1 && count == base.dim(static_cast<int>(d))) {
      indices.push_back(":");
    } else if (step == 1) {
      indices.push_back(absl::StrCat(start, ":", stop));
    } else {
      indices.push_back(absl::StrCat(start, ":", step, ":", stop));
    }
  }
  return absl::StrJoin(indices, ", ");
}

Shape ShapeOf(const Value& value) {
  if (const Array* array = value.As<Array>()) return array->shape();
  return value.As<List>()->shape();
}

}  // namespace

bool IsImpliedByElements(const Type& type) {
  static constexpr absl::string_view kImplied[] = {"Float64", "Int64",   "Char",   "String",
                                                   "Symbol",  "Nothing", "Missing"};
  if (std::find(std::begin(kImplied), std::end(kImplied), type.name) != std::end(kImplied)) {
    return true;
  }
  const bool container = type.name == "Array" || type.name == "Pair" || type.name == "Tuple";
  if (!container) return false;
  if (type.name == "Tuple" && type.parameters.empty()) return type.tuple_of_none;
  for (const Type::Parameter& p : type.parameters) {
    if (p.free() || (p.type != nullptr && !IsImpliedByElements(*p.type))) return false;
  }
  return !type.parameters.empty();
}

std::string ArraySummary(const Value& value) {
  const std::string dims = DimsText(ShapeOf(value));
  const Array* array = value.As<Array>();
  if (array == nullptr) return absl::StrCat(dims, " ", TypeOf(value)->ToString());
  const std::string element = DTypeType(array->dtype())->ToString();
  if (array->one_hot) {
    if (array->shape().rank() == 1) {
      return absl::StrCat(dims, " OneHotVector(::UInt32) with eltype Bool");
    }
    const std::string indices =
        array->shape().rank() == 2 ? "Vector{UInt32}"
                                   : absl::StrCat("Array{UInt32, ", array->shape().rank() - 1, "}");
    return absl::StrCat(dims, array->shape().rank() == 2 ? " OneHotMatrix(::" : " OneHotArray(::",
                        indices, ") with eltype Bool");
  }
  if (array->bits) {
    const int rank = array->shape().rank();
    return absl::StrCat(dims, rank == 1   ? " BitVector"
                              : rank == 2 ? " BitMatrix"
                                          : absl::StrCat(" BitArray{", rank, "}"));
  }
  if (!array->wrapper.empty()) {  // adjoint(…), reshape(…); but Diagonal{…} names its own type
    const bool lazy = array->wrapper.back() == ')';
    return absl::StrCat(dims, " ", array->wrapper, lazy ? " with eltype " : "",
                        lazy ? element : "");
  }
  if (array->row_vector) {
    return absl::StrCat(dims, " adjoint(::Vector{", element, "}) with eltype ", element);
  }
  if (array->view()) {
    const TypePtr base = ArrayType(DTypeType(array->dtype()), array->storage()->shape().rank());
    return absl::StrCat(dims, " view(::", base->ToString(), ", ", ViewIndices(*array),
                        ") with eltype ", element);
  }
  return absl::StrCat(dims, " ",
                      ArrayType(DTypeType(array->dtype()), array->shape().rank())->ToString());
}

// ---- Inside other values
// -------------------------------------------------------------------------

std::string Printer::ShowArray(const Value& value, const ShowContext& context) {
  const Shape shape = ShapeOf(value);
  const TypePtr element = ElementType(value);
  const TypePtr known = context.known != nullptr && context.known->name == "Array" &&
                                !context.known->parameters.empty()
                            ? context.known->parameters[0].type
                            : nullptr;
  const bool implied = (known != nullptr && SameType(*known, *element)) ||
                       (shape.num_elements() > 0 && IsImpliedByElements(*element));
  const std::string prefix = implied ? "" : element->ToString();
  if (shape.num_elements() == 0 && shape.rank() != 1) {
    return absl::StrCat(ArrayType(element, shape.rank())->ToString(), "(undef, ",
                        absl::StrJoin(shape.dims(), ", "), ")");
  }
  ShowContext inner = context;
  inner.known = element;
  if (const List* list = value.As<List>()) {
    return ShowElements(shape, prefix, context.limit, [&](int64_t i) {
      return Show(list->elements[static_cast<size_t>(i)], inner);
    });
  }
  const absl::StatusOr<Tensor> tensor = value.As<Array>()->Read();
  if (!tensor.ok()) return absl::StrCat("#= ", tensor.status().message(), " =#");
  return ShowElements(shape, prefix, context.limit,
                      [&](int64_t i) { return ShowNumber(Scalar::FromTensor(*tensor, i), inner); });
}

std::string Printer::ShowElements(const Shape& shape, const std::string& prefix, bool limit,
                                  Element show) {
  std::string text = absl::StrCat(prefix, "[");
  // Counts what is added against the budget; false when it is spent.
  auto add = [&](const std::string& part) {
    if (budget_ <= 0) return false;
    budget_ -= static_cast<int64_t>(part.size()) + 2;
    text += part;
    if (budget_ <= 0) text += " …";
    return budget_ > 0;
  };
  if (shape.rank() == 0) return absl::StrCat("fill(", show(0), ")");
  if (shape.rank() == 1) {
    const int64_t n = shape.dim(0);
    const bool elide = limit && n > kLongVector;
    for (int64_t i = 0; i < n; ++i) {
      if (elide && i == kVectorEnds) {
        text += "  …  ";
        i = n - kVectorEnds;
      } else if (i > 0) {
        text += ", ";
      }
      if (!add(show(i))) break;
    }
    return text + "]";
  }
  const int64_t rows = shape.dim(0), columns = shape.dim(1), slice = rows * columns;
  const bool elide_rows = limit && rows > kLongSide, elide_columns = limit && columns > kLongSide;
  const int64_t slices = slice == 0 ? 0 : shape.num_elements() / slice;
  for (int64_t s = 0; s < slices; ++s) {
    if (s > 0) {
      // The separator says which dim goes on: ;;; for the third.
      int64_t stride = 1;
      int dim = 2;
      while (dim < shape.rank() && s % (stride * shape.dim(dim)) == 0) stride *= shape.dim(dim++);
      absl::StrAppend(&text, std::string(static_cast<size_t>(dim) + 1, ';'), " ");
    }
    for (int64_t i = 0; i < rows; ++i) {
      if (elide_rows && i == kSideEnds) {
        text += "… ; ";
        i = rows - kSideEnds;
      }
      for (int64_t j = 0; j < columns; ++j) {
        if (elide_columns && j == kSideEnds) {
          text += " … ";
          j = columns - kSideEnds;
        } else if (j > 0) {
          text += " ";
        }
        if (!add(show(s * slice + j * rows + i))) return text + "]";
      }
      if (i + 1 < rows) text += "; ";
    }
  }
  if (shape.rank() == 2 && columns == 1) text += ";;";
  return text + "]";
}

// ---- At a prompt
// ---------------------------------------------------------------------------------

std::string Printer::DisplayArray(const Value& value) {
  const Shape shape = ShapeOf(value);
  ShowContext context;
  context.limit = true;
  if (shape.num_elements() == 0) {
    return shape.rank() == 1 ? ShowArray(value, context) : ArraySummary(value);
  }
  context.compact = shape.dim(1) > 1;
  context.known = ElementType(value);
  std::string text = absl::StrCat(ArraySummary(value), ":\n");
  if (const List* list = value.As<List>()) {
    return text + DisplayElements(shape, [&](int64_t i) {
             return MakeCell(list->elements[static_cast<size_t>(i)], context);
           });
  }
  const absl::StatusOr<Tensor> tensor = value.As<Array>()->Read();
  if (!tensor.ok()) return absl::StrCat(text, "#= ", tensor.status().message(), " =#");
  const bool one_hot = value.As<Array>()->one_hot;
  const bool diagonal = absl::StartsWith(value.As<Array>()->wrapper, "Diagonal");
  return text + DisplayElements(shape, [&](int64_t i) {
           const Scalar number = Scalar::FromTensor(*tensor, i);
           const bool blank =
               (one_hot && !number.AsBool()) || (diagonal && i % shape.dim(0) != i / shape.dim(0));
           return NumberCell(blank ? "⋅" : ShowNumber(number, context));
         });
}

Cell Printer::MakeCell(const Value& value, const ShowContext& context) {
  std::string text = Show(value, context);
  if (value.is_bool()) {
    Cell cell;
    cell.left = static_cast<int>(text.size());
    cell.text = std::move(text);
    return cell;
  }
  if (value.is_number() || value.is(Kind::kTraced)) return NumberCell(std::move(text));
  Cell cell = TextCell(std::move(text));
  if (value.is(Kind::kPair)) {  // Aligned on the arrow.
    const size_t arrow = cell.text.find(" => ");
    if (arrow != std::string::npos) {
      cell.left = TextWidth(cell.text.substr(0, arrow)) + 1;
      cell.right -= cell.left;
    }
  }
  return cell;
}

std::string Printer::DisplayElements(const Shape& shape, absl::FunctionRef<Cell(int64_t)> cell) {
  const int64_t rows = shape.dim(0), columns = shape.dim(1), slice = rows * columns;
  if (shape.rank() == 0) return cell(0).text;
  auto block = [&](int64_t s) {
    return LayOutMatrix(rows, columns, options_,
                        [&](int64_t i, int64_t j) { return cell(s * slice + j * rows + i); });
  };
  if (shape.rank() <= 2) return block(0);
  std::string text;
  const int64_t slices = shape.num_elements() / slice;
  for (int64_t s = 0; s < slices; ++s) {
    std::vector<int64_t> index;
    bool skip = false, dots = false;
    int64_t rest = s;
    for (int d = 2; d < shape.rank(); ++d) {
      const int64_t n = shape.dim(d), i = rest % n;
      rest /= n;
      if (n > kManySlices && i >= kSliceEnds && i < n - kSliceEnds) {
        const bool first =
            std::all_of(index.begin(), index.end(), [](int64_t k) { return k == 1; });
        dots = !skip && i == kSliceEnds && first;
        skip = true;
        if (dots) absl::StrAppend(&text, std::string(static_cast<size_t>(d) + 1, ';'), " … \n\n");
      }
      index.push_back(i + 1);
    }
    if (skip) continue;
    absl::StrAppend(&text, "[:, :, ", absl::StrJoin(index, ", "), "] =\n", block(s),
                    s + 1 < slices ? "\n\n" : "");
  }
  return text;
}

}  // namespace fluxgate::lang
