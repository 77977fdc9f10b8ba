#include "server/metrics/exposition.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace fluxgate::metrics {
namespace {

TEST(ExpositionTest, WritesFamiliesAndSamples) {
  Exposition page;
  page.Family("sessions", "gauge", "Sessions.");
  page.Sample({}, 3);
  page.Family("calls_total", "counter", "Calls, by method.");
  page.Sample({{"service", "S"}, {"method", "M"}}, 0.5);
  EXPECT_EQ(page.text(),
            "# HELP sessions Sessions.\n"
            "# TYPE sessions gauge\n"
            "sessions 3\n"
            "# HELP calls_total Calls, by method.\n"
            "# TYPE calls_total counter\n"
            "calls_total{service=\"S\",method=\"M\"} 0.5\n");
}

TEST(ExpositionTest, BucketsOfAHistogramAreCumulative) {
  Exposition page;
  page.Family("seconds", "histogram", "How long.");
  const double bounds[] = {0.001, 0.5};
  const uint64_t counts[] = {4, 0, 2};
  page.Histogram({{"m", "a"}}, bounds, counts, 12.25);
  EXPECT_EQ(page.text(),
            "# HELP seconds How long.\n"
            "# TYPE seconds histogram\n"
            "seconds_bucket{m=\"a\",le=\"0.001\"} 4\n"
            "seconds_bucket{m=\"a\",le=\"0.5\"} 4\n"
            "seconds_bucket{m=\"a\",le=\"+Inf\"} 6\n"
            "seconds_sum{m=\"a\"} 12.25\n"
            "seconds_count{m=\"a\"} 6\n");
}

TEST(ExpositionTest, LabelsAndHelpAreEscaped) {
  Exposition page;
  page.Family("x", "gauge", "a\\b\nc");
  page.Sample({{"l", "q\"\\\n"}}, 1);
  EXPECT_EQ(page.text(),
            "# HELP x a\\\\b\\nc\n"
            "# TYPE x gauge\n"
            "x{l=\"q\\\"\\\\\\n\"} 1\n");
}

}  // namespace
}  // namespace fluxgate::metrics
