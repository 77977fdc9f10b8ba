#ifndef FLUXGATE_SERVER_GRPC_LIST_VALUES_H_
#define FLUXGATE_SERVER_GRPC_LIST_VALUES_H_

#include <algorithm>
#include <vector>

#include "engine/base/status_macros.h"
#include "server/grpc/server_state.h"
#include "server/session/workspace.h"
#include "server/wire/request_checks.h"

namespace fluxgate::rpc {

// A page of the values of one sort that a session holds: `list` finds them, `describe` fills one
// message, `add` makes room for it in the response.
template <typename Message, typename Request, typename Response>
absl::Status ListValues(ServerState& state, const Request& request, Response* response,
                        session::CallContext& context,
                        std::vector<session::NamedValue> (*list)(session::Visit&),
                        absl::Status (*describe)(session::Visit&, const session::NamedValue&,
                                                 Message*),
                        Message* (Response::*add)()) {
  FG_ASSIGN_OR_RETURN(const wire::Page page,
                      wire::DecodePage(request.page_size(), request.page_token()));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state, request.session(), Access::kRead, context, ShortEntry()));
  const std::vector<session::NamedValue> values = list(*visit);
  for (size_t i = page.begin; i < std::min(values.size(), page.begin + page.size); ++i) {
    FG_RETURN_IF_ERROR(describe(*visit, values[i], (response->*add)()));
  }
  response->set_next_page_token(wire::NextPageToken(page, values.size()));
  return absl::OkStatus();
}

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_LIST_VALUES_H_
