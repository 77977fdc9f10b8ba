"""`fluxgate repl` as somebody types into it, and as a program writes to it."""

import os
import stat

import harness
import terminal

UP, LEFT, CTRL_C, CTRL_D = "\x1b[A", "\x1b[D", "\x03", "\x04"
COLUMN_8 = "\x1b[8G"  # how a prompt of seven blanks comes


class Repl(harness.OneServerTestCase):
    def setUp(self):
        self.session = self.id().split(".")[-1]
        self.folder = harness.scratch()

    def command(self):
        return self.server.command("--session", self.session, "repl")

    def prompt(self):
        """A REPL that waits for its first line."""
        environment = {"TERM": "xterm", "LANG": "C.UTF-8", "XDG_STATE_HOME": self.folder,
                       "HOME": self.folder}
        repl = terminal.Terminal(self.command(), environment)
        repl.wait_for("julia> ")
        return repl

    def running(self):
        answers = self.server.call("Jobs/ListJobs", {"session": self.session, "states": ["RUNNING"]})
        return answers[0].get("jobs")


class Typed(Repl):
    def test_values_errors_and_the_end(self):
        with self.prompt() as repl:
            repl.type("f(x) = 3x^2 + 2x + 1\r")
            repl.wait_for("f (generic function with 1 method)\r\n\r\n")
            repl.type("f(2);\r\rf(2)\r")
            repl.wait_for("17\r\n")
            repl.type("g(1)\r")
            repl.wait_for("UndefVarError: `g` not defined")
            repl.wait_for("REPL[4]:1:1")
            repl.wait_for("julia> ")
            repl.type(CTRL_D)
            self.assertEqual(repl.exit_code(), 0)
        self.assertEqual(self.server.ok("--session", self.session, "eval", "f(1)"), "6\n")

    def test_several_lines_are_one_input(self):
        with self.prompt() as repl:
            repl.type("function h(x)\r")
            repl.type("    2x\r")
            repl.type("end\r")
            repl.wait_for("h (generic function with 1 method)")
            repl.type("exit()\r")
            self.assertEqual(repl.exit_code(), 0)

    def test_editing_and_history(self):
        with self.prompt() as repl:
            repl.type("σ = 41x" + "\x7f\r")
            repl.wait_for("\r\n41\r\n")
            repl.wait_for("julia> ")
            # 4|1 becomes 4|21: the line of before, edited at its end.
            repl.type(UP + LEFT + "2\r")
            repl.wait_for("\r\n421\r\n")
            # Control keys mean something else while no line is asked for.
            repl.wait_for("julia> ")
            repl.type(CTRL_D)
            self.assertEqual(repl.exit_code(), 0)
        path = os.path.join(self.folder, "fluxgate/history")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with self.prompt() as repl:
            repl.type(UP + "0\r")
            repl.wait_for("\r\n4210\r\n")

    def test_completion(self):
        with self.prompt() as repl:
            repl.type("a_long_name = (alpha = 11, beta = 22);\r")
            repl.wait_for("julia> ")
            repl.type("a_lo\t.be\t\r")
            repl.wait_for("\r\n22\r\n")
            repl.type("Flux.label_sm\t isa Function\r")
            repl.wait_for("\r\ntrue\r\n")
            # What is not decided is listed.
            repl.type("a_long_name.\t")
            repl.wait_for("alpha  beta")
            repl.type("alpha\r")
            repl.wait_for("\r\n11\r\n")

    def test_output_is_live_and_an_interrupt_stops_the_text_only(self):
        with self.prompt() as repl:
            repl.type('println("tick"); while true end\r')
            repl.wait_for("\r\ntick")
            harness.wait_until(self.running, "the loop runs")
            repl.type(CTRL_C)
            repl.wait_for("CANCELLED")
            repl.wait_for("julia> ")
            harness.wait_until(lambda: not self.running(), "the loop stops")
            repl.type("1 + 1\r")
            repl.wait_for("\r\n2\r\n")

    def test_an_interrupt_drops_what_is_typed(self):
        with self.prompt() as repl:
            repl.type("error(1)" + CTRL_C)
            repl.wait_for("julia> ")
            repl.type("begin\r")
            repl.wait_for(COLUMN_8)  # The next line is asked for.
            repl.type("error(2)" + CTRL_C)
            repl.wait_for("julia> ")
            repl.type("3 + 4\r")
            repl.wait_for("\r\n7\r\n")
            self.assertNotIn("ERROR", repl.text)

    def test_a_pasted_session(self):
        with self.prompt() as repl:
            repl.type("julia> 6 * 7\r")
            repl.wait_for("\r\n42\r\n")

    def test_help(self):
        with self.prompt() as repl:
            repl.type("?\r")
            repl.wait_for("Ctrl-D")
            repl.type("?Dense\r")
            repl.wait_for("The weight is drawn by")
            repl.wait_for("// Number of inputs.")
            repl.type("?crossentrop\r")
            repl.wait_for("did you mean \"crossentropy\"?")


class Piped(Repl):
    def run_lines(self, text):
        return self.server.run("--session", self.session, "repl", input=text)

    def test_answers_only(self):
        done = self.run_lines("x = 2\nfunction f(x)\n  3x\nend\n\nf(x);\nf(x) + 1\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "2\nf (generic function with 1 method)\n7\n")

    def test_an_error_does_not_end_it_but_is_remembered(self):
        done = self.run_lines("nope\n1 + 1\n(1 +")
        self.assertEqual((done.returncode, done.stdout), (1, "2\n"))
        self.assertIn("UndefVarError", done.stderr)
        self.assertIn("ParseError", done.stderr)
        self.assertIn("2 inputs failed", done.stderr)

    def test_help(self):
        self.assertIn("    julia> relu.([-1.0, 0.0, 2.0])", self.run_lines("?relu\n").stdout)
        self.assertIn("nosuchname", self.run_lines("?nosuchname\n").stderr)


if __name__ == "__main__":
    harness.main()
