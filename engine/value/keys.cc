// Hashing and equality of dictionary keys: Julia's isequal.
#include <cmath>
#include <cstring>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate {
namespace {

// Enough of a large key to tell keys apart; equality looks at all of it.
constexpr int kHashedParts = 256;

size_t HashNumber(const Scalar& s) {
  if (!s.is_float()) return absl::HashOf(s.AsInt64());
  const double v = s.AsDouble();
  if (std::isnan(v)) return 0x7ff8;
  if (v == std::floor(v) && v >= -9.2e18 && v <= 9.2e18) {
    return absl::HashOf(static_cast<int64_t>(v));
  }
  return absl::HashOf(v);
}

bool EqualNumbers(const Scalar& a, const Scalar& b) {
  if (!a.is_float() && !b.is_float()) return a.AsInt64() == b.AsInt64();
  if (a.is_float() && b.is_float()) {
    const double x = a.AsDouble(), y = b.AsDouble();
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
    return x == y && std::signbit(x) == std::signbit(y);
  }
  const Scalar& f = a.is_float() ? a : b;
  const int64_t i = a.is_float() ? b.AsInt64() : a.AsInt64();
  const double v = f.AsDouble();
  if (!(v >= -9223372036854775808.0 && v < 9223372036854775808.0)) return false;
  if (v == 0 && std::signbit(v)) return false;
  return v == std::floor(v) && static_cast<int64_t>(v) == i;
}

// The number that a traced number is now. A key decides, so the trace is guarded by it.
Value Decided(const Value& value) {
  const Traced* traced = value.As<Traced>();
  if (traced == nullptr) return value;
  absl::StatusOr<Tensor> now = traced->node.trace->Concrete(traced->node.id);
  if (!now.ok() || !traced->node.trace->Guard(traced->node.id).ok()) return value;
  return Value(Scalar::FromTensor(*now));
}

bool IsSequence(const Value& v) {
  return v.is(Kind::kArray) || v.is(Kind::kRange) || v.is(Kind::kList);
}

// The elements of a sequence; false when they cannot be had.
bool Elements(const Value& v, int64_t limit, std::vector<Value>* out) {
  if (const List* list = v.As<List>()) {
    for (const Value& e : list->elements) {
      if (static_cast<int64_t>(out->size()) >= limit) break;
      out->push_back(e);
    }
    return true;
  }
  if (const Range* range = v.As<Range>()) {
    for (int64_t i = 0; i < std::min(limit, range->length); ++i) out->push_back(range->At(i));
    return true;
  }
  absl::StatusOr<Tensor> elements = v.As<Array>()->Read();
  if (!elements.ok()) return false;
  for (int64_t i = 0; i < std::min(limit, elements->num_elements()); ++i) {
    out->push_back(Scalar::FromTensor(*elements, i));
  }
  return true;
}

Shape SequenceShape(const Value& v) {
  if (const List* list = v.As<List>()) return list->shape();
  if (const Range* range = v.As<Range>()) return Shape({range->length});
  return v.As<Array>()->shape();
}

void PushParts(const Value& v, int64_t limit, std::vector<Value>* parts) {
  for (Child& child : v.object()->Children()) {
    if (static_cast<int64_t>(parts->size()) >= limit) break;
    parts->push_back(std::move(child.value));
  }
}

}  // namespace

size_t HashKey(const Value& key) {
  size_t hash = 0;
  std::vector<Value> pending = {key};
  for (int parts = 0; !pending.empty() && parts < kHashedParts; ++parts) {
    const Value value = Decided(pending.back());
    pending.pop_back();
    size_t own = static_cast<size_t>(value.kind());
    switch (value.kind()) {
      case Kind::kNothing:
      case Kind::kMissing:
      case Kind::kTraced:
        break;
      case Kind::kNumber:
        own = HashNumber(value.scalar());
        break;
      case Kind::kChar:
        own = absl::HashOf(own, value.character());
        break;
      case Kind::kString:
      case Kind::kSymbol:
        own = absl::HashOf(own, value.text());
        break;
      case Kind::kArray:
      case Kind::kRange:
      case Kind::kList:
        own = absl::HashOf(SequenceShape(value));
        Elements(value, kHashedParts, &pending);
        break;
      case Kind::kTuple:
      case Kind::kNamedTuple:
      case Kind::kPair:
        PushParts(value, kHashedParts, &pending);
        break;
      case Kind::kStruct:
        // A mutable struct is its own key; an immutable one is its parts.
        if (value.As<Struct>()->type->is_mutable) own = absl::HashOf(value.object().get());
        break;
      case Kind::kDict:
      case Kind::kSet:
        break;
      case Kind::kFunction:
      case Kind::kType:
      case Kind::kModule:
      case Kind::kOpaque: {
        const std::string text = value.object()->IdentityText();
        own = text.empty() ? absl::HashOf(value.object().get()) : absl::HashOf(text);
        break;
      }
    }
    hash = absl::HashOf(hash, own);
  }
  return hash;
}

bool IsEqualKey(const Value& left, const Value& right) {
  std::vector<std::pair<Value, Value>> pending = {{left, right}};
  absl::flat_hash_set<std::pair<const Object*, const Object*>> seen;
  while (!pending.empty()) {
    const Value a = Decided(pending.back().first), b = Decided(pending.back().second);
    pending.pop_back();
    if (a.is_number() && b.is_number()) {
      if (!EqualNumbers(a.scalar(), b.scalar())) return false;
      continue;
    }
    if (a.object() != nullptr && b.object() != nullptr &&
        (a.object() == b.object() || !seen.emplace(a.object().get(), b.object().get()).second)) {
      continue;
    }
    std::vector<Value> x, y;
    if (IsSequence(a) && IsSequence(b)) {
      if (SequenceShape(a) != SequenceShape(b)) return false;
      constexpr int64_t kAll = std::numeric_limits<int64_t>::max();
      if (!Elements(a, kAll, &x) || !Elements(b, kAll, &y)) return false;
    } else if (a.kind() != b.kind()) {
      return false;
    } else if (a.is(Kind::kTuple) || a.is(Kind::kNamedTuple) || a.is(Kind::kPair)) {
      if (a.is(Kind::kNamedTuple) && a.As<NamedTuple>()->names != b.As<NamedTuple>()->names) {
        return false;
      }
      PushParts(a, std::numeric_limits<int64_t>::max(), &x);
      PushParts(b, std::numeric_limits<int64_t>::max(), &y);
    } else if (a.is(Kind::kDict) || a.is(Kind::kSet)) {
      const Dict& p = a.is(Kind::kDict) ? *a.As<Dict>() : a.As<Set>()->members;
      const Dict& q = b.is(Kind::kDict) ? *b.As<Dict>() : b.As<Set>()->members;
      if (p.size() != q.size()) return false;
      for (auto& [key, value] : p.Entries()) {
        const Value* other = q.Find(key);
        if (other == nullptr) return false;
        x.push_back(value);
        y.push_back(*other);
      }
    } else {
      if (!a.IdenticalTo(b)) return false;
      continue;
    }
    if (x.size() != y.size()) return false;
    for (size_t i = 0; i < x.size(); ++i) pending.emplace_back(std::move(x[i]), std::move(y[i]));
  }
  return true;
}

}  // namespace fluxgate
