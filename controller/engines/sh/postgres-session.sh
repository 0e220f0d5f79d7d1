# Argument 4: the database's name. Statements come on stdin, and the session ends with them: whatever becomes of who writes them, no
# transaction is left open. The shell becomes the client: a child that outlived it would be the postmaster's in most containers,
# which takes a stranger that was ended by a signal for one of its own that crashed, and restarts the server.
need psql
export PGDATABASE="$4" PGCLIENTENCODING=UTF8 PGOPTIONS='-c search_path=pg_catalog -c default_transaction_read_only=off'
exec psql -X -q -A -t --no-password -v ON_ERROR_STOP=1
