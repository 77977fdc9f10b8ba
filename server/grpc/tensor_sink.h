#ifndef FLUXGATE_SERVER_GRPC_TENSOR_SINK_H_
#define FLUXGATE_SERVER_GRPC_TENSOR_SINK_H_

#include <string>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "engine/base/status_macros.h"
#include "server/grpc/handlers.h"
#include "server/grpc/server_state.h"
#include "server/session/session_registry.h"
#include "server/wire/error_codec.h"
#include "server/wire/request_checks.h"

namespace fluxgate::rpc {

// The tensors of a stream to the server, from its first message, which says what they become, to
// the last. What has come of a stream that breaks is kept, when it has a request_id, for a client
// that wants to go on.
template <typename Request, typename Response>
class TensorSink : public ChunkSink<Request, Response> {
 public:
  explicit TensorSink(ServerState& state) : state_(state) {}

  absl::Status Accept(const Request& message) final {
    if (!upload_.has_value()) {
      FG_RETURN_IF_ERROR(Begin(message));
    } else if (!message.session().empty() || !message.request_id().empty() || message.resume() ||
               message.tensors() > 0 || !RepeatsTarget(message)) {
      return wire::FieldError("session", FirstOnly());
    }
    FG_RETURN_IF_ERROR(AcceptWhole(message, *upload_));
    if (!message.has_chunk()) return absl::OkStatus();
    return Add(message.chunk());
  }

  std::string session() const final { return session_; }

  void Interrupted() final {
    if (!upload_.has_value() || request_id_.empty()) return;
    state_.uploads.Keep(session_, request_id_, *std::move(upload_));
    upload_.reset();
  }

  absl::Status Finish(Response* response, session::CallContext& context) final {
    if (!upload_.has_value()) return wire::FieldError(FirstField(), "the stream is empty");
    // A stream that was cut off may look like one that has ended.
    if (absl::Status whole = upload_->chunks.CheckWhole(tensors_); !whole.ok()) {
      Interrupted();
      return whole;
    }
    FG_ASSIGN_OR_RETURN(const std::string answer,
                        Once(state_, session_, request_id_, upload_->fingerprint, context,
                             [&] { return Store(upload_->chunks, context); }));
    if (!response->ParseFromString(answer)) return absl::InternalError("a kept answer is damaged");
    return absl::OkStatus();
  }

 protected:
  // What the first message says that the tensors become: "dataset train".
  virtual absl::StatusOr<std::string> Target(const Request& first) = 0;
  // Whether a later message says nothing of it, or the same.
  virtual bool RepeatsTarget(const Request& later) const = 0;
  virtual absl::string_view FirstOnly() const = 0;
  // What an empty stream lacks.
  virtual absl::string_view FirstField() const = 0;
  virtual absl::StatusOr<std::shared_ptr<session::Session>> FindSession(
      const std::string& name) const = 0;
  // Tensors that a message has outside its chunk.
  virtual absl::Status AcceptWhole(const Request& message, Upload& upload) = 0;
  virtual absl::Status CheckPath(const std::string& path) const = 0;
  // The serialised response. Runs in the sink's session.
  virtual absl::StatusOr<std::string> Store(wire::ChunkDecoder& chunks,
                                            session::CallContext& context) = 0;

  // What a stream with the same request_id must repeat, whole or in parts.
  template <typename... Parts>
  static void Mix(Upload& upload, const Parts&... parts) {
    upload.fingerprint = absl::HashOf(upload.fingerprint, parts...);
  }

  ServerState& state_;
  std::string session_ = session::SessionRegistry::kDefault;

 private:
  absl::Status Begin(const Request& first) {
    FG_RETURN_IF_ERROR(wire::CheckRequestId(first.request_id()));
    FG_ASSIGN_OR_RETURN(std::string target, Target(first));
    auto session = FindSession(first.session());
    if (!session.ok()) return wire::AtField(session.status(), "session");
    session_ = (*session)->name();
    tensors_ = first.tensors();
    if (first.resume()) {
      FG_RETURN_IF_ERROR(wire::CheckRequired(first.request_id(), "request_id"));
      const absl::Status kept = state_.uploads.Find(session_, first.request_id()).status();
      absl::optional<Upload> upload = state_.uploads.Take(session_, first.request_id());
      // One of a session that was deleted, and whose name lives again, is not this session's.
      if (!upload.has_value() || upload->chunks.budget() != (*session)->budget()) {
        return wire::AtField(kept.ok() ? absl::NotFoundError("its session was deleted") : kept,
                             "resume");
      }
      if (upload->target != target) {
        return wire::FieldError("resume", absl::StrCat("the upload was for the ", upload->target,
                                                       ", not for the ", target));
      }
      upload_ = std::move(upload);
    } else {
      upload_.emplace(
          Upload{target, absl::HashOf(target), wire::ChunkDecoder((*session)->budget()), *session});
    }
    request_id_ = first.request_id();
    return absl::OkStatus();
  }

  absl::Status Add(const v1::TensorChunk& chunk) {
    FG_RETURN_IF_ERROR(CheckPath(chunk.path()));
    FG_RETURN_IF_ERROR(upload_->chunks.Add(chunk, "chunk"));
    if (request_id_.empty()) return absl::OkStatus();
    if (chunk.has_tensor()) Mix(*upload_, chunk.path(), chunk.tensor().SerializeAsString());
    Mix(*upload_, chunk.offset(), chunk.data().size());
    // A sum that was checked stands for the bytes.
    if (chunk.has_crc32c()) {
      Mix(*upload_, chunk.crc32c());
    } else {
      Mix(*upload_, chunk.data());
    }
    return absl::OkStatus();
  }

  std::string request_id_;
  uint32_t tensors_ = 0;
  absl::optional<Upload> upload_;  // From the first message on.
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_TENSOR_SINK_H_
