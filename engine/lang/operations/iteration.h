#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_ITERATION_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_ITERATION_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/lang/builtin.h"

namespace fluxgate::lang {

// The iterator that a function makes: `next` gives false at the end.
class FunctionIterator : public Iterator {
 public:
  using NextFunction = std::function<absl::StatusOr<bool>(Value*)>;
  explicit FunctionIterator(NextFunction next, int64_t size = -1)
      : next_(std::move(next)), size_(size) {}
  absl::StatusOr<bool> Next(Value* element) override { return next_(element); }
  int64_t size() const override { return size_; }

 private:
  NextFunction next_;
  int64_t size_;
};

// zip, enumerate and the rest of Iterators: lazy, each from the iterables it stands on.
Value Zip(std::vector<Value> iterables);
Value Enumerate(Value iterable);
Value Partition(Value iterable, int64_t count);
Value TakeFirst(Value iterable, int64_t count);
Value DropFirst(Value iterable, int64_t count);
Value Cycle(Value iterable);
Value Repeated(Value value, int64_t count);  // count < 0: for ever
Value FlattenIterable(Value iterable);       // the elements of the elements
Value CountFrom(Value start, Value step);
Value Product(std::vector<Value> iterables);  // the first one moves fastest
Value LazyMap(Value function, std::vector<Value> iterables);
Value LazyFilter(Value predicate, Value iterable);

// The dims that a comprehension or collect gives its result; nothing when only a length is known.
absl::optional<Shape> IterationShape(const Value& iterable);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_ITERATION_H_
