# In most containers the postmaster is process 1: it inherits orphans, and restarts the server for one that a signal ended. So a
# shell that is told to end waits for its client first, also in a subshell, which forgets traps. Harmless is an exit code of 1.
trap 'exit 1' TERM

# Whom to connect as and where, by the labels, else by the conventions of images (image-table.ts).

# A setting of the container must not send the tools to another server, or read another file of settings.
unset PGHOSTADDR PGSERVICE PGSERVICEFILE PGOPTIONS PGCLIENTENCODING PGTARGETSESSIONATTRS PGREQUIREPEER PGREQUIREAUTH \
  PGSSLMODE PGDATABASE
# The messages are classified, so they must come in English. The password file and .pgpass stay in force.
export LC_ALL=C PGAPPNAME=dbbackup PGCONNECT_TIMEOUT=30

# Debian's /usr/bin/pg_dump is a wrapper in Perl; the tools beside the server are of its version for sure.
for bin in /usr/pgsql-*/bin "/usr/lib/postgresql/${PG_MAJOR:-${PGVERSION:-none}}/bin" /opt/bitnami/postgresql/bin; do
  if [ -x "$bin/pg_dump" ]; then PATH=$bin:$PATH; fi
done

own_user=postgres own_password=''
if given POSTGRESQL_POSTGRES_PASSWORD || given POSTGRES_POSTGRES_PASSWORD; then
  own_password=$found # bitnami: POSTGRESQL_USERNAME is not a superuser when postgres has a password of its own
elif given PGPASSWORD_SUPERUSER; then
  own_password=$found # spilo
  if given PGUSER_SUPERUSER; then own_user=$found; fi
else
  # supabase: postgres is no superuser in it.
  if [ -d /etc/postgresql-custom ]; then own_user=supabase_admin; fi
  if given POSTGRES_USER || given POSTGRESQL_USERNAME; then own_user=$found; fi
  if given POSTGRES_PASSWORD || given POSTGRESQL_PASSWORD; then own_password=$found; fi
fi
own_database=$own_user
if given POSTGRES_DB || given POSTGRESQL_DATABASE; then own_database=$found; fi

PGUSER=${1:-$own_user}
labelled "$2" "$3"
if [ -z "$password" ] && [ "$PGUSER" = "$own_user" ]; then password=$own_password; fi
# A server that has no container: its password was the first line of the input.
if [ -n "${DBBACKUP_SERVER_HOST:-}" ]; then password=$dbbackup_password; fi
if [ -n "$password" ]; then export PGPASSWORD="$password"; fi

# Sets "socket_folder" to the server's, wherever it is, and PGPORT; empty when there is none.
find_socket() {
  socket_folder=''
  for folder in "${PGHOST:-}" /var/run/postgresql /tmp; do
    if [ -z "$socket_folder" ] && [ -S "$folder/.s.PGSQL.$PGPORT" ]; then socket_folder=$folder; fi
  done
  for socket in /var/run/postgresql/.s.PGSQL.* /tmp/.s.PGSQL.*; do
    if [ -z "$socket_folder" ] && [ -S "$socket" ]; then socket_folder=${socket%/*} PGPORT=${socket##*.}; fi
  done
}

PGPORT=${PGPORT:-${POSTGRESQL_PORT_NUMBER:-5432}}
find_socket
PGHOST=${socket_folder:-127.0.0.1} # without a socket, the loopback address
if [ -n "${DBBACKUP_SERVER_HOST:-}" ]; then
  PGHOST=$DBBACKUP_SERVER_HOST PGPORT=$DBBACKUP_SERVER_PORT PGCONNECT_TIMEOUT=10
  export PGSSLMODE="$DBBACKUP_SERVER_TLS"
  # With a file of certificates, libpq takes "require" for "verify-ca".
  case $PGSSLMODE in verify-*) export PGSSLROOTCERT="$dbbackup_ca" ;; esac
fi
export PATH PGUSER PGHOST PGPORT

# Settings of the database must neither stop its own restore nor change what is read in it: {NULL} as a word, x = null as a question.
loading='-c default_transaction_read_only=off -c array_nulls=on -c transform_null_equals=off'

need() {
  command -v "$1" >/dev/null || refuse tool-missing "there is no $1 in the container"
}

# ask [psql's arguments]: answers without decoration. The search path keeps functions of users out of our statements.
ask() {
  trap 'exit 1' TERM
  PGCLIENTENCODING=UTF8 PGOPTIONS='-c search_path=pg_catalog -c default_transaction_read_only=off' \
    psql -X -q -A -t --no-password -v ON_ERROR_STOP=1 "$@"
}

# reach [psql's arguments]: asks in the first database that lets us in, keeps it in PGDATABASE, and sets "answer".
# Says why on stderr when none does.
# template1 comes last: an open connection to it blocks CREATE DATABASE.
reach() {
  need psql
  first_trouble=''
  for PGDATABASE in postgres "$own_database" template1; do
    export PGDATABASE
    if answer=$(ask "$@" 2>/dev/null); then return 0; fi
    trouble=$(ask "$@" 2>&1 >/dev/null) || first_trouble=${first_trouble:-$trouble}
    # Another database's name would not help.
    case $first_trouble in *'timeout expired'* | *'timed out'* | *'could not translate host name'*) break ;; esac
  done
  printf '%s\n' "${first_trouble:-connection to server at $PGHOST failed}" >&2
  return 2
}
