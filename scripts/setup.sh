#!/usr/bin/env bash
# Makes the environment from the two locked, hashed lists. Called by `make setup`; safe to repeat.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3.11}
VENV=${VENV:-.venv}

command -v "$PYTHON" >/dev/null || PYTHON=python3
"$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
    echo "Stairstep needs Python 3.11; $("$PYTHON" --version 2>&1) was found. Pass another with: make PYTHON=/path/to/python3.11" >&2
    exit 1
}

[ -x "$VENV/bin/python" ] || { echo "Making the environment in $VENV"; "$PYTHON" -m venv "$VENV"; }
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-installer.lock
echo "Installing $(grep -c == requirements.lock) locked packages"
# Compiled once here, or every start of Great Expectations and Prophet pays for it again.
UV_COMPILE_BYTECODE=1 VIRTUAL_ENV="$PWD/$VENV" "$VENV/bin/uv" pip sync --quiet --require-hashes requirements.lock requirements-installer.lock
VIRTUAL_ENV="$PWD/$VENV" "$VENV/bin/uv" pip install --quiet --no-deps --no-build-isolation -e .
