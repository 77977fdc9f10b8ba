#ifndef FLUXGATE_SERVER_GRPC_EXPLAIN_CALL_H_
#define FLUXGATE_SERVER_GRPC_EXPLAIN_CALL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "proto/fluxgate/v1/workspace.pb.h"
#include "server/session/session.h"

namespace fluxgate::rpc {

// Check's `explain`: the layers of a call that has been checked, its kernels, and those of a step
// of training where a loss is known. `name` is that of the model, if the function is one.
absl::Status ExplainCall(session::Visit& visit, const v1::CheckRequest& request,
                         const std::string& name, const Value& function,
                         const std::vector<Value>& arguments, v1::CheckResponse* response);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_EXPLAIN_CALL_H_
