#!/usr/bin/env bash
# Checks lock discipline: clang reads the thread annotations of everything that threads share, without
# compiling it. Needs the generated headers, so build first.
set -euo pipefail
cd "$(dirname "$0")/../.."

generated=$(bazel info bazel-bin 2>/dev/null)
check() {
  clang++-14 -std=c++20 -fsyntax-only -w -Wthread-safety -Werror=thread-safety \
    -I. -I"$generated" -I"$generated/external/googleapis" -I"$generated/external/grpc_proto" "$1"
}
export -f check
export generated

git ls-files 'server/**/*.cc' 'engine/base/*.cc' 'engine/runtime/*.cc' 'engine/backend/*.cc' \
  'engine/compile/plan_cache.cc' 'client/cpp/*.cc' |
  xargs -P "$(nproc)" -I{} bash -c 'check "$1" || { echo "lock discipline: $1" >&2; exit 1; }' _ {}
echo "lock discipline holds"
