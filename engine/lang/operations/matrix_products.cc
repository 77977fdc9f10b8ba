#include "engine/lang/operations/matrix_products.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

std::string Size(const Shape& s) { return absl::StrCat("(", s.dim(0), ",", s.dim(1), ")"); }

ir::Expr Float(ir::Expr x) {
  if (!x.ok() || IsFloat(x.dtype())) return x;
  return ir::Cast(x, DType::kFloat64);
}

// Multiplications between two looks at whether the evaluation may go on.
constexpr int64_t kBlockProducts = int64_t{1} << 28;

// The product of two matrices, some columns at a time.
absl::StatusOr<Value> ProductByColumns(Evaluator& eval, const Value& a, const Value& b,
                                       int64_t columns) {
  const int64_t m = ShapeOf(a).dim(0), k = ShapeOf(b).dim(0), n = ShapeOf(b).dim(1);
  FG_ASSIGN_OR_RETURN(const Tensor right, eval.ops().Read(b));
  Tensor whole;
  for (int64_t j = 0; j < n; j += columns) {
    FG_RETURN_IF_ERROR(eval.Step(64));
    const int64_t count = std::min(columns, n - j);
    FG_ASSIGN_OR_RETURN(Tensor part, Tensor::Create(right.dtype(), Shape({k, count})));
    std::memcpy(part.mutable_raw(), right.raw() + j * k * SizeOf(right.dtype()), part.bytes());
    FG_ASSIGN_OR_RETURN(
        const Value made,
        eval.ops().Apply({a, Array::Of(std::move(part))}, [](absl::Span<const ir::Expr> e) {
          return ir::MatMul(Widen(e[0]), Widen(e[1]));
        }));
    FG_ASSIGN_OR_RETURN(const Tensor block, eval.ops().Read(made));
    if (j == 0) {
      FG_ASSIGN_OR_RETURN(whole, Tensor::Create(block.dtype(), Shape({m, n})));
    }
    std::memcpy(whole.mutable_raw() + j * m * SizeOf(block.dtype()), block.raw(), block.bytes());
  }
  return Array::Of(std::move(whole));
}

}  // namespace

absl::StatusOr<Value> MatrixProduct(Evaluator& eval, const Value& a, const Value& b) {
  const Shape x = ShapeOf(a), y = ShapeOf(b);
  if (x.rank() > 2 || y.rank() > 2) return MethodError("*", {a, b});
  const bool row = a.is(Kind::kArray) && a.As<Array>()->row_vector;
  if (x.rank() == 1 && (y.rank() == 1 || y.dim(0) != 1)) {
    if (y.rank() == 1) return MethodError("*", {a, b});
    return DimensionMismatch(
        absl::StrCat("A has dimensions ", Size(x), " but B has dimensions ", Size(y)));
  }
  if (x.rank() == 2 && x.dim(1) != y.dim(0)) {
    if (y.rank() == 1) {
      return DimensionMismatch(absl::StrCat("second dimension of A, ", x.dim(1),
                                            ", does not match length of x, ", y.dim(0)));
    }
    return DimensionMismatch(
        absl::StrCat("A has dimensions ", Size(x), " but B has dimensions ", Size(y)));
  }
  FG_ASSIGN_OR_RETURN(const Shape result, Shape::Create({x.dim(0), y.dim(1)}));
  FG_RETURN_IF_ERROR(eval.CheckElements(result.num_elements()));
  if (!eval.ops().tracing() && x.rank() == 2 && y.rank() == 2) {
    const int64_t each = std::max<int64_t>(x.num_elements(), 1);
    if (y.dim(1) > 1 && y.dim(1) > 2 * kBlockProducts / each) {
      return ProductByColumns(eval, a, b, std::max<int64_t>(kBlockProducts / each, 1));
    }
  }
  FG_ASSIGN_OR_RETURN(Value product, eval.ops().Apply({a, b}, [&](absl::Span<const ir::Expr> e) {
    ir::Expr left = Widen(e[0]), right = Widen(e[1]);
    if (x.rank() == 1) left = ir::Reshape(left, Shape({x.dim(0), 1}));
    const ir::Expr made = ir::MatMul(left, right);
    return row && y.rank() == 1 ? ir::Reshape(made, Shape()) : made;
  }));
  if (Array* array = product.As<Array>()) array->row_vector = row && y.rank() == 2;
  return product;
}

absl::StatusOr<Value> MatrixPower(Evaluator& eval, const Value& a, int64_t n) {
  const Shape shape = ShapeOf(a);
  if (shape.rank() != 2 || shape.dim(0) != shape.dim(1)) {
    return DimensionMismatch(absl::StrCat("matrix is not square: dimensions are (", shape.dim(0),
                                          ", ", shape.dim(1), ")"));
  }
  Value base = a;
  if (n < 0) {
    FG_ASSIGN_OR_RETURN(base, Inverse(eval, a));
    n = -n;
  }
  Value result;
  bool have = false;
  for (; n > 0; n >>= 1) {
    FG_RETURN_IF_ERROR(eval.Step());
    if ((n & 1) != 0) {
      if (have) {
        FG_ASSIGN_OR_RETURN(result, MatrixProduct(eval, result, base));
      } else {
        result = base;
        have = true;
      }
    }
    if (n > 1) {
      FG_ASSIGN_OR_RETURN(base, MatrixProduct(eval, base, base));
    }
  }
  if (have) return result;
  FG_ASSIGN_OR_RETURN(Tensor identity, IdentityMatrix(NumericDType(a), shape.dim(0)));
  return NewArray(eval, std::move(identity));
}

absl::StatusOr<Tensor> IdentityMatrix(DType dtype, int64_t n) {
  FG_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({n, n}));
  FG_ASSIGN_OR_RETURN(Tensor identity, Tensor::Zeros(dtype, shape));
  DispatchDType(dtype, [&](auto tag) {
    using T = decltype(tag);
    auto data = identity.mutable_data<T>();
    for (int64_t i = 0; i < n; ++i) data[i * (n + 1)] = static_cast<T>(1);
  });
  return identity;
}

absl::StatusOr<Value> Adjoint(Evaluator& eval, const Value& a) {
  if (IsNumeric(a)) return a;
  FG_ASSIGN_OR_RETURN(const Value x, Densify(eval, a));
  const Shape shape = ShapeOf(x);
  if (const List* list = x.As<List>(); list != nullptr && shape.rank() <= 2) {
    std::vector<Value> elements;
    for (int64_t i = 0; i < shape.dim(0); ++i) {
      for (int64_t j = 0; j < shape.dim(1); ++j) {
        elements.push_back(list->elements[i + j * shape.dim(0)]);
      }
    }
    return Value(std::make_shared<List>(std::move(elements), Shape({shape.dim(1), shape.dim(0)})));
  }
  if (!IsNumericArray(x) || shape.rank() > 2 || shape.rank() == 0) {
    return MethodError("adjoint", {a});
  }
  const bool was_row = x.is(Kind::kArray) && x.As<Array>()->row_vector;
  FG_ASSIGN_OR_RETURN(Value result, eval.ops().Apply({x}, [&](absl::Span<const ir::Expr> e) {
    return was_row ? Flatten(e[0]) : ir::Transpose(e[0]);
  }));
  if (Array* array = result.As<Array>()) array->row_vector = shape.rank() == 1;
  return result;
}

absl::StatusOr<Value> LazyTranspose(Evaluator& eval, absl::string_view name, const Value& a) {
  FG_ASSIGN_OR_RETURN(Value result, Adjoint(eval, a));
  const Array* parent = a.As<Array>();
  Array* made = result.As<Array>();
  // The transpose of one that is lazy already is its parent.
  const bool back = parent != nullptr && (parent->row_vector || !parent->wrapper.empty());
  if (made != nullptr && !back && (parent == nullptr || !parent->one_hot)) {
    made->wrapper = absl::StrCat(name, "(::", TypeName(a), ")");
  }
  return result;
}

absl::StatusOr<Value> DotProduct(Evaluator& eval, const Value& a, const Value& b) {
  if (IsNumeric(a) && IsNumeric(b)) return BinaryOperator(eval, BinaryOp::kMul, a, b);
  FG_ASSIGN_OR_RETURN(const Value x, Densify(eval, a));
  FG_ASSIGN_OR_RETURN(const Value y, Densify(eval, b));
  if (!IsNumericArray(x) || !IsNumericArray(y)) return MethodError("dot", {a, b});
  if (LengthOf(x) != LengthOf(y)) {
    return DimensionMismatch(absl::StrCat("first array has length ", LengthOf(x),
                                          " which does not match the length of the second, ",
                                          LengthOf(y), "."));
  }
  return eval.ops().Apply({x, y}, [](absl::Span<const ir::Expr> e) {
    return ir::Sum(OperatorExpression(BinaryOp::kMul, Flatten(e[0]), Flatten(e[1])));
  });
}

absl::StatusOr<Value> Norm(Evaluator& eval, const Value& a, double p) {
  FG_ASSIGN_OR_RETURN(const Value x, Densify(eval, a));
  if (!IsNumeric(x) && !IsNumericArray(x)) return MethodError("norm", {a});
  if (!IsNumeric(x) && LengthOf(x) == 0) {
    return Value(Scalar(0.0).ConvertTo(ToFloat(NumericDType(x))));
  }
  return eval.ops().Apply({x}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr v = Float(e[0]);
    const ir::Expr magnitude = ir::Abs(v);
    if (!magnitude.ok() || magnitude.shape().rank() == 0) return magnitude;
    if (p == 2) return ir::Sqrt(ir::Sum(v * v));
    if (p == 1) return ir::Sum(magnitude);
    if (std::isinf(p)) {
      return ir::Expr(v.builder(),
                      v.builder().Reduce(p > 0 ? ir::OpKind::kReduceMax : ir::OpKind::kReduceMin,
                                         magnitude.id(), {}));
    }
    if (p == 0) {
      const ir::Expr nonzero = ir::Apply(ir::OpKind::kNe, v, v.Number(0));
      return ir::Sum(ir::Cast(nonzero, v.dtype()));
    }
    return ir::Pow(ir::Sum(ir::Pow(magnitude, p)), 1 / p);
  });
}

}  // namespace fluxgate::lang
