# Argument 4: the connection string of the database to load into. Statements come on stdin.
need psql
export PGOPTIONS="$loading"
if [ -n "$set_confined" ]; then set -- "$1" "$2" "$3" "$4" -c "$set_confined" -f -; else set -- "$1" "$2" "$3" "$4"; fi
database=$4
shift 4
exec psql -X -q --no-password -v ON_ERROR_STOP=1 -o /dev/null --dbname="$database" "$@"
