#include "engine/lang/operations/constants.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/matrix_products.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

class Undef : public Object, public Showable {
 public:
  Undef() : Object(Kind::kOpaque) {}
  std::string Show() const override {
    return "UndefInitializer(): array initializer with undefined values";
  }
  std::string TypeName() const override { return "UndefInitializer"; }
};

Value Scaled(Value lambda) { return Value(std::make_shared<UniformScaling>(std::move(lambda))); }

// λ on the diagonal of a matrix like `like`.
absl::StatusOr<Value> AsMatrix(Evaluator& eval, const UniformScaling& scaling, const Value& like) {
  const Shape shape = ShapeOf(like);
  if (shape.rank() != 2 || shape.dim(0) != shape.dim(1)) {
    return DimensionMismatch(absl::StrCat("matrix is not square: dimensions are (", shape.dim(0),
                                          ", ", shape.dim(1), ")"));
  }
  const DType dtype = Promote(NumericDType(scaling.lambda), NumericDType(like));
  FG_ASSIGN_OR_RETURN(Tensor identity, IdentityMatrix(dtype, shape.dim(0)));
  FG_ASSIGN_OR_RETURN(const Value matrix, NewArray(eval, std::move(identity)));
  return BinaryOperator(eval, "*", scaling.lambda, matrix);
}

}  // namespace

std::string UniformScaling::TypeName() const {
  return absl::StrCat("UniformScaling{", lang::TypeName(lambda), "}");
}

std::string UniformScaling::Show() const {
  return absl::StrCat(TypeName(), "(", Repr(lambda), ")");
}

std::string UniformScaling::Display() const {
  return absl::StrCat(TypeName(), "\n", lambda.is_bool() ? "true" : Repr(lambda), "*I");
}

absl::StatusOr<Value> ScalingOperator(Evaluator& eval, absl::string_view op, const Value& a,
                                      const Value& b) {
  const auto* left = a.AsClass<UniformScaling>();
  const auto* right = b.AsClass<UniformScaling>();
  const bool sum = op == "+" || op == "-";
  if (left != nullptr && right != nullptr) {
    FG_ASSIGN_OR_RETURN(Value lambda, BinaryOperator(eval, op, left->lambda, right->lambda));
    return op == "==" ? lambda : Scaled(std::move(lambda));
  }
  const Value& other = left != nullptr ? b : a;
  const UniformScaling& scaling = left != nullptr ? *left : *right;
  if (IsNumeric(other) && !sum) {
    FG_ASSIGN_OR_RETURN(Value lambda, left != nullptr
                                          ? BinaryOperator(eval, op, scaling.lambda, other)
                                          : BinaryOperator(eval, op, other, scaling.lambda));
    return Scaled(std::move(lambda));
  }
  if (IsNumericArray(other) && (sum || op == "==")) {
    FG_ASSIGN_OR_RETURN(const Value matrix, AsMatrix(eval, scaling, other));
    return left != nullptr ? BinaryOperator(eval, op, matrix, other)
                           : BinaryOperator(eval, op, other, matrix);
  }
  if (IsNumericArray(other) && (op == "*" || op == "/" || op == "\\")) {
    return left != nullptr ? BinaryOperator(eval, op, scaling.lambda, other)
                           : BinaryOperator(eval, op, other, scaling.lambda);
  }
  return MethodError(op, {a, b});
}

Value UndefValue() {
  static const Value& undef = *new Value(std::make_shared<Undef>());
  return undef;
}

bool IsUndef(const Value& v) { return v.is(Kind::kOpaque) && v.object() == UndefValue().object(); }

std::vector<std::pair<std::string, Value>> BaseConstants() {
  return {{"undef", UndefValue()}, {"I", Scaled(Value::Bool(true))}};
}

}  // namespace fluxgate::lang
