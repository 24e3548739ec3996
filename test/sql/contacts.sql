SET search_path = public, relinsights;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET jit = off;
\pset null '(null)'

-- every column; an activity of several people; a person named twice counts once
SELECT t.* FROM (SELECT contact_agg(p, k::activity_kind, d::activity_direction, at::timestamptz)
  FROM (VALUES (ARRAY['ann', 'bob'], 'email', 'outbound', '2026-03-02 09:00'),
    (ARRAY['ann'], 'email', 'inbound', '2026-03-02 10:00'),
               (ARRAY['bob', 'ann', 'bob'], 'meeting', 'outbound', '2026-03-03 10:00'),
                 (ARRAY['ann'], 'phone_call', 'inbound', '2026-03-01 10:00'),
               (ARRAY['ann'], 'task', 'outbound', '2026-03-01 11:00'),
                 (ARRAY['eve'], 'other', 'inbound', '2026-03-01 12:00')) v(p, k, d, at)) x(s), top_contacts(s) t;

-- unknown direction: among interactions and kinds, initiated by neither side
SELECT t.*, s, engaged_contacts(s) FROM (SELECT contact_agg('ann'::text, 'meeting', d::activity_direction, '2026-03-02')
  FROM unnest('{NULL,NULL,outbound}'::text[]) d) x(s), top_contacts(s) t;

-- ties: interactions, then the last one, then the bytes of the party; an empty text is a party
CREATE TEMP TABLE tie AS
SELECT contact_agg(p, 'email', d::activity_direction, at::timestamptz) AS s
FROM (VALUES ('b', 'outbound', '2026-03-02'), ('a', 'outbound', '2026-03-02'), ('B', 'outbound', '2026-03-02'),
  ('é', 'outbound', '2026-03-02'),
             ('Zoë', 'inbound', '2026-03-02'), ('한국', 'inbound', '2026-03-02'), ('', 'outbound', '2026-03-02'),
               ('ab', 'outbound', '2026-03-02'),
             ('later', 'inbound', '2026-03-03'), ('twice', 'outbound', '2026-01-01'),
               ('twice', 'outbound', '2026-01-02')) v(p, d, at);
SELECT rank, party, interactions, last_interaction_at FROM tie, top_contacts(s, 100);
SELECT contacts(s), engaged_contacts(s) FROM tie;

-- how many: three unless told
SELECT (SELECT count(*) FROM top_contacts(s)) AS by_default, (SELECT count(*) FROM top_contacts(s, 2)) AS two,
       (SELECT count(*) FROM top_contacts(s, 0)) AS none, (SELECT count(*) FROM top_contacts(s, NULL)) AS of_null,
       (SELECT count(*) FROM top_contacts(s, 2147483647)) AS everyone,
         (SELECT count(*) FROM top_contacts(NULL)) AS of_no_summary,
       contacts(NULL::contact_summary), engaged_contacts(NULL::contact_summary)
FROM tie;
SELECT top_contacts(s, -1) FROM tie;
SELECT top_contacts(s, 2) FROM tie;
SELECT rank, party FROM tie, top_contacts(n => 1, summary => s);

-- no rows and ignored rows
SELECT contact_agg('ann'::text, NULL, 'inbound', now()) IS NULL AS no_kind,
  contact_agg('ann'::text, 'email', NULL, now()) IS NULL AS unknown_direction,
       contact_agg('ann'::text, 'email', 'inbound', NULL) IS NULL AS no_time,
         contact_agg(NULL::text, 'email', 'inbound', now()) IS NULL AS no_text,
       contact_agg(NULL::bigint, 'email', 'inbound', now()) IS NULL AS no_bigint,
         contact_agg(NULL::uuid, 'email', 'inbound', now()) IS NULL AS no_uuid,
       contact_agg(NULL::text[], 'email', 'inbound', now()) IS NULL AS no_array,
         contact_agg('{}'::text[], 'email', 'inbound', now()) IS NULL AS empty_array,
       contact_agg('{NULL,NULL}'::text[], 'email', 'inbound', now()) IS NULL AS nulls_only;
SELECT count(*) FROM (SELECT contact_agg('ann'::text, 'email', 'inbound', now()) s FROM generate_series(1, 0)) x
  WHERE s IS NULL;
SELECT contacts(contact_agg(p, 'email', 'inbound', now()))
  FROM (VALUES ('{a,NULL,b,a}'::text[]), ('{{c,d},{a,NULL}}'), (NULL), ('{}'), ('[5:6]={e,a}')) v(p);
SELECT contacts(contact_agg(p, 'email', 'inbound', now())) AS varchars FROM (VALUES ('{a,b}'::varchar[])) v(p);
SELECT contacts(contact_agg('ann', 'email', 'inbound', now())) AS literal;

-- a party is its text, whatever its type
SELECT contact_agg(i, 'email', 'inbound', '2026-03-02') = contact_agg(i::text, 'email', 'inbound', '2026-03-02')
  AS bigint_is_text,
       contact_agg(i, 'email', 'inbound', '2026-03-02') = contact_agg(ARRAY[i::text, i::text], 'email', 'inbound',
         '2026-03-02') AS bigint_is_array,
       contact_agg(md5(i::text)::uuid, 'email', 'inbound', '2026-03-02') = contact_agg(md5(i::text)::uuid::text,
         'email', 'inbound', '2026-03-02') AS uuid_is_text
FROM (SELECT generate_series(-3, 3)::bigint UNION ALL VALUES (9223372036854775807), (-9223372036854775808)) v(i);

-- what a summary looks like; text that is none
SELECT s FROM tie;
SELECT contact_agg('infinite'::text, 'email', 'inbound', 'infinity');
SELECT '{"version":1,"parties":[]}'::contact_summary;
SELECT '{"version":3}'::contact_summary;
SELECT
  '{"version":1,"parties":[{"party":"b","emails":1,"last_at":"2026-03-02T09:00:00Z"},{"party":"a","emails":1,'
    '"last_at":"2026-03-02T09:00:00Z"}]}'::contact_summary;
SELECT
  '{"version":1,"parties":[{"party":"b","emails":1,"initiated_by_them":2,'
    '"last_at":"2026-03-02T09:00:00Z"}]}'::contact_summary;
SELECT '{"version":1,"parties":{"b":1}}'::contact_summary;
SELECT '{"version":1,"parties":[{"party":"b","emails":1,"last_at":"2026-03-02T09:00:00Z"}]}'::contact_summary;
SELECT rollup(s) FROM
  (VALUES ('{"version":1,"parties":[{"party":"b","emails":9223372036854775807,'
    '"last_at":"2026-03-02T09:00:00Z"}]}'::contact_summary),
                              ('{"version":1,"parties":[{"party":"b","meetings":1,"last_at":"2026-03-02T09:00:00Z"}]}'))
                                v(s);

-- random activities against plain SQL
CREATE TABLE contact_activity (id int, account int, region int, party bigint, name text, parties text[],
  kind activity_kind, direction activity_direction, at timestamptz)
  PARTITION BY HASH (account);
CREATE TABLE contact_activity_0 PARTITION OF contact_activity FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE contact_activity_1 PARTITION OF contact_activity FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO contact_activity
SELECT i, i % 41, i % 7, CASE WHEN i % 97 <> 0 THEN party END, name[1 + party % 9] || party / 9,
       CASE WHEN i % 89 <> 0 THEN ARRAY[name[1 + party % 9], name[1 + (party / 9) % 9],
         CASE WHEN i % 3 = 0 THEN 'x' END]::text[] END,
       (enum_range(NULL::activity_kind))[1 + (hashint4extended(i, 1) & 1023)::int % 5],
       CASE WHEN i % 11 <> 0 THEN (enum_range(NULL::activity_direction))[1 + (hashint4extended(i, 2) & 1)] END,
       CASE WHEN i % 50 <> 0 THEN timestamptz '2026-01-01' + (hashint4extended(i, 3) & 255) * interval '1 hour' END
FROM (SELECT i, ((hashint4extended(i, 4) & 31) * (hashint4extended(i, 5) & 3))::int AS party,
             ARRAY['ann', 'Ann', 'ANN', 'é', 'É', 'zoë', '李', '', 'person with a long name@example.com'] AS name
      FROM generate_series(1, 20000) i) x;
ANALYZE contact_activity;

CREATE VIEW contact_by_extension AS
SELECT 'name' AS form, account, contacts(s), engaged_contacts(s), t.*
FROM (SELECT account, contact_agg(name, kind, direction, at) FROM contact_activity GROUP BY account) x(account, s),
  top_contacts(s, 5) t
UNION ALL SELECT 'id', account, contacts(s), engaged_contacts(s), t.*
FROM (SELECT account, contact_agg(party, kind, direction, at) FROM contact_activity GROUP BY account) x(account, s),
  top_contacts(s, 5) t
UNION ALL SELECT 'everyone', account, contacts(s), engaged_contacts(s), t.*
FROM (SELECT account, contact_agg(parties, kind, direction, at) FROM contact_activity GROUP BY account) x(account, s),
  top_contacts(s, 5) t;
CREATE VIEW contact_by_sql AS
WITH took_part AS (
  SELECT 'name' AS form, account, name COLLATE "C" AS party, kind, direction, at FROM contact_activity
  UNION ALL SELECT 'id', account, party::text COLLATE "C", kind, direction, at FROM contact_activity
  UNION ALL SELECT 'everyone', account, p, kind, direction, at FROM contact_activity,
    LATERAL (SELECT DISTINCT unnest(parties) COLLATE "C" AS p) u),
n AS (
  SELECT form, account, party, count(*) AS interactions, count(*) FILTER (WHERE kind = 'email') AS emails,
         count(*) FILTER (WHERE kind = 'meeting') AS meetings, count(*) FILTER (WHERE kind = 'phone_call') AS calls,
         count(*) FILTER (WHERE direction = 'outbound') AS by_us,
           count(*) FILTER (WHERE direction = 'inbound') AS by_them, max(at) AS last
  FROM took_part WHERE party IS NOT NULL AND at IS NOT NULL GROUP BY 1, 2, 3),
ranked AS (
  SELECT form, account, count(*) OVER a AS contacts, count(*) FILTER (WHERE by_them > 0) OVER a AS engaged,
         row_number() OVER (a ORDER BY interactions DESC, last DESC, party) AS rank, party, interactions, emails,
           meetings, calls, by_us, by_them, last
  FROM n WINDOW a AS (PARTITION BY form, account))
SELECT * FROM ranked WHERE rank <= 5;
SELECT form, count(*) AS rows, sum(interactions) AS interactions,
  max(contacts) AS most_contacts FROM contact_by_extension GROUP BY form ORDER BY form;
(TABLE contact_by_extension EXCEPT ALL TABLE contact_by_sql)
  UNION ALL (TABLE contact_by_sql EXCEPT ALL TABLE contact_by_extension);

-- rollup: by region from accounts is by region from rows; NULLs do not matter
CREATE TABLE contact_account AS
SELECT account, region, contact_agg(parties, kind, direction, at) AS s FROM contact_activity GROUP BY account, region;
SELECT count(*), bool_and(a.s = b.s) AS same
FROM (SELECT region, rollup(s) AS s FROM contact_account GROUP BY region) a
JOIN (SELECT region, contact_agg(parties, kind, direction, at) AS s FROM contact_activity GROUP BY region) b
  USING (region);
SELECT rollup(s) = (SELECT rollup(s) FROM contact_account) AS nulls_ignored
  FROM (SELECT s FROM contact_account UNION ALL SELECT NULL) x;
SELECT rollup(NULL::contact_summary) IS NULL AS none;
SELECT count(*) = (SELECT count(*) FROM contact_account) AS all_differ
  FROM (SELECT s FROM contact_account GROUP BY s) x;

-- as a window: the running summary is that of the rows so far
SELECT count(*) AS rows, bool_and(running = (SELECT contact_agg(name, kind, direction, at) FROM contact_activity b
  WHERE b.id <= a.id)) AS same
FROM (SELECT id, contact_agg(name, kind, direction, at) OVER (ORDER BY id) AS running FROM contact_activity
  WHERE id <= 100) a WHERE id % 9 = 0;
SELECT count(*) AS rows, bool_and(running = (SELECT rollup(s)
  FROM (SELECT s FROM contact_account ORDER BY account, region LIMIT n) y)) AS same
FROM (SELECT rollup(s) OVER w AS running, row_number() OVER w AS n FROM contact_account WINDOW w
  AS (ORDER BY account, region ROWS UNBOUNDED PRECEDING)) x
WHERE n <= 20;

-- the same bytes whatever the plan
CREATE FUNCTION contact_plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP;
  RETURN plan;
END $$;
CREATE VIEW contact_total AS
SELECT contact_agg(party, kind, direction, at) AS ids, contact_agg(name, kind, direction, at) AS names,
  contact_agg(parties, kind, direction, at) AS everyone
FROM contact_activity;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE contact_expected AS TABLE contact_total;
SET enable_partitionwise_aggregate = on;
SELECT contact_plan('TABLE contact_total') ~ 'Partial Aggregate' AS partition_wise,
  count(*) AS same FROM contact_total JOIN contact_expected USING (ids, names, everyone);
RESET enable_partitionwise_aggregate;
SET max_parallel_workers_per_gather = 4;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT contact_plan('TABLE contact_total') ~ 'Gather.*Partial Aggregate' AS parallel,
  count(*) AS same FROM contact_total JOIN contact_expected USING (ids, names, everyone);
ALTER TABLE contact_account SET (parallel_workers = 4);
SELECT contact_plan('SELECT rollup(s) FROM contact_account') ~ 'Gather.*Partial Aggregate' AS parallel;
SELECT rollup(s) = (SELECT everyone FROM contact_expected) AS same FROM contact_account;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- text and binary there and back; bytes that are no summary, or not of this database's encoding
CREATE TEMP TABLE copied (LIKE contact_account);
\set file `mktemp -u /tmp/relinsights_copy.XXXXXX`
COPY contact_account TO :'file' (FORMAT binary);
COPY copied FROM :'file' (FORMAT binary);
SELECT count(*) = (SELECT count(*) FROM contact_account) AS binary_copied
  FROM (TABLE contact_account INTERSECT ALL TABLE copied) x;
TRUNCATE copied;
COPY contact_account TO :'file';
COPY copied FROM :'file';
SELECT count(*) = (SELECT count(*) FROM contact_account) AS text_copied
  FROM (TABLE contact_account INTERSECT ALL TABLE copied) x;
CREATE TEMP TABLE received (s contact_summary);
COPY (SELECT replace(contact_summary_send(contact_agg('aé'::text, 'email', 'inbound', '2026-03-02'))::text, '61c3a9',
  '61c328')::bytea) TO :'file' (FORMAT binary);
COPY received FROM :'file' (FORMAT binary);
COPY (SELECT substring(contact_summary_send(contact_agg('ann'::text, 'email', 'inbound',
  '2026-03-02')) FOR 9)) TO :'file' (FORMAT binary);
COPY received FROM :'file' (FORMAT binary);
COPY (SELECT contact_summary_send(contact_agg('aé'::text, 'email', 'inbound',
  '2026-03-02'))) TO :'file' (FORMAT binary);
COPY received FROM :'file' (FORMAT binary);
SELECT party FROM received, top_contacts(s);
\! rm -f /tmp/relinsights_copy.*

-- a million parties in one group, there and back through the parts of a rollup
CREATE TEMP TABLE million (s contact_summary);
ALTER TABLE million ALTER s SET STORAGE EXTERNAL;
INSERT INTO million
SELECT contact_agg(g, 'email', CASE WHEN g % 4 = 0 THEN 'inbound' ELSE 'outbound' END::activity_direction,
  timestamptz '2026-01-01' + g % 100000 * interval '1 min') AS s
FROM (SELECT g::bigint FROM generate_series(1, 1000000) g UNION ALL SELECT 7654::bigint) x;
SELECT contacts(s), engaged_contacts(s), length(contact_summary_send(s)) < 20000000 AS bounded FROM million;
SELECT t.rank, party, interactions FROM million, top_contacts(s) t;
SELECT contacts(rollup(s)), (SELECT sum(interactions) FROM top_contacts(rollup(s), 1000))
  FROM (TABLE million UNION ALL TABLE million) x;

DROP TABLE contact_activity, contact_account, contact_expected CASCADE;
DROP FUNCTION contact_plan(text);
