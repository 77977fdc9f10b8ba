// push, params: files to the server and back.

#include <cmath>
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/dataset_file.h"
#include "client/cli/flags.h"
#include "client/cli/npz.h"
#include "client/cli/safetensors.h"

namespace fluxgate::client {
namespace {

std::string DimsText(const google::protobuf::RepeatedField<uint32_t>& dims) {
  return dims.empty() ? "number" : absl::StrJoin(dims, "×");
}

absl::Status Push(Client& client, const std::string& name,
                  const std::vector<NamedTensor>& tensors) {
  auto dataset = client.PushDataset(name, tensors);
  if (!dataset.ok()) return dataset.status();
  std::printf("%s: %u examples, x %s", name.c_str(), dataset->examples(),
              DimsText(dataset->x().dims()).c_str());
  if (dataset->has_y()) std::printf(", y %s", DimsText(dataset->y().dims()).c_str());
  std::printf("\n");
  return absl::OkStatus();
}

// Which of the two formats a file of parameters has.
absl::StatusOr<bool> IsSafetensors(const std::string& file) {
  if (absl::EndsWith(file, ".safetensors")) return true;
  if (absl::EndsWith(file, ".npz")) return false;
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": parameters are kept in an .npz or a .safetensors file"));
}

}  // namespace

absl::Status RunPush(Client& client, const std::vector<std::string>& arguments) {
  const double share = absl::GetFlag(FLAGS_split);
  if (!(share >= 0 && share < 1)) {
    return absl::InvalidArgumentError("--split is a share between 0 and 1");
  }
  if (!std::isfinite(absl::GetFlag(FLAGS_scale))) {
    return absl::InvalidArgumentError("--scale is a finite number");
  }
  auto dataset = ReadDatasetFile(arguments[1], {.label = absl::GetFlag(FLAGS_label),
                                                .onehot = absl::GetFlag(FLAGS_onehot),
                                                .scale = absl::GetFlag(FLAGS_scale)});
  if (!dataset.ok()) return dataset.status();
  if (share == 0) return Push(client, arguments[0], *dataset);
  const auto [kept, held_out] = Split(*dataset, share, absl::GetFlag(FLAGS_seed).value_or(0));
  for (const auto* side : {&kept, &held_out}) {
    if (side->front().tensor.dims.back() > 0) continue;
    return absl::InvalidArgumentError(absl::StrCat("--split ", share, " leaves one side of ",
                                                   dataset->front().tensor.dims.back(),
                                                   " examples empty"));
  }
  absl::Status status = Push(client, arguments[0], kept);
  return status.ok() ? Push(client, absl::StrCat(arguments[0], "_test"), held_out) : status;
}

absl::Status RunParams(Client& client, const std::vector<std::string>& arguments) {
  const std::string model = arguments.empty() ? "" : arguments[0];
  const std::string in = absl::GetFlag(FLAGS_in), out = absl::GetFlag(FLAGS_out);
  if (!in.empty() && !out.empty()) return absl::InvalidArgumentError("--in and --out at once");
  absl::StatusOr<bool> safetensors = false;
  if (const std::string& file = in.empty() ? out : in; !file.empty()) {
    safetensors = IsSafetensors(file);
    if (!safetensors.ok()) return safetensors.status();
  }
  if (!in.empty()) {
    auto tensors = *safetensors ? ReadSafetensors(in) : ReadNpz(in);
    if (!tensors.ok()) return tensors.status();
    auto response = client.SetParameters(model, *tensors);
    if (!response.ok()) return response.status();
    std::printf("set %u tensors, %llu numbers\n", response->tensors(),
                static_cast<unsigned long long>(response->elements()));
    return absl::OkStatus();
  }
  auto tensors = client.GetParameters(model);
  if (!tensors.ok()) return tensors.status();
  if (!out.empty()) {
    return *safetensors ? WriteSafetensors(out, *tensors) : WriteNpz(out, *tensors);
  }
  for (const NamedTensor& named : *tensors) {
    std::printf("%s  %s %s\n", named.path.c_str(), absl::StrJoin(named.tensor.dims, "×").c_str(),
                v1::Tensor::DType_Name(named.tensor.dtype).c_str());
  }
  return absl::OkStatus();
}

}  // namespace fluxgate::client
