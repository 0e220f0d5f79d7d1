-- The catalogue: what was seen, done and stored. Times are milliseconds since 1970, UTC. Ids are made by the program.
-- Each CHECK says what is true in a state, so that no row can claim more than was recorded.
-- Nothing in the history refers to a row of servers: the history outlives the memory of a server.

PRAGMA application_id = 1684171632; -- "dbkp"

CREATE TABLE servers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  project TEXT,
  service TEXT,
  engine TEXT,
  server_version TEXT,
  container_name TEXT NOT NULL,
  image TEXT NOT NULL,
  good_labels TEXT CHECK (good_labels IS NULL OR json_valid(good_labels)),
  last_seen_at INTEGER NOT NULL,
  retired_at INTEGER
) STRICT;

-- gone_at: missing at the last look, remembered all the same.
CREATE TABLE databases (
  server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  gone_at INTEGER,
  PRIMARY KEY (server_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  server_id TEXT NOT NULL,
  server_name TEXT NOT NULL,
  job_id TEXT NOT NULL,
  trigger TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  CHECK (
    CASE
      WHEN status = 'queued' THEN started_at IS NULL AND finished_at IS NULL AND error IS NULL
      WHEN status = 'running' THEN started_at IS NOT NULL AND finished_at IS NULL AND error IS NULL
      WHEN status = 'completed' THEN started_at IS NOT NULL AND finished_at IS NOT NULL AND error IS NULL
      WHEN status = 'partial' THEN started_at IS NOT NULL AND finished_at IS NOT NULL AND error IS NOT NULL
      WHEN status IN ('failed', 'cancelled', 'interrupted') THEN finished_at IS NOT NULL AND error IS NOT NULL
      ELSE FALSE
    END
  )
) STRICT;

CREATE INDEX runs_by_age ON runs (queued_at DESC, id DESC);
CREATE INDEX runs_of_server ON runs (server_id, queued_at DESC, id DESC);
CREATE INDEX runs_of_job ON runs (job_id, queued_at DESC, id DESC);
CREATE INDEX runs_unfinished ON runs (queued_at) WHERE finished_at IS NULL;

-- manifest: the JSON that stands beside the bytes. deleted_at: its last stored copy is gone; the row and the log stay.
CREATE TABLE backups (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id),
  job_id TEXT NOT NULL,
  server_id TEXT NOT NULL,
  server_name TEXT NOT NULL,
  database_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('database', 'globals')),
  database TEXT NOT NULL,
  engine TEXT NOT NULL,
  type TEXT NOT NULL,
  trigger TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  manifest TEXT CHECK (manifest IS NULL OR json_valid(manifest)),
  deleted_at INTEGER,
  stored_bytes INTEGER GENERATED ALWAYS AS (json_extract(manifest, '$.proof.storedBytes')) STORED,
  CHECK (
    CASE
      WHEN status = 'queued' THEN started_at IS NULL AND finished_at IS NULL AND error IS NULL
      WHEN status = 'running' THEN started_at IS NOT NULL AND finished_at IS NULL AND error IS NULL
      WHEN status = 'completed' THEN
        started_at IS NOT NULL AND finished_at IS NOT NULL AND error IS NULL
        AND stored_bytes IS NOT NULL
        AND json_extract(manifest, '$.id') IS id
        AND json_extract(manifest, '$.proof.exitCode') IS 0
        AND length(json_extract(manifest, '$.proof.storedSha256')) IS 64
      WHEN status IN ('failed', 'cancelled', 'interrupted') THEN finished_at IS NOT NULL AND error IS NOT NULL
      ELSE FALSE
    END
  ),
  CHECK (status = 'completed' OR (manifest IS NULL AND deleted_at IS NULL))
) STRICT;

CREATE INDEX backups_by_age ON backups (queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_of_database ON backups (database_id, queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_of_server ON backups (server_id, queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_by_status ON backups (status, queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_by_type ON backups (type, queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_of_run ON backups (run_id);
-- With the size, so that adding all sizes up reads no row.
CREATE INDEX backups_good ON backups (database_id, finished_at DESC, id DESC, stored_bytes)
  WHERE status = 'completed' AND deleted_at IS NULL;
CREATE INDEX backups_ended ON backups (database_id, finished_at DESC, id DESC) WHERE finished_at IS NOT NULL;
CREATE INDEX backups_ended_by_age ON backups (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX backups_unfinished ON backups (queued_at) WHERE finished_at IS NULL;

-- at: when it was stored, failed or was deleted. A planned copy says where bytes will be, so that a crash can be cleaned up.
CREATE TABLE copies (
  position INTEGER PRIMARY KEY,
  backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
  destination TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  UNIQUE (backup_id, destination),
  CHECK (
    CASE
      WHEN state = 'planned' THEN at IS NULL AND error IS NULL
      WHEN state IN ('stored', 'deleted') THEN at IS NOT NULL AND error IS NULL
      WHEN state = 'failed' THEN at IS NULL AND error IS NOT NULL
      ELSE FALSE
    END
  )
) STRICT;

CREATE INDEX copies_stored ON copies (backup_id) WHERE state = 'stored';

-- A CHECK cannot look into another table; this is the same rule for "a good backup is stored somewhere".
CREATE TRIGGER backups_completed_are_stored BEFORE UPDATE OF status ON backups
WHEN NEW.status = 'completed'
  AND NOT EXISTS (SELECT 1 FROM copies WHERE backup_id = NEW.id AND state = 'stored')
BEGIN
  SELECT raise(ABORT, 'a backup without a stored copy cannot be completed');
END;

CREATE TABLE restores (
  id TEXT PRIMARY KEY,
  backup_id TEXT NOT NULL REFERENCES backups (id),
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

CREATE INDEX restores_by_age ON restores (queued_at DESC, id DESC);
CREATE INDEX restores_of_database ON restores (database_id, queued_at DESC, id DESC);
CREATE INDEX restores_of_backup ON restores (backup_id);
CREATE INDEX restores_unfinished ON restores (queued_at) WHERE finished_at IS NULL;

-- owner: a run or a restore. line counts from 1 for each owner; the oldest lines of a very long log are dropped.
CREATE TABLE logs (
  owner TEXT NOT NULL,
  line INTEGER NOT NULL,
  at INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  message TEXT NOT NULL,
  PRIMARY KEY (owner, line)
) STRICT, WITHOUT ROWID;

-- One row, rewritten to see that the file can be written.
CREATE TABLE probe (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  checked INTEGER NOT NULL
) STRICT;

INSERT INTO probe VALUES (1, 0);
