#include "engine/data/functions.h"

#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/data/elements.h"
#include "engine/data/loader.h"
#include "engine/data/observations.h"
#include "engine/data/one_hot.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::data {
namespace {

using ir::Expr;
using nn::Arguments;
using nn::Context;
using nn::Error;

// A seed from the session's own sequence.
absl::StatusOr<uint64_t> DrawSeed(Context& context) {
  FG_ASSIGN_OR_RETURN(Value draw, context.Random(DType::kFloat64, Shape({2}),
                                                 ir::RandomAttr::Distribution::kUniform));
  FG_ASSIGN_OR_RETURN(Tensor tensor, context.ops().Read(draw));
  const auto bits = [&](int64_t i) {
    return static_cast<uint64_t>(tensor.ElementAsDouble(i) * 4294967296.0);
  };
  return bits(0) << 32 | bits(1);
}

absl::StatusOr<bool> Flag(const Arguments& arguments, absl::string_view name, bool otherwise) {
  const Value* given = arguments.Keyword(name);
  return given == nullptr ? otherwise : nn::BoolArgument(*given, name);
}

// DataLoader(data; batchsize = 1, shuffle = false, partial = true, rng, seed, buffer = false,
// parallel = false, collate = nothing). The order comes from `seed`, or else from the session's
// numbers (the language turns an `rng` into a seed). Arrays are cut as collate = true joins them.
absl::StatusOr<Value> CallDataLoader(Context& context, const Arguments& arguments) {
  LoaderOptions options;
  if (const Value* size = arguments.Keyword("batchsize"); size != nullptr) {
    FG_ASSIGN_OR_RETURN(options.batch_size, nn::IntegerArgument(context, *size, "batchsize"));
  }
  FG_ASSIGN_OR_RETURN(options.shuffle, Flag(arguments, "shuffle", false));
  FG_ASSIGN_OR_RETURN(options.partial, Flag(arguments, "partial", true));
  // Neither changes what the batches hold.
  FG_RETURN_IF_ERROR(Flag(arguments, "buffer", false).status());
  FG_RETURN_IF_ERROR(Flag(arguments, "parallel", false).status());
  if (const Value* collate = arguments.Keyword("collate");
      collate != nullptr && !collate->is_nothing()) {
    if (!collate->is_bool()) {
      return Error("ArgumentError", "DataLoader's collate is nothing, true or false");
    }
    options.collate = collate->scalar().AsBool();
  }
  if (const Value* seed = arguments.Keyword("seed"); seed != nullptr) {
    FG_ASSIGN_OR_RETURN(int64_t number, nn::IntegerArgument(context, *seed, "seed"));
    options.seed = static_cast<uint64_t>(number);
  } else if (options.shuffle) {
    FG_ASSIGN_OR_RETURN(options.seed, DrawSeed(context));
  }
  FG_ASSIGN_OR_RETURN(std::shared_ptr<DataLoader> loader,
                      DataLoader::Create(arguments[0], options));
  return Value(std::move(loader));
}

absl::StatusOr<Value> CallNumObs(Context&, const Arguments& arguments) {
  if (const auto* loader = arguments[0].AsClass<DataLoader>()) {
    return Value::Int(loader->num_observations());
  }
  FG_ASSIGN_OR_RETURN(int64_t count, CountObservations(arguments[0]));
  return Value::Int(count);
}

// getobs(data[, i]): i is an index or a collection of them.
absl::StatusOr<Value> CallGetObs(Context& context, const Arguments& arguments) {
  if (arguments.size() == 1) return arguments[0];
  FG_ASSIGN_OR_RETURN(int64_t count, CountObservations(arguments[0]));
  std::vector<Value> given = {arguments[1]};
  if (!arguments[1].is_number()) {
    FG_ASSIGN_OR_RETURN(given, ElementsOf(context, arguments[1], "getobs's indices"));
  }
  std::vector<int64_t> indices;
  for (const Value& value : given) {
    FG_ASSIGN_OR_RETURN(int64_t i, nn::IntegerArgument(context, value, "an index"));
    if (i < 1 || i > count) {
      return Error("BoundsError", "attempt to access observation ", i, " of ", count);
    }
    indices.push_back(i - 1);
  }
  if (arguments[1].is_number()) return GetObservation(arguments[0], indices[0]);
  return GetObservations(arguments[0], indices);
}

// The shares or counts of splitobs's `at`, as counts of observations.
absl::StatusOr<std::vector<int64_t>> Splits(Context& context, const Value& at, int64_t count) {
  std::vector<Value> given = {at};
  if (const auto* tuple = at.As<Tuple>()) {
    std::vector<Value> elements = tuple->elements;
    given = std::move(elements);
  }
  std::vector<int64_t> splits;
  int64_t left = count;
  for (const Value& value : given) {
    FG_ASSIGN_OR_RETURN(Scalar share, nn::NumberArgument(context, value, "at"));
    const double part = share.is_float() ? share.AsDouble() * static_cast<double>(count)
                                         : static_cast<double>(share.AsInt64());
    // Written so that NaN fails too.
    if (!(part >= 0 && part <= static_cast<double>(left))) {
      return Error("ArgumentError", "the parameter \"at\" must be in interval [0, 1]");
    }
    splits.push_back(std::llrint(part));
    left -= splits.back();
  }
  splits.push_back(left);
  return splits;
}

// splitobs(data; at, shuffle = false): a tuple of the first share(s) and the rest.
absl::StatusOr<Value> CallSplitObs(Context& context, const Arguments& arguments) {
  const Value* at = arguments.Keyword("at");
  if (at == nullptr) return Error("UndefKeywordError", "keyword argument `at` not assigned");
  FG_ASSIGN_OR_RETURN(int64_t count, CountObservations(arguments[0]));
  FG_ASSIGN_OR_RETURN(std::vector<int64_t> splits, Splits(context, *at, count));
  FG_ASSIGN_OR_RETURN(bool shuffle, Flag(arguments, "shuffle", false));
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  if (shuffle) {
    FG_ASSIGN_OR_RETURN(uint64_t seed, DrawSeed(context));
    ShuffleOrder(seed, 0, absl::MakeSpan(order));
  }
  std::vector<Value> parts;
  size_t start = 0;
  for (int64_t split : splits) {
    const auto indices = absl::MakeConstSpan(order).subspan(start, static_cast<size_t>(split));
    FG_ASSIGN_OR_RETURN(Value part, GetObservations(arguments[0], indices));
    parts.push_back(std::move(part));
    start += static_cast<size_t>(split);
  }
  return Tuple::Of(std::move(parts));
}

// batch(xs): arrays of one size joined along a new last dim, numbers as a vector, tuples part by
// part.
absl::StatusOr<Value> Batch(Context& context, const std::vector<Value>& xs) {
  if (xs.empty()) return Error("ArgumentError", "batch of nothing");
  if (const auto* first = xs[0].As<Tuple>()) {
    std::vector<Value> parts;
    for (size_t k = 0; k < first->elements.size(); ++k) {
      std::vector<Value> column;
      for (const Value& x : xs) {
        const auto* tuple = x.As<Tuple>();
        if (tuple == nullptr || tuple->elements.size() != first->elements.size()) {
          return Error("ArgumentError", "batch needs observations of one structure");
        }
        column.push_back(tuple->elements[k]);
      }
      FG_ASSIGN_OR_RETURN(Value part, Batch(context, column));
      parts.push_back(std::move(part));
    }
    return Tuple::Of(std::move(parts));
  }
  const absl::optional<Shape> shape = nn::ShapeOf(xs[0]);
  if (!shape.has_value()) return List::Of(xs);
  for (const Value& x : xs) {
    const absl::optional<Shape> other = nn::ShapeOf(x);
    if (!other.has_value() || *other != *shape) {
      return Error("DimensionMismatch", "batch needs observations of one size, got ",
                   nn::Summary(xs[0]), " and ", nn::Summary(x));
    }
  }
  return context.ops().Apply(xs, [&](absl::Span<const Expr> each) {
    Dims dims(shape->dims().begin(), shape->dims().end());
    dims.push_back(1);
    std::vector<ir::NodeId> columns;
    for (const Expr& x : each) columns.push_back(Reshape(x, Shape(dims)).id());
    ir::Builder& builder = each[0].builder();
    return Expr(builder, builder.Concat(columns, shape->rank()));
  });
}

absl::StatusOr<Value> CallBatch(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(std::vector<Value> xs, ElementsOf(context, arguments[0], "batch"));
  return Batch(context, xs);
}

// unbatch(x): the vector of its observations.
absl::StatusOr<Value> CallUnbatch(Context&, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(int64_t count, CountObservations(arguments[0]));
  std::vector<Value> observations;
  for (int64_t i = 0; i < count; ++i) {
    FG_ASSIGN_OR_RETURN(Value one, GetObservation(arguments[0], i));
    observations.push_back(std::move(one));
  }
  return List::Of(std::move(observations));
}

// shuffleobs(data): all observations in a random order.
absl::StatusOr<Value> CallShuffleObs(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(int64_t count, CountObservations(arguments[0]));
  FG_ASSIGN_OR_RETURN(uint64_t seed, DrawSeed(context));
  std::vector<int64_t> order(static_cast<size_t>(count));
  ShuffleOrder(seed, 0, absl::MakeSpan(order));
  return GetObservations(arguments[0], order);
}

// The shape of what unsqueeze and unstack are given, and their `dims`, 0-based.
struct AlongDim {
  Shape shape;
  int dim = 0;
};
absl::StatusOr<AlongDim> ReadDim(Context& context, const Arguments& arguments,
                                 absl::string_view function, int beyond) {
  const absl::optional<Shape> shape = nn::ShapeOf(arguments[0]);
  if (!shape.has_value()) {
    return Error("MethodError", function, " expects an array, but got ", nn::Summary(arguments[0]));
  }
  const Value* given = arguments.Keyword("dims");
  if (given == nullptr) return Error("UndefKeywordError", "keyword argument `dims` not assigned");
  FG_ASSIGN_OR_RETURN(int64_t dim, nn::IntegerArgument(context, *given, "dims"));
  if (dim < 1 || dim > shape->rank() + beyond) {
    return Error("ArgumentError", function, "'s dims must be between 1 and ",
                 shape->rank() + beyond, ", got ", dim);
  }
  return AlongDim{*shape, static_cast<int>(dim) - 1};
}

// unsqueeze(x; dims): with a dim of one element put in before `dims`.
absl::StatusOr<Value> CallUnsqueeze(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(const AlongDim along, ReadDim(context, arguments, "unsqueeze", 1));
  Dims dims(along.shape.dims().begin(), along.shape.dims().end());
  dims.insert(dims.begin() + along.dim, 1);
  FG_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
  return context.ops().Apply({arguments[0]},
                             [&](absl::Span<const Expr> x) { return Reshape(x[0], shape); });
}

// unstack(x; dims): the vector of the slices along `dims`.
absl::StatusOr<Value> CallUnstack(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(const AlongDim along, ReadDim(context, arguments, "unstack", 0));
  Dims dims(along.shape.dims().begin(), along.shape.dims().end());
  dims.erase(dims.begin() + along.dim);
  std::vector<Value> slices;
  for (int64_t i = 0; i < along.shape.dim(along.dim); ++i) {
    FG_ASSIGN_OR_RETURN(
        Value slice, context.ops().Apply({arguments[0]}, [&](absl::Span<const Expr> x) {
          ir::SliceAttr part;
          for (int d = 0; d < along.shape.rank(); ++d) {
            part.start.push_back(d == along.dim ? i : 0);
            part.count.push_back(d == along.dim ? 1 : along.shape.dim(d));
            part.step.push_back(1);
          }
          ir::Builder& builder = x[0].builder();
          return Reshape(Expr(builder, builder.Slice(x[0].id(), part)), Shape(dims));
        }));
    slices.push_back(std::move(slice));
  }
  return List::Of(std::move(slices));
}

}  // namespace

absl::Span<const nn::Function> Functions() {
  static const auto& rows = *new std::vector<nn::Function>([] {
    std::vector<nn::Function> all = {
        {"DataLoader",
         "MLUtils",
         true,
         1,
         1,
         {"batchsize", "shuffle", "partial", "rng", "seed", "buffer", "parallel", "collate"},
         CallDataLoader},
        {"numobs", "MLUtils", false, 1, 1, {}, CallNumObs},
        {"getobs", "MLUtils", false, 1, 2, {}, CallGetObs},
        {"splitobs", "MLUtils", false, 1, 1, {"at", "shuffle"}, CallSplitObs},
        {"shuffleobs", "MLUtils", false, 1, 1, {}, CallShuffleObs},
        {"unsqueeze", "MLUtils", false, 1, 1, {"dims"}, CallUnsqueeze},
        {"unstack", "MLUtils", false, 1, 1, {"dims"}, CallUnstack},
        {"batch", "MLUtils", false, 1, 1, {}, CallBatch},
        {"unbatch", "MLUtils", false, 1, 1, {}, CallUnbatch},
    };
    std::vector<nn::Function> more = OneHotRows();
    std::move(more.begin(), more.end(), std::back_inserter(all));
    return all;
  }());
  return rows;
}

}  // namespace fluxgate::data
