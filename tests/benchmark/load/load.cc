// A mixed load on the real server: clients that train, ask, send and fetch, and clients that err,
// read slowly, stop reading, leave or die. Every call is counted; a status that the contract does
// not allow for its kind of call makes the exit code 1, as does anything that the clients leave
// behind.
//
//   load FLUXGATE_SERVER [--seconds=20] [--visitors=12] [--seed=1]

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/load/ledger.h"
#include "tests/benchmark/load/samples.h"
#include "tests/benchmark/load/visitor.h"
#include "tests/benchmark/load/visits.h"
#include "tests/benchmark/rounds.h"

ABSL_FLAG(double, seconds, 20, "How long the load lasts; a fifth of it is the warm-up.");
ABSL_FLAG(int, visitors, 12, "Clients at a time.");
ABSL_FLAG(uint64_t, seed, 1, "What the clients' choices begin with.");
ABSL_FLAG(bool, die, false, "Internal: be the client that is killed.");

namespace fluxgate::benchmark {
namespace {

using Clock = std::chrono::steady_clock;
using Statistics = v1::GetStatisticsResponse;

// The language's constants, which are charged to the session that is the first to need them.
constexpr uint64_t kMadeOnce = 4096;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Statistics GetStatistics(Visitor& visitor) {
  return visitor.Call(&v1::Server::Stub::GetStatistics, "{}");
}

// One client after another, each coming for something else, until the load is over.
class Visitors {
 public:
  Visitors(std::string address, Ledger& ledger) : address_(std::move(address)), ledger_(ledger) {
    for (const auto& visits : {GoodVisits(), BadVisits()}) {
      for (const Visit& visit : visits) mix_.insert(mix_.end(), visit.weight, &visit);
    }
  }

  void Start(int count, uint64_t seed) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this, i, seed] {
        for (uint64_t visits = 0; !stop_; ++visits) {
          Visitor visitor(address_, absl::StrCat("visitor-", i, "-", visits), ledger_,
                          (seed << 40) + (static_cast<uint64_t>(i) << 20) + visits);
          mix_[visitor.Pick(static_cast<int>(mix_.size()))]->run(visitor);
          ++done_;
        }
      });
    }
  }
  // Waits for the visits that go on; the number of all.
  int Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    return done_;
  }

 private:
  const std::string address_;
  Ledger& ledger_;
  std::vector<const Visit*> mix_;  // Each as often as its weight.
  std::atomic<bool> stop_{false};
  std::atomic<int> done_{0};
  std::vector<std::thread> threads_;
};

// How long a trivial Evaluate and Predict take, in sessions of their own, again and again.
class Probe {
 public:
  Probe(const std::string& address, Ledger& ledger)
      : evaluating_(address, "probe-evaluate", ledger, 0),
        predicting_(address, "probe-predict", ledger, 0) {
    evaluating_.Enter();
    SetUp(predicting_, "digits");
  }

  void Run(double seconds) {
    const auto start = Clock::now();
    while (SecondsSince(start) < seconds) {
      evaluates_.push_back(1e6 * Seconds([&] { evaluating_.Evaluate("1+1"); }));
      predicts_.push_back(1e6 * Seconds([&] {
                            predicting_.Call(&v1::Models::Stub::Predict,
                                             R"({"x": {"source": "d.x[:, 1]"}})");
                          }));
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  void Print(const std::string& when) {
    PrintDistribution("Evaluate 1+1, " + when, std::exchange(evaluates_, {}));
    PrintDistribution("Predict, " + when, std::exchange(predicts_, {}));
  }
  void Leave() {
    evaluating_.Leave();
    predicting_.Leave();
  }

 private:
  Visitor evaluating_, predicting_;
  std::vector<double> evaluates_, predicts_;
};

// Nothing is left of clients that are gone: neither calls nor jobs nor memory.
void CheckAllIsFree(Visitor& visitor, uint64_t bytes_before) {
  std::string left;
  for (int i = 0; i < 100; ++i) {
    const Statistics now = GetStatistics(visitor);
    left.clear();
    for (const auto& method : now.methods()) {
      const uint32_t own = method.method() == "fluxgate.v1.Server/GetStatistics" ? 1 : 0;
      if (method.in_flight() > own) absl::StrAppend(&left, ", a call of ", method.method());
    }
    const uint32_t jobs = now.running_jobs() + now.queued_jobs();
    if (jobs > 0) absl::StrAppend(&left, ", ", jobs, " jobs");
    const auto sessions = visitor.Call(&v1::Sessions::Stub::ListSessions, "{}");
    for (const v1::Session& one : sessions.sessions()) {
      if (one.name() != "default") absl::StrAppend(&left, ", session ", one.name());
    }
    if (now.memory_used_bytes() > bytes_before + kMadeOnce) {
      absl::StrAppend(&left, ", ", now.memory_used_bytes() - bytes_before, " bytes");
    }
    if (left.empty()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  visitor.ledger().Complain("left behind" + left);
}

absl::StatusOr<bool> Main(const std::string& path, double seconds, int visitors, uint64_t seed) {
  FG_ASSIGN_OR_RETURN(auto server, ChildProcess::Start({path, "--listen=127.0.0.1:0"}));
  const std::string& address = server->words()[0];
  Ledger ledger;
  Visitor watcher(address, "default", ledger, 0);
  std::printf("server at the start: %ld MiB resident\n", static_cast<long>(server->resident_mib()));

  // A first session makes what the server has only once.
  Visitor first(address, "first", ledger, 0);
  SetUp(first, "digits");
  first.Leave();
  const uint64_t bytes_before = GetStatistics(watcher).memory_used_bytes();

  Probe probe(address, ledger);
  PrintDistributionHead("latency (us)");
  probe.Run(std::min(2.0, seconds / 5));
  probe.Print("idle");

  Visitors crowd(address, ledger);
  crowd.Start(visitors, seed);
  std::thread probing([&] { probe.Run(seconds); });
  std::vector<Sample> samples;
  const auto start = Clock::now();
  while (SecondsSince(start) < seconds) {
    const Statistics now = GetStatistics(watcher);
    samples.push_back({SecondsSince(start), static_cast<double>(server->resident_mib()),
                       static_cast<double>(now.memory_used_bytes()) / (1 << 20),
                       static_cast<double>(now.sessions()),
                       static_cast<double>(now.running_jobs())});
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(2.0, seconds / 50)));
  }
  probing.join();
  probe.Print("under load");
  const int visits = crowd.Stop();
  PrintSamples(samples, seconds / 5);
  probe.Leave();
  CheckAllIsFree(watcher, bytes_before);
  std::printf("%d visits; at rest: %ld MiB resident, %ld at most\n", visits,
              static_cast<long>(server->resident_mib()), static_cast<long>(server->peak_mib()));
  ledger.Print();
  return ledger.clean();
}

}  // namespace
}  // namespace fluxgate::benchmark

int main(int argc, char** argv) {
  using namespace fluxgate::benchmark;
  const std::vector<char*> words = absl::ParseCommandLine(argc, argv);
  if (absl::GetFlag(FLAGS_die) && words.size() == 4) return WaitToDie(words[1], words[2], words[3]);
  if (words.size() != 2) {
    std::fprintf(stderr, "usage: load FLUXGATE_SERVER [--seconds=20] [--visitors=12] [--seed=1]\n");
    return 2;
  }
  const auto clean = Main(words[1], absl::GetFlag(FLAGS_seconds), absl::GetFlag(FLAGS_visitors),
                          absl::GetFlag(FLAGS_seed));
  if (clean.ok()) return *clean ? 0 : 1;
  std::fprintf(stderr, "%s\n", std::string(clean.status().message()).c_str());
  return 1;
}
