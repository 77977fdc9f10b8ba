"""The straight line of README.md, by the very grpcurl commands that it teaches."""

import re
import subprocess
import unittest

import harness
import markdown

TITLE = "The straight line, by hand"

SERVICES = ("Sessions", "Workspace", "Models", "Datasets", "Jobs", "Server")


class StraightLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = harness.Server()
        cls.addClassCleanup(cls.server.__exit__)
        cls.shell = markdown.Shell()
        cls.shell.use(cls.server)
        first, last = markdown.section("README.md", TITLE)
        cls.blocks = [b for b in markdown.blocks("README.md")
                      if first <= b.line <= last and b.kind == "sh"]

    def answers(self):
        """(command, its answers) for each command of the section, in order."""
        result = []
        for block in self.blocks:
            for line in block.text.split("\n"):
                if not line.strip():
                    continue
                done = subprocess.run(self.shell.command(line), text=True, capture_output=True,
                                      cwd=self.shell.folder, env=self.shell.environment())
                self.assertEqual(done.returncode, 0, line + "\n" + done.stderr)
                if line.startswith("g "):
                    result.append((line, harness.json_stream(done.stdout)))
        return result

    def near(self, actual, expected, tolerance=3e-7):
        self.assertEqual(len(actual), len(expected))
        for a, b in zip(actual, expected):
            self.assertLessEqual(abs(a - b), tolerance * max(1, abs(b)), (actual, expected))

    def test_numbers(self):
        answers = iter(self.answers())

        def next_answer(method):
            line, values = next(answers)
            self.assertTrue(line.startswith("g %s " % method), line)
            # No longer than the design promises: a line that fits a screen.
            self.assertLessEqual(len(line), 140, line)
            return values

        model = next_answer("Models/DefineModel")[0]["model"]
        self.assertEqual(model["parameterCount"], "2")
        next_answer("Datasets/PushDataset")
        untrained = next_answer("Models/Predict")[0]["y"]["rows"]
        self.near(untrained[0], [0, 0.9066542, 1.8133084, 2.7199626, 3.6266167, 4.533271])
        loss = next_answer("Workspace/Evaluate")[0]
        self.assertEqual(loss["show"], ["122.64734f0"])
        self.near([loss["value"]["tensor"]["rows"]], [122.64734])

        done = next_answer("Models/Train")[-1]["event"]["done"]
        self.assertEqual((done["stoppedBecause"], done["steps"]), ("EPOCHS_DONE", 1))
        self.assertAlmostEqual(done["loss"], 116.38745, delta=3e-5)
        changes = {p["path"]: p for p in done["parameters"]}
        self.near(changes["weight"]["before"]["rows"][0], [0.9066542])
        self.near(changes["weight"]["after"]["rows"][0], [7.5777884])
        self.near(changes["bias"]["after"]["rows"], [1.9466728])
        parameters = {a["chunk"]["path"]: a["chunk"]["tensor"]["rows"]
                      for a in next_answer("Models/GetParameters")}
        self.near(parameters["weight"][0], [7.5777884])
        self.near(parameters["bias"], [1.9466728])

        done = next_answer("Models/Train")[-1]["event"]["done"]
        self.assertEqual(done["steps"], 200)
        self.assertAlmostEqual(done["loss"], 0.00339581, delta=3e-6)
        changes = {p["path"]: p for p in done["parameters"]}
        self.near(changes["weight"]["after"]["rows"][0], [4.0178537])
        self.near(changes["bias"]["after"]["rows"], [2.0050256])
        predictions = next_answer("Models/Predict")[0]["y"]["rows"]
        self.near(predictions[0], [26.112148, 30.130003, 34.147854, 38.165707, 42.18356])

        first = next_answer("Workspace/Gradient")[0]["gradients"]
        self.assertEqual([g["tensor"]["rows"] for g in first], [14])
        second = next_answer("Workspace/Gradient")[0]["gradients"]
        self.assertEqual([g["tensor"]["rows"] for g in second], [6])
        self.assertIsNone(next(answers, None), "a command without an expectation")


class Describe(unittest.TestCase):
    """`grpcurl describe` is the manual: everything has a comment."""

    @classmethod
    def setUpClass(cls):
        cls.server = harness.Server()
        cls.addClassCleanup(cls.server.__exit__)

    def describe(self, symbol):
        done = self.server.grpcurl("ADDRESS", "describe", symbol)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_list(self):
        listed = self.server.grpcurl("ADDRESS", "list").stdout.split()
        for service in SERVICES:
            self.assertIn("fluxgate.v1." + service, listed)
        self.assertIn("grpc.health.v1.Health", listed)

    def test_comments(self):
        todo, seen, fields = ["fluxgate.v1." + s for s in SERVICES], set(), 0
        while todo:
            symbol = todo.pop()
            if symbol in seen:
                continue
            seen.add(symbol)
            text = self.describe(symbol)
            lines = text.split("\n")
            self.assertRegex(lines[0], " is an? ")
            for i, line in enumerate(lines[1:], 1):
                code = line.strip()
                declares = re.match(
                    r"(rpc|message|enum|service|oneof)\b|.* = \d+( \[.*\])?;$", code)
                if not declares:
                    continue
                fields += 1
                self.assertRegex(lines[i - 1].strip(), r"^//|\*/$", "%s: %s" % (symbol, code))
            todo += re.findall(r"\.(fluxgate\.v1\.[A-Za-z.]+)", text)
        self.assertGreater(fields, 400)
        self.assertIn("fluxgate.v1.Tensor", seen)


if __name__ == "__main__":
    harness.main()
