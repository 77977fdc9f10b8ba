#ifndef FLUXGATE_ENGINE_LANG_EXPORT_SCRIPT_NAMES_H_
#define FLUXGATE_ENGINE_LANG_EXPORT_SCRIPT_NAMES_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "engine/lang/evaluate/environment.h"

namespace fluxgate::lang {

// The names of a script: the workspace's, and those that the script makes for itself.
class ScriptNames {
 public:
  explicit ScriptNames(const Environment& environment) : environment_(environment) {}

  // A name that nothing else has: `wish`, or `wish` with a number. It is taken from now on.
  std::string Fresh(const std::string& wish);
  // Whether the workspace gives the name a meaning of its own.
  bool IsUsers(absl::string_view name) const;
  // How the script says the library's function or type of this name: "tanh", "Flux.mse", and
  // "Flux.relu" where the workspace has a `relu` of its own.
  std::string Library(absl::string_view name) const;

 private:
  const Environment& environment_;
  absl::flat_hash_set<std::string> taken_;
  absl::flat_hash_map<std::string, int> last_;  // number tried, by wish
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EXPORT_SCRIPT_NAMES_H_
