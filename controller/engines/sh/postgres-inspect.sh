# Argument 4: the statement that describes a database; 5: the database's name.
need psql
PGDATABASE=$5 ask -c "$4"
