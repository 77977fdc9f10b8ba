"""The package as others get it: `pip install` of the folder, and the types that it promises."""

import os
import shutil
import subprocess
import sys
import unittest

import harness

PACKAGE = os.path.abspath("client/python")
LINE = """
import fluxgate, numpy
print(fluxgate.__file__)
model = fluxgate.connect().model("Dense([0.9066542f0;;])", name="predict")
x = numpy.arange(6, dtype="float32")
print("%.8f" % model.train((x, 4 * x + 2), optimiser="Descent()", epochs=201).loss)
"""


class PackageTest(unittest.TestCase):
    def test_pip_installs_it_from_a_checkout(self):
        folder = harness.scratch()
        checkout, installed = os.path.join(folder, "checkout"), os.path.join(folder, "installed")
        for path, source in (("client/python", PACKAGE), ("proto/fluxgate/v1", "proto/fluxgate/v1"),
                             ("deploy/bazel/third_party/googleapis/google/rpc",
                              "../googleapis/google/rpc")):
            shutil.copytree(source, os.path.join(checkout, path),
                            ignore=shutil.ignore_patterns("descriptors.pb"))
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps",
             "--no-compile", "--no-build-isolation", "--target", installed, "./client/python"],
            cwd=checkout, check=True, env={**os.environ, "HOME": folder, "PYTHONPATH": "",
                             "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
        self.assertEqual(sorted(os.listdir(os.path.join(installed, "fluxgate"))),
                         sorted(os.listdir(os.path.join(PACKAGE, "fluxgate"))))
        with harness.Server() as server:
            done = subprocess.run(
                [sys.executable, "-c", LINE], cwd=folder, text=True, stdout=subprocess.PIPE,
                check=True, env={"PYTHONPATH": installed, "FLUXGATE_SERVER": server.address})
        self.assertEqual(done.stdout.split(),
                         [os.path.join(installed, "fluxgate/__init__.py"), "0.00339581"])

    def test_types(self):
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir",
             harness.scratch(), "fluxgate"], cwd=PACKAGE, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={"MYPYPATH": "."})
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    harness.main()
