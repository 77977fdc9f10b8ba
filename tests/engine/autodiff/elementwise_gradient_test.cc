// Every elementwise row of op.def against finite differences, sampled from the row's domain.

#include "engine/autodiff/gradient.h"
#include "tests/testing/gradient_check.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using ir::Builder;
using ir::Expr;
using ir::OpInfo;
using ir::OpKind;
using testing::CheckedInput;
using testing::CheckGradients;

std::vector<OpKind> ElementwiseOps() {
  return {
#define UNARY(name, text, result, lo, hi, smooth) OpKind::k##name,
#define BINARY(name, text, result, lo, hi, smooth) OpKind::k##name,
#include "engine/ir/op.def"
  };
}

std::string NameOf(const ::testing::TestParamInfo<OpKind>& info) {
  const absl::string_view name = GetOpInfo(info.param).name;
  return std::string(name.data(), name.size());
}

Expr ApplyTo(OpKind op, absl::Span<const Expr> x) {
  return x.size() == 1 ? Apply(op, x[0]) : Apply(op, x[0], x[1]);
}

class ElementwiseGradientTest : public ::testing::TestWithParam<OpKind> {};

TEST_P(ElementwiseGradientTest, AgreesWithFiniteDifferences) {
  const OpKind op = GetParam();
  const OpInfo& info = GetOpInfo(op);
  if (!info.smooth) {
    Builder b;
    const bool logical = info.domain_hi == 1;
    const DType dtype = logical ? DType::kBool : DType::kFloat64;
    std::vector<Expr> x;
    std::vector<ir::NodeId> wrt;
    for (int i = 0; i < info.arity; ++i) {
      x.push_back({b, b.Input(dtype, {3})});
      wrt.push_back(x.back().id());
    }
    const Expr y = Sum(ApplyTo(op, x));
    ASSERT_OK_AND_ASSIGN(const auto gradient, autodiff::Gradient(b, y.id(), wrt));
    for (ir::NodeId part : gradient) {
      // None, or (of a float result) zero.
      if (part != ir::kNoNode) EXPECT_EQ(UniformConstant(b.graph(), part), 0);
    }
    return;
  }
  const auto f = [op](Builder&, absl::Span<const Expr> x) { return ApplyTo(op, x); };
  std::vector<CheckedInput> inputs;
  for (int i = 0; i < info.arity; ++i) {
    inputs.push_back({Shape({4, 3}), info.domain_lo, info.domain_hi});
  }
  EXPECT_OK(CheckGradients(f, inputs));
  // Broadcasting both ways.
  if (info.arity == 2) {
    inputs[0].shape = Shape({3});
    inputs[1].shape = Shape({1, 2});
    EXPECT_OK(CheckGradients(f, inputs));
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, ElementwiseGradientTest, ::testing::ValuesIn(ElementwiseOps()),
                         NameOf);

TEST(PowGradientTest, ConstantExponents) {
  for (double n : {-2.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0}) {
    const auto power = [n](Builder&, absl::Span<const Expr> x) { return Pow(x[0], n); };
    EXPECT_OK(CheckGradients(power, {CheckedInput{{4}, 0.3, 2}}, {.max_order = 4, .step = 1e-4}))
        << n;
  }
  const auto cube = [](Builder&, absl::Span<const Expr> x) { return Pow(x[0], 3); };
  EXPECT_OK(CheckGradients(cube, {CheckedInput{{3}, 0, 0, {-1.5, 0, 2}}}));
}

}  // namespace
}  // namespace fluxgate
