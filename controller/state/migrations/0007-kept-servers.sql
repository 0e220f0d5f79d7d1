-- Servers outside Docker that were added over the API. The password is sealed (see vault.ts), never in plain text.
CREATE TABLE kept_servers (
  name TEXT PRIMARY KEY,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  password TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Who can change the server: its labels, the settings file, or the API. What earlier versions remembered is taken for a container's.
ALTER TABLE servers ADD COLUMN managed TEXT NOT NULL DEFAULT 'label' CHECK (managed IN ('label', 'file', 'api'));
