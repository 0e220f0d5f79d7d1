# Arguments from the fifth on: the client's, with the statements that survey the server. Prints tab-separated rows, and how much is
# free where the server keeps its data: only seen from inside its container. What may not be read is left out of the rows.
choose $clients
answer=$($run_as "$tool" "$@" --force)
code=$?
printf '%s\n' "$answer"
case $answer in *survey-end*) ;; *) exit "$code" ;; esac
folder=$(printf '%s\n' "$answer" | sed -n 's/^folder.//p')
if [ -n "${DBBACKUP_SERVER_HOST:-}" ] || [ ! -d "$folder/mysql" ]; then exit 0; fi
df -Pk "$folder" 2>/dev/null | sed -n 's/^.* \([0-9][0-9]*\)  *[0-9][0-9]*% .*$/free\t\1/p'
