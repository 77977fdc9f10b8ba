#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_CONSTANTS_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_CONSTANTS_H_

#include <string>
#include <utility>
#include <vector>

#include "engine/lang/builtin.h"

namespace fluxgate::lang {

// λI of LinearAlgebra: the identity matrix of whatever size is needed, times a number.
class UniformScaling : public Object, public Showable {
 public:
  explicit UniformScaling(Value l) : Object(Kind::kOpaque), lambda(std::move(l)) {}
  std::string Show() const override;
  std::string TypeName() const override;
  std::string Display() const override;
  const Value lambda;
};
// a op b where one is a UniformScaling.
absl::StatusOr<Value> ScalingOperator(Evaluator& eval, absl::string_view op, const Value& a,
                                      const Value& b);

// undef: what Vector{T}(undef, n) is given.
Value UndefValue();
bool IsUndef(const Value& v);

// Names that stand for values of Base and the standard libraries: undef, I, ...
std::vector<std::pair<std::string, Value>> BaseConstants();

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_CONSTANTS_H_
