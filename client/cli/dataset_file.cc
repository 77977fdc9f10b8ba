#include "client/cli/dataset_file.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/csv.h"
#include "client/cli/npz.h"
#include "client/cli/read_file.h"

namespace fluxgate::client {
namespace {

// Labels in order: numbers by value when all are numbers, else by text.
std::vector<std::string> SortedLabels(const std::vector<std::string>& labels) {
  std::map<std::string, double> values;
  bool numbers = true;
  for (const std::string& label : labels) {
    double value = 0;
    numbers = absl::SimpleAtod(label, &value) && numbers;
    values.emplace(label, value);
  }
  std::vector<std::string> sorted;
  for (const auto& [label, value] : values) sorted.push_back(label);
  if (numbers) {
    std::stable_sort(sorted.begin(), sorted.end(), [&](const std::string& a, const std::string& b) {
      return values[a] < values[b];
    });
  }
  return sorted;
}

HostTensor OneHot(const std::vector<std::string>& labels) {
  const std::vector<std::string> classes = SortedLabels(labels);
  std::map<std::string, size_t> row;
  for (size_t i = 0; i < classes.size(); ++i) row[classes[i]] = i;
  std::vector<float> values(classes.size() * labels.size(), 0.0f);
  for (size_t i = 0; i < labels.size(); ++i) values[i * classes.size() + row[labels[i]]] = 1.0f;
  return HostTensor::Of({static_cast<int64_t>(classes.size()), static_cast<int64_t>(labels.size())},
                        values);
}

absl::StatusOr<std::vector<NamedTensor>> FromCsv(const CsvTable& table,
                                                 const DatasetFileOptions& options) {
  auto label = std::find(table.columns.begin(), table.columns.end(), options.label);
  if (!options.label.empty() && label == table.columns.end()) {
    return absl::NotFoundError(absl::StrCat("no column \"", options.label, "\"; the file has ",
                                            absl::StrJoin(table.columns, ", ")));
  }
  const size_t label_column = label - table.columns.begin();
  const auto examples = static_cast<int64_t>(table.rows.size());
  std::vector<float> x, y;
  std::vector<std::string> labels;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    for (size_t j = 0; j < table.columns.size(); ++j) {
      const std::string& field = table.rows[i][j];
      if (j == label_column && options.onehot) {
        labels.push_back(field);
        continue;
      }
      float value = 0;
      if (!absl::SimpleAtof(field, &value)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "record ", i + 2, ", column ", table.columns[j], ": \"", field, "\" is not a number",
            j == label_column       ? "; --onehot takes labels of any kind"
            : options.label.empty() ? "; --label names the column that is not an input"
                                    : ""));
      }
      if (j == label_column) {
        y.push_back(value);
      } else {
        x.push_back(value);
      }
    }
  }
  const auto features =
      static_cast<int64_t>(table.columns.size()) - (label == table.columns.end() ? 0 : 1);
  std::vector<NamedTensor> dataset = {{"x", HostTensor::Of({features, examples}, x)}};
  if (options.onehot && label != table.columns.end()) {
    dataset.push_back({"y", OneHot(labels)});
  } else if (label != table.columns.end()) {
    dataset.push_back({"y", HostTensor::Of({1, examples}, y)});
  }
  return dataset;
}

double ElementAsDouble(const HostTensor& tensor, int64_t i) {
  switch (tensor.dtype) {
    case v1::Tensor::BOOL:
      return tensor.bytes[i] != 0;
    case v1::Tensor::INT32:
      return tensor.data<int32_t>()[i];
    case v1::Tensor::INT64:
      return static_cast<double>(tensor.data<int64_t>()[i]);
    case v1::Tensor::FLOAT64:
      return tensor.data<double>()[i];
    default:
      return tensor.data<float>()[i];
  }
}

// Dims read backwards and bytes moved to match: numpy's (N, 64) as 64×N, Float32.
HostTensor ExamplesLast(const HostTensor& tensor) {
  std::vector<int64_t> dims(tensor.dims.rbegin(), tensor.dims.rend());
  if (dims.size() == 1) dims.insert(dims.begin(), 1);
  std::vector<int64_t> stride(tensor.dims.size(), 1);
  for (size_t d = 1; d < stride.size(); ++d) stride[d] = stride[d - 1] * tensor.dims[d - 1];
  std::reverse(stride.begin(), stride.end());
  std::vector<int64_t> index(stride.size(), 0);
  std::vector<float> values(tensor.num_elements());
  int64_t from = 0;
  const size_t skip = dims.size() - stride.size();
  for (float& value : values) {
    value = static_cast<float>(ElementAsDouble(tensor, from));
    for (size_t d = 0; d < stride.size(); ++d) {
      from += stride[d];
      if (++index[d] < dims[d + skip]) break;
      from -= stride[d] * dims[d + skip];
      index[d] = 0;
    }
  }
  return HostTensor::Of(std::move(dims), values);
}

absl::StatusOr<std::vector<NamedTensor>> FromNpz(std::vector<NamedTensor> arrays,
                                                 const DatasetFileOptions& options) {
  std::vector<NamedTensor> dataset;
  std::vector<std::string> names;
  for (absl::string_view name : {"x", "y"}) {
    for (const NamedTensor& array : arrays) {
      if (array.path == name) dataset.push_back({array.path, ExamplesLast(array.tensor)});
    }
  }
  for (const NamedTensor& array : arrays) names.push_back(array.path);
  if (dataset.empty() || dataset[0].path != "x") {
    return absl::NotFoundError(
        absl::StrCat("no array \"x\"; the file has ", absl::StrJoin(names, ", ")));
  }
  if (options.onehot && dataset.size() == 2) {
    std::vector<std::string> labels;
    for (float value : dataset[1].tensor.data<float>()) labels.push_back(absl::StrCat(value));
    dataset[1].tensor = OneHot(labels);
  }
  return dataset;
}

HostTensor Select(const HostTensor& tensor, const std::vector<int64_t>& examples) {
  HostTensor part;
  part.dtype = tensor.dtype;
  part.dims = tensor.dims;
  const int64_t bytes =
      tensor.dims.back() == 0 ? 0 : static_cast<int64_t>(tensor.bytes.size()) / tensor.dims.back();
  part.dims.back() = static_cast<int64_t>(examples.size());
  for (int64_t i : examples) part.bytes.append(tensor.bytes, i * bytes, bytes);
  return part;
}

}  // namespace

absl::StatusOr<std::vector<NamedTensor>> ReadDatasetFile(const std::string& file,
                                                         const DatasetFileOptions& options) {
  absl::StatusOr<std::vector<NamedTensor>> dataset;
  if (absl::EndsWith(file, ".npz")) {
    absl::StatusOr<std::vector<NamedTensor>> arrays = ReadNpz(file);
    if (!arrays.ok()) return arrays.status();
    dataset = FromNpz(*std::move(arrays), options);
  } else if (absl::EndsWith(file, ".csv")) {
    absl::StatusOr<std::string> text = ReadFile(file);
    if (!text.ok()) return text.status();
    absl::StatusOr<CsvTable> table = ParseCsv(*text);
    if (!table.ok()) return table.status();
    dataset = FromCsv(*table, options);
  } else {
    return absl::InvalidArgumentError(absl::StrCat(file, ": a dataset is a .csv or an .npz file"));
  }
  if (!dataset.ok()) return dataset;
  HostTensor& x = dataset->front().tensor;
  std::vector<float> scaled(x.data<float>().begin(), x.data<float>().end());
  for (float& value : scaled) value = static_cast<float>(value * options.scale);
  x = HostTensor::Of(x.dims, scaled);
  for (const NamedTensor& part : *dataset) {
    if (part.tensor.dims.back() != x.dims.back()) {
      return absl::InvalidArgumentError(
          absl::StrCat("x has ", x.dims.back(), " examples, y has ", part.tensor.dims.back()));
    }
  }
  return dataset;
}

std::pair<std::vector<NamedTensor>, std::vector<NamedTensor>> Split(
    const std::vector<NamedTensor>& dataset, double share, uint64_t seed) {
  const int64_t count = dataset.front().tensor.dims.back();
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  // Fisher-Yates by hand: std::shuffle differs between libraries.
  std::mt19937_64 random(seed);
  for (int64_t i = count - 1; i > 0; --i) {
    std::swap(order[i], order[static_cast<int64_t>(random() % static_cast<uint64_t>(i + 1))]);
  }
  const auto held = std::clamp<int64_t>(std::llround(static_cast<double>(count) * share), 0, count);
  std::vector<int64_t> held_out(order.begin(), order.begin() + held);
  std::vector<int64_t> kept(order.begin() + held, order.end());
  std::sort(held_out.begin(), held_out.end());
  std::sort(kept.begin(), kept.end());
  std::vector<NamedTensor> first, second;
  for (const NamedTensor& part : dataset) {
    first.push_back({part.path, Select(part.tensor, kept)});
    second.push_back({part.path, Select(part.tensor, held_out)});
  }
  return {std::move(first), std::move(second)};
}

}  // namespace fluxgate::client
