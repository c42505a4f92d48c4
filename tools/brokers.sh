#!/bin/sh
# Servers that some tests need: NATS for another bus, PgBouncer for a pooler in between. The system's, else Debian's as
# root; elsewhere those tests are left out.
set -eu
for server in nats-server pgbouncer; do
  if command -v "$server" >/dev/null; then continue; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && grep -q '^ID=debian' /etc/os-release; then
    echo "Installing $server"
    apt-get install -y -qq --no-install-recommends "$server" >/dev/null || echo "There is no $server to test with"
  fi
done
