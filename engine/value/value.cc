#include "engine/value/value.h"

#include <cstring>

#include "absl/container/flat_hash_set.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate {
namespace {

bool SameNumber(const Scalar& a, const Scalar& b) {
  if (a.dtype() != b.dtype()) return false;
  if (!a.is_float()) return a.AsInt64() == b.AsInt64();
  const double x = a.AsDouble(), y = b.AsDouble();
  return std::memcmp(&x, &y, sizeof(x)) == 0;
}

using Work = std::vector<std::pair<Value, Value>>;

bool PushAll(const std::vector<Value>& a, const std::vector<Value>& b, Work& work) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) work.emplace_back(a[i], b[i]);
  return true;
}

// Compares everything but components, which it adds to `work`.
bool SameHead(const Value& a, const Value& b, Work& work) {
  switch (a.kind()) {
    case Kind::kNothing:
    case Kind::kMissing:
      return true;
    case Kind::kNumber:
    case Kind::kChar:
      return SameNumber(a.scalar(), b.scalar());
    case Kind::kString:
    case Kind::kSymbol:
      return a.text() == b.text();
    case Kind::kTraced: {
      const NodeRef& x = a.As<Traced>()->node;
      const NodeRef& y = b.As<Traced>()->node;
      return x.trace == y.trace && x.id == y.id;
    }
    case Kind::kRange: {
      const Range &x = *a.As<Range>(), &y = *b.As<Range>();
      return SameNumber(x.start, y.start) && SameNumber(x.step, y.step) && x.length == y.length &&
             x.unit == y.unit;
    }
    case Kind::kArray: {
      const Array &x = *a.As<Array>(), &y = *b.As<Array>();
      return x.storage() == y.storage() && x.shape() == y.shape() && x.view() == y.view();
    }
    case Kind::kTuple:
      return PushAll(a.As<Tuple>()->elements, b.As<Tuple>()->elements, work);
    case Kind::kNamedTuple:
      return a.As<NamedTuple>()->names == b.As<NamedTuple>()->names &&
             PushAll(a.As<NamedTuple>()->values, b.As<NamedTuple>()->values, work);
    case Kind::kPair:
      work.emplace_back(a.As<Pair>()->first, b.As<Pair>()->first);
      work.emplace_back(a.As<Pair>()->second, b.As<Pair>()->second);
      return true;
    case Kind::kStruct: {
      const Struct &x = *a.As<Struct>(), &y = *b.As<Struct>();
      return x.type == y.type && !x.type->is_mutable && PushAll(x.fields, y.fields, work);
    }
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
      return false;
    case Kind::kFunction:
    case Kind::kType:
    case Kind::kModule:
    case Kind::kOpaque: {
      const std::string text = a.object()->IdentityText();
      return !text.empty() && text == b.object()->IdentityText();
    }
  }
  return false;
}

}  // namespace

std::vector<Child> Object::Children() const { return {}; }

Value Object::WithChildren(std::vector<Value>) const { return Value(); }

void Value::Release(std::shared_ptr<Object> object) {
  constexpr int kMaxDepth = 64;
  // A pointer, which has no destructor of its own: values may die after a thread's locals.
  thread_local std::vector<std::shared_ptr<Object>>* waiting = nullptr;
  thread_local int depth = 0;
  if (depth >= kMaxDepth) {
    if (waiting == nullptr) waiting = new std::vector<std::shared_ptr<Object>>;
    waiting->push_back(std::move(object));
    return;
  }
  ++depth;
  object.reset();
  while (depth == 1 && waiting != nullptr && !waiting->empty()) {
    object = std::move(waiting->back());
    waiting->pop_back();
    object.reset();
  }
  if (depth == 1) {
    delete waiting;
    waiting = nullptr;
  }
  --depth;
}

Value Value::Char(char32_t c) {
  Value v;
  v.kind_ = Kind::kChar;
  v.scalar_ = Scalar(static_cast<int64_t>(c));
  return v;
}

Value Value::String(std::string text) {
  return Value(std::make_shared<StringObject>(std::move(text)));
}

Value Value::Symbol(std::string name) {
  return Value(std::make_shared<SymbolObject>(std::move(name)));
}

Value Value::Missing() {
  Value v;
  v.kind_ = Kind::kMissing;
  return v;
}

const std::string& Value::text() const {
  return kind_ == Kind::kSymbol ? static_cast<SymbolObject*>(object_.get())->text
                                : static_cast<StringObject*>(object_.get())->text;
}

bool Value::IdenticalTo(const Value& other) const {
  Work work = {{*this, other}};
  // Shared parts are compared once, so that a small value with a huge unfolding stays cheap.
  absl::flat_hash_set<std::pair<const Object*, const Object*>> seen;
  while (!work.empty()) {
    const auto [a, b] = std::move(work.back());
    work.pop_back();
    if (a.kind() != b.kind()) return false;
    if (a.object() != nullptr) {
      if (a.object() == b.object()) continue;
      if (!seen.emplace(a.object().get(), b.object().get()).second) continue;
    }
    if (!SameHead(a, b, work)) return false;
  }
  return true;
}

}  // namespace fluxgate
