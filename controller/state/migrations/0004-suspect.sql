-- Backups that are kept and not trusted until somebody says that they are right. suspect: the problem, as in the manifest.
ALTER TABLE backups ADD COLUMN suspect TEXT GENERATED ALWAYS AS (json_extract(manifest, '$.suspect')) VIRTUAL;
ALTER TABLE backups ADD COLUMN accepted_at INTEGER;

-- What is to be copied again by itself is looked for every few minutes.
CREATE INDEX copies_failed ON copies (destination, backup_id) WHERE state = 'failed';
