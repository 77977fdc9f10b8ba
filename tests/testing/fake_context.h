#ifndef FLUXGATE_TESTS_TESTING_FAKE_CONTEXT_H_
#define FLUXGATE_TESTS_TESTING_FAKE_CONTEXT_H_

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/nn/context.h"
#include "engine/nn/function.h"
#include "engine/value/trace.h"
#include "tests/testing/gradient_check.h"

namespace fluxgate::testing {

// A function of the test as a value that layers and losses can call.
class TestFunction : public Object {
 public:
  using Body = std::function<absl::StatusOr<Value>(nn::Context&, absl::Span<const Value>)>;
  explicit TestFunction(Body b) : Object(Kind::kFunction), body(std::move(b)) {}
  static Value Of(Body body) { return Value(std::make_shared<TestFunction>(std::move(body))); }
  const Body body;
};

// An nn::Context without a language: it computes with the reference interpreter, calls rows, layers
// and TestFunctions, and draws from one fixed key.
class FakeContext : public nn::Context {
 public:
  FakeContext() : ops_(evaluator_) {}

  Ops& ops() override { return ops_; }
  absl::StatusOr<Value> Call(const Value& f, absl::Span<const Value> arguments) override;
  // Rows that are elementwise, and TestFunctions element by element over one array.
  absl::StatusOr<Value> Broadcast(const Value& f, absl::Span<const Value> arguments) override;
  bool training() const override { return training_; }
  absl::StatusOr<Value> Random(DType dtype, Shape shape,
                               ir::RandomAttr::Distribution distribution) override;

  void set_training(bool training) { training_ = training; }

  // Calls a row of nn, optim or data by name.
  absl::StatusOr<Value> CallRow(absl::Span<const nn::Function> rows, absl::string_view name,
                                std::vector<Value> arguments,
                                std::vector<std::pair<std::string, Value>> keywords = {});
  // Makes a layer: its row's constructor.
  absl::StatusOr<Value> MakeLayer(absl::string_view name, std::vector<Value> arguments,
                                  std::vector<std::pair<std::string, Value>> keywords = {});

 private:
  class Evaluator : public NodeEvaluator {
   public:
    absl::StatusOr<Tensor> EvaluateNode(const ir::Node& node,
                                        absl::Span<const Tensor> operands) override;
  };
  Evaluator evaluator_;
  Ops ops_;
  bool training_ = false;
  int64_t draws_ = 0;
};

// Finite differences for a function of values, by its arguments and by every array of Float64 that
// it reads (a layer's parameters).
absl::Status CheckValueGradients(
    FakeContext& context, absl::Span<const Tensor> arguments,
    const std::function<absl::StatusOr<Value>(absl::Span<const Value>)>& f,
    const GradientCheckOptions& options = {});

// Arrays for tests: column-major elements under the dims.
Value Float32s(std::initializer_list<int64_t> dims, std::vector<float> elements);
Value Float64s(std::initializer_list<int64_t> dims, std::vector<double> elements);
Value Ints(std::initializer_list<int64_t> dims, std::vector<int64_t> elements);
// The elements of an array or number, as doubles.
std::vector<double> Elements(const Value& value);

}  // namespace fluxgate::testing

#endif  // FLUXGATE_TESTS_TESTING_FAKE_CONTEXT_H_
