#!/usr/bin/env bash
# Builds the image and tries it: the container commands of docs/operator.md, with what the page says
# that they print, and an attack on a container of 512 MiB.
#
#   deploy/docker/try.sh            with docker, or podman where that is what answers
#   NETWORK=host deploy/docker/try.sh    where the engine has no network of its own
#
# Takes port 50051 of 127.0.0.1 while it runs, and the container's name `fluxgate`.
set -euo pipefail
cd "$(dirname "$0")/../.."

for engine in docker podman ''; do
  [ -n "$engine" ] && "$engine" info >/dev/null 2>&1 && break
done
if [ -z "$engine" ]; then
  echo "try.sh: no container engine answers here: neither \`docker info\` nor \`podman info\` works" >&2
  exit 3
fi
echo "== with $engine"

# The page says `docker`: the engine that was found, on the network that it has.
docker() {
  case $1 in
    build | run) command "$engine" "$1" ${NETWORK:+--network "$NETWORK"} "${@:2}" ;;
    *) command "$engine" "$@" ;;
  esac
}
export -f docker
export engine NETWORK DOCKER_BUILDKIT=1
trap 'docker rm --force fluxgate >/dev/null 2>&1 || true' EXIT

tests/docs/container_blocks.py docs/operator.md
printf '== image: %d MB\n' $(($(docker image inspect --format '{{.Size}}' fluxgate) / 1000000))

echo '== 512 MiB, and twelve sessions that want more'
docker run --detach --name fluxgate --memory 512m --memory-swap 512m --read-only fluxgate >/dev/null
# What the image's own health check says: docker asks in its interval, podman when it is told to.
if [ "$engine" = podman ]; then
  podman healthcheck run fluxgate
else
  for _ in {1..60}; do
    health=$(docker inspect --format '{{.State.Health.Status}}' fluxgate)
    [ "$health" = starting ] || break
    sleep 1
  done
  echo "health check: $health"
  [ "$health" = healthy ]
fi
attack() {
  docker exec fluxgate fluxgate --session "attack$1" --timeout 20 eval "$2" 2>&1 | tail -c 300
}
long='for i in 1:300000; println("a line of output that nobody reads, number ", i); end'
log=$(mktemp)
for i in 1 2 3; do
  attack "$i" 'x = Any[]; while true; push!(x, rand(1000)); end' >>"$log" &
  attack "$i" 'a = [zeros(Float32, 1000, 1000) for i in 1:1000]' >>"$log" &
  attack "$i" 's = "x"; while true; global s = s * s; end' >>"$log" &
  attack "$i" "$long" >>"$log" &
done
# Of jobs the shell forgets the status; what they said is in the log.
wait
killed=$(docker inspect --format '{{.State.Running}} {{.State.OOMKilled}}' fluxgate)
echo "running, killed for memory: $killed; refused: $(grep -c 'out of memory' "$log" || true)"
[ "$killed" = 'true false' ] && grep -q 'out of memory' "$log"
docker exec fluxgate fluxgate eval '1 + 1'
docker stop fluxgate >/dev/null
code=$(docker inspect --format '{{.State.ExitCode}}' fluxgate)
echo "it ended with exit code $code"
exit "$code"
