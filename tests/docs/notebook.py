"""Runs the Python blocks of a page as a notebook would: in one process, printing what they print
and then the value of the last line.
"""

import ast
import contextlib
import io
import json
import os
import subprocess
import sys
import traceback


class Notebook:
    """A process of its own, in a folder, with `fluxgate` talking to one server."""

    def __init__(self, shell):
        self._process = subprocess.Popen(
            [sys.executable, "-B", os.path.abspath(__file__)], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, cwd=shell.folder, env=shell.environment())

    def run(self, text):
        """(whether it ended without an exception, what it printed)."""
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise AssertionError(f"the process ended with {self._process.wait()} in\n{text}")
        return json.loads(answer)

    def close(self):
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _run_block(text, names):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            tree = ast.parse(text)
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "block", "exec"), names)
            value = last and eval(compile(ast.Expression(last.value), "block", "eval"), names)
            if value is not None:
                print(repr(value))
        except Exception:
            traceback.print_exc(file=printed)
            return False, printed.getvalue()
    return True, printed.getvalue()


if __name__ == "__main__":
    variables, answers = {"__name__": "__main__"}, sys.stdout
    for line in sys.stdin:
        print(json.dumps(_run_block(json.loads(line), variables)), file=answers, flush=True)
