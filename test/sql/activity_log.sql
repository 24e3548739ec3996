SET search_path = public, relinsights;
SET timezone = 'UTC';
SET jit = off;
\pset null '(null)'

-- one activity, by name; what it does not say has its default
SELECT activity_log(activity_id => 7, kind => 'email', direction => 'inbound', occurred_at => '2026-03-02 09:00+00');
SELECT activity_log(activity_id => 'm-1', kind => 'meeting', direction => NULL, occurred_at => '2026-03-02 09:00+00',
                    ends_at => '2026-03-02 09:30+00', duration => '30 min', our_people => '{kim,lee,kim,NULL,""}',
                      their_people => '{zoe}',
                    sentiment => 0.25, automated => true, followed => true);
SELECT activity_log(activity_id => 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, kind => 'email',
  direction => 'outbound',
                    occurred_at => '2026-03-02 09:00+00', thread => 'conversation', automated => true,
                      needs_reply => false,
                    internal => true, followed => true, opens => 2, replies => NULL, sentiment => -1);
-- which function literals find: an id alone, a thread of its type, of another, both unknown
SELECT (activity_log(activity_id => id, kind => 'email', direction => 'inbound', occurred_at => '2026-03-02',
  thread => 5)::jsonb ->> 'thread_type') AS bigint_bigint,
       (activity_log(activity_id => id, kind => 'email', direction => 'inbound', occurred_at => '2026-03-02',
         thread => 'x')::jsonb ->> 'thread_type') AS bigint_text,
       (activity_log(activity_id => 'a', kind => 'email', direction => 'inbound', occurred_at => '2026-03-02',
         thread => 'x')::jsonb ->> 'thread_type') AS text_text,
       (activity_log(activity_id => 'a', kind => 'email', direction => 'inbound', occurred_at => '2026-03-02',
         thread => 5)::jsonb ->> 'thread_type') AS text_bigint,
       (activity_log(activity_id => id, kind => 'email', direction => 'inbound', occurred_at => '2026-03-02',
         thread => NULL)::jsonb ->> 'thread_type') AS none
FROM (VALUES (1)) v(id);
-- ignored, counted, empty
SELECT activity_log(1, NULL, 'inbound', now()) IS NULL AS no_kind, activity_log(1, 'email', 'inbound',
  NULL) IS NULL AS no_time,
       activities(activity_log(1, 'email', NULL, '2026-03-02')) AS one, activities(NULL::activity_log) AS of_null,
       rollup(NULL::activity_log) IS NULL AS none;
SELECT activity_log_agg(1, 'email', 'inbound', now(), NULL, NULL::bigint, NULL,
  NULL) FILTER (WHERE false) IS NULL AS none;

-- wrong calls
SELECT activity_log(NULL::bigint, 'email', 'inbound', '2026-03-02');
SELECT activity_log('', 'email', 'inbound', '2026-03-02');
SELECT activity_log(1, 'email', 'inbound', 'infinity');
SELECT activity_log(1, 'email', 'inbound', '2026-03-02', ends_at => 'infinity');
SELECT activity_log(1, 'meeting', 'inbound', '2026-03-02', duration => '-1 s');
SELECT activity_log(1, 'meeting', 'inbound', '2026-03-02', duration => '1 month');
SELECT activity_log(1, 'email', 'inbound', '2026-03-02', sentiment => 1.5);
SELECT activity_log(1, 'email', 'inbound', '2026-03-02', sentiment => 'NaN');
SELECT activity_log(1, 'email', 'inbound', '2026-03-02', followed => true, link_clicks => -1);
SELECT rollup(l) FROM (VALUES (activity_log(1, 'email', 'inbound', '2026-03-02')), (activity_log('1'::text, 'email',
  'inbound', '2026-03-02'))) v(l);
SELECT rollup(l) FROM (VALUES (activity_log(1, 'email', 'inbound', '2026-03-02', thread => 1)),
                              (activity_log(activity_id => 2, kind => 'email', direction => 'inbound',
                                occurred_at => '2026-03-02', thread => 'x'::text))) v(l);
SELECT timeline(l, 'UTC+9') FROM (VALUES (activity_log(1, 'email', 'inbound', '2026-03-02'))) v(l);
SELECT timeline(l, 'Mars/Olympus') FROM (VALUES (activity_log(1, 'email', 'inbound', '2026-03-02'))) v(l);
SELECT interactions(l, 'infinity') FROM (VALUES (activity_log(1, 'email', 'inbound', '2026-03-02'))) v(l);
SELECT '{"version":1,"id_type":"bigint","activities":[]}'::activity_log;
SELECT
  '{"version":1,"id_type":"bigint","activities":[{"id":"1","kind":"email","at":"2026-01-01T00:00:00Z"},{"id":"1",'
    '"kind":"task","at":"2026-01-02T00:00:00Z"}]}'::activity_log;
SELECT '{"version":2,"id_type":"bigint","activities":[]}'::activity_log;

-- random activities of records; an activity may be in several, and comes from several sources
CREATE TABLE logged (record int, region int, id bigint, kind activity_kind, direction activity_direction,
  at timestamptz, ends timestamptz,
                     duration interval, thread bigint, ours text[], theirs text[], automated boolean,
                       internal boolean, followed boolean,
                     sentiment float8, o int, l int, a int, r int);
INSERT INTO logged
SELECT record, record % 5, id, (enum_range(NULL::activity_kind))[1 + CASE WHEN h1 % 2 = 0 THEN 0 ELSE h1 % 5 END],
       CASE WHEN h2 % 9 > 0 THEN (enum_range(NULL::activity_direction))[1 + h2 % 2] END, at,
       CASE WHEN h3 % 4 = 0 THEN at + (h3 % 90) * interval '1 day' END,
         CASE WHEN h1 % 3 > 0 THEN (h2 % 90) * interval '1 min' END,
       CASE WHEN h3 % 6 > 0 THEN h3 % 7 - 3 + record * 10 END, CASE WHEN h1 % 8 > 0 THEN ARRAY['u' || h1 % 4,
         'u' || h2 % 4] END,
       ARRAY['c' || h3 % 9, NULL, ''] || CASE WHEN h2 % 3 = 0 THEN 'c' || h1 % 9 END, h1 % 11 = 0, h2 % 13 = 0,
         h3 % 5 = 0,
       CASE WHEN h2 % 4 = 0 THEN (h3 % 2001 - 1000) / 1000.0 END, h1 % 4, h2 % 3, NULLIF(h3 % 3, 0), h1 % 2
FROM (SELECT i % 97 AS record, i AS id, timestamptz '2025-01-01 00:00+00' + (hashint4extended(i,
  9) & 65535) * interval '7 min' AS at,
             (hashint4extended(i, 1) & 65535)::int AS h1, (hashint4extended(i, 2) & 65535)::int AS h2,
               (hashint4extended(i, 3) & 65535)::int AS h3
      FROM generate_series(1, 20000) i) x;
ANALYZE logged;
CREATE VIEW logs_of_bigint AS
SELECT record, min(region) AS region, rollup(activity_log(activity_id => id, kind => kind, direction => direction,
  occurred_at => at, ends_at => ends, duration => duration,
    thread => thread, our_people => ours, their_people => theirs, automated => automated, internal => internal,
      followed => followed,
    sentiment => sentiment, opens => o, link_clicks => l, attachment_views => a, replies => r)) AS log
FROM logged GROUP BY record;
CREATE VIEW logs_of_uuid AS
SELECT record, rollup(activity_log(activity_id => md5(id::text)::uuid, kind => kind, direction => direction,
  occurred_at => at, ends_at => ends, duration => duration,
    thread => md5(thread::text)::uuid, our_people => ours, their_people => theirs, automated => automated,
      internal => internal, followed => followed,
    sentiment => sentiment, opens => o, link_clicks => l, attachment_views => a, replies => r)) AS log
FROM logged GROUP BY record;
CREATE VIEW logs_of_text AS
SELECT record, rollup(activity_log(activity_id => 'id ' || id, kind => kind, direction => direction,
  occurred_at => at, ends_at => ends, duration => duration,
    thread => 'thread ' || thread, our_people => ours, their_people => theirs, automated => automated,
      internal => internal, followed => followed,
    sentiment => sentiment, opens => o, link_clicks => l, attachment_views => a, replies => r)) AS log
FROM logged GROUP BY record;
CREATE TABLE logs AS SELECT 'bigint' AS ids, record, log FROM logs_of_bigint UNION ALL SELECT 'uuid', *
  FROM logs_of_uuid UNION ALL SELECT 'text', * FROM logs_of_text;

-- the summaries of a log are those that the families' own aggregates make of the rows, as of any moment
CREATE FUNCTION summaries_of_rows(as_of timestamptz)
RETURNS TABLE (record int, interactions interaction_summary, responses response_summary, timeline activity_timeline,
               ours contact_summary, theirs contact_summary, engagement engagement_summary) LANGUAGE sql AS $$
  SELECT record,
         interaction_agg(kind, direction, at, duration, (SELECT count(DISTINCT p)::int FROM unnest(ours) p
           WHERE p <> '')),
         response_agg(thread, direction, at) FILTER (WHERE kind = 'email' AND NOT automated AND NOT internal),
         timeline_agg(kind, direction, (at AT TIME ZONE 'Asia/Seoul')::date, sentiment),
         (SELECT contact_agg(p, kind, direction, at) FROM logged b CROSS JOIN LATERAL (SELECT DISTINCT p
           FROM unnest(ours) p WHERE p <> '') y
          WHERE b.record = x.record AND (greatest(at, ends) <= as_of OR as_of IS NULL)),
         (SELECT contact_agg(p, kind, direction, at) FROM logged b CROSS JOIN LATERAL (SELECT DISTINCT p
           FROM unnest(theirs) p WHERE p <> '') y
          WHERE b.record = x.record AND (greatest(at, ends) <= as_of OR as_of IS NULL)),
         engagement_agg(o, l, a, r) FILTER (WHERE followed AND kind = 'email')
  FROM logged x WHERE greatest(at, ends) <= as_of OR as_of IS NULL GROUP BY record $$;
CREATE FUNCTION summaries_of_logs(of text, as_of timestamptz)
RETURNS TABLE (record int, interactions interaction_summary, responses response_summary, timeline activity_timeline,
               ours contact_summary, theirs contact_summary, engagement engagement_summary) LANGUAGE sql AS $$
  SELECT record, interactions(log, as_of), responses(log, as_of), timeline(log, 'Asia/Seoul', as_of),
    our_contacts(log, as_of),
         their_contacts(log, as_of), engagement(log, as_of) FROM logs WHERE ids = of $$;
SELECT of, as_of, (SELECT count(*) FROM summaries_of_rows(as_of)) AS records,
       (SELECT count(*) FROM (SELECT * FROM summaries_of_rows(as_of) EXCEPT ALL SELECT * FROM summaries_of_logs(of,
         as_of)) x) AS missing,
       (SELECT count(*) FROM (SELECT * FROM summaries_of_logs(of, as_of) EXCEPT ALL SELECT *
         FROM summaries_of_rows(as_of)) x) AS wrong
FROM unnest(ARRAY['bigint', 'uuid', 'text']) of, unnest(ARRAY[NULL,
  timestamptz '2025-07-01 12:34+00']) as_of ORDER BY of, as_of;
SELECT interactions(log, '2000-01-01') IS NULL AS nothing_yet, timeline(log, 'UTC', '2000-01-01') IS NULL AS no_day
  FROM logs LIMIT 1;

-- union counts nothing twice: logs that overlap, in any order; the short aggregate; what is stored is the same
CREATE TABLE overlapping AS
SELECT source, region, rollup(activity_log(activity_id => id, kind => kind, direction => direction, occurred_at => at,
  duration => duration,
                               thread => thread, our_people => ours, their_people => theirs)) AS log
FROM logged CROSS JOIN generate_series(0, 2) source WHERE (id + source) % 3 < 2 GROUP BY source, region;
SELECT region, sum(activities(log)) AS in_logs, activities(rollup(log)) AS united, (SELECT count(*) FROM logged l
  WHERE l.region = x.region) AS rows
FROM overlapping x GROUP BY region ORDER BY region;
SELECT count(*), bool_and(a = b AND a = c) AS same
FROM (SELECT region, rollup(log ORDER BY source) a, rollup(log ORDER BY source DESC) b FROM overlapping
  GROUP BY region) x
JOIN (SELECT region, activity_log_agg(id, kind, direction, at, duration, thread, ours,
  theirs ORDER BY hashint8(id)) c FROM logged GROUP BY region) y USING (region);
-- of an activity that two logs hold differently the greater one stays, whichever comes first
SELECT rollup(l ORDER BY i) = rollup(l ORDER BY i DESC) AS same, activities(rollup(l)) AS one
FROM (VALUES (1, activity_log(1, 'email', 'inbound', '2026-03-02')), (2, activity_log(1, 'task', 'inbound',
  '2026-03-03')), (3, activity_log(1, 'email', 'inbound', '2026-03-02'))) v(i, l);
-- every overload of the aggregate
SELECT activities(activity_log_agg(id, kind, direction, at, duration, md5(thread::text)::uuid, ours,
  theirs)) AS bigint_uuid,
       activities(activity_log_agg(id, kind, direction, at, duration, thread::text, ours, theirs)) AS bigint_text,
       activities(activity_log_agg(md5(id::text)::uuid, kind, direction, at, duration, thread, ours,
         theirs)) AS uuid_bigint,
       activities(activity_log_agg(md5(id::text)::uuid, kind, direction, at, duration, md5(thread::text)::uuid, ours,
         theirs)) AS uuid_uuid,
       activities(activity_log_agg(md5(id::text)::uuid, kind, direction, at, duration, thread::text, ours,
         theirs)) AS uuid_text,
       activities(activity_log_agg(id::text, kind, direction, at, duration, thread, ours, theirs)) AS text_bigint,
       activities(activity_log_agg(id::text, kind, direction, at, duration, md5(thread::text)::uuid, ours,
         theirs)) AS text_uuid,
       activities(activity_log_agg(id::text, kind, direction, at, duration, thread::text, ours, theirs)) AS text_text
FROM logged WHERE record = 1;
-- as a window
SELECT count(*) AS rows, bool_and(activities(running) = n) AS same
FROM (SELECT activity_log_agg(id, kind, direction, at, duration, thread, ours, theirs) OVER w AS running,
  count(*) OVER w AS n
      FROM logged WHERE id <= 300 WINDOW w AS (ORDER BY id)) x;

-- text and binary round trips
SELECT ids, count(*), bool_and(log::text::activity_log = log) AS by_text FROM logs GROUP BY ids ORDER BY ids;
CREATE TABLE logs_again (LIKE logs);
\set file `mktemp -u /tmp/relinsights_copy.XXXXXX`
COPY logs TO :'file' (FORMAT binary);
COPY logs_again FROM :'file' (FORMAT binary);
\! rm -f /tmp/relinsights_copy.*
(TABLE logs EXCEPT ALL TABLE logs_again) UNION ALL (TABLE logs_again EXCEPT ALL TABLE logs);
SELECT activity_log_send(log) = activity_log_send(log::text::activity_log) AS same FROM logs WHERE record = 5
  AND ids = 'uuid';
-- about so many bytes an activity
SELECT round(sum(length(activity_log_send(log)))::numeric / sum(activities(log))) AS bytes FROM logs
  WHERE ids = 'bigint';

-- the same bytes in a parallel plan, and by one log of all
CREATE FUNCTION log_plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP;
  RETURN plan;
END $$;
CREATE VIEW log_total AS SELECT activity_log_agg(id, kind, direction, at, duration, thread, ours, theirs) AS log
  FROM logged;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE log_expected AS TABLE log_total;
SET max_parallel_workers_per_gather = 4;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT log_plan('TABLE log_total') ~ 'Gather.*Partial Aggregate' AS parallel, count(*) AS same
  FROM log_total JOIN log_expected USING (log);
ALTER TABLE overlapping SET (parallel_workers = 2);
SELECT log_plan('SELECT rollup(log) FROM overlapping') ~ 'Gather.*Partial Aggregate' AS parallel,
       (SELECT rollup(log) FROM overlapping) = (SELECT log FROM log_expected) AS same;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

DROP VIEW logs_of_bigint, logs_of_uuid, logs_of_text, log_total;
DROP TABLE logged, logs, logs_again, overlapping, log_expected;
DROP FUNCTION log_plan, summaries_of_rows, summaries_of_logs;
