// Dict and what it shares with named tuples: keys, values, get, haskey, merge, pairs.
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/collections.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

absl::Status AddPair(Evaluator& eval, Dict& dict, const Value& entry) {
  Value key, value;
  if (const Pair* pair = entry.As<Pair>()) {
    key = pair->first;
    value = pair->second;
  } else if (const Tuple* tuple = entry.As<Tuple>(); tuple && tuple->elements.size() == 2) {
    key = tuple->elements[0];
    value = tuple->elements[1];
  } else {
    return ArgumentError("Dict(kv): kv needs to be an iterator of 2-tuples or pairs");
  }
  return SetEntry(eval, dict, key, value);
}

// Dict(), Dict(pairs...), Dict(iterator), Dict{K, V}(...).
absl::StatusOr<Value> ConstructDict(Evaluator& eval, const Arguments& x) {
  auto dict = std::make_shared<Dict>();
  const Type* type = x[0].As<Type>();
  if (type != nullptr && type->parameters.size() == 2) {
    if (type->parameters[0].type) dict->key_type = TypeValue(type->parameters[0].type);
    if (type->parameters[1].type) dict->value_type = TypeValue(type->parameters[1].type);
  } else if (x.size() == 1) {
    dict->key_type = dict->value_type = TypeValue(AnyType());
  }
  const absl::Span<const Value> entries = x.positional.subspan(1);
  for (const Value& entry : entries) {
    if (entry.is(Kind::kPair)) {
      FG_RETURN_IF_ERROR(AddPair(eval, *dict, entry));
      continue;
    }
    if (entries.size() > 1) return MethodError("Dict", entries);
    FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, entry));
    for (const Value& element : elements) {
      FG_RETURN_IF_ERROR(eval.Step());
      FG_RETURN_IF_ERROR(AddPair(eval, *dict, element));
    }
  }
  return Value(std::move(dict));
}

// Key and value of each entry; false for what has none.
bool EntriesOf(const Value& v, std::vector<std::pair<Value, Value>>* entries) {
  if (const Dict* dict = v.As<Dict>()) {
    *entries = dict->Entries();
    return true;
  }
  if (const NamedTuple* named = v.As<NamedTuple>()) {
    for (size_t i = 0; i < named->names.size(); ++i) {
      entries->emplace_back(Value::Symbol(named->names[i]), named->values[i]);
    }
    return true;
  }
  return false;
}

absl::StatusOr<Value> Keys(Evaluator& eval, const Arguments& x) {
  std::vector<std::pair<Value, Value>> entries;
  if (!EntriesOf(x[0], &entries)) {
    const int64_t length = LengthOf(x[0]);
    if (length < 0) return MethodError("keys", x.positional);
    return Value(std::make_shared<Range>(Scalar(int64_t{1}), Scalar(int64_t{1}), length, true));
  }
  std::vector<Value> keys;
  for (auto& [key, value] : entries) keys.push_back(key);
  if (x[0].is(Kind::kNamedTuple)) return Tuple::Of(std::move(keys));
  return MakeVector(eval, keys);
}

absl::StatusOr<Value> Values(Evaluator& eval, const Arguments& x) {
  if (const NamedTuple* named = x[0].As<NamedTuple>(); named != nullptr && named->as_pairs) {
    return NamedTuple::Of(named->names, named->values);
  }
  std::vector<std::pair<Value, Value>> entries;
  if (!EntriesOf(x[0], &entries)) {
    if (LengthOf(x[0]) < 0) return MethodError("values", x.positional);
    return x[0];
  }
  std::vector<Value> values;
  for (auto& [key, value] : entries) values.push_back(value);
  if (x[0].is(Kind::kNamedTuple)) return Tuple::Of(std::move(values));
  return MakeVector(eval, values);
}

absl::StatusOr<Value> Pairs(Evaluator& eval, const Arguments& x) {
  std::vector<std::pair<Value, Value>> entries;
  if (x[0].is(Kind::kDict)) return x[0];
  if (const NamedTuple* named = x[0].As<NamedTuple>()) {
    auto as_pairs = std::make_shared<NamedTuple>(named->names, named->values);
    as_pairs->as_pairs = true;
    return Value(std::move(as_pairs));
  }
  if (!EntriesOf(x[0], &entries)) {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, x[0]));
    const Shape shape = ShapeOf(x[0]);
    for (size_t i = 0; i < elements.size(); ++i) {
      entries.emplace_back(PositionValue(shape, static_cast<int64_t>(i)), elements[i]);
    }
  }
  std::vector<Value> pairs;
  for (auto& [key, value] : entries) pairs.push_back(Pair::Of(key, value));
  return List::Of(std::move(pairs));
}

// The value under a key or index; null when there is none.
absl::StatusOr<absl::optional<Value>> Look(Evaluator& eval, const Value& v, const Value& key) {
  using Result = absl::optional<Value>;
  if (const Dict* dict = v.As<Dict>()) {
    const Value* found = dict->Find(key);
    return found == nullptr ? Result() : Result(*found);
  }
  if (const NamedTuple* named = v.As<NamedTuple>(); named && key.is(Kind::kSymbol)) {
    const Value* found = named->Find(key.text());
    return found == nullptr ? Result() : Result(*found);
  }
  if (LengthOf(v) < 0 || !IsNumeric(key)) return MethodError("get", {v, key});
  FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, key, "an index"));
  if (i < 1 || i > LengthOf(v)) return Result();
  FG_ASSIGN_OR_RETURN(Value element, GetIndex(eval, v, {key}));
  return Result(std::move(element));
}

// get(d, key, default) and get(f, d, key).
absl::StatusOr<Value> Get(Evaluator& eval, const Arguments& x, bool store) {
  const bool function = IsCallable(x[0]) && !x[0].is(Kind::kStruct);
  const Value& collection = function ? x[1] : x[0];
  const Value& key = function ? x[2] : x[1];
  FG_ASSIGN_OR_RETURN(const absl::optional<Value> found, Look(eval, collection, key));
  if (found) return *found;
  Value otherwise = x[2];
  if (function) {
    FG_ASSIGN_OR_RETURN(otherwise, eval.CallWith(x[0], {}, {}));
  }
  if (store) FG_RETURN_IF_ERROR(SetIndex(eval, collection, {key}, otherwise));
  return otherwise;
}

absl::StatusOr<Value> MergeNamed(absl::Span<const Value> parts) {
  std::vector<std::string> names;
  std::vector<Value> values;
  for (const Value& part : parts) {
    const NamedTuple* named = part.As<NamedTuple>();
    if (named == nullptr) return MethodError("merge", parts);
    for (size_t i = 0; i < named->names.size(); ++i) {
      size_t at = 0;
      while (at < names.size() && names[at] != named->names[i]) ++at;
      if (at == names.size()) {
        names.push_back(named->names[i]);
        values.push_back(named->values[i]);
      } else {
        values[at] = named->values[i];
      }
    }
  }
  return NamedTuple::Of(std::move(names), std::move(values));
}

// Adds the entries of `parts` to `into`; `combine` null: later ones win.
absl::Status MergeInto(Evaluator& eval, Dict& into, absl::Span<const Value> parts,
                       const Value* combine) {
  for (const Value& part : parts) {
    const Dict* dict = part.As<Dict>();
    if (dict == nullptr) return MethodError("merge", parts);
    for (auto& [key, value] : dict->Entries()) {
      const Value* old = combine == nullptr ? nullptr : into.Find(key);
      Value merged = value;
      if (old != nullptr) {
        FG_ASSIGN_OR_RETURN(merged, eval.CallWith(*combine, {*old, value}, {}));
      }
      FG_RETURN_IF_ERROR(SetEntry(eval, into, key, merged));
    }
  }
  return absl::OkStatus();
}

// Gives `merged` the types that hold the entries of all parts.
void JoinEntryTypes(absl::Span<const Value> parts, Dict& merged) {
  TypePtr key, value;
  for (const Value& part : parts) {
    if (!part.is(Kind::kDict)) return;
    const TypePtr type = TypeOf(part);
    const TypePtr &k = type->parameters[0].type, &v = type->parameters[1].type;
    key = key == nullptr ? k : JoinTypes(key, k);
    value = value == nullptr ? v : JoinTypes(value, v);
  }
  merged.key_type = TypeValue(key);
  merged.value_type = TypeValue(value);
}

absl::StatusOr<Value> Merge(Evaluator& eval, const Arguments& x) {
  if (x[0].is(Kind::kNamedTuple)) return MergeNamed(x.positional);
  const auto merged = std::make_shared<Dict>();
  JoinEntryTypes(x.positional, *merged);
  FG_RETURN_IF_ERROR(MergeInto(eval, *merged, x.positional, nullptr));
  return Value(merged);
}

absl::StatusOr<Value> Delete(Evaluator& eval, const Arguments& x) {
  MarkEffect(eval);
  FixTypes(x[0]);
  if (Dict* dict = x[0].As<Dict>()) {
    dict->Erase(x[1]);
    return x[0];
  }
  if (Set* set = x[0].As<Set>()) {
    set->members.Erase(x[1]);
    return x[0];
  }
  return MethodError("delete!", x.positional);
}

absl::StatusOr<Value> HasKey(Evaluator& eval, const Arguments& x) {
  if (x[0].is(Kind::kSet)) return MethodError("haskey", x.positional);
  FG_ASSIGN_OR_RETURN(const absl::optional<Value> found, Look(eval, x[0], x[1]));
  return Value::Bool(found.has_value());
}

absl::StatusOr<Value> GetKey(Evaluator&, const Arguments& x) {
  const Dict* dict = x[0].As<Dict>();
  if (dict == nullptr) return MethodError("getkey", x.positional);
  for (auto& [key, value] : dict->Entries()) {
    if (IsEqualKey(key, x[1])) return key;
  }
  return x[2];
}

}  // namespace

std::vector<Builtin> DictionaryBuiltins() {
  Definitions d;
  d.Add("Dict", 1, -1, ConstructDict);
  d.Add("keys", 1, 1, Keys);
  d.Add("values", 1, 1, Values);
  d.Add("pairs", 1, 1, Pairs);
  d.Add("haskey", 2, 2, HasKey);
  d.Add("getkey", 3, 3, GetKey);
  d.Add("get", 3, 3, [](Evaluator& eval, const Arguments& x) { return Get(eval, x, false); });
  d.Add("get!", 3, 3, [](Evaluator& eval, const Arguments& x) {
    MarkEffect(eval);
    return Get(eval, x, true);
  });
  d.Add("delete!", 2, 2, Delete);
  d.Add("merge", 1, -1, Merge);
  d.Add("merge!", 1, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    Dict* dict = x[0].As<Dict>();
    if (dict == nullptr) return MethodError("merge!", x.positional);
    MarkEffect(eval);
    FixTypes(x[0]);
    FG_RETURN_IF_ERROR(MergeInto(eval, *dict, x.positional.subspan(1), nullptr));
    return x[0];
  });
  d.Add("mergewith", 2, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    auto merged = std::make_shared<Dict>();
    FG_RETURN_IF_ERROR(MergeInto(eval, *merged, x.positional.subspan(1), &x[0]));
    return Value(std::move(merged));
  });
  return d.Take();
}

}  // namespace fluxgate::lang
