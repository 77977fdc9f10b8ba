#include "client/cli/line_reader.h"

#include <histedit.h>
#include <langinfo.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fluxgate::client {
namespace {

constexpr int kHistoryLines = 1000;
constexpr char kIndent[] = "    ";

// What all words begin with.
std::string CommonPrefix(const std::vector<std::string>& words) {
  std::string prefix = words.front();
  for (const std::string& word : words) {
    const auto end = std::mismatch(prefix.begin(), prefix.end(), word.begin(), word.end()).first;
    prefix.erase(end, prefix.end());
  }
  // Not half a character.
  while (!prefix.empty() && prefix.size() < words.front().size() &&
         (words.front()[prefix.size()] & 0xC0) == 0x80) {
    prefix.pop_back();
  }
  return prefix;
}

class TerminalReader : public LineReader {
 public:
  TerminalReader(std::string history_file, std::function<Completion(absl::string_view)> complete)
      : history_file_(std::move(history_file)), complete_(std::move(complete)) {
    // Without a locale every byte would be a character.
    std::setlocale(LC_CTYPE, "");
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
    edit_ = el_init("fluxgate", stdin, stdout, stderr);
    history_ = history_init();
    HistEvent event;
    history(history_, &event, H_SETSIZE, kHistoryLines);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!history_file_.empty()) history(history_, &event, H_LOAD, history_file_.c_str());
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &TerminalReader::Prompt);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_HIST, history, history_);
    // Ctrl-C is a key like others while a line is edited.
    el_set(edit_, EL_SETTY, "-d", "-isig", nullptr);
    el_set(edit_, EL_ADDFN, "interrupt", "drops the line", &TerminalReader::Interrupt);
    el_set(edit_, EL_BIND, "^C", "interrupt", nullptr);
    el_set(edit_, EL_ADDFN, "complete", "completes a name", &TerminalReader::Complete);
    el_set(edit_, EL_BIND, "^I", "complete", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    // The user's own ~/.editrc has the last word.
    el_source(edit_, nullptr);
  }

  ~TerminalReader() override {
    history_end(history_);
    el_end(edit_);
  }

  Outcome Read(const std::string& prompt, std::string* line) override {
    prompt_ = prompt;
    interrupted_ = false;
    el_resize(edit_);  // The window may have changed.
    // Before the prompt: whoever sees it may use every key.
    el_set(edit_, EL_PREP_TERM, 1);
    int count = 0;
    const char* text = el_gets(edit_, &count);
    if (interrupted_) return Outcome::kInterrupted;
    if (text == nullptr || count <= 0) return Outcome::kEnd;
    *line = std::string(absl::StripSuffix(text, "\n"));
    if (line->find_first_not_of(' ') != std::string::npos) {
      HistEvent event;
      history(history_, &event, H_ENTER, line->c_str());
      SaveHistory();
    }
    return Outcome::kLine;
  }

  bool terminal() const override { return true; }

 private:
  static TerminalReader& Self(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return *static_cast<TerminalReader*>(self);
  }

  static char* Prompt(EditLine* edit) { return Self(edit).prompt_.data(); }

  static unsigned char Interrupt(EditLine* edit, int /*key*/) {
    std::fputs("^C\n", stdout);
    std::fflush(stdout);
    Self(edit).interrupted_ = true;
    return CC_EOF;
  }

  static unsigned char Complete(EditLine* edit, int /*key*/) {
    const LineInfo* info = el_line(edit);
    const absl::string_view line(info->buffer, info->cursor - info->buffer);
    if (line.find_first_not_of(' ') == absl::string_view::npos) {
      return el_insertstr(edit, kIndent) == 0 ? CC_REFRESH : CC_ERROR;
    }
    const Completion completion = Self(edit).complete_(line);
    if (completion.words.empty()) return CC_ERROR;
    const std::string prefix = CommonPrefix(completion.words);
    const absl::string_view typed = line.substr(completion.begin);
    if (prefix.size() > typed.size()) {
      return el_insertstr(edit, prefix.c_str() + typed.size()) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (completion.words.size() == 1) return CC_ERROR;
    ShowWords(completion.words);
    return CC_REDISPLAY;
  }

  static void ShowWords(const std::vector<std::string>& words) {
    constexpr size_t kWidth = 78;
    std::string row;
    std::fputc('\n', stdout);
    for (const std::string& word : words) {
      if (!row.empty() && row.size() + word.size() + 2 > kWidth) {
        std::printf("%s\n", row.c_str());
        row.clear();
      }
      absl::StrAppend(&row, row.empty() ? "" : "  ", word);
    }
    std::printf("%s\n", row.c_str());
    std::fflush(stdout);
  }

  // After each line, for a terminal that is closed leaves no time.
  void SaveHistory() {
    if (history_file_.empty()) return;
    std::error_code failed;
    std::filesystem::create_directories(std::filesystem::path(history_file_).parent_path(), failed);
    // libedit makes the file for its owner alone.
    HistEvent event;
    if (failed || history(history_, &event, H_SAVE, history_file_.c_str()) < 0) {
      std::fprintf(stderr, "cannot keep the history in %s\n", history_file_.c_str());
      history_file_.clear();
    }
  }

  std::string history_file_;
  const std::function<Completion(absl::string_view)> complete_;
  EditLine* edit_;
  History* history_;
  std::string prompt_;
  bool interrupted_ = false;
};

class PlainReader : public LineReader {
 public:
  Outcome Read(const std::string& /*prompt*/, std::string* line) override {
    return std::getline(std::cin, *line) ? Outcome::kLine : Outcome::kEnd;
  }
  bool terminal() const override { return false; }
};

}  // namespace

std::unique_ptr<LineReader> OpenLineReader(
    const std::string& history_file, std::function<Completion(absl::string_view line)> complete) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
    return std::make_unique<PlainReader>();
  }
  return std::make_unique<TerminalReader>(history_file, std::move(complete));
}

std::string DefaultHistoryFile() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return absl::StrCat(state, "/fluxgate/history");
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return "";
  return absl::StrCat(home, "/.local/state/fluxgate/history");
}

}  // namespace fluxgate::client
