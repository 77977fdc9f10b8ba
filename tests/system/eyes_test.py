"""What an operator looks at: pages over HTTP, and flags that are checked or come from a file."""

import os
import re
import signal
import subprocess
import unittest
import urllib.error
import urllib.request

import harness


def page(server, path):
    """Status, content type and text of one of the server's pages."""
    address = re.search(r"HTTP on (\S+):", server.errors())[1].rstrip(":")
    try:
        with urllib.request.urlopen("http://%s%s" % (address, path), timeout=30) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def samples(text):
    """{'name{labels}': value} of a page in Prometheus' text format; each line is held to it."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = re.fullmatch(r'([a-z_]+(?:\{(?:[a-z_]+="[^"]*",?)+\})?) (\S+)',
                                       line).groups()
            found[name] = float(value)
    return found


class Http(unittest.TestCase):
    def test_metrics_count_calls_jobs_and_memory(self):
        with harness.Server("--http_listen=127.0.0.1:0", "--workers=2") as server:
            server.ok("eval", "x = rand(1000); 1")
            self.assertEqual(server.run("eval", "nope").returncode, 1)
            status, kind, text = page(server, "/metrics")
            self.assertEqual((status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"))
            values = samples(text)
            labels = 'grpc_service="fluxgate.v1.Workspace",grpc_method="Evaluate"'
            self.assertEqual(values['grpc_server_handled_total{%s,grpc_code="OK"}' % labels], 2)
            self.assertEqual(values["grpc_server_handling_seconds_count{%s}" % labels], 2)
            self.assertEqual(
                values['grpc_server_handling_seconds_bucket{%s,le="+Inf"}' % labels], 2)
            self.assertEqual(values["fluxgate_workers"], 2)
            self.assertEqual(values["fluxgate_sessions"], 1)
            self.assertGreaterEqual(values["fluxgate_memory_used_bytes"], 8000)
            self.assertGreater(values["fluxgate_memory_limit_bytes"],
                               values["fluxgate_memory_used_bytes"])
            self.assertGreater(values["process_resident_memory_bytes"], 1 << 20)
            for family in {re.match(r"[a-z_]+", name)[0] for name in values}:
                family = re.sub("_(bucket|sum|count)$", "", family)
                self.assertRegex(text, "(?m)^# TYPE %s (counter|gauge|histogram)$" % family)

    def test_healthz_follows_the_server(self):
        with harness.Server("--http_listen=127.0.0.1:0", "--grace=600s") as server:
            self.assertEqual(page(server, "/healthz")[::2], (200, "SERVING\n"))
            server.process.send_signal(signal.SIGTERM)
            harness.wait_until(lambda: page(server, "/healthz")[0] == 503, "it stops serving")
            self.assertEqual(page(server, "/healthz")[2], "NOT_SERVING\n")

    def test_another_path_says_what_exists(self):
        with harness.Server("--http_listen=127.0.0.1:0") as server:
            status, _, text = page(server, "/")
            self.assertEqual(status, 404)
            self.assertIn("/healthz\n/metrics\n", text)

    def test_beyond_loopback_needs_a_word(self):
        done = subprocess.run([harness.SERVER, "--listen=127.0.0.1:0", "--http_listen=0.0.0.0:0"],
                              text=True, capture_output=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--insecure", done.stderr)


class Flags(unittest.TestCase):
    def check(self, *flags):
        return subprocess.run([harness.SERVER, *flags, "--check_config"], text=True,
                              capture_output=True)

    def test_a_checked_configuration_can_be_read_back(self):
        first = self.check("--workers=3", "--drain=7s")
        self.assertEqual((first.returncode, first.stderr), (0, ""))
        self.assertIn("--workers=3\n", first.stdout)
        path = os.path.join(harness.scratch(), "server.flags")
        with open(path, "w", encoding="utf-8") as file:
            file.write("# a comment\n" + first.stdout)
        second = self.check("--flagfile=" + path)
        self.assertEqual((second.returncode, second.stdout), (0, first.stdout))

    def test_wrong_values_are_named(self):
        done = self.check("--tls_cert=/nowhere/cert.pem")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--tls_key", done.stderr)
        self.assertEqual(self.check("--max_sessions=0").returncode, 2)


if __name__ == "__main__":
    harness.main()
