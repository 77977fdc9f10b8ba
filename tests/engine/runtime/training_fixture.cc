#include "tests/engine/runtime/training_fixture.h"

#include <cstring>
#include <utility>

#include "engine/backend/registry.h"
#include "engine/base/status_macros.h"
#include "engine/ir/expr.h"
#include "engine/optim/update.h"
#include "engine/value/containers.h"

namespace fluxgate {
namespace {

using ir::Expr;

// Constructors of rules need no services.
class NoContext : public nn::Context {
 public:
  explicit NoContext(NodeEvaluator& evaluator) : ops_(evaluator) {}
  Ops& ops() override { return ops_; }
  absl::StatusOr<Value> Call(const Value& f, absl::Span<const Value> arguments) override {
    return absl::UnimplementedError("no calls here");
  }
  absl::StatusOr<Value> Broadcast(const Value& f, absl::Span<const Value> arguments) override {
    return absl::UnimplementedError("no calls here");
  }
  bool training() const override { return true; }
  absl::StatusOr<Value> Random(DType dtype, Shape shape,
                               ir::RandomAttr::Distribution distribution) override {
    return absl::UnimplementedError("no random numbers here");
  }

 private:
  Ops ops_;
};

absl::StatusOr<Value> MakeRule(NodeEvaluator& evaluator, const std::string& name, float eta) {
  NoContext context(evaluator);
  const std::vector<Value> arguments = {Value::Float32(eta)};
  for (const nn::Function& function : optim::Functions()) {
    if (function.name == name) return function.call(context, {arguments, {}});
  }
  return absl::NotFoundError(name);
}

template <typename T>
Value MakeBatch(const std::vector<T>& x) {
  const Shape shape({1, static_cast<int64_t>(x.size())});
  std::vector<T> y;
  for (T value : x) y.push_back(4 * value + 2);
  return Tuple::Of(
      {Array::Of(*Tensor::FromVector<T>(shape, x)), Array::Of(*Tensor::FromVector<T>(shape, y))});
}

// One pass over batches in memory, by Next alone or by the fast path.
class ListEpoch : public TrainRequest::Epoch {
 public:
  ListEpoch(std::vector<Value> batches, bool fast) : batches_(std::move(batches)), fast_(fast) {}
  int64_t size() const override { return static_cast<int64_t>(batches_.size()); }
  absl::StatusOr<bool> Next(Value* batch) override {
    if (next_ == batches_.size()) return false;
    *batch = batches_[next_++];
    return true;
  }
  int64_t PeekSignature() override {
    if (!fast_) return kUnknown;
    return next_ == batches_.size() ? kEnd : Part(0).num_elements();
  }
  absl::Status NextInto(absl::Span<std::byte* const> buffers,
                        absl::Span<const std::byte*> data) override {
    held_ = {Part(0), Part(1)};
    std::memcpy(buffers[0], held_[0].raw(), held_[0].bytes());
    data[1] = held_[1].raw();
    ++next_;
    return absl::OkStatus();
  }
  bool Restart() override {
    next_ = 0;
    return fast_;
  }

 private:
  Tensor Part(int k) const { return *batches_[next_].As<Tuple>()->elements[k].As<Array>()->Read(); }
  const std::vector<Value> batches_;
  const bool fast_;
  size_t next_ = 0;
  std::vector<Tensor> held_;
};

void ServeList(TrainRequest& request, std::vector<Value> batches, bool fast) {
  request.start_epoch = [batches = std::move(batches),
                         fast]() -> absl::StatusOr<std::unique_ptr<TrainRequest::Epoch>> {
    return std::make_unique<ListEpoch>(batches, fast);
  };
}

}  // namespace

TrainingFixture::TrainingFixture()
    : cache_(std::make_shared<compile::PlanCache>(int64_t{16} << 20)) {
  RuntimeHost::Options options;
  options.backend = *GetBackend("cpu");
  options.plan_cache = cache_;
  options.seed = 1;
  host_ = std::make_unique<RuntimeHost>(std::move(options));
}

absl::StatusOr<TrainRequest> TrainingFixture::StraightLine(const std::string& rule, float eta) {
  staged_ = 0;
  weight_ = std::make_shared<Array>(*Tensor::FromVector<float>(Shape({1, 1}), {0.9066542f}));
  bias_ = std::make_shared<Array>(*Tensor::FromVector<float>(Shape({1}), {0.0f}));
  FG_ASSIGN_OR_RETURN(rule_, MakeRule(*host_, rule, eta));
  TrainRequest request;
  for (const auto& array : {weight_, bias_}) {
    request.parameters.emplace_back(array);
    FG_ASSIGN_OR_RETURN(Value leaf, optim::MakeLeaf(rule_, Value(array)));
    request.leaves.push_back(std::move(leaf));
  }
  request.stage = [this](const Value& batch) { return Stage(batch); };
  Serve(request, {Batch({0, 1, 2, 3, 4, 5})});
  return request;
}

Value TrainingFixture::Batch(const std::vector<int64_t>& x) { return MakeBatch(x); }
Value TrainingFixture::FloatBatch(const std::vector<float>& x) { return MakeBatch(x); }
void TrainingFixture::Serve(TrainRequest& request, std::vector<Value> batches) {
  ServeList(request, std::move(batches), false);
}
void TrainingFixture::ServeFast(TrainRequest& request, std::vector<Value> batches) {
  ServeList(request, std::move(batches), true);
}

absl::StatusOr<StagedLoss> TrainingFixture::Stage(const Value& batch) {
  ++staged_;
  StagedLoss staged;
  staged.trace = std::make_shared<Trace>(*host_);
  Trace& trace = *staged.trace;
  ir::Builder& b = trace.builder();
  for (const Value& element : batch.As<Tuple>()->elements) {
    FG_ASSIGN_OR_RETURN(Tensor value, element.As<Array>()->Read());
    staged.batch_inputs.push_back(trace.Placeholder(std::move(value)));
  }
  const Expr x = ir::Cast({b, staged.batch_inputs[0]}, DType::kFloat32);
  const Expr y(b, staged.batch_inputs[1]);
  const Expr w(b, trace.Lift(weight_->storage())), bias(b, trace.Lift(bias_->storage()));
  const Expr difference = ir::MatMul(w, x) + bias - y;
  Expr loss = ir::Mean(difference * difference);
  if (noise_) {
    const Expr noise(b, b.Random(DType::kFloat32, Shape({}), trace.KeyInput(host_->NextKey()),
                                 {ir::RandomAttr::Distribution::kUniform, trace.NextDraw()}));
    loss = loss * noise;
  }
  if (branch_) {
    const Expr negative = ir::Sum(x) < 0.0;
    FG_RETURN_IF_ERROR(trace.Guard(negative.id()));
    FG_ASSIGN_OR_RETURN(const Tensor now, trace.Concrete(negative.id()));
    if (now.data<bool>()[0]) loss = -loss;
  }
  if (effects_) trace.MarkEffect();
  FG_RETURN_IF_ERROR(b.status());
  staged.loss = loss.id();
  return staged;
}

}  // namespace fluxgate
