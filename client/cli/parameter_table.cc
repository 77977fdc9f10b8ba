#include "client/cli/parameter_table.h"

#include <charconv>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cpp/host_tensor.h"

namespace fluxgate::client {
namespace {

// The numbers as text, in column-major order; empty where there are none to read.
std::vector<std::string> Numbers(const v1::Tensor& message) {
  std::vector<std::string> numbers;
  const auto tensor = FromProto(message);
  if (!tensor.ok()) return numbers;
  if (tensor->dtype == v1::Tensor::FLOAT64) {
    for (const double x : tensor->data<double>()) numbers.push_back(absl::StrFormat("%.8g", x));
  } else if (tensor->dtype == v1::Tensor::FLOAT32) {
    for (const float x : tensor->data<float>()) {
      char digits[32];
      numbers.emplace_back(digits, std::to_chars(digits, digits + sizeof(digits), x).ptr);
    }
  }
  return numbers;
}

// "weight[1, 2]"; a path alone for what has one number.
std::string NameOf(const std::string& path, const v1::Tensor& tensor, size_t count, size_t place) {
  if (count == 1) return path;
  std::vector<int64_t> indices;
  for (const uint32_t dim : tensor.dims()) {
    if (dim == 0) return path;
    indices.push_back(static_cast<int64_t>(place % dim) + 1);
    place /= dim;
  }
  return absl::StrCat(path, "[", absl::StrJoin(indices, ", "), "]");
}

}  // namespace

std::string ParameterTable(const v1::TrainDone& done) {
  if (done.parameters().empty()) {
    return "the model has more than 64 parameters, too many to show one by one\n";
  }
  std::string text =
      absl::StrFormat("%-24s%14s%14s%14s\n", "parameter", "before", "gradient", "after");
  for (const v1::ParameterChange& change : done.parameters()) {
    const std::vector<std::string> before = Numbers(change.before()),
                                   gradient = Numbers(change.gradient()),
                                   after = Numbers(change.after());
    for (size_t i = 0; i < before.size() && i < after.size(); ++i) {
      absl::StrAppendFormat(&text, "%-24s%14s%14s%14s\n",
                            NameOf(change.path(), change.before(), before.size(), i), before[i],
                            i < gradient.size() ? gradient[i] : "-", after[i]);
    }
  }
  return text;
}

}  // namespace fluxgate::client
