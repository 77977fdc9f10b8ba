// sort, sortperm, issorted, unique, reverse and the first and last of a collection.
#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/arrays.h"
#include "engine/lang/builtins/collections.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/reductions.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/iteration.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/syntax/characters.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

const std::vector<std::string>& OrderKeywords() {
  static const auto& all = *new std::vector<std::string>{"by", "lt", "rev", "alg", "order", "dims"};
  return all;
}

// An order given by the keywords lt, by and rev.
class Order {
 public:
  static absl::StatusOr<Order> Of(Evaluator& eval, const Arguments& x) {
    Order order;
    order.lt_ = x.Keyword("lt");
    order.by_ = x.Keyword("by");
    FG_ASSIGN_OR_RETURN(order.reverse_, BoolKeyword(eval, x, "rev", false));
    return order;
  }
  bool plain() const { return lt_ == nullptr && by_ == nullptr; }
  bool reverse() const { return reverse_; }

  // The keys that elements are compared by.
  absl::StatusOr<std::vector<Value>> Keys(Evaluator& eval, std::vector<Value> elements) const {
    if (by_ == nullptr) return elements;
    for (Value& v : elements) {
      FG_RETURN_IF_ERROR(eval.Step());
      FG_ASSIGN_OR_RETURN(v, Call1(eval, *by_, v));
    }
    return elements;
  }
  absl::StatusOr<bool> Less(Evaluator& eval, const Value& a, const Value& b) const {
    const Value &first = reverse_ ? b : a, &second = reverse_ ? a : b;
    if (lt_ == nullptr) return IsLess(eval, first, second);
    FG_ASSIGN_OR_RETURN(const Value less, eval.CallWith(*lt_, {first, second}, {}));
    return ToBool(eval, less);
  }

 private:
  const Value* lt_ = nullptr;
  const Value* by_ = nullptr;
  bool reverse_ = false;
};

// Bottom-up merge sort: stable, and sound whatever a user's `lt` answers.
absl::StatusOr<std::vector<int64_t>> SortKeys(Evaluator& eval, const std::vector<Value>& keys,
                                              const Order& order) {
  const auto n = static_cast<int64_t>(keys.size());
  std::vector<int64_t> from(n), to(n);
  std::iota(from.begin(), from.end(), 0);
  for (int64_t width = 1; width < n; width *= 2) {
    for (int64_t begin = 0; begin < n; begin += 2 * width) {
      int64_t left = begin, out = begin;
      const int64_t middle = std::min(begin + width, n), end = std::min(begin + 2 * width, n);
      int64_t right = middle;
      while (left < middle && right < end) {
        FG_RETURN_IF_ERROR(eval.Step());
        FG_ASSIGN_OR_RETURN(const bool less, order.Less(eval, keys[from[right]], keys[from[left]]));
        to[out++] = less ? from[right++] : from[left++];
      }
      while (left < middle) to[out++] = from[left++];
      while (right < end) to[out++] = from[right++];
    }
    std::swap(from, to);
  }
  return from;
}

// The order that sorts a collection, 0-based.
absl::StatusOr<std::vector<int64_t>> Permutation(Evaluator& eval, const Value& v,
                                                 const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Order order, Order::Of(eval, x));
  if (IsNumericArray(v) && order.plain()) {
    if (!order.reverse()) return SortedOrder(eval, v);
    // Equal elements keep their places when reversed too.
    FG_ASSIGN_OR_RETURN(std::vector<int64_t> ascending, SortedOrder(eval, v));
    FG_ASSIGN_OR_RETURN(const Tensor t, eval.ops().DecideArray(v));
    std::reverse(ascending.begin(), ascending.end());
    for (size_t i = 0; i < ascending.size();) {
      size_t j = i + 1;
      while (j < ascending.size() && CompareNumbers(Scalar::FromTensor(t, ascending[i]),
                                                    Scalar::FromTensor(t, ascending[j])) == 0) {
        ++j;
      }
      std::reverse(ascending.begin() + static_cast<int64_t>(i),
                   ascending.begin() + static_cast<int64_t>(j));
      i = j;
    }
    return ascending;
  }
  FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, v));
  FG_ASSIGN_OR_RETURN(const std::vector<Value> keys, order.Keys(eval, std::move(elements)));
  return SortKeys(eval, keys, order);
}

absl::StatusOr<Value> Permuted(Evaluator& eval, const Value& v,
                               const std::vector<int64_t>& positions) {
  if (IsNumericArray(v)) return PickElements(eval, v, positions);
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
  std::vector<Value> picked;
  for (const int64_t i : positions) {
    FG_RETURN_IF_ERROR(AddElement(eval, elements[i], &picked));
  }
  if (v.is(Kind::kTuple)) return Tuple::Of(std::move(picked));
  if (const List* list = v.As<List>()) {
    auto result = std::make_shared<List>(std::move(picked));
    result->element_type = list->element_type;
    return Value(std::move(result));
  }
  return MakeVector(eval, picked);
}

absl::StatusOr<Value> SortMatrix(Evaluator& eval, const Arguments& x, int dim) {
  const Value& v = x[0];
  if (ShapeOf(v).rank() != 2 || dim > 1) {
    return ArgumentError("sort with dims needs a matrix and dims = 1 or 2");
  }
  std::vector<Value> parts;
  for (int64_t i = 1; i <= ShapeOf(v).dim(1 - dim); ++i) {
    std::vector<Value> indices = {ColonValue(), ColonValue()};
    indices[1 - dim] = Value::Int(i);
    FG_ASSIGN_OR_RETURN(const Value slice, GetIndex(eval, v, indices));
    FG_ASSIGN_OR_RETURN(const std::vector<int64_t> order, Permutation(eval, slice, x));
    FG_ASSIGN_OR_RETURN(Value sorted, Permuted(eval, slice, order));
    if (dim == 1) {
      FG_ASSIGN_OR_RETURN(sorted, ReshapeValue(eval, sorted, Shape({1, LengthOf(sorted)})));
    }
    parts.push_back(std::move(sorted));
  }
  return CatAlong(eval, parts, 1 - dim);
}

absl::StatusOr<Value> Sort(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, Densify(eval, x[0]));
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  if (dims && dims->size() == 1 && ShapeOf(v).rank() > 1) return SortMatrix(eval, x, (*dims)[0]);
  if (ShapeOf(v).rank() != 1 || v.is(Kind::kDict)) return MethodError("sort", x.positional);
  FG_ASSIGN_OR_RETURN(const std::vector<int64_t> order, Permutation(eval, v, x));
  return Permuted(eval, v, order);
}

absl::StatusOr<Value> SortInPlace(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value sorted, Sort(eval, x));
  FG_RETURN_IF_ERROR(BroadcastAssign(eval, x[0], sorted));
  return x[0];
}

absl::StatusOr<Value> SortPerm(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, Densify(eval, x[0]));
  if (ShapeOf(v).rank() != 1) return MethodError("sortperm", x.positional);
  FG_ASSIGN_OR_RETURN(std::vector<int64_t> order, Permutation(eval, v, x));
  for (int64_t& i : order) ++i;
  FG_ASSIGN_OR_RETURN(
      Tensor t, Tensor::FromVector<int64_t>(Shape({static_cast<int64_t>(order.size())}), order));
  return NewArray(eval, std::move(t));
}

absl::StatusOr<Value> PartialSort(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value sorted, Sort(eval, {x.positional.subspan(0, 1), x.keywords}));
  return GetIndex(eval, sorted, {x[1]});
}

absl::StatusOr<Value> IsSorted(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Order order, Order::Of(eval, x));
  FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, x[0]));
  FG_ASSIGN_OR_RETURN(const std::vector<Value> keys, order.Keys(eval, std::move(elements)));
  for (size_t i = 1; i < keys.size(); ++i) {
    FG_ASSIGN_OR_RETURN(const bool less, order.Less(eval, keys[i], keys[i - 1]));
    if (less) return Value::Bool(false);
  }
  return Value::Bool(true);
}

// searchsortedfirst(v, x): the first position whose element is not less; last: the last one that is
// not greater.
absl::StatusOr<Value> SearchSorted(Evaluator& eval, const Arguments& x, bool first) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> v, ElementsOf(eval, x[0]));
  size_t low = 0, high = v.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    FG_ASSIGN_OR_RETURN(const bool less,
                        first ? IsLess(eval, v[middle], x[1]) : IsLess(eval, x[1], v[middle]));
    if (less == first) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return Value::Int(static_cast<int64_t>(first ? low + 1 : low));
}

// The positions of the first of each group of equal elements.
absl::StatusOr<std::vector<int64_t>> FirstOfEach(Evaluator& eval, const Value* by,
                                                 const std::vector<Value>& elements) {
  Dict seen;
  std::vector<int64_t> positions;
  for (size_t i = 0; i < elements.size(); ++i) {
    FG_RETURN_IF_ERROR(eval.Step());
    Value key = elements[i];
    if (by != nullptr) {
      FG_ASSIGN_OR_RETURN(key, Call1(eval, *by, key));
    }
    if (seen.Find(key) != nullptr) continue;
    seen.Set(key, Value());
    positions.push_back(static_cast<int64_t>(i));
  }
  return positions;
}

absl::StatusOr<Value> Unique(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, Densify(eval, x[x.size() - 1]));
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
  FG_ASSIGN_OR_RETURN(const std::vector<int64_t> positions,
                      FirstOfEach(eval, x.size() == 2 ? &x[0] : nullptr, elements));
  if (IsNumericArray(v)) return PickElements(eval, v, positions);
  std::vector<Value> kept;
  for (const int64_t i : positions) kept.push_back(elements[i]);
  return MakeVector(eval, kept);
}

absl::StatusOr<Value> AllUnique(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, x[0]));
  FG_ASSIGN_OR_RETURN(const std::vector<int64_t> positions, FirstOfEach(eval, nullptr, elements));
  return Value::Bool(positions.size() == elements.size());
}

ir::Expr ReverseDim(ir::Expr x, int dim) {
  if (!x.ok() || x.shape().dim(dim) == 0) return x;
  return SliceDim(x, dim, x.shape().dim(dim) - 1, x.shape().dim(dim), -1);
}

absl::StatusOr<Value> Reverse(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, Densify(eval, x[0]));
  if (v.is(Kind::kString)) {
    std::vector<char32_t> characters;
    const std::string& text = v.text();
    for (size_t i = 0; i < text.size();) {
      FG_RETURN_IF_ERROR(StepInLoop(eval, static_cast<int64_t>(i)));
      const CodePoint c = DecodeUtf8(text, i);
      characters.push_back(c.length > 0 ? c.value : 0xfffd);
      i += static_cast<size_t>(std::max(c.length, 1));
    }
    std::string reversed;
    for (size_t i = characters.size(); i-- > 0;) AppendUtf8(characters[i], &reversed);
    return Value::String(std::move(reversed));
  }
  if (const Range* range = v.As<Range>(); range != nullptr && range->length > 0) {
    FG_ASSIGN_OR_RETURN(const Value step, UnaryOperator(eval, "-", Value(range->step)));
    return Value(
        std::make_shared<Range>(range->At(range->length - 1), step.scalar(), range->length, false));
  }
  if (IsNumericArray(v)) {
    FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
    const int rank = ShapeOf(v).rank();
    std::vector<int> all(rank);
    std::iota(all.begin(), all.end(), 0);
    return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
      ir::Expr r = e[0];
      for (const int d : dims ? OwnDims(*dims, rank) : all) r = ReverseDim(r, d);
      return r;
    });
  }
  if (!v.is(Kind::kList) && !v.is(Kind::kTuple)) return MethodError("reverse", x.positional);
  const int64_t n = LengthOf(v);
  std::vector<int64_t> positions(n);
  for (int64_t i = 0; i < n; ++i) positions[i] = n - 1 - i;
  FG_ASSIGN_OR_RETURN(Value reversed, Permuted(eval, v, positions));
  if (const List* list = v.As<List>(); list != nullptr && list->dims) {
    reversed.As<List>()->dims = list->dims;
  }
  return reversed;
}

absl::StatusOr<Value> InPlace(Evaluator& eval, const Arguments& x, const char* name) {
  FG_ASSIGN_OR_RETURN(const Value f, eval.Lookup(name));
  FG_ASSIGN_OR_RETURN(const Value result, eval.CallWith(f, {x[0]}, {}));
  FG_RETURN_IF_ERROR(BroadcastAssign(eval, x[0], result));
  return x[0];
}

}  // namespace

std::vector<Builtin> SortingBuiltins() {
  Definitions d;
  d.Add("sort", 1, 1, Sort, OrderKeywords());
  d.Add("sort!", 1, 1, SortInPlace, OrderKeywords());
  d.Add("sortperm", 1, 1, SortPerm, OrderKeywords());
  d.Add("partialsort", 2, 2, PartialSort, OrderKeywords());
  d.Add("issorted", 1, 1, IsSorted, OrderKeywords());
  d.Add("searchsortedfirst", 2, 2,
        [](Evaluator& eval, const Arguments& x) { return SearchSorted(eval, x, true); });
  d.Add("searchsortedlast", 2, 2,
        [](Evaluator& eval, const Arguments& x) { return SearchSorted(eval, x, false); });
  d.Add("unique", 1, 2, Unique);
  d.Add("allunique", 1, 1, AllUnique);
  d.Add("reverse", 1, 1, Reverse, {"dims"});
  d.Add("reverse!", 1, 1,
        [](Evaluator& eval, const Arguments& x) { return InPlace(eval, x, "reverse"); });
  return d.Take();
}

}  // namespace fluxgate::lang
