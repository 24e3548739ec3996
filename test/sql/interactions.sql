SET search_path = public, relinsights;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '(null)'

-- SPEC 3.3: a 30-minute meeting of three of us and two of them: us 90 min, them 30 min
SELECT time_spent(s, 'us') AS us, time_spent(s, 'them') AS them, face_time(s)
FROM (SELECT interaction_agg('meeting', 'outbound', '2026-03-02 10:00', interval '30 min', 3)) x(s);

-- SPEC 3.2: reciprocals, not shares; a zero denominator is NULL
SELECT email_ratio(s, 'us') AS us, email_ratio(s, 'them') AS them
FROM (SELECT interaction_agg('email', d::activity_direction, '2026-03-02 10:00')
      FROM unnest(ARRAY['outbound', 'outbound', 'outbound', 'inbound', 'inbound']) d) AS x(s);
SELECT email_ratio(s, 'us') AS us, email_ratio(s, 'them') AS them
FROM (SELECT interaction_agg('email', 'outbound', '2026-03-02 10:00')) x(s);

-- the model's minutes are settings: nothing is scanned again
SELECT time_spent(s, 'us'), time_spent(s, 'us', interval '10 min', interval '1 min') AS slower_writer,
       time_spent(s, 'them', interval '0', interval '0') AS nothing
FROM (SELECT interaction_agg('email', d::activity_direction, '2026-03-02 10:00')
      FROM unnest(ARRAY['outbound', 'outbound', 'inbound']) d) AS x(s);

-- no rows, ignored rows, NULL summaries
SELECT interaction_agg(NULL, 'inbound', now()) IS NULL AS no_kind,
  interaction_agg('email', NULL, now()) IS NULL AS unknown_direction,
       interaction_agg('email', 'inbound', NULL) IS NULL AS no_time, activities(NULL::interaction_summary) AS of_null;
SELECT count(*) FROM (SELECT interaction_agg('email', 'inbound', now()) s FROM generate_series(1, 0)) x WHERE s IS NULL;

-- what a summary looks like, to people and to jsonb
SELECT s, (s::jsonb) -> 'meeting' ->> 'team_microseconds' AS team, first_interaction_at(s), last_interaction_at(s),
       last_interaction_at(s, 'us') AS by_us, last_interaction_at(s, 'them') AS by_them
FROM (SELECT interaction_agg(k::activity_kind, 'outbound', t::timestamptz, d::interval, 2)
      FROM (VALUES ('email', '2026-03-02 10:00', NULL), ('meeting', '2026-03-03 10:00:00.5', '1 day 2 hours'),
                   ('task', '1999-12-31 23:59:59.999999', '5 min')) v(k, t, d)) AS x(s) \gx

-- unknown direction: in totals, kinds and the time of meetings and calls, in nothing by side
SELECT activities(s), activities_by(s, 'us') AS by_us, activities_by(s, 'them') AS by_them,
  emails_sent(s) + emails_received(s) AS emails_by_side,
       interaction_count(s, 'email') AS emails, interaction_count(s, 'email', NULL) AS unknown,
         interaction_count(s, NULL, NULL) AS of_no_kind,
       interaction_count(NULL, 'email', NULL) AS of_null, time_spent(s, 'us') AS us, time_spent(s, 'them') AS them,
         face_time(s),
       last_interaction_at(s), last_interaction_at(s, 'us') AS last_by_us, s
FROM (SELECT interaction_agg(k::activity_kind, d::activity_direction, t::timestamptz, '10 min', 2)
      FROM (VALUES ('email', NULL, '2026-03-02 10:00'), ('email', 'outbound', '2026-03-01 10:00'),
        ('meeting', NULL, '2026-03-03 10:00'),
                   ('phone_call', NULL, '2026-03-03 11:00'), ('task', NULL, '2026-03-03 12:00'),
                     ('other', NULL, '2026-03-03 13:00')) v(k, d, t)) x(s) \gx

-- wrong calls
SELECT interaction_agg('meeting', 'outbound', '2026-03-02', interval '-1 second');
SELECT interaction_agg('email', 'outbound', '2026-03-02', interval '-1 second');
SELECT interaction_agg('meeting', 'outbound', '2026-03-02', interval '1 month');
SELECT interaction_agg('meeting', 'outbound', 'infinity');
SELECT interaction_agg('meeting', 'outbound', '-infinity');
SELECT time_spent(interaction_agg('email', 'outbound', '2026-03-02'), 'us', interval '-1 min', interval '0');
SELECT time_spent(interaction_agg('email', 'outbound', '2026-03-02'), 'us', interval '1 mon', interval '0');
SELECT face_time(interaction_agg('phone_call', 'outbound', '2026-03-02', interval '2562047788 hours'))
  FROM generate_series(1, 2);
-- Nobody makes a value of type internal by hand; how that is said differs between minor versions.
DO $$
BEGIN
  PERFORM relinsights.interaction_agg_transition(NULL::internal, 'email', 'inbound', now());
EXCEPTION WHEN cannot_coerce OR feature_not_supported THEN
  RAISE NOTICE 'refused';
END $$;
SELECT relinsights.interaction_summary_rollup_merge(NULL, NULL);

-- text that is no summary
SELECT ''::interaction_summary;
SELECT '{"version":1}'::interaction_summary;
SELECT '{"version":9,"future":true}'::interaction_summary;
SELECT
  '{"version":1,"email":{"inbound":{"count":0}},"first_at":"2026-03-02T09:00:00Z","last_at":{}}'::interaction_summary;
SELECT
  '{"version":1,"email":{"inbound":{"count":1,"colour":2}},"first_at":"2026-03-02T09:00:00Z",'
    '"last_at":{"inbound":"2026-03-02T09:00:00Z"}}'::interaction_summary;
SELECT
  '{"version":1,"email":{"inbound":{"count":1}},"first_at":"2026-02-30T09:00:00Z",'
    '"last_at":{"inbound":"2026-03-02T09:00:00Z"}}'::interaction_summary;
SELECT '[]'::interaction_summary;
SELECT
  '{"version":1,"email":{"inbound":{"count":1}},"first_at":"2026-03-02T09:00:00Z",'
    '"last_at":{"inbound":"2026-03-02T09:00:00Z"}}'::interaction_summary;

-- random activities against plain SQL
CREATE TEMP TABLE activity AS
SELECT i AS id, i % 37 AS account, i % 7 AS region,
       (enum_range(NULL::activity_kind))[1 + (hashint4extended(i, 1) & 1023)::int % 5] AS kind,
       CASE WHEN i % 9 <> 0 THEN (enum_range(NULL::activity_direction))[1 + (hashint4extended(i, 2) & 1)] END
         AS direction,
       CASE WHEN i % 50 <> 0 THEN timestamptz '2026-01-01' + (hashint4extended(i,
         3) & 16777215) * interval '1 second' END AS at,
       CASE WHEN i % 11 <> 0 THEN (hashint4extended(i, 4) & 8191) * interval '1 second' END AS duration,
       CASE WHEN i % 13 <> 0 THEN (hashint4extended(i, 5) & 7)::int - 1 END AS team_size
FROM generate_series(1, 20000) i;
ANALYZE activity;
CREATE TEMP VIEW by_extension AS
SELECT account, emails_sent(s), emails_received(s), meetings_sent(s), meetings_received(s), phone_calls_made(s),
       phone_calls_received(s), tasks_completed(s), other_activities(s), activities(s), activities_by(s, 'us') AS by_us,
       activities_by(s, 'them') AS by_them, interaction_count(s, 'task', 'inbound') AS tasks_in,
         interaction_count(s, 'meeting', NULL) AS meetings_unknown, interaction_count(s, 'meeting') AS meetings,
       email_ratio(s, 'us') AS ratio_us, email_ratio(s, 'them') AS ratio_them, time_spent(s, 'us') AS time_us,
       time_spent(s, 'them') AS time_them, face_time(s), first_interaction_at(s), last_interaction_at(s),
       last_interaction_at(s, 'us') AS last_us, last_interaction_at(s, 'them') AS last_them
FROM (SELECT account, interaction_agg(kind, direction, at, duration, team_size) AS s FROM activity GROUP BY account) x;
CREATE TEMP VIEW by_sql AS
WITH a AS (SELECT *, direction = 'outbound' AS out, coalesce(duration, '0') AS d,
  greatest(coalesce(team_size, 1), 1) AS team
           FROM activity WHERE at IS NOT NULL),
n AS (
SELECT account,
       count(*) FILTER (WHERE kind = 'email' AND out) AS es, count(*) FILTER (WHERE kind = 'email' AND NOT out) AS er,
       count(*) FILTER (WHERE kind = 'meeting' AND out) AS ms,
         count(*) FILTER (WHERE kind = 'meeting' AND NOT out) AS mr,
       count(*) FILTER (WHERE kind = 'phone_call' AND out) AS cm,
         count(*) FILTER (WHERE kind = 'phone_call' AND NOT out) AS cr,
       count(*) FILTER (WHERE kind = 'task') AS tasks, count(*) FILTER (WHERE kind = 'other') AS others, count(*) AS n,
       count(*) FILTER (WHERE out) AS by_us, count(*) FILTER (WHERE NOT out) AS by_them,
       count(*) FILTER (WHERE kind = 'task' AND NOT out) AS tasks_in,
       count(*) FILTER (WHERE kind = 'meeting' AND out IS NULL) AS meetings_unknown,
         count(*) FILTER (WHERE kind = 'meeting') AS meetings,
       sum(CASE kind WHEN 'email' THEN CASE WHEN out THEN interval '5 min' WHEN NOT out THEN interval '2.5 min'
         ELSE '0' END WHEN 'meeting' THEN d * team
                WHEN 'phone_call' THEN d ELSE CASE WHEN out THEN d ELSE '0' END END) AS us,
       sum(CASE kind WHEN 'email' THEN CASE WHEN out THEN interval '2.5 min' WHEN NOT out THEN interval '5 min'
         ELSE '0' END WHEN 'meeting' THEN d
                WHEN 'phone_call' THEN d ELSE CASE WHEN NOT out THEN d ELSE '0' END END) AS them,
       sum(d) FILTER (WHERE kind IN ('meeting', 'phone_call')) AS face,
       min(at) AS first, max(at) AS last, max(at) FILTER (WHERE out) AS last_us,
         max(at) FILTER (WHERE NOT out) AS last_them
FROM a GROUP BY account)
SELECT account, es, er, ms, mr, cm, cr, tasks, others, n, by_us, by_them, tasks_in, meetings_unknown, meetings,
  es::float8 / nullif(er, 0) AS ratio_us, er::float8 / nullif(es, 0) AS ratio_them,
       us, them, face, first, last, last_us, last_them FROM n;
SELECT count(*) AS accounts, sum(activities) AS activities FROM by_extension;
(TABLE by_extension EXCEPT ALL TABLE by_sql) UNION ALL (TABLE by_sql EXCEPT ALL TABLE by_extension);

-- rollup: by region from accounts is by region from rows; and NULLs do not matter
CREATE TEMP TABLE account_summary AS
SELECT account, region, interaction_agg(kind, direction, at, duration, team_size) AS s FROM activity GROUP BY account,
  region;
SELECT count(*), bool_and(a.s = b.s) AS same
FROM (SELECT region, rollup(s) AS s FROM account_summary GROUP BY region) a
JOIN (SELECT region, interaction_agg(kind, direction, at, duration, team_size) AS s FROM activity GROUP BY region) b
  USING (region);
SELECT rollup(s) = (SELECT rollup(s) FROM account_summary) AS nulls_ignored
FROM (SELECT s FROM account_summary UNION ALL SELECT NULL) x;
SELECT rollup(NULL::interaction_summary) IS NULL AS none;

-- grouping, DISTINCT and EXCEPT hash the bytes
SELECT count(*) = (SELECT count(*) FROM account_summary) AS all_differ
  FROM (SELECT s FROM account_summary GROUP BY s) x;
SELECT s FROM account_summary EXCEPT SELECT s FROM account_summary;

-- as a window, and one row at a time
SELECT count(*) AS rows, bool_and(activities(running) = n) AS counted FROM (
  SELECT interaction_agg(kind, direction, at) OVER w AS running, count(*) FILTER (WHERE at IS NOT NULL) OVER w AS n
  FROM activity WHERE id <= 300 WINDOW w AS (ORDER BY id)) x WHERE running IS NOT NULL;
SELECT count(*) AS rows, bool_and(running = (SELECT rollup(s)
  FROM (SELECT s FROM account_summary ORDER BY account, region LIMIT n) y)) AS same
FROM (SELECT rollup(s) OVER w AS running, row_number() OVER w AS n FROM account_summary WINDOW w
  AS (ORDER BY account, region ROWS UNBOUNDED PRECEDING)) x
WHERE n <= 40;

-- text and binary there and back
CREATE TEMP TABLE copied (LIKE account_summary);
\set file `mktemp -u /tmp/relinsights_copy.XXXXXX`
COPY account_summary TO :'file' (FORMAT binary);
COPY copied FROM :'file' (FORMAT binary);
SELECT count(*) FROM (TABLE account_summary INTERSECT ALL TABLE copied) x;
TRUNCATE copied;
COPY account_summary TO :'file';
COPY copied FROM :'file';
SELECT count(*) FROM (TABLE account_summary INTERSECT ALL TABLE copied) x;
\! rm -f /tmp/relinsights_copy.*
-- An unknown label lists those that there are.
SELECT interaction_agg(kind::relinsights.activity_kind, NULL, now()) FROM (VALUES ('call'::text)) v(kind);
SELECT interaction_agg('email', direction::relinsights.activity_direction, now())
  FROM (VALUES ('sent'::varchar)) v(direction);
SELECT 'x'::text::relinsights.record_state;
SELECT repeat('x', 70)::relinsights.party_side, ''::text::relinsights.party_side;
SELECT NULL::text::relinsights.activity_kind IS NULL AS none, bool_and(l::text::relinsights.activity_kind = l) AS same
FROM unnest(enum_range(NULL::relinsights.activity_kind)) l;
