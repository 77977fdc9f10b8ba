#ifndef FLUXGATE_CLIENT_CLI_READ_FILE_H_
#define FLUXGATE_CLIENT_CLI_READ_FILE_H_

#include <fstream>
#include <iterator>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace fluxgate::client {

// All bytes of a file.
inline absl::StatusOr<std::string> ReadFile(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", file));
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_READ_FILE_H_
