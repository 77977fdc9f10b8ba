#ifndef FLUXGATE_ENGINE_IR_OP_H_
#define FLUXGATE_ENGINE_IR_OP_H_

#include <cstdint>
#include <variant>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "engine/tensor/tensor.h"

namespace fluxgate::ir {

enum class OpKind : uint8_t {
#define UNARY(name, text, result, lo, hi, smooth) k##name,
#define BINARY(name, text, result, lo, hi, smooth) k##name,
#define SHAPED(name, text) k##name,
#include "engine/ir/op.def"
};

enum class ResultRule : uint8_t { kSame, kFloat, kBool };

// What a row of op.def says.
struct OpInfo {
  absl::string_view name;
  int arity = 0;             // -1: any number (Concat).
  bool elementwise = false;  // UNARY or BINARY row.
  ResultRule result = ResultRule::kSame;
  double domain_lo = 0, domain_hi = 0;
  bool smooth = false;
};
const OpInfo& GetOpInfo(OpKind op);

// ---- Attributes: what an op needs beside its operands and its result's dtype and shape
// -----------
struct InputAttr {
  int index = 0;  // Position in Graph::inputs.
  friend bool operator==(const InputAttr& a, const InputAttr& b) { return a.index == b.index; }
};
struct ConstantAttr {
  Tensor value;
};
struct IotaAttr {
  int dim = 0;
  friend bool operator==(const IotaAttr& a, const IotaAttr& b) { return a.dim == b.dim; }
};
// Element i of draw `draw` under the key is Philox4x32-10(key, counter = (draw, i)).
struct RandomAttr {
  enum class Distribution : uint8_t { kUniform, kNormal };  // [0, 1), mean 0 and deviation 1
  Distribution distribution = Distribution::kUniform;
  int64_t draw = 0;
  friend bool operator==(const RandomAttr& a, const RandomAttr& b) {
    return a.distribution == b.distribution && a.draw == b.draw;
  }
};
struct DimAttr {
  int dim = 0;
  friend bool operator==(const DimAttr& a, const DimAttr& b) { return a.dim == b.dim; }
};
struct DimsAttr {
  absl::InlinedVector<int, 4> dims;
  friend bool operator==(const DimsAttr& a, const DimsAttr& b) { return a.dims == b.dims; }
};
// Element k of dim d of the slice is element start[d] + k * step[d] of the whole.
struct SliceAttr {
  Dims start, count, step;
  friend bool operator==(const SliceAttr& a, const SliceAttr& b) {
    return a.start == b.start && a.count == b.count && a.step == b.step;
  }
};
struct MatMulAttr {
  bool transpose_a = false, transpose_b = false;
  friend bool operator==(const MatMulAttr& a, const MatMulAttr& b) {
    return a.transpose_a == b.transpose_a && a.transpose_b == b.transpose_b;
  }
};
using Attr = std::variant<std::monostate, InputAttr, ConstantAttr, IotaAttr, RandomAttr, DimAttr,
                          DimsAttr, SliceAttr, MatMulAttr>;

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_OP_H_
