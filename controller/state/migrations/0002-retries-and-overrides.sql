-- Retries: which try of a chain a run is, the first of that chain, and when what failed is tried again.
ALTER TABLE runs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1);
ALTER TABLE runs ADD COLUMN retry_of TEXT REFERENCES runs (id) CHECK ((retry_of IS NULL) = (attempt = 1));
ALTER TABLE runs ADD COLUMN retry_at INTEGER CHECK (retry_at IS NULL OR error IS NOT NULL);

CREATE INDEX runs_to_retry ON runs (job_id, retry_at) WHERE retry_at IS NOT NULL;
-- Asked at each tick, also when thousands wait.
CREATE INDEX runs_queued ON runs (job_id, queued_at) WHERE status = 'queued';

-- What a person switched on or off over the API, whatever the label says. Outlives the server's container.
CREATE TABLE overrides (
  job_id TEXT PRIMARY KEY,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
