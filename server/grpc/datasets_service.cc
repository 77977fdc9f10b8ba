#include "proto/fluxgate/v1/datasets.grpc.pb.h"
#include "server/grpc/datasets_handlers.h"
#include "server/grpc/services.h"
#include "server/grpc/tenants.h"
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
  explicit DatasetsService(Tenants& tenants) : tenants_(tenants) {}

  grpc::ServerUnaryReactor* GetDataset(grpc::CallbackServerContext* context,
                                       const v1::GetDatasetRequest* request,
                                       v1::GetDatasetResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Datasets/GetDataset", Where::kWorker, request,
                    response, &DatasetsHandlers::GetDataset);
  }
  grpc::ServerUnaryReactor* ListDatasets(grpc::CallbackServerContext* context,
                                         const v1::ListDatasetsRequest* request,
                                         v1::ListDatasetsResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Datasets/ListDatasets", Where::kWorker, request,
                    response, &DatasetsHandlers::ListDatasets);
  }
  grpc::ServerUnaryReactor* DeleteDataset(grpc::CallbackServerContext* context,
                                          const v1::DeleteDatasetRequest* request,
                                          v1::DeleteDatasetResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Datasets/DeleteDataset", Where::kWorker,
                    request, response, &DatasetsHandlers::DeleteDataset);
  }
  grpc::ServerReadReactor<grpc::ByteBuffer>* PushDataset(grpc::CallbackServerContext* context,
                                                         grpc::ByteBuffer* response) override {
    return TensorReadReactor<v1::PushDatasetRequest, v1::PushDatasetResponse>::Run(
        tenants_, context, "fluxgate.v1.Datasets/PushDataset", response,
        &DatasetsHandlers::PushDataset);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* PullDataset(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return TensorWriteReactor<v1::PullDatasetRequest, ChunkSource<v1::PullDatasetResponse>>::Run(
        tenants_, context, "fluxgate.v1.Datasets/PullDataset", request,
        &DatasetsHandlers::PullDataset);
  }

 private:
  Tenants& tenants_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDatasetsService(Tenants& tenants) {
  return std::make_unique<DatasetsService>(tenants);
}

}  // namespace fluxgate::rpc
