# Argument 4: the connection string of the database to load into. Statements come on stdin.
need psql
# A setting of the database that makes sessions read-only must not stop its own restore.
export PGOPTIONS='-c default_transaction_read_only=off'
exec psql -X -q --no-password -v ON_ERROR_STOP=1 -o /dev/null --dbname="$4"
