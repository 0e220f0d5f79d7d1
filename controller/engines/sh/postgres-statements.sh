# Argument 5: statements for the session that follows.
exec <<END_OF_STATEMENTS
$5
END_OF_STATEMENTS
