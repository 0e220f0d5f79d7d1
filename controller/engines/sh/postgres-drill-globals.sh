# Roles and grants come on stdin; all that can be made is made, and what cannot is told, but for roles that are there already.
reach -c '' </dev/null || exit
said=$(psql -X -q --no-password -o /dev/null 2>&1 >/dev/null)
code=$?
said=$(printf '%s\n' "$said" | grep -v 'ERROR: .*already exists')
printf '%s\n' "$said" >&2
if [ "$code" != 0 ]; then exit "$code"; fi
case $said in *ERROR:*) exit 1 ;; esac
