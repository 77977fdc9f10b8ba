#include "client/cli/row_major.h"

#include <cstring>

namespace fluxgate::client {

std::string FromRowMajor(const std::vector<int64_t>& dims, absl::string_view bytes, int64_t size) {
  if (dims.size() < 2) return std::string(bytes);
  std::string result(bytes.size(), '\0');
  std::vector<int64_t> stride(dims.size(), 1);
  for (size_t d = dims.size() - 1; d > 0; --d) stride[d - 1] = stride[d] * dims[d];
  std::vector<int64_t> index(dims.size(), 0);
  int64_t from = 0;
  for (size_t to = 0; to < result.size(); to += size) {
    std::memcpy(&result[to], bytes.data() + from * size, size);
    for (size_t d = 0; d < dims.size(); ++d) {
      from += stride[d];
      if (++index[d] < dims[d]) break;
      from -= stride[d] * dims[d];
      index[d] = 0;
    }
  }
  return result;
}

std::string ToRowMajor(const std::vector<int64_t>& dims, absl::string_view bytes, int64_t size) {
  // Our order is row-major in the dims read backwards.
  return FromRowMajor({dims.rbegin(), dims.rend()}, bytes, size);
}

}  // namespace fluxgate::client
