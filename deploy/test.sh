#!/usr/bin/env bash
# Installs what is missing and runs every check: the README's second command.
#
#   deploy/test.sh          as CI does
#   deploy/test.sh --quick  the tests of the ordinary build alone
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
  # The server that the card's packages alone make: Eigen instead of oneDNN and OpenBLAS.
  stage eigen --config=eigen //tests/engine/backend/... //tests/engine/runtime/... //tests/seeds/...
  # Memory, undefined behaviour and lock discipline, of that build too.
  stage asan --config=asan //tests/engine/... //tests/server/...
  # Races, below gRPC, where threads share something.
  stage tsan --config=tsan //tests/engine/base/... //tests/engine/runtime/... \
    //tests/server/jobs/... //tests/server/session/...
  echo "== other_workspace"
  deploy/ci/other_workspace.sh --build_event_json_file="$events/other_workspace.json" || status=1
  echo "== fuzzers"
  deploy/ci/fuzz.sh 30 || status=1
fi

deploy/ci/count_tests.py "$events"/*.json || status=1
exit $status
