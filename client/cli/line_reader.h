#ifndef FLUXGATE_CLIENT_CLI_LINE_READER_H_
#define FLUXGATE_CLIENT_CLI_LINE_READER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fluxgate::client {

// What could stand in a line from `begin` on to the cursor.
struct Completion {
  size_t begin = 0;
  std::vector<std::string> words;
};

// Lines of text from standard input: edited, with history and completion, when that is a terminal,
// and as they come when it is a file or a pipe. One at a time.
class LineReader {
 public:
  enum class Outcome { kLine, kInterrupted, kEnd };

  virtual ~LineReader() = default;
  // Asks with the prompt, which only a terminal shows. The line comes without its end.
  virtual Outcome Read(const std::string& prompt, std::string* line) = 0;
  virtual bool terminal() const = 0;
};

// `complete` gets the line up to the cursor. The history is kept in a file, of the user alone;
// empty: it is forgotten.
std::unique_ptr<LineReader> OpenLineReader(
    const std::string& history_file, std::function<Completion(absl::string_view line)> complete);

// Where the history belongs: below $XDG_STATE_HOME or ~/.local/state; empty without a home.
std::string DefaultHistoryFile();

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_LINE_READER_H_
