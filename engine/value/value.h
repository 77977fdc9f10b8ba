#ifndef FLUXGATE_ENGINE_VALUE_VALUE_H_
#define FLUXGATE_ENGINE_VALUE_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/memory_charge.h"
#include "engine/value/scalar.h"

namespace fluxgate {

enum class Kind : uint8_t {
  kNothing,
  kMissing,
  kNumber,      // Scalar, inline
  kChar,        // code point, inline
  kSymbol,      // SymbolObject
  kString,      // StringObject
  kTraced,      // Traced: a number inside a gradient
  kRange,       // Range
  kArray,       // Array: numbers
  kList,        // List: Vector{Any} and vectors of non-numbers
  kTuple,       // Tuple
  kNamedTuple,  // NamedTuple
  kPair,        // Pair
  kDict,        // Dict
  kSet,         // Set
  kStruct,      // Struct: user types, layers, optimisers
  kFunction,    // generic functions, closures, built-ins, compositions (engine/lang)
  kType,        // types (engine/lang)
  kModule,      // Flux, Statistics, ... (engine/lang)
  kOpaque,      // Params, Grads, data loaders, ...: what only its own package looks into
};

class Value;

// One component of a composite value, for walking it: flatten, display, gradients.
struct Child;

// What a Value points to. Immutable kinds are shared freely; mutable ones (Array, List, Dict, Set,
// mutable Struct) have identity: two Values are the same object when the pointers are equal.
class Object {
 public:
  explicit Object(Kind kind) : kind_(kind), charge_(kBytes) {}
  virtual ~Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  Kind kind() const { return kind_; }

  // The parts that Functors would walk: tuple elements, struct fields, captured variables. None by
  // default.
  virtual std::vector<Child> Children() const;
  // The same composite around other children, in the order of Children(). REQUIRES: as many.
  virtual Value WithChildren(std::vector<Value> children) const;
  // Objects of one kind that give the same text are the same to Julia (types: Vector{Int64} is
  // Vector{Int64}). Empty: only the object itself is.
  virtual std::string IdentityText() const { return ""; }

 protected:
  // What the object holds beside itself, in bytes: part of the session's memory.
  void HoldBytes(size_t bytes) { charge_.Resize(kBytes + static_cast<int64_t>(bytes)); }

 private:
  static constexpr int64_t kBytes = 128;  // Of any object itself, about.
  const Kind kind_;
  MemoryCharge charge_;
};

// Anything a name can hold. 40 bytes, cheap to copy, never null: the default is `nothing`.
class Value {
 public:
  Value() = default;
  Value(const Value&) = default;
  Value(Value&&) = default;
  Value& operator=(const Value&) = default;
  Value& operator=(Value&&) = default;
  ~Value() {
    if (object_ != nullptr && object_.use_count() == 1) Release(std::move(object_));
  }
  // NOLINTNEXTLINE(google-explicit-constructor): numbers are values everywhere.
  Value(Scalar s) : kind_(Kind::kNumber), scalar_(s) {}
  template <typename T, typename = std::enable_if_t<std::is_base_of_v<Object, T>>>
  // NOLINTNEXTLINE(google-explicit-constructor): so are objects.
  Value(std::shared_ptr<T> object) : kind_(object->kind()), object_(std::move(object)) {}

  static Value Bool(bool v) { return Value(Scalar(v)); }
  static Value Int(int64_t v) { return Value(Scalar(v)); }
  static Value Float64(double v) { return Value(Scalar(v)); }
  static Value Float32(float v) { return Value(Scalar(v)); }
  static Value Char(char32_t c);
  static Value String(std::string text);
  static Value Symbol(std::string name);
  static Value Missing();

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_nothing() const { return kind_ == Kind::kNothing; }
  bool is_number() const { return kind_ == Kind::kNumber; }
  // A number that is an integer (Bool is not).
  bool is_int() const { return is_number() && IsInteger(scalar_.dtype()); }
  bool is_bool() const { return is_number() && scalar_.dtype() == DType::kBool; }

  // REQUIRES: the kind.
  const Scalar& scalar() const { return scalar_; }
  char32_t character() const { return static_cast<char32_t>(scalar_.AsInt64()); }
  const std::string& text() const;  // String or Symbol.

  // The object as T when it is one, else null. T names its Kind in T::kKind.
  template <typename T>
  T* As() const {
    return kind_ == T::kKind ? static_cast<T*>(object_.get()) : nullptr;
  }
  template <typename T>
  std::shared_ptr<T> Share() const {
    return kind_ == T::kKind ? std::static_pointer_cast<T>(object_) : nullptr;
  }
  // For kinds with several classes (kFunction, kType, kModule, kOpaque).
  template <typename T>
  T* AsClass() const {
    return dynamic_cast<T*>(object_.get());
  }
  template <typename T>
  std::shared_ptr<T> ShareClass() const {
    return std::dynamic_pointer_cast<T>(object_);
  }
  const std::shared_ptr<Object>& object() const { return object_; }

  // Julia's ===: same number and type, same string, same object; tuples element by element.
  bool IdenticalTo(const Value& other) const;

 private:
  // Frees an object without going deeper into the stack than a fixed depth: text can nest values
  // without end.
  static void Release(std::shared_ptr<Object> object);

  Kind kind_ = Kind::kNothing;
  Scalar scalar_;
  std::shared_ptr<Object> object_;
};

struct Child {
  // ".weight" for a field, "[1]" for an element: appended to the parent's path.
  std::string step;
  Value value;
};

class StringObject : public Object {
 public:
  static constexpr Kind kKind = Kind::kString;
  explicit StringObject(std::string t) : Object(kKind), text(std::move(t)) {
    HoldBytes(text.capacity());
  }
  const std::string text;
};

class SymbolObject : public Object {
 public:
  static constexpr Kind kKind = Kind::kSymbol;
  explicit SymbolObject(std::string t) : Object(kKind), text(std::move(t)) {
    HoldBytes(text.capacity());
  }
  const std::string text;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_VALUE_H_
