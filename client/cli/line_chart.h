#ifndef FLUXGATE_CLIENT_CLI_LINE_CHART_H_
#define FLUXGATE_CLIENT_CLI_LINE_CHART_H_

#include <string>
#include <utility>
#include <vector>

namespace fluxgate::client {

// Points of (x, y), x not falling. What is not finite is left out.
struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

// A chart of text, at most `width` characters wide and `height` lines of plot high: the first
// series as a line of braille dots, the others as marks, with labels at both axes and a legend. The
// y axis is logarithmic where all values are positive and far apart. Empty when there is nothing to
// draw.
std::string DrawLineChart(const std::vector<Series>& series, const std::string& x_label, int width,
                          int height);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_LINE_CHART_H_
