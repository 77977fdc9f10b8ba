#include "client/cli/arguments.h"

#include <algorithm>

#include "absl/flags/reflection.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace fluxgate::client {
namespace {

bool IsFlag(absl::string_view argument) {
  if (!absl::ConsumePrefix(&argument, "--")) absl::ConsumePrefix(&argument, "-");
  const absl::string_view name = argument.substr(0, argument.find('='));
  absl::string_view negated = name;
  return name.empty() || absl::FindCommandLineFlag(name) != nullptr ||
         (absl::ConsumePrefix(&negated, "no") && absl::FindCommandLineFlag(negated) != nullptr);
}

}  // namespace

std::vector<std::string> ProtectText(std::vector<std::string> arguments) {
  const auto command = std::find(arguments.begin(), arguments.end(), "eval");
  if (command == arguments.end()) return arguments;
  // A "--" already says where the flags end.
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  const auto text = std::find_if(command, end, [](const std::string& argument) {
    return argument.size() > 1 && argument[0] == '-' && !IsFlag(argument);
  });
  if (text == end || end != arguments.end()) return arguments;
  std::string source = std::move(*text);
  arguments.erase(text);
  arguments.push_back("--");
  arguments.push_back(std::move(source));
  return arguments;
}

}  // namespace fluxgate::client
