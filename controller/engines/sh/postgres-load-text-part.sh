# Argument 4: the connection string of the database to load into. Statements that make a part of a database come on stdin.
need psql
export PGOPTIONS='-c default_transaction_read_only=off'
said=$(psql -X -q --no-password --echo-errors -o /dev/null --dbname="$4" 2>&1 >/dev/null)
code=$?
printf '%s\n' "$said" >&2
if [ "$code" != 0 ]; then exit "$code"; fi
only_refers "$said"
