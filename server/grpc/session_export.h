#ifndef FLUXGATE_SERVER_GRPC_SESSION_EXPORT_H_
#define FLUXGATE_SERVER_GRPC_SESSION_EXPORT_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/base/memory_charge.h"
#include "proto/fluxgate/v1/sessions.pb.h"
#include "server/grpc/server_state.h"
#include "server/session/export.h"
#include "server/wire/chunk_codec.h"

namespace fluxgate::rpc {

// The messages of ExportSession: the script in parts of at most kChunkBytes, then the arrays.
class ExportSource {
 public:
  // The script's memory is charged to the budget current on this thread.
  explicit ExportSource(session::Script script);
  // Nothing at the end.
  absl::optional<grpc::ByteBuffer> Next();

 private:
  std::string text_;
  std::vector<std::string> left_out_;
  size_t sent_ = 0;  // Bytes of text_.
  std::unique_ptr<MemoryCharge> charge_;
  wire::ChunkEncoder chunks_;
};

absl::StatusOr<ExportSource> OpenExport(ServerState& state, const v1::ExportSessionRequest& request,
                                        session::CallContext& context);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_SESSION_EXPORT_H_
