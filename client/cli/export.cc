// export: the session as a Julia script, in a folder.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/npz.h"

namespace fluxgate::client {

absl::Status RunExport(Client& client, const std::vector<std::string>& arguments) {
  auto made = client.ExportSession();
  if (!made.ok()) return made.status();
  const std::filesystem::path folder(arguments[0]);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot make the folder ", arguments[0], ": ", error.message()));
  }
  // The script comes last, so that it never stands without what it reads.
  if (!made->arrays.empty()) {
    absl::Status status = WriteNpz((folder / "session.npz").string(), made->arrays);
    if (!status.ok()) return status;
  }
  const std::string script = (folder / "session.jl").string();
  std::ofstream file(script, std::ios::binary | std::ios::trunc);
  file << made->script << std::flush;
  if (!file) return absl::InvalidArgumentError(absl::StrCat("cannot write ", script));
  size_t bytes = 0;
  for (const NamedTensor& array : made->arrays) bytes += array.tensor.bytes.size();
  std::printf("%s: %zu bytes; %zu arrays with %zu bytes beside it\n", script.c_str(),
              made->script.size(), made->arrays.size(), bytes);
  for (const std::string& reason : made->left_out) std::printf("left out %s\n", reason.c_str());
  return absl::OkStatus();
}

}  // namespace fluxgate::client
