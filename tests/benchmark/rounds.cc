#include "tests/benchmark/rounds.h"

#include <algorithm>
#include <cstdio>

#include "engine/base/status_macros.h"

namespace fluxgate::benchmark {
namespace {

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

}  // namespace

absl::Status Compare(const std::string& title, const std::string& unit, int rounds,
                     const std::vector<Contender>& contenders) {
  std::vector<std::vector<double>> costs(contenders.size());
  for (const Contender& contender : contenders) {
    FG_RETURN_IF_ERROR(contender.round().status());  // Warms up.
  }
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      FG_ASSIGN_OR_RETURN(const double cost, contenders[i].round());
      costs[i].push_back(cost);
    }
  }
  std::printf("\n%s (%s, %d rounds in turn)\n", title.c_str(), unit.c_str(), rounds);
  std::printf("| %-34s | %10s | %10s | %6s | %6s |\n", "", "least", "median", "ratio", "median");
  std::printf("| %-34s | ---------- | ---------- | ------ | ------ |\n", "---");
  const double first_least = *std::min_element(costs[0].begin(), costs[0].end());
  const double first_median = Median(costs[0]);
  for (size_t i = 0; i < contenders.size(); ++i) {
    const double least = *std::min_element(costs[i].begin(), costs[i].end());
    const double median = Median(costs[i]);
    std::printf("| %-34s | %10.4g | %10.4g | %6.2f | %6.2f |\n", contenders[i].name.c_str(), least,
                median, first_least / least, first_median / median);
  }
  std::fflush(stdout);
  return absl::OkStatus();
}

void PrintDistributionHead(const std::string& title) {
  std::printf("\n%s\n", title.c_str());
  std::printf("| %-28s | %6s | %8s | %8s | %8s | %8s |\n", "", "calls", "median", "90 %", "99 %",
              "most");
  std::printf("| --- | --- | --- | --- | --- | --- |\n");
}

void PrintDistribution(const std::string& name, std::vector<double> values) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
  };
  std::printf("| %-28s | %6zu | %8.0f | %8.0f | %8.0f | %8.0f |\n", name.c_str(), values.size(),
              at(0.5), at(0.9), at(0.99), values.back());
}

}  // namespace fluxgate::benchmark
