"""The example of the Python client: forty lines from a file to a trained network."""

import os
import re
import subprocess
import sys
import unittest

import numpy

import harness

EXAMPLE = os.path.abspath("client/python/examples/digits.py")


class DigitsTest(unittest.TestCase):
    def test_example(self):
        with open(EXAMPLE, encoding="utf-8") as file:
            self.assertLessEqual(len(file.readlines()), 40)
        folder = harness.scratch()
        os.mkdir(os.path.join(folder, "tests"))
        os.symlink(harness.DATA, os.path.join(folder, "tests/data"))
        with harness.Server() as server:
            done = subprocess.run(
                [sys.executable, "-B", EXAMPLE], cwd=folder, text=True, stdout=subprocess.PIPE,
                check=True, env={"PYTHONPATH": os.path.abspath("client/python"),
                                 "FLUXGATE_SERVER": server.address})
        print(done.stdout)
        self.assertIn("Dense(64 => 32, relu),                # 2_080 parameters", done.stdout)
        accuracy = re.search(r"360 digits that it has not seen: ([\d.]+)", done.stdout).group(1)
        self.assertGreater(float(accuracy), 0.95)
        with numpy.load(os.path.join(folder, "digits.npz")) as saved:
            self.assertEqual(saved["layers[1].weight"].shape, (32, 64))


if __name__ == "__main__":
    harness.main()
