// Large kernels that several threads take part in.

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

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
    return most;
  }
  void GiveBack(int count) override {}
  int lent = 0;
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

}  // namespace
}  // namespace fluxgate
