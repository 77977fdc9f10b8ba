#include "engine/ir/printer.h"

#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "gtest/gtest.h"

namespace fluxgate::ir {
namespace {

TEST(PrinterTest, OneLinePerNode) {
  Builder b;
  const Expr w(b, b.Input(DType::kFloat32, {2, 3})), x(b, b.Input(DType::kFloat32, {2, 4}));
  const Expr y = MatMul(w, x, true) * 2.5;
  const Expr z = Sum(y, {1});
  EXPECT_EQ(ToString(*b.Finish({y.id(), z.id()})),
            "%0 = input(0) : Float32[2,3]\n"
            "%1 = input(1) : Float32[2,4]\n"
            "%2 = matmul(%0, %1, transpose_a) : Float32[3,4]\n"
            "%3 = constant(2.5) : Float32[]\n"
            "%4 = broadcast(%3) : Float32[3,4]\n"
            "%5 = mul(%2, %4) : Float32[3,4]\n"
            "%6 = sum(%5, dims=[1]) : Float32[3,1]\n"
            "return %5, %6\n");
}

TEST(PrinterTest, Attributes) {
  Builder b;
  const NodeId x = b.Input(DType::kFloat64, {4, 2});
  b.Slice(x, {{3, 0}, {2, 2}, {-1, 1}});
  b.CumSum(x, 1);
  b.Iota(DType::kInt64, {3}, 0);
  b.Random(DType::kFloat32, {2}, b.Input(DType::kInt64, {2}),
           {RandomAttr::Distribution::kNormal, 7});
  EXPECT_EQ(ToString(*b.Finish({})),
            "%0 = input(0) : Float64[4,2]\n"
            "%1 = slice(%0, start=[3,0], count=[2,2], step=[-1,1]) : Float64[2,2]\n"
            "%2 = cumsum(%0, dim=1) : Float64[4,2]\n"
            "%3 = iota(dim=0) : Int64[3]\n"
            "%4 = input(1) : Int64[2]\n"
            "%5 = random(%4, normal, draw=7) : Float32[2]\n"
            "return \n");
}

}  // namespace
}  // namespace fluxgate::ir
