// explain: what happens inside a model.

#include "client/cli/explain.h"

#include <algorithm>
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"

namespace fluxgate::client {
namespace {

using v1::CheckResponse;

template <typename Dims>
std::string SizeText(const Dims& dims) {
  return dims.empty() ? "1" : absl::StrJoin(dims, "×");
}

std::string BytesText(uint64_t bytes) {
  if (bytes < 10240) return absl::StrCat(bytes, " bytes");
  const double kib = static_cast<double>(bytes) / 1024;
  return kib < 10240 ? absl::StrFormat("%.0f KiB", kib) : absl::StrFormat("%.0f MiB", kib / 1024);
}

std::string Counted(uint64_t count, const char* noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

// A tensor of which only type and dims matter, with at most so many examples.
v1::Tensor ShapeOf(const v1::Tensor& tensor, uint32_t examples) {
  v1::Tensor shape;
  shape.set_dtype(tensor.dtype());
  *shape.mutable_dims() = tensor.dims();
  if (examples > 0 && shape.dims_size() > 0) {
    uint32_t* last = shape.mutable_dims()->Mutable(shape.dims_size() - 1);
    *last = std::min(*last, examples);
  }
  return shape;
}

absl::Status FillShapes(Client& client, const Explained& what, v1::CheckRequest& request) {
  if (!what.dims.empty()) {
    v1::Tensor* input = request.add_arguments();
    for (const std::string& text : what.dims) {
      uint32_t dim = 0;
      if (!absl::SimpleAtoi(text, &dim)) {
        return absl::InvalidArgumentError(
            absl::StrCat("--dims: \"", text, "\" is no size; give some as 64,100"));
      }
      input->add_dims(dim);
    }
    return absl::OkStatus();
  }
  v1::GetDatasetRequest wanted;
  wanted.set_name(what.data);
  const auto dataset = client.Call(&v1::Datasets::Stub::GetDataset, wanted);
  if (!dataset.ok()) {
    return absl::Status(dataset.status().code(),
                        absl::StrCat(dataset.status().message(),
                                     "; --data NAME or --dims 64,100 say what goes in"));
  }
  *request.add_arguments() = ShapeOf(dataset->dataset().x(), what.batch_size);
  if (dataset->dataset().has_y()) {
    *request.mutable_targets() = ShapeOf(dataset->dataset().y(), what.batch_size);
  }
  return absl::OkStatus();
}

void AppendPlan(const std::string& title, const CheckResponse::Plan& plan, std::string& text) {
  absl::StrAppend(&text, "\n", title, ": ",
                  Counted(static_cast<uint64_t>(plan.kernels_size()), "kernel"), ", ",
                  BytesText(plan.arena_bytes()), " between them\n");
  for (int i = 0; i < plan.kernels_size(); ++i) {
    absl::StrAppendFormat(&text, "%4d  %s\n", i + 1, plan.kernels(i).summary());
  }
}

}  // namespace

absl::StatusOr<std::string> Explain(Client& client, const Explained& what) {
  v1::CheckRequest request;
  request.set_function(what.model);
  request.set_explain(true);
  request.set_loss(what.loss);
  request.set_optimiser(what.optimiser);
  if (absl::Status status = FillShapes(client, what, request); !status.ok()) return status;
  const auto checked = client.Call(&v1::Workspace::Stub::Check, request);
  if (!checked.ok()) return checked.status();
  std::string text;
  for (const CheckResponse::LayerSummary& layer : checked->layers()) {
    absl::StrAppendFormat(&text, "%-12s %-36s → %-12s %s\n", layer.path(), layer.summary(),
                          SizeText(layer.dims()), Counted(layer.parameter_count(), "parameter"));
  }
  const std::string input = SizeText(request.arguments(0).dims());
  absl::StrAppend(&text, input, " → ", SizeText(checked->dims()), ": ",
                  Counted(checked->parameter_count(), "parameter"), " in ",
                  BytesText(checked->parameter_bytes()), ", ",
                  BytesText(checked->activation_bytes()), " of values on the way\n");
  if (checked->has_prediction()) {
    AppendPlan(absl::StrCat("prediction of ", input), checked->prediction(), text);
  }
  if (checked->has_training_step()) {
    AppendPlan(absl::StrCat("step of ", checked->loss(), " with ", checked->optimiser()),
               checked->training_step(), text);
  }
  return text;
}

absl::Status RunExplain(Client& client, const std::vector<std::string>& arguments) {
  Explained what;
  if (!arguments.empty()) what.model = arguments[0];
  what.data = absl::GetFlag(FLAGS_data);
  what.loss = absl::GetFlag(FLAGS_loss);
  what.optimiser = absl::GetFlag(FLAGS_optimiser);
  what.dims = absl::GetFlag(FLAGS_dims);
  what.batch_size = absl::GetFlag(FLAGS_batch_size);
  const absl::StatusOr<std::string> text = Explain(client, what);
  if (!text.ok()) return text.status();
  std::fputs(text->c_str(), stdout);
  return absl::OkStatus();
}

}  // namespace fluxgate::client
