#include "server/wire/help.h"

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/lang/syntax/diagnostics.h"
#include "server/wire/error_codec.h"
#include "server/wire/help_text.h"

namespace fluxgate::wire {
namespace {

constexpr size_t kColumns = 100;
constexpr size_t kSimilar = 8;

using Lines = std::vector<absl::string_view>;

struct Entry {
  absl::string_view heading;
  std::vector<std::string> names;
  Lines text;
};
struct Chapter {
  absl::string_view title;
  Lines text;  // before its first entry
  std::vector<Entry> entries;
};

std::vector<Chapter> Parse(absl::string_view pages) {
  std::vector<Chapter> chapters;
  bool code = false;
  for (absl::string_view line : absl::StrSplit(pages, '\n')) {
    if (absl::StartsWith(line, "```")) code = !code;
    absl::string_view heading = line;
    if (!code && absl::ConsumePrefix(&heading, "# ")) {
      chapters.push_back({heading, {}, {}});
    } else if (!code && absl::ConsumePrefix(&heading, "## ")) {
      chapters.back().entries.push_back({heading, absl::StrSplit(heading, ", "), {}});
    } else {
      Chapter& chapter = chapters.back();
      (chapter.entries.empty() ? chapter.text : chapter.entries.back().text).push_back(line);
    }
  }
  return chapters;
}

const std::vector<Chapter>& Chapters() {
  static const auto& chapters = *new std::vector<Chapter>(Parse(HelpText()));
  return chapters;
}

// A heading, an empty line, and what is below it without the empty lines around.
void AddPage(absl::string_view heading, const Lines& text, v1::HelpResponse* response) {
  if (response->text_size() > 0) response->add_text("");
  response->add_text(absl::StrCat("# ", heading));
  const std::string body = absl::StrJoin(text, "\n");
  const absl::string_view content = absl::StripAsciiWhitespace(body);
  if (content.empty()) return;
  response->add_text("");
  for (absl::string_view line : absl::StrSplit(content, '\n'))
    response->add_text(std::string(line));
}

void AddChapter(const Chapter& chapter, v1::HelpResponse* response) {
  v1::HelpResponse::Chapter* list = response->add_chapters();
  list->set_title(std::string(chapter.title));
  AddPage(chapter.title, chapter.text, response);
  response->add_text("");
  std::string line;
  for (const Entry& entry : chapter.entries) {
    for (const std::string& name : entry.names) {
      list->add_names(name);
      if (!line.empty() && line.size() + name.size() + 3 > kColumns) {
        response->add_text(absl::StrCat(line, ","));
        line.clear();
      }
      absl::StrAppend(&line, line.empty() ? "" : ", ", name);
    }
  }
  response->add_text(line);
}

// The entries that have a name of which `is` is true.
bool AddEntries(absl::FunctionRef<bool(const std::string&)> is, v1::HelpResponse* response) {
  for (const Chapter& chapter : Chapters()) {
    for (const Entry& entry : chapter.entries) {
      for (const std::string& name : entry.names) {
        if (!is(name)) continue;
        AddPage(entry.heading, entry.text, response);
        break;
      }
    }
  }
  return response->text_size() > 0;
}

// What follows the package in "Flux.mse"; the whole of "Dense" and of "...".
absl::string_view WithoutPackage(absl::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == absl::string_view::npos || dot + 1 == name.size() || !absl::ascii_isalpha(name[0])) {
    return name;
  }
  return name.substr(dot + 1);
}

absl::Status NoHelp(absl::string_view name) {
  std::vector<std::string> all, similar;
  const std::string lower = absl::AsciiStrToLower(name);
  for (const Chapter& chapter : Chapters()) {
    all.emplace_back(chapter.title);
    for (const Entry& entry : chapter.entries) {
      all.insert(all.end(), entry.names.begin(), entry.names.end());
    }
  }
  for (const std::string& known : all) {
    if (similar.size() < kSimilar && absl::StrContains(absl::AsciiStrToLower(known), lower)) {
      similar.push_back(known);
    }
  }
  std::string message = absl::StrCat("there is no help on \"", name.substr(0, 128), "\"");
  const std::string nearest = NearestName(name, all);
  if (!nearest.empty()) {
    absl::StrAppend(&message, "; did you mean \"", nearest, "\"?");
  } else if (!similar.empty()) {
    absl::StrAppend(&message, "; there is some on ", absl::StrJoin(similar, ", "));
  } else {
    absl::StrAppend(&message, "; without a name, all that there is is listed");
  }
  return FieldError("name", message, absl::StatusCode::kNotFound);
}

}  // namespace

absl::Status FillHelp(absl::string_view name, v1::HelpResponse* response) {
  name = absl::StripAsciiWhitespace(name);
  if (name.empty()) {
    for (const Chapter& chapter : Chapters()) AddChapter(chapter, response);
    return absl::OkStatus();
  }
  const absl::string_view bare = WithoutPackage(name);
  if (AddEntries([&](const std::string& known) { return known == name; }, response) ||
      AddEntries([&](const std::string& known) { return known == bare; }, response)) {
    return absl::OkStatus();
  }
  for (const Chapter& chapter : Chapters()) {
    if (!absl::EqualsIgnoreCase(chapter.title, name)) continue;
    AddChapter(chapter, response);
    return absl::OkStatus();
  }
  if (AddEntries([&](const std::string& known) { return absl::EqualsIgnoreCase(known, bare); },
                 response)) {
    return absl::OkStatus();
  }
  return NoHelp(name);
}

}  // namespace fluxgate::wire
