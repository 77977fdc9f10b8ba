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
  std::string optimiser_text;
  Value rule;       // nothing before the first
  Value optimiser;  // the tree of leaves, nothing before the first step
  int64_t step = 0;

  Value gradient;       // collected by ForwardBackward since the last OptimStep; may be nothing
  int64_t batches = 0;  // in it

  std::string job;  // that trains it now, or empty

  std::shared_ptr<Marks> marks;  // Null before the first training that keeps some.
  // Where the next training goes on, after Rewind.
  absl::optional<TrainingPosition> resume;
};

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_MODEL_STATE_H_
