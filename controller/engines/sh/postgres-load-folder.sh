# Argument 4: the connection string of the database to load into. A tar file with the files of pg_dump's directory format comes on
# stdin, their bare names alone. They need a folder, as pg_restore reads them in an order of its own.
need pg_restore
need tar
umask 077
# Of a load that was killed before it could take its own away.
for left in /tmp/dbbackup-restore-*; do
  if [ -d "$left" ] && ! [ -d "/proc/${left##*-}" ]; then rm -rf "$left"; fi
done
folder=/tmp/dbbackup-restore-$$
mkdir "$folder" || refuse disk-full "$folder cannot be made in the container"
# Whoever ends a tool ends what its shell starts meanwhile as well: what is ignored here is ignored by rm.
trap 'trap "" TERM; rm -rf "$folder"' EXIT
if ! tar -xf - -C "$folder"; then exit 2; fi
export PGOPTIONS='-c default_transaction_read_only=off'
pg_restore --no-password --exit-on-error $load_options --dbname="$4" "$folder"
exit
