#ifndef FLUXGATE_SERVER_SESSION_EXPORT_H_
#define FLUXGATE_SERVER_SESSION_EXPORT_H_

#include "absl/status/statusor.h"
#include "engine/lang/export/script_writer.h"
#include "server/session/session.h"

namespace fluxgate::session {

// The session as a Julia script for Flux: its workspace, and of each model that typed training has
// trained the loss, the optimiser with its state, and the training.
using Script = lang::Script;
absl::StatusOr<Script> ExportSession(Visit& visit);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_EXPORT_H_
