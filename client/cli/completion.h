#ifndef FLUXGATE_CLIENT_CLI_COMPLETION_H_
#define FLUXGATE_CLIENT_CLI_COMPLETION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/cli/line_reader.h"

namespace fluxgate::client {

// Where completions come from.
struct KnownNames {
  // All that text can name: "x", "predict", "relu", "Flux.mse".
  std::function<std::vector<std::string>()> names;
  // The fields of a value by its path: "train", "model.layers[1]".
  std::function<std::vector<std::string>(const std::string& path)> fields;
};

// What the name that ends the line could become, sorted: a name, or after a dot a field of the
// value before it or a name of the module before it.
Completion CompleteName(absl::string_view line, const KnownNames& known);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_COMPLETION_H_
