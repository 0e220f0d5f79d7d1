-- Backups that are kept and not trusted until somebody says that they are right. suspect: the problem, as in the manifest.
ALTER TABLE backups ADD COLUMN suspect TEXT GENERATED ALWAYS AS (json_extract(manifest, '$.suspect')) VIRTUAL;
ALTER TABLE backups ADD COLUMN accepted_at INTEGER CHECK (accepted_at IS NULL OR suspect IS NOT NULL);
-- One column for both, so that what asks for good ones is served by an index of good ones.
ALTER TABLE backups ADD COLUMN doubted INTEGER NOT NULL
  GENERATED ALWAYS AS (suspect IS NOT NULL AND accepted_at IS NULL) VIRTUAL;

-- Good: proven, stored, and not doubted. With the size, so that adding all sizes up reads no row.
DROP INDEX backups_good;
CREATE INDEX backups_good ON backups (database_id, finished_at DESC, id DESC, stored_bytes)
  WHERE status = 'completed' AND deleted_at IS NULL AND doubted = 0;
CREATE INDEX backups_doubted ON backups (database_id, job_id, finished_at DESC, id DESC, stored_bytes)
  WHERE status = 'completed' AND deleted_at IS NULL AND doubted = 1;

-- What is to be copied again by itself is looked for every few minutes.
CREATE INDEX copies_failed ON copies (destination, backup_id) WHERE state = 'failed';

-- Deletions by retention that are too many at once, and wait for a person. backups: their ids. of: how many there were in all.
CREATE TABLE held_prunes (
  job_id TEXT NOT NULL,
  database_id TEXT NOT NULL,
  server_id TEXT NOT NULL,
  backups TEXT NOT NULL CHECK (json_valid(backups)),
  of INTEGER NOT NULL,
  held_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  PRIMARY KEY (database_id, job_id)
) STRICT, WITHOUT ROWID;
