// Vectors that grow and shrink: push!, pop!, append!, insert!, deleteat!, ...
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/collections.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

absl::Status CannotConvert(const Value& value, absl::string_view type) {
  return JuliaError("MethodError", absl::StrCat("Cannot `convert` an object of type ",
                                                TypeName(value), " to an object of type ", type));
}

bool IsVector(const Value& v) {
  return (v.is(Kind::kArray) && ShapeOf(v).rank() == 1) ||
         (v.is(Kind::kList) && !v.As<List>()->dims);
}

// Replaces `removed` elements from `at` (0-based) by `added`. REQUIRES: IsVector, within bounds.
absl::Status Splice(Evaluator& eval, absl::string_view name, const Value& vector, int64_t at,
                    int64_t removed, std::vector<Value> added) {
  FG_RETURN_IF_ERROR(
      eval.CheckElements(LengthOf(vector) - removed + static_cast<int64_t>(added.size())));
  if (List* list = vector.As<List>()) {
    MarkEffect(eval);
    FixTypes(vector);
    for (size_t i = 0; i < added.size(); ++i) {
      FG_RETURN_IF_ERROR(StepInLoop(eval, static_cast<int64_t>(i)));
      FG_ASSIGN_OR_RETURN(added[i], ConvertElement(eval, list->element_type, added[i]));
    }
    if (list->elements.size() + added.size() > list->elements.capacity()) {
      FG_RETURN_IF_ERROR(eval.CheckElements(
          2 * static_cast<int64_t>(list->elements.size() + added.size()), sizeof(Value)));
    }
    const auto begin = list->elements.begin() + at;
    list->elements.insert(list->elements.erase(begin, begin + removed),
                          std::make_move_iterator(added.begin()),
                          std::make_move_iterator(added.end()));
    list->Recharge();
    return absl::OkStatus();
  }
  Array& array = *vector.As<Array>();
  FG_RETURN_IF_ERROR(CheckMutable(eval, array, name));
  for (const Value& v : added) {
    if (!IsNumeric(v)) return CannotConvert(v, DTypeName(array.dtype()));
    FG_RETURN_IF_ERROR(CheckConvertible(eval, v, array.dtype()));
  }
  const int64_t length = LengthOf(vector);
  if (eval.ops().tracing()) {
    std::vector<Value> operands = {vector};
    operands.insert(operands.end(), added.begin(), added.end());
    FG_ASSIGN_OR_RETURN(
        const Value spliced, eval.ops().Apply(operands, [&](absl::Span<const ir::Expr> e) {
          std::vector<ir::NodeId> parts;
          if (at > 0) parts.push_back(SliceDim(e[0], 0, 0, at).id());
          for (size_t i = 1; i < e.size(); ++i) {
            parts.push_back(ir::Reshape(ir::Cast(e[i], array.dtype()), Shape({1})).id());
          }
          if (at + removed < length || parts.empty()) {
            parts.push_back(SliceDim(e[0], 0, at + removed, length - at - removed).id());
          }
          ir::Builder& builder = e[0].builder();
          return ir::Expr(builder, parts.size() == 1 ? parts[0] : builder.Concat(parts, 0));
        }));
    FG_ASSIGN_OR_RETURN(const ir::Expr node, eval.ops().Lift(spliced));
    return array.Resize(NodeRef{eval.ops().trace(), node.id()});
  }
  FG_ASSIGN_OR_RETURN(const Tensor old, array.Read());
  const auto count = static_cast<int64_t>(added.size());
  FG_ASSIGN_OR_RETURN(Tensor made,
                      Tensor::Create(array.dtype(), Shape({length - removed + count})));
  const int64_t size = SizeOf(array.dtype());
  std::byte* to = made.mutable_raw();
  std::memcpy(to, old.raw(), at * size);
  for (int64_t i = 0; i < count; ++i) {
    FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(added[i]));
    const Tensor element = s.ConvertTo(array.dtype()).ToTensor();
    std::memcpy(to + (at + i) * size, element.raw(), size);
  }
  std::memcpy(to + (at + count) * size, old.raw() + (at + removed) * size,
              (length - at - removed) * size);
  return array.Resize(std::move(made));
}

absl::StatusOr<Value> Push(Evaluator& eval, const Arguments& x) {
  std::vector<Value> added(x.positional.begin() + 1, x.positional.end());
  if (Set* set = x[0].As<Set>()) {
    MarkEffect(eval);
    FixTypes(x[0]);
    for (const Value& v : added) {
      FG_RETURN_IF_ERROR(SetEntry(eval, set->members, v, Value()));
    }
    return x[0];
  }
  if (x[0].is(Kind::kDict)) {
    for (const Value& v : added) {
      const Pair* pair = v.As<Pair>();
      if (pair == nullptr) return MethodError("push!", x.positional);
      FG_RETURN_IF_ERROR(SetIndex(eval, x[0], {pair->first}, pair->second));
    }
    return x[0];
  }
  if (!IsVector(x[0])) return MethodError("push!", x.positional);
  FG_RETURN_IF_ERROR(Splice(eval, "push!", x[0], LengthOf(x[0]), 0, std::move(added)));
  return x[0];
}

absl::Status CheckNotEmpty(const Value& v) {
  if (LengthOf(v) > 0) return absl::OkStatus();
  return ArgumentError("array must be non-empty");
}

absl::StatusOr<Value> RemoveAt(Evaluator& eval, const char* name, const Value& v, int64_t at) {
  FG_ASSIGN_OR_RETURN(Value element, ElementAt(eval, v, at));
  FG_RETURN_IF_ERROR(Splice(eval, name, v, at, 1, {}));
  return element;
}

absl::StatusOr<Value> Pop(Evaluator& eval, const Arguments& x) {
  if (Dict* dict = x[0].As<Dict>()) {
    MarkEffect(eval);
    FixTypes(x[0]);
    if (x.size() == 1) {
      if (dict->size() == 0) return ArgumentError("dict must be non-empty");
      const auto last = dict->Entries().back();
      dict->Erase(last.first);
      return Pair::Of(last.first, last.second);
    }
    if (const Value* found = dict->Find(x[1])) {
      const Value value = *found;
      dict->Erase(x[1]);
      return value;
    }
    if (x.size() == 3) return x[2];
    return JuliaError("KeyError", absl::StrCat("key ", Repr(x[1]), " not found"));
  }
  if (Set* set = x[0].As<Set>()) {
    MarkEffect(eval);
    FixTypes(x[0]);
    if (x.size() == 1) {
      if (set->members.size() == 0) return ArgumentError("set must be non-empty");
      const Value last = set->members.Entries().back().first;
      set->members.Erase(last);
      return last;
    }
    if (set->members.Erase(x[1])) return x[1];
    if (x.size() == 3) return x[2];
    return JuliaError("KeyError", absl::StrCat("key ", Repr(x[1]), " not found"));
  }
  if (!IsVector(x[0]) || x.size() > 1) return MethodError("pop!", x.positional);
  FG_RETURN_IF_ERROR(CheckNotEmpty(x[0]));
  return RemoveAt(eval, "pop!", x[0], LengthOf(x[0]) - 1);
}

absl::StatusOr<Value> Append(Evaluator& eval, const Arguments& x) {
  if (!IsVector(x[0])) return MethodError("append!", x.positional);
  for (const Value& collection : x.positional.subspan(1)) {
    FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, collection));
    FG_RETURN_IF_ERROR(Splice(eval, "append!", x[0], LengthOf(x[0]), 0, std::move(elements)));
  }
  return x[0];
}

absl::StatusOr<Value> Prepend(Evaluator& eval, const Arguments& x) {
  if (!IsVector(x[0])) return MethodError("prepend!", x.positional);
  FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, x[1]));
  FG_RETURN_IF_ERROR(Splice(eval, "prepend!", x[0], 0, 0, std::move(elements)));
  return x[0];
}

absl::StatusOr<Value> Insert(Evaluator& eval, const Arguments& x) {
  if (!IsVector(x[0])) return MethodError("insert!", x.positional);
  FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, x[1], "an index"));
  if (i < 1 || i > LengthOf(x[0]) + 1) return BoundsError(x[0], {x[1]});
  FG_RETURN_IF_ERROR(Splice(eval, "insert!", x[0], i - 1, 0, {x[2]}));
  return x[0];
}

absl::StatusOr<std::vector<int64_t>> Positions(Evaluator& eval, const Value& v,
                                               const Value& which) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> given, ElementsOf(eval, which));
  std::vector<int64_t> positions;
  for (size_t k = 0; k < given.size(); ++k) {
    if (given[k].is_bool()) {
      if (given[k].scalar().AsBool()) positions.push_back(static_cast<int64_t>(k));
      continue;
    }
    FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, given[k], "an index"));
    if (i < 1 || i > LengthOf(v)) return BoundsError(v, {which});
    positions.push_back(i - 1);
  }
  return positions;
}

absl::StatusOr<Value> DeleteAt(Evaluator& eval, const Arguments& x) {
  if (!IsVector(x[0])) return MethodError("deleteat!", x.positional);
  FG_ASSIGN_OR_RETURN(std::vector<int64_t> positions, Positions(eval, x[0], x[1]));
  std::sort(positions.begin(), positions.end(), std::greater<>());
  for (const int64_t at : positions) {
    FG_RETURN_IF_ERROR(eval.Step());
    FG_RETURN_IF_ERROR(Splice(eval, "deleteat!", x[0], at, 1, {}));
  }
  return x[0];
}

// splice!(v, i or range, replacement): what was removed.
absl::StatusOr<Value> SpliceFunction(Evaluator& eval, const Arguments& x) {
  if (!IsVector(x[0])) return MethodError("splice!", x.positional);
  std::vector<Value> added;
  if (x.size() == 3) {
    FG_ASSIGN_OR_RETURN(added, ElementsOf(eval, x[2]));
  }
  int64_t at = 0, count = 1;
  if (const Range* range = x[1].As<Range>()) {
    at = range->start.AsInt64() - 1;
    count = range->length;
    if (range->step.AsInt64() != 1) return ArgumentError("splice! needs a range of step 1");
  } else {
    FG_ASSIGN_OR_RETURN(at, ToInteger(eval, x[1], "an index"));
    --at;
  }
  if (at < 0 || at + count > LengthOf(x[0])) return BoundsError(x[0], {x[1]});
  FG_ASSIGN_OR_RETURN(Value removed, GetIndex(eval, x[0], {x[1]}));
  FG_RETURN_IF_ERROR(Splice(eval, "splice!", x[0], at, count, std::move(added)));
  return removed;
}

absl::StatusOr<Value> Empty(Evaluator& eval, const Arguments& x) {
  if (IsVector(x[0])) {
    FG_RETURN_IF_ERROR(Splice(eval, "empty!", x[0], 0, LengthOf(x[0]), {}));
    return x[0];
  }
  Dict* dict = x[0].is(Kind::kSet) ? &x[0].As<Set>()->members : x[0].As<Dict>();
  if (dict == nullptr) return MethodError("empty!", x.positional);
  MarkEffect(eval);
  FixTypes(x[0]);
  for (auto& [key, value] : dict->Entries()) dict->Erase(key);
  return x[0];
}

absl::StatusOr<Value> Resize(Evaluator& eval, const Arguments& x) {
  if (!IsVector(x[0])) return MethodError("resize!", x.positional);
  FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[1], "the length"));
  if (n < 0) return ArgumentError("new length must be ≥ 0");
  FG_RETURN_IF_ERROR(eval.CheckElements(n, sizeof(Value)));
  const int64_t length = LengthOf(x[0]);
  if (n < length) {
    FG_RETURN_IF_ERROR(Splice(eval, "resize!", x[0], n, length - n, {}));
  } else {
    const Value blank = x[0].is(Kind::kArray) ? Value::Int(0) : Value();
    FG_RETURN_IF_ERROR(
        Splice(eval, "resize!", x[0], length, 0, std::vector<Value>(n - length, blank)));
  }
  return x[0];
}

absl::StatusOr<Value> FilterInPlace(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value filter, eval.Lookup("filter"));
  FG_ASSIGN_OR_RETURN(const Value kept, eval.CallWith(filter, {x[0], x[1]}, {}));
  FixTypes(x[1]);
  if (Dict* dict = x[1].As<Dict>()) {
    for (auto& [key, value] : dict->Entries()) {
      if (kept.As<Dict>()->Find(key) == nullptr) dict->Erase(key);
    }
    return x[1];
  }
  if (Set* set = x[1].As<Set>()) {
    for (auto& [key, value] : set->members.Entries()) {
      if (kept.As<Set>()->members.Find(key) == nullptr) set->members.Erase(key);
    }
    return x[1];
  }
  if (!IsVector(x[1])) return MethodError("filter!", x.positional);
  FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, kept));
  FG_RETURN_IF_ERROR(Splice(eval, "filter!", x[1], 0, LengthOf(x[1]), std::move(elements)));
  return x[1];
}

}  // namespace

std::vector<Builtin> GrowingBuiltins() {
  Definitions d;
  d.Add("push!", 1, -1, Push);
  d.Add("pushfirst!", 1, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (!IsVector(x[0])) return MethodError("pushfirst!", x.positional);
    FG_RETURN_IF_ERROR(Splice(eval, "pushfirst!", x[0], 0, 0,
                              std::vector<Value>(x.positional.begin() + 1, x.positional.end())));
    return x[0];
  });
  d.Add("pop!", 1, 3, Pop);
  d.Add("popfirst!", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (!IsVector(x[0])) return MethodError("popfirst!", x.positional);
    FG_RETURN_IF_ERROR(CheckNotEmpty(x[0]));
    return RemoveAt(eval, "popfirst!", x[0], 0);
  });
  d.Add("popat!", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (!IsVector(x[0])) return MethodError("popat!", x.positional);
    FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, x[1], "an index"));
    if (i < 1 || i > LengthOf(x[0])) return BoundsError(x[0], {x[1]});
    return RemoveAt(eval, "popat!", x[0], i - 1);
  });
  d.Add("append!", 1, -1, Append);
  d.Add("prepend!", 2, 2, Prepend);
  d.Add("insert!", 3, 3, Insert);
  d.Add("deleteat!", 2, 2, DeleteAt);
  d.Add("splice!", 2, 3, SpliceFunction);
  d.Add("empty!", 1, 1, Empty);
  d.Add("resize!", 2, 2, Resize);
  d.Add("filter!", 2, 2, FilterInPlace);
  d.Add("sizehint!", 2, 2,
        [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> { return x[0]; });
  return d.Take();
}

}  // namespace fluxgate::lang
