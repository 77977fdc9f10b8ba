#ifndef FLUXGATE_TESTS_BENCHMARK_LOAD_SAMPLES_H_
#define FLUXGATE_TESTS_BENCHMARK_LOAD_SAMPLES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace fluxgate::benchmark {

// The server at a moment.
struct Sample {
  double seconds = 0;    // since the load began
  double resident = 0;   // MiB
  double accounted = 0;  // MiB that the sessions hold by the server's own count
  double sessions = 0, jobs = 0;
};

// The means of the warm-up and of each third of what follows, and the growth a minute after the
// warm-up (least squares).
void PrintSamples(const std::vector<Sample>& samples, double warm_up_seconds);

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_LOAD_SAMPLES_H_
