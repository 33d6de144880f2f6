#!/bin/sh
# Recobra from a clean Debian 12 with a Rust toolchain: installs what is missing, builds, starts on the embedded database,
# loads the demo, says where to look, and keeps serving.
#   deploy/quickstart.sh [--once] [options of `recobra demo`]     --once ends after the summary
# The demo's data is kept in $RECOBRA_DATA (default: ./.recobra-demo, for root /var/lib/recobra-demo); delete it to begin anew.
set -eu
cd "$(dirname "$0")/.."

# As root the server becomes an unprivileged user, who may not pass root's own folders.
if [ "$(id -u)" -eq 0 ]; then data=/var/lib/recobra-demo; else data=$PWD/.recobra-demo; fi
data=${RECOBRA_DATA:-$data}

echo "== 1 of 3: packages"
./deploy/packages.sh build

echo "== 2 of 3: build (the first time a quarter of an hour on two cores)"
cargo build --release --locked --bin recobra

echo "== 3 of 3: demo, in $data"
mkdir -p "$data"
export RECOBRA__DATABASE__DATA_DIR="$data"
export RECOBRA__MAIL__RELAYS__FOLDER__KIND=folder
export RECOBRA__MAIL__RELAYS__FOLDER__PATH="$data/mail"
export RECOBRA__LOG__LEVEL="${RECOBRA__LOG__LEVEL:-warn}"
exec "${CARGO_TARGET_DIR:-target}/release/recobra" demo "$@"
