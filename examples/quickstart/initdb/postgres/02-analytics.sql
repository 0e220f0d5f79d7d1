-- What visitors of the shop do: partitioned events, and what is computed from them.
CREATE DATABASE analytics;
\connect analytics

CREATE SCHEMA tracking;

CREATE TABLE tracking.events (
  id uuid NOT NULL,
  happened_at timestamptz NOT NULL,
  kind text NOT NULL,
  visitor inet,
  stay interval,
  active tstzrange,
  payload jsonb,
  PRIMARY KEY (id, happened_at)
) PARTITION BY RANGE (happened_at);
CREATE TABLE tracking.events_2024 PARTITION OF tracking.events FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2025-01-01 00:00+00');
CREATE TABLE tracking.events_2025 PARTITION OF tracking.events FOR VALUES FROM ('2025-01-01 00:00+00') TO ('2026-01-01 00:00+00');

CREATE TABLE tracking.pages (
  path text COLLATE "C" PRIMARY KEY,
  title text,
  rating real,
  preview bytea
);

INSERT INTO tracking.events
SELECT md5('event ' || n)::uuid, timestamptz '2024-06-01 00:00+00' + n * interval '41 minutes', (ARRAY['view', 'click', 'köpa', 'покупка'])[1 + n % 4],
  CASE WHEN n % 11 = 0 THEN NULL ELSE ('10.' || n % 200 || '.' || n % 250 || '.' || n % 90 || '/24')::inet END,
  n % 3600 * interval '1 second',
  tstzrange(timestamptz '2024-06-01 00:00+00' + n * interval '1 minute', CASE WHEN n % 9 = 0 THEN NULL ELSE timestamptz '2024-06-02 00:00+00' + n * interval '2 minutes' END),
  CASE WHEN n % 13 = 0 THEN NULL ELSE jsonb_build_object('n', n, 'referrer', 'https://example.com/?q=' || n || '&ü=✓') END
FROM generate_series(1, 12000) AS n;

INSERT INTO tracking.pages
SELECT '/page/' || n, CASE WHEN n % 7 = 0 THEN NULL ELSE 'Página ' || n || ' 🗺' END, n / 3.0, decode(repeat(md5(n::text), 20), 'hex')
FROM generate_series(1, 800) AS n;

CREATE MATERIALIZED VIEW tracking.events_per_day AS
  SELECT date_trunc('day', happened_at AT TIME ZONE 'UTC') AS day, kind, count(*) AS events FROM tracking.events GROUP BY 1, 2;
CREATE VIEW tracking.popular AS SELECT kind, count(*) AS events FROM tracking.events GROUP BY kind;
CREATE SEQUENCE tracking.import_number START 42;
SELECT nextval('tracking.import_number');
