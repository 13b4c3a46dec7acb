#!/usr/bin/env bash
# Installs the Chromium that the browser tests drive from the system's packages, where none is found.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
command -v apt-get >/dev/null || {
    echo "No Chromium was found and there is no apt-get here. Install Chromium with your system's package manager, then repeat." >&2
    exit 1
}
SUDO=""
[ "$(id -u)" = 0 ] || SUDO=sudo
echo "Installing Chromium from the system's packages"
$SUDO apt-get update -qq
DEBIAN_FRONTEND=noninteractive $SUDO apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
