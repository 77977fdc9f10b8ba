#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_VALUES_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_VALUES_H_

#include <memory>
#include <vector>

#include "engine/lang/builtin.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {

std::vector<Builtin> ValueBuiltins();  // hash, isdefined, NamedTuple, SubString, summary, ...

// Some(x): a value that is there even when it is nothing.
const std::shared_ptr<const StructType>& SomeType();

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_VALUES_H_
