#!/bin/sh
# Makes .venv with a Python that is new enough, whatever it is called on this machine.
set -eu
cd "$(dirname "$0")/.."

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
  if is_new_enough "$python"; then found=$python; break; fi
done
if [ -z "${found:-}" ]; then
  echo "Python 3.11 or newer is needed; the newest here is: $( (python3 --version || echo none) 2>&1)" >&2
  exit 1
fi
[ -n "${PYTHON:-}" ] || found=$("$found" tools/better_python.py) # The same version, built better (docs/adr/0097).

echo "Making .venv with $("$found" --version), $found"
if ! "$found" -c 'import ensurepip' 2>/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null # Debian packs this part of Python apart.
fi
if ! "$found" -m venv .venv; then
  rm -rf .venv
  echo "Python cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2
  exit 1
fi
