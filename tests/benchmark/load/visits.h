#ifndef FLUXGATE_TESTS_BENCHMARK_LOAD_VISITS_H_
#define FLUXGATE_TESTS_BENCHMARK_LOAD_VISITS_H_

#include <string>

#include "absl/types/span.h"
#include "tests/benchmark/load/visitor.h"

namespace fluxgate::benchmark {

// One thing that a client comes for, in a session of its own, in at most a few seconds.
struct Visit {
  int weight;  // how often, beside the others
  void (*run)(Visitor&);
};

// Clients that behave: train, ask, send and fetch tensors.
absl::Span<const Visit> GoodVisits();
// Clients that err, are slow, leave, or die.
absl::Span<const Visit> BadVisits();

// What the process that BadVisits kill does: opens a stream of the kind, says so and waits.
//   KIND: train, push, pull
int WaitToDie(const std::string& address, const std::string& session, const std::string& kind);

// A session with a model `m`, a loss `loss` and a dataset `d`, of the problem's shape:
// "line", "digits" or "mlp".
void SetUp(Visitor& visitor, const std::string& problem);

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_LOAD_VISITS_H_
