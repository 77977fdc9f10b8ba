// eval, run: Julia text in, what Julia's prompt prints out.

#include <cstdio>
#include <iostream>
#include <iterator>

#include "absl/flags/flag.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"
#include "client/cli/read_file.h"
#include "client/cli/text_job.h"

namespace fluxgate::client {
namespace {

std::string ReadAll(std::istream& stream) {
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void SetTimeout(v1::EvaluateRequest& request) {
  const uint32_t seconds = absl::GetFlag(FLAGS_timeout);
  if (seconds > 0) request.mutable_timeout()->set_seconds(seconds);
}

}  // namespace

absl::Status RunEval(Client& client, const std::vector<std::string>& arguments) {
  v1::EvaluateRequest request;
  request.set_source(arguments[0] == "-" ? ReadAll(std::cin) : arguments[0]);
  if (absl::Status status = CheckUtf8(request.source()); !status.ok()) return status;
  request.set_each_input(true);
  SetTimeout(request);
  auto response = client.Call(&v1::Workspace::Stub::Evaluate, request);
  if (!response.ok()) return response.status();
  for (const v1::EvaluateResponse::Input& input : response->inputs()) {
    std::fputs(input.output().c_str(), stdout);
    for (const std::string& line : input.show()) std::printf("%s\n", line.c_str());
  }
  std::fflush(stdout);
  return ToStatus(response->error());
}

// As a job: a script may run long, and what it prints is shown as it comes.
absl::Status RunFile(Client& client, const std::vector<std::string>& arguments) {
  absl::StatusOr<std::string> text = ReadFile(arguments[0]);
  if (!text.ok()) return text.status();
  v1::EvaluateRequest request;
  request.set_source(*std::move(text));
  // The server bounds names; the end of a path says the most.
  request.set_source_name(
      arguments[0].size() <= 128 ? arguments[0] : arguments[0].substr(arguments[0].rfind('/') + 1));
  SetTimeout(request);
  // A script shows nothing but what it prints.
  return RunText(client, std::move(request), /*show=*/false);
}

}  // namespace fluxgate::client
