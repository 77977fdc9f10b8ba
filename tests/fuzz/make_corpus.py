#!/usr/bin/env python3
"""Writes seeds for the fuzzers: the inputs that pages and tests show.

    make_corpus.py OUT    makes OUT/julia, OUT/tensor and OUT/request
"""

import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../..")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        return source.read()


def write(folder, seeds):
    os.makedirs(folder, exist_ok=True)
    for number, seed in enumerate(dict.fromkeys(seeds)):
        with open(os.path.join(folder, "seed-%03d" % number), "w", encoding="utf-8") as out:
            out.write(seed)
    print("%d seeds in %s" % (number + 1, folder))


def julia():
    """The entries of docs/language.md's prompts, and the rows of the language's tests."""
    for block in re.findall(r"```julia\n(.*?)```", read("docs/language.md"), re.S):
        for entry in block.split("julia> ")[1:]:
            lines = entry.split("\n")
            more = [line.strip() for line in lines[1:] if line.startswith("       ")]
            yield "\n".join(lines[:1] + more)
    for folder, _, names in os.walk(os.path.join(ROOT, "tests/engine/lang")):
        for name in sorted(names):
            if name.endswith("_test.cc"):
                for text in re.findall(r'R"\w*\((.*?)\)\w*"', read(os.path.join(folder, name)), re.S):
                    if len(text) < 1000:
                        yield text.replace("\n---\n", "\n")


def tensors():
    """The messages of the codec's tests, good and bad."""
    return re.findall(r'R"\((\{.*?\})\)"', read("tests/server/wire/tensor_codec_test.cc"))


def requests():
    """The calls of docs/api.md, one by one and, since they build on each other, by section; and the
    wrong requests of the tests."""
    for section in read("docs/api.md").split("\n## "):
        calls = [re.sub(r"\s+", " ", "%s %s" % call)
                 for call in re.findall(r"^g (\w+/\w+) '(.*?)'", section, re.S | re.M)]
        yield from calls
        if calls:
            yield "\n".join(calls)
    folder = "tests/server/grpc/wrong_requests"
    for name in sorted(os.listdir(os.path.join(ROOT, folder))):
        row = r'"(\w+/\w+)",\s*\{R"(j?)\((\{[^\n]*?\})\)\2"\}'
        for rpc, _, json in re.findall(row, read(os.path.join(folder, name))):
            yield "%s %s" % (rpc, json)


def main():
    write(os.path.join(sys.argv[1], "julia"), julia())
    write(os.path.join(sys.argv[1], "tensor"), tensors())
    write(os.path.join(sys.argv[1], "request"), requests())


if __name__ == "__main__":
    main()
