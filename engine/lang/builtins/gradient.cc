#include "engine/autodiff/gradient.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/function.h"
#include "engine/lang/gradient/gradients.h"
#include "engine/lang/gradient/lifting.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

using Arguments = nn::Arguments;

bool IsParams(const Arguments& arguments) {
  return arguments.size() == 2 && arguments[1].AsClass<Params>() != nullptr;
}

absl::StatusOr<Value> GradientOf(Evaluator& eval, const Arguments& arguments) {
  const Value& f = arguments[0];
  if (IsParams(arguments)) {
    const std::vector<Value> parameters = arguments[1].AsClass<Params>()->arrays();
    FG_ASSIGN_OR_RETURN(GradientResult result, DifferentiateParameters(eval, f, parameters, false));
    return Value(std::make_shared<Grads>(parameters, std::move(result.gradients)));
  }
  FG_ASSIGN_OR_RETURN(GradientResult result,
                      DifferentiateArguments(eval, f, arguments.positional.subspan(1), false));
  return Tuple::Of(std::move(result.gradients));
}

absl::StatusOr<Value> WithGradient(Evaluator& eval, const Arguments& arguments) {
  const Value& f = arguments[0];
  GradientResult result;
  Value gradient;
  if (IsParams(arguments)) {
    const std::vector<Value> parameters = arguments[1].AsClass<Params>()->arrays();
    FG_ASSIGN_OR_RETURN(result, DifferentiateParameters(eval, f, parameters, true));
    gradient = Value(std::make_shared<Grads>(parameters, std::move(result.gradients)));
  } else {
    FG_ASSIGN_OR_RETURN(result,
                        DifferentiateArguments(eval, f, arguments.positional.subspan(1), true));
    gradient = Tuple::Of(std::move(result.gradients));
  }
  return NamedTuple::Of({"val", "grad"}, {result.value, gradient});
}

// ---- pullback ----

// The traced parts of a result, in walk order.
void TracedNodes(const Value& value, std::vector<ir::NodeId>* nodes) {
  if (const Traced* traced = value.As<Traced>()) {
    nodes->push_back(traced->node.id);
  } else if (const Array* array = value.As<Array>()) {
    if (array->is_traced()) nodes->push_back(array->storage()->node().id);
  } else if (const Tuple* tuple = value.As<Tuple>()) {
    for (const Value& element : tuple->elements) TracedNodes(element, nodes);
  }
}

// Matches seeds to the traced parts of a result.
absl::Status AddSeeds(TraceSession& session, const Value& result, const Value& seed,
                      std::vector<ir::NodeId>* outputs, std::vector<ir::NodeId>* cotangents) {
  if (const Tuple* tuple = result.As<Tuple>()) {
    const Tuple* seeds = seed.As<Tuple>();
    if (seeds == nullptr || seeds->elements.size() != tuple->elements.size()) {
      if (seed.is_nothing()) return absl::OkStatus();
      return DimensionMismatch("the sensitivity must be a tuple as long as the result");
    }
    for (size_t i = 0; i < tuple->elements.size(); ++i) {
      FG_RETURN_IF_ERROR(
          AddSeeds(session, tuple->elements[i], seeds->elements[i], outputs, cotangents));
    }
    return absl::OkStatus();
  }
  std::vector<ir::NodeId> nodes;
  TracedNodes(result, &nodes);
  if (nodes.empty() || seed.is_nothing()) return absl::OkStatus();
  ir::Builder& builder = session.builder();
  if (!IsFloat(builder.dtype(nodes[0]))) return absl::OkStatus();
  FG_ASSIGN_OR_RETURN(ir::Expr cotangent, session.ops().Lift(seed));
  cotangent = ir::Cast(cotangent, builder.dtype(nodes[0]));
  if (cotangent.shape() != builder.shape(nodes[0])) {
    return DimensionMismatch(absl::StrCat("the sensitivity has size ", cotangent.shape().ToString(),
                                          ", the result ", builder.shape(nodes[0]).ToString()));
  }
  outputs->push_back(nodes[0]);
  cotangents->push_back(cotangent.id());
  return absl::OkStatus();
}

absl::StatusOr<Value> Pullback(Evaluator& eval, const Arguments& arguments) {
  struct State {
    std::shared_ptr<Trace> trace;
    std::unique_ptr<ArgumentLift> lift;
    std::vector<ir::NodeId> parameters;
    std::vector<Value> arrays;
    Value result;
    size_t count = 0;
  };
  auto state = std::make_shared<State>();
  TraceSession session(eval);
  state->trace = session.shared_trace();
  std::vector<Value> inside;
  const bool implicit = IsParams(arguments);
  if (implicit) {
    state->arrays = arguments[1].AsClass<Params>()->arrays();
    for (const Value& array : state->arrays) {
      FG_ASSIGN_OR_RETURN(const ir::Expr node, session.ops().Lift(array));
      state->parameters.push_back(node.id());
    }
  } else {
    state->lift = std::make_unique<ArgumentLift>(session, true);
    for (size_t i = 1; i < arguments.size(); ++i) {
      FG_ASSIGN_OR_RETURN(Value lifted, state->lift->Add(arguments[i]));
      inside.push_back(std::move(lifted));
    }
    state->parameters = state->lift->nodes();
    state->count = inside.size();
  }
  FG_ASSIGN_OR_RETURN(state->result, session.Call(arguments[0], inside));
  Value y = state->result;
  if (session.outermost()) {
    FG_ASSIGN_OR_RETURN(y, Concretise(eval, y));
  }
  Value back = MakeNative(
      "back", 1, 1,
      [state, implicit](Evaluator& inner, absl::Span<const Value> seeds) -> absl::StatusOr<Value> {
        TraceSession again(inner, state->trace);
        std::vector<ir::NodeId> outputs, cotangents;
        FG_RETURN_IF_ERROR(AddSeeds(again, state->result, seeds[0], &outputs, &cotangents));
        FG_ASSIGN_OR_RETURN(const std::vector<ir::NodeId> nodes,
                            autodiff::Vjp(again.builder(), outputs, cotangents, state->parameters));
        Value ignored;
        FG_ASSIGN_OR_RETURN(std::vector<Value> values, again.Finish(nodes, Value(), &ignored));
        if (implicit) return Value(std::make_shared<Grads>(state->arrays, std::move(values)));
        std::vector<Value> gradients;
        for (size_t i = 0; i < state->count; ++i) {
          gradients.push_back(state->lift->Structure(i, values));
        }
        return Tuple::Of(std::move(gradients));
      });
  return Tuple::Of({y, back});
}

// ---- jacobian and hessian ----

struct Jacobians {
  Value value;
  std::vector<Value> matrices;
};

absl::StatusOr<Jacobians> JacobiansOf(Evaluator& eval, const Arguments& arguments) {
  TraceSession session(eval);
  ArgumentLift lift(session, true);
  std::vector<Value> inside;
  for (size_t i = 1; i < arguments.size(); ++i) {
    FG_ASSIGN_OR_RETURN(Value lifted, lift.Add(arguments[i]));
    inside.push_back(std::move(lifted));
  }
  FG_ASSIGN_OR_RETURN(const Value y, session.Call(arguments[0], inside));
  if (!IsNumeric(y) && !IsNumericArray(y)) {
    return JuliaError("ArgumentError", absl::StrCat("jacobian expected a function which returns an "
                                                    "array, or a scalar, got ",
                                                    TypeOf(y)->ToString()));
  }
  FG_ASSIGN_OR_RETURN(const ir::Expr output, session.ops().Lift(y));
  ir::Builder& builder = session.builder();
  std::vector<ir::NodeId> nodes;
  for (size_t i = 0; i < inside.size(); ++i) {
    const ir::NodeId wrt = lift.Direct(i);
    if (wrt == ir::kNoNode || !IsFloat(output.dtype())) {
      nodes.push_back(ir::kNoNode);
      continue;
    }
    const int64_t rows = output.shape().num_elements();
    const int64_t columns = builder.shape(wrt).num_elements();
    FG_RETURN_IF_ERROR(eval.CheckElements(rows * columns));
    FG_ASSIGN_OR_RETURN(ir::NodeId matrix, autodiff::Jacobian(builder, output.id(), wrt));
    if (matrix == ir::kNoNode) {
      matrix = builder.Full(builder.dtype(wrt), Shape({rows, columns}), 0);
    }
    if (builder.shape(wrt).rank() == 0) matrix = builder.Reshape(matrix, Shape({rows}));
    nodes.push_back(matrix);
  }
  Jacobians result;
  Value value = y;
  if (session.outermost()) {
    FG_ASSIGN_OR_RETURN(value, Concretise(eval, y));
  }
  FG_ASSIGN_OR_RETURN(result.matrices, session.Finish(nodes, value, &result.value));
  return result;
}

absl::StatusOr<Value> JacobianOf(Evaluator& eval, const Arguments& arguments) {
  if (IsParams(arguments)) {
    return JuliaError("ArgumentError", "jacobian takes the arrays themselves, not params(...)");
  }
  FG_ASSIGN_OR_RETURN(Jacobians result, JacobiansOf(eval, arguments));
  return Tuple::Of(std::move(result.matrices));
}

absl::StatusOr<Value> WithJacobian(Evaluator& eval, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(Jacobians result, JacobiansOf(eval, arguments));
  return NamedTuple::Of({"val", "grad"}, {result.value, Tuple::Of(std::move(result.matrices))});
}

// The Hessian with respect to each argument, or its diagonal in the argument's shape.
absl::StatusOr<std::vector<Value>> HessiansOf(Evaluator& eval, const Arguments& arguments,
                                              bool diagonal) {
  TraceSession session(eval);
  ArgumentLift lift(session, true);
  std::vector<Value> inside;
  for (size_t i = 1; i < arguments.size(); ++i) {
    FG_ASSIGN_OR_RETURN(Value lifted, lift.Add(arguments[i]));
    inside.push_back(std::move(lifted));
  }
  FG_ASSIGN_OR_RETURN(const Value y, session.Call(arguments[0], inside));
  if (!IsNumeric(y)) {
    return JuliaError("ArgumentError", absl::StrCat("hessian needs a function that returns a "
                                                    "number, got ",
                                                    TypeOf(y)->ToString()));
  }
  FG_ASSIGN_OR_RETURN(const ir::Expr output, session.ops().Lift(y));
  ir::Builder& builder = session.builder();
  std::vector<ir::NodeId> nodes;
  for (size_t i = 0; i < inside.size(); ++i) {
    const ir::NodeId wrt = lift.Direct(i);
    if (wrt == ir::kNoNode) {
      return JuliaError("ArgumentError", "hessian takes numbers and arrays of numbers");
    }
    const Shape shape = builder.shape(wrt);
    const int64_t count = shape.num_elements();
    FG_RETURN_IF_ERROR(eval.CheckElements(count * count));
    ir::NodeId matrix = ir::kNoNode;
    if (IsFloat(output.dtype())) {
      FG_ASSIGN_OR_RETURN(matrix, autodiff::Hessian(builder, output.id(), wrt));
    }
    if (matrix == ir::kNoNode) {
      matrix = builder.Full(builder.dtype(wrt), Shape({count, count}), 0);
    }
    if (diagonal) {
      const ir::NodeId flat = builder.Reshape(matrix, Shape({count * count}));
      matrix = builder.Reshape(builder.Slice(flat, {{0}, {count}, {count + 1}}), shape);
    } else if (shape.rank() == 0) {
      matrix = builder.Reshape(matrix, Shape());
    }
    nodes.push_back(matrix);
  }
  Value ignored;
  return session.Finish(nodes, Value(), &ignored);
}

// pushforward(f, x...): the function of tangents ẋ... that gives the tangent of f(x...).
absl::StatusOr<Value> Pushforward(Evaluator&, const Arguments& arguments) {
  const std::vector<Value> given(arguments.positional.begin(), arguments.positional.end());
  const int count = static_cast<int>(given.size()) - 1;
  return MakeNative(
      "pushforward", count, count,
      [given](Evaluator& eval, absl::Span<const Value> tangents) -> absl::StatusOr<Value> {
        TraceSession session(eval);
        ArgumentLift lift(session, true);
        std::vector<Value> inside;
        std::vector<ir::NodeId> wrt, directions;
        ir::Builder& builder = session.builder();
        for (size_t i = 1; i < given.size(); ++i) {
          FG_ASSIGN_OR_RETURN(Value lifted, lift.Add(given[i]));
          inside.push_back(std::move(lifted));
          const ir::NodeId node = lift.Direct(i - 1);
          if (node == ir::kNoNode) {
            return JuliaError("ArgumentError", "pushforward takes numbers and arrays of numbers");
          }
          FG_ASSIGN_OR_RETURN(ir::Expr tangent, session.ops().Lift(tangents[i - 1]));
          tangent = ir::Cast(tangent, builder.dtype(node));
          if (tangent.shape() != builder.shape(node)) {
            return DimensionMismatch(absl::StrCat("the tangent has size ",
                                                  tangent.shape().ToString(), ", the argument ",
                                                  builder.shape(node).ToString()));
          }
          wrt.push_back(node);
          directions.push_back(tangent.id());
        }
        FG_ASSIGN_OR_RETURN(const Value y, session.Call(given[0], inside));
        if (!IsNumeric(y) && !IsNumericArray(y)) {
          return JuliaError("ArgumentError", "pushforward needs a function that returns numbers");
        }
        FG_ASSIGN_OR_RETURN(const ir::Expr output, session.ops().Lift(y));
        FG_ASSIGN_OR_RETURN(std::vector<ir::NodeId> nodes,
                            autodiff::Jvp(builder, {output.id()}, wrt, directions));
        if (nodes[0] == ir::kNoNode) nodes[0] = builder.Full(output.dtype(), output.shape(), 0);
        Value ignored;
        FG_ASSIGN_OR_RETURN(const std::vector<Value> values,
                            session.Finish(nodes, Value(), &ignored));
        return values[0];
      });
}

// ---- Parameters ----

absl::StatusOr<Value> MakeParams(Evaluator&, const Arguments& arguments) {
  auto params = std::make_shared<Params>();
  for (const Value& argument : arguments.positional) {
    FG_RETURN_IF_ERROR(CollectParameters(argument, params.get()));
  }
  return Value(std::move(params));
}

// ---- What has no gradient ----

absl::StatusOr<Value> Stop(Evaluator& eval, const Value& value) {
  if (!eval.ops().tracing()) return value;
  const bool leaf =
      value.is(Kind::kTraced) || (value.is(Kind::kArray) && IsFloat(value.As<Array>()->dtype()));
  if (leaf) {
    return eval.ops().Apply({value}, [](absl::Span<const ir::Expr> x) {
      return IsFloat(x[0].dtype()) ? ir::StopGradient(x[0]) : x[0];
    });
  }
  if (value.object() == nullptr || value.is(Kind::kFunction)) return value;
  std::vector<Child> children = value.object()->Children();
  if (children.empty()) return value;
  std::vector<Value> stopped;
  for (const Child& child : children) {
    FG_ASSIGN_OR_RETURN(Value part, Stop(eval, child.value));
    stopped.push_back(std::move(part));
  }
  return value.object()->WithChildren(std::move(stopped));
}

absl::StatusOr<Value> IgnoreDerivatives(Evaluator& eval, const Arguments& arguments) {
  if (!arguments[0].is(Kind::kFunction)) return Stop(eval, arguments[0]);
  FG_ASSIGN_OR_RETURN(const Value value, eval.Call(arguments[0], {}));
  return Stop(eval, value);
}

}  // namespace

std::vector<Builtin> GradientBuiltins() {
  Definitions rows("Zygote");
  rows.Add("gradient", 1, -1, GradientOf);
  rows.Add("withgradient", 1, -1, WithGradient);
  rows.Add("pullback", 1, -1, Pullback);
  rows.Add("jacobian", 2, -1, JacobianOf);
  rows.Add("withjacobian", 2, -1, WithJacobian);
  rows.Add("hessian", 2, 2,
           [](Evaluator& eval, const Arguments& arguments) -> absl::StatusOr<Value> {
             FG_ASSIGN_OR_RETURN(const std::vector<Value> all, HessiansOf(eval, arguments, false));
             return all[0];
           });
  rows.Alias("hessian_reverse");
  rows.Add("diaghessian", 2, -1,
           [](Evaluator& eval, const Arguments& arguments) -> absl::StatusOr<Value> {
             FG_ASSIGN_OR_RETURN(std::vector<Value> all, HessiansOf(eval, arguments, true));
             return Tuple::Of(std::move(all));
           });
  rows.Add("pushforward", 2, -1, Pushforward);
  Definitions inside("Zygote", /*exported=*/false);
  // The mode is chosen by the engine; what comes out is the same.
  inside.Add("forwarddiff", 2, 2,
             [](Evaluator& eval, const Arguments& x) { return Call1(eval, x[0], x[1]); },
             {"chunk_threshold"});
  // An array that may be written inside a gradient: any array made there may.
  inside.Add("Buffer", 1, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const Value similar, eval.Lookup("Base.similar"));
    return eval.CallWith(similar, x.positional, {});
  });
  inside.Add("bufferfrom", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const Value copy, eval.Lookup("Base.copy"));
    return eval.CallWith(copy, x.positional, {});
  });
  rows.Append(inside.Take());
  rows.Add("params", 0, -1, MakeParams);
  rows.Add("Params", 0, 1, MakeParams);
  rows.Add("ignore_derivatives", 1, 1, IgnoreDerivatives);
  rows.Alias("ignore");
  rows.Alias("dropgrad");
  rows.Add("checkpointed", 1, -1, [](Evaluator& eval, const Arguments& arguments) {
    return eval.Call(arguments[0], arguments.positional.subspan(1));
  });
  rows.Add("isderiving", 0, 0, [](Evaluator& eval, const Arguments&) -> absl::StatusOr<Value> {
    return Value::Bool(eval.ops().tracing());
  });
  rows.Add("within_gradient", 1, 1, [](Evaluator& eval, const Arguments&) -> absl::StatusOr<Value> {
    return Value::Bool(eval.ops().tracing());
  });
  return rows.Take();
}

}  // namespace fluxgate::lang
