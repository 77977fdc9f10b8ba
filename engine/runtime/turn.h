#ifndef FLUXGATE_ENGINE_RUNTIME_TURN_H_
#define FLUXGATE_ENGINE_RUNTIME_TURN_H_

#include "absl/status/status.h"

namespace fluxgate {

// The right to compute, which a session lends to one evaluation or job at a time. Long work gives
// it back for a moment at its own boundaries (a statement, a training step).
class Turn {
 public:
  virtual ~Turn() = default;

  // Lets others who wait go first, then returns with the turn in hand again. An error says why the
  // work must stop: cancelled, out of time. Cheap when nobody waits. Only where all that others
  // could read is whole.
  virtual absl::Status Pause() = 0;
  // The same anywhere: those who would read what this work writes wait on.
  virtual absl::Status Yield() = 0;

  // Whether somebody waits who would read what this work writes. A trainer then publishes its
  // parameters before it pauses; it does so every 100 ms in any case. Any thread, any time; cheap.
  virtual bool ReaderWaits() const { return false; }
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_RUNTIME_TURN_H_
