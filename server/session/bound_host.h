#ifndef FLUXGATE_SERVER_SESSION_BOUND_HOST_H_
#define FLUXGATE_SERVER_SESSION_BOUND_HOST_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/cancellation.h"
#include "engine/base/memory_budget.h"
#include "engine/lang/host.h"
#include "engine/runtime/turn.h"

namespace fluxgate::session {

// On whose behalf the engine works just now.
struct HostBinding {
  CancellationToken token;
  Turn* turn = nullptr;
  std::function<absl::Status(absl::string_view)> print;
};

// The language's host of one session. Each visit binds it to its own token, turn and output; so
// does a job that takes its turn again after others had theirs.
class BoundHost : public Host {
 public:
  virtual void Bind(HostBinding binding) = 0;
};

struct HostOptions {
  std::string device;
  uint64_t seed = 0;
  std::shared_ptr<MemoryBudget> budget;
};
using HostFactory = std::function<absl::StatusOr<std::unique_ptr<BoundHost>>(const HostOptions&)>;

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_BOUND_HOST_H_
