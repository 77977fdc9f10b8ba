#ifndef FLUXGATE_CLIENT_CLI_COMMANDS_H_
#define FLUXGATE_CLIENT_CLI_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "client/cpp/client.h"

namespace fluxgate::client {

// A command of `fluxgate`: what follows its name, run against a server. Output goes to stdout; the
// status is what main prints to stderr and exits by.
struct Command {
  absl::string_view name;
  absl::string_view arguments;  // "NAME FILE"
  absl::string_view help;
  size_t min_arguments, max_arguments;
  absl::Status (*run)(Client& client, const std::vector<std::string>& arguments);
};

absl::Span<const Command> Commands();

// eval, run (evaluate.cc)
absl::Status RunEval(Client& client, const std::vector<std::string>& arguments);
absl::Status RunFile(Client& client, const std::vector<std::string>& arguments);
// repl (repl.cc)
absl::Status RunRepl(Client& client, const std::vector<std::string>& arguments);
// derive (derive.cc)
absl::Status RunDerive(Client& client, const std::vector<std::string>& arguments);
// explain (explain.cc)
absl::Status RunExplain(Client& client, const std::vector<std::string>& arguments);
// help (help.cc)
absl::Status RunHelp(Client& client, const std::vector<std::string>& arguments);
// push, params (transfer.cc)
absl::Status RunPush(Client& client, const std::vector<std::string>& arguments);
absl::Status RunParams(Client& client, const std::vector<std::string>& arguments);
// train, jobs, watch, cancel (training.cc)
absl::Status RunTrain(Client& client, const std::vector<std::string>& arguments);
absl::Status RunJobs(Client& client, const std::vector<std::string>& arguments);
absl::Status RunWatch(Client& client, const std::vector<std::string>& arguments);
absl::Status RunCancel(Client& client, const std::vector<std::string>& arguments);
// rewind (training.cc)
absl::Status RunRewind(Client& client, const std::vector<std::string>& arguments);
// plot (plot.cc)
absl::Status RunPlot(Client& client, const std::vector<std::string>& arguments);
// call, describe (call.cc)
absl::Status RunCall(Client& client, const std::vector<std::string>& arguments);
absl::Status RunDescribe(Client& client, const std::vector<std::string>& arguments);
// health (health.cc)
absl::Status RunHealth(Client& client, const std::vector<std::string>& arguments);
// export (export.cc)
absl::Status RunExport(Client& client, const std::vector<std::string>& arguments);
// fork, sessions, info (server_info.cc)
absl::Status RunFork(Client& client, const std::vector<std::string>& arguments);
absl::Status RunSessions(Client& client, const std::vector<std::string>& arguments);
absl::Status RunInfo(Client& client, const std::vector<std::string>& arguments);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_COMMANDS_H_
