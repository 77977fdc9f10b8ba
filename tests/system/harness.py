"""Starts the real server and talks to it as a user would: through `fluxgate` and `grpcurl`.

A test is a unittest module that ends with `harness.main()`. It runs in the root of its runfiles.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.sax.saxutils

SERVER = os.path.abspath("server/fluxgate-server")
FLUXGATE = os.path.abspath("client/cli/fluxgate")
CLIENT = os.path.abspath("client")
CPP_EXAMPLE = os.path.abspath("client/cpp/example/digits")
DATA = os.path.abspath("tests/data")


def grpcurl_path():
    """deploy/setup.sh --grpcurl installs it in ~/.local/bin. A test without it fails."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    for path in (os.environ.get("GRPCURL"), os.path.join(home, ".local/bin/grpcurl"),
                 shutil.which("grpcurl")):
        if path and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError("no grpcurl: run deploy/setup.sh --grpcurl")


def scratch():
    return tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))


class Server:
    """A server on a free port of its own. Leaving the `with` block kills what still runs."""

    def __init__(self, *flags, command=None, **popen):
        self._errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            command or [SERVER, "--listen=127.0.0.1:0", *flags], stdout=subprocess.PIPE,
            stderr=self._errors, text=True, **popen)
        self.ready_line = self.process.stdout.readline()
        words = self.ready_line.split()
        if words[:2] != ["listening", "on"]:
            self.process.kill()
            self.process.wait()
            raise RuntimeError("not ready: %r %s" % (self.ready_line, self.errors()))
        self.address = words[2]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self._errors.close()

    def errors(self):
        self._errors.seek(0)
        return self._errors.read()

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait()

    # ---- fluxgate ----
    def command(self, *arguments):
        return [FLUXGATE, "--server", self.address, *arguments]

    def run(self, *arguments, **options):
        """Runs `fluxgate` and gives the finished process: returncode, stdout, stderr."""
        return subprocess.run(self.command(*arguments), text=True, capture_output=True, **options)

    def ok(self, *arguments, **options):
        """stdout of a command that must succeed without a word on stderr."""
        done = self.run(*arguments, **options)
        if done.returncode != 0 or done.stderr:
            raise AssertionError("%r: exit %d\n%s\n%s" %
                                 (arguments, done.returncode, done.stdout, done.stderr))
        return done.stdout

    # ---- grpcurl ----
    def grpcurl(self, *arguments, **options):
        """Runs grpcurl; of the arguments, "ADDRESS" is the server's."""
        command = [grpcurl_path(), "-plaintext",
                   *(self.address if a == "ADDRESS" else a for a in arguments)]
        return subprocess.run(command, text=True, capture_output=True, **options)

    def call(self, method, request):
        """The answers of a method: "Models/Predict"."""
        done = self.grpcurl("-d", json.dumps(request), "ADDRESS", "fluxgate.v1." + method)
        if done.returncode != 0:
            raise AssertionError("%s: %s" % (method, done.stderr))
        return json_stream(done.stdout)


def json_stream(text):
    """The JSON values that follow each other in a text."""
    decoder, values = json.JSONDecoder(), []
    text = text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        values.append(value)
        text = text[end:].strip()
    return values


def wait_until(condition, what, seconds=20):
    """Polls a fact that another process brings about; fails when it does not come."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("never: " + what)
        time.sleep(0.02)


class _Result(unittest.TextTestResult):
    """Keeps what Bazel's report wants to know."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.cases = []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.cases.append((test.id(), ""))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.cases.append((test.id(), self.failures[-1][1]))

    def addError(self, test, err):
        super().addError(test, err)
        self.cases.append((str(test), self.errors[-1][1]))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.cases.append((subtest.id(), "failed"))


def _write_report(cases, path):
    escape = xml.sax.saxutils.escape
    with open(path, "w", encoding="utf-8") as out:
        out.write("<testsuites><testsuite>")
        for name, failure in cases:
            out.write('<testcase name="%s">' % escape(name, {'"': "&quot;"}))
            if failure:
                out.write("<failure>%s</failure>" % escape(failure))
            out.write("</testcase>")
        out.write("</testsuite></testsuites>")


class OneServerTestCase(unittest.TestCase):
    """Its tests share one server, `server`."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)


def main():
    program = unittest.main(
        module="__main__", argv=sys.argv[:1], exit=False, verbosity=2,
        testRunner=unittest.TextTestRunner(resultclass=_Result, verbosity=2))
    report = os.environ.get("XML_OUTPUT_FILE")
    if report:
        _write_report(program.result.cases, report)
    sys.exit(0 if program.result.wasSuccessful() and program.result.testsRun else 1)
