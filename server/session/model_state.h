#ifndef FLUXGATE_SERVER_SESSION_MODEL_STATE_H_
#define FLUXGATE_SERVER_SESSION_MODEL_STATE_H_

#include <cstdint>
#include <string>

#include "engine/value/value.h"

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
};

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_MODEL_STATE_H_
