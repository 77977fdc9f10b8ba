#!/usr/bin/env bash
# Trains on the server that FLUXGATE_SERVER names, and wants what a person would: nine of ten right.
set -euo pipefail
: "${FLUXGATE_SERVER:?the address of a server that runs}"
output=$("$1" "$FLUXGATE_SERVER" ../fluxgate/tests/data/digits.csv)
echo "$output"
grep -q '^epoch 30: accuracy 0\.9' <<<"$output"
grep -q '^layers\[1\]\.weight: 2048 numbers$' <<<"$output"
