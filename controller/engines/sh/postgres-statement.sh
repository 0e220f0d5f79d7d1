# Argument 4: statements with psql's variables; 5: the database's name; 6: its facts, as JSON.
reach -c '' || exit
printf '%s\n' "$4" | ask -v name="$5" -v facts="$6"
