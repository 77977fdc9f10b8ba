#ifndef FLUXGATE_SERVER_JOBS_REQUEST_CACHE_H_
#define FLUXGATE_SERVER_JOBS_REQUEST_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"

namespace fluxgate::jobs {

// Makes retries safe: a request id names one request of a session, and its first answer is given
// again to whoever repeats it. A failed request changed nothing, so its id may be used again.
//
//   Begin ── new ──▶ run ──▶ Finish(answer)     repeats meanwhile wait for the same answer
//     ├──── seen ──▶ the first answer
//     └──── other payload ──▶ ALREADY_EXISTS
//
// Keeps the last answers in a bounded number of bytes. Thread-safe.
class RequestCache {
 public:
  // Serialised response.
  using Answer = absl::StatusOr<std::string>;
  using Waiter = std::function<void(const Answer&)>;

  explicit RequestCache(size_t max_bytes = 64 << 20) : max_bytes_(max_bytes) {}

  enum class Outcome { kRun, kWillAnswer };
  // kRun: the request is new; the caller runs it and then calls Finish. kWillAnswer: `waiter` has
  // been or will be called with the first answer. ALREADY_EXISTS: the id was used for another
  // request.
  absl::StatusOr<Outcome> Begin(const std::string& session, const std::string& request_id,
                                uint64_t fingerprint, Waiter waiter);
  void Finish(const std::string& session, const std::string& request_id, const Answer& answer);

  void Forget(const std::string& session);

 private:
  using Key = std::pair<std::string, std::string>;
  struct Entry {
    uint64_t fingerprint = 0;
    bool finished = false;
    std::string answer;
    std::vector<Waiter> waiters;
    std::list<Key>::iterator age;
  };
  static size_t BytesOf(const Key& key, const Entry& entry) {
    return key.first.size() + 2 * key.second.size() + entry.answer.size() + 200;
  }

  const size_t max_bytes_;
  Mutex mutex_;
  absl::flat_hash_map<Key, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  std::list<Key> finished_ ABSL_GUARDED_BY(mutex_);  // Oldest first.
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fluxgate::jobs

#endif  // FLUXGATE_SERVER_JOBS_REQUEST_CACHE_H_
