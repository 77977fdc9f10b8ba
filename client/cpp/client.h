#ifndef FLUXGATE_CLIENT_CPP_CLIENT_H_
#define FLUXGATE_CLIENT_CPP_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "client/cpp/errors.h"
#include "client/cpp/retry.h"
#include "client/cpp/tensor_stream.h"
#include "proto/fluxgate/v1/datasets.grpc.pb.h"
#include "proto/fluxgate/v1/jobs.grpc.pb.h"
#include "proto/fluxgate/v1/models.grpc.pb.h"
#include "proto/fluxgate/v1/server.grpc.pb.h"
#include "proto/fluxgate/v1/sessions.grpc.pb.h"
#include "proto/fluxgate/v1/workspace.grpc.pb.h"

namespace fluxgate::client {

// A connection to a server, speaking for one session. Thread-safe.
//
//   auto client = Client::Connect({.server = "127.0.0.1:50051"});
//   auto answer = (*client)->Evaluate("f(x) = 3x^2; f(2)");
class Client {
 public:
  struct Options {
    std::string server = "127.0.0.1:50051";
    std::string session;  // "default" when empty
    // PEM text of the certificates to trust, for a server that speaks TLS; empty: no TLS.
    std::string tls_ca;
    // A bearer token, for a server that wants one. Without TLS whoever sees the network sees it.
    std::string token;
    // Of one attempt of a unary call, unless the request has a timeout of its own.
    std::chrono::milliseconds timeout{60'000};
    std::chrono::milliseconds connect_timeout{5'000};
    RetryPolicy retry;
  };

  // UNAVAILABLE, naming the address, when no server answers there in time.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(Options options);

  // Any unary RPC: the session is filled in when the request leaves it out, a change gets a
  // request_id so that it can be repeated safely, and is repeated by the retry policy.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                Request request) {
    FillIn(request);
    Backoff backoff(options_.retry);
    while (true) {
      grpc::ClientContext context;
      context.set_deadline(Deadline(request));
      Response response;
      absl::Status status = ToStatus((stub<Stub>().*method)(&context, request, &response));
      if (status.ok()) return response;
      if (!backoff.Retry(status)) return status;
    }
  }

  // Julia text, and what its last statement is worth.
  absl::StatusOr<v1::EvaluateResponse> Evaluate(const std::string& source);

  // ---- Streams ----
  // Tensors to the server go on where they broke, after a lost connection, by the retry policy.
  // Stores a dataset from tensors named "x" and, perhaps, "y".
  absl::StatusOr<v1::Dataset> PushDataset(const std::string& name,
                                          absl::Span<const NamedTensor> tensors);
  absl::StatusOr<std::vector<NamedTensor>> PullDataset(const std::string& name);
  // The parameters of a model (the session's only one when empty), all or those of the paths.
  absl::StatusOr<std::vector<NamedTensor>> GetParameters(const std::string& model,
                                                         absl::Span<const std::string> paths = {});
  absl::StatusOr<v1::SetParametersResponse> SetParameters(const std::string& model,
                                                          absl::Span<const NamedTensor> tensors);

  // The session as a Julia script for Flux; see Sessions.ExportSession.
  struct Export {
    std::string script;                 // session.jl
    std::vector<NamedTensor> arrays;    // of the file "session.npz" that it reads
    std::vector<std::string> left_out;  // names without a place in it, and why
  };
  absl::StatusOr<Export> ExportSession();

  // False asks to stop.
  using OnTrainEvent = std::function<bool(const v1::TrainEvent&)>;
  // Trains, and returns the last event, `done`. The training stops when `on_event` returns false,
  // or when this process dies. A request that asks to detach gets one event, `started`, and the job
  // goes on.
  absl::StatusOr<v1::TrainEvent> Train(v1::TrainRequest request, const OnTrainEvent& on_event);

  using OnJobEvent = std::function<bool(const v1::WatchJobResponse&)>;
  // Watches a job until it ends and returns how it ended. A stream that breaks is joined again
  // after the last event seen.
  absl::StatusOr<v1::Job> WatchJob(const std::string& job, const OnJobEvent& on_event,
                                   uint32_t after_event = 0);
  // Asks a job to stop; FAILED_PRECONDITION when it has ended. Safe to call while another thread
  // trains or watches.
  absl::StatusOr<v1::Job> CancelJob(const std::string& job);

  const Options& options() const { return options_; }
  // For calls that this class has no words for.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  explicit Client(Options options);

  template <typename Stub>
  Stub& stub() {
    return *std::get<std::unique_ptr<Stub>>(stubs_);
  }

  // Sends a first message and the tensors, again and again where it broke, until they have come.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Upload(
      std::unique_ptr<grpc::ClientWriter<Request>> (Stub::*method)(grpc::ClientContext*, Response*),
      Request first, absl::Span<const NamedTensor> tensors);

  template <typename Request>
  void FillIn(Request& request) const {
    if constexpr (requires { request.set_session(std::string()); }) {
      if (request.session().empty()) request.set_session(options_.session);
    }
    if constexpr (requires { request.set_request_id(std::string()); }) {
      if (request.request_id().empty()) request.set_request_id(NewRequestId());
    }
  }
  template <typename Request>
  std::chrono::system_clock::time_point Deadline(const Request& request) const {
    std::chrono::milliseconds timeout = options_.timeout;
    if constexpr (requires { request.has_timeout(); }) {
      // The server ends the work; a little more lets its answer arrive.
      if (request.has_timeout()) {
        timeout = std::chrono::milliseconds(request.timeout().seconds() * 1000 + 5000);
      }
    }
    return std::chrono::system_clock::now() + timeout;
  }
  static std::string NewRequestId();

  const Options options_;
  std::shared_ptr<grpc::Channel> channel_;
  std::tuple<std::unique_ptr<v1::Sessions::Stub>, std::unique_ptr<v1::Workspace::Stub>,
             std::unique_ptr<v1::Models::Stub>, std::unique_ptr<v1::Datasets::Stub>,
             std::unique_ptr<v1::Jobs::Stub>, std::unique_ptr<v1::Server::Stub>>
      stubs_;
};

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CPP_CLIENT_H_
