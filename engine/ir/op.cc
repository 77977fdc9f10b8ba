#include "engine/ir/op.h"

namespace fluxgate::ir {
namespace {

constexpr int ShapedArity(OpKind op) {
  switch (op) {
#define UNARY(name, text, result, lo, hi, smooth) \
  case OpKind::k##name:                           \
    return 1;
#define BINARY(name, text, result, lo, hi, smooth) \
  case OpKind::k##name:                            \
    return 2;
#include "engine/ir/op.def"
    case OpKind::kInput:
    case OpKind::kConstant:
    case OpKind::kIota:
      return 0;
    case OpKind::kRandom:
    case OpKind::kCast:
    case OpKind::kReshape:
    case OpKind::kBroadcast:
    case OpKind::kPermute:
    case OpKind::kSlice:
    case OpKind::kPadSlice:
    case OpKind::kSum:
    case OpKind::kProd:
    case OpKind::kReduceMax:
    case OpKind::kReduceMin:
    case OpKind::kArgMax:
    case OpKind::kArgMin:
    case OpKind::kCumSum:
      return 1;
    case OpKind::kUpdateSlice:
    case OpKind::kGather:
    case OpKind::kScatterAdd:
    case OpKind::kMatMul:
      return 2;
    case OpKind::kSelect:
      return 3;
    case OpKind::kConcat:
      return -1;
  }
  return 0;
}

constexpr ResultRule kSame = ResultRule::kSame;
constexpr ResultRule kFloat = ResultRule::kFloat;
constexpr ResultRule kBool = ResultRule::kBool;

constexpr OpInfo kOps[] = {
#define UNARY(name, text, result, lo, hi, smooth) {text, 1, true, result, lo, hi, smooth},
#define BINARY(name, text, result, lo, hi, smooth) {text, 2, true, result, lo, hi, smooth},
#define SHAPED(name, text) {text, ShapedArity(OpKind::k##name), false, kSame, -3, 3, false},
#include "engine/ir/op.def"
};

}  // namespace

const OpInfo& GetOpInfo(OpKind op) { return kOps[static_cast<size_t>(op)]; }

}  // namespace fluxgate::ir
