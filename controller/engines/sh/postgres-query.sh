# Argument 4: a person's query; 5: the database's name. The search path is the database's own.
need psql
trap 'exit 1' TERM
PGDATABASE=$5 PGCLIENTENCODING=UTF8 PGOPTIONS='-c default_transaction_read_only=off' \
  psql -X -q -A -t --no-password -v ON_ERROR_STOP=1 -c "$4"
