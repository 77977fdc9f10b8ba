"""The code blocks of our Markdown pages, and a shell in which to run them.

A page's blocks run in order. What the fence says:

    sh             run; a `text` block right after it is what it must print
    sh server      starts a server, which serves the blocks that follow
    sh install     not run: installs or builds
    sh container   needs a container engine: deploy/docker/try.sh runs it
    julia          a session at a `julia>` prompt: each input must print what follows it
    python         run as in a notebook; a `text` block right after it is what it must print
    cpp example    a part of client/cpp/example/digits.cc, word for word

In expected text `...` stands for anything, also for whole lines.
"""

import collections
import os
import re
import stat

import harness

Block = collections.namedtuple("Block", "line kind text expected heading")


def blocks(path):
    """The blocks of a page in order, each below a `heading`, with `expected` None where nothing is
    said."""
    found, lines = [], open(path, encoding="utf-8").read().split("\n")
    i, previous_end, heading = 0, -1, ""
    while i < len(lines):
        fence = re.match(r"^(`{3,})(.*)$", lines[i])
        if not fence:
            heading = lines[i] if lines[i].startswith("#") else heading
            i += 1
            continue
        end = lines.index(fence.group(1), i + 1)
        kind, text = fence.group(2).strip(), "\n".join(lines[i + 1:end])
        only_blank = all(not l.strip() for l in lines[previous_end + 1:i])
        if kind == "text" and found and only_blank and found[-1].kind.split()[0] in (
                "sh", "python"):
            found[-1] = found[-1]._replace(expected=text)
        else:
            found.append(Block(i + 1, kind, text, None, heading))
        previous_end, i = end, end + 1
    return found


def section(path, title):
    """The lines of the section with this heading, as (first line, last line)."""
    lines = open(path, encoding="utf-8").read().split("\n")
    start = next(i for i, l in enumerate(lines) if re.match(r"#+ " + re.escape(title) + "$", l))
    level = len(lines[start]) - len(lines[start].lstrip("#"))
    # A comment in a block of shell looks like a heading.
    fenced = False
    for i in range(start + 1, len(lines)):
        fenced ^= lines[i].startswith("```")
        if not fenced and re.match("#{1,%d} " % level, lines[i]):
            return start + 1, i
    return start + 1, len(lines)


def matches(expected, actual):
    """Whether a text is what was expected, where `...` is anything."""
    def tidy(text):
        return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))
    pattern = re.escape(tidy(expected)).replace(r"\.\.\.", ".*?")
    return re.fullmatch(pattern, tidy(actual), re.DOTALL) is not None


def prompt_inputs(text):
    """(input, expected output) of a session at a `julia>` prompt."""
    parts = re.split(r"(?m)^julia> ?", text)
    assert not parts[0].strip(), "a julia block begins with a prompt"
    for part in parts[1:]:
        lines = part.split("\n")
        size = 1
        while size < len(lines) and lines[size].startswith("       "):
            size += 1
        yield "\n".join(lines[:size]), "\n".join(lines[size:]).strip("\n")


class Shell:
    """A folder like the root of a checkout, in which `fluxgate`, `fluxgate-server`, `grpcurl` and the
    C++ example `digits` are the real ones, but port 50051 is the port of the server that runs now."""

    def __init__(self):
        self.folder = harness.scratch()
        self._address_file = os.path.join(self.folder, ".address")
        self.bin = os.path.join(self.folder, ".bin")
        os.mkdir(self.bin)
        os.mkdir(os.path.join(self.folder, "tests"))
        os.symlink(harness.DATA, os.path.join(self.folder, "tests/data"))
        os.symlink(harness.CLIENT, os.path.join(self.folder, "client"))
        self._script("fluxgate", harness.FLUXGATE, '--server "$address"')
        self._script("grpcurl", harness.grpcurl_path(), "")
        if os.path.exists(harness.CPP_EXAMPLE):
            self._script("digits", harness.CPP_EXAMPLE, "")
        # The server takes any free port instead.
        self._script("fluxgate-server", harness.SERVER, "", address="127.0.0.1:0")
        open(self._address_file, "w").close()
        self._variables = os.path.join(self.folder, ".functions")
        open(self._variables, "w").close()

    def _script(self, name, program, flags, address=None):
        path = os.path.join(self.bin, name)
        given = "address=" + (address or '$(cat "%s")' % self._address_file)
        with open(path, "w") as out:
            out.write('#!/bin/bash\n%s\narguments=()\n'
                      'for a; do a=${a//localhost:50051/$address}\n'
                      'arguments+=("${a//127.0.0.1:50051/$address}"); done\n'
                      'exec "%s" %s "${arguments[@]}"\n' % (given, program, flags))
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)

    def use(self, server):
        with open(self._address_file, "w") as out:
            out.write(server.address)

    def environment(self):
        with open(self._address_file, encoding="utf-8") as address:
            return {"PATH": self.bin + ":/usr/bin:/bin", "HOME": self.folder, "LANG": "C.UTF-8",
                    "PYTHONPATH": os.path.join(harness.CLIENT, "python"),
                    "PYTHONDONTWRITEBYTECODE": "1", "FLUXGATE_SERVER": address.read()}

    def command(self, text):
        """A command line of bash that runs a block. Functions that it defines stay for the next."""
        return ["bash", "-euo", "pipefail", "-c",
                'source "%s"\n%s\ndeclare -f >"%s"' % (self._variables, text, self._variables)]
