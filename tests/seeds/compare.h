#ifndef FLUXGATE_TESTS_SEEDS_COMPARE_H_
#define FLUXGATE_TESTS_SEEDS_COMPARE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tests/seeds/transcript.h"

namespace fluxgate::seeds {

// "" when `actual` is what the step's page prints, as far as the step asks; otherwise what differs.
std::string Difference(const Step& step, absl::string_view actual);

}  // namespace fluxgate::seeds

#endif  // FLUXGATE_TESTS_SEEDS_COMPARE_H_
