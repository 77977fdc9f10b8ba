#include "client/cli/help.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/cli/api.h"

namespace fluxgate::client {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

// "Flux.mse" is also called mse.
bool IsCalled(const std::string& full, const std::string& name) {
  return full == name || absl::EndsWith(full, absl::StrCat(".", name));
}

// One paragraph for each list of the server that has the name; `similar` collects what looks like
// it.
std::string InLists(const v1::GetServerInfoResponse& info, const std::string& name,
                    std::vector<std::string>& similar) {
  const std::string lower = absl::AsciiStrToLower(name);
  std::string text;
  const auto look = [&](const Names& names, absl::string_view what) {
    for (const std::string& full : names) {
      if (IsCalled(full, name)) {
        absl::StrAppend(&text, full, " is ", what, "\n");
      } else if (absl::StrContains(absl::AsciiStrToLower(full), lower)) {
        similar.push_back(full);
      }
    }
  };
  look(info.layers(), "a layer of Flux");
  look(info.optimisers(), "a rule of Optimisers");
  look(info.functions(), "a function of Flux or its packages");
  return text;
}

}  // namespace

absl::StatusOr<std::string> Help(Client& client, const std::string& name) {
  std::vector<std::string> parts, similar;
  v1::GetValueRequest question;
  question.set_name(name);
  const auto value = client.Call(&v1::Workspace::Stub::GetValue, question);
  if (value.ok()) {
    parts.push_back(absl::StrCat(name, " is ", value->value().type(), " in this session\n",
                                 absl::StrJoin(value->value().show(), "\n")));
  }
  const auto info = client.Call(&v1::Server::Stub::GetServerInfo, v1::GetServerInfoRequest());
  if (!info.ok()) return info.status();
  parts.push_back(InLists(*info, name, similar));
  if (const auto described = Describe(name); described.ok()) {
    parts.push_back(absl::StrCat("In the API:\n", *described));
  }
  std::string text;
  for (absl::string_view part : parts) {
    part = absl::StripSuffix(part, "\n");
    if (!part.empty()) absl::StrAppend(&text, text.empty() ? "" : "\n\n", part);
  }
  if (!text.empty()) return text;
  return absl::NotFoundError(
      absl::StrCat("nothing is known of \"", name, "\"",
                   similar.empty() ? "; `fluxgate info` lists layers and optimisers"
                                   : absl::StrCat("; there are ", absl::StrJoin(similar, ", "))));
}

}  // namespace fluxgate::client
