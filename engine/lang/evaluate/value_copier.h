#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_VALUE_COPIER_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_VALUE_COPIER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "engine/lang/function.h"
#include "engine/lang/host.h"
#include "engine/lang/types.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {

// Copies values with all that they reach, each object once: two ways to one object lead to one
// copy. Immutable leaves (text, ranges, the library's own functions and types) are shared.
class ValueCopier {
 public:
  // `host`, when set, is asked now and then whether to go on; it outlives the copier.
  explicit ValueCopier(Host* host = nullptr) : host_(host) {}

  // FAILED_PRECONDITION for what holds values that nobody can look into.
  absl::StatusOr<Value> Copy(const Value& value);
  absl::StatusOr<std::vector<Value>> CopyAll(const std::vector<Value>& values);
  absl::StatusOr<std::shared_ptr<GenericFunction>> CopyFunction(
      const std::shared_ptr<GenericFunction>& function);
  // A struct type made by text; the library's own are shared.
  absl::StatusOr<std::shared_ptr<const StructType>> CopyStructType(
      const std::shared_ptr<const StructType>& type);
  absl::StatusOr<TypePtr> CopyType(const TypePtr& type);
  // The id of the copy of a storage; 0 when it was not copied.
  uint64_t StorageId(uint64_t id) const;

 private:
  absl::StatusOr<Value> CopyObject(const Value& value);
  absl::StatusOr<Value> CopyArray(const Array& array);
  absl::StatusOr<Value> CopyList(const List& list);
  absl::StatusOr<Value> CopyDict(const Dict& dict);
  absl::StatusOr<Value> CopySet(const Set& set);
  absl::StatusOr<Value> CopyStruct(const Struct& structure);
  absl::StatusOr<Value> CopyCallable(const Value& value);
  absl::StatusOr<Value> CopyOpaque(const Value& value);
  absl::StatusOr<TypePtr> CopyTypeObject(const TypePtr& type);
  // One object deeper: an error when that is too deep, or when the copying must end.
  absl::Status Enter();
  absl::Status CopyEntries(const Dict& from, Dict& to);
  absl::StatusOr<Method> CopyMethod(const Method& method);

  // Registered before its parts are copied, since they may lead back to it.
  template <typename T>
  std::shared_ptr<T> Register(const Object& original, std::shared_ptr<T> copy) {
    copies_.emplace(&original, Value(copy));
    return copy;
  }

  // The originals live as long as the workspace that is copied.
  absl::flat_hash_map<const Object*, Value> copies_;
  absl::flat_hash_map<uint64_t, std::shared_ptr<Storage>> storages_;  // by id
  absl::flat_hash_map<const StructType*, std::shared_ptr<StructType>> struct_types_;
  absl::flat_hash_map<const Type*, TypePtr> types_;
  Host* const host_;
  int depth_ = 0;
  int64_t objects_ = 0;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_VALUE_COPIER_H_
