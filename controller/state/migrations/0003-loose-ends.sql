-- What was begun on a server and is to be undone there, whatever becomes of the process that began it: a hook's counterpart,
-- tools that may still run, a database that is being filled.
CREATE TABLE loose_ends (
  owner TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('hook', 'tools', 'database')),
  server_id TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  PRIMARY KEY (owner, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX loose_ends_of_server ON loose_ends (server_id);

-- Copies whose deletion has begun: after a crash in its middle they are deleted to the end, not listed without their manifest.
CREATE TABLE deletions (
  backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
  destination TEXT NOT NULL,
  PRIMARY KEY (backup_id, destination)
) STRICT, WITHOUT ROWID;

-- One row: tells the tools of this data folder's controllers, old and new, from those of another one on the same engine.
CREATE TABLE installation (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL
) STRICT;

INSERT INTO installation VALUES (1, lower(hex(randomblob(8))));
