// fluxgate: a Fluxgate server from the command line. `fluxgate --help` lists the commands.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/arguments.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"
#include "client/cli/read_file.h"
#include "client/cpp/errors.h"

namespace fluxgate::client {

absl::Span<const Command> Commands() {
  static constexpr Command kCommands[] = {
      {"repl", "", "a prompt like Julia's; ? there says what the keys do", 0, 0, RunRepl},
      {"eval", "SOURCE|-", "runs Julia text and prints what Julia's prompt would", 1, 1, RunEval},
      {"run", "FILE.jl", "runs a file of Julia text", 1, 1, RunFile},
      {"derive", "FUNCTION", "writes the derivative of a function as text; see --order, --at", 1, 1,
       RunDerive},
      {"explain", "[MODEL]",
       "shows layers, memory and kernels of a model; see --dims, --data, --loss, --optimiser", 0, 1,
       RunExplain},
      {"help", "[NAME]", "explains a concept, layer or function, or lists all that it can", 0, 1,
       RunHelp},
      {"push", "NAME FILE.csv|FILE.npz",
       "stores a file as a dataset; see --label, --onehot, --split", 2, 2, RunPush},
      {"train", "[MODEL]", "trains a model; see --loss, --optimiser, --epochs, --batch_size", 0, 1,
       RunTrain},
      {"params", "[MODEL]", "lists a model's parameters, or --out FILE, or --in FILE", 0, 1,
       RunParams},
      {"jobs", "", "lists the session's jobs", 0, 0, RunJobs},
      {"watch", "JOB", "shows a job until it ends", 1, 1, RunWatch},
      {"plot", "[JOB]", "draws the losses of a training, the newest one by default", 0, 1, RunPlot},
      {"rewind", "[MODEL]", "takes a model back to a mark; see --step, and train's --mark_every", 0,
       1, RunRewind},
      {"cancel", "JOB", "stops a job at its next step's boundary", 1, 1, RunCancel},
      {"call", "[SERVICE[/METHOD [JSON|-]]]",
       "calls a method with JSON, or lists the services, or a service's methods", 0, 2, RunCall},
      {"describe", "NAME", "shows a service, method, message or field of the API", 1, 1,
       RunDescribe},
      {"fork", "NAME", "makes a session that begins as a copy of this one", 1, 1, RunFork},
      {"export", "FOLDER", "writes the session as a Julia script for Flux, with its arrays", 1, 1,
       RunExport},
      {"sessions", "", "lists the server's sessions", 0, 0, RunSessions},
      {"health", "[SERVICE]", "succeeds when the server, or one service of it, is SERVING", 0, 1,
       RunHealth},
      {"info", "", "says what the server is and can do", 0, 0, RunInfo},
  };
  return kCommands;
}

namespace {

std::string Usage() {
  std::string text = "fluxgate [--server ADDRESS] [--session NAME] COMMAND ...\n\n";
  for (const Command& command : Commands()) {
    absl::StrAppendFormat(&text, "  %-9s%-28s%s\n", command.name, command.arguments, command.help);
  }
  return text + "\nFlags: fluxgate --help";
}

// The bearer token of --token_file, or else of the environment; empty: none. What is wrong with a
// file is said without its text.
absl::StatusOr<std::string> Token() {
  const std::string path = absl::GetFlag(FLAGS_token_file);
  const char* variable = std::getenv("FLUXGATE_TOKEN");
  std::string token = variable == nullptr ? "" : variable;
  if (!path.empty()) token = ReadFile(path).value_or("");
  absl::StripAsciiWhitespace(&token);
  if ((token.empty() && !path.empty()) ||
      !std::all_of(token.begin(), token.end(), absl::ascii_isgraph)) {
    return absl::InvalidArgumentError(
        path.empty() ? "FLUXGATE_TOKEN is no token: it has blanks or other than ASCII characters"
                     : absl::StrCat("--token_file: no token can be read from ", path));
  }
  return token;
}

absl::StatusOr<std::unique_ptr<Client>> Connect() {
  Client::Options options{.server = absl::GetFlag(FLAGS_server),
                          .session = absl::GetFlag(FLAGS_session)};
  if (const std::string path = absl::GetFlag(FLAGS_tls_ca); !path.empty()) {
    options.tls_ca = ReadFile(path).value_or("");
    if (options.tls_ca.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--tls_ca: no certificates can be read from ", path));
    }
  }
  absl::StatusOr<std::string> token = Token();
  if (!token.ok()) return token.status();
  options.token = *std::move(token);
  return Client::Connect(std::move(options));
}

absl::Status Run(const Command& command, const std::vector<std::string>& arguments) {
  const auto client = Connect();
  return client.ok() ? command.run(**client, arguments) : client.status();
}

// 1 for what the server or the text says, 2 for a wrong command line.
int Main(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    std::fprintf(stderr, "%s\n", Usage().c_str());
    return 2;
  }
  const auto commands = Commands();
  const auto* command = std::find_if(commands.begin(), commands.end(),
                                     [&](const Command& c) { return c.name == arguments[0]; });
  if (command == commands.end()) {
    std::fprintf(stderr, "no command \"%s\"\n\n%s\n", arguments[0].c_str(), Usage().c_str());
    return 2;
  }
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (rest.size() < command->min_arguments || rest.size() > command->max_arguments) {
    absl::FPrintF(stderr, "usage: fluxgate %s %s\n", command->name, command->arguments);
    return 2;
  }
  const absl::Status status = Run(*command, rest);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", FormatError(status).c_str());
  return 1;
}

}  // namespace
}  // namespace fluxgate::client

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(fluxgate::client::Usage());
  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "client/cli/flags.cc");
  };
  absl::SetFlagsUsageConfig(usage);
  std::vector<std::string> arguments = fluxgate::client::ProtectText({argv, argv + argc});
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  const std::vector<char*> positional =
      absl::ParseCommandLine(static_cast<int>(pointers.size()), pointers.data());
  return fluxgate::client::Main({positional.begin() + 1, positional.end()});
}
