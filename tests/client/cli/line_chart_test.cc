#include "client/cli/line_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace fluxgate::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LineChartTest, ALineFromCornerToCorner) {
  EXPECT_EQ(DrawLineChart({{"loss", {{0, 2}, {4, 0}}}}, "steps", 21, 4),
            "           loss\n"
            "        2 ┤⠑⢄⡀\n"
            "          │  ⠈⠢⢄\n"
            "   0.6667 ┤     ⠑⠢⡀\n"
            "        0 ┤       ⠈⠑⢄\n"
            "          └──────────\n"
            "           0  4 steps\n");
}

TEST(LineChartTest, FarApartIsLogarithmic) {
  const std::string chart =
      DrawLineChart({{"loss", {{1, 1000}, {2, 100}, {3, 10}}}}, "steps", 40, 5);
  EXPECT_THAT(chart, HasSubstr("loss   (logarithmic)"));
  EXPECT_THAT(chart, HasSubstr("     1000 ┤"));
  EXPECT_THAT(chart, HasSubstr("      100 ┤"));
  EXPECT_THAT(chart, HasSubstr("       10 ┤"));
  // Not where a logarithm has no value.
  EXPECT_THAT(DrawLineChart({{"loss", {{1, 1000}, {2, 0}}}}, "steps", 40, 5),
              Not(HasSubstr("logarithmic")));
}

TEST(LineChartTest, ASecondSeriesIsMarked) {
  const std::string chart =
      DrawLineChart({{"loss", {{0, 1}, {1, 0}}}, {"validation", {{1, 1}}}}, "steps", 40, 4);
  const std::vector<std::string> lines = absl::StrSplit(chart, '\n');
  EXPECT_THAT(lines[0], HasSubstr("loss   × validation"));
  EXPECT_THAT(lines[1], ::testing::EndsWith("×"));
}

TEST(LineChartTest, WhatIsNotFiniteIsLeftOut) {
  EXPECT_EQ(DrawLineChart({{"loss", {{0, NAN}, {1, INFINITY}}}}, "steps", 40, 4), "");
  EXPECT_EQ(DrawLineChart({{"loss", {{0, 1}, {1, NAN}, {2, 3}}}}, "steps", 40, 4),
            DrawLineChart({{"loss", {{0, 1}, {2, 3}}}}, "steps", 40, 4));
  EXPECT_EQ(DrawLineChart({}, "steps", 40, 4), "");
}

TEST(LineChartTest, ConstantLossesAndNarrowTerminals) {
  EXPECT_THAT(DrawLineChart({{"loss", {{1, 5}, {9, 5}}}}, "steps", 40, 4), HasSubstr("5 ┤"));
  EXPECT_THAT(DrawLineChart({{"loss", {{1, 5}, {9, 4}}}}, "steps", 0, 0), HasSubstr("5 ┤"));
}

}  // namespace
}  // namespace fluxgate::client
