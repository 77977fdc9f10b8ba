#include "client/cli/completion.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fluxgate::client {
namespace {

// Bytes of an identifier; those of σ and ŷ are all above 127.
bool InName(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '!' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Where the path begins that ends a text: names, dots and indices that are numbers.
size_t PathBegin(absl::string_view text) {
  size_t begin = text.size();
  while (begin > 0) {
    const char c = text[begin - 1];
    if (c == ']') {
      const size_t open = text.rfind('[', begin - 1);
      if (open == absl::string_view::npos) break;
      const absl::string_view index = text.substr(open + 1, begin - open - 2);
      if (index.empty() || !std::all_of(index.begin(), index.end(), absl::ascii_isdigit)) break;
      begin = open;
    } else if (InName(c) || c == '.') {
      --begin;
    } else {
      break;
    }
  }
  return begin;
}

}  // namespace

Completion CompleteName(absl::string_view line, const KnownNames& known) {
  size_t begin = line.size();
  while (begin > 0 && InName(line[begin - 1])) --begin;
  while (begin < line.size() && absl::ascii_isdigit(line[begin])) ++begin;  // 2x is 2 times x.
  const absl::string_view typed = line.substr(begin);
  Completion completion{begin, {}};
  const auto offer = [&](absl::string_view word) {
    if (absl::StartsWith(word, typed)) completion.words.emplace_back(word);
  };
  if (begin > 0 && line[begin - 1] == '.') {
    const absl::string_view before = line.substr(0, begin - 1);
    const std::string path(before.substr(PathBegin(before)));
    if (path.empty()) return completion;
    const std::string qualifier = absl::StrCat(path, ".");
    for (const std::string& name : known.names()) {
      if (absl::StartsWith(name, qualifier)) offer(absl::StripPrefix(name, qualifier));
    }
    // A module is no value.
    if (completion.words.empty()) {
      for (const std::string& field : known.fields(path)) offer(field);
    }
  } else if (!typed.empty()) {
    for (const std::string& name : known.names()) offer(name);
  }
  std::sort(completion.words.begin(), completion.words.end());
  completion.words.erase(std::unique(completion.words.begin(), completion.words.end()),
                         completion.words.end());
  return completion;
}

}  // namespace fluxgate::client
