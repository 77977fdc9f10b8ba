#include "engine/autodiff/vjp_rules.h"

namespace fluxgate::autodiff {

using ir::Expr;

// C = op(A) op(B), where op transposes or not: dA = dC op(B)ᵀ or its transpose, op(B) dCᵀ.
void MatMulVjp(VjpRule& rule) {
  const auto [ta, tb] = rule.attr<ir::MatMulAttr>();
  const Expr a = rule.operand(0), b = rule.operand(1), ct = rule.ct();
  // A batch of 1 that was repeated takes the sum.
  const auto set = [&rule](int i, Expr cotangent) {
    rule.Set(i, {rule.builder(), rule.builder().SumTo(cotangent.id(), rule.operand(i).shape())});
  };
  if (rule.wants(0)) set(0, ta ? MatMul(b, ct, tb, true) : MatMul(ct, b, false, !tb));
  if (rule.wants(1)) set(1, tb ? MatMul(ct, a, true, ta) : MatMul(a, ct, !ta, false));
}

}  // namespace fluxgate::autodiff
