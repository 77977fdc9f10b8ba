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
// constructor of a layer or an optimiser. `max_arguments` -1: any number. The caller has checked
// the count, and that every keyword given is among `keywords`.
struct Function {
  absl::string_view name;     // "logitcrossentropy"
  absl::string_view package;  // where it lives: "Flux", "NNlib", "Optimisers"
  bool exported = false;      // visible without qualification after `using Flux`
  int min_arguments = 0;
  int max_arguments = -1;
  std::vector<absl::string_view> keywords;
  absl::StatusOr<Value> (*call)(Context& context, const Arguments& arguments) = nullptr;
  // An activation: on an array it broadcasts, so f(A) and f.(A) are the same.
  bool elementwise = false;
  // What an elementwise function computes, from its positional arguments (absent ones have their
  // defaults); null when it is more than a formula (rrelu draws). Layers and dot calls emit it
  // straight into their own graph.
  ir::Expr (*emit)(absl::Span<const ir::Expr> arguments) = nullptr;
};

// A row as a value of the language: what a layer's activation field holds. A row whose package is
// "Base" (identity, tanh) stands for the language's own function of that name, so that layers know
// it; the language uses the same object.
class FunctionValue : public Object {
 public:
  explicit FunctionValue(const Function& f) : Object(kKind), function(f) {}
  const Function& function;
};

// The one FunctionValue of a row, so that `===` holds: rows live as long as the program.
Value FunctionAsValue(const Function& function);
// The row behind a value, or null when it is another kind of callable.
const Function* FunctionOf(const Value& value);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_FUNCTION_H_
