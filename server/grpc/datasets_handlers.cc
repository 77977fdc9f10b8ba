#include "server/grpc/datasets_handlers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/grpc/list_values.h"
#include "server/grpc/tensor_sink.h"
#include "server/session/parameters.h"
#include "server/session/workspace.h"
#include "server/wire/descriptions.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/value_codec.h"

namespace fluxgate::rpc {
namespace {

absl::StatusOr<session::NamedValue> DatasetOf(session::Visit& visit, absl::string_view name) {
  auto dataset = session::FindDataset(visit, name);
  return dataset.ok() ? dataset : wire::AtField(dataset.status(), "name");
}

class DatasetSink final : public TensorSink<v1::PushDatasetRequest, v1::PushDatasetResponse> {
 public:
  using TensorSink::TensorSink;

 private:
  absl::StatusOr<std::string> Target(const v1::PushDatasetRequest& first) override {
    FG_RETURN_IF_ERROR(wire::CheckRequired(first.name(), "name"));
    name_ = first.name();
    return absl::StrCat("dataset ", name_);
  }
  bool RepeatsTarget(const v1::PushDatasetRequest& later) const override {
    return later.name().empty() || later.name() == name_;
  }
  absl::string_view FirstOnly() const override {
    return "session, name, request_id, resume and tensors belong to the first message";
  }
  absl::string_view FirstField() const override { return "name"; }
  absl::StatusOr<std::shared_ptr<session::Session>> FindSession(
      const std::string& name) const override {
    return state_.sessions.FindOrCreate(name);
  }

  absl::Status AcceptWhole(const v1::PushDatasetRequest& message, Upload& upload) override {
    if (message.has_x()) FG_RETURN_IF_ERROR(upload.chunks.AddWhole("x", message.x(), "x"));
    if (message.has_y()) FG_RETURN_IF_ERROR(upload.chunks.AddWhole("y", message.y(), "y"));
    if (message.has_x()) Mix(upload, "x", message.x().SerializeAsString());
    if (message.has_y()) Mix(upload, "y", message.y().SerializeAsString());
    return absl::OkStatus();
  }
  absl::Status CheckPath(const std::string& path) const override {
    if (path.empty() || path == "x" || path == "y") return absl::OkStatus();
    return wire::FieldError("chunk.path", "a dataset has the tensors x and y");
  }

  absl::StatusOr<std::string> Store(wire::ChunkDecoder& chunks,
                                    session::CallContext& context) override {
    FG_ASSIGN_OR_RETURN(auto visit,
                        Enter(state_, session_, Access::kChange, context, ShortEntry()));
    FG_ASSIGN_OR_RETURN(const auto values, chunks.Finish(*visit));
    Value x, y;
    for (const auto& [path, value] : values) {
      Value& part = path == "y" ? y : x;
      if (!part.is_nothing()) return wire::FieldError(path, "came twice");
      part = value;
    }
    if (x.is_nothing()) return wire::FieldError("x", "is required");
    FG_RETURN_IF_ERROR(CheckExamples(x, y));
    const Value dataset = session::MakeDataset(x, y);
    FG_RETURN_IF_ERROR(wire::AtField(visit->interpreter().Assign(name_, dataset), "name"));
    v1::PushDatasetResponse response;
    FG_RETURN_IF_ERROR(wire::DescribeDataset(*visit, {name_, dataset}, response.mutable_dataset()));
    return response.SerializeAsString();
  }

  static absl::Status CheckExamples(const Value& x, const Value& y) {
    for (const auto& [field, value] : {std::pair("x", x), std::pair("y", y)}) {
      if (!value.is_nothing() && !value.is(Kind::kArray)) {
        return wire::FieldError(field,
                                "is a number; an array is expected, whose last dimension "
                                "counts examples");
      }
    }
    if (y.is_nothing() || session::CountExamples(x) == session::CountExamples(y)) {
      return absl::OkStatus();
    }
    return wire::FieldError(
        "y",
        absl::StrCat("has ", session::Counted(session::CountExamples(y), "example"), ", but x has ",
                     session::CountExamples(x), "; the last dimension counts them"));
  }

  std::string name_;
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
  return ListValues<v1::Dataset>(state_, request, response, context, &session::ListDatasets,
                                 &wire::DescribeDataset, &v1::ListDatasetsResponse::add_datasets);
}

absl::StatusOr<wire::ChunkEncoder> DatasetsHandlers::PullDataset(
    const v1::PullDatasetRequest& request, session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  FG_ASSIGN_OR_RETURN(const session::NamedValue dataset, DatasetOf(*visit, request.name()));
  FG_ASSIGN_OR_RETURN(session::NamedTensors tensors, session::DatasetTensors(dataset.value));
  return wire::ChunkEncoder(std::move(tensors));
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
