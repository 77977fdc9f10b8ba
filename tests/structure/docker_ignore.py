"""What the image is built from is not kept from it: .dockerignore against the BUILD files' labels."""

import fnmatch
import os
import re
import sys

# Whose targets the image's programs are made of.
BUILT = ("server", "engine", "client/cli", "client/cpp", "proto", "deploy/bazel")


def ignored(path, patterns):
    """The pattern that keeps a path, or a folder above it, out of the image's build."""
    parts = path.split("/")
    for end in range(1, len(parts) + 1):
        above = "/".join(parts[:end])
        for pattern in patterns:
            # As Docker reads them, a star stays inside a folder.
            if pattern.count("/") == above.count("/") and fnmatch.fnmatch(above, pattern):
                return pattern
    return None


def packages(folder):
    """The packages that the BUILD files below a folder name, but as those that may look at them."""
    for place, _, files in os.walk(folder):
        for name in files:
            if name != "BUILD.bazel":
                continue
            with open(os.path.join(place, name), encoding="utf-8") as file:
                text = re.sub(r"visibility = \[[^]]*\]", "", file.read())
            yield from re.findall(r'"//([\w/]*)[:"]', text)


def main(workspace):
    os.chdir(os.path.dirname(os.path.realpath(workspace)))
    with open(".dockerignore", encoding="utf-8") as file:
        patterns = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    paths = {f"{package}/BUILD.bazel" for folder in BUILT for package in packages(folder)}
    kept_out = {path: pattern for path in sorted(paths) if (pattern := ignored(path, patterns))}
    for path, pattern in kept_out.items():
        print(f"the image is built with {path}, which .dockerignore keeps out by {pattern}")
    print(f"{len(paths)} packages")
    # Without packages, or with patterns that match nothing, this would prove nothing.
    return 1 if kept_out or len(paths) < 20 or ignored("docs/cli.md", patterns) is None else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
