# Argument 4: the connection string of the database to load into; 5: how many jobs load at once; 6: the archive's bytes.
# The archive comes on stdin, and jobs read a file from several places: one without a name, whose room is free again with the end
# of the last process that has it open, however that comes.
need pg_restore
folder=${TMPDIR:-/tmp}
free=$(df -Pk "$folder" 2>/dev/null | sed -n 's/^.* \([0-9][0-9]*\)  *[0-9][0-9]*% .*$/\1/p')
# No shell counts beyond 64 bits, some not beyond 32: in KiB.
if [ -n "$free" ] && [ "$free" -le "$(($6 / 1024))" ]; then
  refuse disk-full "$5 jobs need $6 bytes for the archive in $folder meanwhile, and ${free} KiB are left there"
fi
umask 077
file=$(mktemp "$folder/dbbackup-XXXXXX") || refuse disk-full "no file for the archive can be made in $folder"
exec 3<>"$file"
rm -f "$file"
cat >&3 || exit
# A setting of the database that makes sessions read-only must not stop its own restore.
export PGOPTIONS='-c default_transaction_read_only=off'
pg_restore --no-password --exit-on-error $load_options --jobs="$5" --dbname="$4" /proc/self/fd/3 </dev/null
