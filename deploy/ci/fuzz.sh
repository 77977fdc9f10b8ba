#!/usr/bin/env bash
# Fuzzes what reads bytes from outside: tensors, Julia text, and any request through its handler.
#
#   deploy/ci/fuzz.sh SECONDS [NAME...]    each of tensor, julia and request, or those named
#
# FUZZ_SEED=0 takes another way each time; by default a run repeats the one before, as CI's should.
# An input that fails is left in fuzz-findings/NAME: mend what it shows, and keep it as a test. What
# the fuzzers learn stays in ~/.cache/fluxgate-fuzz for the next run.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:?how many seconds each}
shift
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(tensor julia request)
corpus=$HOME/.cache/fluxgate-fuzz

targets=()
for name in "${names[@]}"; do targets+=("//tests/fuzz:${name}_fuzz"); done
bazel build --noshow_progress --config=asan "${targets[@]}"
programs=$(bazel info --config=asan bazel-bin 2>/dev/null)/tests/fuzz
tests/fuzz/make_corpus.py "$corpus"

status=0
for name in "${names[@]}"; do
  mkdir -p "fuzz-findings/$name"
  log=$(mktemp)
  dictionary=()
  [ ! -f "tests/fuzz/$name.dict" ] || dictionary=(-dict="tests/fuzz/$name.dict")
  if ! "$programs/${name}_fuzz" -seed="${FUZZ_SEED:-1}" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
      -max_len=4096 -print_final_stats=1 -artifact_prefix="fuzz-findings/$name/" \
      "${dictionary[@]}" "$corpus/$name" >"$log" 2>&1; then
    tail -n 60 "$log"
    status=1
  fi
  echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions"
  rm "$log"
done
exit $status
