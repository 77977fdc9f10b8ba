#include "tests/testing/fake_context.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/ir/interpreter.h"
#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::testing {
namespace {

// The key that every draw of these tests comes from.
Tensor Key() { return *Tensor::FromVector<int64_t>(Shape({2}), {42, 7}); }

template <typename T>
Value MakeArray(std::initializer_list<int64_t> dims, const std::vector<T>& elements) {
  return Array::Of(*Tensor::FromVector<T>(Shape(dims), absl::MakeConstSpan(elements)));
}

}  // namespace

absl::StatusOr<Tensor> FakeContext::Evaluator::EvaluateNode(const ir::Node& node,
                                                            absl::Span<const Tensor> operands) {
  return ir::EvaluateNode(node, operands);
}

absl::StatusOr<Value> FakeContext::Call(const Value& f, absl::Span<const Value> arguments) {
  if (const auto* function = f.AsClass<TestFunction>()) return function->body(*this, arguments);
  if (const auto* function = f.AsClass<nn::FunctionValue>()) {
    return nn::CallFunction(*this, *function, {arguments, {}});
  }
  if (const auto* s = f.As<Struct>()) {
    if (const nn::Layer* layer = nn::FindLayer(*s->type))
      return layer->forward(*this, *s, arguments);
  }
  return absl::InvalidArgumentError("MethodError: objects of this type are not callable");
}

absl::StatusOr<Value> FakeContext::Broadcast(const Value& f, absl::Span<const Value> arguments) {
  const nn::Function* row = nn::FunctionOf(f);
  if (row != nullptr && row->elementwise) return Call(f, arguments);
  if (arguments.size() != 1 || arguments[0].As<Array>() == nullptr) {
    return absl::UnimplementedError("the fake broadcasts over one array");
  }
  FG_ASSIGN_OR_RETURN(Tensor tensor, ops_.Read(arguments[0]));
  std::vector<Value> results;
  for (int64_t i = 0; i < tensor.num_elements(); ++i) {
    FG_ASSIGN_OR_RETURN(Value result, Call(f, {Value(Scalar::FromTensor(tensor, i))}));
    results.push_back(std::move(result));
  }
  return ops_.Apply(results, [&](absl::Span<const ir::Expr> xs) {
    std::vector<ir::NodeId> parts;
    for (const ir::Expr& x : xs) parts.push_back(Reshape(x, Shape({1})).id());
    ir::Builder& builder = xs[0].builder();
    return Reshape(ir::Expr(builder, builder.Concat(parts, 0)), tensor.shape());
  });
}

absl::StatusOr<Value> FakeContext::Random(DType dtype, Shape shape,
                                          ir::RandomAttr::Distribution distribution) {
  if (ops_.tracing()) {
    Trace& trace = *ops_.trace();
    const ir::NodeId key = trace.KeyInput(Key());
    return ops_.Wrap(
        trace.builder().Random(dtype, std::move(shape), key, {distribution, trace.NextDraw()}));
  }
  return ops_.Apply({Array::Of(Key())}, [&](absl::Span<const ir::Expr> key) {
    ir::Builder& builder = key[0].builder();
    return ir::Expr(builder, builder.Random(dtype, shape, key[0].id(), {distribution, draws_++}));
  });
}

absl::StatusOr<Value> FakeContext::CallRow(absl::Span<const nn::Function> rows,
                                           absl::string_view name, std::vector<Value> arguments,
                                           std::vector<std::pair<std::string, Value>> keywords) {
  for (const nn::Function& row : rows) {
    if (row.name == name) return nn::CallFunction(*this, row, {arguments, keywords});
  }
  return absl::NotFoundError(absl::StrCat("no row named ", name));
}

absl::StatusOr<Value> FakeContext::MakeLayer(absl::string_view name, std::vector<Value> arguments,
                                             std::vector<std::pair<std::string, Value>> keywords) {
  const nn::Layer* layer = nn::FindLayer(name);
  if (layer == nullptr) return absl::NotFoundError(absl::StrCat("no layer named ", name));
  return nn::CallFunction(*this, layer->constructor, {arguments, keywords});
}

absl::Status CheckValueGradients(
    FakeContext& context, absl::Span<const Tensor> arguments,
    const std::function<absl::StatusOr<Value>(absl::Span<const Value>)>& f,
    const GradientCheckOptions& options) {
  auto trace = std::make_shared<Trace>(context.ops().evaluator());
  const ScopedTrace scope(context.ops(), trace);
  std::vector<Value> values;
  for (const Tensor& argument : arguments) {
    values.push_back(context.ops().Wrap(trace->Placeholder(argument)));
  }
  FG_ASSIGN_OR_RETURN(Value result, f(values));
  FG_ASSIGN_OR_RETURN(ir::Expr expr, context.ops().Lift(result));
  FG_ASSIGN_OR_RETURN(std::vector<Tensor> points, trace->InputValues());
  return CheckGradientsOf(trace->builder(), expr, std::move(points), options);
}

Value Float32s(std::initializer_list<int64_t> dims, std::vector<float> elements) {
  return MakeArray(dims, elements);
}
Value Float64s(std::initializer_list<int64_t> dims, std::vector<double> elements) {
  return MakeArray(dims, elements);
}
Value Ints(std::initializer_list<int64_t> dims, std::vector<int64_t> elements) {
  return MakeArray(dims, elements);
}

std::vector<double> Elements(const Value& value) {
  if (value.is_number()) return {value.scalar().AsDouble()};
  const auto* array = value.As<Array>();
  if (array == nullptr) return {};
  const absl::StatusOr<Tensor> tensor = array->Read();
  if (!tensor.ok()) return {};
  std::vector<double> elements;
  for (int64_t i = 0; i < tensor->num_elements(); ++i) {
    elements.push_back(tensor->ElementAsDouble(i));
  }
  return elements;
}

}  // namespace fluxgate::testing
