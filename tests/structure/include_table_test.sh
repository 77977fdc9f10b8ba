#!/usr/bin/env bash
exec python3 tests/structure/include_table.py "$1"
