#ifndef FLUXGATE_SERVER_SESSION_FORK_H_
#define FLUXGATE_SERVER_SESSION_FORK_H_

#include "absl/status/status.h"
#include "server/session/session.h"

namespace fluxgate::session {

// Makes `fork`, which nobody has entered yet, a copy of the session that `from` is in: workspace,
// what typed training remembers, random keys. Jobs and marks stay behind. An error names what
// cannot be copied; `fork` is good for nothing then.
absl::Status CopySession(Visit& from, Session& fork);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_FORK_H_
