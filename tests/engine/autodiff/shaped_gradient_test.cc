// Every op of op.def that is not elementwise, in hand-listed configurations, against finite
// differences.

#include "tests/testing/gradient_check.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using ir::Builder;
using ir::Expr;
using ir::NodeId;
using ir::OpKind;
using ir::SliceAttr;
using ir::Square;
using testing::CheckedInput;
using testing::CheckGradients;
using testing::GraphFunction;

struct Case {
  GraphFunction f;
  std::vector<CheckedInput> inputs;
};

using X = absl::Span<const Expr>;

Expr Indices(Builder& b, std::vector<int64_t> values) {
  const Shape shape({static_cast<int64_t>(values.size())});
  return {b, b.Constant(*Tensor::FromVector<int64_t>(shape, values))};
}

CheckedInput Of(Shape shape) { return {std::move(shape)}; }

std::vector<Case> ReductionCases(OpKind op) {
  const auto reduce = [op](std::vector<int> dims) {
    return [op, dims](Builder& b, X x) { return Expr(b, b.Reduce(op, x[0].id(), dims)); };
  };
  std::vector<Case> cases = {{reduce({}), {Of({3, 2})}},        {reduce({0}), {Of({3, 2})}},
                             {reduce({1}), {Of({3, 2})}},       {reduce({0, 2}), {Of({2, 3, 2})}},
                             {reduce({1, 2}), {Of({2, 3, 2})}}, {reduce({}), {Of({})}},
                             {reduce({}), {Of({1, 5})}},        {reduce({}), {Of({7})}}};
  return cases;
}

std::vector<Case> MatMulCases() {
  std::vector<Case> cases;
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const GraphFunction f = [ta, tb](Builder&, X x) { return MatMul(x[0], x[1], ta, tb); };
      const auto a = [ta](Dims batch) {
        Dims dims = ta ? Dims{3, 2} : Dims{2, 3};
        dims.insert(dims.end(), batch.begin(), batch.end());
        return CheckedInput{Shape(dims)};
      };
      const auto b = [tb](Dims batch) {
        Dims dims = tb ? Dims{4, 3} : Dims{3, 4};
        dims.insert(dims.end(), batch.begin(), batch.end());
        return CheckedInput{Shape(dims)};
      };
      cases.push_back({f, {a({}), b({})}});
      cases.push_back({f, {a({2}), b({2})}});
      cases.push_back({f, {a({1}), b({2})}});
      cases.push_back({f, {a({2}), b({})}});
    }
  }
  const GraphFunction product = [](Builder&, X x) { return MatMul(x[0], x[1]); };
  const GraphFunction dot = [](Builder&, X x) { return MatMul(x[0], x[1], true); };
  const GraphFunction outer = [](Builder&, X x) { return MatMul(x[0], x[1], false, true); };
  const GraphFunction square = [](Builder&, X x) { return MatMul(x[0], x[0]); };
  cases.push_back({product, {Of({2, 3}), Of({3})}});
  cases.push_back({dot, {Of({3}), Of({3})}});
  cases.push_back({outer, {Of({3}), Of({2})}});
  cases.push_back({square, {Of({3, 3})}});
  return cases;
}

std::vector<Case> CasesOf(OpKind op) {
  const SliceAttr part{{3, 0}, {2, 2}, {-2, 1}}, column{{0, 1}, {4, 1}, {1, 1}};
  switch (op) {
#define UNARY(name, text, result, lo, hi, smooth) case OpKind::k##name:
#define BINARY(name, text, result, lo, hi, smooth) case OpKind::k##name:
#include "engine/ir/op.def"
    return {};  // elementwise_gradient_test

    case OpKind::kInput:
      return {{[](Builder&, X x) { return x[1]; }, {Of({2}), Of({3})}}};
    case OpKind::kConstant:
      return {{[](Builder&, X x) { return x[0] * 2.5; }, {Of({2})}}};
    case OpKind::kIota:
      return {{[](Builder& b, X x) {
                 return x[0] * Expr(b, b.Iota(DType::kFloat64, {2, 3}, 1));
               },
               {Of({2, 3})}}};
    case OpKind::kRandom:
      return {{[](Builder& b, X x) {
                 const NodeId key = Indices(b, {7, 11}).id();
                 return x[0] * Expr(b, b.Random(DType::kFloat64, {5}, key, {}));
               },
               {Of({5})}}};

    case OpKind::kCast: {
      // Through integers there is no gradient; there and back between floats there is.
      const GraphFunction integer = [](Builder&, X x) {
        return x[0] * Cast(Cast(x[0], DType::kInt64), DType::kFloat64);
      };
      return {{integer, {Of({4})}}};
    }
    case OpKind::kSelect: {
      const GraphFunction f = [](Builder&, X x) { return Select(x[0] > 0, x[1] * x[0], x[2]); };
      return {{f, {Of({4}), Of({4}), Of({})}}};
    }

    case OpKind::kReshape:
      return {{[](Builder&, X x) {
                 return Square(Reshape(x[0], {3, 2}));
               },
               {Of({2, 3})}},
              {[](Builder&, X x) { return Square(Reshape(x[0], {})); }, {Of({1, 1})}}};
    case OpKind::kBroadcast:
      return {{[](Builder&, X x) {
                 return BroadcastTo(Square(x[0]), {2, 3, 2});
               },
               {Of({2, 1})}},
              {[](Builder&, X x) {
                 return BroadcastTo(Square(x[0]), {2, 3});
               },
               {Of({})}}};
    case OpKind::kPermute:
      return {{[](Builder& b, X x) {
                 return Expr(b, b.Permute(Square(x[0]).id(), {2, 0, 1}));
               },
               {Of({2, 3, 4})}},
              {[](Builder&, X x) { return Transpose(Square(x[0])); }, {Of({2, 3})}}};
    case OpKind::kSlice:
      return {{[=](Builder& b, X x) { return Expr(b, b.Slice(Square(x[0]).id(), part)); },
               {Of({4, 3})}},
              {[=](Builder& b, X x) { return Expr(b, b.Slice(Square(x[0]).id(), column)); },
               {Of({4, 3})}}};
    case OpKind::kPadSlice:
      return {{[=](Builder& b, X x) {
                 return Expr(b, b.PadSlice(Square(x[0]).id(), {4, 3}, part));
               },
               {Of({2, 2})}}};
    case OpKind::kUpdateSlice:
      return {{[=](Builder& b, X x) {
                 return Square({b, b.UpdateSlice(x[0].id(), x[1].id(), part)});
               },
               {Of({4, 3}), Of({2, 2})}}};
    case OpKind::kConcat: {
      const auto concat = [](int dim) {
        return [dim](Builder& b, X x) {
          return Square({b, b.Concat({x[0].id(), x[1].id(), x[0].id()}, dim)});
        };
      };
      return {{concat(0), {Of({2, 3}), Of({1, 3})}},
              {concat(1), {Of({2, 3}), Of({2, 1})}},
              {concat(2), {Of({2}), Of({2})}}};
    }
    case OpKind::kGather: {
      const auto gather = [](int dim) {
        return [dim](Builder& b, X x) {
          const NodeId indices = Indices(b, {2, 0, 2, 2}).id();
          return Expr(b, b.Gather(Square(x[0]).id(), indices, dim));
        };
      };
      return {{gather(0), {Of({3, 2})}}, {gather(1), {Of({2, 3})}}, {gather(0), {Of({3})}}};
    }
    case OpKind::kScatterAdd:
      return {{[](Builder& b, X x) {
                 const NodeId indices = Indices(b, {2, 0, 2, 2}).id();
                 return Square({b, b.ScatterAdd(x[0].id(), indices, {2, 3}, 1)});
               },
               {Of({2, 4})}}};

    case OpKind::kSum: {
      std::vector<Case> cases = ReductionCases(op);
      cases.push_back({[](Builder&, X x) { return Square(Mean(x[0], {0})); }, {Of({3, 2})}});
      return cases;
    }
    case OpKind::kProd: {
      std::vector<Case> cases = ReductionCases(op);
      const GraphFunction prod = [](Builder& b, X x) {
        return Expr(b, b.Reduce(OpKind::kProd, x[0].id(), {}));
      };
      cases.push_back({prod, {{{3}, 0, 0, {0, 1.5, -2}}}});
      cases.push_back({prod, {{{4}, 0, 0, {0, 1.5, 0, 3}}}});
      return cases;
    }
    case OpKind::kReduceMax:
    case OpKind::kReduceMin:
      return ReductionCases(op);
    case OpKind::kArgMax:
    case OpKind::kArgMin:
      return {{[op](Builder& b, X x) { return x[0] * Expr(b, b.ArgReduce(op, x[0].id(), 0)); },
               {Of({3, 2})}}};
    case OpKind::kCumSum: {
      const auto cumsum = [](int dim) {
        return [dim](Builder& b, X x) { return Expr(b, b.CumSum(Square(x[0]).id(), dim)); };
      };
      return {{cumsum(0), {Of({4})}}, {cumsum(1), {Of({2, 3, 2})}}, {cumsum(0), {Of({0, 2})}}};
    }

    case OpKind::kMatMul:
      return MatMulCases();
  }
  return {};
}

std::vector<OpKind> ShapedOps() {
  return {
#define SHAPED(name, text) OpKind::k##name,
#include "engine/ir/op.def"
  };
}

std::string NameOf(const ::testing::TestParamInfo<OpKind>& info) {
  const absl::string_view name = GetOpInfo(info.param).name;
  return std::string(name.data(), name.size());
}

class ShapedGradientTest : public ::testing::TestWithParam<OpKind> {};

TEST_P(ShapedGradientTest, AgreesWithFiniteDifferences) {
  const std::vector<Case> cases = CasesOf(GetParam());
  EXPECT_FALSE(cases.empty());
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_OK(CheckGradients(cases[i].f, cases[i].inputs)) << "case " << i;
  }
}

TEST(GradientCheckTest, SeesWrongGradients) {
  const GraphFunction half = [](Builder&, X x) { return x[0] * StopGradient(x[0]); };
  EXPECT_FALSE(CheckGradients(half, {Of({2})}).ok());
  // Right at the first order, wrong at the second.
  const GraphFunction once = [](Builder&, X x) {
    return x[0] * StopGradient(2 * x[0]) - StopGradient(Square(x[0]));
  };
  EXPECT_OK(CheckGradients(once, {Of({2})}, {.max_order = 1}));
  EXPECT_FALSE(CheckGradients(once, {Of({2})}, {.max_order = 2}).ok());
  const GraphFunction integers = [](Builder&, X x) { return Cast(x[0], DType::kInt64); };
  EXPECT_FALSE(CheckGradients(integers, {Of({2})}).ok());
}

INSTANTIATE_TEST_SUITE_P(Ops, ShapedGradientTest, ::testing::ValuesIn(ShapedOps()), NameOf);

}  // namespace
}  // namespace fluxgate
