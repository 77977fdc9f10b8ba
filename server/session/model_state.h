#ifndef FLUXGATE_SERVER_SESSION_MODEL_STATE_H_
#define FLUXGATE_SERVER_SESSION_MODEL_STATE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/types/optional.h"
#include "engine/value/value.h"
#include "server/session/marks.h"

namespace fluxgate::session {

// What typed training remembers of a model between calls. It belongs to the value that had the name
// then: a model that is defined anew starts afresh.
struct ModelState {
  Value model;
  std::string loss_text;  // as the client gave it
  Value loss;             // called with (model, x, y); nothing before the first
  // The text names a function of (ŷ, y).
  bool loss_of_prediction = false;
  std::string optimiser_text;
  Value rule;       // nothing before the first
  Value optimiser;  // the tree of leaves, nothing before the first step
  int64_t step = 0;

  Value gradient;       // collected by ForwardBackward since the last OptimStep; may be nothing
  int64_t batches = 0;  // in it

  // How Train ran last. It does not keep the data.
  struct Run {
    std::weak_ptr<Object> x, y;
    bool has_targets = true;
    int64_t epochs = 1, batch_size = 0;  // 0: all examples
    bool shuffle = false, partial = true;
  };
  absl::optional<Run> run;

  std::string job;  // that trains it now, or empty

  std::shared_ptr<Marks> marks;  // Null before the first training that keeps some.
  // Where the next training goes on, after Rewind.
  absl::optional<TrainingPosition> resume;
};

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_MODEL_STATE_H_
