-- Files that are restored and are no backups of ours. source: as people are shown it; reading: what was found when it was looked through.
CREATE TABLE sources (
  id TEXT PRIMARY KEY,
  added_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (json_valid(source)),
  reading TEXT NOT NULL CHECK (json_valid(reading))
) STRICT;

-- A restore is of a backup or of such a file, which is told here as it was: it is forgotten long before the restore is.
CREATE TABLE restores_next (
  id TEXT PRIMARY KEY,
  backup_id TEXT REFERENCES backups (id),
  source TEXT CHECK (source IS NULL OR json_valid(source)),
  database_id TEXT NOT NULL,
  server_id TEXT NOT NULL,
  server_name TEXT NOT NULL,
  source_database TEXT NOT NULL,
  target_database TEXT NOT NULL,
  mode TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  restored_bytes INTEGER,
  tables INTEGER,
  differences TEXT CHECK (differences IS NULL OR json_valid(differences)),
  CHECK ((backup_id IS NULL) = (source IS NOT NULL)),
  CHECK (
    CASE
      WHEN status = 'queued' THEN started_at IS NULL AND finished_at IS NULL AND error IS NULL
      WHEN status = 'running' THEN started_at IS NOT NULL AND finished_at IS NULL AND error IS NULL
      WHEN status = 'completed' THEN started_at IS NOT NULL AND finished_at IS NOT NULL AND error IS NULL
      WHEN status IN ('failed', 'cancelled', 'interrupted') THEN finished_at IS NOT NULL AND error IS NOT NULL
      ELSE FALSE
    END
  ),
  CHECK ((status = 'completed') = (restored_bytes IS NOT NULL AND tables IS NOT NULL AND differences IS NOT NULL))
) STRICT;

INSERT INTO restores_next
  SELECT id, backup_id, NULL, database_id, server_id, server_name, source_database, target_database, mode, queued_at, status,
    started_at, finished_at, error, restored_bytes, tables, differences
  FROM restores;

-- What refers to the table that is dropped stands aside meanwhile.
CREATE TABLE swaps_aside AS SELECT * FROM swaps;
DELETE FROM swaps;
DROP TABLE restores;
ALTER TABLE restores_next RENAME TO restores;
INSERT INTO swaps SELECT * FROM swaps_aside;
DROP TABLE swaps_aside;

CREATE INDEX restores_by_age ON restores (queued_at DESC, id DESC);
CREATE INDEX restores_of_database ON restores (database_id, queued_at DESC, id DESC);
CREATE INDEX restores_of_backup ON restores (backup_id);
CREATE INDEX restores_unfinished ON restores (queued_at) WHERE finished_at IS NULL;
