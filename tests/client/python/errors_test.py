"""Errors of the Python client: an exception for each status, and a text that says what to do."""

import fluxgate
import harness
import numpy as np
from client_test_case import ClientTestCase
from fluxgate import api, errors


class ErrorsTest(ClientTestCase):
    def test_text_shows_the_place(self):
        with self.assertRaises(fluxgate.InvalidArgument) as caught:
            self.session.eval("price = 2\n1 + prise")
        self.assertRegex(str(caught.exception),
                         r"(?s)^UndefVarError: `prise` not defined\n"
                         r"Suggestion: did you mean `price`\?\n"
                         r"@ REPL\[\d+\]:2:5\n1 \+ prise\n    \^+$")
        diagnostic = caught.exception.diagnostic
        self.assertEqual((diagnostic.kind, diagnostic.line, diagnostic.column), ("UndefVarError", 2, 5))
        self.assertEqual(diagnostic.suggestion, "price")
        # Every change has an id, made by this client.
        self.assertRegex(caught.exception.request_id, "^[0-9a-f]{32}$")
        with self.assertRaisesRegex(ValueError, "^too bad\n"):
            self.session.eval('error("too bad")')

    def test_fields(self):
        self.session.model("Dense(2 => 1)", name="m")
        with self.assertRaisesRegex(ValueError, r"x: .*expects size\(input, 1\) == 2") as caught:
            self.session.model("m").predict(np.zeros((4, 3), np.float32))
        self.assertEqual(caught.exception.violations[0].field, "x")
        with self.assertRaisesRegex(KeyError, '^model: no name "n" .* it holds m$'):
            self.session.model("n")

    def test_states_and_limits(self):
        self.session.push("d", [[1.0]], [1.0])
        model = self.session.model("Dense(1 => 1)")
        job = model.submit(epochs=10**9)
        with self.assertRaisesRegex(fluxgate.FailedPrecondition, job.id):
            model.parameters["bias"] = [1]
        job.cancel()
        job.wait()
        with self.assertRaises(TimeoutError):
            self.session.eval("while true; end", timeout=0.2)

    def test_no_server(self):
        with self.assertRaisesRegex(ConnectionError, "no server answers at 127.0.0.1:1; start one"):
            fluxgate.connect("127.0.0.1:1", connect_timeout=0.2)

    def test_every_status_has_a_class(self):
        for number in range(1, 17):
            error = errors.from_status(api.Status(code=number, message="m"))
            self.assertEqual((error.code.value[0], str(error)), (number, "m"))
            self.assertEqual(type(error) is fluxgate.Error, number == 2)


if __name__ == "__main__":
    harness.main()
