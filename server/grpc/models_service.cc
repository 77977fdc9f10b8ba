#include "proto/fluxgate/v1/models.grpc.pb.h"
#include "server/grpc/job_streams.h"
#include "server/grpc/models_handlers.h"
#include "server/grpc/server_state.h"
#include "server/grpc/services.h"
#include "server/grpc/tensor_read_reactor.h"
#include "server/grpc/tensor_write_reactor.h"
#include "server/grpc/unary_call.h"
#include "server/grpc/watch_reactor.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Models: where it runs, and which handler does it.
class ModelsService final
    : public v1::Models::WithRawCallbackMethod_GetParameters<
          v1::Models::WithRawCallbackMethod_SetParameters<v1::Models::CallbackService>> {
 public:
  explicit ModelsService(ServerState& state) : state_(state), handlers_(state) {}

  grpc::ServerUnaryReactor* DefineModel(grpc::CallbackServerContext*,
                                        const v1::DefineModelRequest* request,
                                        v1::DefineModelResponse* response) override {
    return UnaryCall<v1::DefineModelRequest, v1::DefineModelResponse>::Run(
        state_.environment, "fluxgate.v1.Models/DefineModel", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.DefineModel(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext*,
                                     const v1::GetModelRequest* request,
                                     v1::GetModelResponse* response) override {
    return UnaryCall<v1::GetModelRequest, v1::GetModelResponse>::Run(
        state_.environment, "fluxgate.v1.Models/GetModel", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.GetModel(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext*,
                                       const v1::ListModelsRequest* request,
                                       v1::ListModelsResponse* response) override {
    return UnaryCall<v1::ListModelsRequest, v1::ListModelsResponse>::Run(
        state_.environment, "fluxgate.v1.Models/ListModels", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.ListModels(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* DeleteModel(grpc::CallbackServerContext*,
                                        const v1::DeleteModelRequest* request,
                                        v1::DeleteModelResponse* response) override {
    return UnaryCall<v1::DeleteModelRequest, v1::DeleteModelResponse>::Run(
        state_.environment, "fluxgate.v1.Models/DeleteModel", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.DeleteModel(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext*, const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override {
    return UnaryCall<v1::PredictRequest, v1::PredictResponse>::Run(
        state_.environment, "fluxgate.v1.Models/Predict", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.Predict(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* ForwardBackward(grpc::CallbackServerContext*,
                                            const v1::ForwardBackwardRequest* request,
                                            v1::ForwardBackwardResponse* response) override {
    return UnaryCall<v1::ForwardBackwardRequest, v1::ForwardBackwardResponse>::Run(
        state_.environment, "fluxgate.v1.Models/ForwardBackward", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.ForwardBackward(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* OptimStep(grpc::CallbackServerContext*,
                                      const v1::OptimStepRequest* request,
                                      v1::OptimStepResponse* response) override {
    return UnaryCall<v1::OptimStepRequest, v1::OptimStepResponse>::Run(
        state_.environment, "fluxgate.v1.Models/OptimStep", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.OptimStep(r, out, context);
        });
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* GetParameters(
      grpc::CallbackServerContext*, const grpc::ByteBuffer* request) override {
    return TensorWriteReactor<v1::GetParametersRequest, v1::GetParametersResponse>::Run(
        state_.environment, "fluxgate.v1.Models/GetParameters", request,
        [this](const auto& r, auto& context) { return handlers_.GetParameters(r, context); });
  }
  grpc::ServerReadReactor<grpc::ByteBuffer>* SetParameters(grpc::CallbackServerContext*,
                                                           grpc::ByteBuffer* response) override {
    return TensorReadReactor<v1::SetParametersRequest, v1::SetParametersResponse>::Run(
        state_.environment, "fluxgate.v1.Models/SetParameters", response,
        handlers_.SetParameters());
  }
  grpc::ServerWriteReactor<v1::TrainResponse>* Train(grpc::CallbackServerContext*,
                                                     const v1::TrainRequest* request) override {
    return WatchReactor<v1::TrainRequest, v1::TrainResponse>::Run(
        state_.environment, "fluxgate.v1.Models/Train", Where::kWorker, request, TrainEvents(),
        [this](const auto& r, auto& context) { return handlers_.Train(r, context); });
  }

 private:
  ServerState& state_;
  ModelsHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeModelsService(ServerState& state) {
  return std::make_unique<ModelsService>(state);
}

}  // namespace fluxgate::rpc
