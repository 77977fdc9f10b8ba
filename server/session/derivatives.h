#ifndef FLUXGATE_SERVER_SESSION_DERIVATIVES_H_
#define FLUXGATE_SERVER_SESSION_DERIVATIVES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/lang/gradient/derivative_text.h"
#include "engine/tensor/tensor.h"
#include "engine/value/value.h"
#include "server/session/session.h"
#include "server/session/workspace.h"

namespace fluxgate::session {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

struct Derivatives {
  Value value;                   // of the function
  std::vector<Value> arguments;  // one for each; nothing where it does not matter
  NamedTensors parameters;       // by path, the model's name first
};

// Order 1: the gradient. Order 2: a second derivative, or the Hessian of a function of one array.
// Above: of a function of one number. INVALID_ARGUMENT for arguments that an order cannot have.
absl::Status CheckOrder(Visit& visit, absl::Span<const Value> arguments, int order);
// REQUIRES: CheckOrder is content.
absl::StatusOr<Derivatives> DerivativesAt(Visit& visit, const Value& f,
                                          absl::Span<const Value> arguments, int order);

// The derivatives by each argument as text; without arguments, those of a function of numbers.
// REQUIRES: CheckOrder is content, unless there are no arguments.
absl::StatusOr<std::vector<lang::DerivativeText>> DerivativeTexts(Visit& visit, const Value& f,
                                                                  absl::Span<const Value> arguments,
                                                                  int order);

// By the parameters of models that the function reaches, whatever its arguments.
absl::StatusOr<Derivatives> ParameterDerivatives(Visit& visit, const Value& f,
                                                 absl::Span<const Value> arguments,
                                                 absl::Span<const NamedValue> models);

// The arrays inside a gradient's tree, in the order of the model's parameters; a parameter that the
// loss does not use is left out.
absl::StatusOr<NamedTensors> GradientTensors(const Value& model, const Value& gradient);

// ---- What the server asks the language for, said in the language ----
// The name of texts of ours.
inline constexpr char kOwnText[] = "Fluxgate";
// The value of such a text: "f -> x -> f(x)".
absl::StatusOr<Value> Helper(Visit& visit, absl::string_view text);
// The same error without its place, when that is in such a text and tells the caller nothing.
absl::Status WithoutOwnText(const absl::Status& status);
// The elements of a number or an array.
absl::StatusOr<Tensor> TensorOf(const Value& value);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_DERIVATIVES_H_
