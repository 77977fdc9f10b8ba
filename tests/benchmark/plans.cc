// Microseconds to make a training step runnable: staged, differentiated and compiled for the first
// time (cold), again in the same session (cached), and what one gradient costs when it is repeated.
//
//   plans [ROUNDS]

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/backend/registry.h"
#include "engine/base/status_macros.h"
#include "engine/lang/interpreter.h"
#include "engine/runtime/host.h"
#include "tests/benchmark/rounds.h"
#include "tests/benchmark/step_models.h"

namespace fluxgate::benchmark {
namespace {

// A session's engine, without a server.
class Engine {
 public:
  static absl::StatusOr<std::unique_ptr<Engine>> Create() {
    FG_ASSIGN_OR_RETURN(std::shared_ptr<Backend> backend, GetBackend("cpu"));
    return std::unique_ptr<Engine>(new Engine(std::move(backend)));
  }
  absl::Status Run(const std::string& text) {
    return interpreter_.Evaluate("benchmark", text).status();
  }
  // Microseconds of one evaluation.
  absl::StatusOr<double> Time(const std::string& text) {
    absl::Status status;
    const double seconds = Seconds([&] { status = Run(text); });
    FG_RETURN_IF_ERROR(status);
    return seconds * 1e6;
  }

 private:
  explicit Engine(std::shared_ptr<Backend> backend)
      : host_({.backend = std::move(backend)}), interpreter_(host_) {}
  RuntimeHost host_;
  lang::Interpreter interpreter_;
};

// What defines model, loss, state and one batch under the names that kTrain uses.
std::string Definitions(const StepModel& model, const std::string& rule) {
  std::string text;
  for (size_t k = 0; k < model.layers.size(); ++k) {
    const StepModel::Layer& layer = model.layers[k];
    absl::StrAppend(&text, "W", k + 1, " = randn(Float32, ", layer.out, ", ", layer.in,
                    ") ./ 32; b", k + 1, " = zeros(Float32, ", layer.out, ");");
  }
  return absl::StrCat(text, "m = ", model.model, "; loss(m, x, y) = ", model.loss,
                      "; state = Flux.setup(", rule, ", m); x = randn(Float32, ", model.features,
                      ", ", model.batch, "); y = rand(Float32, ", model.targets, ", ", model.batch,
                      ");");
}
constexpr char kTrain[] = "Flux.train!(loss, m, [(x, y)], state);";

absl::Status Plans(int rounds) {
  const char* const models[][2] = {{"line", "sgd"},     {"mlp_tiny", "adam"}, {"digits", "adam"},
                                   {"mlp_b32", "adam"}, {"mlp", "adam"},      {"mlp_big", "adamw"},
                                   {"hessian", "adam"}};
  for (const auto& [name, optimiser] : models) {
    const absl::optional<StepModel> model = MakeStepModel(name);
    if (!model) return absl::NotFoundError(name);
    const std::string definitions = Definitions(*model, OptimiserText(name, optimiser));
    std::unique_ptr<Engine> engine;
    const absl::Status compared =
        Compare(absl::StrCat(name, " ", optimiser, ": train! of one step"), "us", rounds,
                {{"cold, the step included",
                  [&]() -> absl::StatusOr<double> {
                    FG_ASSIGN_OR_RETURN(engine, Engine::Create());
                    FG_RETURN_IF_ERROR(engine->Run(definitions));
                    return engine->Time(kTrain);
                  }},
                 {"cached, the step included", [&] { return engine->Time(kTrain); }}});
    FG_RETURN_IF_ERROR(compared);
  }
  return absl::OkStatus();
}

absl::Status Gradients(int rounds) {
  FG_ASSIGN_OR_RETURN(std::unique_ptr<Engine> engine, Engine::Create());
  FG_RETURN_IF_ERROR(engine->Run("f(x) = 3x^2 + 2x + 1; g(n) = for i in 1:n gradient(f, 2.0) end"));
  return Compare("gradient(f, 2.0), f(x) = 3x^2 + 2x + 1, in text", "us", rounds,
                 {{"typed anew each time", [&] { return engine->Time("gradient(f, 2.0)"); }},
                  {"inside a loop of 1000", [&]() -> absl::StatusOr<double> {
                     FG_ASSIGN_OR_RETURN(const double us, engine->Time("g(1000)"));
                     return us / 1000;
                   }}});
}

}  // namespace
}  // namespace fluxgate::benchmark

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
  absl::Status status = fluxgate::benchmark::Plans(rounds);
  if (status.ok()) status = fluxgate::benchmark::Gradients(rounds);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
