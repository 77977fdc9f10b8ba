#ifndef FLUXGATE_TESTS_ENGINE_RUNTIME_TRAINING_FIXTURE_H_
#define FLUXGATE_TESTS_ENGINE_RUNTIME_TRAINING_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/host.h"
#include "engine/value/array.h"

namespace fluxgate {

// A host and the tutorial's straight line: loss(m, x, y) = mean(abs2.(W * x .+ b .- y)), staged as
// the language would stage it.
class TrainingFixture : public ::testing::Test {
 protected:
  TrainingFixture();

  // Weight 0.9066542, bias 0, a fresh optimiser, and the data 0:5 as one batch.
  absl::StatusOr<TrainRequest> StraightLine(const std::string& rule, float eta);
  // (x, 4x + 2) as Int64 and as Float32.
  static Value Batch(const std::vector<int64_t>& x);
  static Value FloatBatch(const std::vector<float>& x);
  // The request's epochs give these batches.
  static void Serve(TrainRequest& request, std::vector<Value> batches);
  static void ServeFast(TrainRequest& request, std::vector<Value> batches);

  float Weight() const { return weight_->Read()->data<float>()[0]; }
  float Bias() const { return bias_->Read()->data<float>()[0]; }

  std::shared_ptr<compile::PlanCache> cache_;
  std::unique_ptr<RuntimeHost> host_;
  std::shared_ptr<Array> weight_, bias_;
  Value rule_;
  int staged_ = 0;
  // What the text does besides: a branch on the first x, an effect, noise on the loss.
  bool branch_ = false, effects_ = false, noise_ = false;

 private:
  absl::StatusOr<StagedLoss> Stage(const Value& batch);
};

}  // namespace fluxgate

#endif  // FLUXGATE_TESTS_ENGINE_RUNTIME_TRAINING_FIXTURE_H_
