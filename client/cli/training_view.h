#ifndef FLUXGATE_CLIENT_CLI_TRAINING_VIEW_H_
#define FLUXGATE_CLIENT_CLI_TRAINING_VIEW_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/event_file.h"
#include "client/cli/line_chart.h"
#include "client/cli/progress_bar.h"
#include "proto/fluxgate/v1/train.pb.h"

namespace fluxgate::client {

// The losses of a training, from its events.
class LossHistory {
 public:
  void Add(const v1::TrainEvent& event);
  // A chart that fits the terminal; empty with fewer than two losses.
  std::string Chart() const;

 private:
  Series batches_{"loss of a batch", {}};
  Series epochs_{"mean loss of an epoch", {}};
  Series validation_{"validation loss", {}};
};

// A training as stdout shows it: progress while it runs and, on a terminal, a chart at its end; and
// an event file for TensorBoard where one is wanted.
class TrainingView {
 public:
  // No event file when the directory is empty.
  static absl::StatusOr<TrainingView> Open(const std::string& tensorboard_directory);

  void Show(const v1::TrainEvent& event);
  // At the end, what became of each parameter of a small model.
  void set_shows_parameters(bool shows) { shows_parameters_ = shows; }
  // Whether the event file has it all.
  absl::Status status() const;

 private:
  explicit TrainingView(std::unique_ptr<EventFile> file);

  bool terminal_;
  bool shows_parameters_ = false;
  ProgressBar bar_;
  LossHistory losses_;
  std::unique_ptr<EventFile> file_;
};

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_TRAINING_VIEW_H_
