#ifndef FLUXGATE_TESTS_SEEDS_TRANSCRIPT_H_
#define FLUXGATE_TESTS_SEEDS_TRANSCRIPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"

namespace fluxgate::seeds {

// How a tutorial carries its code.
enum class Container {
  kMarkdown,      // ``` fences, with or without julia> prompts, and inline `julia> …`
  kPlainText,     // julia> prompts between paragraphs
  kRestructured,  // .. code:: julia and .. parsed-literal::, encoded twice
};

struct SeedFile {
  absl::string_view id;    // "S0"
  absl::string_view name;  // of the file in data/
  Container container;
  int blocks, steps;  // that the file holds
};
absl::Span<const SeedFile> SeedFiles();

// How far what comes back must agree with what the page prints.
enum class Check {
  kNone,     // not at all
  kText,     // exactly
  kNumbers,  // the text between numbers, and each number within the tolerance
  kShape,    // the text between numbers
};

// One input and what the page shows below it.
struct Step {
  std::string block;  // "S0.3"
  int index = 1;      // within the block
  int line = 0;       // of the input in the file
  std::string input;
  // "" when the page shows that nothing is printed, absent when it does not say.
  absl::optional<std::string> output;
  Check check = Check::kText;
  double tolerance = 0;  // absolute, of kNumbers; 0: two units in the last place of Float32
  std::string before;    // source to run first, unseen by the page
  std::vector<std::string> repairs;  // names of the repairs that were applied
};

// The steps as they stand in the text.
absl::StatusOr<std::vector<Step>> ReadTranscript(const SeedFile& file, absl::string_view text);
// The text of a file that was read as cp1252 and written as UTF-8. INVALID_ARGUMENT when it was
// not.
absl::StatusOr<std::string> UndoDoubleEncoding(absl::string_view text);

}  // namespace fluxgate::seeds

#endif  // FLUXGATE_TESTS_SEEDS_TRANSCRIPT_H_
