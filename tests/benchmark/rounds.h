#ifndef FLUXGATE_TESTS_BENCHMARK_ROUNDS_H_
#define FLUXGATE_TESTS_BENCHMARK_ROUNDS_H_

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fluxgate::benchmark {

// One thing measured: a round returns its cost in any unit, the same for all that are compared.
struct Contender {
  std::string name;
  std::function<absl::StatusOr<double>()> round;
};

// Lets the contenders run in turn, `rounds` times, so that a neighbour's load falls on all of them,
// and prints for each the least and the median cost, and the first one's cost over its own (least
// over least, median over median): above 1 means quicker than the first.
absl::Status Compare(const std::string& title, const std::string& unit, int rounds,
                     const std::vector<Contender>& contenders);

// A table of how values are spread: its head, and a row.
void PrintDistributionHead(const std::string& title);
void PrintDistribution(const std::string& name, std::vector<double> values);

// Seconds that `work` takes.
template <typename Work>
double Seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_ROUNDS_H_
