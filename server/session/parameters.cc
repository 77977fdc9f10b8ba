#include "server/session/parameters.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"

namespace fluxgate::session {
namespace {

constexpr size_t kPathsInErrors = 20;

std::string Paths(const std::vector<Leaf>& leaves) {
  std::vector<std::string> paths;
  for (const Leaf& leaf : leaves) {
    if (paths.size() == kPathsInErrors) {
      paths.push_back("...");
      break;
    }
    paths.push_back(leaf.path);
  }
  return absl::StrJoin(paths, ", ");
}

// The value's elements with the parameter's dtype.
absl::StatusOr<Tensor> Converted(const Tensor& tensor, DType dtype) {
  if (tensor.dtype() == dtype) return tensor;
  FG_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype, tensor.shape()));
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    absl::Span<T> to = out.mutable_data<T>();
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      to[i] = static_cast<T>(tensor.ElementAsDouble(i));
    }
  });
  return out;
}

}  // namespace

absl::StatusOr<NamedTensors> ReadTensors(const Value& value,
                                         const std::vector<std::string>& paths) {
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(value));
  if (!paths.empty()) {
    leaves.clear();
    for (const std::string& path : paths) {
      FG_ASSIGN_OR_RETURN(Value leaf, AtPath(value, path));
      leaves.push_back({path, std::move(leaf)});
    }
  } else if (leaves.empty()) {
    FG_ASSIGN_OR_RETURN(std::vector<Leaf> all, Flatten(value));
    for (Leaf& leaf : all) {
      if (leaf.value.is(Kind::kArray) || leaf.value.is_number()) leaves.push_back(std::move(leaf));
    }
  }
  if (leaves.empty()) return absl::InvalidArgumentError("the value holds no tensors");
  NamedTensors tensors;
  for (const Leaf& leaf : leaves) {
    FG_ASSIGN_OR_RETURN(Tensor tensor, TensorOf(leaf.value));
    tensors.emplace_back(leaf.path, std::move(tensor));
  }
  return tensors;
}

absl::StatusOr<NamedTensors> DatasetTensors(const Value& dataset) {
  NamedTensors tensors;
  for (const char* part : {"x", "y"}) {
    const Value* value = dataset.As<NamedTuple>()->Find(part);
    if (value == nullptr) continue;
    FG_ASSIGN_OR_RETURN(Tensor tensor, TensorOf(*value));
    tensors.emplace_back(part, std::move(tensor));
  }
  return tensors;
}

absl::StatusOr<int64_t> WriteParameters(const Value& model,
                                        const std::vector<std::pair<std::string, Value>>& values) {
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(model));
  // First everything is checked and converted, then everything is written.
  std::vector<std::pair<std::shared_ptr<Array>, Tensor>> writes;
  int64_t elements = 0;
  for (const auto& [path, value] : values) {
    std::shared_ptr<Array> array;
    for (const Leaf& leaf : leaves) {
      if (leaf.path == path) array = leaf.value.Share<Array>();
    }
    if (array == nullptr) {
      return absl::NotFoundError(absl::StrCat("the model has no parameter \"", path.substr(0, 128),
                                              "\"; it has ", Paths(leaves)));
    }
    FG_ASSIGN_OR_RETURN(Tensor tensor, TensorOf(value));
    if (tensor.shape() != array->shape()) {
      return absl::InvalidArgumentError(
          absl::StrCat("parameter \"", path, "\" has dims ", array->shape().ToString(),
                       ", the tensor sent ", tensor.shape().ToString()));
    }
    if (!array->storage()->locked_by().empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("job ", array->storage()->locked_by(), " trains \"", path, "\""));
    }
    FG_ASSIGN_OR_RETURN(tensor, Converted(tensor, array->dtype()));
    elements += tensor.num_elements();
    writes.emplace_back(std::move(array), std::move(tensor));
  }
  for (auto& [array, tensor] : writes) FG_RETURN_IF_ERROR(array->Write(std::move(tensor)));
  return elements;
}

}  // namespace fluxgate::session
