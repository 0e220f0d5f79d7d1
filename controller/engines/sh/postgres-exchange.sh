# Argument 4: statements with psql's variables; 5: the database whose name is given to another; 6: facts, as JSON; 7: statements that end
# who is connected to it meanwhile, or nothing.
need psql
PGDATABASE=''
for home in postgres "$own_database" template1; do
  case $home in "$5") continue ;; esac
  if [ -z "$PGDATABASE" ] && PGDATABASE=$home ask -c '' >/dev/null 2>&1; then PGDATABASE=$home; fi
done
export PGDATABASE=${PGDATABASE:-postgres}
if [ -n "$7" ]; then
  (printf '%s\n' "$7" | ask -v name="$5" -v facts="$6" >/dev/null 2>&1 || :) &
fi
printf '%s\n' "$4" | ask -v name="$5" -v facts="$6"
code=$?
wait
exit "$code"
