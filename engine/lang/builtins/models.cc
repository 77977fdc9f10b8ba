// What Flux does with whole models: devices, number types, states, flat parameters, sizes.
#include <cmath>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/display/display.h"
#include "engine/lang/function.h"
#include "engine/lang/gradient/lifting.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

std::vector<Child> ChildrenOf(const Value& v) {
  return v.object() == nullptr ? std::vector<Child>() : v.object()->Children();
}

// ---- Devices and number types ----

// There is one device: what a model is moved to is where it is.
absl::StatusOr<Value> Stay(Evaluator&, const Arguments& x) { return x[0]; }

absl::StatusOr<Value> CpuDevice(Evaluator&, const Arguments&) {
  return MakeNative("CPUDevice()", 1, 1, [](Evaluator&, absl::Span<const Value> x) {
    return absl::StatusOr<Value>(x[0]);
  });
}

// The model with every array of floats as `dtype`; arrays that are tied stay tied.
Definitions::Call ConvertWith(DType dtype) {
  return [dtype](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    absl::flat_hash_map<const Object*, Value> converted;
    return MapLeaves(x[0], [&](const std::string&, const Value& leaf) -> absl::StatusOr<Value> {
      const Array* array = leaf.As<Array>();
      if (array == nullptr || !IsFloat(array->dtype()) || array->dtype() == dtype) return leaf;
      Value& made = converted[leaf.object().get()];
      if (made.is_nothing()) {
        FG_ASSIGN_OR_RETURN(made, eval.ops().Apply({leaf}, [&](absl::Span<const ir::Expr> e) {
          return ir::Cast(e[0], dtype);
        }));
      }
      return made;
    });
  };
}

Definitions::Call NoSuchNumbers(std::string type) {
  return [type](Evaluator&, const Arguments&) {
    return ArgumentError(absl::StrCat("there are no ", type, " numbers here: f32 and f64 exist"));
  };
}

// ---- State ----

// The model's numbers, texts and arrays in its shape: structs as named tuples, () for the rest.
absl::StatusOr<Value> StateOf(const Value& v, int depth = 0) {
  if (depth > 500) return ArgumentError("the model is nested more than 500 levels deep");
  const std::vector<Child> children = ChildrenOf(v);
  if (children.empty()) {
    switch (v.kind()) {
      case Kind::kNothing:
      case Kind::kNumber:
      case Kind::kTraced:
      case Kind::kString:
      case Kind::kArray:
        return v;
      case Kind::kSymbol:  // Dropout's dims are a colon, which has no state.
        return v.text() == ":" ? Tuple::Of({}) : v;
      default:
        return Tuple::Of({});
    }
  }
  std::vector<Value> parts;
  for (const Child& child : children) {
    FG_ASSIGN_OR_RETURN(Value part, StateOf(child.value, depth + 1));
    parts.push_back(std::move(part));
  }
  if (!v.is(Kind::kStruct) && !v.is(Kind::kFunction)) {
    return v.object()->WithChildren(std::move(parts));
  }
  std::vector<std::string> names;
  for (const Child& child : children) names.push_back(child.step.substr(1));
  return NamedTuple::Of(std::move(names), std::move(parts));
}

std::string StepsText(const std::vector<Child>& children) {
  return absl::StrCat("(",
                      absl::StrJoin(children, ", ",
                                    [](std::string* out, const Child& child) {
                                      const bool field = child.step[0] == '.';
                                      absl::StrAppend(out, field ? ":" : "",
                                                      absl::string_view(child.step).substr(field));
                                    }),
                      children.size() == 1 ? ",)" : ")");
}

// Pairs the arrays of a model with those of a state to load; nothing is written before all fit.
class Loading {
 public:
  absl::Status Match(const Value& to, const Value& from, int depth = 0) {
    if (depth > 500) return ArgumentError("the model is nested more than 500 levels deep");
    const std::vector<Child> targets = ChildrenOf(to);
    if (targets.empty()) return MatchLeaf(to, from);
    const std::vector<Child> sources = ChildrenOf(from);
    bool same = targets.size() == sources.size();
    for (size_t i = 0; same && i < targets.size(); ++i) same = targets[i].step == sources[i].step;
    if (!same) {
      return ArgumentError(absl::StrCat("Tried to load ", StepsText(sources), " into ",
                                        StepsText(targets), " but the structures do not match."));
    }
    for (size_t i = 0; i < targets.size(); ++i) {
      FG_RETURN_IF_ERROR(Match(targets[i].value, sources[i].value, depth + 1));
    }
    return absl::OkStatus();
  }

  absl::Status Write(Evaluator& eval) const {
    for (const auto& [to, from] : pairs_) FG_RETURN_IF_ERROR(BroadcastAssign(eval, to, from));
    return absl::OkStatus();
  }

 private:
  absl::Status MatchLeaf(const Value& to, const Value& from) {
    const Array *target = to.As<Array>(), *source = from.As<Array>();
    if (target == nullptr && source == nullptr) return absl::OkStatus();
    // A bias of false stands for zeros.
    const bool absent = from.is_bool() && !from.scalar().AsBool();
    if (target == nullptr) {
      return JuliaError("ErrorException", absl::StrCat("Tried to copy an array to ", Repr(to),
                                                       "; this is not allowed."));
    }
    if (source == nullptr && !absent) {
      return JuliaError("ErrorException",
                        absl::StrCat("Tried to copy ", Repr(from),
                                     " into an array destination; this is not allowed."));
    }
    if (source != nullptr && source->shape() != target->shape()) {
      return DimensionMismatch(absl::StrCat("Tried to load size ", source->shape().ToString(),
                                            " array into size ", target->shape().ToString()));
    }
    pairs_.emplace_back(to, from);
    return absl::OkStatus();
  }

  std::vector<std::pair<Value, Value>> pairs_;
};

absl::StatusOr<Value> LoadModel(Evaluator& eval, const Arguments& x) {
  Loading loading;
  FG_RETURN_IF_ERROR(loading.Match(x[0], x[1]));
  FG_RETURN_IF_ERROR(loading.Write(eval));
  return x[0];
}

// ---- Flat parameters ----

// A model's parameters and where each begins in the flat vector.
struct FlatModel {
  Value model;
  std::vector<Value> parameters;
  absl::flat_hash_map<const Storage*, size_t> index;
  std::vector<int64_t> starts;
  int64_t length = 0;

  absl::StatusOr<Value> Rebuild(Evaluator& eval, const Value& flat) const {
    FG_ASSIGN_OR_RETURN(const Value vector, NumericOperand(eval, "Restructure", flat));
    if (ShapeOf(vector) != Shape({length})) {
      return DimensionMismatch(absl::StrCat("Restructure of ", length,
                                            " parameters was given an array of size ",
                                            ShapeOf(vector).ToString()));
    }
    std::vector<Value> parts(parameters.size());
    for (size_t i = 0; i < parts.size(); ++i) {
      const Array& like = *parameters[i].As<Array>();
      FG_ASSIGN_OR_RETURN(parts[i], eval.ops().Apply({vector}, [&](absl::Span<const ir::Expr> e) {
        const ir::Expr part = SliceDim(e[0], 0, starts[i], like.shape().num_elements());
        return ir::Cast(ir::Reshape(part, like.shape()), like.dtype());
      }));
    }
    return MapLeaves(model, [&](const std::string&, const Value& leaf) -> absl::StatusOr<Value> {
      const Array* array = leaf.As<Array>();
      const auto it = array == nullptr ? index.end() : index.find(array->storage().get());
      return it == index.end() ? leaf : parts[it->second];
    });
  }
};

// destructure(model): the vector of its parameters, and the function that makes the model of one.
absl::StatusOr<Value> Destructure(Evaluator& eval, const Arguments& x) {
  auto flat = std::make_shared<FlatModel>();
  flat->model = x[0];
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(x[0]));
  for (Leaf& leaf : leaves) {
    const Array& array = *leaf.value.As<Array>();
    flat->index[array.storage().get()] = flat->parameters.size();
    flat->starts.push_back(flat->length);
    flat->length += array.shape().num_elements();
    flat->parameters.push_back(std::move(leaf.value));
  }
  FG_RETURN_IF_ERROR(eval.CheckElements(flat->length));
  Value vector;
  if (flat->parameters.empty()) {
    FG_ASSIGN_OR_RETURN(Tensor none, Tensor::Zeros(DType::kFloat32, Shape({0})));
    vector = Array::Of(std::move(none));
  } else {
    FG_ASSIGN_OR_RETURN(
        vector, eval.ops().Apply(flat->parameters, [](absl::Span<const ir::Expr> parts) {
          DType dtype = parts[0].dtype();
          for (const ir::Expr& part : parts) dtype = Promote(dtype, part.dtype());
          std::vector<ir::NodeId> ids;
          for (const ir::Expr& part : parts) ids.push_back(ir::Cast(Flatten(part), dtype).id());
          ir::Builder& builder = parts[0].builder();
          return ir::Expr(builder, ids.size() == 1 ? ids[0] : builder.Concat(ids, 0));
        }));
  }
  const std::string type = TypeName(x[0]);
  Value rebuild = MakeNative(
      absl::StrCat("Restructure(", type.substr(0, type.find('{')), ", ..., ", flat->length, ")"), 1,
      1, [flat](Evaluator& e, absl::Span<const Value> v) { return flat->Rebuild(e, v[0]); });
  return Tuple::Of({std::move(vector), std::move(rebuild)});
}

// ---- Sizes and outputs ----

// outputsize(model, size...): staged on an input of that size, without computing anything.
absl::StatusOr<Value> OutputSize(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const bool pad, BoolKeyword(eval, x, "padbatch", false));
  TraceSession session(eval);
  std::vector<Value> inputs;
  for (const Value& size : x.positional.subspan(1)) {
    FG_ASSIGN_OR_RETURN(std::vector<Value> dims, ElementsOf(eval, size));
    if (pad) dims.push_back(Value::Int(1));
    FG_ASSIGN_OR_RETURN(const Shape shape, ShapeArgument(eval, dims));
    FG_ASSIGN_OR_RETURN(Tensor zeros, Tensor::Zeros(DType::kFloat32, shape));
    inputs.push_back(eval.ops().Wrap(session.trace().Placeholder(std::move(zeros))));
  }
  std::vector<Value> layers = {x[0]};
  if (x[0].is(Kind::kTuple) || x[0].is(Kind::kList)) {
    FG_ASSIGN_OR_RETURN(layers, ElementsOf(eval, x[0]));
  }
  for (const Value& layer : layers) {
    FG_ASSIGN_OR_RETURN(Value y, eval.CallWith(layer, inputs, {}));
    inputs = {std::move(y)};
  }
  std::vector<Value> sizes;
  const Shape shape = ShapeOf(inputs.at(0));
  for (const int64_t n : shape.dims()) sizes.push_back(Value::Int(n));
  return Tuple::Of(std::move(sizes));
}

// activations(chain, x): what each layer gives.
absl::StatusOr<Value> Activations(Evaluator& eval, const Arguments& x) {
  const Struct* chain = x[0].As<Struct>();
  const Value* layers = chain == nullptr ? nullptr : chain->Find("layers");
  if (layers == nullptr) return MethodError("activations", x.positional);
  FG_ASSIGN_OR_RETURN(const std::vector<Value> all, ElementsOf(eval, *layers));
  std::vector<Value> outputs;
  for (const Value& layer : all) {
    FG_ASSIGN_OR_RETURN(Value y, Call1(eval, layer, outputs.empty() ? x[1] : outputs.back()));
    outputs.push_back(std::move(y));
  }
  return Tuple::Of(std::move(outputs));
}

// fmap(f, x): f on each leaf; an array that stands in two places is mapped once.
absl::StatusOr<Value> MapModel(Evaluator& eval, const Arguments& x) {
  absl::flat_hash_map<const Object*, Value> mapped;
  return MapLeaves(x[1], [&](const std::string&, const Value& leaf) -> absl::StatusOr<Value> {
    if (!leaf.is(Kind::kArray)) return Call1(eval, x[0], leaf);
    const auto known = mapped.find(leaf.object().get());
    if (known != mapped.end()) return known->second;
    FG_ASSIGN_OR_RETURN(Value made, Call1(eval, x[0], leaf));
    mapped.emplace(leaf.object().get(), made);
    return made;
  });
}

// ---- When to stop ----

// patience(predicate, wait): true once the predicate has held `wait` times in a row.
Value Patience(Definitions::Call predicate, int64_t wait) {
  auto count = std::make_shared<int64_t>(0);
  return MakeNative("patience", 0, -1,
                    [predicate = std::move(predicate), wait, count](
                        Evaluator& eval, absl::Span<const Value> x) -> absl::StatusOr<Value> {
                      MarkEffect(eval);
                      FG_ASSIGN_OR_RETURN(const Value on, predicate(eval, Arguments{x, {}}));
                      FG_ASSIGN_OR_RETURN(const bool holds, ToBool(eval, on));
                      *count = holds ? *count + 1 : 0;
                      return Value::Bool(*count >= wait);
                    });
}

// early_stopping: the score f gives is no better than the best so far. plateau: it hardly differs
// from the last one.
Definitions::Call StopWhen(bool plateau) {
  return [plateau](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t wait, ToInteger(eval, x[1], "the delay"));
    Value distance, best = Value::Float64(std::numeric_limits<double>::infinity());
    double least = plateau ? static_cast<double>(1e-6f) : 0;
    if (const Value* given = x.Keyword("distance")) distance = *given;
    if (const Value* given = x.Keyword("init_score")) best = *given;
    if (const Value* given = x.Keyword("min_dist")) {
      FG_ASSIGN_OR_RETURN(least, ToDouble(eval, *given, "min_dist"));
    }
    auto kept = std::make_shared<Value>(best);
    const Value f = x[0];
    return Patience(
        [plateau, distance, least, kept, f](Evaluator& e,
                                            const Arguments& y) -> absl::StatusOr<Value> {
          FG_ASSIGN_OR_RETURN(const Value score, e.CallWith(f, y.positional, {}));
          Value apart;
          if (distance.is_nothing()) {
            FG_ASSIGN_OR_RETURN(apart, BinaryOperator(e, "-", *kept, score));
          } else {
            FG_ASSIGN_OR_RETURN(apart, e.CallWith(distance, {*kept, score}, {}));
          }
          FG_ASSIGN_OR_RETURN(const double difference, ToDouble(e, apart, "the distance"));
          if (plateau || !(difference < 0)) *kept = score;
          return Value::Bool((plateau ? std::abs(difference) : difference) < least);
        },
        wait);
  };
}

}  // namespace

std::vector<Builtin> ModelBuiltins() {
  Definitions rows("Flux");
  rows.Add("cpu", 1, 1, Stay);
  rows.Alias("gpu");
  rows.Add("cpu_device", 0, 0, CpuDevice);
  rows.Add("gpu_device", 0, 1, CpuDevice);
  rows.Add("f32", 1, 1, ConvertWith(DType::kFloat32));
  rows.Add("f64", 1, 1, ConvertWith(DType::kFloat64));
  rows.Add("f16", 1, 1, NoSuchNumbers("Float16"));
  rows.Add("bf16", 1, 1, NoSuchNumbers("BFloat16"));
  rows.Add("fmap", 2, 2, MapModel);

  Definitions inside("Flux", /*exported=*/false);
  inside.Add("state", 1, 1, [](Evaluator&, const Arguments& x) { return StateOf(x[0]); });
  inside.Add("loadmodel!", 2, 2, LoadModel);
  inside.Add("destructure", 1, 1, Destructure);
  inside.Add("outputsize", 2, -1, OutputSize, {"padbatch"});
  inside.Add("activations", 2, 2, Activations);
  inside.Add("patience", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t wait, ToInteger(eval, x[1], "the wait"));
    return Patience(
        [f = x[0]](Evaluator& e, const Arguments& y) { return e.CallWith(f, y.positional, {}); },
        wait);
  });
  inside.Add("early_stopping", 2, 2, StopWhen(false), {"distance", "init_score", "min_dist"});
  inside.Add("plateau", 2, 2, StopWhen(true), {"distance", "init_score", "min_dist"});
  rows.Append(inside.Take());
  return rows.Take();
}

}  // namespace fluxgate::lang
