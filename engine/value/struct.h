#ifndef FLUXGATE_ENGINE_VALUE_STRUCT_H_
#define FLUXGATE_ENGINE_VALUE_STRUCT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/optional.h"
#include "engine/value/heap.h"
#include "engine/value/value.h"

namespace fluxgate {

// What all instances of a struct share. Layers and optimisers are struct types too (`builtin`),
// made once by engine/nn and engine/optim; text makes the others. Immutable once made.
class StructType {
 public:
  struct Field {
    std::string name;
    Value type;  // A type value of engine/lang, or nothing for Any.
  };
  std::string name;
  std::vector<std::string> parameters;  // of `struct Name{T, N}`
  std::vector<Field> fields;
  bool is_mutable = false;
  bool builtin = false;
  std::string supertype;  // "" for Any.
  // All supertypes but Any, nearest first, when `supertype` was made by text.
  std::vector<std::string> ancestors;
  // Names of the fields that train, when they are not all (Flux.@layer T trainable=(…)).
  absl::optional<std::vector<std::string>> trainable;

  // -1 when there is none.
  int FieldIndex(absl::string_view field) const;
};

class Struct : public HeapObject {
 public:
  static constexpr Kind kKind = Kind::kStruct;
  Struct(std::shared_ptr<const StructType> t, std::vector<Value> f)
      : HeapObject(kKind), type(std::move(t)), fields(std::move(f)) {
    HoldBytes(fields.capacity() * sizeof(Value));
  }
  static Value Of(std::shared_ptr<const StructType> t, std::vector<Value> f) {
    return Value(std::make_shared<Struct>(std::move(t), std::move(f)));
  }
  // Null when there is no such field.
  const Value* Find(absl::string_view field) const;
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  const std::shared_ptr<const StructType> type;
  std::vector<Value> fields;          // Written only when type->is_mutable.
  std::vector<Value> type_arguments;  // of `Name{Float32}`; may be empty

 private:
  void Surrender(std::vector<Value>& to) override;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_STRUCT_H_
