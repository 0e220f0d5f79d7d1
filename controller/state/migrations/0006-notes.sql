-- What is said of a backup after it was made. It also stands beside the manifests, so that a rebuild finds it.
-- notes_changed_at: when something of it changed last; copies.notes_at: up to which change the notes at that destination are.
ALTER TABLE backups ADD COLUMN pinned_at INTEGER;
ALTER TABLE backups ADD COLUMN pin_reason TEXT CHECK ((pin_reason IS NULL) = (pinned_at IS NULL));
ALTER TABLE backups ADD COLUMN notes_changed_at INTEGER;
ALTER TABLE copies ADD COLUMN notes_at INTEGER;
-- When its bytes were last read again and were right.
ALTER TABLE copies ADD COLUMN checked_at INTEGER;
-- Which are read again next, and how many were.
CREATE INDEX copies_to_read ON copies (destination, coalesce(checked_at, at), checked_at) WHERE state = 'stored';

CREATE INDEX backups_noted ON backups (notes_changed_at) WHERE notes_changed_at IS NOT NULL;

CREATE TABLE verifications (
  backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
  level TEXT NOT NULL CHECK (level IN ('checksum', 'read', 'drill')),
  destination TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  read_bytes INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'failed')),
  -- The report of what passed, as a JSON array; the problem of what failed.
  detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;
CREATE INDEX verifications_of ON verifications (backup_id, finished_at);
-- Which dumps were found bad is asked with every list of databases.
CREATE INDEX verifications_failed ON verifications (backup_id) WHERE outcome = 'failed';

-- Policies of retention that were entered over the API. Those of the settings stand there.
CREATE TABLE retention_policies (
  name TEXT PRIMARY KEY,
  policy TEXT NOT NULL CHECK (json_valid(policy)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
