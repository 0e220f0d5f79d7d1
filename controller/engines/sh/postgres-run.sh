# Statements come on stdin, so that no secret in them is in an argument, and run in the first database that lets us in.
reach -c '' </dev/null || exit
export PGOPTIONS='-c search_path=pg_catalog -c default_transaction_read_only=off' PGCLIENTENCODING=UTF8
exec psql -X -q --no-password -v ON_ERROR_STOP=1 -o /dev/null
