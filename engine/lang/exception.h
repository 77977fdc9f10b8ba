#ifndef FLUXGATE_ENGINE_LANG_EXCEPTION_H_
#define FLUXGATE_ENGINE_LANG_EXCEPTION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/value/struct.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// Julia's exceptions as values: Struct values of built-in types whose supertype is Exception.
// Their fields have Julia's names (DomainError.val, KeyError.key, ...); every one has `msg` too.

const std::vector<std::shared_ptr<const StructType>>& ExceptionTypes();
// The type of that name ("ArgumentError"), or null.
std::shared_ptr<const StructType> ExceptionType(absl::string_view name);
// The exception that a failed status stands for: its kind and message.
Value ExceptionFromStatus(const absl::Status& status);
// What Julia's showerror prints for an exception value, without the kind: the text that follows
// "DomainError: " and so on. `kind` receives the kind, "" for ErrorException and for what text
// throws that is no exception of these types.
std::string ExceptionMessage(const Value& exception, std::string* kind);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EXCEPTION_H_
