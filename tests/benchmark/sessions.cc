// Sessions beside each other, through the real server:
//
//   sessions FLUXGATE_SERVER [ROUNDS]
//
// 1. Steps that two sessions train in a second, each with a stream of its own, over those of one.
// 2. The client-driven loop (ForwardBackward + OptimStep, eight calls in flight, ordered by seq)
// over
//    the same steps in Train.
// 3. How long Predict and Evaluate("1+1") of other sessions take while 64 sessions train, and idle.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/client.h"
#include "engine/base/status_macros.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/rounds.h"

namespace fluxgate::benchmark {
namespace {

using client::Client;
using Clock = std::chrono::steady_clock;

constexpr char kModel[] = "Chain(Dense(64 => 32, relu), Dense(32 => 10))";
constexpr int64_t kBatch = 64, kExamples = 28 * kBatch;

// A client whose session has the digits model and random data of the digits' shape.
absl::StatusOr<std::unique_ptr<Client>> Session(const std::string& server,
                                                const std::string& name) {
  Client::Options options;
  options.server = server;
  options.session = name;
  FG_ASSIGN_OR_RETURN(std::unique_ptr<Client> client, Client::Connect(options));
  FG_RETURN_IF_ERROR(
      client
          ->Evaluate(absl::StrCat("m = ", kModel, "; x = rand(Float32, 64, ", kExamples,
                                  "); y = Flux.onehotbatch(rand(0:9, ", kExamples,
                                  "), 0:9); data = (x = x, y = y);"
                                  "loss(m, x, y) = Flux.logitcrossentropy(m(x), y);"))
          .status());
  return client;
}

v1::TrainRequest TrainFor(uint32_t epochs) {
  v1::TrainRequest request;
  request.set_model("m");
  request.set_loss("loss");
  request.set_optimiser("Adam()");
  request.mutable_x()->set_ref("data.x");
  request.mutable_y()->set_ref("data.y");
  request.set_batch_size(kBatch);
  request.set_epochs(epochs);
  return request;
}

// Milliseconds until all the sessions have trained so many epochs, at once.
absl::StatusOr<double> TrainTogether(const std::vector<Client*>& clients, uint32_t epochs) {
  std::vector<absl::Status> ends(clients.size());
  const double seconds = Seconds([&] {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < clients.size(); ++i) {
      threads.emplace_back([&, i] {
        ends[i] = clients[i]
                      ->Train(TrainFor(epochs), [](const v1::TrainEvent&) { return true; })
                      .status();
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  for (const absl::Status& end : ends) FG_RETURN_IF_ERROR(end);
  return seconds * 1e3;
}

absl::Status TwoSessions(const std::string& server, int rounds) {
  FG_ASSIGN_OR_RETURN(auto first, Session(server, "first"));
  FG_ASSIGN_OR_RETURN(auto second, Session(server, "second"));
  constexpr uint32_t kEpochs = 500;
  // The cost of a session's epochs: with perfect sharing two sessions take the time of one.
  return Compare("500 epochs of digits for each session", "ms a session", rounds,
                 {{"one session", [&] { return TrainTogether({first.get()}, kEpochs); }},
                  {"two sessions at once", [&]() -> absl::StatusOr<double> {
                     FG_ASSIGN_OR_RETURN(const double both,
                                         TrainTogether({first.get(), second.get()}, kEpochs));
                     return both / 2;
                   }}});
}

// ForwardBackward and OptimStep, sent without waiting for answers.
absl::StatusOr<double> ClientLoop(const std::string& server, const std::string& session, int steps,
                                  uint32_t* seq) {
  auto models =
      v1::Models::NewStub(grpc::CreateChannel(server, grpc::InsecureChannelCredentials()));
  struct Step {
    grpc::ClientContext forward_context, step_context;
    v1::ForwardBackwardRequest forward;
    v1::ForwardBackwardResponse forwarded;
    v1::OptimStepRequest update;
    v1::OptimStepResponse updated;
  };
  std::vector<std::unique_ptr<Step>> all;
  std::atomic<int> left{2 * steps};
  std::atomic<bool> failed{false};
  std::string error;
  std::counting_semaphore<8> window(8);
  const auto answered = [&](const grpc::Status& status) {
    window.release();
    if (!status.ok() && !failed.exchange(true)) error = status.error_message();
    if (--left == 0) left.notify_one();
  };
  const auto start = Clock::now();
  for (int i = 0; i < steps; ++i) {
    auto step = std::make_unique<Step>();
    const int64_t from = (i % 28) * kBatch + 1;
    const std::string columns = absl::StrCat("[:, ", from, ":", from + kBatch - 1, "]");
    step->forward.set_session(session);
    step->forward.set_model("m");
    step->forward.set_loss("loss");
    step->forward.mutable_x()->set_source("x" + columns);
    step->forward.mutable_y()->set_source("y" + columns);
    step->forward.set_seq(++*seq);
    step->update.set_session(session);
    step->update.set_model("m");
    step->update.set_optimiser("Adam()");
    step->update.set_seq(++*seq);
    window.acquire();
    models->async()->ForwardBackward(&step->forward_context, &step->forward, &step->forwarded,
                                     answered);
    window.acquire();
    models->async()->OptimStep(&step->step_context, &step->update, &step->updated, answered);
    all.push_back(std::move(step));
  }
  for (int now = left; now > 0; now = left) left.wait(now);
  if (failed) return absl::UnknownError(error);
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count() / steps;
}

absl::Status ClientDriven(const std::string& server, int rounds) {
  FG_ASSIGN_OR_RETURN(auto client, Session(server, "loop"));
  constexpr int kSteps = 560;
  uint32_t seq = 0;
  return Compare(
      "a step of digits", "us", rounds,
      {{"Train",
        [&]() -> absl::StatusOr<double> {
          FG_ASSIGN_OR_RETURN(const double ms, TrainTogether({client.get()}, kSteps / 28));
          return ms * 1e3 / kSteps;
        }},
       {"ForwardBackward + OptimStep", [&] { return ClientLoop(server, "loop", kSteps, &seq); }}});
}

// ---- Load ----

// Closed loops of both calls for a while, on sessions that do not train.
absl::Status Probe(const std::string& server, const std::string& when, double seconds) {
  FG_ASSIGN_OR_RETURN(auto client, Session(server, "probe"));
  v1::PredictRequest predict;
  predict.set_model("m");
  predict.mutable_x()->set_source("x[:, 1]");
  std::vector<double> predicts, evaluates;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    absl::Status status;
    predicts.push_back(1e6 * Seconds([&] {
                         status = client->Call(&v1::Models::Stub::Predict, predict).status();
                       }));
    FG_RETURN_IF_ERROR(status);
    evaluates.push_back(1e6 * Seconds([&] { status = client->Evaluate("1+1").status(); }));
    FG_RETURN_IF_ERROR(status);
  }
  PrintDistribution(absl::StrCat("Predict, ", when), predicts);
  PrintDistribution(absl::StrCat("Evaluate 1+1, ", when), evaluates);
  return absl::OkStatus();
}

absl::Status Load(const std::string& server, double seconds) {
  PrintDistributionHead("latency beside 64 sessions that train (us)");
  FG_RETURN_IF_ERROR(Probe(server, "idle", seconds));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 64; ++i) {
    FG_ASSIGN_OR_RETURN(auto client, Session(server, absl::StrCat("load", i)));
    clients.push_back(std::move(client));
  }
  std::atomic<bool> stop{false};
  std::atomic<int> started{0};
  std::vector<std::thread> threads;
  for (const auto& client : clients) {
    threads.emplace_back([&, c = client.get()] {
      bool counted = false;
      v1::TrainRequest request = TrainFor(1'000'000);
      request.set_every(100);
      const auto end = c->Train(request, [&](const v1::TrainEvent&) {
        if (!counted) ++started;
        counted = true;
        return !stop;
      });
      if (!end.ok() && !stop) std::fprintf(stderr, "train: %s\n", end.status().ToString().c_str());
    });
  }
  while (started < 60) std::this_thread::yield();
  const absl::Status status = Probe(server, "64 sessions training", seconds);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  return status;
}

absl::Status Main(const std::string& path, int rounds) {
  FG_ASSIGN_OR_RETURN(auto server, ChildProcess::Start({path, "--listen=127.0.0.1:0"}));
  const std::string address = server->words()[0];
  FG_RETURN_IF_ERROR(TwoSessions(address, rounds));
  FG_RETURN_IF_ERROR(ClientDriven(address, rounds));
  FG_RETURN_IF_ERROR(Load(address, rounds));
  std::printf("server: %ld MiB resident at the end, %ld at most\n",
              static_cast<long>(server->resident_mib()), static_cast<long>(server->peak_mib()));
  return absl::OkStatus();
}

}  // namespace
}  // namespace fluxgate::benchmark

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: sessions FLUXGATE_SERVER [ROUNDS]\n");
    return 2;
  }
  const absl::Status status = fluxgate::benchmark::Main(argv[1], argc > 2 ? std::atoi(argv[2]) : 7);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
