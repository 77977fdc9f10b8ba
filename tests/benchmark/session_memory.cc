// What a session that trains holds, by what it is, as the server accounts for it:
//
//   session_memory FLUXGATE_SERVER [MODEL [OPTIMISER...]]
//
// MODEL is one of step_models.h's (mlp), the OPTIMISERs are Julia text (Descent() and Adam()).
// The parts are found by taking them away, one after the other.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/client.h"
#include "engine/base/status_macros.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/step_models.h"

namespace fluxgate::benchmark {
namespace {

using client::Client;
using Bytes = int64_t;

void Print(const std::string& what, Bytes bytes) {
  std::printf("| %-46s | %8.2f |\n", what.c_str(), static_cast<double>(bytes) / (1 << 20));
}

class Session {
 public:
  explicit Session(std::unique_ptr<Client> client) : client_(std::move(client)) {}

  absl::Status Evaluate(const std::string& source) { return client_->Evaluate(source).status(); }
  absl::StatusOr<Bytes> Used() {
    FG_ASSIGN_OR_RETURN(const v1::GetSessionResponse answer,
                        client_->Call(&v1::Sessions::Stub::GetSession, v1::GetSessionRequest()));
    return static_cast<Bytes>(answer.session().memory_used_bytes());
  }
  // What it holds more than at the last call of this kind.
  absl::StatusOr<Bytes> Grown() {
    FG_ASSIGN_OR_RETURN(const Bytes used, Used());
    return used - std::exchange(last_, used);
  }
  absl::Status DeleteModel() {
    v1::DeleteModelRequest request;
    request.set_model("m");
    return client_->Call(&v1::Models::Stub::DeleteModel, request).status();
  }
  // The most that was seen to be held while it trained.
  absl::StatusOr<Bytes> Train(const StepModel& model, const std::string& optimiser) {
    v1::TrainRequest request;
    request.set_model("m");
    request.set_loss("loss");
    request.set_optimiser(optimiser);
    request.set_batch_size(static_cast<uint32_t>(model.batch));
    request.set_epochs(3);
    request.set_every(4);
    Bytes most = 0;
    absl::Status asked;
    const auto last = client_->Train(request, [&](const v1::TrainEvent& event) {
      if (!event.has_progress()) return true;
      const absl::StatusOr<Bytes> used = Used();
      asked.Update(used.status());
      if (used.ok()) most = std::max(most, *used);
      return true;
    });
    FG_RETURN_IF_ERROR(last.status());
    FG_RETURN_IF_ERROR(asked);
    return most;
  }

 private:
  const std::unique_ptr<Client> client_;
  Bytes last_ = 0;
};

absl::Status Report(const std::string& address, const StepModel& model,
                    const std::string& optimiser, int number) {
  Client::Options options;
  options.server = address;
  options.session = absl::StrCat("memory-", number);
  FG_ASSIGN_OR_RETURN(std::unique_ptr<Client> client, Client::Connect(options));
  Session session(std::move(client));
  std::printf("\n| %-46s | MiB |\n| --- | --- |\n",
              absl::StrCat(model.name, ", ", optimiser).c_str());

  FG_RETURN_IF_ERROR(session.Evaluate(absl::StrCat("loss(m, x, y) = ", model.loss, "; 1")));
  FG_ASSIGN_OR_RETURN(Bytes bytes, session.Grown());
  Print("the session itself", bytes);
  std::string weights;
  for (size_t k = 0; k < model.layers.size(); ++k) {
    const StepModel::Layer& layer = model.layers[k];
    absl::StrAppend(&weights, "W", k + 1, " = randn(Float32, ", layer.out, ", ", layer.in, "); b",
                    k + 1, " = zeros(Float32, ", layer.out, ");");
  }
  FG_RETURN_IF_ERROR(session.Evaluate(absl::StrCat(weights, "m = ", model.model, "; 1")));
  FG_ASSIGN_OR_RETURN(bytes, session.Grown());
  Print("parameters", bytes);
  const int64_t examples = model.batch * model.batches;
  FG_RETURN_IF_ERROR(session.Evaluate(absl::StrCat("d = (x = rand(Float32, ", model.features, ", ",
                                                   examples, "), y = rand(Float32, ", model.targets,
                                                   ", ", examples, ")); 1")));
  FG_ASSIGN_OR_RETURN(bytes, session.Grown());
  Print("data", bytes);

  FG_ASSIGN_OR_RETURN(const Bytes training, session.Train(model, optimiser));
  FG_ASSIGN_OR_RETURN(const Bytes trained, session.Used());
  FG_ASSIGN_OR_RETURN(const Bytes kept, session.Grown());
  FG_RETURN_IF_ERROR(session.DeleteModel());  // The weights have names of their own.
  FG_ASSIGN_OR_RETURN(const Bytes freed, session.Grown());
  Print("optimiser's state", -freed);
  Print("arena of the step, kept for the next training", kept + freed);
  Print("all of it after training", trained);
  Print("more while it trains", training - trained);
  return absl::OkStatus();
}

absl::Status Main(const std::string& path, const std::string& name,
                  const std::vector<std::string>& optimisers) {
  const absl::optional<StepModel> model = MakeStepModel(name);
  if (!model.has_value()) return absl::InvalidArgumentError("no model " + name);
  FG_ASSIGN_OR_RETURN(auto server, ChildProcess::Start({path, "--listen=127.0.0.1:0"}));
  std::printf("server at the start: %ld MiB resident\n", static_cast<long>(server->resident_mib()));
  for (size_t i = 0; i < optimisers.size(); ++i) {
    FG_RETURN_IF_ERROR(Report(server->words()[0], *model, optimisers[i], static_cast<int>(i)));
    std::printf("server: %ld MiB resident, %ld at most\n",
                static_cast<long>(server->resident_mib()), static_cast<long>(server->peak_mib()));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace fluxgate::benchmark

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: session_memory FLUXGATE_SERVER [MODEL [OPTIMISER...]]\n");
    return 2;
  }
  std::vector<std::string> optimisers(argv + std::min(argc, 3), argv + argc);
  if (optimisers.empty()) optimisers = {"Descent()", "Adam()"};
  const absl::Status status =
      fluxgate::benchmark::Main(argv[1], argc > 2 ? argv[2] : "mlp", optimisers);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
