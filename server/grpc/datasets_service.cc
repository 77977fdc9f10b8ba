#include "proto/fluxgate/v1/datasets.grpc.pb.h"
#include "server/grpc/datasets_handlers.h"
#include "server/grpc/server_state.h"
#include "server/grpc/services.h"
#include "server/grpc/tensor_read_reactor.h"
#include "server/grpc/tensor_write_reactor.h"
#include "server/grpc/unary_call.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Datasets: where it runs, and which handler does it.
class DatasetsService final
    : public v1::Datasets::WithRawCallbackMethod_PullDataset<
          v1::Datasets::WithRawCallbackMethod_PushDataset<v1::Datasets::CallbackService>> {
 public:
  explicit DatasetsService(ServerState& state) : state_(state), handlers_(state) {}

  grpc::ServerUnaryReactor* GetDataset(grpc::CallbackServerContext*,
                                       const v1::GetDatasetRequest* request,
                                       v1::GetDatasetResponse* response) override {
    return UnaryCall<v1::GetDatasetRequest, v1::GetDatasetResponse>::Run(
        state_.environment, "fluxgate.v1.Datasets/GetDataset", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.GetDataset(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* ListDatasets(grpc::CallbackServerContext*,
                                         const v1::ListDatasetsRequest* request,
                                         v1::ListDatasetsResponse* response) override {
    return UnaryCall<v1::ListDatasetsRequest, v1::ListDatasetsResponse>::Run(
        state_.environment, "fluxgate.v1.Datasets/ListDatasets", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.ListDatasets(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* DeleteDataset(grpc::CallbackServerContext*,
                                          const v1::DeleteDatasetRequest* request,
                                          v1::DeleteDatasetResponse* response) override {
    return UnaryCall<v1::DeleteDatasetRequest, v1::DeleteDatasetResponse>::Run(
        state_.environment, "fluxgate.v1.Datasets/DeleteDataset", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.DeleteDataset(r, out, context);
        });
  }
  grpc::ServerReadReactor<grpc::ByteBuffer>* PushDataset(grpc::CallbackServerContext*,
                                                         grpc::ByteBuffer* response) override {
    return TensorReadReactor<v1::PushDatasetRequest, v1::PushDatasetResponse>::Run(
        state_.environment, "fluxgate.v1.Datasets/PushDataset", response, handlers_.PushDataset());
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* PullDataset(
      grpc::CallbackServerContext*, const grpc::ByteBuffer* request) override {
    return TensorWriteReactor<v1::PullDatasetRequest, v1::PullDatasetResponse>::Run(
        state_.environment, "fluxgate.v1.Datasets/PullDataset", request,
        [this](const auto& r, auto& context) { return handlers_.PullDataset(r, context); });
  }

 private:
  ServerState& state_;
  DatasetsHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDatasetsService(ServerState& state) {
  return std::make_unique<DatasetsService>(state);
}

}  // namespace fluxgate::rpc
