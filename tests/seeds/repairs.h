#ifndef FLUXGATE_TESTS_SEEDS_REPAIRS_H_
#define FLUXGATE_TESTS_SEEDS_REPAIRS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tests/seeds/transcript.h"

namespace fluxgate::seeds {

// The smallest change that makes a step of a page hold today, and why it is needed. A null text
// leaves the page's own.
struct Repair {
  absl::string_view block;
  int step;
  absl::string_view name;
  Check check = Check::kText;
  const char* output = nullptr;
  double tolerance = 0;
  const char* input = nullptr;
  const char* before = nullptr;
};
absl::Span<const Repair> Repairs();

// NOT_FOUND when a repair names a step that does not exist.
absl::Status ApplyRepairs(absl::string_view seed, std::vector<Step>* steps);

// Reads a seed from `directory` and repairs it.
absl::StatusOr<std::vector<Step>> LoadSeed(const SeedFile& file, const std::string& directory);

}  // namespace fluxgate::seeds

#endif  // FLUXGATE_TESTS_SEEDS_REPAIRS_H_
