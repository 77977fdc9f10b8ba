// repl: a prompt like Julia's.

#include <csignal>
#include <cstdio>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/commands.h"
#include "client/cli/completion.h"
#include "client/cli/help.h"
#include "client/cli/line_reader.h"
#include "client/cli/text_job.h"

namespace fluxgate::client {
namespace {

constexpr char kPrompt[] = "julia> ";
constexpr char kMore[] = "       ";
constexpr char kKeys[] =
    "?NAME explains a name or a word such as gradient, ?help says what else there is. Tab "
    "completes\n"
    "names and fields, Up and Ctrl-R find earlier lines, Ctrl-C stops what runs or drops what is\n"
    "typed, Ctrl-D or exit() ends.";
constexpr const char* kKeywords[] = {
    "begin",   "break", "const",    "continue", "do",    "else",    "elseif",   "end",     "false",
    "finally", "for",   "function", "global",   "let",   "local",   "mutable",  "nothing", "return",
    "struct",  "true",  "try",      "using",    "while", "println", "gradient", "train!"};

// What completion offers. A server that does not answer offers nothing: it will say why when the
// line is run.
KnownNames NamesOf(Client& client) {
  KnownNames known;
  known.names = [&client] {
    std::vector<std::string> names(std::begin(kKeywords), std::end(kKeywords));
    v1::ListNamesRequest request;
    request.set_page_size(1000);
    if (auto list = client.Call(&v1::Workspace::Stub::ListNames, request); list.ok()) {
      for (const auto& name : list->names()) names.push_back(name.name());
    }
    if (auto info = client.Call(&v1::Server::Stub::GetServerInfo, v1::GetServerInfoRequest());
        info.ok()) {
      for (const auto* list : {&info->layers(), &info->optimisers(), &info->functions()}) {
        names.insert(names.end(), list->begin(), list->end());
      }
    }
    return names;
  };
  known.fields = [&client](const std::string& path) {
    std::vector<std::string> fields;
    v1::GetValueRequest request;
    request.set_name(path);
    if (auto value = client.Call(&v1::Workspace::Stub::GetValue, request); value.ok()) {
      for (const auto& element : value->value().elements()) {
        if (!element.name().empty()) fields.push_back(element.name());
      }
    }
    return fields;
  };
  return known;
}

class Repl {
 public:
  Repl(Client& client, LineReader& reader) : client_(client), reader_(reader) {}

  // Until the end of the input; the number of inputs that failed.
  int Run() {
    std::string line;
    while (true) {
      switch (reader_.Read(input_.empty() ? kPrompt : kMore, &line)) {
        case LineReader::Outcome::kInterrupted:
          input_.clear();
          break;
        case LineReader::Outcome::kEnd:
          // What wanted more will not get it.
          if (!input_.empty()) Report(unfinished_);
          if (reader_.terminal()) std::printf("\n");
          return failed_;
        case LineReader::Outcome::kLine:
          if (!Take(line)) return failed_;
          break;
      }
    }
  }

 private:
  // False: the user has had enough.
  bool Take(absl::string_view line) {
    if (input_.empty()) {
      line = absl::StripAsciiWhitespace(line);
      absl::ConsumePrefix(&line, kPrompt);  // Of a pasted session.
      if (line == "exit()" || line == "quit()" || line == "exit" || line == "quit") return false;
      if (line.empty()) return true;
      if (absl::ConsumePrefix(&line, "?")) {
        ShowHelp(std::string(absl::StripAsciiWhitespace(line)));
        return true;
      }
    }
    absl::StrAppend(&input_, input_.empty() ? "" : "\n", line);
    Evaluate();
    return true;
  }

  void Evaluate() {
    v1::EvaluateRequest request;
    request.set_source(input_);
    request.set_source_name(absl::StrCat("REPL[", number_, "]"));
    const absl::Status status = RunText(client_, std::move(request), /*show=*/true);
    if (const auto where = GetDiagnostic(status); where.has_value() && where->incomplete()) {
      unfinished_ = status;
      return;
    }
    Report(status);
    input_.clear();
    ++number_;
  }

  void ShowHelp(const std::string& name) {
    if (name.empty()) {
      std::printf("%s\n", kKeys);
      return;
    }
    const absl::StatusOr<std::string> text = Help(client_, name);
    if (text.ok()) std::printf("%s\n", text->c_str());
    Report(text.status());
  }

  // After each input, as Julia does it: the error if there was one, and an empty line.
  void Report(const absl::Status& status) {
    if (!status.ok()) {
      ++failed_;
      std::fflush(stdout);
      std::fprintf(stderr, "%s\n", FormatError(status).c_str());
    }
    if (reader_.terminal()) std::printf("\n");
    std::fflush(stdout);
  }

  Client& client_;
  LineReader& reader_;
  std::string input_;  // lines that want more
  absl::Status unfinished_;
  int number_ = 1;
  int failed_ = 0;
};

}  // namespace

absl::Status RunRepl(Client& client, const std::vector<std::string>& /*arguments*/) {
  const KnownNames known = NamesOf(client);
  const auto reader = OpenLineReader(
      DefaultHistoryFile(), [&known](absl::string_view line) { return CompleteName(line, known); });
  if (reader->terminal()) {
    // Between two inputs there is nothing to interrupt.
    std::signal(SIGINT, SIG_IGN);
    std::printf("Fluxgate at %s, session %s. ? says what the keys do.\n\n",
                client.options().server.c_str(),
                client.options().session.empty() ? "default" : client.options().session.c_str());
  }
  const int failed = Repl(client, *reader).Run();
  if (failed == 0 || reader->terminal()) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat(failed, failed == 1 ? " input" : " inputs", " failed"));
}

}  // namespace fluxgate::client
