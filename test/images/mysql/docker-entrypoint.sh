#!/usr/bin/env bash
# First start of the mysql stand-in: makes the data directory, the accounts and the database, runs the init files on a
# server that only its socket reaches, then becomes the real server. Same names as the official image.
set -Eeuo pipefail

mysql_log() { printf '%s [%s] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$1" "$2"; }
mysql_note() { mysql_log Note "$*"; }
mysql_warn() { mysql_log Warn "$*" >&2; }
mysql_error() { mysql_log ERROR "$*" >&2; exit 1; }

# file_env NAME [DEFAULT]: NAME, or what the file named by NAME_FILE holds. Both at once is a mistake.
file_env() {
  local name="$1" file="${1}_FILE" value="${2:-}"
  if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
    mysql_error "Both $name and $file are set (but are exclusive)"
  fi
  if [ -n "${!name:-}" ]; then
    value="${!name}"
  elif [ -n "${!file:-}" ]; then
    value="$(< "${!file}")"
  fi
  export "$name=$value"
  unset "$file"
}

# mysql_get_config NAME ARGS…: the value the server itself would use, whatever files and arguments say.
mysql_get_config() {
  local conf="$1"; shift
  "$@" --verbose --help --log-bin-index="$(mktemp -u)" 2> /dev/null |
    awk -v conf="$conf" '$1 == conf && /^[^ \t]/ { sub(/^[^ \t]+[ \t]+/, ""); print; exit }' || :
}

mysql_check_config() {
  local errors
  if ! errors="$("$@" --verbose --help 2>&1 > /dev/null)"; then
    mysql_error "mysqld failed while attempting to check config"$'\n\t'"command was: $*"$'\n\t'"$errors"
  fi
}

docker_setup_env() {
  DATADIR="$(mysql_get_config datadir "$@")"
  SOCKET="$(mysql_get_config socket "$@")"
  file_env MYSQL_ROOT_HOST '%'
  file_env MYSQL_DATABASE
  file_env MYSQL_USER
  file_env MYSQL_PASSWORD
  file_env MYSQL_ROOT_PASSWORD
  DATABASE_ALREADY_EXISTS=""
  if [ -d "${DATADIR%/}/mysql" ]; then DATABASE_ALREADY_EXISTS=true; fi
}

docker_create_db_directories() {
  mkdir -p "$DATADIR" "$(dirname "$SOCKET")"
  if [ "$(id -u)" = 0 ]; then
    find "$DATADIR" "$(dirname "$SOCKET")" \! -user mysql -exec chown --no-dereference mysql '{}' +
  fi
}

docker_verify_minimum_env() {
  if [ -z "$MYSQL_ROOT_PASSWORD" ] && [ -z "${MYSQL_ALLOW_EMPTY_PASSWORD:-}" ] && [ -z "${MYSQL_RANDOM_ROOT_PASSWORD:-}" ]; then
    mysql_error "Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD"
  fi
  if [ "$MYSQL_USER" = root ]; then
    mysql_error "MYSQL_USER=\"root\", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user and cannot be used for the root user"
  fi
  if [ -n "$MYSQL_USER" ] && [ -z "$MYSQL_PASSWORD" ]; then
    mysql_warn 'MYSQL_USER specified, but missing MYSQL_PASSWORD; MYSQL_USER will not be created'
  elif [ -z "$MYSQL_USER" ] && [ -n "$MYSQL_PASSWORD" ]; then
    mysql_warn 'MYSQL_PASSWORD specified, but missing MYSQL_USER; MYSQL_PASSWORD will be ignored'
  fi
}

docker_init_database_dir() {
  mysql_note "Initializing database files"
  "$@" --initialize-insecure --default-time-zone=SYSTEM --autocommit=1
  mysql_note "Database files initialized"
}

docker_temp_server_start() {
  if ! "$@" --daemonize --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET" --autocommit=1; then
    mysql_error "Unable to start server."
  fi
}

docker_temp_server_stop() {
  if ! mysqladmin --defaults-extra-file=<(_mysql_passfile) shutdown -uroot --socket="$SOCKET"; then
    mysql_error "Unable to shut down server."
  fi
}

# The password as an option file, so that it is in no argument list.
_mysql_passfile() {
  if [ "${1:-}" != --dont-use-mysql-root-password ] && [ -n "${MYSQL_ROOT_PASSWORD:-}" ]; then
    printf '[client]\npassword="%s"\n' "$(sed 's/[\\"]/\\&/g' <<< "$MYSQL_ROOT_PASSWORD")"
  fi
}

# Init scripts may call this one too.
docker_process_sql() {
  local passfile=() arguments=()
  if [ "${1:-}" = --dont-use-mysql-root-password ]; then passfile=("$1"); shift; fi
  if [ -n "${MYSQL_DATABASE:-}" ]; then arguments=(--database="$MYSQL_DATABASE"); fi
  mysql --defaults-extra-file=<(_mysql_passfile "${passfile[@]}") --protocol=socket -uroot -hlocalhost \
    --socket="$SOCKET" --comments "${arguments[@]}" "$@"
}

# sql_text VALUE: VALUE as it stands between single quotes.
sql_text() { sed "s/[\\\\']/\\\\&/g" <<< "$1"; }
# sql_name VALUE: VALUE as it stands between backticks.
sql_name() { sed 's/`/``/g' <<< "$1"; }

docker_setup_db() {
  if [ -z "${MYSQL_INITDB_SKIP_TZINFO:-}" ]; then
    # The sed line drops a warning about zone files that MySQL cannot read.
    mysql_tzinfo_to_sql /usr/share/zoneinfo 2> /dev/null | sed 's/Local time zone must be set--see zic manual page/FCTY/' |
      docker_process_sql --dont-use-mysql-root-password --database=mysql
  fi
  if [ -n "${MYSQL_RANDOM_ROOT_PASSWORD:-}" ]; then
    MYSQL_ROOT_PASSWORD="$(openssl rand -base64 24)"
    export MYSQL_ROOT_PASSWORD
    mysql_note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
  fi

  local password remote='' host
  password="$(sql_text "$MYSQL_ROOT_PASSWORD")"
  host="$(sql_text "$MYSQL_ROOT_HOST")"
  if [ -n "$MYSQL_ROOT_HOST" ] && [ "$MYSQL_ROOT_HOST" != localhost ]; then
    remote="CREATE USER 'root'@'$host' IDENTIFIED BY '$password'; GRANT ALL ON *.* TO 'root'@'$host' WITH GRANT OPTION;"
  fi
  docker_process_sql --dont-use-mysql-root-password --database=mysql <<- SQL
	SET @@SESSION.SQL_LOG_BIN=0;
	ALTER USER 'root'@'localhost' IDENTIFIED BY '$password';
	GRANT ALL ON *.* TO 'root'@'localhost' WITH GRANT OPTION;
	FLUSH PRIVILEGES;
	$remote
	DROP DATABASE IF EXISTS test;
	SQL

  if [ -n "$MYSQL_DATABASE" ]; then
    mysql_note "Creating database $MYSQL_DATABASE"
    docker_process_sql --database=mysql <<< "CREATE DATABASE IF NOT EXISTS \`$(sql_name "$MYSQL_DATABASE")\`;"
  fi
  if [ -n "$MYSQL_USER" ] && [ -n "$MYSQL_PASSWORD" ]; then
    mysql_note "Creating user $MYSQL_USER"
    docker_process_sql --database=mysql <<< "CREATE USER '$(sql_text "$MYSQL_USER")'@'%' IDENTIFIED BY '$(sql_text "$MYSQL_PASSWORD")';"
    if [ -n "$MYSQL_DATABASE" ]; then
      mysql_note "Giving user $MYSQL_USER access to schema $MYSQL_DATABASE"
      # In a GRANT the name is a pattern: _ and % are escaped.
      docker_process_sql --database=mysql <<< "GRANT ALL ON \`$(sql_name "$MYSQL_DATABASE" | sed 's/[_%]/\\&/g')\`.* TO '$(sql_text "$MYSQL_USER")'@'%';"
    fi
  fi
}

mysql_expire_root_user() {
  if [ -n "${MYSQL_ONETIME_PASSWORD:-}" ]; then
    docker_process_sql --database=mysql <<< "ALTER USER 'root'@'%' PASSWORD EXPIRE;"
  fi
}

docker_process_init_files() {
  local f
  for f; do
    case "$f" in
      *.sh)
        if [ -x "$f" ]; then
          mysql_note "$0: running $f"
          "$f"
        else
          mysql_note "$0: sourcing $f"
          set +u
          . "$f"
          set -u
        fi ;;
      *.sql) mysql_note "$0: running $f"; docker_process_sql < "$f" ;;
      *.sql.bz2) mysql_note "$0: running $f"; bunzip2 -c "$f" | docker_process_sql ;;
      *.sql.gz) mysql_note "$0: running $f"; gunzip -c "$f" | docker_process_sql ;;
      *.sql.xz) mysql_note "$0: running $f"; xzcat "$f" | docker_process_sql ;;
      *.sql.zst) mysql_note "$0: running $f"; zstd -dc "$f" | docker_process_sql ;;
      *) mysql_warn "$0: ignoring $f" ;;
    esac
  done
}

wants_help() {
  local arg
  for arg; do
    case "$arg" in -'?' | --help | --print-defaults | -V | --version) return 0 ;; esac
  done
  return 1
}

_main() {
  if [ "${1:0:1}" = '-' ]; then set -- mysqld "$@"; fi

  if [ "${1:-}" = mysqld ] && ! wants_help "$@"; then
    mysql_note "Entrypoint script for MySQL Server ${MYSQL_VERSION:-} started."
    mysql_check_config "$@"
    docker_setup_env "$@"
    docker_create_db_directories
    if [ "$(id -u)" = 0 ]; then
      mysql_note "Switching to dedicated user 'mysql'"
      exec gosu mysql "${BASH_SOURCE[0]}" "$@"
    fi

    if [ -z "$DATABASE_ALREADY_EXISTS" ]; then
      docker_verify_minimum_env
      ls /docker-entrypoint-initdb.d/ > /dev/null # unreadable: fail before anything is made

      docker_init_database_dir "$@"
      mysql_note "Starting temporary server"
      docker_temp_server_start "$@"
      mysql_note "Temporary server started."
      docker_setup_db
      shopt -s nullglob
      docker_process_init_files /docker-entrypoint-initdb.d/*
      shopt -u nullglob
      mysql_expire_root_user
      mysql_note "Stopping temporary server"
      docker_temp_server_stop
      mysql_note "Temporary server stopped"
      mysql_note "MySQL init process done. Ready for start up."
    fi
  fi
  exec "$@"
}

# Sourced by someone else's entrypoint: only the functions are wanted.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then _main "$@"; fi
