#!/bin/sh
# Checks the gRPC contracts with buf: style, and that nothing a client relies on was broken since the release whose
# image is checked in as proto/released.binpb. `tests/lint_proto.sh release` writes that image anew, at a release.
# buf comes from the package registry once and is kept in .cache; later runs need no network.
set -eu
cd "$(dirname "$0")/.."
buf=.cache/buf/node_modules/.bin/buf
if [ ! -x "$buf" ]; then
    command -v npm >/dev/null || { echo "npm is needed once to install buf"; exit 2; }
    mkdir -p .cache/buf
    npm install --loglevel=error --no-audit --no-fund --prefix .cache/buf "@bufbuild/buf@1.75.0"
fi
if [ "${1:-check}" = release ]; then
    "$buf" build proto --output proto/released.binpb
    echo "proto/released.binpb is the contract of today"
    exit 0
fi
"$buf" lint proto
"$buf" breaking proto --against proto/released.binpb
echo "the contracts hold"
