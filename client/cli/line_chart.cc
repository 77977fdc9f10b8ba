#include "client/cli/line_chart.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fluxgate::client {
namespace {

constexpr int kMargin = 11;  // of labels and axis, left of the plot
constexpr int kMinColumns = 10;
constexpr double kFarApart = 50;  // the ratio from which on a logarithm shows more
// A braille character has two columns of four dots. This is the bit of each.
constexpr int kDotBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
constexpr const char* kMarks[] = {"×", "+", "o", "*"};

std::string Braille(int bits) {
  if (bits == 0) return " ";
  const int code = 0x2800 + bits;
  return {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
          static_cast<char>(0x80 | (code & 0x3F))};
}

struct Range {
  double low = INFINITY, high = -INFINITY;
  void Add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // From 0 to 1; the middle when there is but one value.
  double Share(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

// The plot's cells, addressed by shares of its width (from the left) and height (from below).
class Canvas {
 public:
  Canvas(int columns, int rows)
      : columns_(columns), rows_(rows), dots_(columns * rows, 0), marks_(columns * rows) {}

  void Line(double x0, double y0, double x1, double y1) {
    const int steps = 1 + static_cast<int>(std::max(std::abs(x1 - x0) * 2 * columns_,
                                                    std::abs(y1 - y0) * 4 * rows_));
    for (int i = 0; i <= steps; ++i) {
      const double t = static_cast<double>(i) / steps;
      Dot(x0 + t * (x1 - x0), y0 + t * (y1 - y0));
    }
  }

  void Mark(double x, double y, const char* mark) {
    marks_[Row(y, rows_) * columns_ + Column(x, columns_)] = mark;
  }

  std::string Text(int row) const {
    std::string text;
    for (int i = row * columns_; i < (row + 1) * columns_; ++i) {
      absl::StrAppend(&text, marks_[i].empty() ? Braille(dots_[i]) : marks_[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

 private:
  static int Column(double x, int columns) {
    return std::min(columns - 1, static_cast<int>(x * columns));
  }
  static int Row(double y, int rows) {
    return std::min(rows - 1, static_cast<int>((1 - y) * rows));
  }
  void Dot(double x, double y) {
    const int column = Column(x, 2 * columns_), row = Row(y, 4 * rows_);
    dots_[row / 4 * columns_ + column / 2] |= kDotBits[row % 4][column % 2];
  }

  const int columns_, rows_;
  std::vector<int> dots_;
  std::vector<std::string> marks_;
};

std::string Legend(const std::vector<Series>& series, bool logarithmic) {
  std::string text = series.front().name;
  for (size_t i = 1; i < series.size(); ++i) {
    absl::StrAppend(&text, "   ", kMarks[(i - 1) % std::size(kMarks)], " ", series[i].name);
  }
  return logarithmic ? absl::StrCat(text, "   (logarithmic)") : text;
}

}  // namespace

std::string DrawLineChart(const std::vector<Series>& all, const std::string& x_label, int width,
                          int height) {
  std::vector<Series> series;
  Range x, y;
  for (const Series& one : all) {
    Series finite{one.name, {}};
    for (const auto& point : one.points) {
      if (!std::isfinite(point.first) || !std::isfinite(point.second)) continue;
      finite.points.push_back(point);
      x.Add(point.first);
      y.Add(point.second);
    }
    if (!finite.points.empty()) series.push_back(std::move(finite));
  }
  if (series.empty()) return "";
  const bool logarithmic = y.low > 0 && y.high / y.low >= kFarApart;
  const auto scaled = [&](double value) { return logarithmic ? std::log(value) : value; };
  const Range scale{scaled(y.low), scaled(y.high)};
  const auto place = [&](const std::pair<double, double>& point) {
    return std::make_pair(x.Share(point.first), scale.Share(scaled(point.second)));
  };

  const int columns = std::max(kMinColumns, width - kMargin), rows = std::max(2, height);
  Canvas canvas(columns, rows);
  for (size_t s = 0; s < series.size(); ++s) {
    auto before = place(series[s].points.front());
    for (const auto& point : series[s].points) {
      const auto [px, py] = place(point);
      if (s == 0) {
        canvas.Line(before.first, before.second, px, py);
      } else {
        canvas.Mark(px, py, kMarks[(s - 1) % std::size(kMarks)]);
      }
      before = {px, py};
    }
  }

  std::string text = absl::StrCat(std::string(kMargin, ' '), Legend(series, logarithmic), "\n");
  for (int row = 0; row < rows; ++row) {
    const double share = 1 - static_cast<double>(row) / (rows - 1);
    const double at = scale.low + share * (scale.high - scale.low);
    const bool at_end = row == 0 || row == rows - 1;
    const bool labelled = row == rows / 2 || (at_end && y.high > y.low);
    const std::string label =
        labelled ? absl::StrFormat("%9.4g ┤", logarithmic ? std::exp(at) : at) : "          │";
    absl::StrAppend(&text, label, canvas.Text(row), "\n");
  }
  const std::string low = absl::StrFormat("%g", x.low);
  const std::string high = absl::StrFormat("%g %s", x.high, x_label);
  std::string line;
  for (int i = 0; i < columns; ++i) line += "─";
  const int gap = std::max(1, columns - static_cast<int>(low.size() + high.size()));
  absl::StrAppend(&text, "          └", line, "\n", std::string(kMargin, ' '), low,
                  std::string(gap, ' '), high, "\n");
  return text;
}

}  // namespace fluxgate::client
