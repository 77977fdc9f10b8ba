"""The log of a running server: lifecycle, failures, and every call when asked to."""

import json
import unittest

import harness


def lines_of(server):
    """The log as JSON: every line must be."""
    return [json.loads(line) for line in server.errors().splitlines()]


class LogsTest(unittest.TestCase):
    def test_json(self):
        with harness.Server("--log_format=json", "--log_calls") as server:
            server.ok("eval", "secret_name = 4711")
            server.ok("--session", "ada", "eval", "m = Dense(1 => 1); d = (x = [1f0;;], y = [2f0;;]);")
            server.ok("--session", "ada", "train")
            failed = server.grpcurl("-v", "-d", '{"source":"nowhere"}', "ADDRESS",
                                    "fluxgate.v1.Workspace/Evaluate")
            self.assertIn("x-request-id", failed.stdout)
            request_id = failed.stdout.split("x-request-id: ")[1].split()[0]
            self.assertIn(request_id, failed.stderr)
            self.assertEqual(server.stop(), 0)
            lines = lines_of(server)
            calls = [line for line in lines if line["message"] == "call"]
            self.assertTrue({"level", "time", "rpc", "code", "session", "request_id", "peer",
                             "queue_ms", "compute_ms"} <= set(calls[0]))
            found = [line for line in calls if line["request_id"] == request_id]
            self.assertEqual([line["code"] for line in found], ["INVALID_ARGUMENT"])
            jobs = [line for line in lines if line["message"] == "job"]
            self.assertEqual([(line["session"], line["code"]) for line in jobs], [("ada", "OK")])
            self.assertEqual(lines[-1]["message"], "stopped")
            self.assertNotIn("secret", server.errors())
            self.assertNotIn("4711", server.errors())

    def test_text_says_only_what_went_wrong(self):
        with harness.Server() as server:
            server.ok("eval", "1")
            server.run("call", "Workspace/Evaluate", '{"source":"nowhere"}')
            calls = [line for line in server.errors().splitlines() if "] call " in line]
            self.assertEqual(len(calls), 1)
            self.assertIn("code=INVALID_ARGUMENT", calls[0])

    def test_slow_calls(self):
        with harness.Server("--log_slow=1ns") as server:
            server.ok("eval", "1")
            self.assertIn("rpc=fluxgate.v1.Workspace/Evaluate code=OK", server.errors())


if __name__ == "__main__":
    harness.main()
