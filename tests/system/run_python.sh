#!/usr/bin/env bash
# Runs the Python test named by the first argument, with the modules of its neighbours, of this
# folder and of the Python client. Bazel's own Python rules would want a toolchain; the tests need
# only Debian's python3.
set -euo pipefail
export PYTHONPATH="tests/system:client/python:$(dirname "$1")"
# The python3 that deploy/setup.sh gave numpy to, whatever else is on the PATH.
exec /usr/bin/python3 -B -P "$@"
