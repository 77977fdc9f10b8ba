#include <cmath>

#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "tests/testing/fake_context.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::nn {
namespace {

using ::fluxgate::testing::Elements;
using ::fluxgate::testing::FakeContext;
using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;

struct Moments {
  double mean = 0, deviation = 0, largest = 0;
};

Moments MomentsOf(const Value& value) {
  Moments m;
  const std::vector<double> e = Elements(value);
  for (double x : e) {
    m.mean += x / static_cast<double>(e.size());
    m.largest = std::max(m.largest, std::abs(x));
  }
  for (double x : e) m.deviation += (x - m.mean) * (x - m.mean) / static_cast<double>(e.size());
  m.deviation = std::sqrt(m.deviation);
  return m;
}

TEST(Initialisers, HaveTheirSpread) {
  FakeContext context;
  struct Case {
    const char* name;
    double deviation;
    double bound;  // 0: none
  };
  // 60 × 40: fan_in 40, fan_out 60.
  const double glorot = std::sqrt(6.0 / 100), kaiming = std::sqrt(2.0) * std::sqrt(3.0 / 40);
  for (const Case& c : {Case{"glorot_uniform", glorot / std::sqrt(3.0), glorot},
                        {"glorot_normal", std::sqrt(2.0 / 100), 0},
                        {"kaiming_uniform", kaiming / std::sqrt(3.0), kaiming},
                        {"kaiming_normal", std::sqrt(2.0 / 40), 0}}) {
    ASSERT_OK_AND_ASSIGN(Value w,
                         context.CallRow(Functions(), c.name, {Value::Int(60), Value::Int(40)}));
    EXPECT_EQ(w.As<Array>()->shape(), Shape({60, 40}));
    EXPECT_EQ(w.As<Array>()->dtype(), DType::kFloat32);
    const Moments m = MomentsOf(w);
    EXPECT_NEAR(m.mean, 0, 0.1 * c.deviation) << c.name;
    EXPECT_NEAR(m.deviation, c.deviation, 0.05 * c.deviation) << c.name;
    if (c.bound > 0) EXPECT_LE(m.largest, c.bound * 1.000001) << c.name;
  }
}

TEST(Initialisers, KeywordsAloneGiveAFunction) {
  FakeContext context;
  ASSERT_OK_AND_ASSIGN(
      Value init, context.CallRow(Functions(), "identity_init", {}, {{"gain", Value::Int(3)}}));
  ASSERT_OK_AND_ASSIGN(Value w, context.Call(init, {Value::Int(2), Value::Int(2)}));
  EXPECT_THAT(Elements(w), ElementsAre(3, 0, 0, 3));
}

TEST(Initialisers, Identity) {
  FakeContext context;
  const auto make = [&](std::vector<Value> dims,
                        std::vector<std::pair<std::string, Value>> keywords = {}) {
    return Elements(*context.CallRow(Functions(), "identity_init", dims, keywords));
  };
  EXPECT_THAT(make({Value::Int(3)}), ElementsAre(0, 0, 0));
  EXPECT_THAT(make({Value::Int(2), Value::Int(3)}), ElementsAre(1, 0, 0, 1, 0, 0));
  EXPECT_THAT(make({Value::Int(2), Value::Int(2)}, {{"shift", Value::Int(1)}}),
              ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(make({Value::Int(3), Value::Int(1), Value::Int(1)}), ElementsAre(0, 1, 0));
}

TEST(Initialisers, ConstantsTakeDimsOrATuple) {
  FakeContext context;
  ASSERT_OK_AND_ASSIGN(Value ones, context.CallRow(Functions(), "ones32",
                                                   {Tuple::Of({Value::Int(1), Value::Int(2)})}));
  EXPECT_EQ(ones.As<Array>()->shape(), Shape({1, 2}));
  EXPECT_THAT(Elements(ones), ElementsAre(1, 1));
  EXPECT_THAT(context.CallRow(Functions(), "zeros32", {Value::Int(-1)}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(context.CallRow(Functions(), "zeros32", {Value::Float64(1.5)}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fluxgate::nn
