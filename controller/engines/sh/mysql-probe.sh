# Prints lines of a key and tab-separated values. Arguments from the fifth on: the client's, with the statements that describe
# the server and its databases.
choose $dumps
printf 'tool\t%s\t%s\n' "$tool" "$version"
choose $clients
answer=$($run_as "$tool" "$@") || {
  code=$?
  refuse_if_in_setup mysqld mariadbd
  if [ -z "$socket" ]; then find_socket; else socket=''; fi
  if [ -n "$socket" ]; then refuse server-not-ready "the server is only just opening its socket"; fi
  exit "$code"
}
if in_setup mysqld mariadbd; then printf 'setup\tyes\n'; else printf 'setup\tno\n'; fi
printf '%s\n' "$answer"
