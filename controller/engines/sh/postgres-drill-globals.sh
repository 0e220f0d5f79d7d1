# Roles and grants come on stdin; all that can be made is made, and what cannot is told, but for roles that are there already. Some
# images ask for a password on the socket, too: that of the role that loads is made its own again, in the same session.
reach -c '' </dev/null || exit
again() {
  [ -n "$password" ] || return 0
  printf "\nalter role current_user with login superuser password '%s';\n" "$(printf '%s' "$password" | sed "s/'/''/g")"
}
said=$({ cat && again; } | psql -X -q --no-password -o /dev/null 2>&1 >/dev/null)
code=$?
said=$(printf '%s\n' "$said" | grep -v 'ERROR: .*already exists')
printf '%s\n' "$said" >&2
if [ "$code" != 0 ]; then exit "$code"; fi
case $said in *ERROR:*) exit 1 ;; esac
