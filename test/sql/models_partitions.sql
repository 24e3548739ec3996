-- Sources partitioned by time: the same KPIs as of one table; an id that stands in two partitions is an error naming
-- it, though each partition's index is unique; a partition detached or attached is gone or there at the next refresh.
SET timezone = 'UTC';
SET client_min_messages = warning;
\getenv srcdir PG_ABS_SRCDIR
\set sources :srcdir '/data/random_sources.sql'
DROP SCHEMA IF EXISTS testing CASCADE;
\i :sources
SELECT testing.make_sources('whole', 11, 'bigint', as_of => '2026-03-01 12:00+00');
CREATE SCHEMA parts;
CREATE TABLE parts.activities (LIKE whole.activities) PARTITION BY RANGE (occurred_at);
CREATE TABLE parts.early PARTITION OF parts.activities FOR VALUES FROM (MINVALUE) TO ('2026-02-20');
CREATE TABLE parts.late PARTITION OF parts.activities FOR VALUES FROM ('2026-02-20') TO (MAXVALUE);
CREATE TABLE parts.rest PARTITION OF parts.activities DEFAULT;
CREATE UNIQUE INDEX ON parts.early (activity_id);
CREATE UNIQUE INDEX ON parts.late (activity_id);
INSERT INTO parts.activities TABLE whole.activities;
CREATE TABLE parts.participants (LIKE whole.participants) PARTITION BY HASH (activity_id);
CREATE TABLE parts.participants_0 PARTITION OF parts.participants FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts.participants_1 PARTITION OF parts.participants FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts.participants TABLE whole.participants;
SELECT relinsights.create_model('one', 'whole.activities', 'whole.participants', 'whole.records',
  'whole.record_parties', activity_records => 'whole.activity_records', time_zone => 'UTC');
SELECT relinsights.create_model('many', 'parts.activities', 'parts.participants', 'whole.records',
  'whole.record_parties', activity_records => 'whole.activity_records', time_zone => 'UTC');
CREATE FUNCTION differences() RETURNS TABLE (activities numeric, stored bigint, logs bigint, live bigint)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM relinsights._refresh_engine(m, '2026-03-01 12:00+00') FROM unnest('{one,many}'::text[]) m;
  RETURN QUERY SELECT (SELECT sum(k.activities) FROM many.record_kpi k),
    (SELECT count(*) FROM (SELECT k::text FROM one.record_kpi k EXCEPT ALL SELECT k::text FROM many.record_kpi k) d),
    (SELECT count(*) FROM (
       SELECT k::text FROM one.record_log_chunk k EXCEPT ALL SELECT k::text FROM many.record_log_chunk k) d),
    (SELECT count(*) FROM one.record_kpi r, relinsights.record_kpi('one', r.record_type, r.record_id) o,
       relinsights.record_kpi('many', r.record_type, r.record_id) p WHERE o::text <> p::text);
END $$;
SELECT * FROM differences();
-- Detached, its activities are gone; attached again, they are back.
ALTER TABLE parts.activities DETACH PARTITION parts.early;
CREATE TABLE whole.kept AS SELECT * FROM whole.activities WHERE occurred_at < '2026-02-20';
DELETE FROM whole.activities WHERE occurred_at < '2026-02-20';
SELECT * FROM differences();
ALTER TABLE parts.activities ATTACH PARTITION parts.early FOR VALUES FROM (MINVALUE) TO ('2026-02-20');
INSERT INTO whole.activities TABLE whole.kept;
SELECT * FROM differences();
-- One id in two partitions.
INSERT INTO parts.late (activity_id, kind, direction, occurred_at)
  SELECT activity_id, kind, direction, '2026-02-21' FROM parts.early WHERE activity_id IS NOT NULL
  ORDER BY activity_id LIMIT 1;
SELECT relinsights._refresh_engine('many', '2026-03-01 12:00+00');
\set VERBOSITY terse
DROP SCHEMA one, many, whole, parts, testing CASCADE;
DROP FUNCTION differences;
