# Prints lines of a key and a value. Argument 4: the statement that describes the server, in one line; 5: the one that lists the
# names of its databases; 6: the one that counts the objects of one.
need pg_dump
reach -c "$4" -c "$5" || {
  refuse_if_in_setup postgres postmaster
  if [ -z "$socket_folder" ]; then find_socket; else socket_folder=''; fi
  if [ -n "$socket_folder" ]; then refuse server-not-ready "the server is only just opening its socket"; fi
  exit 2
}
version=$(pg_dump --version) || exit
printf 'tool %s\n' "$version"

# pg_dump refuses a compression that it was built without before it connects, so this answers without a server.
printf 'zstd %s\n' "$(trap 'exit 1' TERM; PGHOST=/nonexistent pg_dump -Fc -Z zstd:1 2>&1 >/dev/null | head -n 1)"
if in_setup postgres postmaster; then printf 'setup yes\n'; else printf 'setup no\n'; fi

# Objects are counted inside each database: one connection each, about 20 ms.
printf '%s\n' "$answer" | {
  trap 'exit 1' TERM
  IFS= read -r state
  printf 'state %s\n' "$state"
  while IFS= read -r name; do
    count=$(PGDATABASE=$name ask -c "$6" </dev/null) || count=unknown
    printf 'objects %s %s\n' "$count" "$name"
  done
}
