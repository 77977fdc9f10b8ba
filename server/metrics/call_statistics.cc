#include "server/metrics/call_statistics.h"

#include <algorithm>

namespace fluxgate::metrics {

CallTimes& CallTimes::operator+=(const CallTimes& other) {
  queue += other.queue;
  compile += other.compile;
  copy_in += other.copy_in;
  compute += other.compute;
  copy_out += other.copy_out;
  return *this;
}

CallStatistics::Method& CallStatistics::Method::operator+=(const Method& other) {
  name = other.name;
  calls += other.calls;
  errors += other.errors;
  in_flight += other.in_flight;
  total += other.total;
  longest = std::max(longest, other.longest);
  for (const auto& [code, count] : other.codes) codes[code] += count;
  for (size_t i = 0; i < durations.size(); ++i) durations[i] += other.durations[i];
  duration += other.duration;
  return *this;
}

void CallStatistics::Started(const std::string& method) {
  MutexLock lock(mutex_);
  Method& m = methods_[method];
  m.name = method;
  ++m.in_flight;
}

void CallStatistics::Finished(const std::string& method, const absl::Status& status,
                              const CallTimes& times) {
  MutexLock lock(mutex_);
  Method& m = methods_[method];
  --m.in_flight;
  ++m.calls;
  if (!status.ok()) ++m.errors;
  m.total += times;
  const std::chrono::nanoseconds duration = times.sum();
  m.longest = std::max(m.longest, duration);
  m.duration += duration;
  ++m.codes[status.code()];
  const double seconds = std::chrono::duration<double>(duration).count();
  ++m.durations[std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin()];
}

void CallStatistics::Add(const std::string& method, const CallTimes& times) {
  MutexLock lock(mutex_);
  methods_[method].name = method;
  methods_[method].total += times;
}

std::vector<CallStatistics::Method> CallStatistics::Methods() const {
  MutexLock lock(mutex_);
  std::vector<Method> result;
  result.reserve(methods_.size());
  for (const auto& [name, method] : methods_) result.push_back(method);
  return result;
}

}  // namespace fluxgate::metrics
