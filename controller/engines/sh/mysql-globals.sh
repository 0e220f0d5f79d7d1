# Prints statements that make the accounts, roles and grants again, between a first and a last line of our own.
# Every answer is complete before the first byte is printed, so a failure leaves nothing that looks like a dump.
choose $clients
set -- "$tool" "$@" --batch --skip-column-names --raw --init-command="set session sql_mode=''"

# A server that resolves no names ignores accounts of named hosts and refuses to show them. Nobody can log in by them.
alive="(@@skip_name_resolve = 0 or host in ('', 'localhost') or host regexp '[:%_/]' or host regexp '^[0-9.]+\$')"
account="concat(quote(user), '@', quote(host))"
roles=''
case $engine in
  mysql)
    # Roles come first: an account's default role must exist.
    accounts="set session print_identified_with_as_hex = on; select $account from mysql.user
      where $alive and user not in ('mysql.sys', 'mysql.session', 'mysql.infoschema')
      order by (user, host) not in (select from_user, from_host from mysql.role_edges), user, host;"
    ;;
  *)
    accounts="select $account from mysql.user where $alive and is_role = 'N' and user <> 'mariadb.sys' order by user, host;"
    roles=$(printf '%s\n' "select quote(user) from mysql.user where is_role = 'Y' order by user;" | $run_as "$@") || exit
    ;;
esac
ignored=$(printf '%s\n' "select count(*) from mysql.user where not $alive;" | $run_as "$@") || exit
accounts=$(printf '%s\n' "$accounts" | $run_as "$@") || exit
hex=''
if [ "$engine" = mysql ]; then hex='set session print_identified_with_as_hex = on;'; fi

# each PREFIX: the statement for every name on stdin.
each() {
  sed -n "s/..*/$1 &;/p"
}

created=$({
  printf '%s\n' "$hex"
  printf '%s\n' "$accounts" | each 'show create user'
} | $run_as "$@") || exit
granted=$({
  printf '%s\n' "$roles" | each 'show grants for'
  printf '%s\n' "$accounts" | each 'show grants for'
} | $run_as "$@") || exit

printf '%s\n' "-- dbbackup: accounts, roles and grants" \
  "-- Accounts left out, as the server resolves no names and ignores their hosts: $ignored" \
  "set session sql_mode = '';"
printf '%s\n' "$roles" | each 'create role if not exists'
printf '%s\n' "$created" | sed -n 's/^CREATE USER /CREATE USER IF NOT EXISTS /; s/..*/&;/p'
printf '%s\n' "$granted" | sed -n 's/..*/&;/p'
printf '%s\n' "flush privileges;" "-- dbbackup: end of accounts, roles and grants"
