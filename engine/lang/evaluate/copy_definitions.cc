// A machine that begins as the copy of another.

#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/value_copier.h"

namespace fluxgate::lang {
namespace {

using Functions = absl::flat_hash_map<std::string, std::shared_ptr<GenericFunction>>;

absl::Status CopyTable(const Functions& from, ValueCopier& copier, Functions& to) {
  for (const auto& [name, function] : from) {
    FG_ASSIGN_OR_RETURN(to[name], copier.CopyFunction(function));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Machine::CopyDefinitions(const Machine& other, ValueCopier& copier) {
  FG_RETURN_IF_ERROR(environment_.CopyFrom(other.environment_,
                                           [&](const Value& value) { return copier.Copy(value); }));
  FG_RETURN_IF_ERROR(CopyTable(other.extensions_, copier, extensions_));
  FG_RETURN_IF_ERROR(CopyTable(other.callables_, copier, callables_));
  for (const auto& type : other.struct_types_) {
    FG_ASSIGN_OR_RETURN(auto copy, copier.CopyStructType(type));
    struct_types_.push_back(std::move(copy));
  }
  // Of types that are none of those, nothing is left to construct.
  for (const auto& type : other.struct_types_) {
    FG_ASSIGN_OR_RETURN(const auto copy, copier.CopyStructType(type));
    if (auto it = other.constructors_.find(type.get()); it != other.constructors_.end()) {
      FG_ASSIGN_OR_RETURN(constructors_[copy.get()], copier.CopyFunction(it->second));
    }
    if (auto it = other.default_constructor_.find(type.get());
        it != other.default_constructor_.end()) {
      default_constructor_[copy.get()] = it->second;
    }
  }
  for (const auto& [type, function] : other.constructors_) {
    if (!type->builtin) continue;
    FG_ASSIGN_OR_RETURN(constructors_[type], copier.CopyFunction(function));
  }
  for (const auto& [rule, state] : other.implicit_states_) {
    FG_ASSIGN_OR_RETURN(const Value copied, copier.Copy(state.rule));
    ImplicitState& made = implicit_states_[copied.object().get()];
    made.rule = copied;
    for (const auto& [storage, leaf] : state.leaves) {
      // Of an array that no name leads to any more, the state is never asked for.
      const uint64_t id = copier.StorageId(storage);
      if (id == 0) continue;
      FG_ASSIGN_OR_RETURN(made.leaves[id], copier.Copy(leaf));
    }
  }
  imported_ = other.imported_;
  transcript_ = other.transcript_;
  anonymous_ = other.anonymous_;
  return absl::OkStatus();
}

}  // namespace fluxgate::lang
