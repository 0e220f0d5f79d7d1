# Sets "set_confined" to a command that keeps psql from obeying commands in what it reads, such as \! and \copy, where this psql knows
# one. Nobody who wrote the dump can know the key that would take it back.
set_confined=''
if psql --help=commands 2>/dev/null | grep -q '\\restrict RESTRICT_KEY'; then
  key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  if [ -n "$key" ]; then set_confined="\\restrict $key"; fi
fi
