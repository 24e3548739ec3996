-- Similar won deals: 10,000 open deals against 100,000 won ones, 8 attributes, the 10 best of each.
-- Against the same ranking in SQL (LATERAL ... ORDER BY ... LIMIT, jit on) over ready-made columns: weights, ranks and codes
-- are worked out beforehand for it. SQL does 200 of the open deals; compared is the time per pair. Both on one core.
\set ON_ERROR_STOP on
\pset footer off
SET search_path = public, relinsights;
SET max_parallel_workers_per_gather = 0;
SET jit = on;
SET work_mem = '256MB';
SELECT pg_catalog.setseed(0.5);

CREATE TEMP TABLE closed AS
SELECT i AS deal_id, random() < 0.5 AS won, timestamptz '2020-01-01' + i % 2000 * interval '1 day' AS closed_at
FROM generate_series(1, 200000) i;

-- Attributes depend a little on the outcome, so that each has a weight; one in twenty is missing.
CREATE FUNCTION pg_temp.attributes(won boolean, i int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
    'amount', CASE WHEN random() > 0.05 THEN round((exp(random() * 8 + won::int * 0.5) * 100)::numeric, 2) END,
    'employees', CASE WHEN random() > 0.05 THEN (random() ^ 3 * 5000)::int + won::int * 50 END,
    'revenue', CASE WHEN random() > 0.05 THEN round((random() * 1000 + won::int * 100)::numeric, 1) END,
    'age', CASE WHEN random() > 0.05 THEN (random() * 30)::int + won::int END,
    'industry', CASE WHEN random() > 0.05 THEN 'industry ' || (random() * (10 + won::int * 2))::int END,
    'region', CASE WHEN random() > 0.05 THEN 'region ' || (random() * (4 + won::int))::int END,
    'source', CASE WHEN random() > 0.05 THEN 'source ' || (random() * (6 - won::int))::int END,
    'product', CASE WHEN random() > 0.05 THEN 'product ' || (random() * (20 + won::int * 3))::int END)) $$;
ALTER TABLE closed ADD attributes jsonb;
UPDATE closed SET attributes = pg_temp.attributes(won, deal_id);
DELETE FROM closed WHERE won AND deal_id NOT IN (SELECT deal_id FROM closed WHERE won ORDER BY deal_id LIMIT 100000);
CREATE TEMP TABLE open AS SELECT i AS deal_id, pg_temp.attributes(i % 2 = 0, i) AS attributes FROM generate_series(1000001, 1010000) i;
CREATE TEMP TABLE profile AS SELECT deal_agg(deal_id::bigint, won, closed_at, attributes) AS profile FROM closed;
ANALYZE closed, open, profile;
SELECT attribute, round(weight::numeric, 4) AS weight, kind, deals, learned FROM profile p, deal_factors(p.profile);

-- What SQL compares: F of the numeric attributes as double precision, the categorical ones as text.
CREATE TEMP TABLE weights AS SELECT f.attribute, f.weight FROM profile p, deal_factors(p.profile) f;
CREATE FUNCTION pg_temp.rank_shares(attribute text) RETURNS TABLE (x numeric, f double precision) LANGUAGE sql AS $$
  WITH v AS (SELECT (attributes -> attribute)::numeric AS x, count(*) AS n FROM closed WHERE won AND attributes ? attribute GROUP BY 1)
  SELECT v.x, ((sum(n) OVER (ORDER BY v.x) - n) + n / 2.0) / sum(n) OVER () FROM v $$;
CREATE FUNCTION pg_temp.rank_share(attribute text, at numeric) RETURNS double precision LANGUAGE sql AS $$
  SELECT (count(*) FILTER (WHERE (attributes -> attribute)::numeric < at) + count(*) FILTER (WHERE (attributes -> attribute)::numeric = at) / 2.0)
    / count(*) FROM closed WHERE won AND attributes ? attribute $$;
CREATE TEMP TABLE won AS
SELECT c.deal_id, c.closed_at, a.f AS n1, e.f AS n2, r.f AS n3, g.f AS n4, c.attributes ->> 'industry' AS c1,
  c.attributes ->> 'region' AS c2, c.attributes ->> 'source' AS c3, c.attributes ->> 'product' AS c4
FROM closed c
LEFT JOIN pg_temp.rank_shares('amount') a ON a.x = (c.attributes -> 'amount')::numeric
LEFT JOIN pg_temp.rank_shares('employees') e ON e.x = (c.attributes -> 'employees')::numeric
LEFT JOIN pg_temp.rank_shares('revenue') r ON r.x = (c.attributes -> 'revenue')::numeric
LEFT JOIN pg_temp.rank_shares('age') g ON g.x = (c.attributes -> 'age')::numeric
WHERE c.won;
CREATE TEMP TABLE sample AS
SELECT deal_id, pg_temp.rank_share('amount', (attributes -> 'amount')::numeric) AS n1,
  pg_temp.rank_share('employees', (attributes -> 'employees')::numeric) AS n2,
  pg_temp.rank_share('revenue', (attributes -> 'revenue')::numeric) AS n3,
  pg_temp.rank_share('age', (attributes -> 'age')::numeric) AS n4, attributes ->> 'industry' AS c1,
  attributes ->> 'region' AS c2, attributes ->> 'source' AS c3, attributes ->> 'product' AS c4
FROM (SELECT * FROM open ORDER BY deal_id LIMIT 200) o
-- attributes that are missing have no rank
OFFSET 0;
UPDATE sample s SET n1 = CASE WHEN attributes ? 'amount' THEN n1 END, n2 = CASE WHEN attributes ? 'employees' THEN n2 END,
  n3 = CASE WHEN attributes ? 'revenue' THEN n3 END, n4 = CASE WHEN attributes ? 'age' THEN n4 END
FROM open o WHERE o.deal_id = s.deal_id;
ANALYZE won, sample;
SELECT weight AS w_amount FROM weights WHERE attribute = 'amount' \gset
SELECT weight AS w_employees FROM weights WHERE attribute = 'employees' \gset
SELECT weight AS w_revenue FROM weights WHERE attribute = 'revenue' \gset
SELECT weight AS w_age FROM weights WHERE attribute = 'age' \gset
SELECT weight AS w_industry FROM weights WHERE attribute = 'industry' \gset
SELECT weight AS w_region FROM weights WHERE attribute = 'region' \gset
SELECT weight AS w_source FROM weights WHERE attribute = 'source' \gset
SELECT weight AS w_product FROM weights WHERE attribute = 'product' \gset

SELECT clock_timestamp() AS started \gset
CREATE TEMP TABLE by_sql AS
SELECT s.deal_id, b.deal_id AS won_deal_id, b.similarity,
  row_number() OVER (PARTITION BY s.deal_id ORDER BY b.similarity DESC, b.closed_at DESC, b.deal_id::text COLLATE "C") AS rank
FROM sample s, LATERAL (
  SELECT w.deal_id, w.closed_at, floor((
      coalesce(:w_amount * (1 - abs(s.n1 - w.n1)), 0) + coalesce(:w_employees * (1 - abs(s.n2 - w.n2)), 0)
    + coalesce(:w_revenue * (1 - abs(s.n3 - w.n3)), 0) + coalesce(:w_age * (1 - abs(s.n4 - w.n4)), 0)
    + CASE WHEN s.c1 = w.c1 THEN :w_industry ELSE 0 END + CASE WHEN s.c2 = w.c2 THEN :w_region ELSE 0 END
    + CASE WHEN s.c3 = w.c3 THEN :w_source ELSE 0 END + CASE WHEN s.c4 = w.c4 THEN :w_product ELSE 0 END)
    / nullif(0.5::double precision * (
      :w_amount * (num_nonnulls(s.n1) + num_nonnulls(w.n1)) + :w_employees * (num_nonnulls(s.n2) + num_nonnulls(w.n2))
    + :w_revenue * (num_nonnulls(s.n3) + num_nonnulls(w.n3)) + :w_age * (num_nonnulls(s.n4) + num_nonnulls(w.n4))
    + :w_industry * (num_nonnulls(s.c1) + num_nonnulls(w.c1)) + :w_region * (num_nonnulls(s.c2) + num_nonnulls(w.c2))
    + :w_source * (num_nonnulls(s.c3) + num_nonnulls(w.c3)) + :w_product * (num_nonnulls(s.c4) + num_nonnulls(w.c4))), 0)
    * 1e9 + 0.5) / 1e9 AS similarity
  FROM won w ORDER BY 3 DESC, 2 DESC, w.deal_id::text COLLATE "C" LIMIT 10) b;
SELECT extract(epoch FROM clock_timestamp() - :'started') AS sql_seconds \gset

SELECT clock_timestamp() AS started \gset
CREATE TEMP TABLE by_us AS
SELECT s.* FROM (SELECT profile, (SELECT array_agg(deal_id::text ORDER BY deal_id) FROM open) AS ids,
    (SELECT array_agg(attributes ORDER BY deal_id) FROM open) AS attributes FROM profile) p,
  similar_won_deals(p.profile, p.ids, p.attributes, 10, 0) s;
SELECT extract(epoch FROM clock_timestamp() - :'started') AS our_seconds \gset
SELECT clock_timestamp() AS started \gset
SELECT count(*) FROM profile p, similar_won_deals(p.profile, (SELECT attributes FROM open LIMIT 1)) s;
SELECT extract(epoch FROM clock_timestamp() - :'started') * 1000 AS one_ms \gset

-- Equal before timed: both ways, and not empty.
SELECT count(*) AS compared, count(*) FILTER (WHERE s.won_deal_id::text IS DISTINCT FROM u.won_deal_id) AS other_deal,
  count(*) FILTER (WHERE abs(s.similarity - u.similarity) > 1.1e-9 OR u.similarity IS NULL OR s.similarity IS NULL) AS other_similarity
FROM by_sql s FULL JOIN (SELECT * FROM by_us WHERE deal_id IN (SELECT deal_id::text FROM sample)) u
  ON u.deal_id = s.deal_id::text AND u.rank = s.rank;
SELECT (SELECT count(*) FROM won) AS won, pg_size_pretty((SELECT pg_column_size(profile)::bigint FROM profile)) AS profile_stored,
  round(:our_seconds::numeric, 2) AS "10000 open, s", round(:one_ms::numeric, 1) AS "one, ms",
  round((:sql_seconds * 1e9 / 200 / 1e5)::numeric, 1) AS "SQL, ns a pair", round((:our_seconds * 1e9 / 1e4 / 1e5)::numeric, 2) AS "ours, ns a pair",
  round((:sql_seconds / 200 / (:our_seconds / 1e4))::numeric, 1) AS "times faster";
