#!/bin/sh
# Installs what Recobra needs from Debian's packages, and only what is missing.
#   deploy/packages.sh build     to build, to run, and to follow the documentation
#   deploy/packages.sh run       to run a finished binary
#   deploy/packages.sh test      to run every check and test
set -eu

missing=""
need() { # need <package> <test that it is there...>
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
server_binaries() { ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb; }
certificates() { test -e /etc/ssl/certs/ca-certificates.crt; }
libpq() { ldconfig -p | grep -q 'libpq\.so\.5'; }

need postgresql server_binaries
need ca-certificates certificates
case "${1:-build}" in
build | test)
    if [ "${1:-build}" = test ]; then
        need npm command -v npm
    fi
    # What the blocks of README.md and docs call.
    need curl command -v curl
    need jq command -v jq
    need python3 command -v python3
    need python3-venv python3 -c "import ensurepip"
    need gcc command -v cc
    need libc6-dev test -e /usr/include/stdlib.h
    need libpq-dev test -e /usr/include/postgresql/libpq-fe.h
    ;;
run) need libpq5 libpq ;;
*)
    echo "usage: $0 [build|run|test]" >&2
    exit 2
    ;;
esac

[ -z "$missing" ] && exit 0
echo "installing from the distribution:$missing"
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "these packages are missing, and only root can install them:$missing" >&2
        exit 1
    }
    as_root="sudo"
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "this is not a Debian: please install the equivalents of$missing" >&2
    exit 1
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086  # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
