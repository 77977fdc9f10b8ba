#ifndef FLUXGATE_SERVER_METRICS_CALL_STATISTICS_H_
#define FLUXGATE_SERVER_METRICS_CALL_STATISTICS_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "engine/base/mutex.h"

namespace fluxgate::metrics {

// How long the parts of one call took.
struct CallTimes {
  std::chrono::nanoseconds queue{0};    // waiting for a worker and for the session's turn
  std::chrono::nanoseconds compile{0};  // making plans of graphs
  std::chrono::nanoseconds copy_in{0};  // from messages to tensors
  std::chrono::nanoseconds compute{0};
  std::chrono::nanoseconds copy_out{0};  // from values to messages

  std::chrono::nanoseconds sum() const { return queue + compile + copy_in + compute + copy_out; }
  CallTimes& operator+=(const CallTimes& other);
  // What is not booked yet of the whole time counts as compute.
  void BookRest(std::chrono::nanoseconds whole) {
    compute += std::max(std::chrono::nanoseconds(0), whole - sum());
  }
};

// Adds the time of its life to an account.
class BookTime {
 public:
  explicit BookTime(std::chrono::nanoseconds& account) : account_(account) {}
  ~BookTime() { account_ += std::chrono::steady_clock::now() - begin_; }
  BookTime(const BookTime&) = delete;
  BookTime& operator=(const BookTime&) = delete;

 private:
  std::chrono::nanoseconds& account_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Counts and times of calls by method. Thread-safe.
class CallStatistics {
 public:
  // The upper bounds of the histogram of durations, in seconds; one more bucket has the rest.
  static constexpr std::array<double, 16> kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                     0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                                     1,      5,       30,     300};
  struct Method {
    std::string name;  // "fluxgate.v1.Workspace/Evaluate"
    uint64_t calls = 0;
    uint64_t errors = 0;
    uint64_t in_flight = 0;
    CallTimes total;  // with those of the jobs that the calls began
    std::chrono::nanoseconds longest{0};
    absl::btree_map<absl::StatusCode, uint64_t> codes;
    std::array<uint64_t, kBounds.size() + 1> durations{};  // Calls in each bucket.
    std::chrono::nanoseconds duration{0};                  // Of all calls, without their jobs.

    // Adds the counts of other calls of the method.
    Method& operator+=(const Method& other);
  };

  void Started(const std::string& method);
  void Finished(const std::string& method, const absl::Status& status, const CallTimes& times);
  // The times of a job that a call of the method began.
  void Add(const std::string& method, const CallTimes& times);
  std::vector<Method> Methods() const;  // By name.

 private:
  mutable Mutex mutex_;
  absl::btree_map<std::string, Method> methods_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fluxgate::metrics

#endif  // FLUXGATE_SERVER_METRICS_CALL_STATISTICS_H_
