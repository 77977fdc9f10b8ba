// zip, enumerate and the rest of Julia's Iterators.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/iteration.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

using Made = absl::StatusOr<std::unique_ptr<Iterator>>;

int64_t SizeOfIterable(const Value& v) {
  if (v.is(Kind::kNumber) || v.is(Kind::kTraced)) return 1;
  return LengthOf(v);
}

// A lazy iterable: a name for display, its sources, how long it is and how it begins.
class Lazy : public Iterable {
 public:
  using Begins = std::function<Made(Evaluator&)>;
  Lazy(std::string name, std::vector<Value> sources, int64_t size, Begins begin)
      : name_(std::move(name)),
        sources_(std::move(sources)),
        size_(size),
        begin_(std::move(begin)) {}

  Made Begin(Evaluator& eval) const override { return begin_(eval); }
  int64_t size() const override { return size_; }
  std::string Show() const override {
    return absl::StrCat(
        name_, "(",
        absl::StrJoin(sources_, ", ",
                      [](std::string* out, const Value& v) { absl::StrAppend(out, Repr(v)); }),
        ")");
  }
  std::string TypeName() const override { return absl::StrCat("Base.Iterators.", name_); }

 private:
  const std::string name_;
  const std::vector<Value> sources_;
  const int64_t size_;
  const Begins begin_;
};

Value MakeLazy(std::string name, std::vector<Value> sources, int64_t size, Lazy::Begins begin) {
  return Value(std::make_shared<Lazy>(std::move(name), std::move(sources), size, std::move(begin)));
}

using Iterators = std::vector<std::unique_ptr<Iterator>>;

absl::StatusOr<std::shared_ptr<Iterators>> BeginAll(Evaluator& eval,
                                                    const std::vector<Value>& iterables) {
  auto all = std::make_shared<Iterators>();
  for (const Value& v : iterables) {
    FG_ASSIGN_OR_RETURN(std::unique_ptr<Iterator> it, Iterate(eval, v));
    all->push_back(std::move(it));
  }
  return all;
}

std::unique_ptr<Iterator> FromFunction(FunctionIterator::NextFunction next, int64_t size = -1) {
  return std::make_unique<FunctionIterator>(std::move(next), size);
}

// The next of each; false when one has ended.
absl::StatusOr<bool> NextOfAll(Iterators& all, std::vector<Value>* elements) {
  for (auto& it : all) {
    Value v;
    FG_ASSIGN_OR_RETURN(const bool more, it->Next(&v));
    if (!more) return false;
    elements->push_back(std::move(v));
  }
  return true;
}

int64_t ShortestOf(const std::vector<Value>& iterables) {
  int64_t shortest = -1;
  for (const Value& v : iterables) {
    const int64_t size = SizeOfIterable(v);
    if (size >= 0 && (shortest < 0 || size < shortest)) shortest = size;
  }
  return shortest;
}

}  // namespace

Value Zip(std::vector<Value> iterables) {
  return MakeLazy("zip", iterables, ShortestOf(iterables), [iterables](Evaluator& eval) -> Made {
    FG_ASSIGN_OR_RETURN(auto all, BeginAll(eval, iterables));
    return FromFunction([all](Value* out) -> absl::StatusOr<bool> {
      std::vector<Value> elements;
      FG_ASSIGN_OR_RETURN(const bool more, NextOfAll(*all, &elements));
      if (!more || elements.empty()) return false;
      *out = Tuple::Of(std::move(elements));
      return true;
    });
  });
}

Value Enumerate(Value iterable) {
  const int64_t size = SizeOfIterable(iterable);
  return MakeLazy("enumerate", {iterable}, size, [iterable, size](Evaluator& eval) -> Made {
    FG_ASSIGN_OR_RETURN(auto all, BeginAll(eval, {iterable}));
    return FromFunction(
        [all, i = int64_t{0}](Value* out) mutable -> absl::StatusOr<bool> {
          Value v;
          FG_ASSIGN_OR_RETURN(const bool more, (*all)[0]->Next(&v));
          if (!more) return false;
          *out = Tuple::Of({Value::Int(++i), std::move(v)});
          return true;
        },
        size);
  });
}

Value Partition(Value iterable, int64_t count) {
  const int64_t size = SizeOfIterable(iterable);
  const int64_t parts = size < 0 ? -1 : (size + count - 1) / count;
  return MakeLazy("partition", {iterable, Value::Int(count)}, parts,
                  [iterable, count](Evaluator& eval) -> Made {
                    // Sequences give parts of their own kind.
                    if (IsNumericArray(iterable) || iterable.is(Kind::kList)) {
                      return FromFunction([&eval, iterable, count, at = int64_t{0}](
                                              Value* out) mutable -> absl::StatusOr<bool> {
                        const int64_t total = LengthOf(iterable);
                        if (at >= total) return false;
                        const int64_t length = std::min(count, total - at);
                        const Value range(std::make_shared<Range>(
                            Scalar(at + 1), Scalar(int64_t{1}), length, true));
                        at += length;
                        FG_ASSIGN_OR_RETURN(*out, GetIndex(eval, iterable, {range}));
                        return true;
                      });
                    }
                    FG_ASSIGN_OR_RETURN(auto all, BeginAll(eval, {iterable}));
                    return FromFunction([&eval, all, count](Value* out) -> absl::StatusOr<bool> {
                      std::vector<Value> part;
                      for (Value v; static_cast<int64_t>(part.size()) < count;) {
                        FG_ASSIGN_OR_RETURN(const bool more, (*all)[0]->Next(&v));
                        if (!more) break;
                        part.push_back(std::move(v));
                      }
                      if (part.empty()) return false;
                      const Shape shape({static_cast<int64_t>(part.size())});
                      FG_ASSIGN_OR_RETURN(*out, CollectElements(eval, std::move(part), shape));
                      return true;
                    });
                  });
}

Value TakeFirst(Value iterable, int64_t count) {
  const int64_t size = SizeOfIterable(iterable);
  return MakeLazy(
      "take", {iterable, Value::Int(count)}, size < 0 ? -1 : std::min(size, count),
      [iterable, count](Evaluator& eval) -> Made {
        FG_ASSIGN_OR_RETURN(auto all, BeginAll(eval, {iterable}));
        return FromFunction([all, left = count](Value* out) mutable -> absl::StatusOr<bool> {
          if (left-- <= 0) return false;
          return (*all)[0]->Next(out);
        });
      });
}

Value DropFirst(Value iterable, int64_t count) {
  const int64_t size = SizeOfIterable(iterable);
  return MakeLazy(
      "drop", {iterable, Value::Int(count)}, size < 0 ? -1 : std::max<int64_t>(0, size - count),
      [iterable, count](Evaluator& eval) -> Made {
        FG_ASSIGN_OR_RETURN(auto all, BeginAll(eval, {iterable}));
        return FromFunction([all, left = count](Value* out) mutable -> absl::StatusOr<bool> {
          for (; left > 0; --left) {
            FG_ASSIGN_OR_RETURN(const bool more, (*all)[0]->Next(out));
            if (!more) return false;
          }
          return (*all)[0]->Next(out);
        });
      });
}

Value Cycle(Value iterable) {
  return MakeLazy("cycle", {iterable}, -1, [iterable](Evaluator& eval) -> Made {
    FG_ASSIGN_OR_RETURN(auto all, BeginAll(eval, {iterable}));
    return FromFunction([&eval, all, iterable](Value* out) -> absl::StatusOr<bool> {
      FG_ASSIGN_OR_RETURN(const bool more, (*all)[0]->Next(out));
      if (more) return true;
      FG_ASSIGN_OR_RETURN((*all)[0], Iterate(eval, iterable));
      return (*all)[0]->Next(out);
    });
  });
}

Value Repeated(Value value, int64_t count) {
  return MakeLazy("repeated", {value}, count, [value, count](Evaluator&) -> Made {
    return FromFunction(
        [value, left = count](Value* out) mutable -> absl::StatusOr<bool> {
          if (left == 0) return false;
          if (left > 0) --left;
          *out = value;
          return true;
        },
        count);
  });
}

Value FlattenIterable(Value iterable) {
  return MakeLazy("flatten", {iterable}, -1, [iterable](Evaluator& eval) -> Made {
    FG_ASSIGN_OR_RETURN(auto outer, BeginAll(eval, {iterable}));
    auto inner = std::make_shared<std::unique_ptr<Iterator>>();
    return FromFunction([&eval, outer, inner](Value* out) -> absl::StatusOr<bool> {
      for (;;) {
        if (*inner != nullptr) {
          FG_ASSIGN_OR_RETURN(const bool more, (*inner)->Next(out));
          if (more) return true;
        }
        Value next;
        FG_ASSIGN_OR_RETURN(const bool more, (*outer)[0]->Next(&next));
        if (!more) return false;
        FG_RETURN_IF_ERROR(eval.Step());
        FG_ASSIGN_OR_RETURN(*inner, Iterate(eval, next));
      }
    });
  });
}

Value CountFrom(Value start, Value step) {
  return MakeLazy("countfrom", {start, step}, -1, [start, step](Evaluator& eval) -> Made {
    return FromFunction([&eval, at = start, step](Value* out) mutable -> absl::StatusOr<bool> {
      *out = at;
      FG_ASSIGN_OR_RETURN(at, BinaryOperator(eval, "+", at, step));
      return true;
    });
  });
}

Value Product(std::vector<Value> iterables) {
  int64_t size = 1;
  for (const Value& v : iterables) {
    const int64_t n = SizeOfIterable(v);
    size = size < 0 || n < 0 || (n > 0 && size > (int64_t{1} << 60) / n) ? -1 : size * n;
  }
  return MakeLazy("product", iterables, size, [iterables](Evaluator& eval) -> Made {
    auto lists = std::make_shared<std::vector<std::vector<Value>>>();
    bool empty = false;
    for (const Value& v : iterables) {
      FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, v));
      empty |= elements.empty();
      lists->push_back(std::move(elements));
    }
    auto at = std::make_shared<std::vector<size_t>>(lists->size(), 0);
    return FromFunction([lists, at, done = empty](Value* out) mutable -> absl::StatusOr<bool> {
      if (done) return false;
      std::vector<Value> elements;
      for (size_t i = 0; i < lists->size(); ++i) elements.push_back((*lists)[i][(*at)[i]]);
      *out = Tuple::Of(std::move(elements));
      size_t d = 0;
      while (d < at->size() && ++(*at)[d] == (*lists)[d].size()) (*at)[d++] = 0;
      done = d == at->size();
      return true;
    });
  });
}

Value LazyMap(Value function, std::vector<Value> iterables) {
  std::vector<Value> sources = {function};
  sources.insert(sources.end(), iterables.begin(), iterables.end());
  return MakeLazy("map", sources, ShortestOf(iterables),
                  [function, iterables](Evaluator& eval) -> Made {
                    FG_ASSIGN_OR_RETURN(auto all, BeginAll(eval, iterables));
                    return FromFunction([&eval, all, function](Value* out) -> absl::StatusOr<bool> {
                      std::vector<Value> elements;
                      FG_ASSIGN_OR_RETURN(const bool more, NextOfAll(*all, &elements));
                      if (!more) return false;
                      FG_ASSIGN_OR_RETURN(*out, eval.CallWith(function, elements, {}));
                      return true;
                    });
                  });
}

Value LazyFilter(Value predicate, Value iterable) {
  return MakeLazy(
      "filter", {predicate, iterable}, -1, [predicate, iterable](Evaluator& eval) -> Made {
        FG_ASSIGN_OR_RETURN(auto all, BeginAll(eval, {iterable}));
        return FromFunction([&eval, all, predicate](Value* out) -> absl::StatusOr<bool> {
          for (;;) {
            FG_ASSIGN_OR_RETURN(const bool more, (*all)[0]->Next(out));
            if (!more) return false;
            FG_RETURN_IF_ERROR(eval.Step());
            FG_ASSIGN_OR_RETURN(const Value keep, eval.CallWith(predicate, {*out}, {}));
            FG_ASSIGN_OR_RETURN(const bool kept, ToBool(eval, keep));
            if (kept) return true;
          }
        });
      });
}

}  // namespace fluxgate::lang
