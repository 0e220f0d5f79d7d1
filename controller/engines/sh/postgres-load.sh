# Argument 4: the connection string of the database to load into. The archive comes on stdin.
need pg_restore
export PGOPTIONS="$loading"
exec pg_restore --no-password --exit-on-error $load_options --dbname="$4"
