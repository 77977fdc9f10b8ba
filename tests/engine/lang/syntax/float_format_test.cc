#include "engine/lang/syntax/float_format.h"

#include <limits>

#include "gtest/gtest.h"

namespace fluxgate::lang {
namespace {

TEST(FloatFormatTest, Float64) {
  EXPECT_EQ(FormatFloat(0.0), "0.0");
  EXPECT_EQ(FormatFloat(-0.0), "-0.0");
  EXPECT_EQ(FormatFloat(1.0), "1.0");
  EXPECT_EQ(FormatFloat(0.1), "0.1");
  EXPECT_EQ(FormatFloat(1.0 / 3.0), "0.3333333333333333");
  EXPECT_EQ(FormatFloat(100.0), "100.0");
  EXPECT_EQ(FormatFloat(123456.789), "123456.789");
  EXPECT_EQ(FormatFloat(999999.0), "999999.0");
  EXPECT_EQ(FormatFloat(1e6), "1.0e6");
  EXPECT_EQ(FormatFloat(1234567.0), "1.234567e6");
  EXPECT_EQ(FormatFloat(0.0001), "0.0001");
  EXPECT_EQ(FormatFloat(0.00001), "1.0e-5");
  EXPECT_EQ(FormatFloat(1.25e-7), "1.25e-7");
  EXPECT_EQ(FormatFloat(1e22), "1.0e22");
  EXPECT_EQ(FormatFloat(-2.5e300), "-2.5e300");
  EXPECT_EQ(FormatFloat(5e-324), "5.0e-324");
  EXPECT_EQ(FormatFloat(std::numeric_limits<double>::infinity()), "Inf");
  EXPECT_EQ(FormatFloat(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(FormatFloat(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(FormatFloat(-std::numeric_limits<double>::quiet_NaN()), "NaN");
}

TEST(FloatFormatTest, Float32) {
  EXPECT_EQ(FormatFloat(122.64734f, Float32Style::kLone), "122.64734f0");
  EXPECT_EQ(FormatFloat(122.64734f, Float32Style::kElement), "122.64734");
  EXPECT_EQ(FormatFloat(0.1f, Float32Style::kLone), "0.1f0");
  EXPECT_EQ(FormatFloat(0.0f, Float32Style::kLone), "0.0f0");
  EXPECT_EQ(FormatFloat(1e-5f, Float32Style::kLone), "1.0f-5");
  EXPECT_EQ(FormatFloat(1e-5f, Float32Style::kElement), "1.0f-5");
  EXPECT_EQ(FormatFloat(1e-5f, Float32Style::kPrinted), "1.0e-5");
  EXPECT_EQ(FormatCompact(1.5e-8f), "1.5f-8");
  EXPECT_EQ(FormatFloat(1e10f, Float32Style::kLone), "1.0f10");
  EXPECT_EQ(FormatFloat(0.00339581f, Float32Style::kLone), "0.00339581f0");
  EXPECT_EQ(FormatFloat(std::numeric_limits<float>::infinity(), Float32Style::kLone), "Inf32");
  EXPECT_EQ(FormatFloat(std::numeric_limits<float>::quiet_NaN(), Float32Style::kLone), "NaN32");
  EXPECT_EQ(FormatFloat(-std::numeric_limits<float>::infinity(), Float32Style::kElement), "-Inf");
}

TEST(FloatFormatTest, SixDigits) {
  EXPECT_EQ(FormatCompact(0.9066542f), "0.906654");
  EXPECT_EQ(FormatCompact(1.8133084f), "1.81331");
  EXPECT_EQ(FormatCompact(30.130003f), "30.13");
  EXPECT_EQ(FormatCompact(26.112148f), "26.1121");
  EXPECT_EQ(FormatCompact(0.0f), "0.0");
  EXPECT_EQ(FormatCompact(1.0), "1.0");
  EXPECT_EQ(FormatCompact(1.0 / 3.0), "0.333333");
  EXPECT_EQ(FormatCompact(2.0 / 3.0), "0.666667");
  EXPECT_EQ(FormatCompact(0.9999999), "1.0");
  EXPECT_EQ(FormatCompact(9999999.0), "1.0e7");
  EXPECT_EQ(FormatCompact(123456789.0), "1.23457e8");
  EXPECT_EQ(FormatCompact(1.23456789e-8), "1.23457e-8");
  EXPECT_EQ(FormatCompact(-0.05166265368461609), "-0.0516627");
  // A tie: exact ones go to even, others are more than they show.
  EXPECT_EQ(FormatCompact(1000000.5), "1.0e6");
  EXPECT_EQ(FormatCompact(100000.5), "100000.0");
  EXPECT_EQ(FormatCompact(100001.5), "100002.0");
  EXPECT_EQ(FormatCompact(0.1234565), "0.123457");
}

}  // namespace
}  // namespace fluxgate::lang
