#ifndef FLUXGATE_ENGINE_IR_ELEMENTWISE_H_
#define FLUXGATE_ENGINE_IR_ELEMENTWISE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "engine/ir/op.h"

namespace fluxgate::ir {

// Applies a UNARY or BINARY row of op.def to `count` elements of `dtype`, one after the other.
// INVALID_ARGUMENT when the row has no meaning for that dtype.
absl::Status ApplyElementwise(OpKind op, DType dtype, int64_t count, const void* a, const void* b,
                              void* result);
void ApplyCast(DType from, DType to, int64_t count, const void* operand, void* result);
void ApplySelect(int64_t element_size, int64_t count, const void* condition, const void* a,
                 const void* b, void* result);

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_ELEMENTWISE_H_
