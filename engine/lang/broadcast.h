#ifndef FLUXGATE_ENGINE_LANG_BROADCAST_H_
#define FLUXGATE_ENGINE_LANG_BROADCAST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"
#include "engine/lang/operators.h"

namespace fluxgate::lang {

// Broadcast of a binary operator, whatever the kinds of its operands.
absl::StatusOr<Value> BroadcastOperator(Evaluator& eval, BinaryOp op, const Value& a,
                                        const Value& b);

// Ref(x): one value that broadcasting and iteration do not look into; r[] reads and writes it.
class Reference : public Object, public Showable {
 public:
  explicit Reference(Value v) : Object(Kind::kOpaque), value(std::move(v)) {}
  std::string Show() const override;
  std::string TypeName() const override;
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  Value value;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BROADCAST_H_
