#!/bin/bash
# The official mariadb image's health check: each option is one test, and all of them must hold.
set -Eeuo pipefail

options=()

client() {
  mariadb "${options[@]}" --skip-column-names --batch -h localhost "$@" 2>&1
}

# Reachable over TCP. A refused login counts: the server answered. The temporary server of the first start has no TCP.
connect() {
  local answer
  if answer="$(client --protocol tcp -e 'select @@skip_networking')"; then [ "$answer" != 1 ]; return; fi
  case "$answer" in *'ERROR 1698 '* | *'ERROR 1045 '* | *'ERROR 1044 '*) return 0 ;; esac
  return 1
}

innodb_initialized() {
  local answer
  answer="$(client --protocol socket -e "select 1 from information_schema.ENGINES WHERE engine='innodb' AND support in ('YES', 'DEFAULT', 'ENABLED')")" &&
    [ "$answer" = 1 ]
}

datadir="${MARIADB_DATADIR:-/var/lib/mysql}"
if [ -f "$datadir/.my-healthcheck.cnf" ]; then options=(--defaults-extra-file="$datadir/.my-healthcheck.cnf"); fi

[ $# -gt 0 ] || set -- --connect
tested=""
while [ $# -gt 0 ]; do
  case "$1" in
    --su-mysql) shift; exec gosu mysql "${BASH_SOURCE[0]}" "$@" ;;
    --su=*) user="${1#*=}"; shift; exec gosu "$user" "${BASH_SOURCE[0]}" "$@" ;;
    --datadir=*) datadir="${1#*=}" ;;
    --no-defaults) options=(--no-defaults) ;;
    --defaults-file=* | --defaults-extra-file=* | --defaults-group-suffix=*) options=("$1") ;;
    --no-connect) ;;
    --connect) connect || { echo "healthcheck connect failed" >&2; exit 1; }; tested=1 ;;
    --innodb_initialized) innodb_initialized || { echo "healthcheck innodb_initialized failed" >&2; exit 1; }; tested=1 ;;
    *) echo "Unknown healthcheck option $1" >&2; exit 1 ;;
  esac
  shift
done
[ -n "$tested" ] || { echo "no healthcheck was asked for" >&2; exit 1; }
