#ifndef FLUXGATE_SERVER_JOBS_FAIR_QUEUE_H_
#define FLUXGATE_SERVER_JOBS_FAIR_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/types/optional.h"

namespace fluxgate::jobs {

// First in, first out within a key (a session); the keys take turns. So a session with a hundred
// waiting calls delays another's one call by at most one of its own. Not thread-safe.
template <typename T>
class FairQueue {
 public:
  void Push(const std::string& key, T item) {
    std::deque<T>& items = by_key_[key];
    if (items.empty()) turns_.push_back(key);
    items.push_back(std::move(item));
    ++size_;
  }

  // The next item, or none when the queue is empty.
  absl::optional<T> Pop() {
    return PopIf([](const std::string&) { return true; });
  }

  // The next item whose key may have its turn now; the others keep their places.
  template <typename MayRun>
  absl::optional<T> PopIf(MayRun may_run) {
    auto turn = std::find_if(turns_.begin(), turns_.end(), may_run);
    if (turn == turns_.end()) return absl::nullopt;
    std::string key = std::move(*turn);
    turns_.erase(turn);
    auto it = by_key_.find(key);
    T item = std::move(it->second.front());
    it->second.pop_front();
    --size_;
    if (it->second.empty()) {
      by_key_.erase(it);
    } else {
      turns_.push_back(std::move(key));
    }
    return item;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  absl::flat_hash_map<std::string, std::deque<T>> by_key_;
  std::deque<std::string> turns_;  // Each key with items, once.
  size_t size_ = 0;
};

}  // namespace fluxgate::jobs

#endif  // FLUXGATE_SERVER_JOBS_FAIR_QUEUE_H_
