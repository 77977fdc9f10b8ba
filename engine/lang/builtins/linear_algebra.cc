// LinearAlgebra: dot, norm, tr, det, inv, transpose, diag, kron, ...
#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/constants.h"
#include "engine/lang/operations/elementwise.h"
#include "engine/lang/operations/matrix_products.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

absl::StatusOr<Value> MatrixOperand(Evaluator& eval, absl::string_view name, const Value& v) {
  FG_ASSIGN_OR_RETURN(Value m, NumericOperand(eval, name, v));
  if (ShapeOf(m).rank() == 2) return m;
  return MethodError(name, {v});
}

absl::StatusOr<Value> TraceOf(Evaluator& eval, const Arguments& x) {
  if (IsNumeric(x[0])) return x[0];
  FG_ASSIGN_OR_RETURN(const Value m, MatrixOperand(eval, "tr", x[0]));
  const int64_t n = ShapeOf(m).dim(0);
  if (n != ShapeOf(m).dim(1)) {
    return DimensionMismatch(
        absl::StrCat("matrix is not square: dimensions are (", n, ", ", ShapeOf(m).dim(1), ")"));
  }
  return eval.ops().Apply({m}, [&](absl::Span<const ir::Expr> e) {
    return ir::Sum(SliceDim(Flatten(e[0]), 0, 0, n, n + 1));
  });
}

absl::StatusOr<Value> NormOf(Evaluator& eval, const Arguments& x) {
  double p = 2;
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(p, ToDouble(eval, x[1], "p"));
  }
  if (x[0].is(Kind::kTuple) || x[0].is(Kind::kList)) {
    // A norm of parts is the norm of the parts' norms.
    FG_ASSIGN_OR_RETURN(std::vector<Value> parts, ElementsOf(eval, x[0]));
    for (Value& part : parts) {
      FG_ASSIGN_OR_RETURN(part, Norm(eval, part, p));
    }
    FG_ASSIGN_OR_RETURN(const Value norms, MakeVector(eval, parts));
    return Norm(eval, norms, p);
  }
  return Norm(eval, x[0], p);
}

absl::StatusOr<Value> Diagonal(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value m, MatrixOperand(eval, "diag", x[0]));
  int64_t k = 0;
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(k, ToInteger(eval, x[1], "the diagonal"));
  }
  const int64_t rows = ShapeOf(m).dim(0), columns = ShapeOf(m).dim(1);
  if (k > columns || k < -rows) return ArgumentError("the requested diagonal does not exist");
  const int64_t start = k >= 0 ? k * rows : -k;
  const int64_t count = k >= 0 ? std::min(rows, columns - k) : std::min(rows + k, columns);
  return eval.ops().Apply({m}, [&](absl::Span<const ir::Expr> e) {
    return SliceDim(Flatten(e[0]), 0, start, count, rows + 1);
  });
}

// A square matrix with the vector on its diagonal: its elements are scattered into zeros.
absl::StatusOr<Value> DiagonalMatrix(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, NumericOperand(eval, "Diagonal", x[0]));
  if (ShapeOf(v).rank() != 1) return MethodError("Diagonal", x.positional);
  const int64_t n = LengthOf(v);
  FG_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({n, n}));
  FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements()));
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    const ir::SliceAttr slice{{0}, {n}, {n + 1}};
    ir::Builder& builder = e[0].builder();
    return ir::Reshape({builder, builder.PadSlice(e[0].id(), Shape({n * n}), slice)}, shape);
  });
}

absl::StatusOr<Value> Kron(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value a, NumericOperand(eval, "kron", x[0]));
  FG_ASSIGN_OR_RETURN(const Value b, NumericOperand(eval, "kron", x[1]));
  const Shape s = ShapeOf(a), t = ShapeOf(b);
  if (s.rank() > 2 || t.rank() > 2) return MethodError("kron", x.positional);
  Dims dims = {s.dim(0) * t.dim(0)};
  if (s.rank() == 2 || t.rank() == 2) dims.push_back(s.dim(1) * t.dim(1));
  FG_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
  FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements()));
  return eval.ops().Apply({a, b}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr left = ir::Reshape(e[0], Shape({1, s.dim(0), 1, s.dim(1)}));
    const ir::Expr right = ir::Reshape(e[1], Shape({t.dim(0), 1, t.dim(1), 1}));
    return ir::Reshape(OperatorExpression(BinaryOp::kMul, left, right), shape);
  });
}

absl::StatusOr<Value> Cross(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value a, NumericOperand(eval, "cross", x[0]));
  FG_ASSIGN_OR_RETURN(const Value b, NumericOperand(eval, "cross", x[1]));
  if (ShapeOf(a) != Shape({3}) || ShapeOf(b) != Shape({3})) {
    return DimensionMismatch("cross product is only defined for vectors of length 3");
  }
  return eval.ops().Apply({a, b}, [](absl::Span<const ir::Expr> e) {
    const auto turned = [](ir::Expr v, int64_t by) {
      const ir::NodeId parts[] = {SliceDim(v, 0, by, 3 - by).id(), SliceDim(v, 0, 0, by).id()};
      return ir::Expr(v.builder(), v.builder().Concat(parts, 0));
    };
    return turned(e[0], 1) * turned(e[1], 2) - turned(e[0], 2) * turned(e[1], 1);
  });
}

// What is not on the kept side of the diagonal becomes 0.
absl::StatusOr<Value> Triangle(Evaluator& eval, const Arguments& x, bool upper) {
  FG_ASSIGN_OR_RETURN(const Value m, MatrixOperand(eval, upper ? "triu" : "tril", x[0]));
  int64_t k = 0;
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(k, ToInteger(eval, x[1], "the diagonal"));
  }
  return eval.ops().Apply({m}, [&](absl::Span<const ir::Expr> e) {
    ir::Builder& b = e[0].builder();
    const Shape shape = e[0].shape();
    const ir::Expr row(b, b.Iota(DType::kInt64, shape, 0)),
        column(b, b.Iota(DType::kInt64, shape, 1));
    const ir::Expr edge = row + ir::Expr(b, b.Scalar(DType::kInt64, static_cast<double>(k)));
    const ir::Expr kept = upper ? edge <= column : column <= edge;
    return ir::Select(kept, e[0], ir::Expr(b, b.Scalar(e[0].dtype(), 0)));
  });
}

absl::StatusOr<Value> InverseOf(Evaluator& eval, const Arguments& x) {
  if (IsNumeric(x[0])) {
    for (const Elementwise& row : ElementwiseRows()) {
      if (row.name == "inv") return CallElementwise(eval, row, {x[0]});
    }
  }
  FG_ASSIGN_OR_RETURN(const Value m, MatrixOperand(eval, "inv", x[0]));
  return Inverse(eval, m);
}

absl::StatusOr<Value> Normalize(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value norm, NormOf(eval, x));
  return BinaryOperator(eval, BinaryOp::kDiv, x[0], norm);
}

absl::StatusOr<Value> IsSymmetric(Evaluator& eval, const Arguments& x) {
  if (ShapeOf(x[0]).rank() != 2) return MethodError("issymmetric", x.positional);
  FG_ASSIGN_OR_RETURN(const Value t, Adjoint(eval, x[0]));
  FG_ASSIGN_OR_RETURN(const bool same, ValuesEqual(eval, t, x[0]));
  return Value::Bool(same);
}

// mul!(C, A, B)
absl::StatusOr<Value> MultiplyInto(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value product, BinaryOperator(eval, BinaryOp::kMul, x[1], x[2]));
  FG_RETURN_IF_ERROR(BroadcastAssign(eval, x[0], product));
  return x[0];
}

}  // namespace

std::vector<Builtin> LinearAlgebraBuiltins() {
  Definitions base;
  for (const char* name : {"transpose", "adjoint"}) {
    base.Add(name, 1, 1, [name](Evaluator& eval, const Arguments& x) {
      return LazyTranspose(eval, name, x[0]);
    });
  }
  base.Add("inv", 1, 1, InverseOf);
  base.Add("kron", 2, 2, Kron);
  Definitions d("LinearAlgebra");
  d.Add("dot", 2, 2,
        [](Evaluator& eval, const Arguments& x) { return DotProduct(eval, x[0], x[1]); });
  d.Add("norm", 1, 2, NormOf);
  d.Add("normalize", 1, 2, Normalize);
  d.Add("tr", 1, 1, TraceOf);
  for (const bool logarithm : {false, true}) {
    d.Add(logarithm ? "logdet" : "det", 1, 1,
          [logarithm](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            FG_ASSIGN_OR_RETURN(const Value m, NumericOperand(eval, "det", x[0]));
            return Determinant(eval, m, logarithm);
          });
  }
  d.Add("diag", 1, 2, Diagonal);
  d.Add("Diagonal", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(Value matrix, DiagonalMatrix(eval, x));
    if (Array* array = matrix.As<Array>()) {
      array->wrapper = absl::StrCat("Diagonal{", DTypeType(array->dtype())->ToString(), ", ",
                                    TypeName(x[0]), "}");
    }
    return matrix;
  });
  d.Add("diagm", 1, 1, DiagonalMatrix);
  d.Add("cross", 2, 2, Cross);
  d.Alias("×");
  d.Add("triu", 1, 2, [](Evaluator& eval, const Arguments& x) { return Triangle(eval, x, true); });
  d.Add("tril", 1, 2, [](Evaluator& eval, const Arguments& x) { return Triangle(eval, x, false); });
  d.Add("issymmetric", 1, 1, IsSymmetric);
  d.Add("mul!", 3, 3, MultiplyInto);
  base.Append(d.Take());
  return base.Take();
}

}  // namespace fluxgate::lang
