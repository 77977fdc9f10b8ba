// What can be asked of any value, and small constructors: hash, isdefined, summary, NamedTuple,
// Some.
#include "engine/lang/builtins/values.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/display/display.h"
#include "engine/lang/function.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

// ---- hash ----

constexpr uint64_t kFnvOffset = 0xcbf29ce484222325u, kFnvPrime = 0x100000001b3u;

uint64_t Mix(absl::string_view text, uint64_t h) {
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return h ^ (h >> 29);
}

// Equal values (isequal) hash alike, in every run: 1, 1.0 and true; [1] and [1.0].
absl::StatusOr<uint64_t> HashOf(Evaluator& eval, const Value& v, uint64_t h, int depth = 0) {
  FG_RETURN_IF_ERROR(eval.Step());
  if (depth > 100) return ArgumentError("hash: the value is nested too deep");
  if (IsNumeric(v)) {
    FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(v));
    if (!s.is_float()) return Mix(absl::StrCat(s.AsInt64()), h);
    const double d = s.AsDouble();
    const bool whole = d == static_cast<double>(static_cast<int64_t>(d)) && std::abs(d) < 9e15;
    return Mix(whole ? absl::StrCat(static_cast<int64_t>(d)) : Repr(Value::Float64(d)), h);
  }
  switch (v.kind()) {
    case Kind::kArray:
    case Kind::kRange:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kPair: {
      FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
      h = Mix(v.is(Kind::kTuple) ? "(" : v.is(Kind::kPair) ? ">" : "[", h);
      const Shape shape = ShapeOf(v);
      for (const int64_t n : shape.dims()) h = Mix(absl::StrCat(n, ","), h);
      for (const Value& element : elements) {
        FG_ASSIGN_OR_RETURN(h, HashOf(eval, element, h, depth + 1));
      }
      return h;
    }
    case Kind::kDict:
    case Kind::kSet: {  // In any order.
      FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
      uint64_t sum = 0;
      for (const Value& element : elements) {
        FG_ASSIGN_OR_RETURN(const uint64_t one, HashOf(eval, element, kFnvOffset, depth + 1));
        sum += one;
      }
      return Mix(absl::StrCat(sum), h);
    }
    default:
      return Mix(absl::StrCat(v.is(Kind::kString) ? "\"" : "", Repr(v)), h);
  }
}

absl::StatusOr<Value> Hash(Evaluator& eval, const Arguments& x) {
  uint64_t start = kFnvOffset;
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(const int64_t given, ToInteger(eval, x[1], "a hash"));
    start ^= static_cast<uint64_t>(given);
  }
  FG_ASSIGN_OR_RETURN(const uint64_t h, HashOf(eval, x[0], start));
  return Value(Scalar(static_cast<int64_t>(h)).As(Scalar::Written::kUInt64));
}

// ---- isdefined, summary ----

// isdefined(Main, :x), isdefined(object, :field)
absl::StatusOr<Value> IsDefined(Evaluator& eval, const Arguments& x) {
  if (!x[1].is(Kind::kSymbol) && !x[1].is(Kind::kString)) {
    return MethodError("isdefined", x.positional);
  }
  if (const auto* module = x[0].AsClass<Module>()) {
    const bool own = module->name == "Main";
    return Value::Bool(
        eval.Lookup(own ? x[1].text() : absl::StrCat(module->name, ".", x[1].text())).ok());
  }
  FG_ASSIGN_OR_RETURN(const Value has, eval.Lookup("hasfield"));
  return eval.CallWith(has, {x[0], x[1]}, {});
}

absl::StatusOr<Value> Summary(Evaluator&, const Arguments& x) {
  const Value& v = x[0];
  const std::string type = TypeName(v);
  if (v.is(Kind::kArray) || v.is(Kind::kList) || v.is(Kind::kRange)) {
    const Shape shape = ShapeOf(v);
    return Value::String(shape.rank() == 1
                             ? absl::StrCat(shape.dim(0), "-element ", type)
                             : absl::StrCat(absl::StrJoin(shape.dims(), "×"), " ", type));
  }
  if (v.is(Kind::kDict) || v.is(Kind::kSet)) {
    const int64_t n = LengthOf(v);
    const char* what =
        v.is(Kind::kSet) ? (n == 1 ? "element" : "elements") : (n == 1 ? "entry" : "entries");
    return Value::String(absl::StrCat(type, " with ", n, " ", what));
  }
  if (v.is(Kind::kString)) {
    return Value::String(absl::StrCat(v.text().size(), "-codeunit ", type));
  }
  return Value::String(type);
}

// ---- Constructors ----

// NamedTuple{(:a, :b)}((1, 2)), NamedTuple(pairs)
absl::StatusOr<Value> MakeNamedTuple(Evaluator& eval, const Arguments& x) {
  std::vector<std::string> names = x[0].As<Type>()->fields;
  if (x.size() == 1) return NamedTuple::Of({}, {});
  if (const NamedTuple* given = x[1].As<NamedTuple>()) {
    if (names.empty()) return NamedTuple::Of(given->names, given->values);
    std::vector<Value> chosen;
    for (const std::string& name : names) {
      const Value* value = given->Find(name);
      if (value == nullptr) {
        return JuliaError("FieldError", absl::StrCat("type NamedTuple has no field `", name, "`"));
      }
      chosen.push_back(*value);
    }
    return NamedTuple::Of(std::move(names), std::move(chosen));
  }
  FG_ASSIGN_OR_RETURN(std::vector<Value> values, ElementsOf(eval, x[1]));
  if (names.empty()) {
    for (Value& value : values) {
      const Pair* pair = value.As<Pair>();
      if (pair == nullptr || !pair->first.is(Kind::kSymbol)) {
        return ArgumentError("NamedTuple(itr) takes pairs of a symbol and a value");
      }
      names.push_back(pair->first.text());
      value = Value(pair->second);
    }
  } else if (names.size() != values.size()) {
    return ArgumentError("Wrong number of arguments to named tuple constructor.");
  }
  return NamedTuple::Of(std::move(names), std::move(values));
}

// SubString(s, i, j): strings are never changed, so a copy is as good as a view.
absl::StatusOr<Value> SubString(Evaluator& eval, const Arguments& x) {
  if (!x[0].is(Kind::kString)) return MethodError("SubString", x.positional);
  FG_ASSIGN_OR_RETURN(const int64_t first, ToInteger(eval, x[1], "an index"));
  FG_ASSIGN_OR_RETURN(int64_t last, LastIndex(x[0], 0, 1));
  if (x.size() == 3) {
    FG_ASSIGN_OR_RETURN(last, ToInteger(eval, x[2], "an index"));
  }
  const int64_t length = std::max<int64_t>(0, last - first + 1);
  const Value part(std::make_shared<Range>(Scalar(first), Scalar(int64_t{1}), length, true));
  const auto size = static_cast<int64_t>(x[0].text().size());
  if (length > 0 && (first < 1 || last > size)) return BoundsError(eval, x[0], {part});
  return GetIndex(eval, x[0], {part});
}

}  // namespace

const std::shared_ptr<const StructType>& SomeType() {
  static const auto& type = *new std::shared_ptr<const StructType>([] {
    auto made = std::make_shared<StructType>();
    made->name = "Some";
    made->builtin = true;
    made->fields = {{"value", Value()}};
    return made;
  }());
  return type;
}

std::vector<Builtin> ValueBuiltins() {
  Definitions d;
  d.Add("hash", 1, 2, Hash);
  d.Add("isdefined", 2, 2, IsDefined);
  d.Add("summary", 1, 1, Summary);
  d.Add("NamedTuple", 1, 2, MakeNamedTuple);
  d.Add("SubString", 2, 3, SubString);
  return d.Take();
}

}  // namespace fluxgate::lang
