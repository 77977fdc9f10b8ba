#include "server/grpc/parameter_streams.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/grpc/tensor_sink.h"
#include "server/session/parameters.h"
#include "server/session/workspace.h"
#include "server/wire/chunk_codec.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/text.h"

namespace fluxgate::rpc {
namespace {

class ParameterSink final : public TensorSink<v1::SetParametersRequest, v1::SetParametersResponse> {
 public:
  using TensorSink::TensorSink;

 private:
  absl::StatusOr<std::string> Target(const v1::SetParametersRequest& first) override {
    model_ = first.model();
    return absl::StrCat("parameters of the model ", model_);
  }
  bool RepeatsTarget(const v1::SetParametersRequest& later) const override {
    return later.model().empty();
  }
  absl::string_view FirstOnly() const override {
    return "session, model, request_id, resume and tensors belong to the first message";
  }
  absl::string_view FirstField() const override { return "chunk"; }
  absl::StatusOr<std::shared_ptr<session::Session>> FindSession(
      const std::string& name) const override {
    return state_.sessions.Find(name);
  }
  absl::Status AcceptWhole(const v1::SetParametersRequest&, Upload&) override {
    return absl::OkStatus();
  }
  absl::Status CheckPath(const std::string&) const override { return absl::OkStatus(); }

  absl::StatusOr<std::string> Store(wire::ChunkDecoder& chunks,
                                    session::CallContext& context) override {
    FG_ASSIGN_OR_RETURN(auto visit, Enter(state_, session_, Access::kRead, context, ShortEntry()));
    auto model = session::FindModel(*visit, model_);
    if (!model.ok()) return wire::AtField(model.status(), "model");
    FG_RETURN_IF_ERROR(session::CheckNotTraining(*visit, model->name));
    FG_ASSIGN_OR_RETURN(const auto values, chunks.Finish(*visit));
    if (values.empty()) return wire::FieldError("chunk", "no parameters were sent");
    auto written = session::WriteParameters(model->value, values);
    if (!written.ok()) {
      return wire::AtField(written.status(),
                           absl::IsNotFound(written.status()) ? "chunk.path" : "chunk.tensor");
    }
    v1::SetParametersResponse response;
    response.set_tensors(wire::ToCount(static_cast<int64_t>(values.size())));
    response.set_elements(static_cast<uint64_t>(*written));
    return response.SerializeAsString();
  }

  std::string model_;
};

}  // namespace

absl::StatusOr<wire::ChunkEncoder> OpenParameters(ServerState& state,
                                                  const v1::GetParametersRequest& request,
                                                  session::CallContext& context) {
  if (request.paths_size() > wire::kMaxPaths) {
    return wire::FieldError("paths", absl::StrCat("more than ", wire::kMaxPaths));
  }
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state, request.session(), Access::kRead, context, ShortEntry()));
  Value value;
  if (request.model().empty()) {
    auto model = session::FindModel(*visit, "");
    if (!model.ok()) return wire::AtField(model.status(), "model");
    value = model->value;
  } else {
    auto found = session::Lookup(*visit, request.model());
    if (!found.ok()) return wire::AtField(found.status(), "model");
    value = *std::move(found);
  }
  session::NamedTensors tensors;
  if (request.paths().empty()) {
    auto all = session::ReadTensors(value, {});
    if (!all.ok()) return wire::AtField(all.status(), "model");
    tensors = *std::move(all);
  }
  for (int i = 0; i < request.paths_size(); ++i) {
    auto one = session::ReadTensors(value, {request.paths(i)});
    if (!one.ok()) return wire::AtField(one.status(), absl::StrCat("paths[", i, "]"));
    tensors.push_back(std::move(one->front()));
  }
  return wire::ChunkEncoder(std::move(tensors));
}

std::unique_ptr<ChunkSink<v1::SetParametersRequest, v1::SetParametersResponse>> MakeParameterSink(
    ServerState& state) {
  return std::make_unique<ParameterSink>(state);
}

}  // namespace fluxgate::rpc
