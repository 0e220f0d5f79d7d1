-- Restores that take the place of a database: which of the two has the name, and what the other one is called. in_place: while they
-- are exchanged, what it was before. Keys are the engine's own, and stay what they are when a database is renamed.
CREATE TABLE swaps (
  restore_id TEXT PRIMARY KEY REFERENCES restores (id),
  keep_seconds INTEGER NOT NULL CHECK (keep_seconds >= 0),
  end_connections INTEGER NOT NULL CHECK (end_connections IN (0, 1)),
  safety_backup_id TEXT,
  state TEXT NOT NULL,
  in_place TEXT NOT NULL CHECK (in_place IN ('old', 'restored')),
  old_key TEXT,
  restored_key TEXT,
  aside_name TEXT,
  next_name TEXT,
  kept_until INTEGER,
  problem TEXT CHECK (problem IS NULL OR json_valid(problem)),
  CHECK (
    CASE
      WHEN state = 'beside' THEN in_place = 'old' AND kept_until IS NULL
      WHEN state = 'exchanging' THEN next_name IS NOT NULL
      WHEN state = 'kept' THEN next_name IS NULL AND kept_until IS NOT NULL
      WHEN state = 'gone' THEN next_name IS NULL
      ELSE FALSE
    END
  ),
  CHECK (state = 'beside' OR (old_key IS NOT NULL AND restored_key IS NOT NULL AND aside_name IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX swaps_open ON swaps (state) WHERE state IN ('exchanging', 'kept');
