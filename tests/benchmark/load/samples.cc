#include "tests/benchmark/load/samples.h"

#include <algorithm>
#include <cstdio>

#include "absl/types/span.h"

namespace fluxgate::benchmark {
namespace {

using Field = double Sample::*;

double Mean(absl::Span<const Sample> samples, Field field) {
  double sum = 0;
  for (const Sample& sample : samples) sum += sample.*field;
  return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

// A minute.
double Slope(absl::Span<const Sample> samples, Field field) {
  const double mean_x = Mean(samples, &Sample::seconds), mean_y = Mean(samples, field);
  double xy = 0, xx = 0;
  for (const Sample& sample : samples) {
    const double x = sample.seconds - mean_x;
    xy += x * (sample.*field - mean_y);
    xx += x * x;
  }
  return xx == 0 ? 0 : 60 * xy / xx;
}

void PrintPart(const char* name, absl::Span<const Sample> part) {
  if (part.empty()) return;
  const auto most = [](const Sample& a, const Sample& b) { return a.resident < b.resident; };
  std::printf("| %-10s | %4.0f to %4.0f s | %8.0f | %8.0f | %8.0f | %8.0f | %6.1f | %6.1f |\n",
              name, part.front().seconds, part.back().seconds, Mean(part, &Sample::resident),
              std::max_element(part.begin(), part.end(), most)->resident,
              Mean(part, &Sample::accounted),
              Mean(part, &Sample::resident) - Mean(part, &Sample::accounted),
              Mean(part, &Sample::sessions), Mean(part, &Sample::jobs));
}

}  // namespace

void PrintSamples(const std::vector<Sample>& samples, double warm_up_seconds) {
  const auto warm = std::find_if(samples.begin(), samples.end(), [&](const Sample& sample) {
    return sample.seconds >= warm_up_seconds;
  });
  const absl::Span<const Sample> all = samples;
  const auto before = static_cast<size_t>(warm - samples.begin());
  const absl::Span<const Sample> rest = all.subspan(before);
  const size_t third = rest.size() / 3;
  std::printf("\nthe server's memory (MiB, means)\n");
  std::printf("| %-10s | %-14s | %8s | %8s | %8s | %8s | %6s | %6s |\n", "", "when", "resident",
              "most", "sessions", "rest", "number", "jobs");
  std::printf("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  PrintPart("warm-up", all.first(before));
  PrintPart("first", rest.first(third));
  PrintPart("middle", rest.subspan(third, third));
  PrintPart("last", rest.subspan(2 * third));
  std::printf("growth a minute after the warm-up: resident %+.2f, sessions %+.2f\n",
              Slope(rest, &Sample::resident), Slope(rest, &Sample::accounted));
}

}  // namespace fluxgate::benchmark
