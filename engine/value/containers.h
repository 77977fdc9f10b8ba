#ifndef FLUXGATE_ENGINE_VALUE_CONTAINERS_H_
#define FLUXGATE_ENGINE_VALUE_CONTAINERS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/optional.h"
#include "engine/value/heap.h"
#include "engine/value/value.h"

namespace fluxgate {

// start:step:stop, integers or floats. Element i (0-based) is start + i * step.
class Range : public Object {
 public:
  static constexpr Kind kKind = Kind::kRange;
  Range(Scalar start, Scalar step, int64_t length, bool unit);
  Scalar At(int64_t i) const;
  DType dtype() const { return start.dtype(); }
  const Scalar start, step;
  const int64_t length;
  const bool unit;      // Written a:b: shown without the step.
  bool one_to = false;  // Base.OneTo(n), as axes gives it.

 private:
  // A float range over decimals such as 0:0.1:1 computes with fractions, so that its elements are
  // the floats nearest to the decimals; 0 when start and step are no small fractions.
  double denominator_ = 0, start_numerator_ = 0, step_numerator_ = 0;
};

// x as a fraction of small whole numbers that rounds to it in `dtype`, if there is one.
bool AsFraction(double x, DType dtype, double* numerator, double* denominator);

class Tuple : public Object {
 public:
  static constexpr Kind kKind = Kind::kTuple;
  explicit Tuple(std::vector<Value> e) : Object(kKind), elements(std::move(e)) {
    HoldBytes(elements.capacity() * sizeof(Value));
  }
  static Value Of(std::vector<Value> e) { return Value(std::make_shared<Tuple>(std::move(e))); }
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  const std::vector<Value> elements;
};

class NamedTuple : public Object {
 public:
  static constexpr Kind kKind = Kind::kNamedTuple;
  NamedTuple(std::vector<std::string> n, std::vector<Value> v)
      : Object(kKind), names(std::move(n)), values(std::move(v)) {
    HoldBytes(values.size() * (sizeof(Value) + sizeof(std::string)));
  }
  static Value Of(std::vector<std::string> n, std::vector<Value> v) {
    return Value(std::make_shared<NamedTuple>(std::move(n), std::move(v)));
  }
  const Value* Find(absl::string_view name) const;
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  const std::vector<std::string> names;
  const std::vector<Value> values;
  bool as_pairs = false;  // Base.Pairs, as pairs(t) and kw... give it: iterates name => value.
};

class Pair : public Object {
 public:
  static constexpr Kind kKind = Kind::kPair;
  Pair(Value f, Value s) : Object(kKind), first(std::move(f)), second(std::move(s)) {}
  static Value Of(Value f, Value s) {
    return Value(std::make_shared<Pair>(std::move(f), std::move(s)));
  }
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  const Value first, second;
};

// Vector (or, with dims, array) whose elements are not all numbers. Mutable.
class List : public HeapObject {
 public:
  static constexpr Kind kKind = Kind::kList;
  explicit List(std::vector<Value> e) : HeapObject(kKind), elements(std::move(e)) { Recharge(); }
  List(std::vector<Value> e, Shape s)
      : HeapObject(kKind), elements(std::move(e)), dims(std::move(s)) {
    Recharge();
  }
  static Value Of(std::vector<Value> e) { return Value(std::make_shared<List>(std::move(e))); }
  Shape shape() const { return dims ? *dims : Shape({static_cast<int64_t>(elements.size())}); }
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  // To be called when `elements` have grown or shrunk.
  void Recharge() { HoldBytes(elements.capacity() * sizeof(Value)); }
  std::vector<Value> elements;  // Column-major.
  absl::optional<Shape> dims;   // Absent: a vector, which may grow.
  // The element type (a type value): declared, as in `Int[]`, or fixed by the first change.
  // Nothing: that of the elements, which have not changed since the list was made.
  Value element_type;

 private:
  void Surrender(std::vector<Value>& to) override;
};

// Hash of a key under Julia's isequal (1, 1.0 and true hash alike).
size_t HashKey(const Value& key);
bool IsEqualKey(const Value& a, const Value& b);

// Keys in order of insertion. Mutable.
class Dict : public HeapObject {
 public:
  static constexpr Kind kKind = Kind::kDict;
  Dict() : HeapObject(kKind) {}
  const Value* Find(const Value& key) const;
  void Set(const Value& key, Value value);
  bool Erase(const Value& key);
  size_t size() const { return index_.size(); }
  // Live entries in order.
  std::vector<std::pair<Value, Value>> Entries() const;
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  Value key_type, value_type;  // As List::element_type.

 private:
  struct Hash {
    size_t operator()(const Value& v) const { return HashKey(v); }
  };
  struct Equal {
    bool operator()(const Value& a, const Value& b) const { return IsEqualKey(a, b); }
  };
  using Entry = absl::optional<std::pair<Value, Value>>;
  void Recharge();
  void Surrender(std::vector<Value>& to) override;

  std::vector<Entry> entries_;
  absl::flat_hash_map<Value, size_t, Hash, Equal> index_;
};

class Set : public Object {
 public:
  static constexpr Kind kKind = Kind::kSet;
  Set() : Object(kKind) {}
  Dict members;  // Values are nothing.
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_CONTAINERS_H_
