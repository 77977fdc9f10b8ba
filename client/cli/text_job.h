#ifndef FLUXGATE_CLIENT_CLI_TEXT_JOB_H_
#define FLUXGATE_CLIENT_CLI_TEXT_JOB_H_

#include <string>

#include "absl/status/status.h"
#include "client/cpp/client.h"

namespace fluxgate::client {

// Runs Julia text as a job: what it prints comes to stdout as it happens, with `show` followed by
// what Julia's prompt shows for its value, and Ctrl-C cancels the job and not this program. The
// status is the text's own error, or CANCELLED.
absl::Status RunText(Client& client, v1::EvaluateRequest request, bool show);

// Text travels as UTF-8; a message with anything else would be refused without a reason.
absl::Status CheckUtf8(const std::string& text);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_TEXT_JOB_H_
