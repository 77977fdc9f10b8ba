#include "proto/fluxgate/v1/models.grpc.pb.h"
#include "server/grpc/job_streams.h"
#include "server/grpc/models_handlers.h"
#include "server/grpc/services.h"
#include "server/grpc/tenants.h"
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
  explicit ModelsService(Tenants& tenants) : tenants_(tenants) {}

  grpc::ServerUnaryReactor* DefineModel(grpc::CallbackServerContext* context,
                                        const v1::DefineModelRequest* request,
                                        v1::DefineModelResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Models/DefineModel", Where::kWorker, request,
                    response, &ModelsHandlers::DefineModel);
  }
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context,
                                     const v1::GetModelRequest* request,
                                     v1::GetModelResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Models/GetModel", Where::kWorker, request,
                    response, &ModelsHandlers::GetModel);
  }
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context,
                                       const v1::ListModelsRequest* request,
                                       v1::ListModelsResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Models/ListModels", Where::kWorker, request,
                    response, &ModelsHandlers::ListModels);
  }
  grpc::ServerUnaryReactor* DeleteModel(grpc::CallbackServerContext* context,
                                        const v1::DeleteModelRequest* request,
                                        v1::DeleteModelResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Models/DeleteModel", Where::kWorker, request,
                    response, &ModelsHandlers::DeleteModel);
  }
  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Models/Predict", Where::kWorker, request,
                    response, &ModelsHandlers::Predict);
  }
  grpc::ServerUnaryReactor* ForwardBackward(grpc::CallbackServerContext* context,
                                            const v1::ForwardBackwardRequest* request,
                                            v1::ForwardBackwardResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Models/ForwardBackward", Where::kWorker,
                    request, response, &ModelsHandlers::ForwardBackward);
  }
  grpc::ServerUnaryReactor* OptimStep(grpc::CallbackServerContext* context,
                                      const v1::OptimStepRequest* request,
                                      v1::OptimStepResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Models/OptimStep", Where::kWorker, request,
                    response, &ModelsHandlers::OptimStep);
  }
  grpc::ServerUnaryReactor* Rewind(grpc::CallbackServerContext* context,
                                   const v1::RewindRequest* request,
                                   v1::RewindResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Models/Rewind", Where::kWorker, request,
                    response, &ModelsHandlers::Rewind);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* GetParameters(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return TensorWriteReactor<v1::GetParametersRequest, ChunkSource<v1::GetParametersResponse>>::
        Run(tenants_, context, "fluxgate.v1.Models/GetParameters", request,
            &ModelsHandlers::GetParameters);
  }
  grpc::ServerReadReactor<grpc::ByteBuffer>* SetParameters(grpc::CallbackServerContext* context,
                                                           grpc::ByteBuffer* response) override {
    return TensorReadReactor<v1::SetParametersRequest, v1::SetParametersResponse>::Run(
        tenants_, context, "fluxgate.v1.Models/SetParameters", response,
        &ModelsHandlers::SetParameters);
  }
  grpc::ServerWriteReactor<v1::TrainResponse>* Train(grpc::CallbackServerContext* context,
                                                     const v1::TrainRequest* request) override {
    return WatchReactor<v1::TrainRequest, v1::TrainResponse>::Run(
        tenants_, context, "fluxgate.v1.Models/Train", Where::kWorker, request, TrainEvents(),
        &ModelsHandlers::Train);
  }

 private:
  Tenants& tenants_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeModelsService(Tenants& tenants) {
  return std::make_unique<ModelsService>(tenants);
}

}  // namespace fluxgate::rpc
