#include "client/cli/progress_bar.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fluxgate::client {
namespace {

constexpr int kWidth = 24;
// Trainings of more epochs than this show only some of them for good.
constexpr uint32_t kManyEpochs = 20;
// A moving line that is too long for the terminal is cut, not wrapped: only then can it be cleared.
constexpr char kWrapOff[] = "\033[?7l", kWrapOn[] = "\033[?7h";

std::string Seconds(double seconds) {
  const int64_t whole = static_cast<int64_t>(std::clamp(seconds, 0.0, 359999.0) + 0.5);
  if (whole < 3600) return absl::StrFormat("%d:%02d", whole / 60, whole % 60);
  return absl::StrFormat("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string Metrics(const google::protobuf::Map<std::string, double>& metrics) {
  std::string text;
  // A protobuf map has no order of its own.
  for (const auto& [name, value] : std::map<std::string, double>(metrics.begin(), metrics.end())) {
    absl::StrAppendFormat(&text, "  %s %.4g", name, value);
  }
  return text;
}

const char* Because(v1::TrainDone::StoppedBecause reason) {
  switch (reason) {
    case v1::TrainDone::EPOCHS_DONE:
      return "done";
    case v1::TrainDone::CANCELLED:
      return "cancelled";
    case v1::TrainDone::DEADLINE:
      return "stopped by its deadline";
    case v1::TrainDone::ERROR:
      return "failed";
    case v1::TrainDone::SHUTDOWN:
      return "stopped by the server's shutdown";
    default:
      return "ended";
  }
}

std::string Summary(const v1::TrainDone& done) {
  std::string text = absl::StrFormat("%s after %d steps in %.2f s", Because(done.stopped_because()),
                                     done.steps(), done.seconds());
  if (done.has_loss()) absl::StrAppendFormat(&text, "  loss %.6g", done.loss());
  if (done.has_validation_loss()) {
    absl::StrAppendFormat(&text, "  validation loss %.6g", done.validation_loss());
  }
  return text + Metrics(done.metrics());
}

}  // namespace

std::string ProgressBar::Line(const v1::TrainProgress& progress) {
  const double share = progress.steps() == 0
                           ? 0.0
                           : std::min(1.0, static_cast<double>(progress.step()) / progress.steps());
  const int filled = static_cast<int>(share * kWidth);
  std::string bar(filled, '=');
  if (filled < kWidth) bar += '>';
  bar.resize(kWidth, ' ');
  return absl::StrFormat("epoch %d/%d [%s] %3d%%  loss %.4g  %.0f step/s  ETA %s", progress.epoch(),
                         progress.epochs(), bar, static_cast<int>(share * 100),
                         progress.batch_loss(), progress.steps_per_second(),
                         Seconds(progress.seconds_left()));
}

void ProgressBar::DrawLine() {
  if (!terminal_) return;
  ClearLine();
  absl::FPrintF(out_, "%s%s%s%s", kWrapOff, Line(progress_), measured_, kWrapOn);
  line_open_ = true;
}

void ProgressBar::ShowEpoch(const v1::TrainEpoch& epoch) {
  if (!epoch.has_validation_loss() && epoch.metrics().empty()) return;
  measured_ = epoch.has_validation_loss()
                  ? absl::StrFormat("  validation loss %.4g", epoch.validation_loss())
                  : "";
  measured_ += Metrics(epoch.metrics());
  const uint32_t part = std::max(1u, epoch.epochs() / 10);
  if (epoch.epochs() <= kManyEpochs || epoch.epoch() % part == 0 ||
      epoch.epoch() == epoch.epochs()) {
    ClearLine();
    absl::FPrintF(out_, "epoch %d/%d  loss %.4g%s\n", epoch.epoch(), epoch.epochs(),
                  epoch.mean_batch_loss(), measured_);
  }
  progress_.set_epoch(epoch.epoch());
  progress_.set_epochs(epoch.epochs());
  progress_.set_step(epoch.step());
  DrawLine();
}

void ProgressBar::ClearLine() {
  if (line_open_) std::fputs("\r\033[K", out_);
  line_open_ = false;
}

void ProgressBar::Show(const v1::TrainEvent& event) {
  switch (event.kind_case()) {
    case v1::TrainEvent::kStarted:
      absl::FPrintF(out_, "training %s on %d examples: %d epochs, %d steps, %s, %s (%s)\n",
                    event.started().model(), event.started().examples(), event.started().epochs(),
                    event.started().steps(), event.started().loss(), event.started().optimiser(),
                    event.started().job());
      break;
    case v1::TrainEvent::kProgress:
      progress_ = event.progress();
      DrawLine();
      break;
    case v1::TrainEvent::kEpoch:
      ShowEpoch(event.epoch());
      break;
    case v1::TrainEvent::kDone:
      ClearLine();
      absl::FPrintF(out_, "%s\n", Summary(event.done()));
      break;
    case v1::TrainEvent::KIND_NOT_SET:
      break;
  }
  std::fflush(out_);
}

}  // namespace fluxgate::client
