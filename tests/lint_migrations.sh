#!/bin/sh
# Checks the migrations: our own rules (migrations/README.md), then squawk for locks on tables that exist already.
# The linter comes from the package registry once and is kept in .cache; later runs need no network.
set -eu
cd "$(dirname "$0")/.."
python3 tests/lint_migrations.py migrations/versions

squawk=.cache/squawk/bin/squawk
if [ ! -x "$squawk" ]; then
    python3 -m venv .cache/squawk
    .cache/squawk/bin/pip install --quiet --disable-pip-version-check "squawk-cli==2.70.0"
fi
# Left out, with the reason:
#   prefer-bigint-over-smallint, prefer-bigint-over-int   short columns are chosen on purpose (fillfactor of hot tables)
#   require-timeout-settings      the pool sets statement_timeout and lock_timeout for every connection
"$squawk" --assume-in-transaction --pg-version 15.0 \
    --exclude prefer-bigint-over-smallint,prefer-bigint-over-int,require-timeout-settings \
    migrations/versions/*/up.sql
echo "the migrations hold"
