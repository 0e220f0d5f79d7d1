#!/usr/bin/env bash
# First start of the mariadb stand-in: makes the data directory, the accounts and the database, runs the init files on a
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

# mariadb_env REST [DEFAULT]: MARIADB_REST, else MYSQL_REST, each with its _FILE; both names end up with the value.
mariadb_env() {
  local mariadb="MARIADB_$1" mysql="MYSQL_$1"
  file_env "$mysql"
  file_env "$mariadb" "${!mysql:-${2:-}}"
  export "$mysql=${!mariadb}"
}

# mysql_get_config NAME ARGS…: the value the server itself would use, whatever files and arguments say.
mysql_get_config() {
  local conf="$1"; shift
  "$@" --verbose --help 2> /dev/null |
    awk -v conf="$conf" '$1 == conf && /^[^ \t]/ { sub(/^[^ \t]+[ \t]+/, ""); print; exit }' || :
}

mysql_check_config() {
  local errors
  if ! errors="$("$@" --verbose --help 2>&1 > /dev/null)"; then
    mysql_error "$1 failed while attempting to check config"$'\n\t'"command was: $*"$'\n\t'"$errors"
  fi
}

docker_setup_env() {
  DATADIR="$(mysql_get_config datadir "$@")"
  SOCKET="$(mysql_get_config socket "$@")"
  mariadb_env ROOT_HOST '%'
  mariadb_env DATABASE
  mariadb_env USER
  mariadb_env PASSWORD
  mariadb_env ROOT_PASSWORD
  file_env MARIADB_PASSWORD_HASH
  file_env MARIADB_ROOT_PASSWORD_HASH
  : "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:=${MARIADB_ALLOW_EMPTY_PASSWORD:-${MYSQL_ALLOW_EMPTY_PASSWORD:-}}}"
  : "${MARIADB_RANDOM_ROOT_PASSWORD:=${MYSQL_RANDOM_ROOT_PASSWORD:-}}"
  : "${MARIADB_INITDB_SKIP_TZINFO:=${MYSQL_INITDB_SKIP_TZINFO:-}}"
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
  if [ -z "$MARIADB_ROOT_PASSWORD$MARIADB_ROOT_PASSWORD_HASH$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD" ]; then
    mysql_error "Database is uninitialized and password option is not specified
	You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD"
  fi
  if [ "$MARIADB_USER" = root ]; then
    mysql_error "MARIADB_USER=\"root\", MARIADB_USER and MARIADB_PASSWORD are for configuring a regular user and cannot be used for the root user"
  fi
  if [ -n "$MARIADB_PASSWORD" ] && [ -n "$MARIADB_PASSWORD_HASH" ]; then
    mysql_error "Cannot specify MARIADB_PASSWORD_HASH and MARIADB_PASSWORD option."
  fi
  if [ -n "$MARIADB_USER" ] && [ -z "$MARIADB_PASSWORD$MARIADB_PASSWORD_HASH" ]; then
    mysql_warn 'MARIADB_USER specified, but missing MARIADB_PASSWORD or MARIADB_PASSWORD_HASH; MARIADB_USER will not be created'
  elif [ -z "$MARIADB_USER" ] && [ -n "$MARIADB_PASSWORD" ]; then
    mysql_warn 'MARIADB_PASSWORD specified, but missing MARIADB_USER; MARIADB_PASSWORD will be ignored'
  fi
}

docker_init_database_dir() {
  mysql_note "Initializing database files"
  mariadb-install-db --datadir="$DATADIR" --rpm --auth-root-authentication-method=normal --skip-test-db \
    --default-time-zone=SYSTEM --enforce-storage-engine= --skip-log-bin --expire-logs-days=0 \
    --loose-innodb_buffer_pool_load_at_startup=0 --loose-innodb_buffer_pool_dump_at_shutdown=0 > /dev/null
  mysql_note "Database files initialized"
}

docker_temp_server_start() {
  "$@" --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET" --wsrep_on=OFF --expire-logs-days=0 \
    --skip-slave-start --loose-innodb_buffer_pool_load_at_startup=0 &
  MARIADB_PID=$!
  mysql_note "Waiting for server startup"
  local tries
  for tries in $(seq 150); do
    if docker_process_sql --dont-use-mysql-root-password --database=mysql --connect-timeout=10 <<< 'SELECT 1' &> /dev/null; then
      return
    fi
    kill -0 "$MARIADB_PID" 2> /dev/null || break
    sleep 0.2
  done
  mysql_error "Unable to start server."
}

docker_temp_server_stop() {
  kill "$MARIADB_PID"
  wait "$MARIADB_PID"
}

# Init scripts may call this one too. The password goes by the environment, so that it is in no argument list.
docker_process_sql() {
  local password="${MARIADB_ROOT_PASSWORD:-}" arguments=()
  if [ "${1:-}" = --dont-use-mysql-root-password ]; then password=''; shift; fi
  if [ -n "${MARIADB_DATABASE:-}" ]; then arguments=(--database="$MARIADB_DATABASE"); fi
  MYSQL_PWD="$password" mariadb --protocol=socket -uroot -hlocalhost --socket="$SOCKET" --comments "${arguments[@]}" "$@"
}

# sql_text VALUE: VALUE as it stands between single quotes.
sql_text() { sed "s/[\\\\']/\\\\&/g" <<< "$1"; }
# sql_name VALUE: VALUE as it stands between backticks.
sql_name() { sed 's/`/``/g' <<< "$1"; }

# identified PASSWORD HASH: the clause that sets either.
identified() {
  if [ -n "$2" ]; then
    printf "IDENTIFIED BY PASSWORD '%s'" "$(sql_text "$2")"
  else
    printf "IDENTIFIED BY '%s'" "$(sql_text "$1")"
  fi
}

create_healthcheck_users() {
  local password grants="${MARIADB_HEALTHCHECK_GRANTS:-USAGE}" host
  password="$(pwgen --numerals --capitalize --symbols --remove-chars="'\\\\\"#" -1 32)"
  for host in 127.0.0.1 ::1 localhost; do
    printf "CREATE USER IF NOT EXISTS healthcheck@'%s' IDENTIFIED BY '%s';\n" "$host" "$password"
    printf "GRANT %s ON *.* TO healthcheck@'%s';\n" "$grants" "$host"
  done
  (umask 0077; printf '[mariadb-client]\nport=3306\nsocket=%s\nuser=healthcheck\npassword="%s"\n' \
    "$SOCKET" "$password" > "$DATADIR/.my-healthcheck.cnf")
}

docker_setup_db() {
  if [ -z "$MARIADB_INITDB_SKIP_TZINFO" ]; then
    mariadb-tzinfo-to-sql --skip-write-binlog /usr/share/zoneinfo 2> /dev/null |
      docker_process_sql --dont-use-mysql-root-password --database=mysql
  fi
  if [ -n "$MARIADB_RANDOM_ROOT_PASSWORD" ]; then
    MARIADB_ROOT_PASSWORD="$(pwgen --numerals --capitalize --symbols --remove-chars="'\\\\" -1 32)"
    export MARIADB_ROOT_PASSWORD MYSQL_ROOT_PASSWORD="$MARIADB_ROOT_PASSWORD"
    mysql_note "GENERATED ROOT PASSWORD: $MARIADB_ROOT_PASSWORD"
  fi

  local root remote='' local_user='' host
  root="$(identified "$MARIADB_ROOT_PASSWORD" "$MARIADB_ROOT_PASSWORD_HASH")"
  host="$(sql_text "$MARIADB_ROOT_HOST")"
  if [ -n "$MARIADB_ROOT_HOST" ] && [ "$MARIADB_ROOT_HOST" != localhost ]; then
    remote="CREATE USER 'root'@'$host' $root; GRANT ALL ON *.* TO 'root'@'$host' WITH GRANT OPTION;
      GRANT PROXY ON ''@'%' TO 'root'@'$host' WITH GRANT OPTION;"
  fi
  if [ -n "${MARIADB_MYSQL_LOCALHOST_USER:-}" ]; then
    local_user="CREATE USER mysql@localhost IDENTIFIED VIA unix_socket;
      GRANT ${MARIADB_MYSQL_LOCALHOST_GRANTS:-USAGE} ON *.* TO mysql@localhost;"
  fi
  docker_process_sql --dont-use-mysql-root-password --database=mysql --binary-mode <<- SQL
	SET @@SESSION.SQL_LOG_BIN=0;
	SET @@SESSION.SQL_MODE=REPLACE(@@SESSION.SQL_MODE, 'NO_BACKSLASH_ESCAPES', '');
	$(create_healthcheck_users)
	$remote
	$local_user
	DROP DATABASE IF EXISTS test;
	DROP USER IF EXISTS root@'127.0.0.1', root@'::1';
	EXECUTE IMMEDIATE CONCAT('DROP USER IF EXISTS root@\'', @@hostname, '\'');
	ALTER USER 'root'@'localhost' $root;
	SQL

  if [ -n "$MARIADB_DATABASE" ]; then
    mysql_note "Creating database $MARIADB_DATABASE"
    docker_process_sql --database=mysql <<< "CREATE DATABASE IF NOT EXISTS \`$(sql_name "$MARIADB_DATABASE")\`;"
  fi
  if [ -n "$MARIADB_USER" ] && [ -n "$MARIADB_PASSWORD$MARIADB_PASSWORD_HASH" ]; then
    mysql_note "Creating user $MARIADB_USER"
    docker_process_sql --database=mysql --binary-mode \
      <<< "CREATE USER '$(sql_text "$MARIADB_USER")'@'%' $(identified "$MARIADB_PASSWORD" "$MARIADB_PASSWORD_HASH");"
    if [ -n "$MARIADB_DATABASE" ]; then
      mysql_note "Giving user $MARIADB_USER access to schema $MARIADB_DATABASE"
      # In a GRANT the name is a pattern: _ and % are escaped.
      docker_process_sql --database=mysql --binary-mode \
        <<< "GRANT ALL ON \`$(sql_name "$MARIADB_DATABASE" | sed 's/[_%]/\\&/g')\`.* TO '$(sql_text "$MARIADB_USER")'@'%';"
    fi
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
  if [ "${1:0:1}" = '-' ]; then set -- mariadbd "$@"; fi

  if { [ "${1:-}" = mariadbd ] || [ "${1:-}" = mysqld ]; } && ! wants_help "$@"; then
    mysql_note "Entrypoint script for MariaDB Server ${MARIADB_VERSION:-} started."
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
      mysql_note "Stopping temporary server"
      docker_temp_server_stop
      mysql_note "Temporary server stopped"
      mysql_note "MariaDB init process done. Ready for start up."
    fi
  fi
  exec "$@"
}

# Sourced by someone else's entrypoint: only the functions are wanted.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then _main "$@"; fi
