#ifndef FLUXGATE_ENGINE_LANG_TYPES_H_
#define FLUXGATE_ENGINE_LANG_TYPES_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "engine/tensor/dtype.h"
#include "engine/value/struct.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

class Type;
using TypePtr = std::shared_ptr<const Type>;

// A Julia type: a name and parameters (types, or integers such as the rank of Array{T, N}).
// Vector{T}, Matrix{T} are Array{T, 1}, Array{T, 2}. A missing parameter list stands for every
// choice (Vector is Array{T, 1} where T). Immutable once made.
class Type : public Object {
 public:
  static constexpr Kind kKind = Kind::kType;
  struct Parameter {
    std::shared_ptr<const Type> type;  // Null: free (`Array` without parameters), or `integer`.
    int64_t integer = -1;              // >= 0: an integer parameter
    bool free() const { return type == nullptr && integer < 0; }
  };
  Type(std::string n, std::vector<Parameter> p);

  const std::string name;  // "Array", "Float32", "Integer", "Tuple", "Union", "Affine"
  const std::vector<Parameter> parameters;
  std::shared_ptr<const StructType> struct_type;  // of user structs, layers, rules
  // A variable of `where`, or the anonymous one of `<:Real`: matches what is below `upper`.
  bool variable = false;
  TypePtr upper;                       // null: Any
  std::vector<std::string> ancestors;  // of an abstract type made by text, nearest first
  std::vector<std::string> fields;     // names of a NamedTuple's fields
  bool abstract = false;               // declared by `abstract type`
  bool tuple_of_none = false;          // Tuple{}, not Tuple

  std::string ToString() const;  // as Julia prints it: "Matrix{Float32}"
  std::string IdentityText() const override { return ToString(); }

 private:
  friend bool IsA(const Value& value, const Type& type);
  int code_;  // of the built-in names that IsA answers without making types
};

inline Value TypeValue(const TypePtr& type) { return Value(std::const_pointer_cast<Type>(type)); }

// The built-in type of that name (Int is Int64, Vector, Matrix, Integer, Real, Function, ...), or
// null.
TypePtr BuiltinType(absl::string_view name);
TypePtr AnyType();
TypePtr DTypeType(DType dtype);
// Rank -1: any.
TypePtr ArrayType(TypePtr element, int64_t rank);
TypePtr MakeType(std::string name, std::vector<TypePtr> parameters);
TypePtr StructTypeOf(std::shared_ptr<const StructType> type, std::vector<TypePtr> parameters);
TypePtr TypeVariable(std::string name, TypePtr upper);
// One of the types; a single one is itself.
TypePtr UnionOf(std::vector<TypePtr> types);

// Julia's typeof. An element type of List, Dict, Set is the declared one or the least common one.
TypePtr TypeOf(const Value& value);
// The least type that both are below.
TypePtr JoinTypes(const TypePtr& a, const TypePtr& b);
// The type of the elements that a collection holds.
TypePtr ElementType(const Value& collection);
bool IsSubtype(const Type& a, const Type& b);
bool IsA(const Value& value, const Type& type);
bool SameType(const Type& a, const Type& b);
// The dtype that a number type names (Int, Float32, Bool, ...), if any.
absl::optional<DType> DTypeOfType(const Type& type);

// What the variables of a signature stand for in one call.
using TypeBindings = std::vector<std::pair<std::string, TypePtr>>;
// IsSubtype(actual, pattern) where the pattern's variables take the types that make it hold; a
// variable that occurs twice must be the same type.
bool MatchType(const TypePtr& actual, const Type& pattern, TypeBindings* bindings);
bool ContainsVariable(const Type& type);
// The type with bound variables replaced.
TypePtr Substitute(const TypePtr& type, const TypeBindings& bindings);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_TYPES_H_
