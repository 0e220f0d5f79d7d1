# Argument 4: the statement that surveys the server, with psql's variable "name"; 5: the database that is to be touched. Prints a
# line of JSON, and how much is free for temporary files, and where the server keeps its data: only seen from inside its container.
reach -c '' || exit
survey=$(printf '%s\n' "$4" | ask -v name="$5") || exit
printf '%s\n' "$survey"
room() {
  df -Pk "$2" 2>/dev/null | sed -n "s/^.* \([0-9][0-9]*\)  *[0-9][0-9]*% .*\$/$1 \1/p"
}
room temporary "${TMPDIR:-/tmp}"
folder=$(ask -c "select setting from pg_settings where name = 'data_directory'" 2>/dev/null) || exit 0
if [ -n "${DBBACKUP_SERVER_HOST:-}" ] || [ ! -f "$folder/PG_VERSION" ]; then exit 0; fi
room free "$folder"
