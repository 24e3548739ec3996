-- Similar won deals: 10,000 open deals against 100,000 won ones, 8 attributes, the 10 best of each.
--
-- Beside it the same ranking in SQL (LATERAL ... ORDER BY ... LIMIT, jit on) over columns made ready for it: weights, ranks
-- and what is present are worked out beforehand, which our side does within its time. SQL does 200 of the open deals and is
-- compared per pair. Times are of this backend's processor, so that other work on the machine does not show.
\set ON_ERROR_STOP on
\pset footer off
SET search_path = public, relinsights;
SET max_parallel_workers_per_gather = 0;
SET jit = on;
SET work_mem = '256MB';
\o /dev/null
SELECT pg_catalog.setseed(0.5);
\o

CREATE FUNCTION pg_temp.cpu_seconds() RETURNS numeric LANGUAGE sql VOLATILE AS $$
  SELECT (f[12]::numeric + f[13]::numeric) / 100  -- utime and stime, counted from behind the command's name
  FROM string_to_array(regexp_replace(pg_catalog.pg_read_file('/proc/self/stat'), '^.*\) ', ''), ' ') f $$;

-- Attributes depend a little on the outcome, so that each has a weight; one in twenty is missing.
CREATE FUNCTION pg_temp.attributes(won int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'amount', CASE WHEN random() > 0.05 THEN round((exp(random() * 8 + won * 0.5) * 100)::numeric, 2) END,
    'employees', CASE WHEN random() > 0.05 THEN (random() ^ 3 * 5000)::int + won * 50 END,
    'revenue', CASE WHEN random() > 0.05 THEN round((random() * 1000 + won * 100)::numeric, 1) END,
    'age', CASE WHEN random() > 0.05 THEN (random() * 30)::int + won END,
    'industry', CASE WHEN random() > 0.05 THEN 'industry ' || (random() * (10 + won * 2))::int END,
    'region', CASE WHEN random() > 0.05 THEN 'region ' || (random() * (4 + won))::int END,
    'source', CASE WHEN random() > 0.05 THEN 'source ' || (random() * (6 - won))::int END,
    'product', CASE WHEN random() > 0.05 THEN 'product ' || (random() * (20 + won * 3))::int END)) $$;
CREATE TEMP TABLE closed AS
SELECT i AS deal_id, i % 2 = 0 AS won, timestamptz '2020-01-01' + (i * 7919) % 2000 * interval '1 day' AS closed_at,
  pg_temp.attributes(1 - i % 2) AS attributes
FROM generate_series(1, 200000) i;
CREATE TEMP TABLE open AS SELECT i AS deal_id, pg_temp.attributes(i % 2) AS attributes FROM generate_series(1000001, 1010000) i;
CREATE TEMP TABLE profile AS SELECT deal_agg(deal_id::bigint, won, closed_at, attributes) AS profile FROM closed;
CREATE TEMP TABLE weights AS SELECT f.* FROM profile p, deal_factors(p.profile) f;
ANALYZE closed, open, profile;
SELECT attribute, round(weight::numeric, 4) AS weight, kind, deals, learned FROM weights;

-- F over the won deals, of a value in `closed` or `open`.
CREATE TEMP TABLE shares AS
WITH v AS (
  SELECT a.attribute, (d.attributes -> a.attribute)::numeric AS x, count(*) FILTER (WHERE d.won) AS n
  FROM (SELECT won, attributes FROM closed UNION ALL SELECT false, attributes FROM open) d, weights a
  WHERE a.kind = 'numeric' AND d.attributes ? a.attribute GROUP BY 1, 2)
SELECT attribute, x, ((sum(n) OVER w - n + n / 2.0) / sum(n) OVER (PARTITION BY attribute))::double precision AS f
FROM v WINDOW w AS (PARTITION BY attribute ORDER BY x);
ANALYZE shares;
CREATE TEMP TABLE ready AS
SELECT d.deal_id, d.deal_id::text COLLATE "C" AS id, d.closed_at, d.won, s1.f AS n1, s2.f AS n2, s3.f AS n3, s4.f AS n4,
  d.attributes ->> 'industry' AS c1, d.attributes ->> 'region' AS c2, d.attributes ->> 'source' AS c3, d.attributes ->> 'product' AS c4,
  (SELECT sum(weight) FILTER (WHERE d.attributes ? attribute) FROM weights) AS present
FROM (SELECT * FROM closed WHERE won UNION ALL SELECT deal_id, false, NULL, attributes FROM (SELECT * FROM open ORDER BY deal_id LIMIT 200) o) d
LEFT JOIN shares s1 ON s1.attribute = 'amount' AND s1.x = (d.attributes -> 'amount')::numeric
LEFT JOIN shares s2 ON s2.attribute = 'employees' AND s2.x = (d.attributes -> 'employees')::numeric
LEFT JOIN shares s3 ON s3.attribute = 'revenue' AND s3.x = (d.attributes -> 'revenue')::numeric
LEFT JOIN shares s4 ON s4.attribute = 'age' AND s4.x = (d.attributes -> 'age')::numeric;
CREATE TEMP TABLE won AS SELECT * FROM ready WHERE won;
CREATE TEMP TABLE sample AS SELECT * FROM ready WHERE NOT won;
ANALYZE won, sample;
SELECT max(weight::text) FILTER (WHERE attribute = 'amount') AS a, max(weight::text) FILTER (WHERE attribute = 'employees') AS e,
  max(weight::text) FILTER (WHERE attribute = 'revenue') AS r, max(weight::text) FILTER (WHERE attribute = 'age') AS g,
  max(weight::text) FILTER (WHERE attribute = 'industry') AS i, max(weight::text) FILTER (WHERE attribute = 'region') AS o,
  max(weight::text) FILTER (WHERE attribute = 'source') AS s, max(weight::text) FILTER (WHERE attribute = 'product') AS p
FROM weights \gset

SELECT pg_temp.cpu_seconds() AS started \gset
CREATE TEMP TABLE by_sql AS
SELECT s.deal_id, b.deal_id AS won_deal_id, b.similarity,
  row_number() OVER (PARTITION BY s.deal_id ORDER BY b.similarity DESC, b.closed_at DESC, b.id) AS rank
FROM sample s, LATERAL (
  SELECT w.deal_id, w.closed_at, w.id, floor((
      coalesce(float8 :'a' * (1 - abs(s.n1 - w.n1)), 0) + coalesce(float8 :'e' * (1 - abs(s.n2 - w.n2)), 0)
    + coalesce(float8 :'r' * (1 - abs(s.n3 - w.n3)), 0) + coalesce(float8 :'g' * (1 - abs(s.n4 - w.n4)), 0)
    + CASE WHEN s.c1 = w.c1 THEN float8 :'i' ELSE 0 END + CASE WHEN s.c2 = w.c2 THEN float8 :'o' ELSE 0 END
    + CASE WHEN s.c3 = w.c3 THEN float8 :'s' ELSE 0 END + CASE WHEN s.c4 = w.c4 THEN float8 :'p' ELSE 0 END)
    / (s.present + w.present) * float8 '2e9' + float8 '0.5000005') / float8 '1e9' AS similarity
  FROM won w ORDER BY 4 DESC, w.closed_at DESC, w.id LIMIT 10) b;
SELECT pg_temp.cpu_seconds() - :started AS sql_seconds \gset

SELECT pg_temp.cpu_seconds() AS started \gset
CREATE TEMP TABLE by_us AS
SELECT s.* FROM (SELECT profile, (SELECT array_agg(deal_id::text ORDER BY deal_id) FROM open) AS ids,
    (SELECT array_agg(attributes ORDER BY deal_id) FROM open) AS attributes FROM profile) p,
  similar_won_deals(p.profile, p.ids, p.attributes, 10, 0) s;
SELECT pg_temp.cpu_seconds() - :started AS our_seconds \gset
SELECT pg_temp.cpu_seconds() AS started \gset
\o /dev/null
SELECT count(*) FROM (SELECT * FROM open LIMIT 20) o, profile p, similar_won_deals(p.profile, o.attributes) s;
\o
SELECT (pg_temp.cpu_seconds() - :started) / 20 * 1000 AS one_ms \gset

-- Equal before compared in time.
SELECT count(*) AS compared, count(*) FILTER (WHERE s.won_deal_id::text IS DISTINCT FROM u.won_deal_id) AS other_deal,
  count(*) FILTER (WHERE s.similarity IS DISTINCT FROM u.similarity) AS other_similarity
FROM by_sql s FULL JOIN (SELECT * FROM by_us WHERE deal_id IN (SELECT id FROM sample)) u ON u.deal_id = s.deal_id::text AND u.rank = s.rank;
SELECT (SELECT count(*) FROM won) AS won, pg_size_pretty((SELECT pg_column_size(profile)::bigint FROM profile)) AS profile_stored,
  round(:our_seconds, 2) AS "10000 open, s", round(:one_ms, 1) AS "one, ms",
  round(:sql_seconds * 1e9 / 200 / 1e5, 1) AS "SQL, ns a pair", round(:our_seconds * 1e9 / 1e4 / 1e5, 2) AS "ours, ns a pair",
  round(:sql_seconds / 200 / (:our_seconds / 1e4), 1) AS "times faster";
SELECT (regexp_match(pg_catalog.pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1]::int / 1024 AS "most memory of the backend, MB";
