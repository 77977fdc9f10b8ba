#ifndef FLUXGATE_SERVER_TOKEN_FILE_H_
#define FLUXGATE_SERVER_TOKEN_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/grpc/token_table.h"

namespace fluxgate {

// The tokens that a file of --token_file has. Others may not be able to change it; that they can
// read it is worth a warning in the log. Errors name the file and the line.
absl::StatusOr<rpc::TokenTable> ReadTokenFile(const std::string& path);

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_TOKEN_FILE_H_
