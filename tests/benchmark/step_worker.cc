// Training steps for a side-by-side comparison of engines:
//
//   step_worker MODEL OPTIMISER
//
// prints the losses that steps 1 and 20 return, as one line of JSON; then, for each line N on
// standard input, goes back to the initial weights, trains N steps (whole epochs, scaled) and
// prints wall and processor time in nanoseconds. It runs what the Train RPC runs, the loader
// included, on as many threads as OMP_NUM_THREADS says (1).

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/backend/registry.h"
#include "engine/base/status_macros.h"
#include "engine/lang/interpreter.h"
#include "engine/lang/training/train.h"
#include "engine/runtime/host.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "tests/benchmark/step_models.h"
#include "tests/testing/thread_crew.h"

namespace fluxgate::benchmark {
namespace {

int64_t Nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

absl::StatusOr<Value> Matrix(int64_t rows, int64_t columns, absl::Span<const float> values) {
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::FromVector<float>(Shape({rows, columns}), values));
  return Array::Of(std::move(tensor));
}

class Worker {
 public:
  static absl::StatusOr<std::unique_ptr<Worker>> Create(StepModel model, std::string optimiser) {
    FG_ASSIGN_OR_RETURN(std::shared_ptr<Backend> backend, GetBackend("cpu"));
    std::unique_ptr<Worker> worker(
        new Worker(std::move(backend), std::move(model), std::move(optimiser)));
    FG_RETURN_IF_ERROR(worker->Define());
    return worker;
  }

  // Back to the initial weights, with a fresh optimiser.
  absl::Status Reset() {
    for (size_t k = 0; k < model_.layers.size(); ++k) {
      const StepModel::Layer& layer = model_.layers[k];
      FG_ASSIGN_OR_RETURN(Value weight, Matrix(layer.out, layer.in, layer.weight));
      FG_RETURN_IF_ERROR(interpreter_.Assign(absl::StrCat("W", k + 1), std::move(weight)));
      FG_ASSIGN_OR_RETURN(Tensor bias, Tensor::Zeros(DType::kFloat32, Shape({layer.out})));
      FG_RETURN_IF_ERROR(interpreter_.Assign(absl::StrCat("b", k + 1), Array::Of(std::move(bias))));
    }
    return Run(absl::StrCat("m = ", model_.model, "; state = Flux.setup(", optimiser_, ", m);"));
  }

  // The loss that step `step` (from 1) returns: of its batch, before its update.
  absl::StatusOr<double> LossOfStep(int64_t step) {
    FG_RETURN_IF_ERROR(Reset());
    FG_RETURN_IF_ERROR(Train(step - 1).status());
    FG_ASSIGN_OR_RETURN(Value batch, Batch((step - 1) % model_.batches));
    FG_ASSIGN_OR_RETURN(Value loss, lang::EvaluateLoss(interpreter_, *interpreter_.Find("loss"),
                                                       lang::LossForm::kModelAndData,
                                                       *interpreter_.Find("m"), batch));
    FG_ASSIGN_OR_RETURN(Tensor value, interpreter_.context().ops().Read(loss));
    return value.ElementAsDouble(0);
  }

  // Trains at least `steps` steps, in whole epochs and then batch by batch; returns how many.
  absl::StatusOr<int64_t> Train(int64_t steps) {
    const int64_t epochs = steps / model_.batches;
    if (epochs > 0) FG_RETURN_IF_ERROR(TrainOn(whole_, epochs, model_.batch));
    for (int64_t i = 0; i < steps % model_.batches; ++i) {
      FG_ASSIGN_OR_RETURN(Value batch, Batch(i));
      FG_RETURN_IF_ERROR(TrainOn(batch, 1, model_.batch));
    }
    return steps;
  }
  int64_t batches() const { return model_.batches; }

 private:
  Worker(std::shared_ptr<Backend> backend, StepModel model, std::string optimiser)
      : model_(std::move(model)),
        optimiser_(std::move(optimiser)),
        crew_(ThreadsFromEnvironment() - 1),
        host_({.backend = std::move(backend), .crew = &*crew_}),
        interpreter_(host_) {}

  absl::Status Run(const std::string& text) {
    return interpreter_.Evaluate("benchmark", text).status();
  }

  absl::Status Define() {
    const int64_t examples = model_.batch * model_.batches;
    FG_ASSIGN_OR_RETURN(Value x, Matrix(model_.features, examples, model_.x));
    FG_ASSIGN_OR_RETURN(Value y, Matrix(model_.targets, examples, model_.y));
    whole_ = Tuple::Of({std::move(x), std::move(y)});
    FG_RETURN_IF_ERROR(Run(absl::StrCat("loss(m, x, y) = ", model_.loss, ";")));
    return Reset();
  }

  absl::StatusOr<Value> Batch(int64_t index) {
    const absl::Span<const float> x(model_.x), y(model_.y);
    FG_ASSIGN_OR_RETURN(Value bx, Matrix(model_.features, model_.batch,
                                         x.subspan(index * model_.batch * model_.features,
                                                   model_.batch * model_.features)));
    FG_ASSIGN_OR_RETURN(Value by, Matrix(model_.targets, model_.batch,
                                         y.subspan(index * model_.batch * model_.targets,
                                                   model_.batch * model_.targets)));
    return Tuple::Of({std::move(bx), std::move(by)});
  }

  absl::Status TrainOn(const Value& data, int64_t epochs, int64_t batch) {
    lang::TrainArguments arguments;
    arguments.loss = *interpreter_.Find("loss");
    arguments.model = *interpreter_.Find("m");
    arguments.optimiser_state = *interpreter_.Find("state");
    arguments.data = data;
    arguments.batches = data::LoaderOptions{.batch_size = batch};
    arguments.epochs = epochs;
    return lang::Train(interpreter_, arguments).status();
  }

  static int ThreadsFromEnvironment() {
    const char* text = std::getenv("OMP_NUM_THREADS");
    int threads = 1;
    return text != nullptr && absl::SimpleAtoi(text, &threads) ? std::max(threads, 1) : 1;
  }

  const StepModel model_;
  const std::string optimiser_;
  testing::ThreadCrew crew_;
  RuntimeHost host_;
  lang::Interpreter interpreter_;
  Value whole_;
};

absl::Status Serve(const std::string& name, const std::string& optimiser) {
  absl::optional<StepModel> model = MakeStepModel(name);
  const std::string rule = OptimiserText(name, optimiser);
  if (!model || rule.empty()) {
    return absl::NotFoundError(absl::StrCat("no model ", name, " or optimiser ", optimiser));
  }
  FG_ASSIGN_OR_RETURN(std::unique_ptr<Worker> worker, Worker::Create(*std::move(model), rule));
  FG_ASSIGN_OR_RETURN(const double loss1, worker->LossOfStep(1));
  FG_ASSIGN_OR_RETURN(const double loss20, worker->LossOfStep(20));
  std::printf("{\"loss1\": %.9g, \"loss20\": %.9g, \"grain\": %lld}\n", loss1, loss20,
              static_cast<long long>(worker->batches()));
  std::fflush(stdout);
  for (int64_t steps = 0; std::cin >> steps;) {
    FG_RETURN_IF_ERROR(worker->Reset());
    FG_RETURN_IF_ERROR(worker->Train(worker->batches()).status());
    // Whole epochs, so that what is timed is the loop and not its edges.
    const int64_t whole = (steps + worker->batches() - 1) / worker->batches() * worker->batches();
    const int64_t wall = Nanoseconds(CLOCK_MONOTONIC), cpu = Nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    FG_RETURN_IF_ERROR(worker->Train(whole).status());
    const double share = static_cast<double>(steps) / static_cast<double>(whole);
    std::printf("%.0f %.0f\n", share * static_cast<double>(Nanoseconds(CLOCK_MONOTONIC) - wall),
                share * static_cast<double>(Nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu));
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace fluxgate::benchmark

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: step_worker MODEL OPTIMISER\n");
    return 2;
  }
  const absl::Status status = fluxgate::benchmark::Serve(argv[1], argv[2]);
  if (status.ok()) return 0;
  std::printf("# failed: %s\n", std::string(status.message()).c_str());
  return 1;
}
