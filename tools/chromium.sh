#!/bin/sh
# A Chromium for the browser tests: the system's, else Debian's as root, else Playwright's own.
set -eu
cd "$(dirname "$0")/.."
for browser in ${CHROMIUM:-} chromium chromium-browser google-chrome; do
  if command -v "$browser" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && grep -q '^ID=debian' /etc/os-release; then
  echo "Installing Chromium"
  apt-get update -qq && apt-get install -y -qq chromium >/dev/null
else
  .venv/bin/playwright install chromium
fi
