-- Servers outside Docker that were configured over the API. The password is sealed (see vault.ts), never in plain text.
CREATE TABLE outside_servers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  password TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
