# Argument 4: the connection string of the database to load into. An archive of a part of a database comes on stdin.
need pg_restore
export PGOPTIONS="$loading"
said=$(pg_restore --no-password $load_options --dbname="$4" 2>&1 >/dev/null)
code=$?
printf '%s\n' "$said" >&2
if [ "$code" != 1 ]; then exit "$code"; fi
only_refers "$said"
