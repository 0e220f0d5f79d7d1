PRAGMA application_id = 1684171632;
PRAGMA user_version = 9;
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
, managed TEXT NOT NULL DEFAULT 'label' CHECK (managed IN ('label', 'file', 'api'))) STRICT;
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
  error TEXT CHECK (error IS NULL OR json_valid(error)), attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1), retry_of TEXT REFERENCES runs (id) CHECK ((retry_of IS NULL) = (attempt = 1)), retry_at INTEGER CHECK (retry_at IS NULL OR error IS NOT NULL),
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
  stored_bytes INTEGER GENERATED ALWAYS AS (json_extract(manifest, '$.proof.storedBytes')) STORED, suspect TEXT GENERATED ALWAYS AS (json_extract(manifest, '$.suspect')) VIRTUAL, accepted_at INTEGER CHECK (accepted_at IS NULL OR suspect IS NOT NULL), doubted INTEGER NOT NULL
  GENERATED ALWAYS AS (suspect IS NOT NULL AND accepted_at IS NULL) VIRTUAL, pinned_at INTEGER, pin_reason TEXT CHECK ((pin_reason IS NULL) = (pinned_at IS NULL)), notes_changed_at INTEGER,
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
CREATE TABLE copies (
  position INTEGER PRIMARY KEY,
  backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
  destination TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  at INTEGER,
  error TEXT CHECK (error IS NULL OR json_valid(error)), verified TEXT CHECK (verified IN ('hash', 'size')), notes_at INTEGER, checked_at INTEGER,
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
CREATE TABLE logs (
  owner TEXT NOT NULL,
  line INTEGER NOT NULL,
  at INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
  message TEXT NOT NULL,
  PRIMARY KEY (owner, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE probe (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  checked INTEGER NOT NULL
) STRICT;
CREATE TABLE overrides (
  job_id TEXT PRIMARY KEY,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE loose_ends (
  owner TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('hook', 'tools', 'database')),
  server_id TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  PRIMARY KEY (owner, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE deletions (
  backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
  destination TEXT NOT NULL,
  PRIMARY KEY (backup_id, destination)
) STRICT, WITHOUT ROWID;
CREATE TABLE installation (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL
) STRICT;
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
CREATE TABLE retention_policies (
  name TEXT PRIMARY KEY,
  policy TEXT NOT NULL CHECK (json_valid(policy)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE kept_servers (
  name TEXT PRIMARY KEY,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  password TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
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
CREATE TABLE sources (
  id TEXT PRIMARY KEY,
  added_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (json_valid(source)),
  reading TEXT NOT NULL CHECK (json_valid(reading))
) STRICT;
CREATE TABLE "restores" (
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
INSERT INTO servers (id, name, project, service, engine, server_version, container_name, image, good_labels, last_seen_at, retired_at, managed) VALUES ('old~db', 'old/db', 'old', 'db', 'mysql', '8.0.36', 'old-db-1', 'mysql:8.0', '{}', 1772324400000, 1772327400000, 'label');
INSERT INTO servers (id, name, project, service, engine, server_version, container_name, image, good_labels, last_seen_at, retired_at, managed) VALUES ('shop~db', 'shop/db', 'shop', 'db', 'postgres', '17.6', 'shop-db-1', 'postgres:17', '{"dbbackup.enable":"true"}', 1772330400000, NULL, 'label');
INSERT INTO databases (server_id, name, seen_at, gone_at) VALUES ('shop~db', 'gone', 1772330400000, 1772330460000);
INSERT INTO databases (server_id, name, seen_at, gone_at) VALUES ('shop~db', 'shop', 1772330400000, NULL);
INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at, error, attempt, retry_of, retry_at) VALUES ('run-deleted', 'shop~db', 'shop/db', 'shop~db:default', 'schedule', 1772326800000, 'completed', 1772326860000, 1772326920000, NULL, 1, NULL, NULL);
INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at, error, attempt, retry_of, retry_at) VALUES ('run-failed', 'shop~db', 'shop/db', 'shop~db:default', 'manual', 1772331600000, 'failed', 1772331660000, 1772331720000, '{"code":"dump-failed","message":"pg_dump exited 1 after 31 MiB","hint":"Look at the server''s log.","key":null,"suggestion":null}', 1, NULL, NULL);
INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at, error, attempt, retry_of, retry_at) VALUES ('run-good', 'shop~db', 'shop/db', 'shop~db:default', 'schedule', 1772330400000, 'completed', 1772330460000, 1772330520000, NULL, 1, NULL, NULL);
INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at, error, attempt, retry_of, retry_at) VALUES ('run-partial', 'shop~db', 'shop/db', 'shop~db:default', 'schedule', 1772331000000, 'partial', 1772331060000, 1772331120000, '{"code":"dump-failed","message":"pg_dump exited 1 after 31 MiB","hint":"Look at the server''s log.","key":null,"suggestion":null}', 1, NULL, NULL);
INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at, error, attempt, retry_of, retry_at) VALUES ('run-retry', 'shop~db', 'shop/db', 'shop~db:default', 'retry', 1772331780000, 'failed', 1772331780000, 1772331840000, '{"code":"dump-failed","message":"pg_dump exited 1 after 31 MiB","hint":"Look at the server''s log.","key":null,"suggestion":null}', 2, 'run-failed', 1772334000000);
INSERT INTO runs (id, server_id, server_name, job_id, trigger, queued_at, status, started_at, finished_at, error, attempt, retry_of, retry_at) VALUES ('run-suspect', 'shop~db', 'shop/db', 'shop~db:default', 'schedule', 1772333400000, 'partial', 1772333460000, 1772333520000, '{"code":"dump-failed","message":"pg_dump exited 1 after 31 MiB","hint":"Look at the server''s log.","key":null,"suggestion":null}', 1, NULL, NULL);
INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger, queued_at, status, started_at, finished_at, error, manifest, deleted_at, accepted_at, pinned_at, pin_reason, notes_changed_at) VALUES ('b-again', 'run-partial', 'shop~db:default', 'shop~db', 'shop/db', 'shop~db:shop', 'database', 'shop', 'postgres', 'daily', 'schedule', 1772331000000, 'completed', 1772331060000, 1772331120000, NULL, '{"formatVersion":1,"id":"b-again","runId":"run-partial","server":{"id":"shop~db","name":"shop/db","project":"shop","service":"db","container":"shop-db-1","image":"postgres:17","imageId":"sha256:0"},"subject":{"kind":"database","name":"shop"},"facts":{"attributes":{"encoding":"UTF8"},"tables":3},"job":"default","type":"daily","trigger":"schedule","engine":{"name":"postgres","serverVersion":"17.6","tool":"pg_dump","toolVersion":"17.6"},"command":["pg_dump","-Fc"],"startedAt":"2026-03-01T02:01:00.000Z","finishedAt":"2026-03-01T02:02:00.000Z","format":"archive","compression":"none","sourceCompression":"zstd:3","encryption":null,"proof":{"exitCode":0,"end":"all 14 data blocks of the archive''s table of contents","rawBytes":1000,"rawSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","storedBytes":1000,"storedSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"fileName":"shop_daily_20260301_020000_b-again.dump","spec":{"dbbackup.enable":"true"},"restore":["docker exec -i <container> pg_restore -d <database>"],"program":"dbbackup 0.1.0"}', NULL, NULL, NULL, NULL, NULL);
INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger, queued_at, status, started_at, finished_at, error, manifest, deleted_at, accepted_at, pinned_at, pin_reason, notes_changed_at) VALUES ('b-deleted', 'run-deleted', 'shop~db:default', 'shop~db', 'shop/db', 'shop~db:shop', 'database', 'shop', 'postgres', 'daily', 'schedule', 1772326800000, 'completed', 1772326860000, 1772326920000, NULL, '{"formatVersion":1,"id":"b-deleted","runId":"run-deleted","server":{"id":"shop~db","name":"shop/db","project":"shop","service":"db","container":"shop-db-1","image":"postgres:17","imageId":"sha256:0"},"subject":{"kind":"database","name":"shop"},"facts":{"attributes":{"encoding":"UTF8"},"tables":3},"job":"default","type":"daily","trigger":"schedule","engine":{"name":"postgres","serverVersion":"17.6","tool":"pg_dump","toolVersion":"17.6"},"command":["pg_dump","-Fc"],"startedAt":"2026-03-01T02:01:00.000Z","finishedAt":"2026-03-01T02:02:00.000Z","format":"archive","compression":"none","sourceCompression":"zstd:3","encryption":null,"proof":{"exitCode":0,"end":"all 14 data blocks of the archive''s table of contents","rawBytes":1000,"rawSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","storedBytes":1000,"storedSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"fileName":"shop_daily_20260301_020000_b-deleted.dump","spec":{"dbbackup.enable":"true"},"restore":["docker exec -i <container> pg_restore -d <database>"],"program":"dbbackup 0.1.0"}', 1772330580000, NULL, NULL, NULL, NULL);
INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger, queued_at, status, started_at, finished_at, error, manifest, deleted_at, accepted_at, pinned_at, pin_reason, notes_changed_at) VALUES ('b-failed', 'run-partial', 'shop~db:default', 'shop~db', 'shop/db', 'shop~db:users', 'database', 'users', 'postgres', 'daily', 'schedule', 1772331000000, 'failed', 1772331060000, 1772331120000, '{"code":"dump-failed","message":"pg_dump exited 1 after 31 MiB","hint":"Look at the server''s log.","key":null,"suggestion":null}', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger, queued_at, status, started_at, finished_at, error, manifest, deleted_at, accepted_at, pinned_at, pin_reason, notes_changed_at) VALUES ('b-globals', 'run-good', 'shop~db:default', 'shop~db', 'shop/db', 'shop~db:@globals', 'globals', 'globals', 'postgres', 'daily', 'schedule', 1772330400000, 'completed', 1772330460000, 1772330520000, NULL, '{"formatVersion":1,"id":"b-globals","runId":"run-good","server":{"id":"shop~db","name":"shop/db","project":"shop","service":"db","container":"shop-db-1","image":"postgres:17","imageId":"sha256:0"},"subject":{"kind":"globals"},"facts":{"attributes":{"encoding":"UTF8"},"tables":3},"job":"default","type":"daily","trigger":"schedule","engine":{"name":"postgres","serverVersion":"17.6","tool":"pg_dump","toolVersion":"17.6"},"command":["pg_dump","-Fc"],"startedAt":"2026-03-01T02:01:00.000Z","finishedAt":"2026-03-01T02:02:00.000Z","format":"archive","compression":"none","sourceCompression":"zstd:3","encryption":null,"proof":{"exitCode":0,"end":"all 14 data blocks of the archive''s table of contents","rawBytes":1000,"rawSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","storedBytes":1000,"storedSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"fileName":"shop_daily_20260301_020000_b-globals.dump","spec":{"dbbackup.enable":"true"},"restore":["docker exec -i <container> pg_restore -d <database>"],"program":"dbbackup 0.1.0"}', NULL, NULL, NULL, NULL, NULL);
INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger, queued_at, status, started_at, finished_at, error, manifest, deleted_at, accepted_at, pinned_at, pin_reason, notes_changed_at) VALUES ('b-good', 'run-good', 'shop~db:default', 'shop~db', 'shop/db', 'shop~db:shop', 'database', 'shop', 'postgres', 'daily', 'schedule', 1772330400000, 'completed', 1772330460000, 1772330520000, NULL, '{"formatVersion":1,"id":"b-good","runId":"run-good","server":{"id":"shop~db","name":"shop/db","project":"shop","service":"db","container":"shop-db-1","image":"postgres:17","imageId":"sha256:0"},"subject":{"kind":"database","name":"shop"},"facts":{"attributes":{"encoding":"UTF8"},"tables":3},"job":"default","type":"daily","trigger":"schedule","engine":{"name":"postgres","serverVersion":"17.6","tool":"pg_dump","toolVersion":"17.6"},"command":["pg_dump","-Fc"],"startedAt":"2026-03-01T02:01:00.000Z","finishedAt":"2026-03-01T02:02:00.000Z","format":"archive","compression":"none","sourceCompression":"zstd:3","encryption":null,"proof":{"exitCode":0,"end":"all 14 data blocks of the archive''s table of contents","rawBytes":1000,"rawSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","storedBytes":1000,"storedSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"fileName":"shop_daily_20260301_020000_b-good.dump","spec":{"dbbackup.enable":"true"},"restore":["docker exec -i <container> pg_restore -d <database>"],"program":"dbbackup 0.1.0"}', NULL, NULL, 1772335200000, 'before the move', 1772335200000);
INSERT INTO backups (id, run_id, job_id, server_id, server_name, database_id, kind, database, engine, type, trigger, queued_at, status, started_at, finished_at, error, manifest, deleted_at, accepted_at, pinned_at, pin_reason, notes_changed_at) VALUES ('b-suspect', 'run-suspect', 'shop~db:default', 'shop~db', 'shop/db', 'shop~db:shop', 'database', 'shop', 'postgres', 'daily', 'schedule', 1772333400000, 'completed', 1772333460000, 1772333520000, NULL, '{"formatVersion":1,"id":"b-suspect","runId":"run-suspect","server":{"id":"shop~db","name":"shop/db","project":"shop","service":"db","container":"shop-db-1","image":"postgres:17","imageId":"sha256:0"},"subject":{"kind":"database","name":"shop"},"facts":{"attributes":{"encoding":"UTF8"},"tables":3},"job":"default","type":"daily","trigger":"schedule","engine":{"name":"postgres","serverVersion":"17.6","tool":"pg_dump","toolVersion":"17.6"},"command":["pg_dump","-Fc"],"startedAt":"2026-03-01T02:01:00.000Z","finishedAt":"2026-03-01T02:02:00.000Z","format":"archive","compression":"none","sourceCompression":"zstd:3","encryption":null,"proof":{"exitCode":0,"end":"all 14 data blocks of the archive''s table of contents","rawBytes":1000,"rawSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","storedBytes":1000,"storedSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"fileName":"shop_daily_20260301_020000_b-suspect.dump","spec":{"dbbackup.enable":"true"},"restore":["docker exec -i <container> pg_restore -d <database>"],"program":"dbbackup 0.1.0","suspect":{"code":"backup-suspect","message":"the backup of shop holds far less than the last good one: 0 tables instead of 3 (100 % less)","hint":"If that is right, accept it.","key":null,"suggestion":null}}', NULL, NULL, NULL, NULL, NULL);
INSERT INTO copies (position, backup_id, destination, key, state, at, error, verified, notes_at, checked_at) VALUES (1, 'b-good', 'local', 'shop~db/shop/2026/03/b-good.dump', 'stored', 1772330520000, NULL, NULL, NULL, NULL);
INSERT INTO copies (position, backup_id, destination, key, state, at, error, verified, notes_at, checked_at) VALUES (2, 'b-good', 's3', 'shop~db/shop/2026/03/b-good.dump', 'failed', NULL, '{"code":"destination-unavailable","message":"pg_dump exited 1 after 31 MiB","hint":"Look at the server''s log.","key":null,"suggestion":null}', NULL, NULL, NULL);
INSERT INTO copies (position, backup_id, destination, key, state, at, error, verified, notes_at, checked_at) VALUES (3, 'b-globals', 'local', 'shop~db/@globals/2026/03/b-globals.sql', 'stored', 1772330520000, NULL, NULL, NULL, NULL);
INSERT INTO copies (position, backup_id, destination, key, state, at, error, verified, notes_at, checked_at) VALUES (4, 'b-again', 'local', 'shop~db/shop/2026/03/b-again.dump', 'stored', 1772331120000, NULL, NULL, NULL, NULL);
INSERT INTO copies (position, backup_id, destination, key, state, at, error, verified, notes_at, checked_at) VALUES (5, 'b-deleted', 'local', 'shop~db/shop/2026/03/b-deleted.dump', 'deleted', 1772330580000, NULL, NULL, NULL, NULL);
INSERT INTO copies (position, backup_id, destination, key, state, at, error, verified, notes_at, checked_at) VALUES (6, 'b-suspect', 'local', 'shop~db/shop/2026/03/b-suspect.dump', 'stored', 1772333520000, NULL, 'hash', NULL, NULL);
INSERT INTO logs (owner, line, at, level, message) VALUES ('r-good', 1, 1772332260000, 'info', 'restored');
INSERT INTO logs (owner, line, at, level, message) VALUES ('run-good', 1, 1772330460000, 'info', 'dumped shop: it''s done');
INSERT INTO logs (owner, line, at, level, message) VALUES ('run-good', 2, 1772330520000, 'warn', 'quotes '' and " and ümläut');
INSERT INTO probe (one, checked) VALUES (1, 0);
INSERT INTO overrides (job_id, enabled, at) VALUES ('shop~db:default', 0, 1772331900000);
INSERT INTO loose_ends (owner, kind, server_id, detail) VALUES ('run-retry', 'tools', 'shop~db', 'null');
INSERT INTO deletions (backup_id, destination) VALUES ('b-again', 'local');
INSERT INTO installation (one, id) VALUES (1, '7b122a91c344390a');
INSERT INTO held_prunes (job_id, database_id, server_id, backups, of, held_at, confirmed_at) VALUES ('shop~db:default', 'shop~db:users', 'shop~db', '["b-x"]', 5, 1772333580000, NULL);
INSERT INTO s3_configs (id, name, settings, access_key_id, access_key_end, secret_access_key, created_at, updated_at) VALUES ('c1', 'offsite', '{"bucket":"backups","region":"eu-west-1"}', 'v1:sealed-id', 'MPLE', 'v1:sealed-key', 1772334600000, 1772334600000);
INSERT INTO verifications (backup_id, level, destination, started_at, finished_at, read_bytes, outcome, detail) VALUES ('b-good', 'checksum', 'local', 1772335260000, 1772335320000, 1000, 'passed', '[]');
INSERT INTO retention_policies (name, policy, created_at, updated_at) VALUES ('gold', '{"last":3}', 1772335380000, 1772335380000);
INSERT INTO swaps (restore_id, keep_seconds, end_connections, safety_backup_id, state, in_place, old_key, restored_key, aside_name, next_name, kept_until, problem) VALUES ('r-swapped', 86400, 1, 'b-good', 'kept', 'restored', '16400', '16500', 'shop_before_20260301_023200', NULL, 1772418720000, NULL);
INSERT INTO restores (id, backup_id, source, database_id, server_id, server_name, source_database, target_database, mode, queued_at, status, started_at, finished_at, error, restored_bytes, tables, differences) VALUES ('r-file', NULL, '{"id":"f-old","origin":"upload","fileName":"old.sql.gz","destination":null,"key":null,"bytes":500,"sha256":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","wrapping":"gzip","compression":"gzip","recipient":null,"kind":{"engine":"postgres","format":"sql","of":"database","tool":"pg_dump","toolVersion":"17.6","serverVersion":"17.6"},"databases":[],"facts":{"tables":3},"rawBytes":1000,"end":"the database dump complete trailer","findings":[],"addedAt":"2026-03-01T02:04:00.000Z","expiresAt":"2026-03-02T02:04:00.000Z"}', 'shop~db:shop_old', 'shop~db', 'shop/db', 'old.sql.gz', 'shop_old', 'new', 1772332300000, 'completed', 1772332360000, 1772332420000, NULL, 1000, 3, '[]');
INSERT INTO sources (id, added_at, expires_at, source, reading) VALUES ('f-old', 1772330640000, 1772417040000, '{"id":"f-old","origin":"upload","fileName":"old.sql.gz","destination":null,"key":null,"bytes":500,"sha256":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","wrapping":"gzip","compression":"gzip","recipient":null,"kind":{"engine":"postgres","format":"sql","of":"database","tool":"pg_dump","toolVersion":"17.6","serverVersion":"17.6"},"databases":[],"facts":{"tables":3},"rawBytes":1000,"end":"the database dump complete trailer","findings":[],"addedAt":"2026-03-01T02:04:00.000Z","expiresAt":"2026-03-02T02:04:00.000Z"}', '{"rawSha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","sourceCompression":null,"parts":[{"database":null,"ranges":[[0,900]],"counts":{"tables":3},"roles":["app"],"extensions":[],"attributes":{},"engine":null,"refusal":null}]}');
INSERT INTO restores (id, backup_id, source, database_id, server_id, server_name, source_database, target_database, mode, queued_at, status, started_at, finished_at, error, restored_bytes, tables, differences) VALUES ('r-failed', 'b-good', NULL, 'shop~db:shop', 'shop~db', 'shop/db', 'shop', 'shop_copy', 'new', 1772332800000, 'failed', 1772332860000, 1772332920000, '{"code":"dump-failed","message":"pg_dump exited 1 after 31 MiB","hint":"Look at the server''s log.","key":null,"suggestion":null}', NULL, NULL, NULL);
INSERT INTO restores (id, backup_id, source, database_id, server_id, server_name, source_database, target_database, mode, queued_at, status, started_at, finished_at, error, restored_bytes, tables, differences) VALUES ('r-good', 'b-good', NULL, 'shop~db:shop', 'shop~db', 'shop/db', 'shop', 'shop_copy', 'new', 1772332200000, 'completed', 1772332260000, 1772332320000, NULL, 1000, 3, '[]');
INSERT INTO restores (id, backup_id, source, database_id, server_id, server_name, source_database, target_database, mode, queued_at, status, started_at, finished_at, error, restored_bytes, tables, differences) VALUES ('r-swapped', 'b-good', NULL, 'shop~db:shop', 'shop~db', 'shop/db', 'shop', 'shop', 'swap', 1772332200000, 'completed', 1772332260000, 1772332320000, NULL, 1000, 3, '[]');
CREATE INDEX runs_by_age ON runs (queued_at DESC, id DESC);
CREATE INDEX runs_of_server ON runs (server_id, queued_at DESC, id DESC);
CREATE INDEX runs_of_job ON runs (job_id, queued_at DESC, id DESC);
CREATE INDEX runs_unfinished ON runs (queued_at) WHERE finished_at IS NULL;
CREATE INDEX backups_by_age ON backups (queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_of_database ON backups (database_id, queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_of_server ON backups (server_id, queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_by_status ON backups (status, queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_by_type ON backups (type, queued_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX backups_of_run ON backups (run_id);
CREATE INDEX backups_ended ON backups (database_id, finished_at DESC, id DESC) WHERE finished_at IS NOT NULL;
CREATE INDEX backups_ended_by_age ON backups (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX backups_unfinished ON backups (queued_at) WHERE finished_at IS NULL;
CREATE INDEX copies_stored ON copies (backup_id) WHERE state = 'stored';
CREATE TRIGGER backups_completed_are_stored BEFORE UPDATE OF status ON backups
WHEN NEW.status = 'completed'
  AND NOT EXISTS (SELECT 1 FROM copies WHERE backup_id = NEW.id AND state = 'stored')
BEGIN
  SELECT raise(ABORT, 'a backup without a stored copy cannot be completed');
END;
CREATE INDEX runs_to_retry ON runs (job_id, retry_at) WHERE retry_at IS NOT NULL;
CREATE INDEX runs_queued ON runs (job_id, queued_at) WHERE status = 'queued';
CREATE INDEX loose_ends_of_server ON loose_ends (server_id);
CREATE INDEX backups_good ON backups (database_id, finished_at DESC, id DESC, stored_bytes)
  WHERE status = 'completed' AND deleted_at IS NULL AND doubted = 0;
CREATE INDEX backups_doubted ON backups (database_id, job_id, finished_at DESC, id DESC, stored_bytes)
  WHERE status = 'completed' AND deleted_at IS NULL AND doubted = 1;
CREATE INDEX copies_failed ON copies (destination, backup_id) WHERE state = 'failed';
CREATE INDEX copies_to_read ON copies (destination, coalesce(checked_at, at), checked_at) WHERE state = 'stored';
CREATE INDEX backups_noted ON backups (notes_changed_at) WHERE notes_changed_at IS NOT NULL;
CREATE INDEX verifications_of ON verifications (backup_id, finished_at);
CREATE INDEX verifications_failed ON verifications (backup_id) WHERE outcome = 'failed';
CREATE INDEX swaps_open ON swaps (state) WHERE state IN ('exchanging', 'kept');
CREATE INDEX restores_by_age ON restores (queued_at DESC, id DESC);
CREATE INDEX restores_of_database ON restores (database_id, queued_at DESC, id DESC);
CREATE INDEX restores_of_backup ON restores (backup_id);
CREATE INDEX restores_unfinished ON restores (queued_at) WHERE finished_at IS NULL;
