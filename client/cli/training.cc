// train, jobs, watch, cancel.

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"
#include "client/cli/progress_bar.h"

namespace fluxgate::client {
namespace {

// Set by Ctrl-C: the first one asks the training to stop at a step's boundary.
std::atomic<bool> interrupted{false};

class CatchInterrupt {
 public:
  CatchInterrupt() : previous_(std::signal(SIGINT, [](int) { interrupted = true; })) {}
  ~CatchInterrupt() { std::signal(SIGINT, previous_); }

 private:
  void (*previous_)(int);
};

std::string ProgressText(const v1::Job& job) {
  if (!job.has_progress()) return "";
  return absl::StrFormat("%d/%d steps", job.progress().step(), job.progress().steps());
}

}  // namespace

absl::Status RunTrain(Client& client, const std::vector<std::string>& arguments) {
  v1::TrainRequest request;
  if (!arguments.empty()) request.set_model(arguments[0]);
  request.set_loss(absl::GetFlag(FLAGS_loss));
  request.set_optimiser(absl::GetFlag(FLAGS_optimiser));
  request.set_data(absl::GetFlag(FLAGS_data));
  request.set_validation(absl::GetFlag(FLAGS_validation));
  for (const std::string& metric : absl::GetFlag(FLAGS_metrics)) request.add_metrics(metric);
  request.set_epochs(absl::GetFlag(FLAGS_epochs));
  request.set_batch_size(absl::GetFlag(FLAGS_batch_size));
  request.set_shuffle(absl::GetFlag(FLAGS_shuffle));
  if (auto seed = absl::GetFlag(FLAGS_seed)) request.set_seed(*seed);
  request.set_detach(absl::GetFlag(FLAGS_detach));

  if (request.detach()) {
    std::string detached;
    absl::Status status = client.Train(request, [&](const v1::TrainEvent& event) {
      if (event.has_started()) detached = event.started().job();
      return !event.has_started();  // The rest is for whoever watches the job.
    });
    if (detached.empty()) return status;
    std::printf("%s\n", detached.c_str());
    return absl::OkStatus();
  }
  CatchInterrupt guard;
  ProgressBar bar(stdout, isatty(STDOUT_FILENO) != 0);
  std::string job;
  bool asked = false;
  return client.Train(request, [&](const v1::TrainEvent& event) {
    bar.Show(event);
    if (event.has_started()) job = event.started().job();
    if (interrupted && !asked) {
      // Cancelling the job rather than the call: its last event still says where it stopped.
      asked = true;
      v1::CancelJobRequest cancel;
      cancel.set_job(job);
      return client.Call(&v1::Jobs::Stub::CancelJob, cancel).ok();
    }
    return true;
  });
}

absl::Status RunJobs(Client& client, const std::vector<std::string>& /*arguments*/) {
  v1::ListJobsRequest request;
  do {
    auto response = client.Call(&v1::Jobs::Stub::ListJobs, request);
    if (!response.ok()) return response.status();
    for (const v1::Job& job : response->jobs()) {
      absl::PrintF("%-8s %-9s %-10s %-12s %-16s %s\n", job.id(), v1::Job::Kind_Name(job.kind()),
                   v1::Job::State_Name(job.state()), job.model(), ProgressText(job), job.reason());
    }
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status RunWatch(Client& client, const std::vector<std::string>& arguments) {
  CatchInterrupt guard;
  ProgressBar bar(stdout, isatty(STDOUT_FILENO) != 0);
  auto job = client.WatchJob(
      arguments[0],
      [&](const v1::WatchJobResponse& response) {
        if (response.has_train()) bar.Show(response.train());
        if (response.has_evaluate()) {
          std::fputs(response.evaluate().output().c_str(), stdout);
          for (const std::string& line : response.evaluate().show()) {
            std::printf("%s\n", line.c_str());
          }
          std::fflush(stdout);
        }
        return !interrupted;
      },
      absl::GetFlag(FLAGS_after_event));
  if (!job.ok()) return job.status();
  absl::PrintF("%s %s%s%s\n", job->id(), v1::Job::State_Name(job->state()),
               job->reason().empty() ? "" : ": ", job->reason());
  return absl::OkStatus();
}

absl::Status RunCancel(Client& client, const std::vector<std::string>& arguments) {
  v1::CancelJobRequest request;
  request.set_job(arguments[0]);
  auto response = client.Call(&v1::Jobs::Stub::CancelJob, request);
  if (!response.ok()) return response.status();
  absl::PrintF("%s %s\n", response->job().id(), v1::Job::State_Name(response->job().state()));
  return absl::OkStatus();
}

}  // namespace fluxgate::client
