#include "server/grpc/upload_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fluxgate::rpc {

template <typename Unwanted>
UploadTable::Entries UploadTable::TakeOutLocked(Unwanted unwanted) {
  Entries out;
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    if (unwanted(*it)) out.splice(out.end(), entries_, it);
    it = next;
  }
  return out;
}

UploadTable::Entries UploadTable::TakeExpiredLocked() {
  const std::chrono::nanoseconds now = clock_.Monotonic();
  return TakeOutLocked([&](const Entry& entry) {
    return now - entry.kept >= options_.time_to_live || entry.upload.session.expired();
  });
}

UploadTable::Entries::iterator UploadTable::FindLocked(const std::string& session,
                                                       const std::string& request_id) {
  return std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.session == session && entry.request_id == request_id;
  });
}

void UploadTable::Keep(const std::string& session, const std::string& request_id, Upload upload) {
  if (upload.chunks.bytes() > options_.max_bytes) return;
  Entries dying, evicted;
  MutexLock lock(mutex_);
  dying = TakeOutLocked([&](const Entry& entry) {
    return entry.session == session && entry.request_id == request_id;
  });
  evicted = TakeExpiredLocked();
  entries_.push_back({session, request_id, clock_.Monotonic(), std::move(upload)});
  int64_t bytes = 0;
  for (const Entry& entry : entries_) bytes += entry.upload.chunks.bytes();
  while (entries_.size() > options_.max_uploads || bytes > options_.max_bytes) {
    bytes -= entries_.front().upload.chunks.bytes();
    evicted.splice(evicted.end(), entries_, entries_.begin());
  }
}

absl::optional<Upload> UploadTable::Take(const std::string& session,
                                         const std::string& request_id) {
  Entries dying;
  MutexLock lock(mutex_);
  dying = TakeExpiredLocked();
  auto it = FindLocked(session, request_id);
  if (it == entries_.end()) return absl::nullopt;
  absl::optional<Upload> upload(std::move(it->upload));
  entries_.erase(it);
  return upload;
}

absl::StatusOr<UploadTable::Progress> UploadTable::Find(const std::string& session,
                                                        const std::string& request_id) {
  Entries dying;
  MutexLock lock(mutex_);
  dying = TakeExpiredLocked();
  auto it = FindLocked(session, request_id);
  if (it == entries_.end()) {
    return absl::NotFoundError(absl::StrCat(
        "nothing is kept of an upload \"", request_id.substr(0, 128),
        "\": it never came, was stored, or is older than ",
        std::chrono::duration_cast<std::chrono::seconds>(options_.time_to_live).count(),
        " s; begin again"));
  }
  const std::chrono::nanoseconds age = clock_.Monotonic() - it->kept;
  return Progress{it->upload.chunks.position(),
                  clock_.Now() + std::chrono::duration_cast<Clock::TimePoint::duration>(
                                     options_.time_to_live - age)};
}

void UploadTable::Forget(const std::string& session) {
  Entries dying;
  MutexLock lock(mutex_);
  dying = TakeOutLocked([&](const Entry& entry) { return entry.session == session; });
}

void UploadTable::Expire() {
  Entries dying;
  MutexLock lock(mutex_);
  dying = TakeExpiredLocked();
}

}  // namespace fluxgate::rpc
