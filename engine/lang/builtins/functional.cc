// map, filter, reduce, folds, zip and the other functions of functions.
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/arrays.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/reductions.h"
#include "engine/lang/function.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/elementwise.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/iteration.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

// Calls `use` with the results of f over the iterables in step.
absl::Status ForEachCall(Evaluator& eval, const Value& f, absl::Span<const Value> iterables,
                         absl::FunctionRef<absl::Status(Value)> use) {
  std::vector<std::unique_ptr<Iterator>> iterators;
  for (const Value& v : iterables) {
    FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, v));
    iterators.push_back(std::move(it));
  }
  std::vector<Value> elements(iterators.size());
  for (;;) {
    for (size_t i = 0; i < iterators.size(); ++i) {
      FG_ASSIGN_OR_RETURN(const bool more, iterators[i]->Next(&elements[i]));
      if (!more) return absl::OkStatus();
    }
    FG_RETURN_IF_ERROR(eval.Step());
    FG_ASSIGN_OR_RETURN(Value result, eval.CallWith(f, elements, {}));
    FG_RETURN_IF_ERROR(use(std::move(result)));
  }
}

absl::StatusOr<Value> CharactersToString(const std::vector<Value>& characters) {
  std::string text;
  for (const Value& c : characters) {
    if (!c.is(Kind::kChar)) {
      return ArgumentError(
          "map(f, s::AbstractString) requires f to return AbstractChar; try map(f, collect(s)) or "
          "a comprehension instead");
    }
    AppendUtf8(c.character(), &text);
  }
  return Value::String(std::move(text));
}

absl::StatusOr<Value> Map(Evaluator& eval, const Arguments& x) {
  const absl::Span<const Value> iterables = x.positional.subspan(1);
  bool same_shape = true, numeric = true, tuples = true;
  const Shape first = ShapeOf(iterables[0]);
  for (const Value& v : iterables) {
    numeric &= IsNumericArray(v);
    tuples &= v.is(Kind::kTuple);
    same_shape &= ShapeOf(v) == first;
    if (v.is(Kind::kDict)) return MethodError("map", x.positional);
  }
  if (numeric && same_shape && FindEmitter(x[0], iterables.size())) {
    return Broadcast(eval, x[0], iterables);
  }
  bool all_numbers = true;
  for (const Value& v : iterables) all_numbers &= IsNumeric(v);
  if (all_numbers) return eval.CallWith(x[0], iterables, {});
  std::vector<Value> results;
  FG_RETURN_IF_ERROR(ForEachCall(eval, x[0], iterables, [&](Value v) -> absl::Status {
    return AddElement(eval, std::move(v), &results);
  }));
  if (tuples) return Tuple::Of(std::move(results));
  if (iterables.size() == 1) {
    if (iterables[0].is(Kind::kString)) return CharactersToString(results);
    if (const NamedTuple* named = iterables[0].As<NamedTuple>()) {
      return NamedTuple::Of(named->names, std::move(results));
    }
    if (results.empty() && iterables[0].is(Kind::kArray)) return CopyOf(eval, iterables[0]);
  }
  const absl::optional<Shape> shape = same_shape ? IterationShape(iterables[0]) : absl::nullopt;
  const auto count = static_cast<int64_t>(results.size());
  return CollectElements(eval, std::move(results),
                         shape && shape->num_elements() == count ? *shape : Shape({count}));
}

absl::StatusOr<Value> Filter(Evaluator& eval, const Arguments& x) {
  if (x.size() == 1) {
    const Value f = x[0];
    return MakeNative("filter", 1, 1, [f](Evaluator& e, absl::Span<const Value> y) {
      const Value both[] = {f, y[0]};
      return Filter(e, {both, {}});
    });
  }
  const Value& v = x[1];
  std::vector<Value> kept;
  std::vector<int64_t> positions;
  FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, v));
  for (int64_t i = 0;; ++i) {
    Value element;
    FG_ASSIGN_OR_RETURN(const bool more, it->Next(&element));
    if (!more) break;
    FG_RETURN_IF_ERROR(eval.Step());
    FG_ASSIGN_OR_RETURN(const Value verdict, Call1(eval, x[0], element));
    FG_ASSIGN_OR_RETURN(const bool keep, ToBool(eval, verdict));
    if (!keep) continue;
    positions.push_back(i);
    FG_RETURN_IF_ERROR(AddElement(eval, std::move(element), &kept));
  }
  switch (v.kind()) {
    case Kind::kArray:
    case Kind::kRange:
      return PickElements(eval, v, positions);
    case Kind::kTuple:
      return Tuple::Of(std::move(kept));
    case Kind::kString:
      return CharactersToString(kept);
    case Kind::kDict: {
      auto dict = std::make_shared<Dict>();
      dict->key_type = v.As<Dict>()->key_type;
      dict->value_type = v.As<Dict>()->value_type;
      for (const Value& pair : kept) dict->Set(pair.As<Pair>()->first, pair.As<Pair>()->second);
      return Value(std::move(dict));
    }
    case Kind::kSet: {
      auto set = std::make_shared<Set>();
      set->members.key_type = v.As<Set>()->members.key_type;
      for (const Value& member : kept) set->members.Set(member, Value());
      return Value(std::move(set));
    }
    case Kind::kList: {
      auto list = std::make_shared<List>(std::move(kept));
      list->element_type = v.As<List>()->element_type;
      return Value(std::move(list));
    }
    default:
      return MakeVector(eval, kept);
  }
}

// Left to right; `init` null starts with the first element.
absl::StatusOr<Value> Fold(Evaluator& eval, const Value& op, const Value& iterable,
                           const Value* init) {
  FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, iterable));
  Value result;
  bool started = init != nullptr;
  if (started) result = *init;
  for (Value element;;) {
    FG_ASSIGN_OR_RETURN(const bool more, it->Next(&element));
    if (!more) break;
    FG_RETURN_IF_ERROR(eval.Step());
    if (started) {
      FG_ASSIGN_OR_RETURN(result, eval.CallWith(op, {result, element}, {}));
    } else {
      result = element;
      started = true;
    }
  }
  if (!started) return EmptyReduction();
  return result;
}

absl::StatusOr<Value> FoldRight(Evaluator& eval, const Value& op, const Value& iterable,
                                const Value* init) {
  FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, iterable));
  if (elements.empty() && init == nullptr) return EmptyReduction();
  size_t i = elements.size();
  Value result = init != nullptr ? *init : elements[--i];
  while (i-- > 0) {
    FG_RETURN_IF_ERROR(eval.Step());
    FG_ASSIGN_OR_RETURN(result, eval.CallWith(op, {elements[i], result}, {}));
  }
  return result;
}

// reduce with an operator that has a reduction of its own.
absl::StatusOr<Value> Reduce(Evaluator& eval, const Value& op, const Value& iterable,
                             const Arguments& x) {
  const Value* init = x.Keyword("init");
  const std::string name = BuiltinName(op);
  const bool array = IsNumericArray(iterable);
  const char* reduction = name == "+"     ? "sum"
                          : name == "*"   ? "prod"
                          : name == "max" ? "maximum"
                          : name == "min" ? "minimum"
                                          : nullptr;
  if (reduction != nullptr && array) {
    FG_ASSIGN_OR_RETURN(const Value f, eval.Lookup(reduction));
    return eval.CallWith(f, {iterable}, Keywords(x.keywords.begin(), x.keywords.end()));
  }
  if (init == nullptr && (name == "hcat" || name == "vcat") && iterable.is(Kind::kList) &&
      !iterable.As<List>()->elements.empty()) {
    const std::vector<Value>& parts = iterable.As<List>()->elements;
    return name == "hcat" ? HorizontalCat(eval, parts) : VerticalCat(eval, parts);
  }
  if (x.Keyword("dims") != nullptr) {
    return ArgumentError("reduce with dims needs one of +, *, max and min");
  }
  return Fold(eval, op, iterable, init);
}

absl::StatusOr<Value> MapReduce(Evaluator& eval, const Arguments& x) {
  Value mapped;
  if (x.size() == 3) {
    FG_ASSIGN_OR_RETURN(mapped, Mapped(eval, &x[0], x[2]));
  } else {
    std::vector<Value> call = {x[0]};
    call.insert(call.end(), x.positional.begin() + 2, x.positional.end());
    FG_ASSIGN_OR_RETURN(mapped, Map(eval, {call, {}}));
  }
  return Reduce(eval, x[1], mapped, x);
}

absl::StatusOr<Value> Accumulate(Evaluator& eval, const Arguments& x) {
  const std::string name = BuiltinName(x[0]);
  const Value* init = x.Keyword("init");
  if (name == "+" && init == nullptr && IsNumericArray(x[1])) {
    FG_ASSIGN_OR_RETURN(const Value f, eval.Lookup("cumsum"));
    return eval.CallWith(f, {x[1]}, Keywords(x.keywords.begin(), x.keywords.end()));
  }
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, x[1]));
  std::vector<Value> results;
  Value state = init != nullptr ? *init : Value();
  for (size_t i = 0; i < elements.size(); ++i) {
    FG_RETURN_IF_ERROR(eval.Step());
    if (i == 0 && init == nullptr) {
      state = elements[0];
    } else {
      FG_ASSIGN_OR_RETURN(state, eval.CallWith(x[0], {state, elements[i]}, {}));
    }
    results.push_back(state);
  }
  if (x[1].is(Kind::kTuple)) return Tuple::Of(std::move(results));
  const absl::optional<Shape> shape = IterationShape(x[1]);
  const Shape flat({static_cast<int64_t>(results.size())});
  return CollectElements(eval, std::move(results), shape.value_or(flat));
}

absl::StatusOr<Value> ForEach(Evaluator& eval, const Arguments& x) {
  FG_RETURN_IF_ERROR(
      ForEachCall(eval, x[0], x.positional.subspan(1), [](Value) { return absl::OkStatus(); }));
  return Value();
}

// map!(f, destination, source...)
absl::StatusOr<Value> MapInPlace(Evaluator& eval, const Arguments& x) {
  std::vector<Value> call = {x[0]};
  call.insert(call.end(), x.positional.begin() + 2, x.positional.end());
  if (x.size() == 2) call.push_back(x[1]);
  FG_ASSIGN_OR_RETURN(const Value results, Map(eval, {call, {}}));
  FG_RETURN_IF_ERROR(BroadcastAssign(eval, x[1], results));
  return x[1];
}

absl::StatusOr<Value> BroadcastFunction(Evaluator& eval, const Arguments& x) {
  return Broadcast(eval, x[0], x.positional.subspan(1));
}

absl::StatusOr<int64_t> CountArgument(Evaluator& eval, const Value& v, int64_t least) {
  FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, v, "the count"));
  if (n < least) return ArgumentError(absl::StrCat("the count must be at least ", least));
  return n;
}

void AddIterators(Definitions& d) {
  d.Add("partition", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, CountArgument(eval, x[1], 1));
    return Partition(x[0], n);
  });
  d.Add("take", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, CountArgument(eval, x[1], 0));
    return TakeFirst(x[0], n);
  });
  d.Add("drop", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, CountArgument(eval, x[1], 0));
    return DropFirst(x[0], n);
  });
  d.Add("cycle", 1, 1,
        [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> { return Cycle(x[0]); });
  d.Add("repeated", 1, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (x.size() == 1) return Repeated(x[0], -1);
    FG_ASSIGN_OR_RETURN(const int64_t n, CountArgument(eval, x[1], 0));
    return Repeated(x[0], n);
  });
  d.Add("flatten", 1, 1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    return FlattenIterable(x[0]);
  });
  d.Add("countfrom", 0, 2, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    return CountFrom(x.size() > 0 ? x[0] : Value::Int(1), x.size() > 1 ? x[1] : Value::Int(1));
  });
  d.Add("product", 1, -1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    return Product(std::vector<Value>(x.positional.begin(), x.positional.end()));
  });
}

}  // namespace

std::vector<Builtin> FunctionalBuiltins() {
  Definitions d;
  d.Add("map", 2, -1, Map);
  d.Add("map!", 2, -1, MapInPlace);
  d.Add("filter", 1, 2, Filter);
  d.Add("foreach", 2, -1, ForEach);
  d.Add("broadcast", 1, -1, BroadcastFunction);
  d.Add("reduce", 2, 2,
        [](Evaluator& eval, const Arguments& x) { return Reduce(eval, x[0], x[1], x); },
        {"init", "dims"});
  d.Add(
      "foldl", 2, 2,
      [](Evaluator& eval, const Arguments& x) { return Fold(eval, x[0], x[1], x.Keyword("init")); },
      {"init"});
  d.Add("foldr", 2, 2,
        [](Evaluator& eval, const Arguments& x) {
          return FoldRight(eval, x[0], x[1], x.Keyword("init"));
        },
        {"init"});
  d.Add("mapreduce", 3, -1, MapReduce, {"init", "dims"});
  d.Add("mapfoldl", 3, 3,
        [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
          return Fold(eval, x[1], LazyMap(x[0], {x[2]}), x.Keyword("init"));
        },
        {"init"});
  d.Add("mapfoldr", 3, 3,
        [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
          return FoldRight(eval, x[1], LazyMap(x[0], {x[2]}), x.Keyword("init"));
        },
        {"init"});
  d.Add("accumulate", 2, 2, Accumulate, {"init", "dims"});
  d.Add("mapslices", 2, 2,
        [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
          FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
          if (!dims || dims->size() != 1 || ShapeOf(x[1]).rank() != 2) {
            return ArgumentError("mapslices needs a matrix and one dim in dims");
          }
          const int along = 1 - (*dims)[0];
          std::vector<Value> parts;
          for (int64_t i = 1; i <= ShapeOf(x[1]).dim(along); ++i) {
            std::vector<Value> indices = {ColonValue(), ColonValue()};
            indices[along] = Value::Int(i);
            FG_ASSIGN_OR_RETURN(const Value slice, GetIndex(eval, x[1], indices));
            FG_ASSIGN_OR_RETURN(Value part, Call1(eval, x[0], slice));
            if (along == 0 && ShapeOf(part).rank() == 1) {
              FG_ASSIGN_OR_RETURN(part, ReshapeValue(eval, part, Shape({1, LengthOf(part)})));
            }
            parts.push_back(std::move(part));
          }
          return CatAlong(eval, parts, along);
        },
        {"dims"});
  d.Add("zip", 0, -1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    return Zip(std::vector<Value>(x.positional.begin(), x.positional.end()));
  });
  d.Add("enumerate", 1, 1,
        [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> { return Enumerate(x[0]); });
  Definitions lazy("Iterators");
  AddIterators(lazy);
  d.Append(lazy.Take());
  d.Add("splat", 1, 1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    const Value f = x[0];
    return MakeNative("splat", 1, 1,
                      [f](Evaluator& e, absl::Span<const Value> y) -> absl::StatusOr<Value> {
                        FG_ASSIGN_OR_RETURN(const std::vector<Value> a, ElementsOf(e, y[0]));
                        return e.CallWith(f, a, {});
                      });
  });
  for (const bool second : {false, true}) {
    d.Add(second ? "Fix2" : "Fix1", 2, 2,
          [second](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
            const Value f = x[0], fixed = x[1];
            return MakeNative(second ? "Fix2" : "Fix1", 1, 1,
                              [=](Evaluator& e, absl::Span<const Value> y) {
                                if (second) return e.CallWith(f, {y[0], fixed}, {});
                                return e.CallWith(f, {fixed, y[0]}, {});
                              });
          });
  }
  d.Add("Returns", 1, 1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    const Value v = x[0];
    return MakeNative(
        "Returns", 0, -1,
        [v](Evaluator&, absl::Span<const Value>) -> absl::StatusOr<Value> { return v; });
  });
  return d.Take();
}

}  // namespace fluxgate::lang
