# only_refers WHAT_WAS_SAID: whether each error in it is of a statement that only refers to what is not there, such as a foreign key.
# Tables, their rows and the rest must be made. After each error comes its statement: "Command was:" of pg_restore, "STATEMENT:" of psql.
only_refers() {
  programs='(MATERIALIZED )?VIEW|RULE|POLICY|TRIGGER|FUNCTION|PROCEDURE|AGGREGATE|STATISTICS'
  events=$(printf '%s\n' "$1" | sed -nE \
    -e '/^(Command was: |STATEMENT:  )ALTER TABLE .*[^;]$/N' \
    -e 's/^Command was: |^STATEMENT:  /statement /' \
    -e 's/^statement ALTER (TABLE|INDEX) .*(ADD CONSTRAINT .* FOREIGN KEY |ATTACH PARTITION |OWNER TO ).*/may/p' \
    -e "s/^statement (CREATE|CREATE OR REPLACE|ALTER) ($programs) .*/may/p" \
    -e 's/^statement (REFRESH|COMMENT|GRANT|REVOKE|ALTER PUBLICATION) .*/may/p' \
    -e 's/^statement .*/must/p' \
    -e 's/^(pg_restore: error: could not execute query: |psql:[^ ]*: )?ERROR: .*(does not exist|violates foreign key constraint).*/refers/p' \
    -e 's/^(pg_restore: error|(psql:[^ ]*: )?(ERROR|FATAL|PANIC)): .*/must/p')
  pending=''
  for event in $events; do
    case $event in
      refers) [ -z "$pending" ] || return 1; pending=yes ;;
      may) pending='' ;;
      *) return 1 ;;
    esac
  done
  [ -z "$pending" ]
}
