#ifndef FLUXGATE_SERVER_OPTIONS_H_
#define FLUXGATE_SERVER_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/grpc/grpc_server.h"
#include "server/log/log_format.h"

namespace fluxgate {

// What the command line, or a file that --flagfile names, says.
struct ServerOptions {
  rpc::GrpcServerOptions grpc;
  int64_t process_memory_bytes = 0;  // that the whole process may hold
  std::string http_listen;           // Empty: no HTTP.
  std::string token_file;            // Empty: whoever reaches the server may call.
  std::chrono::milliseconds grace{0}, drain{0};
};

// Checks the flags against each other and reads the files that they name. INVALID_ARGUMENT or
// NOT_FOUND naming the flag.
absl::StatusOr<ServerOptions> OptionsFromFlags();

// The tenant whose token is to be hashed, which is all there is to do then; empty: none.
std::string TenantToHashFor();
// Whether the flags were to be checked only.
bool OnlyCheck();
std::string LogLevel();
absl::StatusOr<log::Format> LogFormat();
// All flags with their values, a line each, as --flagfile reads them.
std::string FlagFile();
// Whether a flag that this source file defines is one of the server's.
bool IsServerFlag(absl::string_view file);

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_OPTIONS_H_
