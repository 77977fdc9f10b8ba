#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_BROADCAST_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_BROADCAST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"
#include "engine/lang/operations/operators.h"
#include "engine/value/array.h"
#include "engine/value/heap.h"

namespace fluxgate::lang {

// Broadcast of a binary operator, whatever the kinds of its operands.
absl::StatusOr<Value> BroadcastOperator(Evaluator& eval, BinaryOp op, const Value& a,
                                        const Value& b);

// Writes all elements of `target` in place, `value` converted and broadcast to its shape.
absl::Status Overwrite(Evaluator& eval, Array& target, const Value& value);
// The elements of `value` as `dtype`: InexactError for a float that is no integer.
absl::Status CheckConvertible(Evaluator& eval, const Value& value, DType dtype);

// Ref(x): one value that broadcasting and iteration do not look into; r[] reads and writes it.
class Reference : public HeapObject, public Showable {
 public:
  explicit Reference(Value v) : HeapObject(Kind::kOpaque), value(std::move(v)) {}
  std::string Show() const override;
  std::string TypeName() const override;
  std::vector<Child> Children() const override;
  Value WithChildren(std::vector<Value> children) const override;
  Value value;

 private:
  void Surrender(std::vector<Value>& to) override { to.push_back(std::move(value)); }
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_BROADCAST_H_
