-- timeline_agg, timeline, timeline_weekly, sparkline, rollup (SPEC 3.5), against plain SQL.
SET search_path = public, relinsights;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '(null)'
CREATE SCHEMA timeline_test;
SET search_path = timeline_test, public, relinsights;

-- A week of one record, the words of the README: text columns, a time turned into a date of Seoul.
CREATE TABLE activities (kind text, direction text, occurred_at timestamptz, sentiment double precision);
INSERT INTO activities VALUES
    ('email', 'outbound', '2026-03-02 09:00+09', NULL), ('email', 'outbound', '2026-03-02 23:30+09', 0.5),
    ('email', 'inbound', '2026-03-03 00:30+09', -0.25), ('meeting', 'outbound', '2026-03-04 10:00+09', 1),
    ('meeting', 'inbound', '2026-03-04 15:00+09', NULL), ('phone_call', 'outbound', '2026-03-06 11:00+09', NULL),
    ('phone_call', 'inbound', '2026-03-06 12:00+09', NULL), ('phone_call', 'inbound', '2026-03-06 13:00+09', 0.00005),
    ('task', 'outbound', '2026-03-07 09:00+09', NULL), ('other', 'inbound', '2026-03-08 09:00+09', NULL),
    (NULL, 'inbound', '2026-03-08 09:00+09', 7), ('email', NULL, '2026-03-08 09:00+09', 0.25),
      ('email', 'inbound', NULL, 7);
CREATE VIEW week AS
SELECT timeline_agg(kind::relinsights.activity_kind, direction::relinsights.activity_direction,
                    (occurred_at AT TIME ZONE 'Asia/Seoul')::date, sentiment) AS timeline
FROM activities;
SELECT jsonb_pretty(timeline::jsonb) FROM week;
SELECT t.* FROM week, timeline(timeline, '2026-03-09', 9) AS t;
SELECT t.* FROM week, timeline_weekly(timeline, '2026-03-04', 2) AS t;
SELECT sparkline(timeline, '2026-03-09', 9) FROM week;
SELECT count(*), min(day), max(day), sum(emails_sent) FROM week, timeline(timeline, '2026-03-09');
SELECT count(*), min(day), max(day), sum(emails_sent) FROM week, timeline_weekly(timeline, '2026-03-09');
SELECT length(sparkline(timeline, '2026-03-09')), sparkline(timeline, '1999-01-01', 5) AS before_any FROM week;
-- Without sentiments, and with none known, it is the same value.
SELECT timeline_agg('email', 'inbound', '2026-03-02') = timeline_agg('email', 'inbound', '2026-03-02', NULL) AS same;

-- NULLs
SELECT timeline_agg('email', 'inbound', day) FROM (VALUES (NULL::date)) AS v (day);
SELECT timeline_agg('email', 'inbound', day) FROM (SELECT '2026-03-02'::date AS day WHERE false) AS v;
SELECT count(*) FROM timeline(NULL::activity_timeline, '2026-03-09');
SELECT count(*) FROM timeline_weekly(NULL, '2026-03-09');
SELECT sparkline(NULL, '2026-03-09');
SELECT rollup(NULL::activity_timeline);

-- Errors
\set VERBOSITY default
SELECT timeline_agg('email', 'inbound', '2026-03-02', 1.0001);
SELECT timeline_agg('email', 'inbound', '2026-03-02', 'NaN');
SELECT timeline_agg('email', 'inbound', '2026-03-02', '-infinity');
SELECT timeline_agg('email', 'inbound', 'infinity');
SELECT timeline_agg('email', 'inbound', '-infinity', 0);
SELECT timeline(timeline, 'infinity') FROM week;
SELECT timeline(timeline, '2026-03-09', 0) FROM week;
SELECT timeline(timeline, '2026-03-09', 100001) FROM week;
SELECT timeline_weekly(timeline, '2026-03-09', -1) FROM week;
SELECT timeline_weekly(timeline, '-infinity', 1) FROM week;
SELECT sparkline(timeline, '2026-03-09', 0) FROM week;
SELECT timeline(timeline, '4714-11-25 BC', 10) FROM week;
SELECT '{"version":1,"days":[]}'::activity_timeline;
SELECT
  '{"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1}},{"day":"2026-03-02",'
    '"email":{"inbound":1}}]}'::activity_timeline;
SELECT '{"version":9}'::activity_timeline;
SELECT '[1'::activity_timeline;
SELECT activity_timeline_rollup_merge(timeline, timeline) FROM week;
SELECT rollup(t) FROM
  (VALUES ('{"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1000000000000}}]}'::activity_timeline),
    ('{"version":1,"days":[{"day":"2026-03-02","email":{"inbound":1}}]}')) AS v (t);

-- Random activities of 40 records over two years, compared with plain SQL.
CREATE TABLE rows AS
SELECT i % 40 AS record, (ARRAY['email', 'meeting', 'phone_call', 'task', 'other'])[1 + (h >> 4) % 5]::activity_kind
  AS kind,
       (ARRAY['inbound', 'outbound', NULL])[1 + (h >> 12) % 3]::activity_direction AS direction,
       '2025-01-01'::date + (h >> 16) % 730 AS day,
       CASE WHEN h % 3 > 0 THEN ((h >> 3) % 2000001 - 1000000) / 1000000.0::double precision END AS sentiment
FROM (SELECT i, hashint4(i)::bigint & 2147483647 AS wide FROM generate_series(1, 20000) AS i) AS s,
  LATERAL (SELECT wide::integer AS h) AS n;
CREATE INDEX ON rows (record, day);
ANALYZE rows;
CREATE TABLE timelines AS SELECT record, timeline_agg(kind, direction, day, sentiment) AS timeline FROM rows
  GROUP BY record;
CREATE TABLE shown AS
SELECT u.record, 'day' AS grain, t.* FROM timelines u, (VALUES ('2026-01-05'::date), ('2027-02-01')) AS v (until),
  timeline(timeline, until, 100) AS t
UNION ALL
SELECT u.record, 'week', t.* FROM timelines u, (VALUES ('2026-01-01'::date), ('2026-12-31'), ('2025-01-05'))
  AS v (until), timeline_weekly(timeline, until, 54) AS t;
CREATE TABLE expected AS
SELECT r.record, g.grain, p.day,
       count(*) FILTER (WHERE kind = 'email' AND direction = 'outbound') AS emails_sent,
       count(*) FILTER (WHERE kind = 'email' AND direction = 'inbound') AS emails_received,
       count(*) FILTER (WHERE kind = 'meeting' AND direction = 'outbound') AS meetings_sent,
       count(*) FILTER (WHERE kind = 'meeting' AND direction = 'inbound') AS meetings_received,
       count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'outbound') AS calls_made,
       count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'inbound') AS calls_received
FROM (SELECT generate_series(0, 39) AS record) AS r
CROSS JOIN (VALUES ('day', interval '1 day', '2026-01-05'::date, '2025-09-28'::date),
  ('day', '1 day', '2027-02-01', '2026-10-25'),
    ('week', '7 days', '2026-01-01', date_trunc('week', '2026-01-01'::date)::date - 53 * 7),
    ('week', '7 days', '2026-12-31', date_trunc('week', '2026-12-31'::date)::date - 53 * 7),
    ('week', '7 days', '2025-01-05', date_trunc('week', '2025-01-05'::date)::date - 53 * 7))
      AS g (grain, step, until, first)
CROSS JOIN LATERAL (SELECT d::date AS day FROM generate_series(first::timestamp, until::timestamp, step) AS d) AS p
LEFT JOIN rows AS a ON a.record = r.record AND a.day >= p.day AND a.day < p.day + step AND a.day <= g.until
GROUP BY r.record, g.grain, g.until, p.day;
SELECT (SELECT count(*) FROM shown) AS shown, (SELECT sum(emails_sent + calls_received) FROM shown) AS counted,
       (SELECT count(*) FROM (SELECT * FROM shown EXCEPT ALL SELECT * FROM expected) AS d) AS only_shown,
       (SELECT count(*) FROM (SELECT * FROM expected EXCEPT ALL SELECT * FROM shown) AS d) AS only_expected;

-- Every cell and sentiment of the text form.
CREATE TABLE cells AS
SELECT record, (d ->> 'day')::date AS day, c.key AS kind, n.key AS direction, n.value::bigint AS amount
FROM timelines, jsonb_array_elements(timeline::jsonb -> 'days') AS d, jsonb_each(d) AS c, jsonb_each_text(c.value) AS n
WHERE jsonb_typeof(c.value) = 'object'
UNION ALL
SELECT record, (d ->> 'day')::date, 'sentiment', NULL, (d ->> 'sentiment_ten_thousandths')::bigint
FROM timelines, jsonb_array_elements(timeline::jsonb -> 'days') AS d WHERE d ? 'sentiment_ten_thousandths';
CREATE TABLE expected_cells AS
SELECT record, day, kind::text, coalesce(direction::text, 'unknown'), count(*) AS amount FROM rows GROUP BY record, day,
  kind, direction
UNION ALL
SELECT record, day, 'sentiment', NULL, sum(round(sentiment::numeric, 4) * 10000)::bigint FROM rows GROUP BY record, day
HAVING sum(round(sentiment::numeric, 4)) <> 0;
SELECT (SELECT count(*) FROM cells) > 15000 AS enough,
       (SELECT count(*) FROM (SELECT * FROM cells EXCEPT ALL SELECT * FROM expected_cells) AS d) AS only_shown,
       (SELECT count(*) FROM (SELECT * FROM expected_cells EXCEPT ALL SELECT * FROM cells) AS d) AS only_expected;

-- ISO weeks: every day of eleven years falls into the week whose Monday date_trunc gives.
SELECT count(*) AS days, count(*) FILTER (WHERE w.day <> date_trunc('week', d)::date OR w.emails_received <> 1) AS wrong
FROM generate_series('2019-12-20'::timestamp, '2031-01-10', '1 day') AS d,
     LATERAL timeline_weekly(format('{"version":1,"days":[{"day":"%s","email":{"inbound":1}}]}',
       d::date)::activity_timeline, d::date, 1) AS w;

-- Text and binary round trips, rollup at any grain: equal bytes.
SELECT count(*) FROM timelines WHERE timeline::text::activity_timeline = timeline;
CREATE FUNCTION reimported() RETURNS SETOF timelines LANGUAGE plpgsql AS $$
DECLARE file text := current_setting('data_directory') || '/timeline_test.bin';
BEGIN
    CREATE TEMP TABLE copied (LIKE timelines);
    EXECUTE format('COPY timelines TO %L (FORMAT binary)', file);
    EXECUTE format('COPY copied FROM %L (FORMAT binary)', file);
    RETURN QUERY SELECT * FROM copied;
END $$;
SELECT count(*) FROM reimported() AS r JOIN timelines AS t USING (record, timeline);
SELECT rollup(timeline) = (SELECT timeline_agg(kind, direction, day, sentiment) FROM rows) AS equal FROM timelines;
SELECT rollup(half) = (SELECT timeline_agg(kind, direction, day, sentiment) FROM rows) AS equal
FROM (SELECT rollup(timeline::text::activity_timeline) AS half FROM timelines GROUP BY record % 2) AS h;
SELECT count(*) FROM (SELECT timeline FROM timelines UNION SELECT timeline FROM timelines) AS d;
SELECT count(*) FILTER (WHERE a.timeline <> b.timeline) AS different FROM timelines AS a, timelines AS b;

-- Parallel plans give equal bytes.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 4;
EXPLAIN (COSTS OFF) SELECT record, timeline_agg(kind, direction, day, sentiment) AS timeline FROM rows GROUP BY record;
SELECT count(*) FROM (SELECT record, timeline_agg(kind, direction, day, sentiment) AS timeline FROM rows
  GROUP BY record) AS p
JOIN timelines USING (record, timeline);
EXPLAIN (COSTS OFF) SELECT rollup(timeline) FROM timelines;
SELECT (SELECT rollup(timeline) FROM timelines) = (SELECT timeline_agg(kind, direction, day, sentiment) FROM rows)
  AS equal;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- Partition-wise aggregation.
CREATE TABLE parts (LIKE rows) PARTITION BY HASH (day);
CREATE TABLE part0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE part1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT * FROM rows;
ANALYZE parts;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT record, timeline_agg(kind, direction, day, sentiment) AS timeline FROM parts GROUP BY record;
SELECT count(*) FROM (SELECT record, timeline_agg(kind, direction, day, sentiment) AS timeline FROM parts
  GROUP BY record) AS p
JOIN timelines USING (record, timeline);
RESET enable_partitionwise_aggregate;
RESET max_parallel_workers_per_gather;

-- Window aggregates: finishing does not disturb the state.
SELECT count(*), count(*) FILTER (WHERE running = again) AS equal
FROM (SELECT timeline_agg(kind, direction, day, sentiment) OVER (ORDER BY day, ctid) AS running,
             (SELECT timeline_agg(kind, direction, day, sentiment) FROM rows AS b
              WHERE b.record = 7 AND (b.day, b.ctid) <= (a.day, a.ctid)) AS again
      FROM rows AS a WHERE record = 7) AS w;
SELECT (SELECT rollup(timeline) OVER (ORDER BY record) FROM timelines ORDER BY record OFFSET 39)
       = (SELECT rollup(timeline) FROM timelines) AS equal;

-- In a database that has no block characters the sparkline is plain.
\set back :DBNAME
CREATE DATABASE relinsights_latin1 TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';
\c relinsights_latin1
CREATE EXTENSION pg_relinsights;
SELECT relinsights.sparkline(relinsights.timeline_agg('email', 'inbound', '2026-03-01'::date + i * i % 10),
  '2026-03-10', 10)
FROM generate_series(1, 30) AS i;
\c :back
DROP DATABASE relinsights_latin1;
SET client_min_messages = warning;
DROP SCHEMA timeline_test CASCADE;
