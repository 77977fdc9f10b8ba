#include "engine/runtime/host.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/backend/registry.h"
#include "engine/ir/builder.h"
#include "tests/testing/random_graph.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using ::testing::HasSubstr;

class HostTest : public ::testing::Test {
 protected:
  HostTest() : cache_(std::make_shared<compile::PlanCache>(int64_t{16} << 20)) {
    RuntimeHost::Options options;
    options.backend = *GetBackend("cpu");
    options.plan_cache = cache_;
    options.seed = 42;
    host_ = std::make_unique<RuntimeHost>(std::move(options));
  }
  std::shared_ptr<compile::PlanCache> cache_;
  std::unique_ptr<RuntimeHost> host_;
};

TEST_F(HostTest, TheSecondUseIsCompiledAndGivesTheSameBits) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    const testing::RandomGraph random = testing::MakeRandomGraph(seed);
    const auto misses = cache_->statistics().misses;
    ASSERT_OK_AND_ASSIGN(const auto first, host_->Run(random.graph, random.inputs));
    EXPECT_EQ(cache_->statistics().misses, misses);
    ASSERT_OK_AND_ASSIGN(const auto second, host_->Run(random.graph, random.inputs));
    ASSERT_OK_AND_ASSIGN(const auto third, host_->Run(random.graph, random.inputs));
    EXPECT_EQ(cache_->statistics().misses, misses + 1);
    for (size_t o = 0; o < first.size(); ++o) {
      EXPECT_TRUE(BitIdentical(first[o], second[o])) << "seed " << seed;
      EXPECT_TRUE(BitIdentical(first[o], third[o])) << "seed " << seed;
    }
  }
}

TEST_F(HostTest, AnotherNumberUsesTheSamePlan) {
  const Tensor x = Tensor::Scalar<float>(2);
  for (double factor : {0.3, 0.4, 0.7, 0.9}) {
    ir::Builder b;
    const ir::NodeId y = b.Binary(ir::OpKind::kMul, b.Input(DType::kFloat32, Shape({})),
                                  b.Scalar(DType::kFloat32, factor));
    ASSERT_OK_AND_ASSIGN(const auto result, host_->Run(*b.Finish({y}), {x}));
    EXPECT_EQ(result[0].data<float>()[0], 2 * static_cast<float>(factor));
  }
  EXPECT_EQ(cache_->statistics().entries, 1);
}

TEST_F(HostTest, ACancelledTokenStopsARun) {
  CancellationSource source;
  source.Cancel();
  const ScopedEvaluation evaluation(*host_, {.token = source.token()});
  const testing::RandomGraph random = testing::MakeRandomGraph(1);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(host_->Run(random.graph, random.inputs),
                testing::StatusIs(absl::StatusCode::kCancelled));
  }
  EXPECT_THAT(host_->Pause(), testing::StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(HostTest, KeysAreNumberedAndFollowTheSeed) {
  const Tensor first = host_->NextKey(), second = host_->NextKey();
  EXPECT_EQ(first.shape(), Shape({2}));
  EXPECT_EQ(first.dtype(), DType::kInt64);
  EXPECT_FALSE(BitIdentical(first, second));
  host_->Seed(42);
  EXPECT_TRUE(BitIdentical(host_->NextKey(), first));
  host_->Seed(43);
  EXPECT_FALSE(BitIdentical(host_->NextKey(), first));
  EXPECT_EQ(host_->keys().draws(), 1u);
}

TEST_F(HostTest, OutputIsPassedOnAndLimited) {
  std::string text;
  const ScopedEvaluation evaluation(
      *host_,
      {.print = [&](absl::string_view t) { text.append(t.data(), t.size()); }, .output_limit = 10});
  EXPECT_OK(host_->Print("12345"));
  EXPECT_OK(host_->Print("67890"));
  EXPECT_THAT(host_->Print("1"),
              testing::StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("10 bytes")));
  EXPECT_EQ(text, "1234567890");
}

TEST_F(HostTest, ItsOwnDeviceComesFirst) {
  EXPECT_EQ(host_->Devices(), (std::vector<std::string>{"cpu"}));
}

TEST(HostBudgetTest, AnArenaThatDoesNotFitIsRefused) {
  RuntimeHost::Options options;
  options.backend = *GetBackend("cpu");
  options.plan_cache = std::make_shared<compile::PlanCache>(int64_t{16} << 20);
  options.budget = std::make_shared<MemoryBudget>(1 << 20);
  RuntimeHost host(std::move(options));
  ir::Builder b;
  // Large enough to be planned at once, with an intermediate value of 16 MB.
  const ir::NodeId x = b.Input(DType::kFloat32, Shape({2000, 1}));
  const ir::NodeId y = b.MatMul(x, x, false, true);
  const ir::Graph graph = *b.Finish({b.Sum(b.MatMul(y, x))});
  EXPECT_THAT(host.Run(graph, {testing::RandomTensor(DType::kFloat32, Shape({2000, 1}), 0, 1, 1)}),
              testing::StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace fluxgate
