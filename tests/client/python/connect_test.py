"""Connections of the Python client: sockets, TLS, tokens, and who is there."""

import os
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import fluxgate
import harness
from fake_server import FakeServer, number_answer


class ConnectTest(unittest.TestCase):
    def test_tls(self):
        folder = harness.scratch()
        key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
             certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
        with harness.Server(f"--tls_cert={certificate}", f"--tls_key={key}") as server:
            with fluxgate.connect(server.address, tls_ca=certificate) as session:
                self.assertEqual(session.eval("1 + 1"), 2)
            with self.assertRaises(fluxgate.Unavailable):
                fluxgate.connect(server.address, connect_timeout=0.5)

    def test_a_socket_of_this_machine(self):
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a socket's path is short
            address = f"unix:{folder}/socket"
            with harness.Server(command=[harness.SERVER, "--listen=" + address]):
                with fluxgate.connect(address) as session:
                    self.assertEqual(session.eval("1 + 1"), 2)

    def test_a_token_given_or_of_the_environment(self):
        token = "0123456789abcdef0123456789abcdef"
        path = os.path.join(harness.scratch(), "tokens")
        with open(path, "w", encoding="ascii") as file:
            subprocess.run([harness.SERVER, "--hash_token=ada"], input=token, text=True,
                           stdout=file, check=True)
        os.chmod(path, 0o600)
        with harness.Server("--token_file=" + path) as server:
            with fluxgate.connect(server.address) as session:
                self.assertRaisesRegex(fluxgate.Unauthenticated, "wants a token", session.eval, "1")
            with fluxgate.connect(server.address, token=token) as session:
                self.assertEqual(session.eval("x = 2"), 2)
            with unittest.mock.patch.dict(os.environ, FLUXGATE_TOKEN=token):
                with fluxgate.connect(server.address) as session:
                    self.assertEqual(session.eval("x"), 2)

    def test_a_token_goes_with_every_call(self):
        tokens = []

        def evaluate(request, context):
            tokens.append(dict(context.invocation_metadata()).get("authorization"))
            return number_answer(2)
        server = FakeServer(self, Evaluate=evaluate)
        for token in ("secret", None):
            with fluxgate.connect(server.address, token=token) as session:
                self.assertEqual(session.eval("1 + 1"), 2)
        self.assertEqual(tokens, ["Bearer secret", None])

    def test_the_environment_says_which_server(self):
        with harness.Server() as server:
            done = subprocess.run(
                [sys.executable, "-c", "import fluxgate; print(fluxgate.connect(session='ada'))"],
                text=True, stdout=subprocess.PIPE, check=True,
                env={**os.environ, "FLUXGATE_SERVER": server.address})
        self.assertEqual(done.stdout, "Session('ada')\n")

    def test_a_session_that_exists_is_joined(self):
        with harness.Server() as server:
            with fluxgate.connect(server.address, "ada") as first:
                first["x"] = 1
            with fluxgate.connect(server.address, "ada") as second:
                self.assertEqual(second["x"], 1)
            with self.assertRaises(fluxgate.InvalidArgument):
                fluxgate.connect(server.address, "no such name!")


if __name__ == "__main__":
    harness.main()
