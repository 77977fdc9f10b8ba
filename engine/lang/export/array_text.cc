// Arrays of numbers as expressions.

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/display/text.h"
#include "engine/lang/export/value_text.h"

namespace fluxgate::lang {
namespace {

// An array of so many numbers stands in the text itself, unless it is a parameter.
constexpr int64_t kLiteralElements = 16;

}  // namespace

bool ValueText::IsWhole(const Array& array) {
  return !array.view() && array.shape() == array.storage()->shape();
}

absl::StatusOr<std::string> ValueText::ArrayText(const Array& array, const Value& value,
                                                 const std::string& path) {
  const std::shared_ptr<Storage>& storage = array.storage();
  const bool whole = IsWhole(array);
  auto known = known_storages_.find(storage->id());
  const bool is_shared = here_.IsSharedStorage(storage->id()) ||
                         (everywhere_.IsSharedStorage(storage->id()) && (!whole || path.empty()));
  if (known == known_storages_.end() && is_shared &&
      !(whole && value.object().get() == defining_)) {
    const Value all(std::make_shared<Array>(storage, storage->shape()));
    FG_RETURN_IF_ERROR(Hoist(all, "shared").status());
    known = known_storages_.find(storage->id());
  }
  if (known != known_storages_.end()) {
    return Counted(SharingText(array, known->second));
  }
  FG_ASSIGN_OR_RETURN(Tensor tensor, array.Read());
  const int64_t elements = tensor.num_elements();
  if (array.one_hot) {
    FG_ASSIGN_OR_RETURN(std::string text, OneHotText(tensor, path));
    if (!text.empty()) return Counted(std::move(text));
  }
  if (array.row_vector && tensor.shape().rank() == 2 && elements > 0) {
    FG_ASSIGN_OR_RETURN(std::string vector, SavedText(tensor.Reshaped(Shape({elements})), path));
    return vector + "'";
  }
  // A file of arrays has no place for a tensor without dims.
  if (elements == 0 || tensor.shape().rank() == 0 ||
      (in_struct_ == 0 && elements <= kLiteralElements)) {
    return Counted(Repr(value));
  }
  return SavedText(std::move(tensor), path);
}

absl::StatusOr<std::string> ValueText::SavedText(Tensor tensor, const std::string& path) {
  // Names of files in an archive: short, and each once.
  constexpr size_t kMaxName = 128;
  std::string name = path;
  if (path.empty() || path.size() > kMaxName || !array_names_.insert(path).second) {
    do {
      name = absl::StrCat("array_", array_names_.size() + 1);
    } while (!array_names_.insert(name).second);
  }
  std::string text = absl::StrCat(saved_, "[", QuoteString(name), "]");
  arrays_.emplace_back(std::move(name), std::move(tensor));
  return Counted(std::move(text));
}

std::string ValueText::SharingText(const Array& array, const std::string& known) const {
  if (!array.view()) {
    return absl::StrCat(names_.Library("reshape"), "(", known, ", ",
                        absl::StrJoin(array.shape().dims(), ", "),
                        array.shape().rank() == 0 ? "())" : ")");
  }
  const ir::SliceAttr& view = *array.view();
  std::vector<std::string> indices;
  size_t dims_left = array.shape().rank();
  for (size_t d = 0; d < view.start.size(); ++d) {
    const int64_t first = view.start[d] + 1, count = view.count[d], step = view.step[d];
    // An index that is a number leaves no dim.
    if (count == 1 && view.start.size() - d > dims_left) {
      indices.push_back(absl::StrCat(first));
      continue;
    }
    --dims_left;
    const int64_t last = first + (count - 1) * step;
    indices.push_back(step == 1 ? absl::StrCat(first, ":", last)
                                : absl::StrCat(first, ":", step, ":", last));
  }
  return absl::StrCat(names_.Library("view"), "(", known, ", ", absl::StrJoin(indices, ", "), ")");
}

absl::StatusOr<std::string> ValueText::OneHotText(const Tensor& tensor, const std::string& path) {
  const Shape& shape = tensor.shape();
  if (shape.rank() != 1 && shape.rank() != 2) return std::string();
  const int64_t labels = shape.dim(0);
  const int64_t columns = shape.rank() == 1 ? 1 : shape.dim(1);
  if (labels == 0) return std::string();
  FG_ASSIGN_OR_RETURN(Tensor hot, Tensor::Zeros(DType::kInt64, Shape({columns})));
  const absl::Span<const bool> bits = tensor.data<bool>();
  const absl::Span<int64_t> rows = hot.mutable_data<int64_t>();
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    if (!bits[i]) continue;
    if (rows[i / labels] != 0) return std::string();
    rows[i / labels] = i % labels + 1;
  }
  for (const int64_t row : rows) {
    if (row == 0) return std::string();
  }
  if (shape.rank() == 1) return absl::StrCat("Flux.onehot(", rows[0], ", 1:", labels, ")");
  std::string indices =
      absl::StrCat(columns == 0 ? "Int" : "", "[", absl::StrJoin(rows, ", "), "]");
  if (columns > kLiteralElements) {
    FG_ASSIGN_OR_RETURN(indices, SavedText(std::move(hot), path));
  }
  return absl::StrCat("Flux.onehotbatch(", indices, ", 1:", labels, ")");
}

}  // namespace fluxgate::lang
