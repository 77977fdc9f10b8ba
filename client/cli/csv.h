#ifndef FLUXGATE_CLIENT_CLI_CSV_H_
#define FLUXGATE_CLIENT_CLI_CSV_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxgate::client {

// A table of text: the first line names the columns, every other line is an example. Fields may be
// quoted as in RFC 4180.
struct CsvTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as `columns`
};

// INVALID_ARGUMENT names the line.
absl::StatusOr<CsvTable> ParseCsv(absl::string_view text);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_CSV_H_
