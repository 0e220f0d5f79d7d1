# Arguments from the fifth on: the client's. Runs the statements from the input, none of them before the last line has come: what is begun
# goes on to its end, whatever becomes of whoever sent them.
choose $clients
statements=$(cat)
case $statements in
  *'-- dbbackup: the end') ;;
  *) refuse server-lost "the statements did not come as a whole" ;;
esac
printf '%s\n' "$statements" | $run_as "$tool" "$@"
