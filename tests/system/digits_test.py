"""Handwritten digits from a file to a trained model and back, with the command `fluxgate` alone."""

import base64
import os
import re
import unittest

import numpy

import harness

SEEDS = (1, 2, 3, 4, 5)
PUSH = ("--label", "label", "--onehot", "--scale", "0.0625", "--split", "0.2")
TRAIN = ("--loss", "logitcrossentropy", "--optimiser", "Adam()", "--epochs", "100", "--batch_size",
         "64", "--shuffle", "--data", "digits", "--validation", "digits_test", "--metrics",
         "accuracy")


class Digits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = harness.Server()
        cls.addClassCleanup(cls.server.__exit__)
        cls.folder = harness.scratch()

    def train(self, seed):
        """Held-out accuracy, as the last line reports it."""
        session = ("--session", "digits-%d" % seed)
        pushed = self.server.ok(*session, "push", "digits",
                                os.path.join(harness.DATA, "digits.csv"), *PUSH, "--seed",
                                str(seed))
        self.assertEqual(pushed, "digits: 1438 examples, x 64×1438, y 10×1438\n"
                         "digits_test: 359 examples, x 64×359, y 10×359\n")
        self.server.ok(*session, "eval",
                       "using Flux, Random; Random.seed!(%d); "
                       "model = Chain(Dense(64 => 32, relu), Dense(32 => 10));" % seed)
        output = self.server.ok(*session, "train", "model", *TRAIN, "--seed", str(seed))
        lines = output.strip().split("\n")
        self.assertIn("training model on 1438 examples: 100 epochs, 2300 steps", lines[0])
        epochs = [l for l in lines if re.match(r"epoch \d+/100 .*validation loss .*accuracy", l)]
        self.assertEqual(len(epochs), 10)  # of many epochs, every tenth part
        self.assertIn("done after 2300 steps", lines[-1])
        return float(re.search(r"accuracy ([\d.]+)", lines[-1]).group(1))

    def test_accuracy(self):
        accuracies = [self.train(seed) for seed in SEEDS]
        print("held-out accuracy:", accuracies)
        self.assertGreaterEqual(sum(accuracies) / len(accuracies), 0.96, accuracies)

    def test_parameters_in_numpy(self):
        session = ("--session", "numpy")
        self.server.ok(*session, "push", "digits", os.path.join(harness.DATA, "digits.csv"), *PUSH)
        self.server.ok(*session, "eval",
                       "using Flux; model = Chain(Dense(64 => 32, relu), Dense(32 => 10));")
        self.server.ok(*session, "train", "model", *TRAIN, "--epochs", "3")
        file = os.path.join(self.folder, "model.npz")
        self.server.ok(*session, "params", "model", "--out", file)
        with numpy.load(file) as npz:
            arrays = {name: npz[name] for name in npz.files}
        self.assertEqual({name: (a.shape, a.dtype) for name, a in arrays.items()}, {
            "layers[1].weight": ((32, 64), numpy.float32),
            "layers[1].bias": ((32,), numpy.float32),
            "layers[2].weight": ((10, 32), numpy.float32),
            "layers[2].bias": ((10,), numpy.float32)})

        # What numpy predicts from the file is what Predict says.
        x = numpy.random.default_rng(0).random((64, 20), dtype=numpy.float32)
        hidden = numpy.maximum(
            arrays["layers[1].weight"] @ x + arrays["layers[1].bias"][:, None], 0)
        expected = arrays["layers[2].weight"] @ hidden + arrays["layers[2].bias"][:, None]
        request = {"session": "numpy", "model": "model",
                   "x": {"f32": x.T.flatten().tolist(), "dims": [64, 20]}}
        numpy.testing.assert_allclose(self.predictions(request), expected, rtol=1e-4, atol=1e-4)

        # numpy's own order of the same bytes, read backwards.
        request["x"] = {"f32": x.T.flatten().tolist(), "dims": [20, 64], "layout": "REVERSED"}
        numpy.testing.assert_allclose(self.predictions(request), expected, rtol=1e-4, atol=1e-4)

        # Sent back after a change, from an array in C order.
        arrays["layers[2].bias"] = arrays["layers[2].bias"] + numpy.float32(1)
        changed = os.path.join(self.folder, "changed.npz")
        numpy.savez(changed, **arrays)
        self.assertEqual(self.server.ok(*session, "params", "model", "--in", changed),
                         "set 4 tensors, %d numbers\n" % (64 * 32 + 32 + 32 * 10 + 10))
        numpy.testing.assert_allclose(self.predictions(request), expected + 1, rtol=1e-4, atol=1e-4)

        # A file that does not fit changes nothing.
        arrays["layers[1].bias"] = numpy.zeros(31, numpy.float32)
        arrays["layers[2].bias"] = arrays["layers[2].bias"] * 0
        wrong = os.path.join(self.folder, "wrong.npz")
        numpy.savez(wrong, **arrays)
        refused = self.server.run(*session, "params", "model", "--in", wrong)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("layers[1].bias", refused.stderr)
        numpy.testing.assert_allclose(self.predictions(request), expected + 1, rtol=1e-4, atol=1e-4)

    def predictions(self, request):
        y = self.server.call("Models/Predict", request)[0]["y"]
        self.assertEqual(y["dims"], [10, 20])
        raw = numpy.frombuffer(base64.b64decode(y["raw"]), dtype="<f4")
        return raw.reshape(20, 10).T


if __name__ == "__main__":
    harness.main()
