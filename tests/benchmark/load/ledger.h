#ifndef FLUXGATE_TESTS_BENCHMARK_LOAD_LEDGER_H_
#define FLUXGATE_TESTS_BENCHMARK_LOAD_LEDGER_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace fluxgate::benchmark {

using Code = grpc::StatusCode;
// What a call may end with.
using Codes = std::vector<Code>;

// How the calls of a load ended, by RPC and status code, and what the contract does not allow.
// Thread-safe.
class Ledger {
 public:
  void Record(const std::string& rpc, const grpc::Status& status, const Codes& allowed);
  // Anything else that must not happen.
  void Complain(const std::string& what);

  // Calls and complaints, as tables.
  void Print() const;
  bool clean() const;

 private:
  void ComplainLocked(const std::string& what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, std::map<Code, int64_t>> calls_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> complaints_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_LOAD_LEDGER_H_
