#include "server/token_file.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fluxgate {

absl::StatusOr<rpc::TokenTable> ReadTokenFile(const std::string& path) {
  struct stat about {};
  std::ifstream file(path, std::ios::binary);
  if (!file || stat(path.c_str(), &about) != 0) {
    return absl::NotFoundError(absl::StrCat("--token_file: cannot read ", path));
  }
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("--token_file: others than its owner can change %s (mode %04o); chmod go-w "
                        "it",
                        path, about.st_mode & 07777));
  }
  if ((about.st_mode & S_IROTH) != 0) {
    spdlog::warn("--token_file: everybody on this machine can read {}; chmod 600 is better", path);
  }
  absl::StatusOr<rpc::TokenTable> table =
      rpc::TokenTable::Parse(std::string(std::istreambuf_iterator<char>(file), {}));
  if (table.ok()) return table;
  return absl::Status(table.status().code(),
                      absl::StrCat("--token_file: ", path, ": ", table.status().message()));
}

}  // namespace fluxgate
