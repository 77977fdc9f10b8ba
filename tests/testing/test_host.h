#ifndef FLUXGATE_TESTS_TESTING_TEST_HOST_H_
#define FLUXGATE_TESTS_TESTING_TEST_HOST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/cancellation.h"
#include "engine/lang/host.h"

namespace fluxgate::testing {

// A host without a backend: graphs run on the reference interpreter, keys count up, text is kept.
// Training stages, differentiates and updates batch by batch.
class TestHost : public Host {
 public:
  absl::StatusOr<Tensor> EvaluateNode(const ir::Node& node,
                                      absl::Span<const Tensor> operands) override;
  absl::StatusOr<std::vector<Tensor>> Run(const ir::Graph& graph,
                                          absl::Span<const Tensor> inputs) override;
  absl::StatusOr<TrainSummary> Train(const TrainRequest& request) override;
  Tensor NextKey() override;
  void Seed(uint64_t seed) override;
  absl::Status Pause() override;
  absl::Status Print(absl::string_view text) override;
  std::vector<std::string> Devices() const override { return {"cpu"}; }

  // What was printed since the last call.
  std::string TakeOutput() { return std::exchange(output_, ""); }
  void set_token(CancellationToken token) { token_ = std::move(token); }
  int64_t pauses() const { return pauses_; }
  int64_t runs() const { return runs_; }

 private:
  struct StepPlace {
    int64_t epoch, batch, step;  // 1-based
    const TrainRequest::Epoch& epoch_data;
  };
  absl::StatusOr<double> TrainStep(const TrainRequest& request, const Value& batch,
                                   const StepPlace& place);

  std::string output_;
  CancellationToken token_;
  uint64_t seed_ = 0;
  uint64_t draws_ = 0;
  int64_t pauses_ = 0;
  int64_t runs_ = 0;
};

}  // namespace fluxgate::testing

#endif  // FLUXGATE_TESTS_TESTING_TEST_HOST_H_
