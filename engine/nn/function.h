#ifndef FLUXGATE_ENGINE_NN_FUNCTION_H_
#define FLUXGATE_ENGINE_NN_FUNCTION_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/ir/expr.h"
#include "engine/nn/context.h"
#include "engine/value/value.h"

namespace fluxgate::nn {

struct Arguments {
  absl::Span<const Value> positional;
  absl::Span<const std::pair<std::string, Value>> keywords;

  size_t size() const { return positional.size(); }
  const Value& operator[](size_t i) const { return positional[i]; }
  // Null when it was not given.
  const Value* Keyword(absl::string_view name) const;
};

// A function that the language offers under a Julia name: an activation, a loss, an initialiser, a
// constructor of a layer or an optimiser. `max_arguments` -1: any number. CallFunction checks the
// count and the names of the keywords before `call` runs.
struct Function {
  absl::string_view name;     // "logitcrossentropy"
  absl::string_view package;  // where it lives: "Flux", "NNlib", "Optimisers", "Base"
  bool exported = false;      // visible without qualification after `using Flux`
  int min_arguments = 0;
  int max_arguments = -1;
  std::vector<absl::string_view> keywords;  // the one entry "..." allows any (Chain(a = layer))
  absl::StatusOr<Value> (*call)(Context& context, const Arguments& arguments) = nullptr;
  // An activation: on an array it broadcasts, so f(A) and f.(A) are the same.
  bool elementwise = false;
  // What an elementwise function computes, from its positional arguments (absent ones have their
  // defaults); null when it is more than a formula (rrelu draws). Layers and dot calls emit it
  // straight into their own graph.
  ir::Expr (*emit)(absl::Span<const ir::Expr> arguments) = nullptr;
  std::vector<absl::string_view> aliases = {};  // other names of the same object: sigmoid for σ
};

// A row as a value of the language: what a layer's activation field holds. A row whose package is
// "Base" (identity, tanh) stands for the language's own function of that name, so that layers know
// it; the language uses the same object.
class FunctionValue : public Object {
 public:
  using Keywords = std::vector<std::pair<std::string, Value>>;
  explicit FunctionValue(const Function& f, Keywords bound = {})
      : Object(Kind::kFunction), function(f), keywords(std::move(bound)) {}
  const Function& function;
  const Keywords keywords;  // given beforehand, as by kaiming_uniform(gain = 1)
};

// The one FunctionValue of a row, so that `===` holds: rows live as long as the program.
Value FunctionAsValue(const Function& function);
// The row behind a value, or null when it is another kind of callable.
const Function* FunctionOf(const Value& value);

// Calls a row with checked arguments: MethodError when their number or a keyword does not fit.
absl::StatusOr<Value> CallFunction(Context& context, const Function& function,
                                   const Arguments& arguments);
// The same with the keywords bound to the value, which those of the call override.
absl::StatusOr<Value> CallFunction(Context& context, const FunctionValue& value,
                                   const Arguments& arguments);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_FUNCTION_H_
