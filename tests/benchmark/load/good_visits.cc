#include <functional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cpp/tensor_stream.h"
#include "tests/benchmark/load/visits.h"

namespace fluxgate::benchmark {
namespace {

using Models = v1::Models::Stub;
using Datasets = v1::Datasets::Stub;
using Jobs = v1::Jobs::Stub;
using Sessions = v1::Sessions::Stub;
using Workspace = v1::Workspace::Stub;

client::HostTensor RandomTensor(Visitor& visitor, int64_t rows, int64_t columns) {
  std::vector<float> values(static_cast<size_t>(rows * columns));
  for (float& value : values) value = static_cast<float>(visitor.Pick(1 << 20));
  return client::HostTensor::Of({rows, columns}, absl::Span<const float>(values));
}

// A training whose every event is read; the last one is `done`.
void TrainToTheEnd(Visitor& visitor, const std::string& problem, int epochs) {
  SetUp(visitor, problem);
  bool done = false;
  visitor.Read(&Models::Train,
               absl::StrCat(R"j({"loss": "loss", "optimiser": "Adam()", "batchSize": 64,)j",
                            R"j("shuffle": true, "epochs": )j", epochs, "}"),
               {Code::OK}, std::function([&](const v1::TrainResponse& response) {
                 done = response.event().has_done();
                 return true;
               }));
  if (!done) visitor.ledger().Complain("a training's last event was not `done`");
  visitor.Leave();
}
void TrainLine(Visitor& visitor) { TrainToTheEnd(visitor, "line", 20'000); }
void TrainDigits(Visitor& visitor) { TrainToTheEnd(visitor, "digits", 100); }
void TrainMlp(Visitor& visitor) { TrainToTheEnd(visitor, "mlp", 4); }

// A detached training: watched, left, rejoined, perhaps cancelled.
void TrainDetached(Visitor& visitor) {
  SetUp(visitor, "digits");
  visitor.Read(&Models::Train,
               R"({"loss": "loss", "batchSize": 64, "epochs": 300, "every": 20, "detach": true})",
               {Code::OK}, std::function([](const v1::TrainResponse&) { return true; }));
  uint32_t seen = 0;
  const int events = 1 + visitor.Pick(20);
  visitor.Read(&Jobs::WatchJob, "{}", {Code::OK, Code::CANCELLED},
               std::function([&](const v1::WatchJobResponse& event) {
                 if (event.has_train()) seen = event.train().event();
                 return static_cast<int>(seen) < events;
               }));
  if (visitor.Chance(50)) {
    visitor.Call(&Jobs::CancelJob, "{}", {Code::OK, Code::FAILED_PRECONDITION});
  }
  v1::Job::State end = v1::Job::STATE_UNSPECIFIED;
  visitor.Read(&Jobs::WatchJob, absl::StrCat(R"({"afterEvent": )", seen, "}"), {Code::OK},
               std::function([&](const v1::WatchJobResponse& event) {
                 if (event.has_train() && event.train().event() <= seen) {
                   visitor.ledger().Complain("an event came twice");
                 }
                 if (event.has_job()) end = event.job().state();
                 return true;
               }));
  if (end != v1::Job::SUCCEEDED && end != v1::Job::CANCELLED) {
    visitor.ledger().Complain(absl::StrCat("a job ended as ", v1::Job::State_Name(end)));
  }
  visitor.Leave();
}

// The loop that the client drives.
void DriveTraining(Visitor& visitor) {
  SetUp(visitor, "digits");
  for (int step = 0; step < 20; ++step) {
    visitor.Call(&Models::ForwardBackward,
                 R"({"loss": "loss", "x": {"source": "d.x[:, 1:64]"},
                     "y": {"source": "d.y[:, 1:64]"}})");
    visitor.Call(&Models::OptimStep, R"j({"optimiser": "Adam()"})j");
  }
  visitor.Leave();
}

// Many small calls of all kinds.
void Ask(Visitor& visitor) {
  SetUp(visitor, "digits");
  visitor.Evaluate("f(x) = 3x^2 + 2x + 1; counter = 0");
  const auto ask = [&](auto method, const char* json) {
    return std::function([&visitor, method, json] { visitor.Call(method, json); });
  };
  const auto run = [&](const char* source) {
    return std::function([&visitor, source] { visitor.Evaluate(source); });
  };
  const std::vector<std::function<void()>> questions = {
      run("sum(abs2, rand(Float32, 100, 100))"),
      run("gradient(x -> sum(sin.(x) .^ 2), rand(50))[1]"),
      run("counter += 1; string(counter)"),
      run("Dict(k => k^2 for k in 1:200)"),
      ask(&Workspace::Gradient, R"({"source": "f", "at": "2"})"),
      ask(&Workspace::Gradient, R"j({"source": "() -> loss(m, d.x, d.y)", "parameters": ["m"]})j"),
      ask(&Models::Predict, R"({"x": {"source": "d.x[:, 1:8]"}})"),
      ask(&Models::Predict, R"({"x": {"ref": "d.x"}})"),
      ask(&Workspace::Check, R"({"function": "m", "arguments": [{"dims": [64, 5]}]})"),
      ask(&Workspace::Call, R"({"function": "f", "arguments": [{"rows": 2}]})"),
      ask(&Workspace::SetValue, R"({"name": "v", "value": {"rows": [[1, 2], [3, 4]]}})"),
      ask(&Workspace::GetValue, R"({"name": "d.x"})"),
      ask(&Workspace::ListNames, "{}"),
      ask(&Models::GetModel, "{}"),
      ask(&Sessions::GetSession, "{}"),
      ask(&Sessions::KeepAlive, "{}"),
      ask(&Sessions::ListSessions, "{}"),
      ask(&Jobs::ListJobs, "{}"),
      ask(&v1::Server::Stub::GetServerInfo, "{}"),
      ask(&v1::Server::Stub::Help, R"({"name": "gradient"})"),
  };
  for (int i = 0; i < 60; ++i) questions[visitor.Pick(static_cast<int>(questions.size()))]();
  visitor.Leave();
}

// Tensors up and down, the same bytes.
void SendAndFetch(Visitor& visitor) {
  visitor.Enter();
  for (int round = 0; round < 3; ++round) {
    const client::HostTensor sent = RandomTensor(visitor, 256, 64 << visitor.Pick(8));
    visitor.Push(R"({"name": "d", "tensors": 1})", sent, {Code::OK});
    client::ChunkAssembler assembler;
    absl::Status assembled;
    visitor.Read(&Datasets::PullDataset, "{}", {Code::OK},
                 std::function([&](const v1::PullDatasetResponse& response) {
                   assembled.Update(assembler.Add(response.chunk()));
                   return true;
                 }));
    const auto fetched = assembler.Finish();
    if (!assembled.ok() || !fetched.ok() || fetched->size() != 1 ||
        fetched->front().tensor.bytes != sent.bytes) {
      visitor.ledger().Complain("a dataset came back otherwise than it was sent");
    }
  }
  visitor.Evaluate("m = Dense(1024 => 512);");
  visitor.Read(&Models::GetParameters, "{}", {Code::OK},
               std::function([](const v1::GetParametersResponse&) { return true; }));
  visitor.Leave();
}

// The same request several times at once takes effect once.
void Repeat(Visitor& visitor) {
  visitor.Enter();
  visitor.Evaluate("n = 0");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      visitor.Call(&Workspace::Evaluate, R"({"source": "n += 1", "requestId": "once"})");
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto answer = visitor.Call(&Workspace::GetValue, R"({"name": "n"})");
  if (answer.value().tensor().rows().number_value() != 1) {
    visitor.ledger().Complain("a repeated request took effect more than once");
  }
  visitor.Leave();
}

constexpr Visit kVisits[] = {{2, TrainLine},     {3, TrainDigits},   {2, TrainMlp},
                             {3, TrainDetached}, {2, DriveTraining}, {6, Ask},
                             {4, SendAndFetch},  {2, Repeat}};

}  // namespace

absl::Span<const Visit> GoodVisits() { return kVisits; }

void SetUp(Visitor& visitor, const std::string& problem) {
  visitor.Enter();
  if (problem == "line") {
    visitor.Evaluate(
        "m = Dense(1 => 1); x = rand(Float32, 1, 64); d = (x = x, y = 4 .* x .+ 2);"
        "loss(m, x, y) = Flux.mse(m(x), y);");
    return;
  }
  const bool digits = problem == "digits";
  visitor.Evaluate(absl::StrCat("m = ",
                                digits ? "Chain(Dense(64 => 32, relu), Dense(32 => 10))"
                                       : "Chain(Dense(784 => 512, relu), Dense(512 => 10))",
                                "; d = (x = rand(Float32, ", digits ? 64 : 784,
                                ", 1024), y = Flux.onehotbatch(rand(0:9, 1024), 0:9));"
                                "loss(m, x, y) = Flux.logitcrossentropy(m(x), y);"));
}

}  // namespace fluxgate::benchmark
