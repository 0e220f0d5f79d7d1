# Argument 4: the connection string of a database that is there; 5: statements that empty its tables; 6: statements that check them.
# An archive comes on stdin, of which the rows are loaded. All in one transaction: pg_restore has none that could empty a table first.
need pg_restore
need psql
export PGOPTIONS='-c default_transaction_read_only=off'
statements() {
  printf '%s\n' 'begin;' "$5"
  if pg_restore --no-password --data-only --disable-triggers --file=/dev/stdout; then
    printf '%s\n' "$6" 'commit;' "select 'dbbackup: committed';"
  else
    # Whether rows are expected or not, this ends what was begun.
    printf '%s\n' '\.' "do 'begin raise exception ''the archive could not be read''; end';"
  fi
}
said=$(statements "$@" | psql -X -q -A -t --no-password -v ON_ERROR_STOP=1 --dbname="$4")
code=$?
if [ "$code" != 0 ]; then exit "$code"; fi
# A client whose input ends early is content, and what was begun is undone.
case $said in
  *'dbbackup: committed') ;;
  *) refuse restore-failed "the rows ended early, and nothing was changed" ;;
esac
