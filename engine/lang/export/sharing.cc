#include "engine/lang/export/sharing.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/function.h"
#include "engine/lang/training/training_plan.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {

bool IsMade(const Value& value) {
  switch (value.kind()) {
    case Kind::kStruct:
      return !optim::IsRule(value);
    case Kind::kFunction: {
      // One with a name of its own is written where it is defined.
      const auto* generic = value.AsClass<GenericFunction>();
      if (generic == nullptr) return !IsOfLibrary(value);
      return generic->anonymous() || !generic->Children().empty();
    }
    case Kind::kArray:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kNamedTuple:
    case Kind::kPair:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kOpaque:
      return !IsOfLibrary(value);
    default:
      return false;
  }
}

std::vector<Child> PartsOf(const Value& value) {
  std::vector<Child> parts;
  if (const auto* dict = value.As<Dict>()) {
    for (const auto& [key, mapped] : dict->Entries()) {
      parts.push_back({"", key});
      parts.push_back({"", mapped});
    }
    return parts;
  }
  if (const auto* set = value.As<Set>()) {
    for (const auto& [member, nothing] : set->members.Entries()) parts.push_back({"", member});
    return parts;
  }
  if (const auto* loader = value.AsClass<LoaderObject>()) {
    return {{".data", loader->loader->data()}};
  }
  if (value.object() == nullptr) return parts;
  parts = value.object()->Children();
  if (value.is(Kind::kFunction) || value.is(Kind::kOpaque)) {
    for (Child& part : parts) part.step.clear();
  }
  return parts;
}

absl::Status Sharing::Add(const Value& value, absl::FunctionRef<absl::Status()> pause) {
  absl::Status status = Walk(value, 0, pause);
  open_.clear();
  return status;
}

absl::Status Sharing::Walk(const Value& value, int depth, absl::FunctionRef<absl::Status()> pause) {
  constexpr int64_t kObjectsBetweenPauses = 1024;
  if (!IsMade(value)) return absl::OkStatus();
  if (depth > kMaxScriptDepth) {
    return absl::FailedPreconditionError(
        absl::StrCat("it nests values past ", kMaxScriptDepth, " levels"));
  }
  if (++objects_ % kObjectsBetweenPauses == 0) FG_RETURN_IF_ERROR(pause());
  const Object* object = value.object().get();
  if (open_.contains(object)) return absl::FailedPreconditionError("it contains itself");
  if (!met_.insert(object).second) {
    shared_.insert(object);
    return absl::OkStatus();
  }
  if (const auto* array = value.As<Array>()) {
    const uint64_t id = array->storage()->id();
    if (!storages_.insert(id).second) shared_storages_.insert(id);
    return absl::OkStatus();
  }
  open_.insert(object);
  for (const Child& part : PartsOf(value)) {
    FG_RETURN_IF_ERROR(Walk(part.value, depth + 1, pause));
  }
  open_.erase(object);
  return absl::OkStatus();
}

}  // namespace fluxgate::lang
