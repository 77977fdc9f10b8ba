// Large kernels that several threads take part in.

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <vector>

#include "engine/backend/host_buffer.h"
#include "engine/backend/registry.h"
#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "tests/testing/run_plan.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/thread_crew.h"

namespace fluxgate {
namespace {

class Lender : public SpareProcessors {
 public:
  int Borrow(int most) override {
    lent += most;
    if (when_asked) when_asked();
    return most;
  }
  void GiveBack(int count) override {}
  int lent = 0;
  std::function<void()> when_asked;
};

absl::StatusOr<Tensor> Numbers(Shape shape) {
  std::vector<float> values(shape.num_elements());
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 37) * 0.01f - 0.2f;
  return Tensor::FromVector<float>(shape, values);
}

// A product and a chain behind it that are both cut, with results that are subnormal, which plans
// of training count as zero and others do not.
TEST(BackendCrewTest, HelpersChangeNoBit) {
  ir::Builder b;
  std::vector<Tensor> inputs;
  std::vector<ir::Expr> x;
  for (const Shape& shape : {Shape({512, 96}), Shape({96, 384}), Shape({512})}) {
    ASSERT_OK_AND_ASSIGN(Tensor input, Numbers(shape));
    inputs.push_back(std::move(input));
    x.emplace_back(b, b.Input(DType::kFloat32, shape));
  }
  const ir::Expr y = ir::Tanh(ir::MatMul(x[0], x[1]) + x[2]) * 1e-20 * 1e-20;
  ASSERT_OK_AND_ASSIGN(const ir::Graph graph, b.Finish(std::vector<ir::NodeId>{y.id()}));
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<Backend> cpu, GetBackend("cpu"));
  for (const bool flush : {false, true}) {
    compile::CompileOptions options;
    options.flush_denormals = flush;
    ASSERT_OK_AND_ASSIGN(const auto alone, testing::RunPlan(*cpu, graph, inputs, options));
    Lender lender;
    testing::ThreadCrew crew(3, &lender);
    ASSERT_OK_AND_ASSIGN(const auto helped, testing::RunPlan(*cpu, graph, inputs, options, &*crew));
    EXPECT_GE(lender.lent, 2) << "both kernels are cut";
    EXPECT_EQ(std::memcmp(alone[0].raw(), helped[0].raw(), alone[0].bytes()), 0);
    EXPECT_EQ(alone[0].ElementAsDouble(0) == 0, flush);
  }
}

// Asked for help, the first large kernel is about to run its pieces.
TEST(BackendCrewTest, AFiredTokenStopsAKernelBetweenItsPieces) {
  ir::Builder b;
  const Shape shape({600, 600});
  const ir::Expr x(b, b.Input(DType::kFloat32, shape));
  ASSERT_OK_AND_ASSIGN(const ir::Graph graph,
                       b.Finish(std::vector<ir::NodeId>{ir::MatMul(x, x).id()}));
  ASSERT_OK_AND_ASSIGN(const Tensor input, Numbers(shape));
  ASSERT_OK_AND_ASSIGN(Tensor output, Tensor::Zeros(DType::kFloat32, shape));
  HostBuffer argument(input.raw(), input.bytes()), result(output.mutable_raw(), output.bytes());
  Buffer* const arguments[] = {&argument};
  Buffer* const results[] = {&result};
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<Backend> cpu, GetBackend("cpu"));
  ASSERT_OK_AND_ASSIGN(const auto executable, testing::LoadGraph(*cpu, graph));
  CancellationSource source;
  Lender lender;
  lender.when_asked = [&] { source.Cancel(); };
  testing::ThreadCrew crew(1, &lender);
  ASSERT_OK_AND_ASSIGN(const auto instance, executable->NewInstance(nullptr, &*crew));
  EXPECT_THAT(instance->Run(arguments, results, source.token()),
              testing::StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(lender.lent, 1);
  EXPECT_EQ(output.ElementAsDouble(0), 0) << "no piece ran";
}

}  // namespace
}  // namespace fluxgate
