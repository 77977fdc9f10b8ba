"""Every command block of README.md and docs/ runs, and prints what the page says. In docs/help, each
entry does so by itself."""

import glob
import importlib.util
import re
import subprocess
import unittest

import harness
import markdown
import notebook

HELP = sorted(glob.glob("docs/help/*.md"))
PAGES = ["README.md"] + sorted(glob.glob("docs/*.md")) + HELP
KINDS = {"sh", "sh server", "sh install", "sh container", "julia", "text", "json", "python",
         "python matplotlib", "cpp", "cpp example"}
EXAMPLE = "client/cpp/example/digits.cc"
# A page that says "python matplotlib" draws where that is installed.
RUN = {"sh", "julia", "python"} | (
    {"python matplotlib"} if importlib.util.find_spec("matplotlib") else set())


class Pages(unittest.TestCase):
    pass


def run_page(test, page):
    shell, server, python, heading = markdown.Shell(), None, None, None
    try:
        for block in markdown.blocks(page):
            place = "%s:%d" % (page, block.line)
            test.assertIn(block.kind, KINDS, place + ": say what this block is")
            if block.kind == "sh server":
                if server:
                    server.__exit__()
                server = harness.Server(command=shell.command("exec " + block.text),
                                        cwd=shell.folder, env=shell.environment())
                shell.use(server)
            if block.kind == "cpp example":
                with open(EXAMPLE, encoding="utf-8") as file:
                    test.assertIn(block.text, file.read(), place + ": not in " + EXAMPLE)
            if block.kind not in RUN:
                continue
            if server is None:
                server = harness.Server()
                shell.use(server)
            if page in HELP and block.heading != heading:
                heading = block.heading
                server.call("Sessions/DeleteSession", {"session": "default"})
            if block.kind == "sh":
                run_commands(test, shell, block, place)
            elif block.kind.startswith("python"):
                python = python or notebook.Notebook(shell)
                run_python(test, python, block, place)
            else:
                run_prompt(test, server, block, place)
    finally:
        if python:
            python.close()
        if server:
            server.__exit__()


def run_commands(test, shell, block, place):
    done = subprocess.run(shell.command(block.text), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, cwd=shell.folder, env=shell.environment())
    if not block.expected or "ERROR" not in block.expected:
        test.assertEqual(done.returncode, 0, "%s\n%s\n%s" % (place, block.text, done.stdout))
    if block.expected is not None:
        test.assertTrue(markdown.matches(block.expected, done.stdout),
                        "%s\nexpected:\n%s\ngot:\n%s" % (place, block.expected, done.stdout))


def run_python(test, python, block, place):
    succeeded, printed = python.run(block.text)
    test.assertTrue(succeeded, "%s\n%s\n%s" % (place, block.text, printed))
    expected = block.expected or ""
    test.assertTrue(markdown.matches(expected, printed),
                    "%s\nexpected:\n%s\ngot:\n%s" % (place, expected, printed))


def run_prompt(test, server, block, place):
    for source, expected in markdown.prompt_inputs(block.text):
        done = server.run("eval", source)
        # Of an error a page shows the first line.
        got = done.stdout + done.stderr.split("\n")[0]
        test.assertTrue(markdown.matches(expected, got),
                        "%s\n%s\nexpected:\n%s\ngot:\n%s" % (place, source, expected, got))


for page in PAGES:
    name = "test_" + re.sub(r"\W", "_", page)
    setattr(Pages, name, lambda self, page=page: run_page(self, page))

if __name__ == "__main__":
    harness.main()
