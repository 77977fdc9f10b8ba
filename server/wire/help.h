#ifndef FLUXGATE_SERVER_WIRE_HELP_H_
#define FLUXGATE_SERVER_WIRE_HELP_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/fluxgate/v1/server.pb.h"

namespace fluxgate::wire {

// The page on a name, from docs/help. A heading there, `## σ, sigmoid`, gives an entry its names;
// `# Losses` begins a chapter. Qualified names ("Flux.mse") and another case will do where they are
// not ambiguous. An empty name lists everything. NOT_FOUND suggests what is near.
absl::Status FillHelp(absl::string_view name, v1::HelpResponse* response);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_HELP_H_
