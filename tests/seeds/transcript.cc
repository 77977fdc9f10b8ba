#include "tests/seeds/transcript.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/base/status_macros.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/parser.h"

namespace fluxgate::seeds {
namespace {

constexpr absl::string_view kPrompt = "julia>";

using Lines = std::vector<absl::string_view>;

bool IsBlank(absl::string_view line) {
  return line.find_first_not_of(" \t\r") == absl::string_view::npos;
}
bool IsPrompt(absl::string_view line) { return absl::StartsWith(line, kPrompt); }

absl::string_view AfterPrompt(absl::string_view line) {
  line.remove_prefix(kPrompt.size());
  return absl::StripPrefix(line, " ");
}

bool IsIncomplete(const std::string& input) {
  bool incomplete = false;
  return !lang::Parse("seed", input, {}, &incomplete).ok() && incomplete;
}

// The lines without blank ones at the end.
std::string JoinTrimmed(Lines lines) {
  while (!lines.empty() && IsBlank(lines.back())) lines.pop_back();
  return absl::StrJoin(lines, "\n");
}

class Reader {
 public:
  Reader(absl::string_view id, absl::string_view text)
      : id_(id), lines_(absl::StrSplit(text, '\n')) {}

  std::vector<Step> Markdown();
  std::vector<Step> PlainText();
  std::vector<Step> Restructured();

 private:
  bool AtEnd() const { return at_ >= lines_.size(); }
  absl::string_view Line() const { return lines_[at_]; }
  void BeginBlock() {
    ++blocks_;
    index_ = 0;
  }
  Step& Add(size_t line, std::string input) {
    Step step;
    step.block = absl::StrCat(id_, ".", blocks_);
    step.index = ++index_;
    step.line = static_cast<int>(line) + 1;
    step.input = std::move(input);
    steps_.push_back(std::move(step));
    return steps_.back();
  }
  // At a prompt: the input with as many lines as it needs, and the output up to the next prompt,
  // `fence`, or (without a fence) a blank line.
  void ReadPrompt(absl::string_view fence);
  Lines ReadIndented();

  const absl::string_view id_;
  const Lines lines_;
  size_t at_ = 0;
  int blocks_ = 0, index_ = 0;
  std::vector<Step> steps_;
};

void Reader::ReadPrompt(absl::string_view fence) {
  auto at_fence = [&] { return !fence.empty() && absl::StartsWith(Line(), fence); };
  const size_t begin = at_;
  Lines input = {AfterPrompt(Line())};
  ++at_;
  while (!AtEnd() && !IsPrompt(Line()) && !at_fence() && IsIncomplete(absl::StrJoin(input, "\n"))) {
    input.push_back(Line());
    ++at_;
  }
  Step& step = Add(begin, JoinTrimmed(std::move(input)));
  Lines output;
  while (!AtEnd() && !IsPrompt(Line()) && !at_fence() && !(fence.empty() && IsBlank(Line()))) {
    output.push_back(Line());
    ++at_;
  }
  step.output = JoinTrimmed(std::move(output));
}

std::vector<Step> Reader::Markdown() {
  constexpr absl::string_view kFence = "```";
  for (; !AtEnd(); ++at_) {
    absl::string_view line = Line();
    if (absl::ConsumePrefix(&line, "`") && IsPrompt(line) && absl::ConsumeSuffix(&line, "`")) {
      BeginBlock();
      Add(at_, std::string(AfterPrompt(line))).output = "";
    } else if (absl::StartsWith(Line(), kFence)) {
      BeginBlock();
      ++at_;
      const size_t begin = at_;
      if (!AtEnd() && IsPrompt(Line())) {
        while (!AtEnd() && !absl::StartsWith(Line(), kFence)) {
          if (IsPrompt(Line())) {
            ReadPrompt(kFence);
          } else {
            ++at_;
          }
        }
        continue;
      }
      Lines input;
      for (; !AtEnd() && !absl::StartsWith(Line(), kFence); ++at_) input.push_back(Line());
      Add(begin, JoinTrimmed(std::move(input)));
    }
  }
  return std::move(steps_);
}

std::vector<Step> Reader::PlainText() {
  bool in_block = false;  // Prose ends a block.
  while (!AtEnd()) {
    if (IsPrompt(Line())) {
      if (!in_block) BeginBlock();
      in_block = true;
      ReadPrompt("");
      continue;
    }
    in_block = in_block && IsBlank(Line());
    ++at_;
  }
  return std::move(steps_);
}

// The indented lines below a directive, without the indentation.
Lines Reader::ReadIndented() {
  constexpr absl::string_view kIndent = "    ";
  Lines result;
  for (; !AtEnd() && (IsBlank(Line()) || absl::StartsWith(Line(), kIndent)); ++at_) {
    const bool leading = result.empty() && IsBlank(Line());
    if (!leading) result.push_back(absl::StripPrefix(Line(), kIndent));
  }
  return result;
}

std::vector<Step> Reader::Restructured() {
  while (!AtEnd()) {
    const size_t line = at_;
    const absl::string_view directive = Line();
    ++at_;
    if (absl::StartsWith(directive, ".. code:: julia")) {
      BeginBlock();
      Add(line, JoinTrimmed(ReadIndented())).output = "";
    } else if (absl::StartsWith(directive, ".. parsed-literal::") && !steps_.empty()) {
      steps_.back().output = JoinTrimmed(ReadIndented());
    }
  }
  return std::move(steps_);
}

}  // namespace

absl::Span<const SeedFile> SeedFiles() {
  static constexpr SeedFile kFiles[] = {
      {"S0", "000_10bf18ad561aaac2.txt", Container::kMarkdown, 13, 25},
      {"S1", "001_2b967ee9813071d2.txt", Container::kPlainText, 15, 26},
      {"S2", "002_db0cd9f71af9c4f7.txt", Container::kPlainText, 13, 25},
      {"S3", "003_b393c63f1eb24c20.txt", Container::kMarkdown, 15, 25},
      {"S4", "004_eb16dfdd764d3476.txt", Container::kRestructured, 43, 43},
  };
  return kFiles;
}

absl::StatusOr<std::string> UndoDoubleEncoding(absl::string_view text) {
  // What cp1252 has at 0x80 … 0x9f; 0: nothing.
  static constexpr char32_t kCp1252[32] = {
      0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
      0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
      0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const lang::CodePoint c = lang::DecodeUtf8(text, i);
    if (c.length == 0) return absl::InvalidArgumentError("the text is not UTF-8");
    i += static_cast<size_t>(c.length);
    int byte = c.value < 0x100 ? static_cast<int>(c.value) : -1;
    for (int k = 0; byte < 0 && k < 32; ++k) {
      if (kCp1252[k] == c.value) byte = 0x80 + k;
    }
    if (byte < 0) return absl::InvalidArgumentError("a character that cp1252 does not have");
    result.push_back(static_cast<char>(byte));
  }
  if (lang::FindInvalidUtf8(result) != absl::string_view::npos) {
    return absl::InvalidArgumentError("the text was not encoded twice");
  }
  return result;
}

absl::StatusOr<std::vector<Step>> ReadTranscript(const SeedFile& file, absl::string_view text) {
  switch (file.container) {
    case Container::kMarkdown:
      return Reader(file.id, text).Markdown();
    case Container::kPlainText:
      return Reader(file.id, text).PlainText();
    case Container::kRestructured: {
      FG_ASSIGN_OR_RETURN(const std::string decoded, UndoDoubleEncoding(text));
      return Reader(file.id, decoded).Restructured();
    }
  }
  return absl::InternalError("unreachable");
}

}  // namespace fluxgate::seeds
