#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/lang/display/impl.h"
#include "engine/lang/syntax/characters.h"

namespace fluxgate::lang {
namespace {

constexpr absl::string_view kSeparator = "  ", kVerticalDots = "⋮";
constexpr absl::string_view kHorizontalDots = "  …  ", kDiagonalDots = "  ⋱  ";
constexpr int kSeparatorWidth = 2, kDotsWidth = 5, kDotsEvery = 5;

std::string Blanks(int n) { return std::string(static_cast<size_t>(std::max(n, 0)), ' '); }

struct Column {
  int64_t index = 0;
  int left = 0, right = 0;
  int width() const { return left + right; }
};

int TotalWidth(const std::vector<Column>& columns) {
  int width = 0;
  for (const Column& c : columns) width += c.width();
  return width + kSeparatorWidth * (static_cast<int>(columns.size()) - 1);
}

class Layout {
 public:
  Layout(int64_t rows, int64_t columns, absl::FunctionRef<Cell(int64_t, int64_t)> cell)
      : rows_(rows), columns_(columns), cell_(cell) {}

  std::string Run(const DisplayOptions& options);

 private:
  const Cell& At(int64_t row, int64_t column) {
    auto [it, inserted] = cells_.try_emplace({row, column});
    if (inserted) it->second = cell_(row, column);
    return it->second;
  }
  // The widths of as many of `indices` as fit: into `if_all` when that is every column, into
  // `otherwise` when it is not.
  std::vector<Column> Align(const std::vector<int64_t>& indices, int if_all, int otherwise);
  std::string Row(int64_t row, const std::vector<Column>& columns);
  std::string Dots(const std::vector<Column>& columns, int phase, bool pad_right) const;

  const int64_t rows_, columns_;
  absl::FunctionRef<Cell(int64_t, int64_t)> cell_;
  std::vector<int64_t> shown_rows_;
  std::map<std::pair<int64_t, int64_t>, Cell> cells_;
};

std::vector<Column> Layout::Align(const std::vector<int64_t>& indices, int if_all, int otherwise) {
  std::vector<Column> result;
  for (const int64_t j : indices) {
    Column column;
    column.index = j;
    for (const int64_t i : shown_rows_) {
      const Cell& cell = At(i, j);
      column.left = std::max(column.left, cell.left);
      column.right = std::max(column.right, cell.right);
    }
    result.push_back(column);
    if (result.size() > 1 && TotalWidth(result) >= if_all) {
      result.pop_back();
      break;
    }
  }
  if (result.size() > 1 && static_cast<int64_t>(result.size()) < columns_) {
    while (result.size() > 1 && TotalWidth(result) >= otherwise) result.pop_back();
  }
  return result;
}

std::string Layout::Row(int64_t row, const std::vector<Column>& columns) {
  std::string text;
  for (size_t k = 0; k < columns.size(); ++k) {
    const Column& column = columns[k];
    const Cell& cell = At(row, column.index);
    const bool last = column.index == columns_ - 1;
    absl::StrAppend(&text, k > 0 ? kSeparator : "", Blanks(column.left - cell.left), cell.text,
                    last ? "" : Blanks(column.right - cell.right));
  }
  return text;
}

std::string Layout::Dots(const std::vector<Column>& columns, int phase, bool pad_right) const {
  std::string text;
  for (size_t k = 0; k < columns.size(); ++k) {
    const Column& column = columns[k];
    const bool pad = k + 1 < columns.size() || pad_right;
    if (static_cast<int>(k + 1) % kDotsEvery == phase) {
      const int left = std::max(0, column.left - 1);
      absl::StrAppend(&text, Blanks(left), kVerticalDots,
                      pad ? Blanks(column.width() - 1 - left) : "");
    } else if (pad) {
      text += Blanks(column.width());
    }
    if (k + 1 < columns.size()) absl::StrAppend(&text, kSeparator);
  }
  return text;
}

std::string Layout::Run(const DisplayOptions& options) {
  const int height = options.rows - 4;
  const int width = options.columns - 1;  // Each row begins with a blank.
  const int64_t half = height / 2;
  const bool all_rows = rows_ <= height;
  for (int64_t i = 0; i < (all_rows ? rows_ : half); ++i) shown_rows_.push_back(i);
  if (!all_rows) {
    for (int64_t i = rows_ - (height - 1) / 2; i < rows_; ++i) shown_rows_.push_back(i);
  }
  const int64_t possible = std::min<int64_t>(columns_, width / (1 + kSeparatorWidth));
  std::vector<int64_t> first, last;
  for (int64_t j = 0; j < possible; ++j) {
    first.push_back(j);
    last.push_back(columns_ - 1 - j);
  }

  std::vector<Column> left = Align(first, width, width);
  const bool all_columns = static_cast<int64_t>(left.size()) >= columns_;
  std::vector<Column> right;
  int phase = 1;
  if (!all_columns) {
    const int half_width = (width - kDotsWidth + 1) / 2 + 1;
    right = Align(last, half_width, half_width);
    std::reverse(right.begin(), right.end());
    const int rest = width - TotalWidth(right) - kDotsWidth;
    left = Align(first, rest, rest);
    const auto n = static_cast<int64_t>(right.size()) - columns_ + 1;
    phase = static_cast<int>((n % kDotsEvery + kDotsEvery) % kDotsEvery);
  }

  std::string text;
  for (size_t k = 0; k < shown_rows_.size(); ++k) {
    const int64_t i = shown_rows_[k];
    absl::StrAppend(&text, k > 0 ? "\n" : "", " ", Row(i, left));
    if (!all_columns) {
      absl::StrAppend(&text,
                      i % kDotsEvery == 0 ? std::string(kHorizontalDots) : Blanks(kDotsWidth),
                      Row(i, right));
    }
    if (!all_rows && static_cast<int64_t>(k) + 1 == half) {
      absl::StrAppend(&text, "\n ", Dots(left, 1, !all_columns));
      if (!all_columns) {
        absl::StrAppend(&text, kDiagonalDots, Dots(right, phase, false));
      }
    }
  }
  return text;
}

}  // namespace

Cell NumberCell(std::string text) {
  Cell cell;
  const absl::string_view whole = absl::string_view(text).substr(0, text.find_first_of(".eEfF"));
  cell.left = TextWidth(whole);
  cell.right = TextWidth(text) - cell.left;
  cell.text = std::move(text);
  return cell;
}

Cell TextCell(std::string text) {
  Cell cell;
  cell.right = TextWidth(text);
  cell.text = std::move(text);
  return cell;
}

std::string LayOutMatrix(int64_t rows, int64_t columns, const DisplayOptions& options,
                         absl::FunctionRef<Cell(int64_t row, int64_t column)> cell) {
  return Layout(rows, columns, cell).Run(options);
}

}  // namespace fluxgate::lang
