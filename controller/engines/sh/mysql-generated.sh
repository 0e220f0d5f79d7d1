# Arguments from the fifth on: the client's, the last of them a query: its answer is statements, which are run then.
choose $clients
query=''
for word; do
  shift
  case $word in --execute=*) query=$word ;; *) set -- "$@" "$word" ;; esac
done
statements=$($run_as "$tool" "$@" --raw "$query") || exit
printf '%s\n' "$statements" | $run_as "$tool" "$@"
