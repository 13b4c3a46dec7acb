#!/usr/bin/env bash
# Installs the PostgreSQL server that the notebook's tests start for themselves, where none is found.
set -euo pipefail
if command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null; then exit 0; fi
command -v apt-get >/dev/null || {
    echo "No PostgreSQL server was found and there is no apt-get here. Install PostgreSQL with your system's package manager, then repeat." >&2
    exit 1
}
SUDO=""
[ "$(id -u)" = 0 ] || SUDO=sudo
echo "Installing PostgreSQL from the system's packages"
$SUDO apt-get update -qq
DEBIAN_FRONTEND=noninteractive $SUDO apt-get install -y -qq --no-install-recommends postgresql >/dev/null
