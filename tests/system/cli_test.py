"""The command `fluxgate`: what it prints, where, and how it exits."""

import os
import signal
import subprocess

import numpy

import harness


class CliTest(harness.OneServerTestCase):
    def setUp(self):
        # A session for each test: nothing leaks from one to the next.
        self.session = ("--session", self.id().split(".")[-1])
        self.folder = harness.scratch()

    def ok(self, *arguments, **options):
        return self.server.ok(*self.session, *arguments, **options)

    def run_command(self, *arguments, **options):
        return self.server.run(*self.session, *arguments, **options)

    def fails(self, *arguments, code=1, **options):
        """stderr of a command that must fail and print nothing to stdout."""
        done = self.run_command(*arguments, **options)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertTrue(done.stderr.endswith("\n"))
        return done.stderr

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path


class Eval(CliTest):
    def test_prints_what_the_prompt_prints(self):
        self.assertEqual(self.ok("eval", "1 + 2"), "3\n")
        self.assertEqual(self.ok("eval", "hcat(0:5...)"), "1×6 Matrix{Int64}:\n 0  1  2  3  4  5\n")
        self.assertEqual(self.ok("eval", "f(x) = 3x^2 + 2x + 1"),
                         "f (generic function with 1 method)\n")
        self.assertEqual(self.ok("eval", "f(2)"), "17\n")

    def test_a_text_that_begins_with_a_minus_is_no_flag(self):
        self.assertEqual(self.ok("eval", "-2^2"), "-4\n")
        self.assertEqual(self.ok("eval", "--", "-2"), "-2\n")

    def test_only_the_last_of_a_line(self):
        self.assertEqual(self.ok("eval", "1; 2"), "2\n")

    def test_each_line_as_entered(self):
        self.assertEqual(self.ok("eval", "1\n2;\nnothing\nfunction g(x)\n  2x\nend\ng(4)"),
                         "1\ng (generic function with 1 method)\n8\n")

    def test_nothing_to_print(self):
        for source in ("1;", "nothing", "", "# a comment", "x = 3;"):
            with self.subTest(source):
                self.assertEqual(self.ok("eval", source), "")

    def test_standard_input(self):
        self.assertEqual(self.ok("eval", "-", input="a = 2\na^10\n"), "2\n1024\n")

    def test_output_comes_before_the_value(self):
        self.assertEqual(self.ok("eval", 'println("hello"); 7'), "hello\n7\n")

    def test_an_error_goes_to_stderr(self):
        error = self.fails("eval", "undefined_name + 1")
        self.assertIn("UndefVarError", error)
        self.assertIn("undefined_name", error)
        self.assertRegex(error, r":1:1\b")

    def test_lines_before_an_error_are_answered(self):
        done = self.run_command("eval", "a = 1\nb = nope\nc = 3")
        self.assertEqual((done.returncode, done.stdout), (1, "1\n"))
        self.assertIn("UndefVarError", done.stderr)
        self.assertEqual(self.ok("eval", "a"), "1\n")
        self.assertIn("UndefVarError", self.fails("eval", "c"))

    def test_text_that_is_not_utf8(self):
        done = subprocess.run(self.server.command(*self.session, "eval", "-"), input=b"x = 1\ny = \xff",
                              capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(b"line 2 of the text is not UTF-8", done.stderr)

    def test_a_long_function_is_one_input(self):
        source = "function long(x)\n%send\n(1 +\n 2)\nlong(1)\n" % ("    x = f(x)\n" * 5000)
        self.assertEqual(self.ok("eval", "-", input="f(x) = x + 1;\n" + source),
                         "long (generic function with 1 method)\n3\n5001\n")

    def test_unfinished_text(self):
        self.assertIn("ParseError", self.fails("eval", "f(x = [1, 2"))

    def test_unknown_name_suggests_the_nearest(self):
        self.ok("eval", "weights = 3;")
        self.assertIn("`weights`", self.fails("eval", "weigths"))

    def test_sessions_are_apart(self):
        self.ok("eval", "only_here = 1;")
        other = self.server.run("--session", "another", "eval", "only_here")
        self.assertEqual(other.returncode, 1)

    def test_an_endless_loop_stops_with_its_client(self):
        process = subprocess.Popen(
            self.server.command(*self.session, "eval", "while true end"), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

        def calls():
            methods = self.server.call("Server/GetStatistics", {})[0]["methods"]
            return {m["method"]: m for m in methods}.get("fluxgate.v1.Workspace/Evaluate", {})

        harness.wait_until(lambda: calls().get("inFlight"), "the loop runs")
        process.send_signal(signal.SIGINT)
        process.wait()
        process.stdout.close()
        process.stderr.close()
        harness.wait_until(lambda: not calls().get("inFlight"), "the loop stops")
        self.assertEqual(self.ok("eval", "1 + 1"), "2\n")


class Learn(CliTest):
    """help, derive, explain, train --explain."""

    def test_help(self):
        self.assertTrue(self.ok("help", "relu").startswith("# relu\n\n`relu(x) = max(0, x)`"))
        self.assertIn("# Losses", self.ok("help"))
        self.assertIn('did you mean "gradient"?', self.fails("help", "gradeint"))

    def test_derive(self):
        self.assertEqual(self.ok("derive", "f(x) = 3x^2 + 2x + 1"), "6x + 2\n")
        self.assertEqual(self.ok("derive", "f", "--order", "2"), "6\n")
        self.assertEqual(self.ok("derive", "(x, y) -> x^2 * y"), "x: 2x * y\ny: x^2\n")
        self.assertEqual(self.ok("derive", "x -> x > 0 ? x^2 : -x", "--at=-1"), "-1\n")
        self.assertIn("must give a number", self.fails("derive", "x -> [x]"))

    def test_explain(self):
        self.ok("eval", "using Flux; net = Chain(Dense(2 => 3, tanh), Dense(3 => 1));")
        text = self.ok("explain", "net", "--dims", "2,100")
        self.assertRegex(text, r"layers\[1\] +Dense\(2 => 3, tanh\).* → 3×100 +9 parameters")
        self.assertIn("2×100 → 1×100: 13 parameters in 52 bytes", text)
        self.assertRegex(text, r"prediction of 2×100: \d+ kernels")
        self.assertNotIn("step of", text)
        text = self.ok("explain", "--dims", "2,100", "--loss", "mse", "--optimiser", "Adam()")
        self.assertRegex(text, r"step of mse with Adam\(.*: \d+ kernels")
        self.assertIn("--data NAME or --dims", self.fails("explain"))
        self.assertIn("is no size", self.fails("explain", "--dims", "2,x"))

    def test_a_training_explained(self):
        self.ok("eval", "line = Dense([0.9066542f0;;])")
        self.ok("call", "Datasets/PushDataset", '{"name":"train","x":{"rows":[[0,1,2,3,4,5]]},'
                '"y":{"rows":[[2,6,10,14,18,22]]}}')
        text = self.ok("train", "line", "--explain")
        self.assertIn("1×6 → 1×6: 2 parameters in 8 bytes", text)
        self.assertRegex(text, r"step of mse with Descent\(.*: \d+ kernel")
        self.assertRegex(text, r"weight +0\.9066542 +-66\.7\d+ +7\.57778\d+\n")
        self.assertRegex(text, r"bias +0 +-19\.46\d+ +1\.94667\d+\n")
        self.assertIn("--explain", self.fails("train", "--explain", "--detach"))


class Run(CliTest):
    def test_prints_only_what_the_script_prints(self):
        path = self.file("script.jl", 'x = 3\nx + 1\nprintln("x is $x")\n')
        self.assertEqual(self.ok("run", path), "x is 3\n")
        self.assertEqual(self.ok("eval", "x"), "3\n")

    def test_an_error_names_the_file_and_line(self):
        path = self.file("bad.jl", "x = 1\ny = [1 2; 3 4] * [1 2 3]\n")
        error = self.fails("run", path)
        self.assertIn("DimensionMismatch", error)
        self.assertIn("bad.jl:2", error)

    def test_what_was_printed_before_an_error_is_shown(self):
        path = self.file("late.jl", 'println("so far")\nerror("no further")\n')
        done = self.run_command("run", path)
        self.assertEqual((done.returncode, done.stdout), (1, "so far\n"))
        self.assertIn("no further", done.stderr)

    def test_no_such_file(self):
        self.assertIn("nowhere.jl", self.fails("run", "nowhere.jl"))


class Push(CliTest):
    def test_columns_become_x_and_y(self):
        path = self.file("line.csv", "a,b,target\n1,2,3\n4,5,9\n")
        self.assertEqual(self.ok("push", "line", path, "--label", "target", "--scale", "0.5"),
                         "line: 2 examples, x 2×2, y 1×2\n")
        self.assertEqual(self.ok("eval", "line.x"),
                         "2×2 Matrix{Float32}:\n 0.5  2.0\n 1.0  2.5\n")
        self.assertEqual(self.ok("eval", "line.y"), "1×2 Matrix{Float32}:\n 3.0  9.0\n")

    def test_names_as_labels_and_a_share_held_out(self):
        path = os.path.join(harness.DATA, "iris.csv")
        self.assertEqual(
            self.ok("push", "iris", path, "--label", "species", "--onehot", "--split", "0.2"),
            "iris: 120 examples, x 4×120, y 3×120\niris_test: 30 examples, x 4×30, y 3×30\n")
        self.assertEqual(self.ok("eval", "sum(iris.y) + sum(iris_test.y)"), "150.0f0\n")

    def test_npz(self):
        path = os.path.join(self.folder, "data.npz")
        numpy.savez(path, x=numpy.arange(6, dtype=numpy.float32).reshape(3, 2),
                    y=numpy.array([1, 0, 1]))
        self.assertEqual(self.ok("push", "d", path), "d: 3 examples, x 2×3, y 1×3\n")
        self.assertEqual(self.ok("eval", "d.x"),
                         "2×3 Matrix{Float32}:\n 0.0  2.0  4.0\n 1.0  3.0  5.0\n")

    def test_mistakes(self):
        path = self.file("bad.csv", "a,b\n1,x\n")
        self.assertIn('"x" is not a number', self.fails("push", "d", path))
        self.assertIn("the file has a, b", self.fails("push", "d", path, "--label", "c"))
        self.assertIn("nowhere.csv", self.fails("push", "d", "nowhere.csv"))
        self.assertIn(".csv or an .npz", self.fails("push", "d", self.file("d.txt", "1")))
        good = self.file("good.csv", "a,b\n1,2\n")
        self.assertIn("--split", self.fails("push", "d", good, "--split", "1.5"))
        self.assertIn("name", self.fails("push", "not a name", good))
        self.assertIn("UndefVarError", self.fails("eval", "d"))


class Train(CliTest):
    def setUp(self):
        super().setUp()
        self.ok("eval", "using Flux; predict = Dense([0.9066542f0;;]);")
        self.ok("push", "train", self.file("t.csv", "a,b\n0,2\n1,6\n2,10\n3,14\n4,18\n5,22\n"),
                "--label", "b")

    def test_straight_line(self):
        output = self.ok("train", "--loss", "mse")
        self.assertRegex(output, r"training predict on 6 examples: 1 epochs, 1 steps, mse, .*\n"
                         r"done after 1 steps in .* loss 116.387\n")
        self.assertIn("loss 0.0033958", self.ok("train", "--epochs", "200"))
        self.assertRegex(self.ok("eval", "predict.weight"), r"4\.01785\d+\n$")
        self.assertEqual(self.ok("params"), "weight  1×1 FLOAT32\nbias  1 FLOAT32\n")

    def test_a_bar_on_a_terminal(self):
        # script(1) gives the command a terminal.
        quoted = " ".join("'%s'" % a for a in self.server.command(*self.session, "train",
                                                                  "--epochs", "2000"))
        done = subprocess.run(["script", "-qec", quoted, "/dev/null"], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"\repoch|\[=+>? *\]")
        self.assertRegex(done.stdout, r"step/s  ETA \d:\d\d")
        self.assertIn("done after 2000 steps", done.stdout)
        # And a chart at the end.
        self.assertRegex(done.stdout.split("done after")[1], r"┤[⠁-⣿]")
        self.assertIn("2000 steps", done.stdout.split("└")[1])

    def test_plot(self):
        self.assertIn("no training", self.fails("plot"))
        self.ok("train", "--epochs", "200")
        chart = self.ok("plot")
        self.assertRegex(chart, r"^job-\d+ of predict, SUCCEEDED\n")
        self.assertIn("(logarithmic)", chart)
        self.assertRegex(chart, r" 122\.6 ┤[⠁-⣿]")
        self.assertTrue(chart.endswith("200 steps\n"))
        self.assertTrue(all(len(line) <= 80 for line in chart.split("\n")))
        # A training that runs is drawn as far as it is.
        job = self.ok("train", "--epochs", "4000000000", "--detach").strip()
        harness.wait_until(lambda: self.run_command("plot", job).returncode == 0, "two losses")
        self.assertIn(job + " of predict, RUNNING", self.ok("plot"))
        self.ok("cancel", job)
        self.assertIn("job-99", self.fails("plot", "job-99"))

    def test_detached_jobs_watch_and_cancel(self):
        job = self.ok("train", "--epochs", "4000000000", "--detach").strip()
        self.assertRegex(job, r"^job-\d+$")
        self.assertRegex(self.ok("jobs"), job + r" +TRAIN +(QUEUED|RUNNING) +predict")
        watcher = subprocess.Popen(self.server.command(*self.session, "watch", job),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("training predict", watcher.stdout.readline())
        # Writing what is being trained is refused and says by whom.
        self.assertIn(job, self.fails("eval", "predict.weight .= 0"))
        self.assertRegex(self.ok("cancel", job), job + r" (CANCELLING|CANCELLED)\n")
        output, errors = watcher.communicate()
        self.assertEqual((watcher.returncode, errors), (0, ""))
        self.assertIn("cancelled after", output)
        self.assertIn(job + " CANCELLED", output)
        self.assertIn("CANCELLED", self.ok("jobs"))
        self.assertIn(job, self.fails("cancel", job))

    def test_interrupt_stops_at_a_step(self):
        process = subprocess.Popen(
            self.server.command(*self.session, "train", "--epochs", "4000000000"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("training predict", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
        self.assertIn("cancelled after", output)
        self.assertIn("CANCELLED", self.ok("jobs"))
        self.ok("eval", "predict.weight .= 0;")

    def test_mistakes(self):
        self.assertIn("predict", self.fails("train", "nothere"))
        self.assertIn("train", self.fails("train", "--data", "nothere"))
        self.assertIn("nosuchloss", self.fails("train", "--loss", "nosuchloss"))
        self.assertIn("Adma", self.fails("train", "--optimiser", "Adma()"))
        self.assertIn("job-99", self.fails("watch", "job-99"))
        self.assertIn("job-99", self.fails("cancel", "job-99"))
        self.assertEqual(self.ok("eval", "predict.weight[1]"), "0.9066542f0\n")


class Other(CliTest):
    def test_sessions(self):
        self.ok("eval", "a = 1;")
        self.assertRegex(self.ok("sessions"), r"(?m)^test_sessions +cpu +1 names +0 jobs +[\d.]+ MiB$")
        self.assertRegex(self.ok("sessions"), r"(?m)^default ")

    def test_export(self):
        self.ok("eval", "f(x) = 2x; m = Dense([1.0f0 2.0f0], [3.0f0]); three = ==(3);")
        folder = os.path.join(self.folder, "new", "folder")
        self.assertEqual(
            self.ok("export", folder),
            f"{folder}/session.jl: {os.path.getsize(folder + '/session.jl')} bytes; "
            "2 arrays with 12 bytes beside it\n"
            "left out `three`: it holds ==, a function without a text\n")
        with open(os.path.join(folder, "session.jl"), encoding="utf-8") as script:
            self.assertIn("\nf(x) = 2x\n\nm = Dense(saved[", script.read())
        arrays = numpy.load(os.path.join(folder, "session.npz"))
        self.assertEqual(arrays["m.weight"].tolist(), [[1, 2]])
        self.assertIn("cannot make the folder", self.fails("export", folder + "/session.jl"))

    def test_info(self):
        info = self.ok("info")
        self.assertRegex(info, r"^Fluxgate \d+\.\d+\.\d+ at 127\.0\.0\.1:\d+, storage: memory only")
        self.assertIn("device cpu", info)
        self.assertRegex(info, r"layers: .*Dense")
        self.assertRegex(info, r"optimisers: .*Adam")

    def test_wrong_command_lines(self):
        self.assertIn("no command", self.fails("evaluate", "1", code=2))
        self.assertIn("usage: fluxgate eval", self.fails("eval", code=2))
        self.assertIn("usage: fluxgate push", self.fails("push", "x", code=2))
        self.assertIn("push", self.fails(code=2))
        help_text = self.run_command("--help").stdout
        for word in ("cancel", "--batch_size", "--split"):
            self.assertIn(word, help_text)

    def test_no_server(self):
        done = subprocess.run([harness.FLUXGATE, "--server", "127.0.0.1:1", "info"], text=True,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("127.0.0.1:1", done.stderr)
        self.assertIn("--server", done.stderr)


if __name__ == "__main__":
    harness.main()
