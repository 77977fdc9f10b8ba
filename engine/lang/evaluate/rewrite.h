#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_REWRITE_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_REWRITE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "engine/lang/syntax/ast.h"

namespace fluxgate::lang {

NodePtr CloneNode(const Node& node);
// `@. expression`: every call, operator and assignment gets its dot.
NodePtr WithDots(const Node& node);
// `@views expression`: every indexing that is read carries kDotted, which makes it a view.
NodePtr WithViews(const Node& node);
// `@kwdef struct T … end`: the struct, and a constructor that takes its fields as keywords.
NodePtr WithKeywordConstructor(const Node& definition);

// What a macro makes of its argument before names are resolved.
enum class Rewriting : uint8_t { kNone, kDots, kViews, kKeywordConstructor };
Rewriting RewritingOf(const Node& macro_call);
// Without its module: "@." of `Base.@. x`.
absl::string_view MacroName(const Node& macro_call);

// A name made of letters, not an operator.
bool IsWord(absl::string_view name);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_REWRITE_H_
