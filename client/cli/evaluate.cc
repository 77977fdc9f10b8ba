// eval, run: Julia text in, what Julia's prompt prints out.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"
#include "client/cli/interrupt.h"

namespace fluxgate::client {
namespace {

std::string ReadAll(std::istream& stream) {
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// Text travels as UTF-8; a message with anything else would be refused without a reason.
absl::Status CheckUtf8(const std::string& text) {
  size_t line = 1;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    line += lead == '\n' ? 1 : 0;
    const size_t size = lead < 0x80            ? 1
                        : lead >> 5 == 0b110   ? 2
                        : lead >> 4 == 0b1110  ? 3
                        : lead >> 3 == 0b11110 ? 4
                                               : 0;
    bool valid = size > 0 && i + size <= text.size();
    for (size_t k = 1; valid && k < size; ++k) {
      valid = static_cast<unsigned char>(text[i + k]) >> 6 == 0b10;
    }
    if (!valid) {
      return absl::InvalidArgumentError(absl::StrCat("line ", line, " of the text is not UTF-8"));
    }
    i += size;
  }
  return absl::OkStatus();
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
  std::ifstream file(arguments[0], std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", arguments[0]));
  v1::EvaluateRequest request;
  request.set_source(ReadAll(file));
  if (absl::Status status = CheckUtf8(request.source()); !status.ok()) return status;
  // The server bounds names; the end of a path says the most.
  request.set_source_name(
      arguments[0].size() <= 128 ? arguments[0] : arguments[0].substr(arguments[0].rfind('/') + 1));
  request.set_detach(true);
  SetTimeout(request);
  auto response = client.Call(&v1::Workspace::Stub::Evaluate, request);
  if (!response.ok()) return response.status();

  OnInterrupt interrupt([&] { client.CancelJob(response->job()).IgnoreError(); });
  google::rpc::Status error;
  auto job = client.WatchJob(response->job(), [&](const v1::WatchJobResponse& event) {
    // A script shows nothing but what it prints.
    std::fputs(event.evaluate().output().c_str(), stdout);
    std::fflush(stdout);
    if (event.evaluate().has_error()) error = event.evaluate().error();
    return true;
  });
  if (!job.ok()) return job.status();
  if (error.code() != 0) return ToStatus(error);
  if (job->has_error()) return ToStatus(job->error());
  if (job->state() == v1::Job::SUCCEEDED) return absl::OkStatus();
  return absl::CancelledError(absl::StrCat(arguments[0], " was stopped: ", job->reason()));
}

}  // namespace fluxgate::client
