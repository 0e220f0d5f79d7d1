-- How a stored copy was compared with what left the server: by hash, or by size alone. Null where an earlier version stored it.
ALTER TABLE copies ADD COLUMN verified TEXT CHECK (verified IN ('hash', 'size'));

-- Buckets that were configured over the API. Keys are sealed (see vault.ts), never in plain text, but for the last characters of
-- the access key, by which people know it.
CREATE TABLE s3_configs (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  access_key_id TEXT,
  access_key_end TEXT,
  secret_access_key TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((access_key_id IS NULL) = (secret_access_key IS NULL))
) STRICT;
