#include "client/cli/help.h"

#include <cstdio>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/cli/api.h"
#include "client/cli/commands.h"

namespace fluxgate::client {
namespace {

// A page as a terminal shows it: what is code is indented instead of marked.
std::string Rendered(const google::protobuf::RepeatedPtrField<std::string>& page) {
  std::string text;
  bool code = false;
  for (const std::string& line : page) {
    if (absl::StartsWith(line, "```")) {
      code = !code;
    } else {
      absl::StrAppend(&text, code && !line.empty() ? "    " : "", line, "\n");
    }
  }
  return text;
}

}  // namespace

absl::StatusOr<std::string> Help(Client& client, const std::string& name) {
  v1::HelpRequest question;
  question.set_name(name);
  const auto page = client.Call(&v1::Server::Stub::Help, question);
  if (!page.ok() && page.status().code() != absl::StatusCode::kNotFound) return page.status();
  if (name.empty()) return Rendered(page->text());
  std::vector<std::string> parts;
  v1::GetValueRequest path;
  path.set_name(name);
  const auto value = client.Call(&v1::Workspace::Stub::GetValue, path);
  if (value.ok()) {
    parts.push_back(absl::StrCat(name, " is ", value->value().type(), " in this session\n",
                                 absl::StrJoin(value->value().show(), "\n")));
  }
  if (page.ok()) parts.push_back(Rendered(page->text()));
  if (const auto described = Describe(name); described.ok()) {
    parts.push_back(absl::StrCat("In the API:\n", *described));
  }
  if (parts.empty()) return page.status();
  for (std::string& part : parts) part = std::string(absl::StripSuffix(part, "\n"));
  return absl::StrJoin(parts, "\n\n");
}

absl::Status RunHelp(Client& client, const std::vector<std::string>& arguments) {
  const absl::StatusOr<std::string> text = Help(client, arguments.empty() ? "" : arguments[0]);
  if (!text.ok()) return text.status();
  std::printf("%s\n", std::string(absl::StripSuffix(*text, "\n")).c_str());
  return absl::OkStatus();
}

}  // namespace fluxgate::client
