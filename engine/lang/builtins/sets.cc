// Set, the set operations on any collections, and the ends of a collection.
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/collections.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/iteration.h"
#include "engine/lang/syntax/characters.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

absl::StatusOr<Value> ConstructSet(Evaluator& eval, const Arguments& x) {
  auto set = std::make_shared<Set>();
  const Type* type = x[0].As<Type>();
  if (type != nullptr && !type->parameters.empty() && type->parameters[0].type != nullptr) {
    set->members.key_type = TypeValue(type->parameters[0].type);
  } else if (x.size() == 1) {
    set->members.key_type = TypeValue(AnyType());
  }
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, x[1]));
    for (const Value& v : elements) {
      FG_RETURN_IF_ERROR(eval.Step());
      FG_RETURN_IF_ERROR(SetEntry(eval, set->members, v, Value()));
    }
  }
  return Value(std::move(set));
}

absl::StatusOr<std::shared_ptr<Dict>> MembersOf(Evaluator& eval, const Value& v) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
  auto members = std::make_shared<Dict>();
  for (const Value& element : elements) {
    FG_RETURN_IF_ERROR(eval.Step());
    FG_RETURN_IF_ERROR(SetEntry(eval, *members, element, Value()));
  }
  return members;
}

// Like the first operand: a Set of a Set, a vector of anything else.
absl::StatusOr<Value> LikeFirst(Evaluator& eval, const Value& first, const Dict& members) {
  if (first.is(Kind::kSet)) {
    auto set = std::make_shared<Set>();
    for (auto& [member, unused] : members.Entries()) set->members.Set(member, Value());
    return Value(std::move(set));
  }
  std::vector<Value> elements;
  for (auto& [member, unused] : members.Entries()) elements.push_back(member);
  if (elements.empty() && IsNumericArray(first)) {
    return MakeTypedVector(eval, DTypeType(NumericDType(first)), {});
  }
  return MakeVector(eval, elements);
}

enum class SetOp { kUnion, kIntersect, kDifference, kSymmetric };

absl::StatusOr<Value> Combine(Evaluator& eval, SetOp op, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const auto result, MembersOf(eval, x[0]));
  for (const Value& v : x.positional.subspan(1)) {
    FG_ASSIGN_OR_RETURN(const auto other, MembersOf(eval, v));
    const auto mine = result->Entries();
    const auto theirs = other->Entries();
    if (op == SetOp::kUnion) {
      for (auto& [member, unused] : theirs) result->Set(member, Value());
      continue;
    }
    for (auto& [member, unused] : mine) {
      const bool shared = other->Find(member) != nullptr;
      if (shared != (op == SetOp::kIntersect)) result->Erase(member);
    }
    if (op != SetOp::kSymmetric) continue;
    Dict before;
    for (auto& [member, unused] : mine) before.Set(member, Value());
    for (auto& [member, unused] : theirs) {
      if (before.Find(member) == nullptr) result->Set(member, Value());
    }
  }
  return LikeFirst(eval, x[0], *result);
}

absl::StatusOr<Value> CombineInPlace(Evaluator& eval, SetOp op, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value combined, Combine(eval, op, x));
  Set* set = x[0].As<Set>();
  if (set == nullptr) return MethodError("union!", x.positional);
  MarkEffect(eval);
  FixTypes(x[0]);
  for (auto& [member, unused] : set->members.Entries()) {
    if (combined.As<Set>()->members.Find(member) == nullptr) set->members.Erase(member);
  }
  for (auto& [member, unused] : combined.As<Set>()->members.Entries()) {
    set->members.Set(member, Value());
  }
  return x[0];
}

absl::StatusOr<Value> IsSubset(Evaluator& eval, const Value& a, const Value& b) {
  FG_ASSIGN_OR_RETURN(const auto small, MembersOf(eval, a));
  FG_ASSIGN_OR_RETURN(const auto large, MembersOf(eval, b));
  for (auto& [member, unused] : small->Entries()) {
    if (large->Find(member) == nullptr) return Value::Bool(false);
  }
  return Value::Bool(true);
}

absl::Status NotEmpty(const char* function) {
  return ArgumentError(absl::StrCat(function, ": collection must be non-empty"));
}

// `count` elements from `from` (0-based).
absl::StatusOr<Value> Part(Evaluator& eval, const Value& v, int64_t from, int64_t count) {
  const Value range(std::make_shared<Range>(Scalar(from + 1), Scalar(int64_t{1}), count, true));
  return GetIndex(eval, v, {range});
}

absl::StatusOr<Value> First(Evaluator& eval, const Arguments& x) {
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[1], "the count"));
    if (n < 0) return ArgumentError("Number of elements must be non-negative");
    if (x[0].is(Kind::kString)) {
      const std::string& text = x[0].text();
      size_t end = 0;
      for (int64_t i = 0; i < n && end < text.size(); ++i) {
        end += static_cast<size_t>(std::max(DecodeUtf8(text, end).length, 1));
      }
      return Value::String(text.substr(0, end));
    }
    if (LengthOf(x[0]) >= 0 &&
        (IsNumericArray(x[0]) || x[0].is(Kind::kList) || x[0].is(Kind::kTuple))) {
      return Part(eval, x[0], 0, std::min(n, LengthOf(x[0])));
    }
    FG_ASSIGN_OR_RETURN(const std::vector<Value> some, ElementsOf(eval, TakeFirst(x[0], n)));
    return MakeVector(eval, some);
  }
  FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, x[0]));
  Value v;
  FG_ASSIGN_OR_RETURN(const bool more, it->Next(&v));
  if (more) return v;
  if (IsNumericArray(x[0]) || x[0].is(Kind::kList)) return BoundsError(x[0], {Value::Int(1)});
  return NotEmpty("first");
}

absl::StatusOr<Value> Last(Evaluator& eval, const Arguments& x) {
  if (x[0].is(Kind::kString) && x.size() == 2) {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[1], "the count"));
    const std::string& text = x[0].text();
    size_t begin = text.size();
    for (int64_t i = 0; i < n && begin > 0; ++i) {
      do --begin;
      while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80);
    }
    return Value::String(text.substr(begin));
  }
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[1], "the count"));
    const int64_t length = LengthOf(x[0]);
    if (n < 0 || length < 0) return MethodError("last", x.positional);
    const int64_t count = std::min(n, length);
    return Part(eval, x[0], length - count, count);
  }
  if (x[0].is(Kind::kString) || x[0].is(Kind::kNamedTuple) || x[0].is(Kind::kPair) ||
      IsNumericArray(x[0]) || x[0].is(Kind::kList) || x[0].is(Kind::kTuple)) {
    FG_ASSIGN_OR_RETURN(const int64_t end, LastIndex(x[0], 0, 1));
    return GetIndex(eval, x[0], {Value::Int(end)});
  }
  FG_ASSIGN_OR_RETURN(const std::vector<Value> all, ElementsOf(eval, x[0]));
  if (all.empty()) return NotEmpty("last");
  return all.back();
}

absl::StatusOr<Value> Only(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, x[0]));
  Value v, rest;
  FG_ASSIGN_OR_RETURN(const bool one, it->Next(&v));
  if (!one) return ArgumentError("Collection is empty, must contain exactly 1 element");
  FG_ASSIGN_OR_RETURN(const bool two, it->Next(&rest));
  if (two) return ArgumentError("Collection has multiple elements, must contain exactly 1 element");
  return v;
}

}  // namespace

std::vector<Builtin> SetBuiltins() {
  Definitions d;
  d.Add("Set", 1, 2, ConstructSet);
  const std::pair<const char*, SetOp> operations[] = {{"union", SetOp::kUnion},
                                                      {"intersect", SetOp::kIntersect},
                                                      {"setdiff", SetOp::kDifference},
                                                      {"symdiff", SetOp::kSymmetric}};
  for (const auto& [name, op] : operations) {
    d.Add(name, 1, -1,
          [op = op](Evaluator& eval, const Arguments& x) { return Combine(eval, op, x); });
    d.Add(absl::StrCat(name, "!"), 1, -1,
          [op = op](Evaluator& eval, const Arguments& x) { return CombineInPlace(eval, op, x); });
  }
  d.Add("∪", 2, -1,
        [](Evaluator& eval, const Arguments& x) { return Combine(eval, SetOp::kUnion, x); });
  d.Add("∩", 2, -1,
        [](Evaluator& eval, const Arguments& x) { return Combine(eval, SetOp::kIntersect, x); });
  for (const char* name : {"issubset", "⊆"}) {
    d.Add(name, 2, 2,
          [](Evaluator& eval, const Arguments& x) { return IsSubset(eval, x[0], x[1]); });
  }
  d.Add("⊇", 2, 2, [](Evaluator& eval, const Arguments& x) { return IsSubset(eval, x[1], x[0]); });
  d.Add("isdisjoint", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const Value shared, Combine(eval, SetOp::kIntersect, x));
    return Value::Bool(LengthOf(shared) == 0);
  });
  return d.Take();
}

std::vector<Builtin> EndsBuiltins() {
  Definitions d;
  d.Add("first", 1, 2, First);
  d.Add("last", 1, 2, Last);
  d.Add("only", 1, 1, Only);
  return d.Take();
}

std::vector<Builtin> CollectionBuiltins() {
  Definitions d;
  d.Append(GrowingBuiltins());
  d.Append(SortingBuiltins());
  d.Append(DictionaryBuiltins());
  d.Append(SetBuiltins());
  d.Append(EndsBuiltins());
  return d.Take();
}

}  // namespace fluxgate::lang
