#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_DISPATCH_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_DISPATCH_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/lang/function.h"
#include "engine/lang/types.h"

namespace fluxgate::lang {

// Whether defining `b` replaces `a`.
bool SameSignature(const Method& a, const Method& b);
// Whether every call that fits `a` fits `b`, and not the other way round.
bool MoreSpecific(const Method& a, const Method& b);
// Whether neither is more specific, so that a call that fits both is ambiguous. What has type
// variables is rival to nothing.
bool Rivals(const Method& a, const Method& b);
// Whether the method takes these arguments; `bindings` receives what its type variables stand for.
bool Applicable(const Method& method, absl::Span<const Value> arguments, TypeBindings* bindings);
// The most specific method for these arguments, or null. It stays what it is while it runs, even
// when it is redefined.
std::shared_ptr<const Method> FindMethod(const GenericFunction& function,
                                         absl::Span<const Value> arguments, TypeBindings* bindings);
// MethodError when a rival of the method that was found takes these arguments, too.
absl::Status CheckUnambiguous(const GenericFunction& function, const Method& found,
                              absl::Span<const Value> arguments);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_DISPATCH_H_
