#include "tests/benchmark/step_models.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace fluxgate::benchmark {
namespace {

constexpr char kMse[] = "Flux.mse(m(x), y)";
constexpr char kCrossEntropy[] = "Flux.logitcrossentropy(m(x), y)";
// (f_xx + f_yy - g)^2 on average: two nested gradients of the network's sum.
constexpr char kHessian[] =
    "begin d = q -> gradient(p -> sum(m(p)), q)[1]; "
    "dx = gradient(q -> sum(d(q)[1, :]), x)[1]; dy = gradient(q -> sum(d(q)[2, :]), x)[1]; "
    "mean(abs2, dx[1, :] .+ dy[2, :] .- vec(y)) end";

struct Row {
  const char* name;
  int64_t batch, batches;
  std::vector<int64_t> widths;
  const char* activation;
  const char* loss;
  bool labels;
};

const Row kRows[] = {
    {"line", 6, 1, {1, 1}, "identity", kMse, false},
    {"mlp_tiny", 4, 16, {2, 16, 1}, "tanh", kMse, false},
    {"digits", 64, 28, {64, 32, 10}, "relu", kCrossEntropy, true},
    {"mlp_b32", 32, 16, {784, 256, 10}, "relu", kCrossEntropy, true},
    {"mlp", 128, 16, {784, 512, 10}, "relu", kCrossEntropy, true},
    {"mlp_big", 1024, 4, {1024, 1024, 1024, 1024, 10}, "gelu", kCrossEntropy, true},
    {"hessian", 256, 4, {2, 32, 32, 1}, "tanh", kHessian, false},
};

void MakeData(const Row& row, StepModel& model) {
  Stream stream(2);
  const int64_t examples = row.batch * row.batches;
  model.features = row.widths.front();
  model.targets = row.widths.back();
  model.x.resize(model.features * examples);
  model.y.assign(model.targets * examples, 0.0f);
  if (model.name == "line") {
    for (int64_t i = 0; i < examples; ++i) {
      model.x[i] = static_cast<float>(i);
      model.y[i] = static_cast<float>(4 * i + 2);
    }
    return;
  }
  // Examples by rows of features: the order of a column-major features × examples matrix.
  for (float& value : model.x) value = stream.Uniform();
  for (int64_t i = 0; i < examples; ++i) {
    if (row.labels) {
      model.y[i * model.targets + stream.Label(static_cast<int>(model.targets))] = 1.0f;
    } else if (model.name == "mlp_tiny") {
      model.y[i] = model.x[2 * i] * model.x[2 * i + 1];
    } else {
      model.y[i] = stream.Uniform();
    }
  }
}

}  // namespace

absl::optional<StepModel> MakeStepModel(const std::string& name) {
  for (const Row& row : kRows) {
    if (name != row.name) continue;
    StepModel model;
    model.name = name;
    model.batch = row.batch;
    model.batches = row.batches;
    model.loss = row.loss;
    Stream stream(1);
    for (size_t k = 0; k + 1 < row.widths.size(); ++k) {
      StepModel::Layer layer{row.widths[k], row.widths[k + 1], {}};
      layer.weight.resize(layer.in * layer.out);
      const float scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(layer.in)));
      for (int64_t o = 0; o < layer.out; ++o) {
        for (int64_t i = 0; i < layer.in; ++i) {
          layer.weight[i * layer.out + o] = stream.Uniform() * scale;
        }
      }
      const bool last = k + 2 == row.widths.size();
      absl::StrAppend(&model.model, k == 0 ? "" : ", ", "Dense(W", k + 1, ", b", k + 1,
                      last ? "" : absl::StrCat(", ", row.activation), ")");
      model.layers.push_back(std::move(layer));
    }
    if (model.layers.size() > 1) model.model = absl::StrCat("Chain(", model.model, ")");
    MakeData(row, model);
    return model;
  }
  return absl::nullopt;
}

std::string OptimiserText(const std::string& model, const std::string& name) {
  if (name == "sgd") return model == "line" ? "Descent(0.1f0)" : "Descent(0.01f0)";
  if (name == "momentum") return "Momentum(0.01f0, 0.9f0)";
  if (name == "adam") return "Adam(0.001f0)";
  if (name == "adamw") return "AdamW(0.001f0, (0.9f0, 0.999f0), 0.01f0)";
  return "";
}

}  // namespace fluxgate::benchmark
