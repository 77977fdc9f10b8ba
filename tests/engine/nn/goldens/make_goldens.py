#!/usr/bin/env python3
"""Writes goldens.h: values of activations and losses by their textbook definitions.

Plain Python in double precision, written from the formulas of the papers and of Flux's manual, not
from this project's code. Run it again after changing it: ./make_goldens.py > goldens.h
"""

from math import erf, exp, expm1, inf, log, log1p, pi, sqrt, tanh

POINTS = [-100, -10, -3.5, -3, -2.5, -1, -0.5, -0.1, 0, 0.1, 0.5, 1, 2.5, 3, 3.5, 10, 100]


def sigmoid(x):
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def softplus(x):
    return max(x, 0) + log1p(exp(-abs(x)))


def clamp(x, lo, hi):
    return min(max(x, lo), hi)


SELU_LAMBDA, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

ACTIVATIONS = {
    "identity": lambda x: x,
    "tanh": tanh,
    "σ": sigmoid,
    "hardσ": lambda x: clamp((x + 3) / 6, 0, 1),
    "logσ": lambda x: -softplus(-x),
    "hardtanh": lambda x: clamp(x, -1, 1),
    "relu": lambda x: max(x, 0),
    "leakyrelu": lambda x: max(x, 0.01 * x),
    "relu6": lambda x: clamp(x, 0, 6),
    "elu": lambda x: x if x >= 0 else expm1(x),
    "gelu_tanh": lambda x: x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))),
    "gelu_sigmoid": lambda x: x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * x**3)) if x > -6 else 0.0,
    "gelu_erf": lambda x: x * (1 + erf(x / sqrt(2))) / 2,
    "swish": lambda x: x * sigmoid(x) if x > -80 else 0.0,
    "hardswish": lambda x: x * clamp((x + 3) / 6, 0, 1),
    "lisht": lambda x: x * tanh(x),
    "selu": lambda x: SELU_LAMBDA * (x if x > 0 else SELU_ALPHA * expm1(x)),
    "celu": lambda x: max(x, 0) + min(0, expm1(x)),
    "softplus": softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "logcosh": lambda x: abs(x) + log1p(exp(-2 * abs(x))) - log(2),
    "mish": lambda x: x * tanh(softplus(x)),
    "tanhshrink": lambda x: x - tanh(x),
    "softshrink": lambda x: x - clamp(x, -0.5, 0.5),
    "trelu": lambda x: x if x > 1 else 0,
    "tanh_fast": tanh,
    "sigmoid_fast": lambda x: sigmoid(x) if x >= -80 else 0.0,
}

# With a second argument.
PARAMETRIC = {
    ("leakyrelu", 0.2): lambda x: x if x > 0 else 0.2 * x,
    ("elu", 2.0): lambda x: x if x >= 0 else 2 * expm1(x),
    ("celu", 2.0): lambda x: x if x >= 0 else 2 * expm1(x / 2),
    ("softshrink", 1.0): lambda x: x - clamp(x, -1, 1),
    ("trelu", 2.0): lambda x: x if x > 2 else 0,
}

# Column-major 3 × 4: the columns of P are probabilities, those of Y one-hot or smoothed.
LOGITS = [0.5, -1.25, 1.15, 1.5, 0.25, -0.75, -0.9, 1.75, 0.125, 0.05, -0.3, 0.6]
ONE_HOT = [1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1]
SMOOTH = [0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.05, 0.9, 0.05, 0.25, 0.25, 0.5]
SIGNS = [1, -1, 1, -1, -1, 1, 1, 1, -1, 1, -1, 1]
EPS = 2.220446049250313e-16


def columns(values):
    return [values[i : i + 3] for i in range(0, 12, 3)]


def softmax(column):
    total = sum(exp(v) for v in column)
    return [exp(v) / total for v in column]


PROBABILITIES = [p for c in columns(LOGITS) for p in softmax(c)]


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def each(f, p, y):
    return mean(f(a, b) for a, b in zip(p, y))


def by_column(f, p, y):
    return mean(sum(f(a, b) for a, b in zip(c, d)) for c, d in zip(columns(p), columns(y)))


def xlogy(x, y):
    return 0.0 if x == 0 else x * log(y)


def huber(a, b, delta):
    e = abs(a - b)
    return e * e / 2 if e < delta else delta * (e - delta / 2)


def logit_cross_entropy(p, y):
    return mean(
        -sum(t * log(s) for s, t in zip(softmax(c), d)) for c, d in zip(columns(p), columns(y))
    )


def focal_binary(a, b):
    pt = b * a + (1 - b) * (1 - a)
    return (1 - pt) ** 2 * -log(pt)


P, L, S = PROBABILITIES, LOGITS, SMOOTH
POSITIVE = [abs(v) + 0.55 for v in LOGITS]
LOSSES = {
    # name: (ŷ, y, value)
    "mse": (L, S, each(lambda a, b: (a - b) ** 2, L, S)),
    "mae": (L, S, each(lambda a, b: abs(a - b), L, S)),
    "msle": (POSITIVE, S, each(lambda a, b: log((a + EPS) / (b + EPS)) ** 2, POSITIVE, S)),
    "huber_loss": (L, S, each(lambda a, b: huber(a, b, 1), L, S)),
    "crossentropy": (P, ONE_HOT, by_column(lambda a, b: -xlogy(b, a + EPS), P, ONE_HOT)),
    "logitcrossentropy": (L, S, logit_cross_entropy(L, S)),
    "binarycrossentropy": (
        P,
        ONE_HOT,
        each(lambda a, b: -xlogy(b, a + EPS) - xlogy(1 - b, 1 - a + EPS), P, ONE_HOT),
    ),
    "logitbinarycrossentropy": (L, S, each(lambda a, b: (1 - b) * a + softplus(-a), L, S)),
    "kldivergence": (P, S, by_column(lambda a, b: xlogy(b, b) - xlogy(b, a + EPS), P, S)),
    "poisson_loss": (POSITIVE, S, each(lambda a, b: a - xlogy(b, a), POSITIVE, S)),
    "hinge_loss": (L, SIGNS, each(lambda a, b: max(0, 1 - a * b), L, SIGNS)),
    "squared_hinge_loss": (L, SIGNS, each(lambda a, b: max(0, 1 - a * b) ** 2, L, SIGNS)),
    "dice_coeff_loss": (
        P,
        S,
        1
        - (2 * sum(a * b for a, b in zip(P, S)) + 1)
        / (sum(b * b for b in S) + sum(a * a for a in P) + 1),
    ),
    "tversky_loss": (
        P,
        S,
        1
        - (sum(a * b for a, b in zip(P, S)) + 1)
        / (sum(a * b + 0.7 * (1 - b) * a + 0.3 * b * (1 - a) for a, b in zip(P, S)) + 1),
    ),
    "binary_focal_loss": (P, S, each(focal_binary, P, S)),
    "focal_loss": (P, S, by_column(lambda a, b: -b * (1 - a) ** 2 * log(a), P, S)),
    "siamese_contrastive_loss": (
        POSITIVE,
        ONE_HOT,
        each(lambda a, b: (1 - b) * a * a + b * max(0, 1 - a) ** 2, POSITIVE, ONE_HOT),
    ),
}


def number(v):
    return repr(float(v)) if v not in (inf, -inf) else ("-" if v < 0 else "") + "INFINITY"


def listing(values):
    return "{" + ", ".join(number(v) for v in values) + "}"


def main():
    print("// Written by make_goldens.py.\n")
    print("#ifndef FLUXGATE_TESTS_ENGINE_NN_GOLDENS_GOLDENS_H_")
    print("#define FLUXGATE_TESTS_ENGINE_NN_GOLDENS_GOLDENS_H_\n")
    print("#include <vector>\n")
    print("namespace fluxgate::nn::goldens {\n")
    print("// clang-format off")
    print(f"inline const std::vector<double> kPoints = {listing(POINTS)};\n")
    print("struct Activation {\n  const char* name;\n  std::vector<double> parameters;")
    print("  std::vector<double> values;  // at kPoints\n};")
    print("inline const std::vector<Activation> kActivations = {")
    for name, f in ACTIVATIONS.items():
        print(f'    {{"{name}", {{}}, {listing(f(x) for x in POINTS)}}},')
    for (name, parameter), f in PARAMETRIC.items():
        print(f'    {{"{name}", {{{parameter}}}, {listing(f(x) for x in POINTS)}}},')
    print("};\n")
    print("// ŷ and y are 3 × 4, column-major.")
    print("struct Loss {\n  const char* name;\n  std::vector<double> prediction, target;")
    print("  double value;\n};")
    print("inline const std::vector<Loss> kLosses = {")
    for name, (p, y, value) in LOSSES.items():
        print(f'    {{"{name}", {listing(p)},\n     {listing(y)}, {number(value)}}},')
    print("};\n")
    print(f"inline const std::vector<double> kLogits = {listing(LOGITS)};")
    print(f"inline const std::vector<double> kSoftmax = {listing(PROBABILITIES)};")
    print("// clang-format on\n")
    print("}  // namespace fluxgate::nn::goldens\n")
    print("#endif  // FLUXGATE_TESTS_ENGINE_NN_GOLDENS_GOLDENS_H_")


if __name__ == "__main__":
    main()
