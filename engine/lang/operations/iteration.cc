#include "engine/lang/operations/iteration.h"

#include "engine/base/status_macros.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/characters.h"

namespace fluxgate::lang {
namespace {

// Indexed sequences: the length is asked at each step, as Julia does, so that a vector may grow.
class SequenceIterator : public Iterator {
 public:
  SequenceIterator(Evaluator& eval, Value sequence) : eval_(eval), sequence_(std::move(sequence)) {}
  absl::StatusOr<bool> Next(Value* element) override {
    if (next_ >= LengthOf(sequence_)) return false;
    FG_ASSIGN_OR_RETURN(*element, ElementAt(eval_, sequence_, next_++));
    return true;
  }
  int64_t size() const override { return LengthOf(sequence_); }

 private:
  Evaluator& eval_;
  const Value sequence_;
  int64_t next_ = 0;
};

class ValuesIterator : public Iterator {
 public:
  explicit ValuesIterator(std::vector<Value> values) : values_(std::move(values)) {}
  absl::StatusOr<bool> Next(Value* element) override {
    if (next_ >= values_.size()) return false;
    *element = values_[next_++];
    return true;
  }
  int64_t size() const override { return static_cast<int64_t>(values_.size()); }

 private:
  const std::vector<Value> values_;
  size_t next_ = 0;
};

class StringIterator : public Iterator {
 public:
  explicit StringIterator(Value text) : text_(std::move(text)) {}
  absl::StatusOr<bool> Next(Value* element) override {
    const std::string& text = text_.text();
    if (position_ >= text.size()) return false;
    const CodePoint c = DecodeUtf8(text, position_);
    *element = Value::Char(c.length > 0 ? c.value : 0xfffd);
    position_ += static_cast<size_t>(std::max(c.length, 1));
    return true;
  }
  int64_t size() const override { return CountCharacters(text_.text()); }

 private:
  const Value text_;
  size_t position_ = 0;
};

// A struct with iterate methods of its own: iterate(x) and iterate(x, state) give an element and
// the next state, or nothing.
class ProtocolIterator : public Iterator {
 public:
  // `first` is what iterate(x) gave.
  ProtocolIterator(Evaluator& eval, Value iterable, Value first)
      : eval_(eval), iterable_(std::move(iterable)), step_(std::move(first)) {}
  absl::StatusOr<bool> Next(Value* element) override {
    if (begun_) {
      bool found = false;
      FG_ASSIGN_OR_RETURN(step_, eval_.CallExtension("iterate", {iterable_, state_}, &found));
      if (!found) return MethodError("iterate", {iterable_, state_});
    }
    begun_ = true;
    if (step_.is_nothing()) return false;
    const Tuple* step = step_.As<Tuple>();
    if (step == nullptr || step->elements.size() != 2) {
      return ArgumentError("iterate must return nothing or a tuple (element, state)");
    }
    *element = step->elements[0];
    state_ = step->elements[1];
    return true;
  }

 private:
  Evaluator& eval_;
  const Value iterable_;
  Value step_, state_;
  bool begun_ = false;
};

std::unique_ptr<Iterator> OverValues(std::vector<Value> values) {
  return std::make_unique<ValuesIterator>(std::move(values));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Iterator>> Iterate(Evaluator& eval, const Value& iterable) {
  switch (iterable.kind()) {
    case Kind::kNamedTuple: {
      const NamedTuple& tuple = *iterable.As<NamedTuple>();
      if (!tuple.as_pairs) return OverValues(tuple.values);
      std::vector<Value> pairs;
      for (size_t i = 0; i < tuple.names.size(); ++i) {
        pairs.push_back(Pair::Of(Value::Symbol(tuple.names[i]), tuple.values[i]));
      }
      return OverValues(std::move(pairs));
    }
    case Kind::kArray:
    case Kind::kRange:
    case Kind::kList:
    case Kind::kTuple:
      return std::unique_ptr<Iterator>(std::make_unique<SequenceIterator>(eval, iterable));
    case Kind::kString:
      return std::unique_ptr<Iterator>(std::make_unique<StringIterator>(iterable));
    case Kind::kNumber:
    case Kind::kTraced:
    case Kind::kChar:
      return OverValues({iterable});
    case Kind::kPair:
      return OverValues({iterable.As<Pair>()->first, iterable.As<Pair>()->second});
    case Kind::kDict: {
      std::vector<Value> pairs;
      for (auto& [key, value] : iterable.As<Dict>()->Entries()) {
        pairs.push_back(Pair::Of(key, value));
      }
      return OverValues(std::move(pairs));
    }
    case Kind::kSet: {
      std::vector<Value> members;
      for (auto& [key, value] : iterable.As<Set>()->members.Entries()) members.push_back(key);
      return OverValues(std::move(members));
    }
    case Kind::kStruct: {
      bool found = false;
      FG_ASSIGN_OR_RETURN(Value first, eval.CallExtension("iterate", {iterable}, &found));
      if (!found) break;
      return std::unique_ptr<Iterator>(
          std::make_unique<ProtocolIterator>(eval, iterable, std::move(first)));
    }
    case Kind::kOpaque:
      if (const auto* lazy = iterable.AsClass<Iterable>()) return lazy->Begin(eval);
      if (const auto* reference = iterable.AsClass<Reference>()) {
        return OverValues({reference->value});
      }
      break;
    default:
      break;
  }
  return MethodError("iterate", {iterable});
}

absl::optional<Shape> IterationShape(const Value& iterable) {
  switch (iterable.kind()) {
    case Kind::kArray:
    case Kind::kList:
    case Kind::kRange:
    case Kind::kTuple:
    case Kind::kNamedTuple:
      return ShapeOf(iterable);
    case Kind::kOpaque: {
      const auto* lazy = iterable.AsClass<Iterable>();
      if (lazy == nullptr || lazy->size() < 0) return absl::nullopt;
      return Shape({lazy->size()});
    }
    default:
      return absl::nullopt;
  }
}

}  // namespace fluxgate::lang
