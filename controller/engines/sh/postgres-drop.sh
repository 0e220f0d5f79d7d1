# Argument 4: statements with psql's variables that drop a database; 5: its name; 6: its facts, as JSON; 7: statements that print what
# must be said inside it before: as long as it has subscriptions, the server does not drop it.
reach -c '' || exit
before=$(printf '%s\n' "$7" | ask -v name="$5" -v facts="$6" 2>/dev/null) || before=''
if [ -n "$before" ]; then
  printf '%s\n' "$before" | PGDATABASE=$5 ask || note "could not drop its subscriptions"
fi
printf '%s\n' "$4" | ask -v name="$5" -v facts="$6"
