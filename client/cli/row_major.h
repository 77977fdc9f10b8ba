#ifndef FLUXGATE_CLIENT_CLI_ROW_MAJOR_H_
#define FLUXGATE_CLIENT_CLI_ROW_MAJOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fluxgate::client {

// Elements of `size` bytes that are stored with the last dim moving fastest, as C has them, in our
// order, where the first dim does; and back. The dims are the same on both sides.
std::string FromRowMajor(const std::vector<int64_t>& dims, absl::string_view bytes, int64_t size);
std::string ToRowMajor(const std::vector<int64_t>& dims, absl::string_view bytes, int64_t size);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_ROW_MAJOR_H_
