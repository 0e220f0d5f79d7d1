# Argument 4: the connection string of the database to load into. Statements that make a part of a database come on stdin.
need psql
export PGOPTIONS="$loading"
if [ -n "$set_confined" ]; then set -- "$1" "$2" "$3" "$4" -c "$set_confined" -f -; else set -- "$1" "$2" "$3" "$4"; fi
database=$4
shift 4
said=$(psql -X -q --no-password --echo-errors -o /dev/null --dbname="$database" "$@" 2>&1 >/dev/null)
code=$?
printf '%s\n' "$said" >&2
if [ "$code" != 0 ]; then exit "$code"; fi
only_refers "$said"
