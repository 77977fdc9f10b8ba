// plot: the losses of a training, drawn.

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/training_view.h"

namespace fluxgate::client {
namespace {

// The job of that name, or the session's newest training.
absl::StatusOr<v1::Job> FindTraining(Client& client, const std::string& id) {
  if (!id.empty()) {
    v1::GetJobRequest request;
    request.set_job(id);
    auto response = client.Call(&v1::Jobs::Stub::GetJob, request);
    if (!response.ok()) return response.status();
    if (response->job().kind() == v1::Job::TRAIN) return response->job();
    return absl::FailedPreconditionError(absl::StrCat(id, " is no training; it has no losses"));
  }
  v1::ListJobsRequest request;
  do {
    auto response = client.Call(&v1::Jobs::Stub::ListJobs, request);
    if (!response.ok()) return response.status();
    for (const v1::Job& job : response->jobs()) {
      if (job.kind() == v1::Job::TRAIN) return job;
    }
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return absl::NotFoundError("no training in this session; `fluxgate train` begins one");
}

}  // namespace

absl::Status RunPlot(Client& client, const std::vector<std::string>& arguments) {
  const auto job = FindTraining(client, arguments.empty() ? "" : arguments[0]);
  if (!job.ok()) return job.status();
  LossHistory losses;
  // Of a training that runs: what there is by now.
  bool all = job->last_event() == 0;
  if (!all) {
    const auto watched = client.WatchJob(job->id(), [&](const v1::WatchJobResponse& response) {
      if (response.has_train()) losses.Add(response.train());
      all = all || response.train().event() >= job->last_event();
      return !all;
    });
    if (!watched.ok() && !all) return watched.status();
  }
  const std::string chart = losses.Chart();
  if (chart.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(job->id(), " has reported fewer than two losses: nothing to draw"));
  }
  std::printf("%s of %s, %s\n%s", job->id().c_str(), job->model().c_str(),
              v1::Job::State_Name(job->state()).c_str(), chart.c_str());
  return absl::OkStatus();
}

}  // namespace fluxgate::client
