#!/usr/bin/env python3
"""Writes goldens.h: five steps of every optimiser rule, in double and in single precision.

Plain Python, one element at a time, written from the papers' formulas as Optimisers.jl documents
them. Single precision rounds after every operation. ./make_goldens.py > goldens.h
"""

import struct

# Two parameters and the gradients of five steps.
START = [1.0, -2.0]
GRADIENTS = [[0.5, -1.25], [0.25, 3.0], [-0.75, 0.125], [2.0, -0.5], [0.0625, 1.5]]


def single(v):
    return struct.unpack("f", struct.pack("f", v))[0]


class Number:
    """A number of one precision; every operation rounds to it."""

    def __init__(self, v, rounding):
        self.r = rounding
        self.v = rounding(v)

    def _other(self, o):
        return o.v if isinstance(o, Number) else self.r(o)

    def _new(self, v):
        return Number(v, self.r)

    def __add__(self, o):
        return self._new(self.v + self._other(o))

    __radd__ = __add__

    def __sub__(self, o):
        return self._new(self.v - self._other(o))

    def __rsub__(self, o):
        return self._new(self._other(o) - self.v)

    def __mul__(self, o):
        return self._new(self.v * self._other(o))

    __rmul__ = __mul__

    def __truediv__(self, o):
        return self._new(self.v / self._other(o))

    def __rtruediv__(self, o):
        return self._new(self._other(o) / self.v)

    def __neg__(self):
        return self._new(-self.v)

    def sqrt(self):
        return self._new(self.v**0.5)

    def abs(self):
        return self._new(abs(self.v))

    def sign(self):
        return self._new((self.v > 0) - (self.v < 0))


def larger(a, b):
    return a if a.v >= b.v else b


def smaller(a, b):
    return a if a.v <= b.v else b


class Rule:
    """One element's optimiser: `step(x, g)` is what is subtracted from x."""

    def __init__(self, number):
        self.n = number
        self.t = 0
        for name in ("m", "v", "term"):
            setattr(self, name, number(0))

    def decayed(self):
        """β₁ᵗ and β₂ᵗ, as they build up by products."""
        if self.t == 0:
            self.p1, self.p2 = self.b1, self.b2
        else:
            self.p1, self.p2 = self.p1 * self.b1, self.p2 * self.b2
        self.t += 1

    def moments(self, g):
        self.decayed()
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = self.b2 * self.v + (1 - self.b2) * (g * g)


class Descent(Rule):
    def step(self, x, g):
        return g * self.n(0.1)


class Momentum(Rule):
    def step(self, x, g):
        self.v = self.n(0.9) * self.v + self.n(0.01) * g
        return self.v


class Nesterov(Rule):
    def step(self, x, g):
        eta, rho = self.n(0.001), self.n(0.9)
        d = -(rho * rho) * self.v + (1 + rho) * eta * g
        self.v = rho * self.v - eta * g
        return d


class Rprop(Rule):
    def __init__(self, number):
        super().__init__(number)
        self.rate = number(single(1e-3))

    def step(self, x, g):
        product = self.m * g
        if product.v > 0:
            self.rate = smaller(self.rate * self.n(single(1.2)), self.n(50))
        elif product.v < 0:
            self.rate = larger(self.rate * self.n(0.5), self.n(single(1e-6)))
        self.m = self.n(0) if product.v < 0 else g
        return self.rate * self.m.sign()


class RMSProp(Rule):
    centred = False

    def step(self, x, g):
        eta, rho, eps = self.n(0.001), self.n(0.9), self.n(1e-8)
        self.v = rho * self.v + (1 - rho) * (g * g)
        if not self.centred:
            return g * eta / (self.v.sqrt() + eps)
        self.m = rho * self.m + (1 - rho) * g
        return g * eta / ((self.v - self.m * self.m).sqrt() + eps)


class CentredRMSProp(RMSProp):
    centred = True


class AdaGrad(Rule):
    def __init__(self, number):
        super().__init__(number)
        self.v = number(1e-8)

    def step(self, x, g):
        self.v = self.v + g * g
        return g * self.n(0.1) / (self.v.sqrt() + self.n(1e-8))


class AdaDelta(Rule):
    def step(self, x, g):
        rho, eps = self.n(0.9), self.n(1e-8)
        self.v = rho * self.v + (1 - rho) * (g * g)
        d = g * (self.m + eps).sqrt() / (self.v + eps).sqrt()
        self.m = rho * self.m + (1 - rho) * (d * d)
        return d


class AdamLike(Rule):
    betas = (0.9, 0.999)
    epsilon = 1e-8

    def __init__(self, number):
        super().__init__(number)
        self.b1, self.b2 = number(self.betas[0]), number(self.betas[1])
        self.eta, self.eps = number(0.001), number(self.epsilon)

    def corrected(self):
        return self.m / (1 - self.p1) / ((self.v / (1 - self.p2)).sqrt() + self.eps)


class Adam(AdamLike):
    def step(self, x, g):
        self.moments(g)
        return self.corrected() * self.eta


class AdamW(AdamLike):
    couple = True

    def step(self, x, g):
        self.moments(g)
        decay = self.n(0.01) * x
        if self.couple:
            return self.eta * (self.corrected() + decay)
        return self.eta * self.corrected() + decay


class UncoupledAdamW(AdamW):
    couple = False


class RAdam(AdamLike):
    def step(self, x, g):
        self.moments(g)
        limit = 2 / (1 - self.b2) - 1
        rho = limit - self.n(2 * self.t) * self.p2 / (1 - self.p2)
        if rho.v > 4:
            r = ((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)).sqrt()
            return self.corrected() * self.eta * r
        return self.m / (1 - self.p1) * self.eta


class AdaMax(AdamLike):
    def step(self, x, g):
        self.decayed()
        self.m = self.b1 * self.m + (1 - self.b1) * g
        self.v = larger(self.b2 * self.v, g.abs())
        return self.eta / (1 - self.p1) * self.m / (self.v + self.eps)


class OAdam(AdamLike):
    betas = (0.5, 0.9)

    def step(self, x, g):
        self.moments(g)
        previous = self.term
        self.term = (
            self.eta * self.m / (1 - self.p1) / ((self.v / (1 - self.p2)).sqrt() + self.eps)
        )
        return 2 * self.term - previous


class AMSGrad(AdamLike):
    def __init__(self, number):
        super().__init__(number)
        self.m, self.v, self.term = number(1e-8), number(1e-8), number(1e-8)

    def step(self, x, g):
        self.moments(g)
        self.term = larger(self.term, self.v)
        return self.eta * self.m / (self.term.sqrt() + self.eps)


class NAdam(AdamLike):
    def step(self, x, g):
        self.moments(g)
        top = self.b1 * self.m / (1 - self.b1 * self.p1) + (1 - self.b1) * g / (1 - self.p1)
        return top / ((self.v * self.b2 / (1 - self.p2)).sqrt() + self.eps) * self.eta


class AdaBelief(AdamLike):
    epsilon = 1e-16

    def step(self, x, g):
        self.decayed()
        self.m = self.b1 * self.m + (1 - self.b1) * g
        d = g - self.m
        self.v = self.b2 * self.v + (1 - self.b2) * (d * d) + self.eps
        return self.eta * self.m / (1 - self.p1) / ((self.v / (1 - self.p2)).sqrt() + self.eps)


class Lion(AdamLike):
    def step(self, x, g):
        self.m = self.b2 * g + (1 - self.b2) * self.m
        return self.eta * ((self.b2 - self.b1) * g + self.b1 * self.m).sign()


class Chain(Rule):
    """WeightDecay(0.1), SignDecay(0.01), ClipGrad(1), Momentum()."""

    def __init__(self, number):
        super().__init__(number)
        self.last = Momentum(number)

    def step(self, x, g):
        g = g + self.n(0.1) * x
        g = g + self.n(0.01) * x.sign()
        g = smaller(larger(g, self.n(-1)), self.n(1))
        return self.last.step(x, g)


RULES = [
    Descent, Momentum, Nesterov, Rprop, RMSProp, CentredRMSProp, AdaGrad, AdaDelta, Adam, AdamW,
    UncoupledAdamW, RAdam, AdaMax, OAdam, AMSGrad, NAdam, AdaBelief, Lion, Chain,
]  # fmt: skip


def run(rule, rounding):
    def number(v):
        return Number(v, rounding)

    steps = []
    xs = [number(v) for v in START]
    optimisers = [rule(number) for _ in START]
    for gradient in GRADIENTS:
        xs = [x - o.step(x, number(g)) for x, o, g in zip(xs, optimisers, gradient)]
        steps += [x.v for x in xs]
    return steps


def listing(values):
    return "{" + ", ".join(repr(float(v)) for v in values) + "}"


def main():
    print("// Written by make_goldens.py.\n")
    print("#ifndef FLUXGATE_TESTS_ENGINE_OPTIM_GOLDENS_GOLDENS_H_")
    print("#define FLUXGATE_TESTS_ENGINE_OPTIM_GOLDENS_GOLDENS_H_\n")
    print("#include <vector>\n")
    print("namespace fluxgate::optim::goldens {\n")
    print("// clang-format off")
    print(f"inline const std::vector<double> kStart = {listing(START)};")
    print("inline const std::vector<std::vector<double>> kGradients = {")
    for gradient in GRADIENTS:
        print(f"    {listing(gradient)},")
    print("};\n")
    print("// Both parameters after each of the five steps.")
    print("struct Golden {\n  const char* name;\n  std::vector<double> doubles, singles;\n};")
    print("inline const std::vector<Golden> kGoldens = {")
    for rule in RULES:
        doubles, singles = run(rule, float), run(rule, single)
        print(f'    {{"{rule.__name__}", {listing(doubles)},\n     {listing(singles)}}},')
    print("};")
    print("// clang-format on\n")
    print("}  // namespace fluxgate::optim::goldens\n")
    print("#endif  // FLUXGATE_TESTS_ENGINE_OPTIM_GOLDENS_GOLDENS_H_")


if __name__ == "__main__":
    main()
