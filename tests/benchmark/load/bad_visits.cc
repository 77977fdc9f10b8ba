#include <cstdio>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/load/visits.h"

namespace fluxgate::benchmark {
namespace {

using Models = v1::Models::Stub;
using Datasets = v1::Datasets::Stub;
using Jobs = v1::Jobs::Stub;
using Sessions = v1::Sessions::Stub;
using Workspace = v1::Workspace::Stub;
using Milliseconds = Visitor::Milliseconds;

constexpr char kEndless[] =
    R"({"loss": "loss", "data": "d", "batchSize": 64, "epochs": 200000000, "every": 10})";
constexpr char kManyNumbers[] = "d = (x = ones(Float32, 1000, 4000),);";  // 16 MB

void Rest(int milliseconds) { std::this_thread::sleep_for(Milliseconds(milliseconds)); }

// The session's newest job ends within a time that is long for a step. There is none when its call
// ended before it began.
void AwaitCancelledJob(Visitor& visitor, const Codes& allowed = {Code::OK}) {
  for (int i = 0; i < 2000; ++i) {
    const v1::Job job = visitor.Call(&Jobs::GetJob, "{}", allowed).job();
    if (job.state() == v1::Job::CANCELLED || job.id().empty()) return;
    Rest(5);
  }
  visitor.ledger().Complain("a training went on without its client");
}

// ---- Who errs ----

void Err(Visitor& visitor) {
  SetUp(visitor, "digits");
  visitor.Evaluate("x = [1, 2", {Code::INVALID_ARGUMENT});
  visitor.Evaluate("undefined_name + 1", {Code::INVALID_ARGUMENT});
  visitor.Evaluate("m(rand(Float32, 63, 2))", {Code::INVALID_ARGUMENT});
  visitor.Evaluate("zeros(10^6, 10^6)", {Code::RESOURCE_EXHAUSTED});
  visitor.Evaluate("g(n) = g(n + 1); g(1)", {Code::INVALID_ARGUMENT, Code::RESOURCE_EXHAUSTED});
  visitor.Call(&Models::Predict, R"({"model": "no", "x": {"rows": 1}})", {Code::NOT_FOUND});
  visitor.Call(&Models::Predict, R"({"x": {"rows": [1, 2]}})", {Code::INVALID_ARGUMENT});
  visitor.Call(&Workspace::Gradient, R"j({"source": "x -> string(x)", "at": "1"})j",
               {Code::INVALID_ARGUMENT});
  visitor.Call(&Workspace::GetValue, R"({"name": "nothing_here"})", {Code::NOT_FOUND});
  visitor.Call(&Models::OptimStep, "{}", {Code::FAILED_PRECONDITION});
  visitor.Call(&Jobs::CancelJob, R"({"job": "job-0"})", {Code::NOT_FOUND});
  visitor.Call(&Sessions::GetSession, R"({"session": "nobody"})", {Code::NOT_FOUND});
  visitor.Call(&Sessions::CreateSession, R"({"name": "a b"})", {Code::INVALID_ARGUMENT});
  visitor.Read(&Models::Train, R"({"loss": "no_such_loss", "epochs": 2})",
               {Code::INVALID_ARGUMENT, Code::NOT_FOUND},
               std::function([](const v1::TrainResponse&) { return true; }));
  // 16 of 20 bytes.
  const client::HostTensor part{v1::Tensor::FLOAT32, {5}, std::string(16, '\1')};
  visitor.Push(R"({"name": "e", "tensors": 1})", part, {Code::INVALID_ARGUMENT});
  visitor.Leave();
}

// Text that would take all memory.
void Hoard(Visitor& visitor) {
  visitor.Call(&Sessions::CreateSession,
               absl::StrCat(R"({"name": ")", visitor.session(),
                            R"(", "timeToLive": "600s", "memoryLimitBytes": "40000000"})"));
  visitor.Evaluate("v = []; while true push!(v, rand(1000)) end", {Code::RESOURCE_EXHAUSTED});
  visitor.Evaluate("v = nothing; 1 + 1");
  visitor.Leave();
}

// ---- Who is slow or leaves ----

void ReadSlowly(Visitor& visitor) {
  visitor.Enter();
  visitor.Evaluate(kManyNumbers);
  visitor.Read(&Datasets::PullDataset, "{}", {Code::OK},
               std::function([](const v1::PullDatasetResponse&) {
                 Rest(50);
                 return true;
               }));
  visitor.Leave();
}

void StopReading(Visitor& visitor) {
  visitor.Enter();
  visitor.Evaluate(kManyNumbers);
  visitor.Read(&Datasets::PullDataset, "{}", {Code::CANCELLED},
               std::function([](const v1::PullDatasetResponse&) {
                 Rest(700);
                 return false;
               }));
  visitor.Leave();
}

void LeaveTraining(Visitor& visitor) {
  SetUp(visitor, visitor.Chance(30) ? "mlp" : "digits");
  int events = 1 + visitor.Pick(20);
  visitor.Read(&Models::Train, kEndless, {Code::CANCELLED},
               std::function([&](const v1::TrainResponse&) { return --events > 0; }));
  AwaitCancelledJob(visitor);
  visitor.Leave();
}

void LeaveUpload(Visitor& visitor) {
  visitor.Enter();
  const client::HostTensor x = client::HostTensor::Of(
      {256, 8192}, absl::Span<const float>(std::vector<float>(256 * 8192, 1.0f)));
  visitor.Push(R"({"name": "d", "tensors": 1, "requestId": "u"})", x, {Code::CANCELLED},
               1 + visitor.Pick(7));
  visitor.Call(&Sessions::GetUpload, R"({"upload": "u"})", {Code::OK, Code::NOT_FOUND});
  visitor.Leave();
}

void CancelCalls(Visitor& visitor) {
  visitor.Enter();
  for (int round = 0; round < 3; ++round) {
    std::vector<grpc::ClientContext> contexts(3);
    std::vector<std::thread> threads;
    for (grpc::ClientContext& context : contexts) {
      threads.emplace_back([&] { visitor.Evaluate("while true end", {Code::CANCELLED}, context); });
    }
    Rest(visitor.Pick(50));
    for (grpc::ClientContext& context : contexts) context.TryCancel();
    for (std::thread& thread : threads) thread.join();
  }
  visitor.Evaluate("1 + 1");
  visitor.Leave();
}

void ComeLate(Visitor& visitor) {
  SetUp(visitor, "digits");
  const Milliseconds deadline(20 + visitor.Pick(200));
  visitor.Call(&Workspace::Evaluate, R"({"source": "while true end"})", {Code::DEADLINE_EXCEEDED},
               deadline);
  visitor.Call(&Workspace::Evaluate, R"({"source": "while true end", "timeout": "0.1s"})",
               {Code::DEADLINE_EXCEEDED});
  visitor.Read(&Models::Train, kEndless, {Code::DEADLINE_EXCEEDED},
               std::function([](const v1::TrainResponse&) { return true; }), deadline);
  AwaitCancelledJob(visitor, {Code::OK, Code::NOT_FOUND});
  visitor.Read(&Models::Train, R"({"loss": "loss", "epochs": 200000000, "timeout": "0.2s"})",
               {Code::DEADLINE_EXCEEDED},
               std::function([](const v1::TrainResponse&) { return true; }));
  visitor.Evaluate("1 + 1");
  visitor.Leave();
}

// ---- Whose session goes ----

void DeleteWhileBusy(Visitor& visitor) {
  SetUp(visitor, "digits");
  std::promise<void> begun;
  std::thread training([&] {
    bool first = true;
    visitor.Read(&Models::Train, kEndless, {Code::CANCELLED, Code::NOT_FOUND},
                 std::function([&](const v1::TrainResponse&) {
                   if (std::exchange(first, false)) begun.set_value();
                   return true;
                 }));
    if (first) begun.set_value();
  });
  begun.get_future().wait();
  // When it comes after the deletion, it makes the session anew.
  std::thread evaluating([&] {
    visitor.Call(&Workspace::Evaluate, R"({"source": "while true end", "timeout": "1s"})",
                 {Code::CANCELLED, Code::NOT_FOUND, Code::DEADLINE_EXCEEDED});
  });
  Rest(visitor.Pick(100));
  visitor.Leave();
  training.join();
  evaluating.join();
  visitor.Call(&Sessions::DeleteSession, "{}", {Code::OK, Code::NOT_FOUND});
}

void Forget(Visitor& visitor) {
  visitor.Enter(1);
  visitor.Evaluate("x = rand(Float32, 1000, 1000);");
  Rest(2500);
  visitor.Call(&Sessions::GetSession, "{}", {Code::NOT_FOUND});
}

// The client's process is killed in the midst of a stream.
void Die(Visitor& visitor) {
  SetUp(visitor, "digits");
  visitor.Evaluate("big = (x = ones(Float32, 1000, 4000),);");
  constexpr const char* kKinds[] = {"train", "push", "pull"};
  const std::string kind = kKinds[visitor.Pick(3)];
  {
    const auto child = ChildProcess::Start(
        {"/proc/self/exe", "--die", visitor.address(), visitor.session(), kind});
    if (!child.ok()) return visitor.ledger().Complain(std::string(child.status().message()));
    Rest(visitor.Pick(200));
  }
  if (kind == "train") AwaitCancelledJob(visitor);
  visitor.Leave();
}

constexpr Visit kVisits[] = {
    {3, Err},         {1, Hoard},       {2, ReadSlowly}, {2, StopReading},     {3, LeaveTraining},
    {2, LeaveUpload}, {2, CancelCalls}, {2, ComeLate},   {2, DeleteWhileBusy}, {2, Forget},
    {3, Die}};

}  // namespace

absl::Span<const Visit> BadVisits() { return kVisits; }

int WaitToDie(const std::string& address, const std::string& session, const std::string& kind) {
  Ledger ledger;
  Visitor visitor(address, session, ledger, 0);
  const auto say = [](auto&&...) {
    std::printf("listening on a stream\n");
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::minutes(1));
    return false;
  };
  if (kind == "train") {
    visitor.Read(&Models::Train, kEndless, {}, std::function<bool(const v1::TrainResponse&)>(say));
  } else if (kind == "pull") {
    visitor.Read(&Datasets::PullDataset, R"({"name": "big"})", {},
                 std::function<bool(const v1::PullDatasetResponse&)>(say));
  } else {
    grpc::ClientContext context;
    v1::PushDatasetResponse response;
    auto writer = visitor.stub<v1::Datasets::Stub>().PushDataset(&context, &response);
    auto message = visitor.Make<v1::PushDatasetRequest>(
        R"({"name": "late", "chunk": {"path": "x", "tensor": {"dtype": "FLOAT32", "dims": [8000000]}}})");
    message.mutable_chunk()->set_data(std::string(1 << 20, '\1'));
    const uint64_t held = visitor.Call(&Sessions::GetSession, "{}").session().memory_used_bytes();
    writer->Write(message);
    visitor.AwaitMemory(held + 8'000'000 * sizeof(float));
    say();
  }
  return 1;
}

}  // namespace fluxgate::benchmark
