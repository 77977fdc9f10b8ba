#include "server/grpc/session_export.h"

#include <algorithm>
#include <utility>

#include "engine/base/status_macros.h"
#include "server/grpc/byte_buffers.h"
#include "server/wire/limits.h"
#include "server/wire/text.h"

namespace fluxgate::rpc {
namespace {

// Messages tell a name that is left out, and why, in so many bytes at most.
constexpr size_t kReasonBytes = 1024;
constexpr size_t kReasons = 1000;

}  // namespace

ExportSource::ExportSource(session::Script script)
    : text_(wire::CleanText(script.text, script.text.size())),
      left_out_(std::move(script.left_out)),
      charge_(std::make_unique<MemoryCharge>(static_cast<int64_t>(text_.size()))),
      chunks_(std::move(script.arrays)) {}

absl::optional<grpc::ByteBuffer> ExportSource::Next() {
  if (sent_ == text_.size()) {
    auto chunk = chunks_.Next();
    if (!chunk.has_value()) return absl::nullopt;
    return ChunkMessage(v1::ExportSessionResponse::kChunkFieldNumber, *std::move(chunk));
  }
  v1::ExportSessionResponse message;
  size_t end = std::min(sent_ + wire::kChunkBytes, text_.size());
  // Not inside of a character.
  while (end < text_.size() && (text_[end] & 0xC0) == 0x80) --end;
  message.set_script(text_.substr(sent_, end - sent_));
  if (sent_ == 0) {
    for (size_t i = 0; i < std::min(left_out_.size(), kReasons); ++i) {
      message.add_left_out(wire::CleanText(left_out_[i], kReasonBytes));
    }
  }
  sent_ = end;
  return MessageBytes(message);
}

absl::StatusOr<ExportSource> OpenExport(ServerState& state, const v1::ExportSessionRequest& request,
                                        session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state, request.session(), Access::kRead, context, ShortEntry()));
  FG_ASSIGN_OR_RETURN(session::Script script, session::ExportSession(*visit));
  return ExportSource(std::move(script));
}

}  // namespace fluxgate::rpc
