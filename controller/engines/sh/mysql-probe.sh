# Prints lines of a key and tab-separated values. Arguments from the fifth on: the client's, with the statements that describe
# the server and its databases.
choose $dumps
printf 'tool\t%s\t%s\n' "$tool" "$version"
choose $clients
answer=$($run_as "$tool" "$@") || exit
if in_setup mysqld mariadbd; then printf 'setup\tyes\n'; else printf 'setup\tno\n'; fi
printf '%s\n' "$answer"
