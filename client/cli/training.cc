// train, rewind, jobs, watch, cancel.

#include <cstdio>
#include <future>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/explain.h"
#include "client/cli/flags.h"
#include "client/cli/interrupt.h"
#include "client/cli/training_view.h"

namespace fluxgate::client {
namespace {

std::string ProgressText(const v1::Job& job) {
  if (!job.has_progress()) return "";
  return absl::StrFormat("%d/%d steps", job.progress().step(), job.progress().steps());
}

std::string MarksText(const v1::Job& job) {
  std::vector<uint32_t> steps;
  for (const v1::TrainMark& mark : job.marks()) steps.push_back(mark.step());
  return steps.empty() ? "" : absl::StrCat("; marks at ", absl::StrJoin(steps, ", "));
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
  request.set_mark_every(absl::GetFlag(FLAGS_mark_every));
  request.set_detach(absl::GetFlag(FLAGS_detach));

  if (request.detach()) {
    if (absl::GetFlag(FLAGS_explain)) {
      return absl::InvalidArgumentError("with --detach nobody is there to --explain to");
    }
    if (!absl::GetFlag(FLAGS_tensorboard).empty()) {
      return absl::InvalidArgumentError(
          "with --detach nobody is there to write --tensorboard; `fluxgate watch JOB` takes it");
    }
    const auto event = client.Train(request, [](const v1::TrainEvent&) { return true; });
    if (!event.ok()) return event.status();
    std::printf("%s\n", event->started().job().c_str());
    return absl::OkStatus();
  }
  auto view = TrainingView::Open(absl::GetFlag(FLAGS_tensorboard));
  if (!view.ok()) return view.status();
  if (absl::GetFlag(FLAGS_explain)) {
    const auto text = Explain(client, {.model = request.model(),
                                       .data = request.data(),
                                       .loss = request.loss(),
                                       .optimiser = request.optimiser(),
                                       .batch_size = request.batch_size()});
    if (!text.ok()) return text.status();
    std::printf("%s\n", text->c_str());
    std::fflush(stdout);
    view->set_shows_parameters(true);
  }
  // Ctrl-C cancels the job rather than the call: its last event still says where it stopped.
  std::promise<std::string> job;
  std::shared_future<std::string> started = job.get_future().share();
  bool has_started = false;
  absl::Status status;
  {
    OnInterrupt interrupt([&] {
      if (!started.get().empty()) client.CancelJob(started.get()).IgnoreError();
    });
    const auto last = client.Train(request, [&](const v1::TrainEvent& event) {
      view->Show(event);
      if (event.has_started() && !has_started) {
        has_started = true;
        job.set_value(event.started().job());
      }
      return true;
    });
    status = last.status();
    if (!has_started) job.set_value("");
  }
  return status.ok() ? view->status() : status;
}

absl::Status RunRewind(Client& client, const std::vector<std::string>& arguments) {
  v1::RewindRequest request;
  if (!arguments.empty()) request.set_model(arguments[0]);
  request.set_job(absl::GetFlag(FLAGS_job));
  if (auto step = absl::GetFlag(FLAGS_step)) request.set_step(*step);
  auto response = client.Call(&v1::Models::Stub::Rewind, request);
  if (!response.ok()) return response.status();
  absl::PrintF("as after step %d of %s\n", response->mark().step(), response->job());
  return absl::OkStatus();
}

absl::Status RunJobs(Client& client, const std::vector<std::string>& /*arguments*/) {
  v1::ListJobsRequest request;
  do {
    auto response = client.Call(&v1::Jobs::Stub::ListJobs, request);
    if (!response.ok()) return response.status();
    for (const v1::Job& job : response->jobs()) {
      absl::PrintF("%-8s %-9s %-10s %-12s %-16s %s%s\n", job.id(), v1::Job::Kind_Name(job.kind()),
                   v1::Job::State_Name(job.state()), job.model(), ProgressText(job), job.reason(),
                   MarksText(job));
    }
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status RunWatch(Client& client, const std::vector<std::string>& arguments) {
  auto view = TrainingView::Open(absl::GetFlag(FLAGS_tensorboard));
  if (!view.ok()) return view.status();
  auto job = client.WatchJob(
      arguments[0],
      [&](const v1::WatchJobResponse& response) {
        if (response.has_train()) view->Show(response.train());
        if (response.has_evaluate()) {
          std::fputs(response.evaluate().output().c_str(), stdout);
          for (const std::string& line : response.evaluate().show()) {
            std::printf("%s\n", line.c_str());
          }
          std::fflush(stdout);
        }
        return true;
      },
      absl::GetFlag(FLAGS_after_event));
  if (!job.ok()) return job.status();
  absl::PrintF("%s %s%s%s\n", job->id(), v1::Job::State_Name(job->state()),
               job->reason().empty() ? "" : ": ", job->reason());
  std::fflush(stdout);
  return job->state() == v1::Job::FAILED ? ToStatus(job->error()) : view->status();
}

absl::Status RunCancel(Client& client, const std::vector<std::string>& arguments) {
  auto job = client.CancelJob(arguments[0]);
  if (!job.ok()) return job.status();
  absl::PrintF("%s %s\n", job->id(), v1::Job::State_Name(job->state()));
  return absl::OkStatus();
}

}  // namespace fluxgate::client
