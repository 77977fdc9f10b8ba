#ifndef FLUXGATE_CLIENT_CLI_EXPLAIN_H_
#define FLUXGATE_CLIENT_CLI_EXPLAIN_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/client.h"

namespace fluxgate::client {

// What to explain: empty fields are what the server takes for them.
struct Explained {
  std::string model, data, loss, optimiser;
  std::vector<std::string> dims;  // of the input; those of the data when empty
  uint32_t batch_size = 0;        // examples of the data; 0: all
};

// The layers of a model, their output's dims and parameters, and the kernels of a prediction and of
// a training step, as lines of text.
absl::StatusOr<std::string> Explain(Client& client, const Explained& what);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_EXPLAIN_H_
