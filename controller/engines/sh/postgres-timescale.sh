# Argument 4: the connection string of the database to load into; 5: the version of TimescaleDB that the dump is of; 6: its schema.
# Defines before_load and after_load. TimescaleDB keeps a catalogue of its own, which the load fills behind its back: unless it is
# told, it meddles with what is loaded, and foreign keys of its tables fail.
before_load() {
  if [ "$6" = public ]; then
    ask --dbname="$4" -v version="$5" >/dev/null <<'END'
create extension if not exists timescaledb schema public version :'version';
select public.timescaledb_pre_restore();
END
  else
    # The dump makes that schema before the extension, so its function cannot be there yet. This is what it would do.
    ask --dbname="$4" >/dev/null <<'END'
select format('alter database %I set timescaledb.restoring = on', current_database())
\gexec
END
  fi
}

after_load() {
  ask --dbname="$4" >/dev/null <<'END'
select format('select %I.timescaledb_post_restore()', nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
where extname = 'timescaledb'
\gexec
END
}
