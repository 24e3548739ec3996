-- The same rows give the same bytes whatever the plan: parallel, partition-wise, sorted, hashed, spilled.
SET search_path = public, relinsights;
SET timezone = 'UTC';
SET jit = off;

CREATE TABLE plan_activity (id int, account int, party text, thread bigint, kind activity_kind,
  direction activity_direction, at timestamptz)
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
       response_agg(thread, direction, at) FILTER (WHERE kind = 'email') AS responses,
       response_agg(thread, direction, at, '{"time_zone": "Asia/Seoul", "open": {"mon-fri": '
         '["09:00-18:00"]}}'::working_calendar) FILTER (WHERE kind = 'email') AS working,
       timeline_agg(kind, direction, at::date, (id % 21 - 10) / 10.0) AS timeline,
       contact_agg(party, kind, direction, at) AS contacts,
       engagement_agg(id % 3, id % 5, NULL, id % 2) FILTER (WHERE kind = 'email') AS engagement
FROM plan_activity GROUP BY account;
CREATE VIEW plan_total AS
SELECT interaction_agg(kind, direction, at, interval '10 min', 2) AS interactions,
       response_agg(thread, direction, at) FILTER (WHERE kind = 'email') AS responses,
       response_agg(thread, direction, at, '{"time_zone": "Asia/Seoul", "open": {"mon-fri": '
         '["09:00-18:00"]}}'::working_calendar) FILTER (WHERE kind = 'email') AS working,
       timeline_agg(kind, direction, at::date, (id % 21 - 10) / 10.0) AS timeline,
       contact_agg(party, kind, direction, at) AS contacts,
       engagement_agg(id % 3, id % 5, NULL, id % 2) FILTER (WHERE kind = 'email') AS engagement
FROM plan_activity;

SET max_parallel_workers_per_gather = 0;
CREATE TABLE plan_expected AS TABLE plan_summary;
CREATE TABLE plan_expected_total AS TABLE plan_total;
CREATE VIEW plan_difference AS (TABLE plan_summary EXCEPT ALL TABLE plan_expected)
  UNION ALL (TABLE plan_expected EXCEPT ALL TABLE plan_summary);
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
SELECT plan_has('SELECT rollup(interactions), rollup(responses), rollup(timeline), rollup(contacts), '
  'rollup(engagement) FROM plan_expected', 'Finalize Aggregate', 'Gather', 'Partial Aggregate') AS parallel;
SELECT rollup(p.interactions) = t.interactions AS interactions, rollup(p.responses) = t.responses AS responses,
       rollup(p.working) = t.working AS working, rollup(p.timeline) = t.timeline AS timeline,
       rollup(p.contacts) = t.contacts AS contacts, rollup(p.engagement) = t.engagement AS engagement
FROM plan_expected p, plan_expected_total t
GROUP BY t.interactions, t.responses, t.working, t.timeline, t.contacts, t.engagement;
-- and they travel as text, as between the nodes of a distributed engine
SELECT rollup(i::interaction_summary) = t.interactions AND rollup(r::response_summary) = t.responses
       AND rollup(l::activity_timeline) = t.timeline AND rollup(c::contact_summary) = t.contacts AS exact
FROM (SELECT rollup(interactions)::text AS i, rollup(responses)::text AS r, rollup(timeline)::text AS l,
  rollup(contacts)::text AS c
      FROM plan_expected GROUP BY account % 7) node, plan_expected_total t
GROUP BY t.interactions, t.responses, t.timeline, t.contacts;

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
SELECT count(*) AS sets, bool_and(CASE WHEN account IS NULL
  THEN interactions = (SELECT interactions FROM plan_expected_total)
                                       ELSE interactions = (SELECT e.interactions FROM plan_expected e
                                         WHERE e.account = g.account) END) AS same
FROM (SELECT account, interaction_agg(kind, direction, at, interval '10 min', 2) AS interactions FROM plan_activity
  GROUP BY GROUPING SETS ((account), ())) g;

-- what a model makes of a record in one pass is what the families make, in every plan
CREATE TABLE plan_member AS
SELECT *, (SELECT relinsights._people_agg(side, false, false, name, NULL)
           FROM (VALUES ('them'::party_side, party), ('us', 'seller'), ('us', 'other')) p(side, name)) AS people
             FROM plan_activity;
ANALYZE plan_member;
CREATE VIEW plan_record AS
SELECT account, (s).* FROM (
  SELECT account, relinsights._record_agg(kind, direction, at, at::date, interval '10 min', thread, false,
    (id % 21 - 10) / 10.0, true,
                                          id % 3, id % 5, NULL, id % 2, people, NULL) AS s
  FROM plan_member GROUP BY account OFFSET 0) r;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE plan_expected_record AS
SELECT account, interactions, responses, timeline, contacts, contact_agg(ARRAY['seller', 'other'], kind, direction, at),
  engagement
FROM plan_activity JOIN plan_expected USING (account) GROUP BY account, interactions, responses, timeline, contacts,
  engagement;
SELECT count(*) FROM plan_expected_record;
CREATE VIEW plan_record_difference AS (TABLE plan_record EXCEPT ALL TABLE plan_expected_record)
  UNION ALL (TABLE plan_expected_record EXCEPT ALL TABLE plan_record);
TABLE plan_record_difference;
SET max_parallel_workers_per_gather = 4;
SELECT plan_has('TABLE plan_record', 'Finalize', 'Gather', 'Partial') AS parallel;
TABLE plan_record_difference;
SET max_parallel_workers_per_gather = 0;
SET enable_sort = off;
SET work_mem = '64kB';
SELECT plan_has('TABLE plan_record', 'HashAggregate') AS hashed;
TABLE plan_record_difference;
RESET enable_sort;
RESET work_mem;

-- a table partitioned by a summary
CREATE TABLE plan_by_hash (LIKE plan_expected) PARTITION BY HASH (interactions);
CREATE TABLE plan_by_hash_0 PARTITION OF plan_by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE plan_by_hash_1 PARTITION OF plan_by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO plan_by_hash TABLE plan_expected;
SELECT count(DISTINCT h.tableoid) AS partitions, count(*) AS found FROM plan_by_hash h JOIN plan_expected e
  USING (interactions);

DROP TABLE plan_activity, plan_expected, plan_expected_total, plan_member, plan_expected_record, plan_by_hash CASCADE;
DROP FUNCTION plan_has(text, text[]);
