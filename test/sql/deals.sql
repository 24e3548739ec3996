-- deal_agg, deal_factors, similar_won_deals (SPEC 4).
SET search_path = public, relinsights;
SET timezone = 'UTC';
SET jit = off;
\pset null '(null)'
CREATE SCHEMA deals_test;
SET search_path = deals_test, public, relinsights;

-- A profile shows what it was made of; the same in any order; NULL id or outcome is ignored; 1 = 1.0.
SELECT deal_agg(id, won, closed_at, attributes) FROM (VALUES
  (2::bigint, false, NULL::timestamptz, '{"amount": -1.50, "new": true}'::jsonb),
  (10, true, '2026-01-02 03:04:05.000006', '{"amount": 1e3, "industry": "retail", "size": null}'),
  (1, true, '2026-01-01', NULL), (NULL, true, '2026-01-01', '{"x": [1]}'), (3, NULL, '2026-01-01', '{}')) d(id, won,
    closed_at, attributes);
SELECT deal_agg('b'::text, true, NULL, '{"a": 1.0}') = deal_agg('b'::text, true, NULL, '{"a": 1}') AS equal,
  deal_agg('b'::text, true, NULL, '{"a": "1"}') = deal_agg('b'::text, true, NULL, '{"a": 1}') AS text_is_no_number,
  deal_agg('b'::text, true, NULL, '{"a": true}') <> deal_agg('b'::text, true, NULL, '{"a": 1}') AS true_is_not_1,
  deal_agg('42'::text, true, NULL, '{}') = deal_agg(42::bigint, true, NULL, '{}') AS ids_are_text,
  deal_agg('b'::text, true, NULL, '{"a": 9007199254740992}') <> deal_agg('b'::text, true, NULL,
    '{"a": 9007199254740993}') AS no_doubles;
SELECT deal_agg('6F9619FF-8B86-D011-B42D-00CF4FC964FF'::uuid, true, '2026-01-01', '{}');
SELECT deal_agg(NULL::text, true, NULL, '{}') AS no_rows, rollup(NULL::deal_profile) AS nothing_merged;
SELECT count(*) FROM deal_factors(NULL);
SELECT count(*) FROM similar_won_deals(NULL, '{}');
SELECT count(*) FROM similar_won_deals(NULL, '{a}'::text[], '{NULL}');

-- Closed deals with ties, missing values, a constant and a mixed attribute. The outcome depends on some of them.
CREATE TABLE closed (deal_id bigint, won boolean, closed_at timestamptz, attributes jsonb);
SELECT pg_catalog.setseed(0.25) \gset ignored_
INSERT INTO closed
SELECT i, won, CASE WHEN random() < 0.9 THEN timestamptz '2026-01-01' - (random() * 40)::int * interval '1 day' END,
  jsonb_strip_nulls(jsonb_build_object(
    'amount', CASE WHEN random() < 0.9 THEN round((random() * 1000 + won::int * 300)::numeric, 2) END,
    'employees', CASE WHEN random() < 0.8 THEN (random() * 6)::int * 1.0 END,
    'industry', CASE WHEN random() < 0.9 THEN chr(97 + (random() * (4 + 5 * (1 - won::int)))::int) END,
    'partner', CASE WHEN random() < 0.5 THEN random() < 0.4 END,
    'mixed', CASE WHEN random() < 0.7 THEN CASE WHEN random() < 0.5 THEN to_jsonb((random() * 3)::int)
      ELSE to_jsonb((random() * 3)::int::text) END END,
    'same', 'x',
    'rare', CASE WHEN random() < 0.1 THEN 'r' || i END))
FROM (SELECT i, random() < 0.6 AS won FROM generate_series(1, 500) i) d;
CREATE TABLE open AS
SELECT 'O' || i AS deal_id, (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(c.attributes) e
  WHERE random() < 0.8)
  || jsonb_build_object('amount', round((random() * 1500)::numeric, 2), 'unknown', i) AS attributes
FROM generate_series(1, 40) i JOIN closed c ON c.deal_id = i * 7;
INSERT INTO open VALUES ('nothing', '{}'), ('none', NULL), ('5', (SELECT attributes FROM closed WHERE deal_id = 5));

-- SPEC 4 once more, in plain SQL over any table of closed deals: weights ...
CREATE FUNCTION sql_factors(source regclass) RETURNS TABLE (attribute text, weight double precision, kind text,
  deals bigint, learned boolean)
LANGUAGE plpgsql AS $f$ BEGIN RETURN QUERY EXECUTE format($q$
WITH v AS (SELECT d.deal_id, d.won, e.key AS attribute, e.value FROM %s d,
  jsonb_each(d.attributes) e WHERE jsonb_typeof(e.value) <> 'null'),
k AS (SELECT attribute, bool_and(jsonb_typeof(value) = 'number') AS numeric, count(*) AS n FROM v GROUP BY 1),
same AS (SELECT attribute, value, count(*) AS equal, sum(count(*)) OVER w - count(*) AS below FROM v GROUP BY 1,
  2 WINDOW w AS (PARTITION BY attribute ORDER BY value)),
cell AS (
  SELECT v.attribute, v.won, CASE WHEN k.numeric THEN to_jsonb(least(7, floor(8 * (s.below + s.equal / 2.0) / k.n)))
    WHEN s.equal < 5 THEN '["rare"]' ELSE v.value END AS bin
  FROM v JOIN k USING (attribute) JOIN same s USING (attribute, value)),
n AS (
  SELECT attribute, count(*)::double precision AS xy, sum(count(*)) OVER (PARTITION BY attribute, bin)::double precision
    AS x,
    sum(count(*)) OVER (PARTITION BY attribute, won)::double precision AS y FROM cell GROUP BY attribute, bin, won),
information AS (
  SELECT attribute, greatest(0, sum(xy / k.n * ln(xy * k.n / (x * y)) / ln(2::double precision))
    - ((SELECT count(DISTINCT bin) FROM cell c WHERE c.attribute = n.attribute) - 1) * ((SELECT count(DISTINCT won)
      FROM cell c WHERE c.attribute = n.attribute) - 1)
      / (2 * k.n * ln(2::double precision))) * k.n / (SELECT count(*) FROM %s) AS bits
  FROM n JOIN k USING (attribute) GROUP BY attribute, k.n),
total AS (SELECT sum(bits) AS bits, (SELECT least(count(*) FILTER (WHERE won), count(*) FILTER (WHERE NOT won))
  FROM %s) >= 30 AND sum(bits) > 0 AS learned FROM information)
SELECT attribute, CASE WHEN t.learned THEN i.bits / t.bits ELSE 1.0 / (SELECT count(*) FROM k) END,
  CASE WHEN k.numeric THEN 'numeric' ELSE 'categorical' END, k.n, t.learned
FROM information i JOIN k USING (attribute), total t
$q$, source, source, source); END $f$;
-- ... and ranking, of every open deal against every won one.
CREATE FUNCTION sql_ranking(source regclass, k int) RETURNS TABLE (deal_id text, rank bigint, won_deal_id text,
  similarity numeric)
LANGUAGE plpgsql AS $f$ BEGIN RETURN QUERY EXECUTE format($q$
WITH f AS MATERIALIZED (SELECT * FROM deals_test.sql_factors(%L)),
won AS (SELECT * FROM %s WHERE won),
part AS (
  SELECT o.deal_id, w.deal_id AS won_deal_id, w.closed_at, f.*, o.attributes -> f.attribute AS x,
    w.attributes -> f.attribute AS y
  FROM deals_test.open o CROSS JOIN won w CROSS JOIN f),
shares AS (
  SELECT f.attribute, x.x, ((SELECT count(*) FROM won WHERE attributes -> f.attribute < x.x) + (SELECT count(*) FROM won
    WHERE attributes -> f.attribute = x.x) / 2.0)
    / nullif((SELECT count(*) FROM won WHERE attributes ? f.attribute), 0) AS share
  FROM f, LATERAL (SELECT attributes -> f.attribute AS x FROM deals_test.open UNION SELECT attributes -> f.attribute
    FROM won) x
  WHERE f.kind = 'numeric' AND x.x IS NOT NULL),
scored AS (
  SELECT p.deal_id, p.won_deal_id::text COLLATE "C" AS won_deal_id, p.closed_at, round(coalesce(
    sum(p.weight * CASE WHEN p.x IS NULL OR p.y IS NULL THEN 0 WHEN p.kind = 'categorical' THEN (p.x = p.y)::int
      ELSE 1 - abs(a.share - b.share) END)
    / nullif(sum(p.weight * num_nonnulls(p.x, p.y) / 2.0), 0), 0)::numeric, 9) AS similarity
  FROM part p LEFT JOIN shares a ON a.attribute = p.attribute AND a.x = p.x LEFT JOIN shares b
    ON b.attribute = p.attribute AND b.x = p.y
  GROUP BY 1, 2, 3)
SELECT * FROM (SELECT deal_id, row_number() OVER (PARTITION BY deal_id ORDER BY similarity DESC,
  closed_at DESC NULLS LAST, won_deal_id), won_deal_id::text, similarity
  FROM scored WHERE deal_id <> won_deal_id) r WHERE row_number <= %s
$q$, source, source, k); END $f$;

CREATE FUNCTION compare(source regclass) RETURNS TABLE (closed bigint, won bigint, factors bigint, learned boolean,
  other_factors bigint, ranked bigint, other_ranks bigint)
LANGUAGE plpgsql AS $f$ DECLARE p deal_profile; BEGIN
  EXECUTE format('SELECT count(*), count(*) FILTER (WHERE won), deal_agg(deal_id, won, closed_at, attributes) FROM %s',
    source) INTO closed, won, p;
  SELECT count(*), bool_or(a.learned), count(*) FILTER (WHERE b.attribute IS NULL OR a.attribute IS NULL
    OR abs(a.weight - b.weight) > 1e-12 OR (a.kind, a.deals, a.learned) <> (b.kind, b.deals, b.learned))
    INTO factors, learned, other_factors FROM deal_factors(p) a FULL JOIN sql_factors(source) b
      ON a.attribute = b.attribute;
  CREATE TEMP TABLE ours AS SELECT s.deal_id, s.rank::bigint, s.won_deal_id, round(s.similarity::numeric, 9) FROM
    (SELECT array_agg(o.deal_id) AS ids, array_agg(o.attributes) AS attributes FROM open o) o,
      similar_won_deals(p, o.ids, o.attributes, 12) s;
  CREATE TEMP TABLE theirs AS SELECT * FROM sql_ranking(source, 12);
  SELECT count(*) INTO ranked FROM ours;
  SELECT count(*) INTO other_ranks FROM ((TABLE ours EXCEPT ALL TABLE theirs)
    UNION ALL (TABLE theirs EXCEPT ALL TABLE ours)) d;
  DROP TABLE ours, theirs;
  RETURN NEXT;
END $f$;

SELECT * FROM compare('closed');
CREATE TABLE part AS SELECT * FROM closed WHERE won OR deal_id % 3 = 0;
SELECT * FROM compare('part');
-- 29 lost deals teach nothing, 30 do; no lost ones; no won ones: nothing is similar.
TRUNCATE part; INSERT INTO part SELECT * FROM closed WHERE won
  UNION ALL (SELECT * FROM closed WHERE NOT won ORDER BY deal_id LIMIT 29);
SELECT * FROM compare('part');
TRUNCATE part; INSERT INTO part SELECT * FROM closed WHERE won
  UNION ALL (SELECT * FROM closed WHERE NOT won ORDER BY deal_id LIMIT 30);
SELECT * FROM compare('part');
TRUNCATE part; INSERT INTO part SELECT * FROM closed WHERE won;
SELECT * FROM compare('part');
TRUNCATE part; INSERT INTO part SELECT * FROM closed WHERE NOT won;
SELECT * FROM compare('part');
-- Attributes that tell nothing weigh the same.
TRUNCATE part; INSERT INTO part SELECT deal_id, deal_id % 2 = 0, closed_at, '{"same": "x", "employees": 3}' FROM closed;
SELECT * FROM compare('part');
SELECT attribute, weight, kind, deals, learned FROM deal_factors((SELECT deal_agg(deal_id, won, closed_at, attributes)
  FROM part));

-- What a user sees.
CREATE TABLE profile AS SELECT deal_agg(deal_id, won, closed_at, attributes) AS deals FROM closed;
SELECT f.attribute, round(weight::numeric, 6) AS weight, kind, f.deals, learned FROM profile p, deal_factors(p.deals) f;
SELECT s.* FROM profile p, similar_won_deals(p.deals, '{"amount": 900, "industry": "c", "employees": 2}', 4) s;
SELECT s.* FROM profile p, similar_won_deals(p.deals, NULL, 2) s;
-- Contributions add up to the similarity; the form for one deal and the one for many agree, but for the deal itself.
SELECT count(*), max(abs(similarity::numeric - (SELECT sum(value::numeric) FROM jsonb_each_text(contributions)))) < 1e-8
  AS adds_up
FROM profile p, open o, similar_won_deals(p.deals, o.attributes, 20) s;
SELECT o.deal_id, count(*) FILTER (WHERE m.deal_id IS NULL OR m.similarity <> s.similarity
  OR m.contributions <> s.contributions) AS differ, count(*)
FROM profile p, open o, similar_won_deals(p.deals, o.attributes, 5) s
LEFT JOIN (SELECT m.* FROM profile p, (SELECT array_agg(deal_id) AS ids,
  array_agg(attributes) AS attributes FROM open) o, similar_won_deals(p.deals, o.ids, o.attributes, 5, 0) m) m
  ON m.rank = s.rank AND m.won_deal_id = s.deal_id
WHERE m.deal_id = o.deal_id OR m.deal_id IS NULL GROUP BY 1 HAVING count(*) <> 5
  OR bool_or(m.similarity IS DISTINCT FROM s.similarity) ORDER BY 1;
SELECT count(*) FILTER (WHERE s.similarity < 0.8) AS below, count(*) > 0 AS some,
  count(*) FILTER (WHERE s.deal_id = s.won_deal_id) AS itself
FROM profile p, (SELECT array_agg(deal_id) AS ids, array_agg(attributes) AS attributes FROM open) o,
  similar_won_deals(p.deals, o.ids, o.attributes, 100, 0.8) s;
-- Equal deals: latest closed first, unknown last, then by id as text.
SELECT s.rank, s.deal_id, s.similarity FROM (SELECT deal_agg(id, true, closed_at, '{"a": 1}') AS p
  FROM (VALUES ('b', '2026-01-01'::timestamptz), ('B', '2026-01-01'),
  ('10', '2026-01-01'), ('9', '2026-01-01'), ('n', NULL), ('late', '2026-02-01')) d(id, closed_at)) d,
    similar_won_deals(d.p, '{"a": 1.00}') s;
-- NULL ids are left out, NULL attributes are unknown ones; empty arrays give nothing.
SELECT s.deal_id, s.rank, s.similarity FROM profile p, similar_won_deals(p.deals, ARRAY['x', NULL, 'y'],
  ARRAY[NULL, '{}', '{"same": "x"}']::jsonb[], 1) s;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '{}'::text[], '{}') s;

-- Merging: any split gives the same value, so does every plan.
SELECT count(*) AS parts, rollup(r.p) = (SELECT deals FROM profile) AS equal
  FROM (SELECT deal_agg(deal_id, won, closed_at, attributes) AS p FROM closed GROUP BY deal_id % 7) r;
SELECT rollup(r.p ORDER BY random()) = (SELECT deals FROM profile) AS equal
  FROM (SELECT deal_agg(deal_id, won, closed_at, attributes ORDER BY random()) AS p FROM closed GROUP BY deal_id % 3) r;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
  SET max_parallel_workers_per_gather = 4;
EXPLAIN (COSTS OFF) SELECT deal_agg(deal_id, won, closed_at, attributes) FROM closed;
SELECT deal_agg(deal_id, won, closed_at, attributes) = (SELECT deals FROM profile) AS equal FROM closed;
CREATE TABLE parts (n int, p deal_profile);
INSERT INTO parts SELECT deal_id % 50, deal_agg(deal_id, won, closed_at, attributes) FROM closed GROUP BY 1;
EXPLAIN (COSTS OFF) SELECT rollup(p) FROM parts;
SELECT rollup(p) = (SELECT deals FROM profile) AS equal FROM parts;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET
  max_parallel_workers_per_gather;
CREATE TABLE halves (deal_id bigint, won boolean, closed_at timestamptz, attributes jsonb) PARTITION BY LIST (won);
CREATE TABLE halves_won PARTITION OF halves FOR VALUES IN (true);
CREATE TABLE halves_lost PARTITION OF halves FOR VALUES IN (false);
INSERT INTO halves SELECT * FROM closed;
SET enable_partitionwise_aggregate = on;
SELECT won, deal_agg(deal_id, won, closed_at, attributes) = (SELECT deal_agg(deal_id, won, closed_at, attributes)
  FROM closed c WHERE c.won = h.won) AS equal FROM halves h GROUP BY won ORDER BY won;
SELECT deal_agg(deal_id, won, closed_at, attributes) = (SELECT deals FROM profile) AS equal FROM halves;
RESET enable_partitionwise_aggregate;
SELECT bool_and(w.p = (SELECT deal_agg(deal_id, won, closed_at, attributes) FROM closed c WHERE c.deal_id <= w.deal_id))
  AS equal, count(*)
FROM (SELECT deal_id, deal_agg(deal_id, won, closed_at, attributes) OVER (ORDER BY deal_id) AS p FROM closed
  WHERE deal_id <= 40) w;

-- Round trips.
SELECT deals::text::deal_profile = deals AS by_text, jsonb_array_length(deals::jsonb -> 'deals') AS deals FROM profile;
CREATE TABLE copied (LIKE parts);
SELECT pg_catalog.current_setting('data_directory') || '/deals_test.copy' AS file \gset
COPY parts TO :'file' (FORMAT binary);
COPY copied FROM :'file' (FORMAT binary);
SELECT count(*), bool_and(a.p = b.p) AS by_binary FROM parts a JOIN copied b USING (n);
SELECT count(*) AS groups FROM (SELECT p FROM parts UNION SELECT p FROM copied) u;

-- What makes no sense.
SELECT deal_agg(1::bigint, true, NULL, '{"tags": ["a"]}');
SELECT deal_agg(1::bigint, true, NULL, '{"size": {"min": 1}}');
SELECT deal_agg(1::bigint, true, NULL, '[1]');
SELECT deal_agg(7::bigint, true, 'infinity', '{}');
SELECT deal_agg(7::bigint, i = 1, NULL, '{}') FROM generate_series(1, 2) i;
SELECT rollup(p) FROM (SELECT deal_agg('a'::text, true, NULL, '{}') AS p FROM generate_series(1, 2) i GROUP BY i) d;
SELECT deal_agg(i, true, NULL, jsonb_build_object('a' || i, 1)) FROM generate_series(1::bigint, 300) i;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '{"amount": "12"}') s;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '{"amount": [12]}') s;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '"amount"') s;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '{}', 0) s;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '{}', NULL::int) s;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '{open-7}', ARRAY['{"employees": true}']::jsonb[]) s;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '{a,b}', ARRAY['{}']::jsonb[]) s;
SELECT count(*) FROM profile p, similar_won_deals(p.deals, '{a}', ARRAY['{}']::jsonb[], 10, 1.5) s;
SELECT '{"version": 1, "deals": []}'::deal_profile;
SELECT '{"version": 1, "deals": [{"id": "1", "won": true, "attributes": {"a": [1]}}]}'::deal_profile;
SELECT '{"version": 1, "deals": [{"id": "1", "won": true, "attributes": {}}, {"id": "1", "won": true, "attributes": '
  '{}}]}'::deal_profile;
SELECT '{"version": 2, "deals": []}'::deal_profile;

SET client_min_messages = warning;
DROP SCHEMA deals_test CASCADE;
-- an attribute given twice
SELECT '{"version": 1, "deals": [{"id": "0", "won": true, "attributes": {"a": 1, "a": 2}}]}'::deal_profile;
