#include "engine/nn/summary.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/containers.h"
#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"

namespace fluxgate::nn {
namespace {

absl::StatusOr<int64_t> CountParameters(const Value& value, int64_t* bytes) {
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(value));
  int64_t count = 0;
  for (const Leaf& leaf : leaves) {
    const auto* array = leaf.value.As<Array>();
    count += array->shape().num_elements();
    if (bytes != nullptr) *bytes += array->shape().num_elements() * SizeOf(array->dtype());
  }
  return count;
}

bool IsChain(const Value& value) {
  const auto* s = value.As<Struct>();
  return s != nullptr && FindLayer(*s->type) != nullptr && s->type->name == "Chain";
}

// The layers that the input passes, in order, with their paths: a Chain's own, opened.
struct Step {
  std::string path;
  Value layer;
};
std::vector<Step> Steps(const Value& model) {
  std::vector<Step> steps;
  std::vector<Step> pending = {{"", model}};
  while (!pending.empty()) {
    const Step step = std::move(pending.back());
    pending.pop_back();
    if (!IsChain(step.layer)) {
      steps.push_back(step);
      continue;
    }
    const Value& layers = step.layer.As<Struct>()->fields[0];
    const std::vector<Value> elements = LayerElements(layers);
    const auto* named = layers.As<NamedTuple>();
    const std::string prefix = absl::StrCat(step.path, step.path.empty() ? "" : ".", "layers");
    for (size_t i = elements.size(); i-- > 0;) {
      pending.push_back({named != nullptr ? absl::StrCat(prefix, ".", named->names[i])
                                          : absl::StrCat(prefix, "[", i + 1, "]"),
                         elements[i]});
    }
  }
  return steps;
}

}  // namespace

absl::StatusOr<ModelSummary> Summarise(Context& context, const Value& model, DType dtype,
                                       const Shape& input) {
  ModelSummary summary;
  FG_ASSIGN_OR_RETURN(summary.parameters, CountParameters(model, &summary.parameter_bytes));
  FG_ASSIGN_OR_RETURN(Tensor zeros, Tensor::Zeros(dtype, input));
  // Inside a trace nothing is computed.
  auto trace = std::make_shared<Trace>(context.ops().evaluator());
  const ScopedTrace scope(context.ops(), trace);
  Value x = context.ops().Wrap(trace->Placeholder(std::move(zeros)));
  for (Step& step : Steps(model)) {
    absl::StatusOr<Value> y = context.Call(step.layer, {x});
    if (!y.ok()) {
      if (step.path.empty()) return y.status();
      return absl::Status(y.status().code(),
                          absl::StrCat(y.status().message(), " (at ", step.path, ")"));
    }
    x = *std::move(y);
    LayerSummary layer{step.path, step.layer, ShapeOf(x), DTypeOfValue(x), 0};
    FG_ASSIGN_OR_RETURN(layer.parameters, CountParameters(step.layer, nullptr));
    if (layer.output.has_value() && layer.dtype.has_value()) {
      summary.activation_bytes += layer.output->num_elements() * SizeOf(*layer.dtype);
    }
    summary.layers.push_back(std::move(layer));
  }
  summary.output = ShapeOf(x);
  summary.dtype = DTypeOfValue(x);
  return summary;
}

}  // namespace fluxgate::nn
