# Argument 4: the database's name; 5: statements.
need psql
printf '%s\n' "$5" | PGDATABASE=$4 ask
