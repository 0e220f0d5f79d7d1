# Prints lines of a key and a value. Argument 4: the statement that describes the server; 5: the one that lists the names of
# its databases; 6: the one that counts the tables of one.
need pg_dump
reach
version=$(pg_dump --version) || exit
printf 'tool %s\n' "$version"

# pg_dump refuses a compression that it was built without before it connects, so this answers without a server.
printf 'zstd %s\n' "$(PGHOST=/nonexistent pg_dump -Fc -Z zstd:1 2>&1 >/dev/null | head -n 1)"

state=$(ask -c "$4") || exit
if in_setup postgres postmaster; then printf 'setup yes\n'; else printf 'setup no\n'; fi
printf 'state %s\n' "$state"

# Tables are counted inside each database: one connection each, about 20 ms.
names=$(ask -c "$5") || exit
printf '%s\n' "$names" | while IFS= read -r name; do
  [ -n "$name" ] || continue
  count=$(PGDATABASE=$name ask -c "$6" </dev/null) || count=unknown
  printf 'tables %s %s\n' "$count" "$name"
done
