// Unary calls beside a bare echo of the same bytes, each server in a process of its own:
//
//   calls FLUXGATE_SERVER BARE_SERVER [ROUNDS [NAME]]
//
// NAME picks the calls whose title contains it.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "proto/fluxgate/v1/models.grpc.pb.h"
#include "proto/fluxgate/v1/sessions.grpc.pb.h"
#include "proto/fluxgate/v1/workspace.grpc.pb.h"
#include "tests/benchmark/bare.grpc.pb.h"
#include "tests/benchmark/call_loop.h"
#include "tests/benchmark/channel.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/rounds.h"

namespace fluxgate::benchmark {
namespace {

class Calls {
 public:
  Calls(const std::string& server, const std::string& bare, int rounds, std::string only)
      : rounds_(rounds),
        only_(std::move(only)),
        bare_(Bare::NewStub(Connect(bare))),
        sessions_(v1::Sessions::NewStub(Connect(server))),
        workspace_(v1::Workspace::NewStub(Connect(server))),
        models_(v1::Models::NewStub(Connect(server))) {}

  absl::Status Run() {
    v1::KeepAliveRequest keep_alive;
    FG_RETURN_IF_ERROR((Compare<v1::KeepAliveRequest, v1::KeepAliveResponse>(
        "KeepAlive", sessions_->async(), &v1::Sessions::Stub::async::KeepAlive, keep_alive)));

    v1::EvaluateRequest evaluate;
    evaluate.set_source("1+1");
    FG_RETURN_IF_ERROR((Compare<v1::EvaluateRequest, v1::EvaluateResponse>(
        "Evaluate 1+1", workspace_->async(), &v1::Workspace::Stub::async::Evaluate, evaluate)));

    v1::GradientRequest gradient;
    gradient.set_source("x -> 3x^2+2x+1");
    gradient.set_at("2");
    FG_RETURN_IF_ERROR((Compare<v1::GradientRequest, v1::GradientResponse>(
        "Gradient of 3x^2+2x+1", workspace_->async(), &v1::Workspace::Stub::async::Gradient,
        gradient)));

    v1::DefineModelRequest define;
    define.set_name("digits");
    define.set_source("Chain(Dense(64 => 32, relu), Dense(32 => 10))");
    v1::DefineModelResponse defined;
    grpc::ClientContext context;
    FG_RETURN_IF_ERROR(ToStatus(models_->DefineModel(&context, define, &defined)));
    v1::PredictRequest predict;
    predict.set_model("digits");
    predict.mutable_x()->add_dims(64);
    for (int i = 0; i < 64; ++i) predict.mutable_x()->add_f32(static_cast<float>(i) / 64);
    return Compare<v1::PredictRequest, v1::PredictResponse>(
        "Predict of one digit", models_->async(), &v1::Models::Stub::async::Predict, predict);
  }

 private:
  template <typename Request, typename Response, typename AsyncStub>
  absl::Status Compare(const std::string& name, AsyncStub* stub,
                       typename CallLoop<AsyncStub, Request, Response>::Method method,
                       const Request& request) {
    if (!absl::StrContains(name, only_)) return absl::OkStatus();
    for (const int in_flight : {1, 64}) {
      const int calls = in_flight == 1 ? 2000 : 10000;
      Payload payload;
      payload.set_data(request.SerializeAsString());
      FG_RETURN_IF_ERROR(benchmark::Compare(
          absl::StrCat(name, ", ", in_flight, " in flight"), "us a call", rounds_,
          {{"bare echo",
            [&] {
              return CallLoop<class Bare::Stub::async, Payload, Payload>(
                         bare_->async(), &Bare::Stub::async::Echo, payload)
                  .Run(calls, in_flight);
            }},
           {name, [&] {
              return CallLoop<AsyncStub, Request, Response>(stub, method, request)
                  .Run(calls, in_flight);
            }}}));
    }
    return absl::OkStatus();
  }

  const int rounds_;
  const std::string only_;
  const std::unique_ptr<Bare::Stub> bare_;
  const std::unique_ptr<v1::Sessions::Stub> sessions_;
  const std::unique_ptr<v1::Workspace::Stub> workspace_;
  const std::unique_ptr<v1::Models::Stub> models_;
};

absl::Status Main(const std::string& server_path, const std::string& bare_path, int rounds,
                  const std::string& only) {
  FG_ASSIGN_OR_RETURN(auto server, ChildProcess::Start({server_path, "--listen=127.0.0.1:0"}));
  FG_ASSIGN_OR_RETURN(auto bare, ChildProcess::Start({bare_path}));
  return Calls(server->words()[0], bare->words()[0], rounds, only).Run();
}

}  // namespace
}  // namespace fluxgate::benchmark

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: calls FLUXGATE_SERVER BARE_SERVER [ROUNDS [NAME]]\n");
    return 2;
  }
  const absl::Status status = fluxgate::benchmark::Main(
      argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 7, argc > 4 ? argv[4] : "");
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
