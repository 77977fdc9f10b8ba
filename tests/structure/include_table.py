#!/usr/bin/env python3
"""Holds every #include of the tree against one table of allowed arrows.

Bazel's visibility does not stop a stray #include, because sandboxes see whole packages of headers.
Also refuses files of more than 600 lines that are not generated.
"""

import os
import re
import sys

# Folder -> folders whose headers it may include, beside its own. The longest prefix counts.
ALLOWED = {
    "engine/base": [],
    "engine/tensor": ["engine/base"],
    "engine/kernels": ["engine/tensor", "engine/base", "engine/ir/op.h", "engine/ir/op.def"],
    "engine/ir": ["engine/kernels", "engine/tensor", "engine/base"],
    "engine/value": ["engine/ir", "engine/tensor", "engine/base"],
    "engine/autodiff": ["engine/ir", "engine/tensor", "engine/base"],
    "engine/formula": ["engine/ir", "engine/tensor", "engine/base"],
    "engine/nn": ["engine/value", "engine/ir", "engine/tensor", "engine/base"],
    "engine/optim": ["engine/nn", "engine/value", "engine/ir", "engine/tensor", "engine/base"],
    "engine/data": ["engine/nn", "engine/value", "engine/ir", "engine/kernels", "engine/tensor",
                    "engine/base"],
    "engine/lang": ["engine/nn", "engine/optim", "engine/data", "engine/autodiff", "engine/formula",
                    "engine/value", "engine/ir", "engine/kernels", "engine/tensor", "engine/base"],
    "engine/compile": ["engine/ir", "engine/kernels", "engine/tensor", "engine/base"],
    "engine/backend": ["engine/compile", "engine/kernels", "engine/ir", "engine/tensor",
                       "engine/base"],
    "engine/runtime": ["engine/compile", "engine/backend", "engine/autodiff", "engine/optim",
                       "engine/data", "engine/value", "engine/ir", "engine/kernels",
                       "engine/tensor", "engine/base", "engine/lang/host.h"],
    "server/jobs": ["engine/base"],
    "server/metrics": ["engine/base"],
    "server/log": ["server/metrics"],
    "server/session": ["engine", "server/jobs", "server/metrics"],
    "server/wire": ["engine", "server/session", "server/jobs", "server/metrics", "proto"],
    "server/grpc": ["server/wire", "server/session", "server/jobs", "server/log", "server/metrics",
                    "proto", "engine/base"],
    "server": ["server/grpc", "server/wire", "server/session", "server/jobs", "server/log",
               "server/metrics", "proto", "engine/base"],
    "client/cpp": ["proto", "engine/base/crc32c.h", "engine/base/status_macros.h",
                   "engine/base/mutex.h"],
    "client/cli": ["client/cpp", "proto", "engine/base/crc32c.h", "engine/base/status_macros.h"],
}

# System headers that one folder alone may include.
RESERVED = {
    r"(dnnl|oneapi/dnnl|cblas|openblas)": ["engine/backend/cpu", "tests"],
    r"cuda|cublas|cudnn|nvrtc": ["engine/backend/cuda", "tests"],
    r"grpcpp|grpc/": ["server/grpc", "server/main.cc", "server/wire/error_codec", "client", "tests"],
    r"google/protobuf": ["server", "client", "tests"],
    r"openssl/": ["server/grpc/token_table"],
    r"httplib": ["server/metrics/http_server"],
}

MAX_LINES = 600
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def folder_of(path):
    matches = [f for f in ALLOWED if path == f or path.startswith(f + "/")]
    return max(matches, key=len) if matches else None


def may_include(path, header):
    own = folder_of(path)
    if own is None or header.startswith(own + "/"):
        return True
    allowed = ALLOWED[own]
    return any(header == a or header.startswith(a + "/") for a in allowed)


def check_file(path, text):
    problems = []
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        problems.append("%s: %d lines; split it by subject" % (path, len(lines)))
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, header = match.groups()
        where = "%s:%d" % (path, number)
        if quote == '"' and re.match(r"(engine|server|client|proto|tests)/", header):
            if not path.startswith("tests/") and not may_include(path, header):
                problems.append("%s: %s may not include %s" % (where, folder_of(path), header))
        for pattern, owners in RESERVED.items():
            if re.match(pattern, header) and not any(path.startswith(o) for o in owners):
                problems.append("%s: only %s may include %s" % (where, ", ".join(owners), header))
    return problems


def self_check():
    """The table refuses what it is there to refuse."""
    assert check_file("engine/ir/x.cc", '#include "engine/lang/syntax/ast.h"')
    assert check_file("engine/lang/x.cc", '#include "engine/runtime/host.h"')
    assert check_file("engine/nn/x.cc", '#include "proto/fluxgate/v1/layer.pb.h"')
    assert check_file("server/grpc/x.cc", '#include "engine/lang/interpreter.h"')
    assert check_file("engine/kernels/x.cc", "#include <dnnl.hpp>")
    assert check_file("engine/ir/x.cc", "\n" * (MAX_LINES + 1))
    assert not check_file("engine/lang/x.cc", '#include "engine/nn/layer.h"')


def main():
    self_check()
    root = os.path.dirname(os.path.realpath(sys.argv[1]))
    problems, files = [], 0
    for top in ("engine", "server", "client", "tests"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith((".h", ".cc", ".cu", ".cuh")):
                    full = os.path.join(folder, name)
                    with open(full, encoding="utf-8") as source:
                        problems += check_file(os.path.relpath(full, root), source.read())
                    files += 1
    print("%d files" % files)
    print("\n".join(problems))
    sys.exit(1 if problems or not files else 0)


if __name__ == "__main__":
    main()
