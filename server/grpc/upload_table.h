#ifndef FLUXGATE_SERVER_GRPC_UPLOAD_TABLE_H_
#define FLUXGATE_SERVER_GRPC_UPLOAD_TABLE_H_

#include <chrono>
#include <list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/base/clock.h"
#include "engine/base/mutex.h"
#include "server/wire/chunk_codec.h"

namespace fluxgate::rpc {

// What has come of a stream of tensors.
struct Upload {
  std::string target;        // what it becomes: "dataset train"
  uint64_t fingerprint = 0;  // of all that has come
  wire::ChunkDecoder chunks;
  std::weak_ptr<const void> session;  // that it is for, and dies with
};

// Streams that broke, each kept for a while under its session and request_id, so that its client
// can go on with it. What they hold is charged to their sessions. Thread-safe.
class UploadTable {
 public:
  struct Options {
    size_t max_uploads = 64;
    int64_t max_bytes = int64_t{1} << 30;  // of all; the oldest go first
    std::chrono::nanoseconds time_to_live = std::chrono::minutes(10);
  };
  UploadTable(Options options, const Clock& clock) : options_(options), clock_(clock) {}

  // One that has the names already is replaced. One of more than max_bytes is not kept.
  void Keep(const std::string& session, const std::string& request_id, Upload upload);
  // Takes it out.
  absl::optional<Upload> Take(const std::string& session, const std::string& request_id);

  struct Progress {
    wire::ChunkDecoder::Position position;
    Clock::TimePoint expires;
  };
  // NOT_FOUND when nothing is kept, or not any more.
  absl::StatusOr<Progress> Find(const std::string& session, const std::string& request_id);

  void Forget(const std::string& session);
  void Expire();

  const Options& options() const { return options_; }

 private:
  struct Entry {
    std::string session, request_id;
    std::chrono::nanoseconds kept{0};  // monotonic
    Upload upload;
  };
  using Entries = std::list<Entry>;  // Oldest first.

  // Moves out what `unwanted` says, so that it dies outside the lock.
  template <typename Unwanted>
  Entries TakeOutLocked(Unwanted unwanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Those whose time or whose session is over.
  Entries TakeExpiredLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Entries::iterator FindLocked(const std::string& session, const std::string& request_id)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const Clock& clock_;
  Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_UPLOAD_TABLE_H_
