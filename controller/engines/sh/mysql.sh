# Whom to connect as, where and with which client, by the labels, else by the conventions of images (image-table.ts).
# Argument 4: the engine, mysql or mariadb. Leaves in "$@" the options for connecting, followed by the
# arguments from the fifth on, in "$run_as" what becomes another user first, if anything.

# The messages are classified, so they must come in English.
export LC_ALL=C
unset MYSQL_HOST MYSQL_GROUP_SUFFIX
engine=$4
case $engine in
  mysql) dumps=mysqldump clients=mysql ;;
  *) dumps='mariadb-dump mysqldump' clients='mariadb mysql' ;;
esac

# choose NAME…: sets "tool" to the first that is there and is of the engine by its version text.
# Names prove nothing: Debian's mysqldump is MariaDB's.
choose() {
  tool='' other=''
  for name; do
    command -v "$name" >/dev/null || continue
    version=$("$name" --version 2>/dev/null) || continue
    case $version in *MariaDB*) kind=mariadb ;; *) kind=mysql ;; esac
    if [ "$kind" = "$engine" ]; then
      tool=$name
      return 0
    fi
    other="$name of $kind"
  done
  refuse tool-missing "there is no $1 of $engine in the container${other:+, only $other}"
}

conventions() {
  as=''
  if given MARIADB_ROOT_PASSWORD || given MYSQL_ROOT_PASSWORD ||
    given MARIADB_MASTER_ROOT_PASSWORD || given MYSQL_MASTER_ROOT_PASSWORD; then
    user=root password=$found
    # Oracle's image reads a file where the variable holds its path.
    case $password in /*) if [ -f "$password" ]; then password=$(cat "$password"); fi ;; esac
    if given MARIADB_ROOT_USER || given MYSQL_ROOT_USER; then user=$found; fi # bitnami
  elif [ -n "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-}${MYSQL_ALLOW_EMPTY_PASSWORD:-}${ALLOW_EMPTY_PASSWORD:-}" ]; then
    user=root password=''
  elif [ -n "${MARIADB_MYSQL_LOCALHOST_USER:-}" ] && [ -n "${MARIADB_MYSQL_LOCALHOST_GRANTS:-}" ]; then
    user=mysql password='' as=mysql # the server knows this one by the operating system's user
  elif given MARIADB_USER || given MYSQL_USER; then
    user=$found password=''
    if given MARIADB_PASSWORD || given MYSQL_PASSWORD; then password=$found; fi
  else
    user=root password=''
  fi
}

conventions
own_user=$user own_password=$password
user=${1:-$own_user}
labelled "$2" "$3"
if [ -n "$2$3" ]; then
  if [ -z "$1" ]; then user=root; fi
elif [ "$user" = "$own_user" ]; then
  password=$own_password
elif { given MARIADB_USER || given MYSQL_USER; } && [ "$user" = "$found" ]; then
  if given MARIADB_PASSWORD || given MYSQL_PASSWORD; then password=$found; fi
elif [ "$user" = mysql ] && [ -n "${MARIADB_MYSQL_LOCALHOST_USER:-}" ]; then
  as=mysql
fi
if [ "$user" != mysql ]; then as=''; fi
# A server that has no container: its password was the first line of the input.
if [ -n "${DBBACKUP_SERVER_HOST:-}" ]; then password=$dbbackup_password as=''; fi
# Through the environment, so that the password is in no argument list.
unset MYSQL_PWD
if [ -n "$password" ]; then export MYSQL_PWD="$password"; fi

# Sets "socket" to the server's, wherever it is; empty when there is none.
find_socket() {
  socket='' configured=''
  if command -v my_print_defaults >/dev/null; then
    configured=$(my_print_defaults mysqld server mariadbd client 2>/dev/null | sed -n 's/^--socket=//p' | tail -n 1)
  fi
  for path in "${MYSQL_UNIX_PORT:-}" "$configured" /var/run/mysqld/mysqld.sock /var/lib/mysql/mysql.sock /tmp/mysql.sock \
    /opt/bitnami/mysql/tmp/mysql.sock /opt/bitnami/mariadb/tmp/mysql.sock; do
    if [ -S "$path" ]; then
      socket=$path
      return
    fi
  done
  # Last, the server's own argument, read from its process.
  for entry in /proc/[0-9]*; do
    comm=''
    { IFS= read -r comm <"$entry/comm"; } 2>/dev/null
    case $comm in mysqld | mariadbd) ;; *) continue ;; esac
    path=$(tr '\000' '\n' 2>/dev/null <"$entry/cmdline" | sed -n 's/^--socket=//p')
    if [ -S "$path" ]; then socket=$path; fi
  done
}

find_socket
shift 4
# The image's option files stay out: a [mysqldump] section there could leave tables out or drop the proof of the end.
# Without a socket, the loopback address.
if [ -n "${DBBACKUP_SERVER_HOST:-}" ]; then
  set -- --default-character-set=utf8mb4 "$@"
  case $engine-$DBBACKUP_SERVER_TLS in
    mysql-disable) set -- --ssl-mode=DISABLED --get-server-public-key "$@" ;;
    mysql-require) set -- --ssl-mode=REQUIRED "$@" ;;
    mysql-verify-ca) set -- --ssl-mode=VERIFY_CA --ssl-ca="$dbbackup_ca" "$@" ;;
    mysql-*) set -- --ssl-mode=VERIFY_IDENTITY --ssl-ca="$dbbackup_ca" "$@" ;;
    *-disable) set -- --skip-ssl "$@" ;;
    *-require) set -- --ssl --skip-ssl-verify-server-cert "$@" ;;
    *) set -- --ssl --ssl-verify-server-cert --ssl-ca="$dbbackup_ca" "$@" ;;
  esac
  set -- --no-defaults --user="$user" --protocol=tcp --host="$DBBACKUP_SERVER_HOST" \
    --port="$DBBACKUP_SERVER_PORT" "$@"
elif [ -n "$socket" ]; then
  set -- --no-defaults --user="$user" --protocol=socket --socket="$socket" --default-character-set=utf8mb4 "$@"
else
  set -- --no-defaults --user="$user" --protocol=tcp --host=127.0.0.1 --port="${MYSQL_TCP_PORT:-3306}" \
    --default-character-set=utf8mb4 "$@"
fi
run_as=''
# gosu becomes the tool it starts, as exec does.
if [ -n "$as" ] && [ "$(id -u)" = 0 ] && command -v gosu >/dev/null; then run_as="gosu $as"; fi
