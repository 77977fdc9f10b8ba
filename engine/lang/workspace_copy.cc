#include "engine/lang/workspace_copy.h"

#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/value_copier.h"
#include "engine/value/heap.h"

namespace fluxgate::lang {

WorkspaceCopy::WorkspaceCopy(Interpreter& from, Interpreter& to)
    : from_(from), to_(to), copier_(std::make_unique<ValueCopier>(&from.host())) {}
WorkspaceCopy::~WorkspaceCopy() = default;

absl::Status WorkspaceCopy::CopyNames() {
  const ScopedHeap heap(to_.heap());
  return to_.machine().CopyDefinitions(from_.machine(), *copier_);
}

absl::StatusOr<Value> CopyOf(const Value& value) {
  ValueCopier copier;
  return copier.Copy(value);
}

absl::StatusOr<Value> WorkspaceCopy::Copy(const Value& value) {
  const ScopedHeap heap(to_.heap());
  return copier_->Copy(value);
}

}  // namespace fluxgate::lang
