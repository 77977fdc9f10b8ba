#!/usr/bin/env python3
"""Runs the `sh container` blocks of a page, each as the page shows it, and compares what they print.

Started by deploy/docker/try.sh, where a container engine is.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../system"))
import markdown  # noqa: E402


def main() -> int:
    """The exit code: 1 when a block fails or prints something else."""
    failures = 0
    for block in markdown.blocks(sys.argv[1]):
        if block.kind != "sh container":
            continue
        print("== %s:%d\n%s" % (sys.argv[1], block.line, block.text), flush=True)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        print(done.stdout if block.expected is not None else done.stdout[-2000:], flush=True)
        expected_error = block.expected is not None and "ERROR" in block.expected
        if done.returncode != 0 and not expected_error:
            print("failed with exit code %d" % done.returncode)
            return 1
        if block.expected is not None and not markdown.matches(block.expected, done.stdout):
            print("expected:\n%s" % block.expected)
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
