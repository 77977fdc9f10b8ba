#!/usr/bin/env bash
# The README's first command: installs what is missing, builds, starts a server on a free port, fits a
# straight line and then trains on handwritten digits through the client, and stops the server.
# Needs Debian 12 with git, and root or sudo. Run again, it only trains.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step 'Install what is missing'
deploy/setup.sh

step 'Build (some minutes the first time)'
bazel build --noshow_timestamps --show_result=0 //server:fluxgate-server //client/cli:fluxgate

step 'Start a server on a free port'
log=$(mktemp)
coproc SERVER { exec bazel-bin/server/fluxgate-server --listen=127.0.0.1:0 2>"$log"; }
server=$SERVER_PID  # bash forgets the name when the process ends
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$log"' EXIT
trap 'exit 130' INT TERM
if ! read -r _ _ address <&"${SERVER[0]}"; then
  cat "$log" >&2
  exit 1
fi
echo "listening on $address"

# Shows a command of the client, and runs it.
fluxgate() {
  printf '$ fluxgate'
  printf ' %s' "$@" | sed -E "s/ ([A-Z][A-Za-z]*\([^ ]*\))( |\$)/ '\1'\2/g"
  printf '\n'
  bazel-bin/client/cli/fluxgate --server "$address" "$@"
}

green='' plain=''
if [ -t 1 ]; then green=$'\033[32m' plain=$'\033[0m'; fi

# Shows Julia text as a prompt would, and runs it.
julia() {
  printf '%s %s\n' "${green}julia>$plain" "${1//$'\n'/$'\n       '}"
  bazel-bin/client/cli/fluxgate --server "$address" eval "$1"
  echo
}

step 'A straight line, as text'
julia 'using Flux, Statistics'
julia 'actual(x) = 4x + 2'
julia 'x_train, x_test = hcat(0:5...), hcat(6:10...)'
julia 'y_train, y_test = actual.(x_train), actual.(x_test)'
julia 'predict = Dense(1 => 1)'
# The tutorial's weight, so that its numbers come out.
julia 'predict.weight .= 0.9066542'
julia 'predict(x_train)'
julia 'loss(model, x, y) = mean(abs2.(model(x) .- y));'
julia 'loss(predict, x_train, y_train)'
julia 'using Flux: train!'
julia 'opt = Descent()'
julia 'data = [(x_train, y_train)]'
julia 'train!(loss, predict, data, opt)'
julia 'loss(predict, x_train, y_train)'
julia 'predict.weight, predict.bias'
julia 'for epoch in 1:200
    train!(loss, predict, data, opt)
end'
julia 'loss(predict, x_train, y_train)'
julia 'predict(x_test)'
julia 'y_test'
julia 'f(x) = 3x^2 + 2x + 1;'
julia 'df(x) = gradient(f, x)[1]; df(2)'
julia 'd2f(x) = gradient(df, x)[1]; d2f(2)'

step 'Handwritten digits, from a file to a trained model'
fluxgate push digits tests/data/digits.csv --label label --onehot --scale 0.0625 --split 0.2 --seed 1
julia 'using Random; Random.seed!(1);'
julia 'model = Chain(Dense(64 => 32, relu), Dense(32 => 10))'
fluxgate train model --loss logitcrossentropy --optimiser 'Adam()' --epochs 100 --batch_size 64 \
  --shuffle --seed 1 --data digits --validation digits_test --metrics accuracy
julia 'mean(onecold(model(digits_test.x)) .== onecold(digits_test.y))'
fluxgate params model

step 'Stop the server'
kill -TERM "$server"
wait "$server" && code=0 || code=$?
echo "it ended with exit code $code"
exit "$code"
