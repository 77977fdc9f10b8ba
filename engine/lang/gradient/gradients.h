#ifndef FLUXGATE_ENGINE_LANG_GRADIENT_GRADIENTS_H_
#define FLUXGATE_ENGINE_LANG_GRADIENT_GRADIENTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"
#include "engine/value/array.h"
#include "engine/value/flatten.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// An ordered set of arrays by identity: Flux.params(m...).
class Params : public Iterable {
 public:
  bool Add(const Value& array);  // False when it is there already, or is no array.
  bool Remove(const Value& array);
  bool Contains(const Value& array) const;
  const std::vector<Value>& arrays() const { return arrays_; }

  absl::StatusOr<std::unique_ptr<Iterator>> Begin(Evaluator& eval) const override;
  int64_t size() const override { return static_cast<int64_t>(arrays_.size()); }
  std::string Show() const override;
  std::string TypeName() const override;

 private:
  std::vector<Value> arrays_;
};

// Gradients of implicit parameters, by identity: what gradient(f, params) gives.
class Grads : public Iterable {
 public:
  Grads(std::vector<Value> parameters, std::vector<Value> gradients);
  // `nothing` for a parameter that the result does not depend on; KeyError for another array.
  absl::StatusOr<Value> Get(const Value& parameter) const;
  bool Has(const Value& parameter) const;
  const std::vector<Value>& parameters() const { return parameters_; }
  const std::vector<Value>& gradients() const { return gradients_; }

  absl::StatusOr<std::unique_ptr<Iterator>> Begin(Evaluator& eval) const override;
  int64_t size() const override { return static_cast<int64_t>(parameters_.size()); }
  std::string Show() const override { return "Grads(...)"; }
  std::string TypeName() const override { return "Zygote.Grads"; }

 private:
  std::vector<Value> parameters_, gradients_;
};

// Adds the trainable arrays of a value, as Flux.params does.
absl::Status CollectParameters(const Value& value, Params* params);

// push!, in, haskey, ... on parameters and their gradients, by identity; `found` is false for
// anything else.
absl::StatusOr<Value> CallOnParameters(absl::string_view name, absl::Span<const Value> arguments,
                                       bool* found);

struct GradientResult {
  Value value;                   // what f returned
  std::vector<Value> gradients;  // one per argument, or per parameter
};
// d f(arguments...) / d arguments: structural, as Zygote gives it. `allow_aux`: f may return a
// tuple whose first element is the loss.
absl::StatusOr<GradientResult> DifferentiateArguments(Evaluator& eval, const Value& f,
                                                      absl::Span<const Value> arguments,
                                                      bool allow_aux);
// d f() / d parameters, by identity.
absl::StatusOr<GradientResult> DifferentiateParameters(Evaluator& eval, const Value& f,
                                                       const std::vector<Value>& parameters,
                                                       bool allow_aux);
// f': the function x -> gradient(f, x)[1].
Value Derivative(const Value& f);
// The value with what is traced replaced by what it is now.
absl::StatusOr<Value> Concretise(Evaluator& eval, const Value& value);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_GRADIENT_GRADIENTS_H_
