"""Sessions of the Python client: text, values, gradients."""

import math

import numpy as np

import fluxgate
import harness
from client_test_case import ClientTestCase


class SessionTest(ClientTestCase):
    def test_values_become_python_values(self):
        for source, expected in (
                ("1 + 1", 2), ("0.5", 0.5), ("0.1f0", float(np.float32(0.1))), ("1 < 2", True),
                ("typemax(Int)", 2**63 - 1), ("-Inf", -math.inf), ('"text"', "text"), (":a", "a"),
                ("nothing", None), ("(1, (2.5, true))", (1, (2.5, True))),
                ("(a = 1, b = 2)", {"a": 1, "b": 2}), ('Any[1, "x"]', [1, "x"]),
                ('Dict("a" => 1)', {"a": 1}), ("Dict(:b => 2)", {"b": 2}),
                ("Dict(3 => 4)", {3: 4})):
            with self.subTest(source):
                value = self.session.eval(source).value
                self.assertEqual(value, expected)
                self.assertIs(type(value), type(expected))

    def test_arrays_have_julias_dims(self):
        for source, expected in (
                ("[1 2 3; 4 5 6]", np.array([[1, 2, 3], [4, 5, 6]])),
                ("reshape(collect(1.0:24), 2, 3, 4)",
                 np.arange(1.0, 25).reshape((2, 3, 4), order="F")),
                ("Bool[1, 0]", np.array([True, False])), ("1:3", np.array([1, 2, 3])),
                ("zeros(Float32, 0, 3)", np.zeros((0, 3), np.float32)),
                ("Float32[i + 100j for i in 1:20, j in 1:30]",
                 np.fromfunction(lambda i, j: i + 1 + 100 * (j + 1), (20, 30), dtype=np.float32))):
            with self.subTest(source):
                value = self.session.eval(source).value
                np.testing.assert_array_equal(value, expected)
                self.assertEqual((value.dtype, value.shape), (expected.dtype, expected.shape))
        self.assertTrue(math.isnan(self.session.eval("NaN").value))

    def test_a_result_shows_as_in_julia_and_behaves_like_its_value(self):
        result = self.session.eval('println("hello"); [1.0 2.0; 3.0 4.0]')
        self.assertEqual(repr(result), "2×2 Matrix{Float64}:\n 1.0  2.0\n 3.0  4.0")
        self.assertEqual((result.type, result.output), ("Matrix{Float64}", "hello\n"))
        np.testing.assert_array_equal(result + 1, [[2, 3], [4, 5]])
        np.testing.assert_array_equal(np.asarray(result), [[1, 2], [3, 4]])
        self.assertEqual(result[1, 0], 3)
        number = self.session.eval("2 + 3;")
        self.assertEqual((number == 5, float(number), f"{number:03d}", repr(number)),
                         (True, 5.0, "005", ""))
        self.assertLess(number, 6)
        first, second = self.session.eval("1, 2")
        self.assertEqual((first, second), (1, 2))
        function = self.session.eval("f(x) = 2x")
        self.assertIsInstance(function.value, fluxgate.Object)
        self.assertEqual(repr(function.value), "f (generic function with 1 method)")

    def test_fork(self):
        self.session.eval("a = [1, 2]; f(x) = 3x;")
        fork = self.session.fork("test_fork_copy")
        fork.eval("a[1] = 9")
        np.testing.assert_array_equal(fork.eval("f(a)").value, [27, 6])
        np.testing.assert_array_equal(self.session["a"], [1, 2])
        self.assertEqual(fork.name, "test_fork_copy")
        with self.assertRaises(fluxgate.AlreadyExists):
            self.session.fork("test_fork_copy")
        fork.delete()

    def test_names(self):
        matrix = np.arange(6.0).reshape(2, 3)
        for array in (matrix, np.asfortranarray(matrix), matrix[:, ::2], np.float32(1.5), [True]):
            self.session["a"] = array
            np.testing.assert_array_equal(self.session["a"], array)
        for number in (7, 2**60 + 1, -0.5, math.inf, True):
            self.session["n"] = number
            self.assertEqual(self.session["n"], number)
            self.assertIs(type(self.session["n"]), type(number))
        self.session["t"] = "1 + 1"
        self.assertEqual(self.session["t"], "1 + 1")
        self.assertEqual(self.session.names()["t"], '"1 + 1"')
        self.session["height"] = 1
        with self.assertRaisesRegex(fluxgate.NotFound, 'did you mean "height"'):
            self.session["heigth"]

    def test_large_arrays(self):
        large = np.random.default_rng(0).random((1000, 700))
        self.session["large"] = large
        np.testing.assert_array_equal(self.session["large"], large)
        result = self.session.eval("2 .* large")
        self.assertIn("1000×700 Matrix{Float64}", repr(result))
        with self.assertRaisesRegex(fluxgate.ResourceExhausted, "give it a name"):
            result.value

    def test_gradients(self):
        s = self.session
        s.eval("f(x) = 3x^2 + 2x + 1")
        self.assertEqual(s.gradient("f", 2), 14)
        self.assertEqual(s.gradient("f", 2, order=2), 6)
        self.assertEqual(s.value_and_gradient("x -> x^3", 2.0), (8, 12))
        a, b = s.gradient("(x, y) -> sum((x .- y).^2)", [2.0, 1.0], [2.0, 0.0])
        np.testing.assert_array_equal(a, [0, 2])
        np.testing.assert_array_equal(b, [0, -2])
        np.testing.assert_array_equal(
            s.gradient("v -> v[1]^2 * v[2]", np.array([1.0, 2.0]), order=2), [[4, 2], [2, 0]])
        self.assertEqual(s.gradient("(x, y) -> x^2", 3.0, 1.0), (6, None))
        self.assertEqual(s.gradient("sum", "[1, 2]").tolist(), [1, 1])
        model = s.model("Dense([2.0f0 3.0f0], false)", name="m")
        by_path = s.gradient("() -> sum(m([5, 7]))", parameters=model)
        np.testing.assert_array_equal(by_path["m.weight"], [[5, 7]])
        self.assertEqual(s.gradient("() -> sum(m([5, 7]))", parameters=["m"]).keys(),
                         by_path.keys())

    def test_derivatives_as_text(self):
        s = self.session
        self.assertEqual(s.derive("f(x) = 3x^2 + 2x + 1"), "6x + 2")
        self.assertEqual(s.derive("f", order=2), "6")
        self.assertEqual(s.derive("(x, y) -> x^2 * y"), ("2x * y", "x^2"))
        self.assertEqual(s.derive("v -> sum(v .^ 2)", [1.0, 2.0]), "2v")

    def test_calls(self):
        s = self.session
        s.eval("g(x; scale = 1) = scale .* x")
        np.testing.assert_array_equal(s.call("g", np.array([[1, 2]]), scale=3), [[3, 6]])
        self.assertEqual(s.call("x -> x + 1", 1), 2)
        self.assertEqual(s.call("+", "1 + 1", 1.5), 3.5)

    def test_help(self):
        self.assertTrue(self.session.help("Flux.mse").startswith("# mse\n\n`mse(ŷ, y;"))
        self.assertIn("logitcrossentropy", self.session.help("Losses"))
        self.assertIn("# Concepts", self.session.help())
        with self.assertRaisesRegex(fluxgate.NotFound, 'did you mean "epoch"'):
            self.session.help("epoc")

    def test_sessions_are_apart_and_end(self):
        other = self.connect(session="another")
        self.session["x"] = 1
        self.assertEqual(other.names(), {})
        self.assertEqual((repr(other), other.name), ("Session('another')", "another"))
        other["y"] = 2
        self.session.delete()
        self.assertEqual(self.connect().names(), {})
        self.assertEqual(self.connect(session="another").names(), {"y": "2"})


if __name__ == "__main__":
    harness.main()
