"""Who may call: the token file from making its lines to changing it under a running server."""

import os
import signal
import subprocess
import unittest

import harness

ADA, BOB = "ada-0123456789abcdef0123456789abcdef", "bob-0123456789abcdef0123456789abcdef"


def hashed(tenant, token):
    done = subprocess.run([harness.SERVER, "--hash_token=" + tenant], input=token + "\n", text=True,
                          capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def write(path, text, mode=0o600):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, mode)


def check(path):
    return subprocess.run([harness.SERVER, "--token_file=" + path, "--check_config"], text=True,
                          capture_output=True)


class TokensTest(unittest.TestCase):
    def setUp(self):
        self.folder = harness.scratch()
        self.tokens = os.path.join(self.folder, "tokens")
        write(self.tokens, "# both\n" + hashed("ada", ADA) + hashed("bob", BOB))

    def environment(self, token):
        return {"env": {**os.environ, "FLUXGATE_TOKEN": token}}

    def test_two_tenants(self):
        own = os.path.join(self.folder, "ada.token")
        write(own, ADA + "\n")
        with harness.Server("--token_file=" + self.tokens, "--log_level=trace") as server:
            self.assertEqual(server.ok("--token_file", own, "eval", "x = 1"), "1\n")
            self.assertEqual(server.ok("eval", "x = 2", **self.environment(BOB)), "2\n")
            self.assertEqual(server.ok("--token_file", own, "eval", "x"), "1\n")
            # Streams and the JSON calls of the command carry it too.
            server.ok("eval", "m = Dense(1 => 1); d = (x = [1f0;;], y = [2f0;;]);",
                      **self.environment(BOB))
            self.assertIn("done after 1 steps", server.ok("train", **self.environment(BOB)))
            self.assertIn('"name": "default"',
                          server.ok("call", "Sessions/ListSessions", **self.environment(BOB)))
            for token in ("", "nobody-0123456789abcdef"):
                refused = server.run("eval", "x", **self.environment(token))
                self.assertEqual(refused.returncode, 1)
                self.assertIn("UNAUTHENTICATED", refused.stderr)
            # Probes and those who look at the API need none.
            self.assertEqual(server.ok("health"), "SERVING\n")
            self.assertIn("fluxgate.v1.Models", server.grpcurl("ADDRESS", "list").stdout)
            for secret in (ADA, BOB, "nobody-0123456789abcdef"):
                self.assertNotIn(secret, server.errors())

    def test_other_tokens_after_a_signal(self):
        with harness.Server("--token_file=" + self.tokens) as server:
            job = server.ok("eval", "x = 1", **self.environment(ADA))
            self.assertEqual(job, "1\n")
            write(self.tokens, "no tokens at all\n")
            server.process.send_signal(signal.SIGHUP)
            harness.wait_until(lambda: "stay as they were" in server.errors(), "it says no")
            self.assertEqual(server.ok("eval", "x", **self.environment(ADA)), "1\n")
            new = "new-0123456789abcdef0123456789abcdef"
            write(self.tokens, hashed("ada", new))
            server.process.send_signal(signal.SIGHUP)
            harness.wait_until(lambda: "read again: 1 tenants" in server.errors(), "it reads")
            self.assertEqual(server.ok("eval", "x", **self.environment(new)), "1\n")
            for old in (ADA, BOB):
                self.assertIn("UNAUTHENTICATED",
                              server.run("eval", "x", **self.environment(old)).stderr)
            self.assertEqual(server.stop(), 0)

    def test_wrong_files(self):
        self.assertEqual(check(self.tokens).returncode, 0)
        wrong = os.path.join(self.folder, "wrong")
        for text, mode, complaint in (
                ("", 0o600, "no token"),
                ("ada plain-secret\n", 0o600, "line 1: has 2 words"),
                ("ada md5 salt 00\n", 0o600, "sha256 alone"),
                (hashed("ada", ADA) + "bob sha256 salt 12\n", 0o600, "line 2: a SHA-256"),
                (hashed("ada", ADA), 0o660, "chmod go-w")):
            write(wrong, text, mode)
            done = check(wrong)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(complaint, done.stderr)
            self.assertIn(wrong, done.stderr)
            self.assertNotIn("plain-secret", done.stderr)
        self.assertIn("cannot read", check(os.path.join(self.folder, "missing")).stderr)
        write(wrong, hashed("ada", ADA), 0o644)
        self.assertIn("chmod 600 is better", check(wrong).stderr)

    def test_what_is_no_token(self):
        for tenant, token in (("ada", "short"), ("a b", ADA), ("ada", "with a blank in its middle")):
            done = subprocess.run([harness.SERVER, "--hash_token=" + tenant], input=token,
                                  text=True, capture_output=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertNotIn(token, done.stderr.replace("NAME", ""))

    def test_beyond_this_machine(self):
        done = subprocess.run(
            [harness.SERVER, "--listen=0.0.0.0:0", "--token_file=" + self.tokens],
            text=True, capture_output=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--tls_cert", done.stderr)


if __name__ == "__main__":
    harness.main()
