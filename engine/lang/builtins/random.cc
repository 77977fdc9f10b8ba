// rand, randn and their kin. Numbers come from the session's counter-based sequence, or from a
// seeded generator that the text made; they are not Julia's own, but the same seed gives the same
// numbers.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/generator.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;
using Distribution = ir::RandomAttr::Distribution;

absl::StatusOr<Value> Draw(Evaluator& eval, Generator* generator, DType dtype, const Shape& shape,
                           Distribution distribution) {
  FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements()));
  if (generator == nullptr || !generator->seed) return eval.Random(dtype, shape, distribution);
  const int64_t key[] = {*generator->seed, 0};
  FG_ASSIGN_OR_RETURN(Tensor key_tensor, Tensor::FromVector<int64_t>({2}, key));
  const ir::RandomAttr attr{distribution, generator->draws++};
  return eval.ops().Apply({Array::Of(std::move(key_tensor))}, [&](absl::Span<const ir::Expr> e) {
    ir::Builder& builder = e[0].builder();
    return ir::Expr(builder, builder.Random(dtype, shape, e[0].id(), attr));
  });
}

// `count` numbers of [0, 1), now: they decide which elements are taken.
absl::StatusOr<Tensor> DrawDecisions(Evaluator& eval, Generator* generator, int64_t count) {
  FG_ASSIGN_OR_RETURN(
      Value drawn, Draw(eval, generator, DType::kFloat64, Shape({count}), Distribution::kUniform));
  return eval.ops().DecideArray(drawn);
}

int64_t Pick(double uniform, int64_t count) {
  return std::min(static_cast<int64_t>(uniform * static_cast<double>(count)), count - 1);
}

// A generator given first, and the rest of the arguments.
struct Request {
  Generator* generator = nullptr;
  absl::Span<const Value> rest;
};
Request Split(const Arguments& x) {
  if (x.size() > 0) {
    if (auto* generator = x[0].AsClass<Generator>()) return {generator, x.positional.subspan(1)};
  }
  return {nullptr, x.positional};
}

// Whole numbers of a type: all of its values are equally likely.
absl::StatusOr<Value> RandomIntegers(Evaluator& eval, Generator* generator, DType dtype,
                                     const Shape& shape) {
  // 32 bits a number: two numbers make an Int64.
  const int64_t count = shape.num_elements();
  FG_ASSIGN_OR_RETURN(const Tensor drawn, DrawDecisions(eval, generator, 2 * count));
  FG_ASSIGN_OR_RETURN(Tensor result, Tensor::Create(dtype, shape));
  const auto uniform = drawn.data<double>();
  auto bits = [&](int64_t i) { return static_cast<uint64_t>(uniform[i] * 4294967296.0); };
  for (int64_t i = 0; i < count; ++i) {
    if (dtype == DType::kBool) {
      result.mutable_data<bool>()[i] = uniform[2 * i] < 0.5;
    } else if (dtype == DType::kInt32) {
      result.mutable_data<int32_t>()[i] = static_cast<int32_t>(bits(2 * i));
    } else {
      result.mutable_data<int64_t>()[i] = static_cast<int64_t>(bits(2 * i) << 32 | bits(2 * i + 1));
    }
  }
  if (shape.rank() == 0) return Value(Scalar::FromTensor(result));
  return NewArray(eval, std::move(result));
}

absl::StatusOr<Value> RandomElements(Evaluator& eval, Generator* generator, const Value& collection,
                                     absl::Span<const Value> sizes) {
  FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, collection));
  if (elements.empty()) {
    return JuliaError("ArgumentError", "collection must be non-empty");
  }
  FG_ASSIGN_OR_RETURN(const Shape shape,
                      sizes.empty() ? absl::StatusOr<Shape>(Shape()) : ShapeArgument(eval, sizes));
  const auto size = static_cast<int64_t>(elements.size());
  FG_ASSIGN_OR_RETURN(const Tensor drawn, DrawDecisions(eval, generator, shape.num_elements()));
  std::vector<Value> taken;
  for (double uniform : drawn.data<double>()) taken.push_back(elements[Pick(uniform, size)]);
  if (sizes.empty()) return taken[0];
  return CollectElements(eval, std::move(taken), shape);
}

absl::StatusOr<Value> Rand(Evaluator& eval, const Arguments& x) {
  auto [generator, rest] = Split(x);
  DType dtype = DType::kFloat64;
  if (!rest.empty() && rest[0].is(Kind::kType)) {
    const absl::optional<DType> named = DTypeOfType(*rest[0].As<Type>());
    if (!named) return MethodError("rand", x.positional);
    dtype = *named;
    rest = rest.subspan(1);
  } else if (!rest.empty() && !rest[0].is_int()) {
    return RandomElements(eval, generator, rest[0], rest.subspan(1));
  }
  FG_ASSIGN_OR_RETURN(const Shape shape,
                      rest.empty() ? absl::StatusOr<Shape>(Shape()) : ShapeArgument(eval, rest));
  if (!IsFloat(dtype)) return RandomIntegers(eval, generator, dtype, shape);
  return Draw(eval, generator, dtype, shape, Distribution::kUniform);
}

absl::StatusOr<Value> Randn(Evaluator& eval, const Arguments& x) {
  auto [generator, rest] = Split(x);
  DType dtype = DType::kFloat64;
  if (!rest.empty() && rest[0].is(Kind::kType)) {
    const absl::optional<DType> named = DTypeOfType(*rest[0].As<Type>());
    if (!named || !IsFloat(*named)) return MethodError("randn", x.positional);
    dtype = *named;
    rest = rest.subspan(1);
  }
  FG_ASSIGN_OR_RETURN(const Shape shape,
                      rest.empty() ? absl::StatusOr<Shape>(Shape()) : ShapeArgument(eval, rest));
  return Draw(eval, generator, dtype, shape, Distribution::kNormal);
}

absl::StatusOr<std::vector<int64_t>> Permutation(Evaluator& eval, Generator* generator,
                                                 int64_t count) {
  FG_ASSIGN_OR_RETURN(const Tensor drawn, DrawDecisions(eval, generator, count));
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (int64_t i = count - 1; i > 0; --i) {
    std::swap(order[i], order[Pick(drawn.data<double>()[i], i + 1)]);
  }
  return order;
}

absl::StatusOr<Value> RandPerm(Evaluator& eval, const Arguments& x) {
  auto [generator, rest] = Split(x);
  if (rest.size() != 1) return MethodError("randperm", x.positional);
  FG_ASSIGN_OR_RETURN(const int64_t count, ToInteger(eval, rest[0], "randperm"));
  if (count < 0) return ArgumentError("n must be non-negative");
  FG_RETURN_IF_ERROR(eval.CheckElements(count));
  FG_ASSIGN_OR_RETURN(std::vector<int64_t> order, Permutation(eval, generator, count));
  for (int64_t& i : order) ++i;
  FG_ASSIGN_OR_RETURN(Tensor t, Tensor::FromVector<int64_t>({count}, order));
  return NewArray(eval, std::move(t));
}

absl::StatusOr<Value> Shuffle(Evaluator& eval, const Arguments& x) {
  auto [generator, rest] = Split(x);
  if (rest.size() != 1) return MethodError("shuffle", x.positional);
  const Shape shape = ShapeOf(rest[0]);
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, rest[0]));
  FG_ASSIGN_OR_RETURN(const std::vector<int64_t> order,
                      Permutation(eval, generator, static_cast<int64_t>(elements.size())));
  std::vector<Value> shuffled;
  for (int64_t i : order) shuffled.push_back(elements[i]);
  return CollectElements(eval, std::move(shuffled), shape);
}

absl::StatusOr<Value> ShuffleInPlace(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value shuffled, Shuffle(eval, x));
  const Value& target = x[x.size() - 1];
  if (auto* list = target.As<List>()) {
    FG_ASSIGN_OR_RETURN(list->elements, ElementsOf(eval, shuffled));
  } else {
    FG_RETURN_IF_ERROR(BroadcastAssign(eval, target, shuffled));
  }
  return target;
}

absl::StatusOr<Value> Seed(Evaluator& eval, const Arguments& x) {
  auto [generator, rest] = Split(x);
  if (rest.size() != 1) return MethodError("seed!", x.positional);
  FG_ASSIGN_OR_RETURN(const int64_t seed, ToInteger(eval, rest[0], "seed!"));
  if (seed < 0)
    return JuliaError("DomainError", absl::StrCat(seed, ":\nseed must be non-negative"));
  if (generator != nullptr) {
    generator->seed = seed;
    generator->draws = 0;
    return x[0];
  }
  eval.host().Seed(static_cast<uint64_t>(seed));
  return Value(std::make_shared<Generator>("TaskLocalRNG", absl::nullopt));
}

Definitions::Call MakeGenerator(const std::string& name) {
  return [name](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    absl::optional<int64_t> seed;
    if (x.size() == 1) {
      FG_ASSIGN_OR_RETURN(seed, ToInteger(eval, x[0], name));
    }
    return Value(std::make_shared<Generator>(name, seed));
  };
}

}  // namespace

std::vector<Builtin> RandomBuiltins() {
  Definitions base;
  base.Add("rand", 0, -1, Rand);
  base.Add("randn", 0, -1, Randn);
  Definitions random("Random");
  random.Add("randperm", 1, 2, RandPerm);
  random.Add("shuffle", 1, 2, Shuffle);
  random.Add("shuffle!", 1, 2, ShuffleInPlace);
  random.Add("seed!", 1, 2, Seed);
  random.Add("default_rng", 0, 0, MakeGenerator("TaskLocalRNG"));
  for (const char* name : {"MersenneTwister", "Xoshiro"}) {
    random.Add(name, 0, 1, MakeGenerator(name));
  }
  base.Append(random.Take());
  return base.Take();
}

}  // namespace fluxgate::lang
