#include "engine/runtime/batch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/value/array.h"
#include "engine/value/flatten.h"

namespace fluxgate {
namespace {

void AppendBytes(const void* data, size_t size, std::string* out) {
  out->append(static_cast<const char*>(data), size);
}

void AppendLeaf(const Value& leaf, std::string* out) {
  if (leaf.is_number()) {
    const Tensor number = leaf.scalar().ToTensor();
    absl::StrAppend(out, "n", static_cast<int>(number.dtype()));
    AppendBytes(number.raw(), number.bytes(), out);
  } else if (leaf.is(Kind::kString) || leaf.is(Kind::kSymbol)) {
    absl::StrAppend(out, "t", leaf.text().size(), ":", leaf.text());
  } else {
    const void* object = leaf.object().get();
    absl::StrAppend(out, "o", static_cast<int>(leaf.kind()));
    AppendBytes(&object, sizeof(object), out);
  }
}

}  // namespace

absl::StatusOr<Batch> ReadBatch(Value value) {
  Batch batch;
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Flatten(value));
  for (const Leaf& leaf : leaves) {
    // Paths tell ((a, b), c) from (a, (b, c)).
    absl::StrAppend(&batch.signature, leaf.path, "=");
    const Array* array = leaf.value.As<Array>();
    if (array == nullptr) {
      AppendLeaf(leaf.value, &batch.signature);
      continue;
    }
    FG_ASSIGN_OR_RETURN(Tensor tensor, array->Read());
    absl::StrAppend(&batch.signature, "a", static_cast<int>(tensor.dtype()),
                    tensor.shape().ToString(), array->one_hot ? "h" : "", ";");
    batch.arrays.push_back(std::move(tensor));
  }
  batch.value = std::move(value);
  return batch;
}

absl::StatusOr<Value> WithArrays(const Value& like, absl::Span<const Tensor> arrays) {
  size_t next = 0;
  return MapLeaves(like, [&](const std::string& path, const Value& leaf) -> absl::StatusOr<Value> {
    const Array* array = leaf.As<Array>();
    if (array == nullptr) return leaf;
    auto copy = std::make_shared<Array>(arrays[next++]);
    copy->one_hot = array->one_hot;
    return Value(std::move(copy));
  });
}

}  // namespace fluxgate
