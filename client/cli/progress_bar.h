#ifndef FLUXGATE_CLIENT_CLI_PROGRESS_BAR_H_
#define FLUXGATE_CLIENT_CLI_PROGRESS_BAR_H_

#include <cstdio>
#include <string>

#include "proto/fluxgate/v1/train.pb.h"

namespace fluxgate::client {

// Shows a training on a terminal: one line that moves while steps are made, lines that stay for
// epochs with something to report (of a training of many epochs, about every tenth part), and what
// came of it. Where `out` is no terminal, the moving line is left out.
class ProgressBar {
 public:
  ProgressBar(std::FILE* out, bool terminal) : out_(out), terminal_(terminal) {}

  void Show(const v1::TrainEvent& event);

  // The moving line: "epoch 3/20 [=====>    ]  45%  loss 0.1234  8123 step/s  ETA 0:02".
  static std::string Line(const v1::TrainProgress& progress);

 private:
  void ShowEpoch(const v1::TrainEpoch& epoch);
  void DrawLine();
  void ClearLine();

  std::FILE* const out_;
  const bool terminal_;
  bool line_open_ = false;
  v1::TrainProgress progress_;
  std::string measured_;  // after the last epoch
};

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_PROGRESS_BAR_H_
