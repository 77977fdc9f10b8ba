#include "server/metrics/exposition.h"

#include <charconv>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace fluxgate::metrics {
namespace {

// The shortest text that reads as the same number.
std::string Number(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

}  // namespace

void Exposition::Family(absl::string_view name, absl::string_view type, absl::string_view help) {
  family_ = std::string(name);
  absl::StrAppend(&text_, "# HELP ", name, " ",
                  absl::StrReplaceAll(help, {{"\\", "\\\\"}, {"\n", "\\n"}}), "\n# TYPE ", name,
                  " ", type, "\n");
}

void Exposition::Histogram(const Labels& labels, absl::Span<const double> bounds,
                           absl::Span<const uint64_t> counts, double sum) {
  uint64_t up_to = 0;  // Buckets are cumulative on the wire.
  for (size_t i = 0; i < counts.size(); ++i) {
    up_to += counts[i];
    Labels with_bound = labels;
    with_bound.emplace_back("le", i < bounds.size() ? Number(bounds[i]) : "+Inf");
    Line("_bucket", with_bound, static_cast<double>(up_to));
  }
  Line("_sum", labels, sum);
  Line("_count", labels, static_cast<double>(up_to));
}

void Exposition::Line(absl::string_view suffix, const Labels& labels, double value) {
  absl::StrAppend(&text_, family_, suffix);
  absl::string_view separator = "{";
  for (const auto& [name, label] : labels) {
    absl::StrAppend(&text_, separator, name, "=\"",
                    absl::StrReplaceAll(label, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                    "\"");
    separator = ",";
  }
  absl::StrAppend(&text_, labels.empty() ? "" : "}", " ", Number(value), "\n");
}

}  // namespace fluxgate::metrics
