// The loop over steps: donation, the commit point, batches and endings.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <numeric>
#include <vector>

#include "engine/backend/host_buffer.h"
#include "engine/backend/registry.h"
#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "tests/testing/run_plan.h"
#include "tests/testing/status_matchers.h"

namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void* operator new(size_t size, std::align_val_t alignment) {
  ++allocations;
  const size_t a = static_cast<size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept { std::free(p); }

namespace fluxgate {
namespace {

using ir::Expr;
using ir::NodeId;

constexpr DType kF32 = DType::kFloat32;

// Gives the same batch a number of times.
class Batches : public BatchSource {
 public:
  Batches(std::vector<std::vector<float>> arrays, int64_t count)
      : arrays_(std::move(arrays)), left_(count) {}
  absl::StatusOr<bool> Next(absl::Span<const std::byte*> data) override {
    for (size_t k = 0; k < data.size(); ++k) {
      data[k] = reinterpret_cast<const std::byte*>(arrays_[k].data());
    }
    return left_-- > 0;
  }

 private:
  const std::vector<std::vector<float>> arrays_;
  int64_t left_;
};

class Losses : public LossSink {
 public:
  absl::Status Check(absl::Span<const std::byte* const> checked) override {
    last = *reinterpret_cast<const float*>(checked[0]);
    return steps == fail_at ? absl::AbortedError("no") : absl::OkStatus();
  }
  absl::StatusOr<bool> StepDone() override { return ++steps != stop_at; }

  float last = 0;
  int64_t steps = 0, fail_at = -1, stop_at = -1;
};

// A two-layer model with momentum, as a step: w1, v1, w2, v2 carried, x and y from the batch.
struct Model {
  Model() {
    ir::Builder b;
    const auto input = [&](Shape shape) { return Expr(b, b.Input(kF32, shape)); };
    const Expr w1 = input({16, 8}), v1 = input({16, 8}), w2 = input({1, 16}), v2 = input({1, 16});
    const Expr x = input({8, 20}), y = input({1, 20});
    const Expr h = ir::Tanh(ir::MatMul(w1, x));
    const Expr e = ir::MatMul(w2, h) - y;
    const Expr loss = ir::Mean(e * e);
    const Expr de = e * (2.0 / 20);
    const Expr dh = ir::MatMul(w2, de, true, false) * (1.0 - h * h);
    const Expr m1 = 0.9 * v1 + ir::MatMul(dh, x, false, true);
    const Expr m2 = 0.9 * v2 + ir::MatMul(de, h, false, true);
    graph = *b.Finish(std::vector<NodeId>{loss.id(), (w1 - 0.05 * m1).id(), m1.id(),
                                          (w2 - 0.05 * m2).id(), m2.id()});
    options.num_checked = 1;
    options.donations = {{1, 0}, {2, 1}, {3, 2}, {4, 3}};
    for (size_t size : {128, 128, 16, 16}) {
      state.emplace_back(size);
      for (size_t i = 0; i < size; ++i)
        state.back()[i] = 0.01f * static_cast<float>(i % 13) - 0.05f;
    }
    std::vector<float> xs(160), ys(20);
    std::iota(xs.begin(), xs.end(), -80.0f);
    for (float& v : xs) v /= 100;
    for (size_t i = 0; i < ys.size(); ++i) ys[i] = 0.1f * static_cast<float>(i);
    batch = {xs, ys};
  }

  CarriedState Carried() {
    buffers.clear();
    CarriedState carried;
    for (std::vector<float>& values : state) {
      buffers.push_back(std::make_unique<HostBuffer>(
          reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(float)));
      carried.arguments.push_back(buffers.back().get());
    }
    carried.arguments.resize(6);
    return carried;
  }

  ir::Graph graph;
  compile::CompileOptions options;
  std::vector<std::vector<float>> state, batch;
  std::vector<std::unique_ptr<HostBuffer>> buffers;
};

class StepsTest : public ::testing::TestWithParam<const char*> {
 protected:
  void Load() {
    ASSERT_OK_AND_ASSIGN(std::shared_ptr<Backend> backend, GetBackend(GetParam()));
    ASSERT_OK_AND_ASSIGN(auto executable,
                         testing::LoadGraph(*backend, model_.graph, model_.options));
    ASSERT_OK_AND_ASSIGN(instance_, executable->NewInstance(nullptr));
  }
  absl::Status Go(int64_t count, Losses& losses, const CancellationToken& token = {}) {
    CarriedState carried = model_.Carried();
    Batches batches(model_.batch, 1 << 30);
    return instance_->RunSteps(count, carried, batches, losses, token);
  }

  Model model_;
  std::unique_ptr<ExecutableInstance> instance_;
};

TEST_P(StepsTest, TheLossFalls) {
  Load();
  Losses losses;
  ASSERT_OK(Go(1, losses));
  const float first = losses.last;
  ASSERT_OK(Go(200, losses));
  EXPECT_EQ(losses.steps, 201);
  EXPECT_LT(losses.last, first / 2);
}

TEST_P(StepsTest, ManyStepsAreManyTimesOneStep) {
  Load();
  Losses together;
  ASSERT_OK(Go(10, together));
  const auto expected = model_.state;
  model_ = Model();
  Losses apart;
  for (int i = 0; i < 10; ++i) ASSERT_OK(Go(1, apart));
  EXPECT_EQ(model_.state, expected);
  EXPECT_EQ(apart.last, together.last);
}

TEST_P(StepsTest, AStepThatIsRefusedDidNotHappen) {
  Load();
  Losses whole;
  ASSERT_OK(Go(3, whole));
  const auto expected = model_.state;
  model_ = Model();
  Losses losses;
  losses.fail_at = 3;
  EXPECT_THAT(Go(10, losses), testing::StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(losses.steps, 3);
  EXPECT_EQ(model_.state, expected);
}

TEST_P(StepsTest, TheSinkEndsTheRunAfterAWholeStep) {
  Load();
  Losses losses;
  losses.stop_at = 4;
  ASSERT_OK(Go(10, losses));
  EXPECT_EQ(losses.steps, 4);
}

TEST_P(StepsTest, TheSourceEndsTheRun) {
  Load();
  Losses losses;
  CarriedState carried = model_.Carried();
  Batches batches(model_.batch, 6);
  ASSERT_OK(instance_->RunSteps(10, carried, batches, losses, CancellationToken()));
  EXPECT_EQ(losses.steps, 6);
}

TEST_P(StepsTest, ACancelledTokenStopsBeforeTheCommit) {
  Load();
  const auto before = model_.state;
  CancellationSource source;
  source.Cancel();
  Losses losses;
  EXPECT_THAT(Go(10, losses, source.token()), testing::StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(model_.state, before);
}

INSTANTIATE_TEST_SUITE_P(Backends, StepsTest, ::testing::Values("reference", "cpu"));

using CpuStepsTest = StepsTest;

TEST_P(CpuStepsTest, AStepAllocatesNothing) {
  Load();
  Losses losses;
  ASSERT_OK(Go(2, losses));
  CarriedState carried = model_.Carried();
  Batches batches(model_.batch, 1 << 30);
  const int64_t before = allocations;
  ASSERT_TRUE(instance_->RunSteps(500, carried, batches, losses, CancellationToken()).ok());
  EXPECT_EQ(allocations - before, 0);
}

TEST_P(CpuStepsTest, InstancesShareAPlanAndNothingElse) {
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<Backend> backend, GetBackend(GetParam()));
  ASSERT_OK_AND_ASSIGN(auto executable, testing::LoadGraph(*backend, model_.graph, model_.options));
  ASSERT_OK_AND_ASSIGN(auto other, executable->NewInstance(nullptr));
  ASSERT_OK_AND_ASSIGN(instance_, executable->NewInstance(nullptr));
  Losses losses;
  ASSERT_OK(Go(5, losses));
  const auto expected = model_.state;
  model_ = Model();
  instance_ = std::move(other);
  executable.reset();
  ASSERT_OK(Go(5, losses));
  EXPECT_EQ(model_.state, expected);
}

TEST_P(CpuStepsTest, TheArenaIsChargedToTheBudget) {
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<Backend> backend, GetBackend(GetParam()));
  ASSERT_OK_AND_ASSIGN(auto executable, testing::LoadGraph(*backend, model_.graph, model_.options));
  auto small = std::make_shared<MemoryBudget>(16);
  EXPECT_THAT(executable->NewInstance(small),
              testing::StatusIs(absl::StatusCode::kResourceExhausted));
  auto large = std::make_shared<MemoryBudget>(1 << 24);
  {
    ASSERT_OK_AND_ASSIGN(auto instance, executable->NewInstance(large));
    EXPECT_EQ(large->used(), instance->bytes());
  }
  EXPECT_EQ(large->used(), 0);
}

INSTANTIATE_TEST_SUITE_P(Backends, CpuStepsTest, ::testing::Values("cpu"));

}  // namespace
}  // namespace fluxgate
