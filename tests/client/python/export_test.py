"""Sessions as scripts: what another session makes of them is the same, and trains on alike."""

import os
import re

import numpy as np

import harness
from client_test_case import ClientTestCase

TUTORIAL = """
using Flux, Statistics
using Flux: onehotbatch, onecold, DataLoader

struct Affine
  W
  b
end
Flux.@layer Affine
(m::Affine)(x) = m.W * x .+ m.b
Affine((in, out)::Pair) = Affine(randn(Float32, out, in), zeros(Float32, out))

noisy = rand(Float32, 2, 1000)
truth = [xor(col[1] > 0.5, col[2] > 0.5) for col in eachcol(noisy)]
target = onehotbatch(truth, [true, false])
loader = DataLoader((noisy, target), batchsize = 64)
model = Chain(Affine(2 => 3), x -> tanh.(x), Dense(3 => 2), softmax)
rate = 0.01
opt_state = Flux.setup(Adam(rate), model)
losses = Float32[]
for epoch in 1:2
  for (x, y) in loader
    loss, grads = Flux.withgradient(model) do m
      Flux.crossentropy(m(x), y)
    end
    Flux.update!(opt_state, model, grads[1])
    push!(losses, loss)
  end
end
accuracy(m, x, y) = mean(onecold(m(x)) .== onecold(y))
"""


class ExportTest(ClientTestCase):
    def setUp(self):
        super().setUp()
        self.folder = harness.scratch()

    def export(self, expected_left_out=()):
        """The session's script, and the arrays beside it."""
        self.assertEqual(self.session.export(self.folder), list(expected_left_out))
        with open(os.path.join(self.folder, "session.jl"), encoding="utf-8") as file:
            script = file.read()
        path = os.path.join(self.folder, "session.npz")
        return script, dict(np.load(path)) if os.path.exists(path) else {}

    def run_elsewhere(self, script, arrays, *, train=False):
        """A new session in which the script has run, with its file of arrays at hand."""
        other = self.connect(session=self.session.name + "_elsewhere")
        other.eval("saved = Dict{String, Any}();")
        for i, (path, array) in enumerate(arrays.items()):
            other[f"array_{i}"] = array
            other.eval(f'saved[{_quoted(path)}] = array_{i};')
        other.eval('ARGS = ["--train"];' if train else "ARGS = String[];")
        text, reads = re.subn(r"using NPZ\n\nsaved = npzread\(.*\)\n", "", script)
        self.assertEqual(reads, 1 if arrays else 0)
        other.eval(text)
        return other

    def assert_same(self, other, *probes):
        for probe in probes:
            with self.subTest(probe):
                self.assertEqual(repr(other.eval(probe)), repr(self.session.eval(probe)))

    def test_a_tutorial(self):
        self.session.eval(TUTORIAL)
        script, arrays = self.export()
        other = self.run_elsewhere(script, arrays)
        self.assert_same(other, "model(noisy)", "accuracy(model, noisy, target)", "opt_state",
                         "losses", "length(loader)", "loader.data[1] === noisy", "rate")
        self.assertIn("using Flux: onehotbatch, onecold, DataLoader\n", script)

    def test_training_goes_on_alike(self):
        self.session.eval(TUTORIAL)
        script, arrays = self.export()
        other = self.run_elsewhere(script, arrays, train=True)
        self.session.eval(TUTORIAL[TUTORIAL.index("for epoch"):TUTORIAL.index("accuracy")])
        self.assert_same(other, "model(noisy)", "opt_state", "losses")

    def test_typed_training_goes_on_alike(self):
        x = np.linspace(0, 1, 50, dtype=np.float32)
        self.session.push("train", x, 4 * x + 2)
        model = self.session.model("Chain(Dense(1 => 8, tanh), Dense(8 => 1))", name="m")
        model.train("train", loss="mae", optimiser="OptimiserChain(ClipNorm(1.0), Adam(0.01))",
                    epochs=5, batch_size=10)
        script, arrays = self.export()
        other = self.run_elsewhere(script, arrays, train=True)
        model.train("train", epochs=5, batch_size=10)
        self.assert_same(other, "m(train.x)", "m[1].weight, m[2].bias")

    def test_the_straight_line_reads_like_the_tutorial(self):
        self.session.eval("actual(x) = 4x + 2; predict = Dense([2.0f0;;], [0.5f0]);"
                          "loss(model, x, y) = Flux.mse(model(x), y);"
                          "x_train = hcat(0:5...); y_train = actual.(x_train);"
                          "data = [(x_train, y_train)];")
        self.session.eval("for epoch in 1:200\n  Flux.train!(loss, predict, data,\n"
                          "    Flux.setup(Descent(0.01), predict))\nend")
        script, arrays = self.export()
        self.assertEqual(script, f'''\
# The session "{self.session.name}" of Fluxgate, for Flux 0.16.
#
#   julia -e 'using Pkg; Pkg.add(["Flux", "NPZ"])'
#   julia session.jl            # or, to train again: julia session.jl --train
using Flux, LinearAlgebra, Printf, Random, Statistics
using NPZ

saved = npzread(joinpath(@__DIR__, "session.npz"))

actual(x) = 4x + 2
loss(model, x, y) = Flux.mse(model(x), y)

predict = Dense(saved["predict.weight"], saved["predict.bias"])
x_train = [0 1 2 3 4 5]
y_train = [2 6 10 14 18 22]
data = [(x_train, y_train)]

if "--train" in ARGS
    for epoch in 1:200
      Flux.train!(loss, predict, data,
        Flux.setup(Descent(0.01), predict))
    end
end
''')

    def test_what_has_no_text_is_named(self):
        self.session.eval("three = ==(3); a = 1;")
        script, arrays = self.export(["`three`: it holds ==, a function without a text"])
        self.assertEqual(arrays, {})
        self.assertFalse(os.path.exists(os.path.join(self.folder, "session.npz")))
        self.assertEqual(self.run_elsewhere(script, arrays).eval("a").value, 1)


def _quoted(path):
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'


if __name__ == "__main__":
    harness.main()
