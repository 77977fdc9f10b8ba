#ifndef FLUXGATE_SERVER_GRPC_DATASETS_HANDLERS_H_
#define FLUXGATE_SERVER_GRPC_DATASETS_HANDLERS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "proto/fluxgate/v1/datasets.pb.h"
#include "server/grpc/handlers.h"
#include "server/grpc/server_state.h"
#include "server/wire/chunk_codec.h"

namespace fluxgate::rpc {

// What the calls of Datasets do.
class DatasetsHandlers {
 public:
  explicit DatasetsHandlers(ServerState& state) : state_(state) {}

  using Sink = ChunkSink<v1::PushDatasetRequest, v1::PushDatasetResponse>;
  std::unique_ptr<Sink> PushDataset();
  absl::Status GetDataset(const v1::GetDatasetRequest& request, v1::GetDatasetResponse* response,
                          session::CallContext& context);
  absl::Status ListDatasets(const v1::ListDatasetsRequest& request,
                            v1::ListDatasetsResponse* response, session::CallContext& context);
  absl::StatusOr<wire::ChunkEncoder> PullDataset(const v1::PullDatasetRequest& request,
                                                 session::CallContext& context);
  absl::Status DeleteDataset(const v1::DeleteDatasetRequest& request,
                             v1::DeleteDatasetResponse* response, session::CallContext& context);

 private:
  ServerState& state_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_DATASETS_HANDLERS_H_
