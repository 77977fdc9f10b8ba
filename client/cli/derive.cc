// derive: the derivative of a function, as text.

#include <cstdio>

#include "absl/flags/flag.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"

namespace fluxgate::client {

absl::Status RunDerive(Client& client, const std::vector<std::string>& arguments) {
  v1::GradientRequest request;
  request.set_source(arguments[0]);
  request.set_order(absl::GetFlag(FLAGS_order));
  request.set_at(absl::GetFlag(FLAGS_at));
  request.set_as_text(true);
  const auto response = client.Call(&v1::Workspace::Stub::Gradient, request);
  if (!response.ok()) return response.status();
  for (const v1::GradientResponse::Formula& formula : response->formulas()) {
    if (response->formulas_size() > 1) std::printf("%s: ", formula.argument().c_str());
    std::printf("%s\n", formula.text().c_str());
  }
  return absl::OkStatus();
}

}  // namespace fluxgate::client
