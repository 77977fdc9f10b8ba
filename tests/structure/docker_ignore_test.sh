#!/usr/bin/env bash
exec python3 tests/structure/docker_ignore_test.py "$1"
