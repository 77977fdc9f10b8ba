#ifndef FLUXGATE_TESTS_BENCHMARK_STEP_MODELS_H_
#define FLUXGATE_TESTS_BENCHMARK_STEP_MODELS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/optional.h"

namespace fluxgate::benchmark {

// The numbers that every engine of the comparison starts from: one linear congruential stream, 24
// bits a draw.
class Stream {
 public:
  explicit Stream(uint64_t seed) : state_(seed) {}
  float Uniform() {  // [-1, 1), exact in Float32
    return static_cast<float>((2.0 * static_cast<double>(Next()) - 16777216.0) / 16777216.0);
  }
  int Label(int classes) {
    return static_cast<int>((static_cast<uint64_t>(Next()) * static_cast<uint64_t>(classes)) >> 24);
  }

 private:
  uint32_t Next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<uint32_t>(state_ >> 40);
  }
  uint64_t state_;
};

// A training problem: column-major arrays, and Julia text for the rest. The text sees the weights
// as W1, b1, W2, b2, ...; a batch is (x, y).
struct StepModel {
  struct Layer {
    int64_t in = 0, out = 0;
    std::vector<float> weight;  // out × in
  };
  std::string name;
  int64_t batch = 0, batches = 0;
  std::vector<Layer> layers;
  std::string model;  // "Chain(Dense(W1, b1, relu), Dense(W2, b2))"
  std::string loss;   // of (m, x, y)
  int64_t features = 0, targets = 0;
  std::vector<float> x, y;  // features × examples, targets × examples
};

// Absent for a name that is not one of line, mlp_tiny, digits, mlp_b32, mlp, mlp_big, hessian.
absl::optional<StepModel> MakeStepModel(const std::string& name);

// The optimiser's Julia text; "" for an unknown one.
std::string OptimiserText(const std::string& model, const std::string& name);

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_STEP_MODELS_H_
