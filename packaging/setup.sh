#!/usr/bin/env bash
# Makes a Debian 12 ready: system packages and fonts, .venv/, hashed requirements, the project itself.
#
#   packaging/setup.sh [test|bench]     adds what only the tests, only the benchmarks need
#
# What is there already is left alone; when nothing is missing it ends at once. Works as root or with sudo; asks for
# neither when no system package is missing. Proxies and package indexes are the machine's own business.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly stamp=.venv/setup.stamp

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 3
}

wanted_packages() {
    local list=(packaging/system-packages.txt)
    if [ -n "${1:-}" ]; then list+=("packaging/system-packages-$1.txt"); fi
    sed 's/#.*//' "${list[@]}" | tr -s '[:space:]' '\n' | sed '/^$/d'
    # Debian ships python3 without ensurepip, which venv needs
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then echo python3-venv; fi
}

missing_packages() {
    local there
    there=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
    wanted_packages "$@" | grep -vxF -f <(printf '%s\n' "$there") || true
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
        return
    fi
    local name keep=(DEBIAN_FRONTEND=noninteractive)
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        if [ -n "${!name:-}" ]; then keep+=("$name=${!name}"); fi
    done
    sudo env "${keep[@]}" "$@"
}

# Three tries, each after a longer rest: a mirror in trouble is not helped by haste.
patiently() {
    local rest
    for rest in 5 20 0; do
        if "$@"; then return 0; fi
        if [ "$rest" -eq 0 ]; then return 1; fi
        say "failed, trying again in $rest seconds: $1 ${2:-}"
        sleep "$rest"
    done
}

apt() { as_root apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@"; }

known_to_apt() { # are there package lists that name everything asked for?
    [ "$(apt-cache show --no-all-versions "$@" 2>/dev/null | grep -c '^Package: ')" -ge "$#" ]
}

install_packages() {
    say "installing system packages: $*"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "root or sudo is needed for: $*"
    fi
    known_to_apt "$@" || patiently apt update || fail "apt-get update failed"
    # an old list names files the mirror no longer has: fetch the lists once more before giving up
    apt install -y --no-install-recommends "$@" && return
    patiently apt update && patiently apt install -y --no-install-recommends "$@" && return
    fail "these system packages could not be installed: $*"
}

system_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "no dpkg here: install the counterparts of packaging/system-packages.txt yourself"
        return
    fi
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" -gt 0 ]; then install_packages "${missing[@]}"; fi
}

# libdbus, which Qt brings, ends the process where the machine has no id: so it is on a system made without systemd.
machine_id() {
    if [ -s /etc/machine-id ] || [ -s /var/lib/dbus/machine-id ] || [ ! -d /proc/sys/kernel/random ]; then return; fi
    say "giving the machine an id"
    as_root sh -c 'mkdir -p /var/lib/dbus && tr -d - </proc/sys/kernel/random/uuid >/var/lib/dbus/machine-id'
}

find_python() {
    local name
    for name in python3 python3.11 python3.12 python3.13; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "Python 3.11 or newer is needed"
}

# Everything the environment depends on: requirements, this script, the interpreter, and where the project lies.
fingerprint() {
    {
        cat packaging/requirements/*.txt packaging/setup.sh pyproject.toml
        printf '%s\n' "$PWD" "$python"
        "$python" --version
    } | sha256sum | cut -d' ' -f1
}

environment() {
    local now
    now=$(fingerprint)
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then return; fi
    say "making .venv"
    rm -f "$stamp"
    # --clear only where the old one is of another place or interpreter: otherwise pip changes what has changed
    if ! .venv/bin/python -m pip --version 2>/dev/null | grep -qF "$PWD/.venv/"; then
        "$python" -m venv --clear .venv
    fi
    local pip=(.venv/bin/python -m pip --disable-pip-version-check --quiet --retries 5)
    patiently "${pip[@]}" install --require-hashes -r packaging/requirements/dev.txt ||
        fail "the Python packages could not be installed"
    "${pip[@]}" install --no-deps --no-build-isolation --editable . ||
        fail "the project could not be installed into .venv"
    printf '%s\n' "$now" >"$stamp"
    say "ready"
}

python=$(find_python)
system_packages "$@"
machine_id
environment
