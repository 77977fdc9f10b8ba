#include "client/cli/csv.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fluxgate::client {
namespace {

// Takes one record off the front of `text`.
absl::StatusOr<std::vector<std::string>> TakeRecord(absl::string_view& text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        fields.back() += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"' && fields.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  if (quoted) return absl::InvalidArgumentError("a quote is not closed");
  text.remove_prefix(i < text.size() ? i + 1 : i);
  return fields;
}

}  // namespace

absl::StatusOr<CsvTable> ParseCsv(absl::string_view text) {
  CsvTable table;
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");  // The byte-order mark that spreadsheets write.
  for (size_t line = 1; !text.empty(); ++line) {
    absl::StatusOr<std::vector<std::string>> record = TakeRecord(text);
    if (!record.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("record ", line, ": ", record.status().message()));
    }
    if (record->size() == 1 && record->front().empty()) continue;
    if (table.columns.empty()) {
      table.columns = *std::move(record);
    } else if (record->size() != table.columns.size()) {
      return absl::InvalidArgumentError(absl::StrCat("record ", line, " has ", record->size(),
                                                     " fields, the first one has ",
                                                     table.columns.size()));
    } else {
      table.rows.push_back(*std::move(record));
    }
  }
  if (table.columns.empty()) return absl::InvalidArgumentError("the file is empty");
  return table;
}

}  // namespace fluxgate::client
