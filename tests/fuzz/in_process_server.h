#ifndef FLUXGATE_TESTS_FUZZ_IN_PROCESS_SERVER_H_
#define FLUXGATE_TESTS_FUZZ_IN_PROCESS_SERVER_H_

#include <google/protobuf/message.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/base/clock.h"
#include "server/grpc/datasets_handlers.h"
#include "server/grpc/jobs_handlers.h"
#include "server/grpc/models_handlers.h"
#include "server/grpc/server_handlers.h"
#include "server/grpc/sessions_handlers.h"
#include "server/grpc/workspace_handlers.h"

namespace fluxgate::fuzz {

using Requests = std::vector<std::unique_ptr<google::protobuf::Message>>;

// One request a line: "Models/Predict" and the message as text or JSON. Other lines are left out.
Requests ParseRequests(absl::string_view text);
std::string PrintRequests(const Requests& requests);
// An empty request of any RPC.
std::unique_ptr<google::protobuf::Message> AnyRequest(uint64_t random);

// Everything behind the services, without gRPC. A client's stream is one message long.
class InProcessServer {
 public:
  InProcessServer();
  // A small session as every input meets it.
  void Restart();
  // Aborts when the answer is an internal error or cannot be sent.
  void Handle(const google::protobuf::Message& request);

 private:
  using Handler =
      std::function<absl::Status(const google::protobuf::Message&, session::CallContext&)>;

  template <typename Handlers, typename Request, typename Response>
  void Add(Handlers& handlers,
           absl::Status (Handlers::*method)(const Request&, Response*, session::CallContext&));
  template <typename Request, typename Response>
  void AddSink(std::function<std::unique_ptr<rpc::ChunkSink<Request, Response>>()> open);
  template <typename Request, typename Response, typename Source, typename Handlers,
            typename Opened>
  void AddSource(Handlers& handlers,
                 absl::StatusOr<Opened> (Handlers::*open)(const Request&, session::CallContext&));

  SystemClock clock_;
  const log::CallLog log_{{}};
  jobs::WorkerPool pool_;
  jobs::RequestCache requests_;
  metrics::CallStatistics statistics_;
  jobs::JobTable jobs_;
  session::SessionRegistry sessions_;
  rpc::Environment environment_;
  rpc::UploadTable uploads_;
  std::atomic<bool> shutting_down_{false};
  rpc::ServerState state_;
  rpc::SessionsHandlers sessions_handlers_;
  rpc::WorkspaceHandlers workspace_handlers_;
  rpc::ModelsHandlers models_handlers_;
  rpc::DatasetsHandlers datasets_handlers_;
  rpc::JobsHandlers jobs_handlers_;
  rpc::ServerHandlers server_handlers_;
  std::map<const google::protobuf::Descriptor*, Handler> handlers_;
};

}  // namespace fluxgate::fuzz

#endif  // FLUXGATE_TESTS_FUZZ_IN_PROCESS_SERVER_H_
