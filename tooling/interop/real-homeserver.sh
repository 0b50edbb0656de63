#!/usr/bin/env bash
# Runs a command beside the official Rust testnet: homeserver, pkarr relay, auth relay and DHT, with a PostgreSQL of its own.
# bash tooling/interop/real-homeserver.sh [-- COMMAND…]    without a command: the storage contract and one whole life through the SDK
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

VERSION=0.6.0
# A cold build takes about six minutes on two cores, so it is kept where the next checkout finds it.
PLACE=${XDG_CACHE_HOME:-$HOME/.cache}/pubky-paykit/pubky-testnet-$VERSION
PROGRAM=$PLACE/bin/pubky-testnet
# The program has no options for its ports.
PORTS=(6286 6287 6288 15411 15412)
READY_SECONDS=60

whole_proof() {
  node tooling/interop/sdk-life.mjs
  npm test -- packages/homeserver/test/real-homeserver.test.ts
}

# Where the tests find it: the seed of this homeserver is 32 zero bytes.
export PAYKIT_HOMESERVER_KEY=8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo
export PAYKIT_HOMESERVER_RELAY=http://localhost:15411
export PAYKIT_HOMESERVER_AUTH_RELAY=http://localhost:15412/link/

# 3 says "not run", so that nobody takes it for a pass.
leave_out() {
  printf 'left out: %s\n' "$1"
  exit 3
}

fail() {
  printf 'failed: %s\n' "$1" >&2
  exit 1
}

if [[ ${1:-} == --help ]]; then
  sed -n '2,3s/^# //p' "${BASH_SOURCE[0]}"
  exit 0
fi
[[ ${1:-} == -- ]] && shift
command=("$@")
((${#command[@]} > 0)) || command=(whole_proof)

find_postgres() {
  local folder
  for folder in $(dirname "$(command -v initdb || true)") /usr/lib/postgresql/*/bin; do
    [[ -x $folder/initdb ]] && echo "$folder"
  done | tail -n 1
}

# PostgreSQL refuses to run as root.
as_postgres() {
  if [[ $(id -u) == 0 ]]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}

build() {
  [[ -x $PROGRAM ]] && return 0
  command -v cargo > /dev/null || leave_out 'cargo is not here, which would build the official testnet'
  echo "building pubky-testnet $VERSION, once; about six minutes"
  local began=$SECONDS
  # Into a folder of its own first: a build that is cut off must not leave half a program.
  cargo install --quiet pubky-testnet --version "$VERSION" --locked --root "$PLACE.part"
  rm -rf "$PLACE" && mv "$PLACE.part" "$PLACE"
  echo "built in $((SECONDS - began)) s"
}

listening() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

free_port() { node -e "require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); this.close(); })"; }

postgres=$(find_postgres)
[[ -n $postgres ]] || leave_out 'PostgreSQL is not here (Debian: apt-get install postgresql)'
build
for port in "${PORTS[@]}"; do
  ! listening "$port" || fail "port $port is taken: stop what listens there, the official testnet has fixed ports"
done

folder=$(mktemp -d)
server=
clean_up() {
  [[ -z $server ]] || { kill -INT "$server" && wait "$server"; } 2> /dev/null || true
  as_postgres "$postgres/pg_ctl" -D "$folder/data" -m immediate -w stop > /dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

mkdir "$folder/data" "$folder/socket"
if [[ $(id -u) == 0 ]]; then
  chmod 711 "$folder"
  chown postgres "$folder/data" "$folder/socket"
fi
database_port=$(free_port)
as_postgres "$postgres/initdb" -D "$folder/data" -U postgres --auth=trust --no-sync > "$folder/initdb.log"
as_postgres "$postgres/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w \
  -o "-p $database_port -k $folder/socket -c listen_addresses=127.0.0.1 -c fsync=off" start > "$folder/start.log" ||
  fail "PostgreSQL does not start: $(cat "$folder/data/log")"

: > "$folder/testnet.log"
TEST_PUBKY_CONNECTION_STRING="postgres://postgres@127.0.0.1:$database_port/postgres?pubky-test=true" \
  "$PROGRAM" > "$folder/testnet.log" 2>&1 &
server=$!
# Its last line: every server is up, and the packet of the homeserver is published.
for ((waited = 0; waited < READY_SECONDS * 10; waited++)); do
  grep -q 'Homeserver ICANN HTTP' "$folder/testnet.log" && break
  kill -0 "$server" 2> /dev/null || break
  sleep 0.1
done
grep -q 'Homeserver ICANN HTTP' "$folder/testnet.log" ||
  fail "the official testnet does not start: $(tail -n 5 "$folder/testnet.log")"
echo "official testnet $VERSION is up"

status=0
"${command[@]}" || status=$?
# A command that happens to end with it was run all the same.
((status != 3)) || status=1
exit "$status"
