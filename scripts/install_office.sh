#!/usr/bin/env bash
# Installs what the tests open exported files with, where it is missing: LibreOffice Calc for workbooks, pdftotext for PDFs.
set -euo pipefail
if command -v soffice >/dev/null && command -v pdftotext >/dev/null; then exit 0; fi
command -v apt-get >/dev/null || {
    echo "LibreOffice or pdftotext was not found and there is no apt-get here. Install LibreOffice Calc and Poppler's utilities with your system's package manager, then repeat." >&2
    exit 1
}
SUDO=""
[ "$(id -u)" = 0 ] || SUDO=sudo
echo "Installing LibreOffice Calc and pdftotext from the system's packages"
$SUDO apt-get update -qq
DEBIAN_FRONTEND=noninteractive $SUDO apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui poppler-utils >/dev/null
