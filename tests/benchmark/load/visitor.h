#ifndef FLUXGATE_TESTS_BENCHMARK_LOAD_VISITOR_H_
#define FLUXGATE_TESTS_BENCHMARK_LOAD_VISITOR_H_

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "client/cpp/host_tensor.h"
#include "proto/fluxgate/v1/datasets.grpc.pb.h"
#include "proto/fluxgate/v1/jobs.grpc.pb.h"
#include "proto/fluxgate/v1/models.grpc.pb.h"
#include "proto/fluxgate/v1/server.grpc.pb.h"
#include "proto/fluxgate/v1/sessions.grpc.pb.h"
#include "proto/fluxgate/v1/workspace.grpc.pb.h"
#include "tests/benchmark/load/ledger.h"

namespace fluxgate::benchmark {

// A client with a connection and a session of its own; each of its calls goes into the ledger, with
// the codes that the contract allows it. Thread-safe but for Pick.
class Visitor {
 public:
  using Milliseconds = std::chrono::milliseconds;

  Visitor(const std::string& address, std::string session, Ledger& ledger, uint64_t seed);

  const std::string& address() const { return address_; }
  const std::string& session() const { return session_; }
  Ledger& ledger() { return ledger_; }
  // One of 0 ... n - 1, at random.
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Pick(100) < percent; }

  template <typename Stub>
  Stub& stub() {
    return *std::get<std::unique_ptr<Stub>>(stubs_);
  }

  // A request in the visitor's session, from JSON.
  template <typename Request>
  Request Make(absl::string_view json) {
    Request request;
    const auto parsed =
        google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, &request);
    if (!parsed.ok()) ledger_.Complain(std::string(json) + ": " + parsed.ToString());
    if constexpr (requires { request.set_session(session_); }) {
      if (request.session().empty()) request.set_session(session_);
    }
    return request;
  }

  // A unary call.
  template <typename Stub, typename Request, typename Response>
  Response Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                absl::string_view json, const Codes& allowed = {Code::OK},
                Milliseconds deadline = Milliseconds(1'200'000)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    return Call(method, json, allowed, context);
  }
  template <typename Stub, typename Request, typename Response>
  Response Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                absl::string_view json, const Codes& allowed, grpc::ClientContext& context) {
    Response response;
    const grpc::Status status = (stub<Stub>().*method)(&context, Make<Request>(json), &response);
    Record<Request>(status, allowed);
    return response;
  }

  // A stream from the server, until its end or until `on_message` returns false: then it is
  // cancelled.
  template <typename Stub, typename Request, typename Response>
  grpc::Status Read(std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                        grpc::ClientContext*, const Request&),
                    absl::string_view json, const Codes& allowed,
                    const std::function<bool(const Response&)>& on_message,
                    Milliseconds deadline = Milliseconds(1'200'000)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    auto reader = (stub<Stub>().*method)(&context, Make<Request>(json));
    Response response;
    bool go_on = true;
    while (reader->Read(&response)) {
      if (go_on) go_on = on_message(response);
      if (!go_on) context.TryCancel();
    }
    const grpc::Status status = reader->Finish();
    Record<Request>(status, allowed);
    return status;
  }

  // A dataset in chunks. After `chunks` of them, when the server has begun to keep them, the stream
  // is cancelled; never when negative.
  void Push(absl::string_view json, const client::HostTensor& x, const Codes& allowed,
            int chunks = -1);
  // Until the session holds so many bytes.
  void AwaitMemory(uint64_t bytes);

  // A session, which lives so long without use; Leave deletes it.
  void Enter(int seconds_to_live = 600);
  void Leave();
  void Evaluate(absl::string_view source, const Codes& allowed = {Code::OK});
  void Evaluate(absl::string_view source, const Codes& allowed, grpc::ClientContext& context);

 private:
  template <typename Request>
  void Record(const grpc::Status& status, const Codes& allowed) {
    const std::string& name = Request::descriptor()->name();
    ledger_.Record(name.substr(0, name.size() - sizeof("Request") + 1), status, allowed);
  }

  const std::string address_, session_;
  Ledger& ledger_;
  std::mt19937_64 random_;
  std::tuple<std::unique_ptr<v1::Sessions::Stub>, std::unique_ptr<v1::Workspace::Stub>,
             std::unique_ptr<v1::Models::Stub>, std::unique_ptr<v1::Datasets::Stub>,
             std::unique_ptr<v1::Jobs::Stub>, std::unique_ptr<v1::Server::Stub>>
      stubs_;
};

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_LOAD_VISITOR_H_
