# Argument 4: the connection string of the database to load into. The archive comes on stdin. All of it is one transaction.
need pg_restore
export PGOPTIONS='-c default_transaction_read_only=off'
said=$(pg_restore --no-password --exit-on-error --single-transaction --dbname="$4" 2>&1 >/dev/null)
code=$?
# After an error comes the statement, which is long where it is one of ours.
printf '%s\n' "$said" | sed '/^Command was: /,$d' >&2
exit "$code"
