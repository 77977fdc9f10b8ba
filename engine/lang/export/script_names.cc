#include "engine/lang/export/script_names.h"

#include "absl/strings/str_cat.h"
#include "engine/lang/evaluate/modules.h"

namespace fluxgate::lang {

std::string ScriptNames::Fresh(const std::string& wish) {
  for (int& i = ++last_[wish];; ++i) {
    std::string name = i == 1 ? wish : absl::StrCat(wish, "_", i);
    const Environment::Cell* cell = environment_.Find(name);
    if (cell != nullptr && (cell->defined || cell->has_builtin)) continue;
    if (taken_.insert(name).second) return name;
  }
}

bool ScriptNames::IsUsers(absl::string_view name) const {
  const Environment::Cell* cell = environment_.Find(name);
  return cell != nullptr && cell->defined;
}

std::string ScriptNames::Library(absl::string_view name) const {
  std::string qualified = QualifiedName(name);
  if (!qualified.empty()) return qualified;
  if (!IsUsers(name)) return std::string(name);
  const std::string package = PackageOf(name);
  return absl::StrCat(package == "Base" ? "Base." : "Flux.", name);
}

}  // namespace fluxgate::lang
