#include "server/metrics/call_statistics.h"

#include <algorithm>

namespace fluxgate::metrics {

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
  m.total.queue += times.queue;
  m.total.compile += times.compile;
  m.total.copy_in += times.copy_in;
  m.total.compute += times.compute;
  m.total.copy_out += times.copy_out;
  m.longest = std::max(m.longest, times.queue + times.compile + times.copy_in + times.compute +
                                      times.copy_out);
}

std::vector<CallStatistics::Method> CallStatistics::Methods() const {
  MutexLock lock(mutex_);
  std::vector<Method> result;
  result.reserve(methods_.size());
  for (const auto& [name, method] : methods_) result.push_back(method);
  return result;
}

}  // namespace fluxgate::metrics
