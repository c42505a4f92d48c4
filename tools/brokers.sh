#!/bin/sh
# A NATS server for the tests of the other buses: the system's, else Debian's as root; elsewhere those tests are left out.
set -eu
if command -v nats-server >/dev/null; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && grep -q '^ID=debian' /etc/os-release; then
  echo "Installing NATS"
  apt-get install -y -qq --no-install-recommends nats-server >/dev/null || echo "There is no nats-server to test with"
fi
