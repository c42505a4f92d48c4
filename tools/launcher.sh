#!/bin/sh
# Writes .venv/bin/crm: the program runs from this checkout, so there is nothing to build or install.
set -eu
cd "$(dirname "$0")/.."
cat >.venv/bin/crm <<END
#!/bin/sh
PYTHONPATH='$PWD'\${PYTHONPATH:+:\$PYTHONPATH} exec '$PWD/.venv/bin/python' -P -m app.cli "\$@"
END
chmod +x .venv/bin/crm
