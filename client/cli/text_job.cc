#include "client/cli/text_job.h"

#include <cstdio>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/interrupt.h"

namespace fluxgate::client {
namespace {

absl::Status Watch(Client& client, const std::string& id, bool show) {
  google::rpc::Status error;
  auto job = client.WatchJob(id, [&](const v1::WatchJobResponse& event) {
    std::fputs(event.evaluate().output().c_str(), stdout);
    if (show) {
      for (const std::string& line : event.evaluate().show()) std::printf("%s\n", line.c_str());
    }
    std::fflush(stdout);
    if (event.evaluate().has_error()) error = event.evaluate().error();
    return true;
  });
  if (!job.ok()) return job.status();
  if (job->state() == v1::Job::CANCELLED) {
    return absl::CancelledError(absl::StrCat("stopped: ", job->reason()));
  }
  return ToStatus(job->has_error() ? job->error() : error);
}

}  // namespace

absl::Status RunText(Client& client, v1::EvaluateRequest request, bool show) {
  if (absl::Status status = CheckUtf8(request.source()); !status.ok()) return status;
  request.set_detach(true);
  std::promise<std::string> job;
  std::shared_future<std::string> started = job.get_future().share();
  OnInterrupt interrupt([&client, started] {
    if (!started.get().empty()) client.CancelJob(started.get()).IgnoreError();
  });
  auto response = client.Call(&v1::Workspace::Stub::Evaluate, std::move(request));
  job.set_value(response.ok() ? response->job() : "");
  return response.ok() ? Watch(client, response->job(), show) : response.status();
}

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

}  // namespace fluxgate::client
