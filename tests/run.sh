#!/bin/sh
# Every check and every test of Recobra, in the order in which they fail fastest.
# Needs Debian 12 and a Rust toolchain; installs the rest by itself. Ends with 0 only if all of it passed.
set -eu
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never
began=$(date +%s)

step() {
    printf '\n== %s (after %s s)\n' "$1" "$(($(date +%s) - began))"
}

step "packages"
./deploy/packages.sh test

step "formatting"
cargo fmt --all --check

step "contracts: lint, and nothing breaks what was released"
./tests/lint_proto.sh

step "migrations: lint"
./tests/lint_migrations.sh

step "clippy with our lints"
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

step "Python for the example of an ERP"
if [ ! -x .cache/python/bin/python3 ]; then
    python3 -m venv .cache/python
    .cache/python/bin/pip install --quiet --disable-pip-version-check "grpcio==1.85.1" "grpcio-tools==1.85.1"
fi
PATH="$PWD/.cache/python/bin:$PATH"
# Nothing is left out where it could be proved. What only root, and root with the right to mount, can prove is named.
RECOBRA_TEST_ALL=1
export PATH RECOBRA_TEST_ALL
[ "$(id -u)" = 0 ] || echo "left out, because it takes root: that root is given up"
disk=$(mktemp -d)
if mount -t tmpfs -o size=1m tmpfs "$disk" 2>/dev/null; then
    umount "$disk"
else
    echo "left out, because nothing can be mounted here: a full disk"
fi
rmdir "$disk"

step "tests"
cargo test --workspace --locked --no-fail-fast

step "quickstart, with a small demo"
# A folder that the unprivileged user may pass, whoever runs this.
demo=$(mktemp -d)
chmod 755 "$demo"
# With less optimisation, which takes less time: what is proved here is that it comes up, not how fast it is.
CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    RECOBRA_DATA="$demo/data" ./deploy/quickstart.sh --once --parties 60 --receivables 400 --book-days 120 --dunning-days 20
rm -rf "$demo"

step "all checks passed"
