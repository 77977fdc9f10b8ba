#ifndef FLUXGATE_TESTS_BENCHMARK_CHILD_PROCESS_H_
#define FLUXGATE_TESTS_BENCHMARK_CHILD_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fluxgate::benchmark {

// A server in a process of its own, ready when it has printed "listening on WORDS". It is ended
// with SIGTERM, and the end of its standard input, when the object dies.
class ChildProcess {
 public:
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(std::vector<std::string> command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The words after "listening on".
  const std::vector<std::string>& words() const { return words_; }
  // Of its memory now and at most, in MiB (VmRSS, VmHWM).
  int64_t resident_mib() const { return StatusField("VmRSS:"); }
  int64_t peak_mib() const { return StatusField("VmHWM:"); }

 private:
  ChildProcess(pid_t pid, int input) : pid_(pid), input_(input) {}
  int64_t StatusField(const std::string& name) const;

  const pid_t pid_;
  const int input_;
  std::vector<std::string> words_;
};

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_CHILD_PROCESS_H_
