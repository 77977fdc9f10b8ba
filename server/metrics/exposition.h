#ifndef FLUXGATE_SERVER_METRICS_EXPOSITION_H_
#define FLUXGATE_SERVER_METRICS_EXPOSITION_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fluxgate::metrics {

using Labels = std::vector<std::pair<absl::string_view, std::string>>;

// Writes the Prometheus text format, version 0.0.4: families one after another, each with its
// samples behind it.
class Exposition {
 public:
  // The type is "counter", "gauge" or "histogram". Names follow Prometheus' rules already.
  void Family(absl::string_view name, absl::string_view type, absl::string_view help);
  // A sample of the family begun last.
  void Sample(const Labels& labels, double value) { Line("", labels, value); }
  // A histogram of the family begun last: how many values lie in each bucket, one more than there
  // are upper bounds, and their sum.
  void Histogram(const Labels& labels, absl::Span<const double> bounds,
                 absl::Span<const uint64_t> counts, double sum);

  const std::string& text() const { return text_; }

 private:
  void Line(absl::string_view suffix, const Labels& labels, double value);

  std::string family_;
  std::string text_;
};

}  // namespace fluxgate::metrics

#endif  // FLUXGATE_SERVER_METRICS_EXPOSITION_H_
