#ifndef FLUXGATE_SERVER_GRPC_MODELS_HANDLERS_H_
#define FLUXGATE_SERVER_GRPC_MODELS_HANDLERS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "proto/fluxgate/v1/models.pb.h"
#include "server/grpc/handlers.h"
#include "server/grpc/server_state.h"
#include "server/wire/chunk_codec.h"

namespace fluxgate::rpc {

// What the calls of Models do.
class ModelsHandlers {
 public:
  explicit ModelsHandlers(ServerState& state) : state_(state) {}

  absl::Status DefineModel(const v1::DefineModelRequest& request, v1::DefineModelResponse* response,
                           session::CallContext& context);
  absl::Status GetModel(const v1::GetModelRequest& request, v1::GetModelResponse* response,
                        session::CallContext& context);
  absl::Status ListModels(const v1::ListModelsRequest& request, v1::ListModelsResponse* response,
                          session::CallContext& context);
  absl::Status DeleteModel(const v1::DeleteModelRequest& request, v1::DeleteModelResponse* response,
                           session::CallContext& context);
  absl::Status Predict(const v1::PredictRequest& request, v1::PredictResponse* response,
                       session::CallContext& context);
  absl::Status ForwardBackward(const v1::ForwardBackwardRequest& request,
                               v1::ForwardBackwardResponse* response,
                               session::CallContext& context);
  absl::Status OptimStep(const v1::OptimStepRequest& request, v1::OptimStepResponse* response,
                         session::CallContext& context);

  absl::Status Rewind(const v1::RewindRequest& request, v1::RewindResponse* response,
                      session::CallContext& context);

  absl::StatusOr<wire::ChunkEncoder> GetParameters(const v1::GetParametersRequest& request,
                                                   session::CallContext& context);
  using ParameterSink = ChunkSink<v1::SetParametersRequest, v1::SetParametersResponse>;
  std::unique_ptr<ParameterSink> SetParameters();

  absl::StatusOr<WatchedJob> Train(const v1::TrainRequest& request, session::CallContext& context);

 private:
  absl::Status Define(session::Visit& visit, const v1::DefineModelRequest& request,
                      v1::DefineModelResponse* response);

  ServerState& state_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_MODELS_HANDLERS_H_
