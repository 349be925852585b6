#!/bin/sh
# A browser for the tests: the one that is there, or Debian's Chromium where we may install it.
set -eu
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
for path in "${CHROMIUM:-}" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
  [ -n "$path" ] && [ -x "$path" ] && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests." >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o Acquire::Retries=3 update -qq >/dev/null &&
    apt-get -o Acquire::Retries=3 install -y -qq --no-install-recommends chromium >/dev/null &&
    command -v chromium >/dev/null && exit 0
  echo "apt-get could not install it." >&2
fi
cat >&2 <<'WORDS'
The browser tests need Chromium or Chrome, and none is here.
  Debian, Ubuntu:  sudo apt-get install chromium
  elsewhere:       install Chrome, or name one with CHROMIUM=/path/to/chromium
The tests without a browser: make test-python test-web
WORDS
exit 1
