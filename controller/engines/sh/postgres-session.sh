# Argument 4: the database's name. Statements come on stdin, and the session ends with them: whatever becomes of who writes them,
# no transaction is left open.
need psql
PGDATABASE=$4 ask
