#ifndef FLUXGATE_ENGINE_LANG_EXPORT_TRAINING_TEXT_H_
#define FLUXGATE_ENGINE_LANG_EXPORT_TRAINING_TEXT_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace fluxgate::lang {

// A statement that was typed at a prompt, so that it does the same in a file: there a loop that
// assigns a global name has to say so.
std::string ForFile(const std::string& statement,
                    absl::FunctionRef<bool(const std::string&)> is_global);

// The first of the names that a statement reads or assigns; "" for none.
std::string FirstUsed(const std::string& statement, const std::vector<std::string>& names);

// The lines indented, unless a string goes over several of them.
std::string Indented(absl::string_view lines);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EXPORT_TRAINING_TEXT_H_
