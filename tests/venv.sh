#!/usr/bin/env bash
# venv.sh PYTHON FOLDER: makes sure of a virtual environment of Python 3.11 or newer in FOLDER.
set -euo pipefail
python=$1 folder=$2

if ! command -v "$python" >/dev/null; then
    echo "$python is not there. Install Python 3.11 or newer, or name yours: make PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "$("$python" --version) is too old: Python 3.11 or newer is needed. Name another one: make PYTHON=…" >&2
    exit 1
fi
# Whether it runs, not whether it is there: one that was copied or lost its Python is made anew.
if "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi
# Debian ships venv's better half in a package of its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "$python cannot make a virtual environment; on Debian: apt-get install $version" >&2
        exit 1
    fi
    echo "Installing $version …"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes "$version"; } >/dev/null
fi
"$python" -m venv --clear "$folder"
