#ifndef FLUXGATE_ENGINE_IR_SHAPE_INFERENCE_H_
#define FLUXGATE_ENGINE_IR_SHAPE_INFERENCE_H_

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/ir/graph.h"

namespace fluxgate::ir {

// The shape rule of every op. Errors are INVALID_ARGUMENT and begin with Julia's kind, such as
// "DimensionMismatch: ".

struct Type {
  DType dtype;
  Shape shape;
};

// The dtype that operands of promoted dtype `promoted` are cast to before the elementwise `op`;
// absent where Julia has no such method (`!` of a number, `&` of floats).
absl::optional<DType> OperandDType(OpKind op, DType promoted);
// The result's dtype for operands of that dtype.
DType ResultDType(OpKind op, DType operand);

absl::Status CheckReshape(const Shape& from, const Shape& to);
absl::Status CheckBroadcastTo(const Shape& from, const Shape& to);
absl::StatusOr<Shape> InferPermute(const Shape& x, absl::Span<const int> dims);
// The slice's shape is its counts.
absl::Status CheckSlice(const Shape& whole, const SliceAttr& slice);
// REQUIRES: shapes is not empty, all of one rank > dim.
absl::StatusOr<Shape> InferConcat(absl::Span<const Shape> shapes, int dim);
// `x` with dim `dim` replaced by `count`.
absl::StatusOr<Shape> WithDim(const Shape& x, int dim, int64_t count);
absl::StatusOr<Shape> InferReduce(const Shape& x, absl::Span<const int> dims);
absl::StatusOr<Shape> InferMatMul(const Shape& a, const Shape& b, MatMulAttr attr);

// What the node must be, given its operands; where the node itself says it (Input, Reshape, ...),
// after checking that it may.
absl::StatusOr<Type> InferNode(const Graph& graph, const Node& node);

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_SHAPE_INFERENCE_H_
