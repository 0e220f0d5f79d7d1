# Arguments from the fifth on: the client's, and as the last one a query that says why it cannot be done.
# Rows come on stdin, for tables that are there.
choose $clients
count=$#
for each; do
  shift
  if [ "$count" -gt 1 ]; then set -- "$@" "$each"; else query=$each; fi
  count=$((count - 1))
done
obstacles=$($run_as "$tool" "$@" --batch --skip-column-names --execute="$query" </dev/null) || exit
if [ -n "$obstacles" ]; then refuse restore-unsupported "$(printf '%s' "$obstacles" | tr '\n' ';' | sed 's/;/; /g')"; fi
exec $run_as "$tool" "$@"
