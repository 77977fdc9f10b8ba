// diff, rotl90, rotr90, rot180.
#include "engine/base/status_macros.h"
#include "engine/lang/builtins/arrays.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/operations/operators.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

// Each element minus the one before it, along one dim.
absl::StatusOr<Value> Differences(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, NumericOperand(eval, "diff", x[0]));
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  const int rank = ShapeOf(v).rank();
  if (rank == 0 || (rank > 1 && !dims)) return MethodError("diff", x.positional);
  const int dim = dims ? dims->at(0) : 0;
  if (dim >= rank) return ArgumentError("diff: dims lies outside of the array");
  const int64_t n = ShapeOf(v).dim(dim);
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    const int64_t count = n == 0 ? 0 : n - 1;
    return OperatorExpression(BinaryOp::kSub, SliceDim(e[0], dim, n - count, count),
                              SliceDim(e[0], dim, 0, count));
  });
}

absl::StatusOr<Value> Reversed(Evaluator& eval, const Value& v, int dim) {
  FG_ASSIGN_OR_RETURN(const Value reverse, eval.Lookup("Base.reverse"));
  return eval.CallWith(reverse, {v}, {{"dims", Value::Int(dim)}});
}

// A matrix turned left by `quarters` (0 to 3) right angles.
absl::StatusOr<Value> Turned(Evaluator& eval, Value m, int64_t quarters) {
  if (quarters == 2) {
    FG_ASSIGN_OR_RETURN(m, Reversed(eval, m, 1));
    return Reversed(eval, m, 2);
  }
  if (quarters % 2 == 1) {
    FG_ASSIGN_OR_RETURN(const Value swap, eval.Lookup("Base.permutedims"));
    FG_ASSIGN_OR_RETURN(m, eval.CallWith(swap, {m}, {}));
    return Reversed(eval, m, quarters == 1 ? 1 : 2);
  }
  return m;
}

Definitions::Call TurnBy(int64_t quarters, absl::string_view name) {
  return [quarters, name](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (ShapeOf(x[0]).rank() != 2) return MethodError(name, x.positional);
    int64_t times = 1;
    if (x.size() == 2) {
      FG_ASSIGN_OR_RETURN(times, ToInteger(eval, x[1], "the number of turns"));
    }
    return Turned(eval, x[0], ((times % 4 + 4) * quarters) % 4);
  };
}

}  // namespace

std::vector<Builtin> ArrayTurnBuiltins() {
  Definitions d;
  d.Add("diff", 1, 1, Differences, {"dims"});
  d.Add("rotl90", 1, 2, TurnBy(1, "rotl90"));
  d.Add("rotr90", 1, 2, TurnBy(3, "rotr90"));
  d.Add("rot180", 1, 2, TurnBy(2, "rot180"));
  return d.Take();
}

}  // namespace fluxgate::lang
