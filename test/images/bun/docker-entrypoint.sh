#!/bin/sh
# Runs bun when the arguments are meant for it, anything else as it is: what the official image's entrypoint does.
set -e

if [ "${1#-}" != "$1" ] || ! command -v "${1:-bun}" > /dev/null || { [ -f "${1:-}" ] && [ ! -x "${1:-}" ]; }; then
  set -- /usr/local/bin/bun "$@"
fi
exec "$@"
