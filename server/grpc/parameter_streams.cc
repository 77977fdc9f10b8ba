#include "server/grpc/parameter_streams.h"

#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "engine/base/status_macros.h"
#include "server/session/parameters.h"
#include "server/session/workspace.h"
#include "server/wire/chunk_codec.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/text.h"

namespace fluxgate::rpc {
namespace {

session::Session::Entry ShortEntry() {
  session::Session::Entry entry;
  entry.timeout = wire::kDefaultTimeout;
  return entry;
}

class ParameterSource final : public ChunkSource<v1::GetParametersResponse> {
 public:
  explicit ParameterSource(session::NamedTensors tensors) : chunks_(std::move(tensors)) {}
  absl::StatusOr<bool> Next(v1::GetParametersResponse* message) override {
    return chunks_.Next(message->mutable_chunk());
  }

 private:
  wire::ChunkEncoder chunks_;
};

class ParameterSink final : public ChunkSink<v1::SetParametersRequest, v1::SetParametersResponse> {
 public:
  explicit ParameterSink(ServerState& state) : state_(state) {}

  absl::Status Accept(const v1::SetParametersRequest& message) override {
    if (!chunks_.has_value()) {
      auto session = state_.sessions.Find(message.session());
      if (!session.ok()) return wire::AtField(session.status(), "session");
      session_ = (*session)->name();
      model_ = message.model();
      request_id_ = message.request_id();
      chunks_.emplace((*session)->budget());
    } else if (!message.session().empty() || !message.model().empty() ||
               !message.request_id().empty()) {
      return wire::FieldError("session",
                              "session, model and request_id belong to the first message");
    }
    fingerprint_ = absl::HashOf(fingerprint_, message.SerializeAsString());
    if (!message.has_chunk()) return absl::OkStatus();
    return chunks_->Add(message.chunk(), "chunk");
  }

  std::string session() const override { return session_; }

  absl::Status Finish(v1::SetParametersResponse* response, session::CallContext& context) override {
    if (!chunks_.has_value()) return wire::FieldError("chunk", "the stream is empty");
    FG_ASSIGN_OR_RETURN(const std::string answer, Once(state_, session_, request_id_, fingerprint_,
                                                       context, [&] { return Write(context); }));
    response->ParseFromString(answer);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::string> Write(session::CallContext& context) {
    FG_ASSIGN_OR_RETURN(auto visit, Enter(state_, session_, Access::kRead, context, ShortEntry()));
    auto model = session::FindModel(*visit, model_);
    if (!model.ok()) return wire::AtField(model.status(), "model");
    FG_RETURN_IF_ERROR(session::CheckNotTraining(*visit, model->name));
    FG_ASSIGN_OR_RETURN(const auto values, chunks_->Finish(*visit));
    if (values.empty()) return wire::FieldError("chunk", "no parameters were sent");
    auto written = session::WriteParameters(model->value, values);
    if (!written.ok()) return wire::AtField(written.status(), "chunk.tensor");
    v1::SetParametersResponse response;
    response.set_tensors(wire::ToCount(static_cast<int64_t>(values.size())));
    response.set_elements(static_cast<uint64_t>(*written));
    return response.SerializeAsString();
  }

  ServerState& state_;
  std::string session_ = session::SessionRegistry::kDefault;
  std::string model_, request_id_;
  size_t fingerprint_ = 0;
  absl::optional<wire::ChunkDecoder> chunks_;  // From the first message on.
};

}  // namespace

absl::StatusOr<std::unique_ptr<ChunkSource<v1::GetParametersResponse>>> OpenParameters(
    ServerState& state, const v1::GetParametersRequest& request, session::CallContext& context) {
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
  auto tensors = session::ReadTensors(
      value, std::vector<std::string>(request.paths().begin(), request.paths().end()));
  if (!tensors.ok())
    return wire::AtField(tensors.status(), request.paths().empty() ? "model" : "paths");
  return std::make_unique<ParameterSource>(*std::move(tensors));
}

std::unique_ptr<ChunkSink<v1::SetParametersRequest, v1::SetParametersResponse>> MakeParameterSink(
    ServerState& state) {
  return std::make_unique<ParameterSink>(state);
}

}  // namespace fluxgate::rpc
