#include "tests/benchmark/load/ledger.h"

#include <algorithm>
#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fluxgate::benchmark {
namespace {

std::string NameOf(Code code) {
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
}

}  // namespace

void Ledger::Record(const std::string& rpc, const grpc::Status& status, const Codes& allowed) {
  const Code code = status.error_code();
  MutexLock lock(mutex_);
  ++calls_[rpc][code];
  if (std::find(allowed.begin(), allowed.end(), code) != allowed.end()) return;
  ComplainLocked(absl::StrCat(
      rpc, " ended with ", NameOf(code), " for ",
      absl::StrJoin(allowed, " or ",
                    [](std::string* out, Code one) { absl::StrAppend(out, NameOf(one)); }),
      ": ", status.error_message().substr(0, 200)));
}

void Ledger::Complain(const std::string& what) {
  MutexLock lock(mutex_);
  ComplainLocked(what);
}

void Ledger::ComplainLocked(const std::string& what) {
  if (++complaints_[what] == 1) std::fprintf(stderr, "%s\n", what.c_str());
}

bool Ledger::clean() const {
  MutexLock lock(mutex_);
  return complaints_.empty();
}

void Ledger::Print() const {
  MutexLock lock(mutex_);
  std::printf("\n| %-16s | calls | ended with |\n| --- | --- | --- |\n", "RPC");
  int64_t all = 0;
  for (const auto& [rpc, codes] : calls_) {
    int64_t calls = 0;
    for (const auto& [code, count] : codes) calls += count;
    all += calls;
    std::printf("| %-16s | %ld | %s |\n", rpc.c_str(), static_cast<long>(calls),
                absl::StrJoin(codes, ", ", [](std::string* out, const auto& one) {
                  absl::StrAppend(out, NameOf(one.first), " ", one.second);
                }).c_str());
  }
  std::printf("%ld calls in all, %zu kinds of complaints\n", static_cast<long>(all),
              complaints_.size());
  for (const auto& [what, count] : complaints_) {
    std::printf("  %ld times: %s\n", static_cast<long>(count), what.c_str());
  }
}

}  // namespace fluxgate::benchmark
