#include "client/cli/training_view.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "client/cli/parameter_table.h"

namespace fluxgate::client {
namespace {

constexpr int kChartHeight = 10;

int TerminalWidth() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

void LossHistory::Add(const v1::TrainEvent& event) {
  if (event.has_progress()) {
    batches_.points.emplace_back(event.progress().step(), event.progress().batch_loss());
  } else if (event.has_epoch()) {
    const v1::TrainEpoch& epoch = event.epoch();
    epochs_.points.emplace_back(epoch.step(), epoch.mean_batch_loss());
    if (epoch.has_validation_loss()) {
      validation_.points.emplace_back(epoch.step(), epoch.validation_loss());
    }
  }
}

std::string LossHistory::Chart() const {
  const Series& losses = epochs_.points.size() >= batches_.points.size() ? epochs_ : batches_;
  if (losses.points.size() < 2) return "";
  return DrawLineChart({losses, validation_}, "steps", TerminalWidth(), kChartHeight);
}

TrainingView::TrainingView(std::unique_ptr<EventFile> file)
    : terminal_(isatty(STDOUT_FILENO) != 0), bar_(stdout, terminal_), file_(std::move(file)) {}

absl::StatusOr<TrainingView> TrainingView::Open(const std::string& tensorboard_directory) {
  if (tensorboard_directory.empty()) return TrainingView(nullptr);
  auto file = EventFile::Create(tensorboard_directory);
  if (!file.ok()) return file.status();
  return TrainingView(*std::move(file));
}

void TrainingView::Show(const v1::TrainEvent& event) {
  bar_.Show(event);
  losses_.Add(event);
  if (file_ != nullptr) file_->Add(event);
  if (shows_parameters_ && event.has_done()) {
    std::fputs(ParameterTable(event.done()).c_str(), stdout);
    std::fflush(stdout);
  }
  if (terminal_ && event.has_done()) {
    std::fputs(losses_.Chart().c_str(), stdout);
    std::fflush(stdout);
  }
}

absl::Status TrainingView::status() const {
  return file_ == nullptr ? absl::OkStatus() : file_->status();
}

}  // namespace fluxgate::client
