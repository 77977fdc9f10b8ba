#!/usr/bin/env bash
# Installs what is missing and runs every check: the README's second command.
#
#   deploy/test.sh          as CI does
#   deploy/test.sh --quick  the tests of the ordinary build alone
#   deploy/test.sh --full   sanitizers over the whole server too, and the fuzzers (an hour from nothing)
#
# Each stage is one Bazel configuration with an output tree of its own, so that a second run is quick.
# The last line counts test cases over all stages.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/setup.sh --grpcurl
export PATH="$HOME/.local/bin:$PATH"

events=$(mktemp -d)
trap 'rm -rf "$events"' EXIT
status=0

# stage NAME [bazel test arguments...]
stage() {
  local name=$1; shift
  echo "== $name"
  bazel test --noshow_progress --build_event_json_file="$events/$name.json" "$@" || status=1
}

stage opt //...
if [ "${1-}" != --quick ]; then
  echo "== lock discipline"
  deploy/ci/thread_safety.sh || status=1
  # The server that the card's packages alone make: Eigen instead of oneDNN and OpenBLAS.
  stage eigen --config=eigen //tests/engine/backend/... //tests/engine/runtime/... //tests/seeds/...
  # Memory and undefined behaviour where bytes from outside and kernels meet; races where threads do.
  # The evaluator and what stands on it compile for a quarter of an hour with either.
  asan=(//tests/engine/base/... //tests/engine/tensor/... //tests/engine/kernels/...
    //tests/engine/ir/... //tests/engine/value/... //tests/engine/autodiff/...
    //tests/engine/lang/syntax/... //tests/server/jobs/...)
  tsan=(//tests/engine/base/... //tests/server/jobs/... //tests/server/session:turn_queue_test)
  if [ "${1-}" = --full ]; then
    asan=(//tests/engine/... //tests/server/... //tests/client/...)
    tsan+=(//tests/server/session/... //tests/engine/runtime/...)
  fi
  stage asan --config=asan "${asan[@]}"
  stage tsan --config=tsan "${tsan[@]}"
fi
if [ "${1-}" = --full ]; then
  echo "== fuzzers"
  deploy/ci/fuzz.sh 30 || status=1
fi

deploy/ci/count_tests.py "$events"/*.json || status=1
exit $status
