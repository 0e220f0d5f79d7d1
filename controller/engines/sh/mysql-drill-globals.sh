# Arguments from the fifth on: the client's. Accounts and grants come on stdin; all that can be made is made, and what cannot is told.
choose $clients
said=$($run_as "$tool" "$@" 2>&1 >/dev/null)
code=$?
printf '%s\n' "$said" >&2
if [ "$code" != 0 ]; then exit "$code"; fi
case $said in *ERROR*) exit 1 ;; esac
