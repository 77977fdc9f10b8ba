#ifndef FLUXGATE_ENGINE_BASE_CRC32C_H_
#define FLUXGATE_ENGINE_BASE_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace fluxgate {

// CRC-32C (Castagnoli), as iSCSI, ext4 and gRPC's peers compute it: Crc32c("123456789") is
// 0xe3069283.
uint32_t Crc32c(absl::string_view bytes);
// The checksum of what `crc` covers followed by `bytes`; 0 covers nothing.
uint32_t ExtendCrc32c(uint32_t crc, absl::string_view bytes);

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_CRC32C_H_
