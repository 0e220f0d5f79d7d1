# Argument 4: the connection string of the database to load into. The archive comes on stdin.
need pg_restore
# A setting of the database that makes sessions read-only must not stop its own restore.
export PGOPTIONS='-c default_transaction_read_only=off'
exec pg_restore --no-password --exit-on-error $load_options --dbname="$4"
