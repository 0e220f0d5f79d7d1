# Arguments from the fifth on: the client's. Makes an account that may do everything, with the password of the one that makes it:
# accounts that are loaded may change that one's.
choose $clients
printf "create user dbbackup_drill@localhost identified by '%s'; grant all on *.* to dbbackup_drill@localhost with grant option;\n" \
  "$password" | $run_as "$tool" "$@"
