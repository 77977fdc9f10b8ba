#include "server/grpc/datasets_handlers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "engine/base/status_macros.h"
#include "server/session/parameters.h"
#include "server/session/workspace.h"
#include "server/wire/chunk_codec.h"
#include "server/wire/descriptions.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/value_codec.h"

namespace fluxgate::rpc {
namespace {

session::Session::Entry ShortEntry() {
  session::Session::Entry entry;
  entry.timeout = wire::kDefaultTimeout;
  return entry;
}

absl::StatusOr<session::NamedValue> DatasetOf(session::Visit& visit, absl::string_view name) {
  auto dataset = session::FindDataset(visit, name);
  return dataset.ok() ? dataset : wire::AtField(dataset.status(), "name");
}

class DatasetSource final : public ChunkSource<v1::PullDatasetResponse> {
 public:
  explicit DatasetSource(session::NamedTensors tensors) : chunks_(std::move(tensors)) {}
  absl::StatusOr<bool> Next(v1::PullDatasetResponse* message) override {
    return chunks_.Next(message->mutable_chunk());
  }

 private:
  wire::ChunkEncoder chunks_;
};

class DatasetSink final : public ChunkSink<v1::PushDatasetRequest, v1::PushDatasetResponse> {
 public:
  explicit DatasetSink(ServerState& state) : state_(state) {}

  absl::Status Accept(const v1::PushDatasetRequest& message) override {
    if (!chunks_.has_value()) {
      FG_RETURN_IF_ERROR(wire::CheckRequired(message.name(), "name"));
      auto session = state_.sessions.FindOrCreate(message.session());
      if (!session.ok()) return wire::AtField(session.status(), "session");
      session_ = (*session)->name();
      name_ = message.name();
      request_id_ = message.request_id();
      chunks_.emplace((*session)->budget());
    } else if (!message.session().empty() || !message.request_id().empty() ||
               (!message.name().empty() && message.name() != name_)) {
      return wire::FieldError("name", "session, name and request_id belong to the first message");
    }
    fingerprint_ = absl::HashOf(fingerprint_, message.SerializeAsString());
    if (message.has_x()) FG_RETURN_IF_ERROR(chunks_->AddWhole("x", message.x(), "x"));
    if (message.has_y()) FG_RETURN_IF_ERROR(chunks_->AddWhole("y", message.y(), "y"));
    if (!message.has_chunk()) return absl::OkStatus();
    const std::string& path = message.chunk().path();
    if (!path.empty() && path != "x" && path != "y") {
      return wire::FieldError("chunk.path", "a dataset has the tensors x and y");
    }
    return chunks_->Add(message.chunk(), "chunk");
  }

  std::string session() const override { return session_; }

  absl::Status Finish(v1::PushDatasetResponse* response, session::CallContext& context) override {
    if (!chunks_.has_value()) return wire::FieldError("name", "the stream is empty");
    FG_ASSIGN_OR_RETURN(const std::string answer, Once(state_, session_, request_id_, fingerprint_,
                                                       context, [&] { return Store(context); }));
    response->ParseFromString(answer);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::string> Store(session::CallContext& context) {
    FG_ASSIGN_OR_RETURN(auto visit,
                        Enter(state_, session_, Access::kChange, context, ShortEntry()));
    FG_ASSIGN_OR_RETURN(const auto values, chunks_->Finish(*visit));
    Value x, y;
    for (const auto& [path, value] : values) {
      Value& part = path == "y" ? y : x;
      if (!part.is_nothing()) return wire::FieldError(path, "came twice");
      part = value;
    }
    if (x.is_nothing()) return wire::FieldError("x", "is required");
    const Value dataset = session::MakeDataset(x, y);
    if (!session::IsDataset(dataset)) {
      return wire::FieldError(
          y.is_nothing() ? "x" : "y",
          absl::StrCat("x and y are arrays with as many examples each, in their last dimension; "
                       "x is ",
                       wire::Summary(*visit, x),
                       y.is_nothing() ? "" : absl::StrCat(" y is ", wire::Summary(*visit, y))));
    }
    FG_RETURN_IF_ERROR(wire::AtField(visit->interpreter().Assign(name_, dataset), "name"));
    v1::PushDatasetResponse response;
    FG_RETURN_IF_ERROR(wire::DescribeDataset(*visit, {name_, dataset}, response.mutable_dataset()));
    return response.SerializeAsString();
  }

  ServerState& state_;
  std::string session_ = session::SessionRegistry::kDefault;
  std::string name_, request_id_;
  size_t fingerprint_ = 0;
  absl::optional<wire::ChunkDecoder> chunks_;  // From the first message on.
};

}  // namespace

std::unique_ptr<DatasetsHandlers::Sink> DatasetsHandlers::PushDataset() {
  return std::make_unique<DatasetSink>(state_);
}

absl::Status DatasetsHandlers::GetDataset(const v1::GetDatasetRequest& request,
                                          v1::GetDatasetResponse* response,
                                          session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  FG_ASSIGN_OR_RETURN(const session::NamedValue dataset, DatasetOf(*visit, request.name()));
  return wire::DescribeDataset(*visit, dataset, response->mutable_dataset());
}

absl::Status DatasetsHandlers::ListDatasets(const v1::ListDatasetsRequest& request,
                                            v1::ListDatasetsResponse* response,
                                            session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(const wire::Page page,
                      wire::DecodePage(request.page_size(), request.page_token()));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  const std::vector<session::NamedValue> datasets = session::ListDatasets(*visit);
  for (size_t i = page.begin; i < std::min(datasets.size(), page.begin + page.size); ++i) {
    FG_RETURN_IF_ERROR(wire::DescribeDataset(*visit, datasets[i], response->add_datasets()));
  }
  response->set_next_page_token(wire::NextPageToken(page, datasets.size()));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<DatasetsHandlers::Source>> DatasetsHandlers::PullDataset(
    const v1::PullDatasetRequest& request, session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  FG_ASSIGN_OR_RETURN(const session::NamedValue dataset, DatasetOf(*visit, request.name()));
  FG_ASSIGN_OR_RETURN(session::NamedTensors tensors, session::DatasetTensors(dataset.value));
  return std::make_unique<DatasetSource>(std::move(tensors));
}

absl::Status DatasetsHandlers::DeleteDataset(const v1::DeleteDatasetRequest& request,
                                             v1::DeleteDatasetResponse*,
                                             session::CallContext& context) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.name(), "name"));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  FG_ASSIGN_OR_RETURN(const session::NamedValue dataset, DatasetOf(*visit, request.name()));
  if (!visit->interpreter().Erase(dataset.name)) {
    return wire::FieldError("name", "is a part of a value, not a name of the workspace");
  }
  return absl::OkStatus();
}

}  // namespace fluxgate::rpc
