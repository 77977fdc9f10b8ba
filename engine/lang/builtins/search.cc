// findmax, argmax and their kin; findfirst, findlast, findall.
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/arrays.h"
#include "engine/lang/builtins/reductions.h"
#include "engine/lang/function.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/operators.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

// Whether `b` takes the place of `a`: NaN is past everything, the first of equals stays.
bool Better(const Scalar& a, const Scalar& b, bool greatest) {
  const bool nan_a = a.is_float() && std::isnan(a.AsDouble());
  if (nan_a) return false;
  const int order = CompareNumbers(b, a);
  return order == 2 || order == (greatest ? 1 : -1);
}

int64_t BestPosition(const Tensor& t, bool greatest) {
  int64_t best = 0;
  for (int64_t i = 1; i < t.num_elements(); ++i) {
    if (Better(Scalar::FromTensor(t, best), Scalar::FromTensor(t, i), greatest)) best = i;
  }
  return best;
}

struct Found {
  Value value, position;
};

// The best of any collection whose elements have an order, with its key.
absl::StatusOr<Found> BestOf(Evaluator& eval, const Value& collection, bool greatest) {
  if (const Dict* dict = collection.As<Dict>()) {
    Found best;
    bool any = false;
    for (auto& [key, value] : dict->Entries()) {
      if (any) {
        FG_ASSIGN_OR_RETURN(const bool better, greatest ? IsLess(eval, best.value, value)
                                                        : IsLess(eval, value, best.value));
        if (!better) continue;
      }
      best = {value, key};
      any = true;
    }
    if (!any) return EmptyReduction();
    return best;
  }
  if (const NamedTuple* named = collection.As<NamedTuple>()) {
    FG_ASSIGN_OR_RETURN(const Found best, BestOf(eval, Tuple::Of(named->values), greatest));
    return Found{best.value, Value::Symbol(named->names[best.position.scalar().AsInt64() - 1])};
  }
  FG_ASSIGN_OR_RETURN(const Value v, Mapped(eval, nullptr, collection));
  if (LengthOf(v) == 0) return EmptyReduction();
  if (IsNumericArray(v)) {
    FG_ASSIGN_OR_RETURN(const Tensor t, eval.ops().DecideArray(v));
    const int64_t best = BestPosition(t, greatest);
    FG_ASSIGN_OR_RETURN(Value value, ElementAt(eval, v, best));
    return Found{std::move(value), PositionValue(ShapeOf(v), best)};
  }
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
  size_t best = 0;
  for (size_t i = 1; i < elements.size(); ++i) {
    FG_ASSIGN_OR_RETURN(const bool better, greatest ? IsLess(eval, elements[best], elements[i])
                                                    : IsLess(eval, elements[i], elements[best]));
    if (better) best = i;
  }
  return Found{elements[best], PositionValue(ShapeOf(v), static_cast<int64_t>(best))};
}

// The best along dims: arrays of values and of positions.
absl::StatusOr<Found> BestAlong(Evaluator& eval, const Value& v, const std::vector<int>& dims,
                                bool greatest) {
  if (!IsNumericArray(v)) return MethodError(greatest ? "findmax" : "findmin", {v});
  const Shape shape = ShapeOf(v);
  const std::vector<int> own = OwnDims(dims, shape.rank());
  Dims reduced(shape.dims().begin(), shape.dims().end());
  for (const int d : own) {
    if (shape.dim(d) == 0) return EmptyReduction();
    reduced[d] = 1;
  }
  const Shape result(reduced);
  FG_ASSIGN_OR_RETURN(const Tensor t, eval.ops().DecideArray(v));
  std::vector<int64_t> best(result.num_elements(), -1);
  for (int64_t i = 0; i < t.num_elements(); ++i) {
    int64_t rest = i, at = 0, stride = 1;
    for (int d = 0; d < shape.rank(); ++d) {
      const int64_t k = rest % shape.dim(d);
      rest /= shape.dim(d);
      if (result.dim(d) == shape.dim(d)) at += k * stride;
      stride *= result.dim(d);
    }
    if (best[at] < 0 ||
        Better(Scalar::FromTensor(t, best[at]), Scalar::FromTensor(t, i), greatest)) {
      best[at] = i;
    }
  }
  FG_ASSIGN_OR_RETURN(const Value picked, PickElements(eval, v, best));
  FG_ASSIGN_OR_RETURN(Value values, ReshapeValue(eval, picked, result));
  std::vector<Value> positions;
  for (const int64_t i : best) positions.push_back(PositionValue(shape, i));
  FG_ASSIGN_OR_RETURN(Value where, CollectElements(eval, std::move(positions), result));
  return Found{std::move(values), std::move(where)};
}

absl::StatusOr<Found> Best(Evaluator& eval, const Arguments& x, bool greatest) {
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  Value v = x[x.size() - 1];
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(v, Mapped(eval, &x[0], v));
  }
  if (!dims) return BestOf(eval, v, greatest);
  FG_ASSIGN_OR_RETURN(v, Densify(eval, v));
  return BestAlong(eval, v, *dims, greatest);
}

// Calls `use` with each position (flat) and whether the predicate holds there, until it says stop.
template <typename Use>
absl::Status ForEachTest(Evaluator& eval, const Arguments& x, Use use) {
  const Value* f = x.size() == 2 ? &x[0] : nullptr;
  FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, x[x.size() - 1]));
  for (int64_t i = 0;; ++i) {
    Value v;
    FG_ASSIGN_OR_RETURN(const bool more, it->Next(&v));
    if (!more) return absl::OkStatus();
    FG_RETURN_IF_ERROR(eval.Step());
    if (f != nullptr) {
      FG_ASSIGN_OR_RETURN(v, Call1(eval, *f, v));
    }
    FG_ASSIGN_OR_RETURN(const bool holds, ToBool(eval, v));
    if (!use(i, holds)) return absl::OkStatus();
  }
}

// Where a flat position is: strings count bytes, dictionaries name keys.
Value KeyAt(const Value& collection, int64_t position) {
  if (const Dict* dict = collection.As<Dict>()) return dict->Entries()[position].first;
  if (const NamedTuple* named = collection.As<NamedTuple>()) {
    return Value::Symbol(named->names[position]);
  }
  if (collection.is(Kind::kString)) {
    const std::string& text = collection.text();
    int64_t character = -1;
    for (size_t i = 0; i < text.size(); ++i) {
      if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80 && ++character == position) {
        return Value::Int(static_cast<int64_t>(i + 1));
      }
    }
  }
  return PositionValue(ShapeOf(collection), position);
}

// For a dictionary the predicate sees the values.
absl::StatusOr<Value> FindOne(Evaluator& eval, const Arguments& x, bool first) {
  const Value& collection = x[x.size() - 1];
  std::vector<Value> storage(x.positional.begin(), x.positional.end());
  if (collection.is(Kind::kString) && x.size() == 2 &&
      (x[0].is(Kind::kString) || x[0].is(Kind::kChar))) {
    const std::string needle = x[0].is(Kind::kChar) ? "" : x[0].text();
    if (x[0].is(Kind::kChar)) return MethodError("findfirst", x.positional);
    const size_t at = first ? collection.text().find(needle) : collection.text().rfind(needle);
    if (at == std::string::npos) return Value();
    return Value(std::make_shared<Range>(Scalar(static_cast<int64_t>(at + 1)), Scalar(int64_t{1}),
                                         static_cast<int64_t>(needle.size()), true));
  }
  if (const Dict* dict = collection.As<Dict>()) {
    std::vector<Value> values;
    for (auto& [key, value] : dict->Entries()) values.push_back(value);
    storage.back() = List::Of(std::move(values));
  }
  int64_t found = -1;
  FG_RETURN_IF_ERROR(ForEachTest(eval, {storage, x.keywords}, [&](int64_t i, bool holds) {
    if (holds) found = i;
    return !(holds && first);
  }));
  return found < 0 ? Value() : KeyAt(collection, found);
}

absl::StatusOr<Value> FindAll(Evaluator& eval, const Arguments& x) {
  const Value& collection = x[x.size() - 1];
  std::vector<Value> storage(x.positional.begin(), x.positional.end());
  if (const Dict* dict = collection.As<Dict>()) {
    std::vector<Value> values;
    for (auto& [key, value] : dict->Entries()) values.push_back(value);
    storage.back() = List::Of(std::move(values));
  }
  std::vector<Value> keys;
  FG_RETURN_IF_ERROR(ForEachTest(eval, {storage, x.keywords}, [&](int64_t i, bool holds) {
    if (holds) keys.push_back(KeyAt(collection, i));
    return true;
  }));
  if (keys.empty() && ShapeOf(collection).rank() <= 1 && !collection.is(Kind::kDict)) {
    return MakeTypedVector(eval, DTypeType(DType::kInt64), {});
  }
  return MakeVector(eval, keys);
}

absl::StatusOr<Value> FindNext(Evaluator& eval, const Arguments& x, bool forward) {
  FG_ASSIGN_OR_RETURN(const int64_t from, ToInteger(eval, x[2], "the start"));
  Value result;
  FG_RETURN_IF_ERROR(
      ForEachTest(eval, {x.positional.subspan(0, 2), x.keywords}, [&](int64_t i, bool holds) {
        if (forward ? i + 1 < from : i + 1 > from) return true;
        if (holds) result = KeyAt(x[1], i);
        return !(holds && forward);
      }));
  return result;
}

}  // namespace

absl::StatusOr<Value> PickElements(Evaluator& eval, const Value& numbers,
                                   const std::vector<int64_t>& positions) {
  const Shape shape({static_cast<int64_t>(positions.size())});
  FG_ASSIGN_OR_RETURN(Tensor indices, Tensor::FromVector<int64_t>(shape, positions));
  return eval.ops().Apply({numbers}, [&](absl::Span<const ir::Expr> e) {
    ir::Builder& builder = e[0].builder();
    return ir::Expr(builder,
                    builder.Gather(Flatten(e[0]).id(), builder.Constant(std::move(indices)), 0));
  });
}

std::vector<Builtin> SearchBuiltins() {
  Definitions d;
  for (const bool greatest : {true, false}) {
    d.Add(greatest ? "findmax" : "findmin", 1, 2,
          [greatest](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            FG_ASSIGN_OR_RETURN(Found best, Best(eval, x, greatest));
            return Tuple::Of({std::move(best.value), std::move(best.position)});
          },
          {"dims"});
    d.Add(greatest ? "argmax" : "argmin", 1, 2,
          [greatest](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            FG_ASSIGN_OR_RETURN(const Found best, Best(eval, x, greatest));
            if (x.size() == 1) return best.position;
            // argmax(f, domain) is the element of the domain.
            return GetIndex(eval, x[1], {best.position});
          },
          {"dims"});
  }
  d.Add("findfirst", 1, 2,
        [](Evaluator& eval, const Arguments& x) { return FindOne(eval, x, true); });
  d.Add("findlast", 1, 2,
        [](Evaluator& eval, const Arguments& x) { return FindOne(eval, x, false); });
  d.Add("findnext", 3, 3,
        [](Evaluator& eval, const Arguments& x) { return FindNext(eval, x, true); });
  d.Add("findprev", 3, 3,
        [](Evaluator& eval, const Arguments& x) { return FindNext(eval, x, false); });
  d.Add("findall", 1, 2, FindAll);
  return d.Take();
}

}  // namespace fluxgate::lang
