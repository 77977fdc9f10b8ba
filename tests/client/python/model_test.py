"""Models of the Python client: the straight line of the tutorial, and parameters both ways."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import unittest.mock

import numpy as np

import fluxgate
import harness
from client_test_case import ClientTestCase

X = np.arange(6, dtype=np.float32)
Y = 4 * X + 2


class ModelTest(ClientTestCase):
    def line(self):
        self.session.push("train", X, Y)
        self.session.eval("using Statistics; loss(m, x, y) = mean(abs2.(m(x) .- y))")
        return self.session.model("Dense([0.9066542f0;;])", name="predict")

    def test_rewind(self):
        model = self.session.model("Dense(1 => 1)")
        x, y = np.arange(6, dtype=np.float32), np.arange(6, dtype=np.float32) * 4 + 2
        job = model.submit(x, y, optimiser="Adam(0.1)", epochs=6, mark_every=2)
        job.wait()
        self.assertEqual(job.marks(), [2, 4, 6])
        end = dict(model.parameters)
        self.assertEqual(model.rewind(2), 2)
        self.assertEqual(model.info().step, 2)
        model.train(epochs=4)
        for path, array in model.parameters.items():
            np.testing.assert_array_equal(array, end[path])
        with self.assertRaisesRegex(fluxgate.NotFound, "2 of " + job.id):
            model.rewind(3)

    def test_the_straight_line(self):
        model = self.line()
        self.assertEqual(repr(model), "Dense(1 => 1)       # 2 parameters")
        self.assertAlmostEqual(float(self.session.eval("loss(predict, train.x, train.y)")),
                               122.64734, places=5)
        first = model.train(loss="loss", optimiser="Descent()")
        self.assertAlmostEqual(first.loss, 116.38745, places=5)
        self.assertEqual(first.changes["weight"].before, np.float32(0.9066542))
        self.assertAlmostEqual(first.changes["weight"].gradient.item(), -66.71134, places=4)
        self.assertAlmostEqual(model.parameters["weight"].item(), 7.577789, places=5)

        rest = model.train(epochs=200)
        self.assertAlmostEqual(rest.loss, 0.00339581, places=8)
        self.assertEqual((rest.steps, rest.epochs, rest.stopped_because), (200, 200, "EPOCHS_DONE"))
        self.assertAlmostEqual(model.parameters["weight"].item(), 4.0178537, places=6)
        self.assertAlmostEqual(model.parameters["bias"].item(), 2.0050256, places=6)
        predicted = model.predict(np.arange(6, 11, dtype=np.float32))
        self.assertEqual(predicted.shape, (5, 1))
        np.testing.assert_allclose(predicted[:, 0],
                                   [26.112148, 30.130003, 34.147854, 38.165707, 42.18356],
                                   rtol=1e-6)

    def test_history(self):
        model = self.line()
        plain = model.train(epochs=200, loss="loss")
        self.assertEqual(set(plain.history), {"step", "epoch", "loss"})
        self.assertGreaterEqual(len(plain.history["loss"]), 100)
        self.assertAlmostEqual(plain.history["loss"][0], 122.64734, places=4)
        self.assertEqual(plain.history["step"][-1], 200)

        measured = model.train(epochs=3, validation="train", metrics=["mae"])
        self.assertEqual(measured.history["epoch"], [1, 2, 3])
        self.assertEqual(measured.history["mae"][-1], measured.metrics["mae"])
        self.assertEqual(measured.history["validation_loss"][-1], measured.validation_loss)
        self.assertIn("Training: done after 3 steps, loss", repr(measured))

    def test_arrays_are_stored_as_datasets(self):
        model = self.session.model("Dense(1 => 1)", name="predict")
        model.train(X, Y, validation=(X + 6, Y + 24), epochs=2)
        self.assertEqual([d.name for d in self.session.datasets()],
                         ["predict_train", "predict_validation"])
        stored = self.session.datasets()[0]
        for same in ((X, Y), stored, "predict_train"):
            self.assertEqual(model.train(same).steps, 1)
        self.assertEqual(model.train(X, loss="(m, x) -> sum(abs2, m(x))").steps, 1)
        with self.assertRaisesRegex(TypeError, "a dataset has targets of its own"):
            model.train(stored, Y)

    def test_callback_sees_progress_and_can_stop(self):
        model, seen = self.line(), []
        model.train(epochs=5, every=1, callback=seen.append)
        self.assertEqual([event.step for event in seen], [1, 2, 3, 4, 5])
        self.assertIsInstance(seen[0], fluxgate.Step)

        def stop(event):
            raise InterruptedError(event)
        with self.assertRaises(InterruptedError):
            model.train(epochs=10**9, callback=stop)
        self.assertEqual(self.session.jobs()[0].wait().stopped_because, "CANCELLED")
        self.assertLess(model.info().step, 10**9)

    def test_a_training_ends_at_its_timeout(self):
        model = self.line()
        training = model.train(loss="loss", optimiser="Descent(0.01)", epochs=1_000_000_000,
                               timeout=0.3)
        self.assertEqual(training.stopped_because, "DEADLINE")
        self.assertGreater(training.steps, 0)
        # The session goes on.
        self.assertEqual(model.train(epochs=1).stopped_because, "EPOCHS_DONE")

    def test_progress_bar(self):
        model = self.line()
        with contextlib.redirect_stderr(io.StringIO()) as shown:
            model.train(epochs=20, progress_bar=True)
        self.assertIn("20/20", shown.getvalue())
        self.assertIn("epoch 20/20", shown.getvalue())
        with contextlib.redirect_stderr(io.StringIO()) as shown:
            model.train(epochs=20)
        self.assertEqual(shown.getvalue(), "")  # not a terminal

    def test_parameters_come_and_go_bit_for_bit(self):
        model = self.session.model("Chain(Dense(300 => 1000, tanh), Dense(1000 => 2))")
        random = np.random.default_rng(0)
        # All bits of a Float32: infinities, subnormals and NaN among them.
        sent = {path: random.integers(0, 2**32, shape, np.uint32).view(np.float32)
                for path, shape in {"layers[1].weight": (1000, 300), "layers[1].bias": (1000,),
                                    "layers[2].weight": (2, 1000), "layers[2].bias": (2,)}.items()}
        model.parameters = sent
        came = dict(model.parameters)
        self.assertEqual(list(came), list(sent))
        for path, array in sent.items():
            self.assertEqual(came[path].dtype, np.float32)
            if array.size > 64:  # as rows a NaN has no bits
                np.testing.assert_array_equal(came[path].view(np.uint32), array.view(np.uint32))
        one = np.asfortranarray(random.random((2, 1000), np.float32))
        model.parameters["layers[2].weight"] = one
        np.testing.assert_array_equal(model.parameters["layers[2].weight"], one)
        self.assertEqual(self.session["model.layers[2].weight"][1, 999], one[1, 999])

    def test_parameters_as_a_mapping(self):
        model = self.line()
        parameters = model.parameters
        self.assertEqual(list(parameters), ["weight", "bias"])
        self.assertEqual(len(parameters), 2)
        self.assertEqual(repr(parameters), "Parameters of predict:\n  weight: 1×1\n  bias: 1")
        model.parameters["bias"] += 1
        self.assertEqual(model.parameters["bias"], [1])
        with self.assertRaisesRegex(KeyError, "there is no wieght .* it has weight, bias"):
            model.parameters["wieght"]
        self.assertIsNone(model.parameters.get("wieght"))
        with self.assertRaises(fluxgate.InvalidArgument):
            model.parameters = {"weight": [[5]], "bias": [1, 2]}
        self.assertEqual(model.parameters["weight"], np.float32(0.9066542))  # none or all

    def test_files(self):
        model = self.line()
        file = os.path.join(harness.scratch(), "line.npz")
        model.save(file)
        with np.load(file) as saved:
            self.assertEqual(saved["weight"], np.float32(0.9066542))
        model.parameters = {"weight": [[0]], "bias": [7]}
        model.load(file)
        self.assertEqual(model.parameters["bias"], [0])
        with self.assertRaisesRegex(ValueError, "npz or .safetensors files, not '.txt'"):
            model.save("line.txt")

    def test_predict(self):
        model = self.session.model("Chain(Dense(3 => 4, tanh), Dense(4 => 2))")
        x = np.random.default_rng(0).random((1000, 3), np.float32)
        whole = model.predict(x)
        self.assertEqual(whole.shape, (1000, 2))
        np.testing.assert_allclose(model.predict(x, batch_size=300), whole, rtol=1e-6)
        np.testing.assert_allclose(model(np.asfortranarray(x)), whole, rtol=1e-6)
        np.testing.assert_allclose(model(x[::2]), whole[::2], rtol=1e-6)
        self.session.push("d", x)
        np.testing.assert_array_equal(model.predict("d.x"), whole)
        pair = self.session.model("Parallel(tuple, Dense(3 => 1), Dense(3 => 2))", name="pair")
        first, second = pair.predict(x[:5])
        self.assertEqual((first.shape, second.shape), ((1, 5), (2, 5)))
        with self.assertRaisesRegex(TypeError, "pair gives more than one array"):
            pair.predict(x, batch_size=5)

    def test_predict_takes_what_fits(self):
        # 40 numbers in, 4 MiB out: an answer has room for half of them.
        model = self.session.model("Dense(1 => 30_000)")
        x = np.linspace(0, 1, 40, dtype=np.float32)
        y = model.predict(x)
        self.assertEqual(y.shape, (40, 30_000))
        np.testing.assert_allclose(y, x[:, np.newaxis] @ model.parameters["weight"].T, rtol=1e-6)
        with self.assertRaisesRegex(fluxgate.ResourceExhausted, "fewer examples"):
            model.predict(x, batch_size=40)
        self.assertEqual(model.predict(x[:0]).shape, (0, 30_000))
        with unittest.mock.patch("fluxgate.aio.model._PREDICT_BYTES", 3 * x.itemsize):
            np.testing.assert_allclose(model.predict(x), y, rtol=1e-6)

    def test_a_loop_of_ones_own(self):
        model = self.line()
        self.assertAlmostEqual(model.forward_backward(X, Y, loss="loss"), 122.64734, places=4)
        self.assertEqual(model.optim_step("Descent()"), 1)
        self.assertAlmostEqual(model.parameters["weight"].item(), 7.577789, places=5)
        self.assertAlmostEqual(model.forward_backward("train.x", "train.y"), 116.38745, places=4)
        self.assertEqual(model.optim_step(), 2)
        with self.assertRaises(fluxgate.FailedPrecondition):
            model.optim_step()

    def test_ctrl_c_stops_a_training_and_keeps_what_was_learned(self):
        model = self.line()
        program = ("import fluxgate, sys\n"
                   "s = fluxgate.connect(sys.argv[1], sys.argv[2])\n"
                   "s.model('predict').train(epochs=10**9, optimiser='Descent(1e-6)',\n"
                   "                         callback=lambda event: print(event, flush=True))")
        process = subprocess.Popen(
            [sys.executable, "-c", program, self.server.address, self.session.name],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertIn("KeyboardInterrupt", errors)
        stopped = self.session.jobs()[0].wait()
        self.assertEqual(stopped.stopped_because, "CANCELLED")
        self.assertEqual(model.info().step, stopped.steps)
        self.assertNotEqual(model.parameters["weight"], np.float32(0.9066542))

    def test_models_of_a_session(self):
        self.line()
        self.assertEqual([m.name for m in self.session.models()], ["predict"])
        self.assertEqual(self.session.model().name, "predict")
        self.assertEqual(self.session.model("predict").type, "Dense")
        self.session.model("predict").delete()
        with self.assertRaises(fluxgate.NotFound):
            self.session.model("predict")


if __name__ == "__main__":
    harness.main()
