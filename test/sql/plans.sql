-- The same rows give the same bytes whatever the plan: parallel, partition-wise, sorted, hashed, spilled.
SET search_path = public, relinsights;
SET timezone = 'UTC';
SET jit = off;

CREATE TABLE plan_activity (id int, account int, party text, thread bigint, kind activity_kind, direction activity_direction, at timestamptz)
  PARTITION BY HASH (account);
CREATE TABLE plan_activity_0 PARTITION OF plan_activity FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE plan_activity_1 PARTITION OF plan_activity FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO plan_activity
SELECT i, i % 50, 'person ' || (hashint4extended(i, 6) & 31), (hashint4extended(i, 1) & 31) * 50 + i % 50,
       (enum_range(NULL::activity_kind))[1 + (hashint4extended(i, 4) & 1023)::int % 5],
       (enum_range(NULL::activity_direction))[1 + (hashint4extended(i, 2) & 1)],
       timestamptz '2026-01-01' + (hashint4extended(i, 3) & 16383) * interval '10 minutes'
FROM generate_series(1, 60000) i;
ANALYZE plan_activity;

CREATE VIEW plan_summary AS
SELECT account, interaction_agg(kind, direction, at, interval '10 min', 2) AS interactions,
       response_agg(thread, direction, at) FILTER (WHERE kind = 'email') AS responses
FROM plan_activity GROUP BY account;
CREATE VIEW plan_total AS
SELECT interaction_agg(kind, direction, at, interval '10 min', 2) AS interactions,
       response_agg(thread, direction, at) FILTER (WHERE kind = 'email') AS responses
FROM plan_activity;

SET max_parallel_workers_per_gather = 0;
CREATE TABLE plan_expected AS TABLE plan_summary;
CREATE TABLE plan_expected_total AS TABLE plan_total;
CREATE VIEW plan_difference AS (TABLE plan_summary EXCEPT ALL TABLE plan_expected) UNION ALL (TABLE plan_expected EXCEPT ALL TABLE plan_summary);
SELECT count(*) FROM plan_expected;

-- whether a query's plan has all of these nodes
CREATE FUNCTION plan_has(query text, VARIADIC nodes text[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text; plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP;
  IF (SELECT bool_and(plan ~ n) FROM unnest(nodes) n) THEN RETURN true; END IF;
  RAISE NOTICE '%', plan;
  RETURN false;
END $$;

-- parallel
SET max_parallel_workers_per_gather = 4;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT plan_has('TABLE plan_summary', 'Finalize', 'Gather', 'Partial') AS parallel;
TABLE plan_difference;
SELECT plan_has('TABLE plan_total', 'Finalize Aggregate', 'Gather', 'Partial Aggregate') AS parallel;
SELECT count(*) AS totals, bool_and(t IS NOT DISTINCT FROM e) AS same FROM plan_total t, plan_expected_total e;
-- rollup in parallel: partial states are summaries themselves
ALTER TABLE plan_expected SET (parallel_workers = 4);
SELECT plan_has('SELECT rollup(interactions), rollup(responses) FROM plan_expected', 'Finalize Aggregate', 'Gather', 'Partial Aggregate') AS parallel;
SELECT rollup(p.interactions) = (SELECT interactions FROM plan_expected_total) AS interactions,
       rollup(p.responses) = (SELECT responses FROM plan_expected_total) AS responses FROM plan_expected p;

-- partition-wise
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
TABLE plan_difference;
SELECT plan_has('TABLE plan_total', 'Finalize Aggregate', 'Partial Aggregate') AS partition_wise;
SELECT count(*) AS totals, bool_and(t IS NOT DISTINCT FROM e) AS same FROM plan_total t, plan_expected_total e;
SET enable_partitionwise_aggregate = off;

-- sorted groups, and hashed groups that do not fit
SET enable_hashagg = off;
SELECT plan_has('TABLE plan_summary', 'GroupAggregate') AS sorted;
TABLE plan_difference;
RESET enable_hashagg;
SET enable_sort = off;
SET work_mem = '64kB';
SELECT plan_has('TABLE plan_summary', 'HashAggregate') AS hashed;
TABLE plan_difference;
RESET enable_sort;
RESET work_mem;

-- grouping sets share a scan; two accessors share a state
SELECT count(*) AS sets, bool_and(CASE WHEN account IS NULL THEN interactions = (SELECT interactions FROM plan_expected_total)
                                       ELSE interactions = (SELECT e.interactions FROM plan_expected e WHERE e.account = g.account) END) AS same
FROM (SELECT account, interaction_agg(kind, direction, at, interval '10 min', 2) AS interactions FROM plan_activity GROUP BY GROUPING SETS ((account), ())) g;

DROP TABLE plan_activity, plan_expected, plan_expected_total CASCADE;
DROP FUNCTION plan_has(text, text[]);
