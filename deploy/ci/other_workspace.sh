#!/usr/bin/env bash
# Builds the C++ client's example as the project of its own that it is, offline, and runs it against a
# server of this workspace.
#
#   deploy/ci/other_workspace.sh [bazel test arguments...]
set -euo pipefail
cd "$(dirname "$0")/../.."

bazel build --noshow_progress //server:fluxgate-server
coproc SERVER { exec bazel-bin/server/fluxgate-server --listen=127.0.0.1:0 --log_level=warn; }
server=$SERVER_PID
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
read -r _ _ address <&"${SERVER[0]}"

cd client/cpp/example
# Symbolic links of Bazel's would lie in our own tree.
bazel test --noshow_progress --symlink_prefix=/ --test_env="FLUXGATE_SERVER=$address" "$@" \
  //:digits_test
