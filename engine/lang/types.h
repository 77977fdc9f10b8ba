#ifndef FLUXGATE_ENGINE_LANG_TYPES_H_
#define FLUXGATE_ENGINE_LANG_TYPES_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/value/struct.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

class Type;
using TypePtr = std::shared_ptr<const Type>;

// A Julia type: a name and parameters (types, or integers such as the rank of Array{T, N}).
// Vector{T}, Matrix{T} are Array{T, 1}, Array{T, 2}. A missing parameter list stands for every
// choice (Vector is Array{T, 1} where T). Immutable.
class Type : public Object {
 public:
  static constexpr Kind kKind = Kind::kType;
  struct Parameter {
    std::shared_ptr<const Type> type;  // Null: free (`Array` without parameters), or `integer`.
    int64_t integer = -1;              // >= 0: an integer parameter
  };
  Type(std::string n, std::vector<Parameter> p)
      : Object(kKind), name(std::move(n)), parameters(std::move(p)) {}
  const std::string name;  // "Array", "Float32", "Integer", "Tuple", "Union", "Affine"
  const std::vector<Parameter> parameters;
  std::shared_ptr<const StructType> struct_type;  // of user structs, layers, rules
  std::string ToString() const;                   // as Julia prints it: "Matrix{Float32}"
  std::string IdentityText() const override { return ToString(); }
};

// The built-in type of that name (Int is Int64, Vector, Matrix, Integer, Real, Function, ...), or
// null.
TypePtr BuiltinType(absl::string_view name);
TypePtr DTypeType(DType dtype);
TypePtr ArrayType(TypePtr element, int64_t rank);
TypePtr MakeType(std::string name, std::vector<TypePtr> parameters);
TypePtr StructTypeOf(std::shared_ptr<const StructType> type, std::vector<TypePtr> parameters);

// Julia's typeof. An element type of List, Dict, Set is the declared one or the least common one.
TypePtr TypeOf(const Value& value);
bool IsSubtype(const Type& a, const Type& b);
bool IsA(const Value& value, const Type& type);
// The dtype that a number type names (Int, Float32, Bool, ...), if any.
absl::optional<DType> DTypeOfType(const Type& type);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_TYPES_H_
