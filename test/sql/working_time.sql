-- Working calendars, working_time and responses in working time (SPEC 3.4, last paragraph).
SET search_path = public, relinsights;
SET timezone = 'UTC';
\pset null '(null)'
SET jit = off;

-- The text form: canonical, merged, cut at midnight; names of zones in their own letters.
SELECT '{"time_zone": "asia/seoul", "open": {"mon-fri": ["13:00-18:00", "09:00-12:00", '
  '"12:00-13:00"]}}'::working_calendar;
SELECT '{"holidays": ["2026-05-01", "2026-01-01", "2026-05-01"], "open": {"sun": ["22:00-06:00"], "tue": '
  '["09:00-15:00", "10:00-17:30"]}, "time_zone": "Europe/Berlin"}'::working_calendar;
SELECT a = b AS equal, a <> b AS unequal, working_calendar_hash(a) = working_calendar_hash(b) AS same_hash
FROM (VALUES ('{"time_zone": "UTC", "open": {"mon-tue": ["00:00-24:00"]}}'::working_calendar,
              '{"time_zone": "utc", "open": {"mon": ["00:00-12:00", "12:00-23:59"], "tue": '
                '["00:00-24:00"]}}'::working_calendar)) v(a, b);
SELECT a = b AS equal, a <> b AS unequal, working_calendar_hash(a) = working_calendar_hash(b) AS same_hash
FROM (VALUES ('{"time_zone": "UTC", "open": {"mon-tue": ["00:00-24:00"]}}'::working_calendar,
              '{"time_zone": "utc", "open": {"mon": ["00:00-12:00", "12:00-00:00"], "tue": '
                '["00:00-24:00"]}}'::working_calendar)) v(a, b);

-- Clear errors.
SELECT 'nine to five'::working_calendar;
SELECT '{"time_zone": "Asia/Seul", "open": {"mon": ["09:00-18:00"]}}'::working_calendar;
SELECT '{"time_zone": "UTC+9", "open": {"mon": ["09:00-18:00"]}}'::working_calendar;
SELECT '{"open": {"mon": ["09:00-18:00"]}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"sat-sun": []}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"monday": ["09:00-18:00"]}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon-fri": ["09:00-18:00"], "fri": ["09:00-15:00"]}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["9-18"]}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-09:00"]}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"]}, "holidays": ["2026-02-30"]}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"]}, "holidays": ["2200-01-01"]}'::working_calendar;
SELECT '{"timezone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"]}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"], "mon": ["09:00-12:00"]}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"]}, "holidays": [], "holidays": '
  '["2026-01-01"]}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"], "tue-thu": "09:00-18:00"}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"], "tue": [9]}}'::working_calendar;
SELECT '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"]}, "holidays": ["2026-12-24 '
  '13:00-12:00"]}'::working_calendar;

-- A calendar from a table of holidays.
CREATE TEMP TABLE holiday (day date, name text);
INSERT INTO holiday VALUES ('2026-03-02', 'Independence Movement Day (substitute)'), ('2026-05-05', 'Children''s Day');
SELECT jsonb_build_object('time_zone', 'Asia/Seoul', 'open', '{"mon-fri": ["09:00-18:00"]}'::jsonb,
                          'holidays', (SELECT jsonb_agg(day) FROM holiday))::working_calendar AS seoul
\gset
SELECT :'seoul'::working_calendar::jsonb -> 'holidays' AS holidays;
-- Friday 17:00 to Tuesday 10:00 over a weekend and a holiday.
SELECT working_time(:'seoul', '2026-02-27 17:00+09', '2026-03-03 10:00+09');

-- The published checks.
SELECT '{"time_zone": "UTC", "open": {"mon-sun": ["08:00-17:00"]}}'::working_calendar AS every_day,
       '{"time_zone": "UTC", "open": {"mon-fri": ["09:00-17:00"]}}'::working_calendar AS mon_fri
\gset
SELECT working_time(:'every_day', '2026-03-04 07:00Z', '2026-03-04 08:05Z') AS "in 07:00, answered 08:05";
SELECT working_time(:'every_day', '2026-03-04 16:00Z', '2026-03-04 18:27Z') AS "in 16:00, answered 18:27";
SELECT working_time(:'mon_fri', '2026-03-06 16:30Z', '2026-03-09 10:30Z')
  AS "in 16:30, answered next working day 10:30";
SELECT working_time(:'mon_fri', '2026-03-04 20:00Z', '2026-03-05 09:15Z') AS "in 20:00, answered next day 09:15";

-- Wholly outside, backwards, NULL, infinite.
SELECT working_time(:'mon_fri', '2026-03-07 10:00Z', '2026-03-08 11:00Z') AS weekend,
       working_time(:'mon_fri', '2026-03-09 10:30Z', '2026-03-06 16:30Z') AS backwards,
       working_time(NULL, now(), now()), working_time(:'mon_fri', NULL, now()), working_time(:'mon_fri', now(), NULL);
SELECT working_time(:'mon_fri', now(), 'infinity');
SELECT working_time(:'mon_fri', '-infinity', now());

-- Days on which the clocks change have their true length.
SELECT zone, d AS day,
       working_time(c, d::timestamp AT TIME ZONE zone, (d + 1)::timestamp AT TIME ZONE zone) AS open_01_to_04,
       working_time(always, d::timestamp AT TIME ZONE zone, (d + 1)::timestamp AT TIME ZONE zone) AS always_open
FROM (VALUES ('Europe/Berlin', date '2026-03-28'), ('Europe/Berlin', '2026-03-29'), ('Europe/Berlin', '2026-10-25'),
             ('America/New_York', '2026-03-07'), ('America/New_York', '2026-03-08'), ('America/New_York', '2026-11-01'),
             ('Asia/Seoul', '2026-03-29'), ('Asia/Shanghai', '2026-03-29')) days(zone, d),
     LATERAL (SELECT format('{"time_zone": "%s", "open": {"mon-sun": ["01:00-04:00"]}}', zone)::working_calendar c,
                     format('{"time_zone": "%s", "open": {"mon-sun": ["00:00-24:00"]}}',
                       zone)::working_calendar always) calendars
ORDER BY zone, d;
-- A holiday takes its own date from a shift over midnight.
SELECT working_time('{"time_zone": "UTC", "open": {"mon-sun": ["22:00-06:00"]}, "holidays": ["2026-03-04"]}',
  '2026-03-03 12:00Z', '2026-03-05 12:00Z');
-- A holiday in part takes its hours of its date; parts merge; a calendar without any is the value it always was.
SELECT '{"time_zone": "UTC", "open": {"mon-fri": ["09:00-18:00"]}, "holidays": ["2026-12-25", "2026-12-24 '
  '15:00-24:00", "2026-12-24 13:00-15:00"]}'::working_calendar AS christmas
\gset
SELECT :'christmas'::working_calendar::jsonb -> 'holidays' AS holidays;
SELECT working_time(:'christmas', '2026-12-24 09:00Z', '2026-12-24 18:00Z') AS eve,
  working_time(:'christmas', '2026-12-24 12:30Z', '2026-12-24 17:00Z') AS over_noon,
       working_time(:'christmas', '2026-12-24 14:00Z', '2026-12-28 10:00Z') AS until_monday;
SELECT encode(working_calendar_send('{"time_zone": "UTC", "open": {"mon": ["00:01-00:03"]}, "holidays": '
  '["1900-01-02"]}'), 'hex') AS as_0_1_0_stored_it;
-- No cut-off: 400 years are 20871 weeks of 40 hours.
SELECT extract(epoch FROM working_time('{"time_zone": "America/New_York", "open": {"mon-fri": ["09:00-17:00"]}}',
  '2026-03-02', '2426-03-02')) / 3600 = 20871 * 40 AS exact;

-- Calendars of many kinds, and random pairs.
SELECT setseed(0.42);
CREATE TEMP TABLE pattern (pattern int, open jsonb, holidays date[]);
INSERT INTO pattern VALUES
    (1, '{"mon": ["09:00-17:00"], "tue": ["09:00-17:00"], "wed": ["09:00-17:00"], "thu": ["09:00-17:00"], "fri": '
      '["09:00-17:00"]}',
     '{2026-03-09, 2026-03-30, 2026-04-06, 2026-10-26, 2026-11-02}'),
    (2, '{"mon": ["22:00-06:00"], "sat": ["01:30-02:30", "02:15-04:00"], "sun": ["00:00-02:30", "22:00-06:00"]}',
     '{2026-03-08, 2026-10-25}'),
    (3, '{"mon": ["00:00-24:00"], "tue": ["00:00-24:00"], "wed": ["00:00-24:00"], "thu": ["00:00-24:00"], "fri": '
      '["00:00-24:00"], "sat": ["00:00-24:00"], "sun": ["00:00-24:00"]}',
     '{}');
CREATE TEMP TABLE calendars AS
SELECT zone, pattern, holidays, jsonb_build_object('time_zone', zone, 'open', open, 'holidays',
  to_jsonb(holidays))::working_calendar AS calendar
FROM unnest(ARRAY['Europe/Berlin', 'America/New_York', 'Asia/Seoul', 'Asia/Shanghai', 'Australia/Lord_Howe',
  'UTC']) zone, pattern;
CREATE TEMP TABLE pairs AS
SELECT row_number() OVER () AS pair, zone, pattern, holidays, calendar, from_at,
  from_at + (random() * 14400)::int * interval '1 minute' AS to_at
FROM calendars, generate_series(1, 10) n,
     LATERAL (SELECT (CASE n % 2 WHEN 0 THEN timestamptz '2026-03-01'
       ELSE '2026-10-17' END) + (random() * 30000)::int * interval '1 minute' AS from_at) f;

-- The definition, minute by minute, in plain SQL: open if the local date is no holiday and the local time lies in an
-- opening of that weekday, or in what one of the day before left over.
CREATE TEMP TABLE open_minute AS
WITH openings AS (
    SELECT pattern, array_position(ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], weekday) AS weekday,
           extract(epoch FROM split_part(hours, '-', 1)::time)::int / 60 AS begins,
           extract(epoch FROM split_part(hours, '-', 2)::time)::int / 60 AS ends
    FROM pattern, jsonb_each(open) d(weekday, times), jsonb_array_elements_text(times) hours)
SELECT pattern, weekday, m FROM openings, generate_series(begins, CASE WHEN ends > begins THEN ends ELSE 1440 END - 1)
  AS m
UNION
SELECT pattern, weekday % 7 + 1, m FROM openings, generate_series(0, ends - 1) AS m WHERE ends < begins;
ANALYZE open_minute;
CREATE TEMP TABLE local_minute AS
SELECT pair, pattern, extract(isodow FROM local)::int AS weekday,
  (extract(hour FROM local) * 60 + extract(minute FROM local))::int AS m
FROM pairs, generate_series(from_at, to_at - interval '1 minute', interval '1 minute') AS t,
  LATERAL (SELECT t AT TIME ZONE zone AS local) l
WHERE local::date <> ALL (holidays);
ANALYZE local_minute;
CREATE TEMP TABLE counted AS
SELECT pair, coalesce(worked, interval '0') AS worked FROM pairs
LEFT JOIN (SELECT pair, count(*) * interval '1 minute' AS worked FROM local_minute JOIN open_minute
  USING (pattern, weekday, m) GROUP BY pair) w USING (pair);
SELECT count(*) AS pairs, count(*) FILTER (WHERE worked > interval '0') AS with_work,
       count(*) FILTER (WHERE worked < to_at - from_at) AS with_rest,
       count(*) FILTER (WHERE working_time(calendar, from_at, to_at) <> worked) AS different
FROM counted JOIN pairs USING (pair);

-- Always open is elapsed; any split point adds up; later is never less. To the microsecond, over centuries.
SELECT count(*) AS cases,
       count(*) FILTER (WHERE working_time(calendar, a, b) + working_time(calendar, b, c) <> working_time(calendar, a,
         c)) AS not_additive,
       count(*) FILTER (WHERE working_time(calendar, a, least(b, c)) > working_time(calendar, a, greatest(b, c)))
         AS not_monotone,
       count(*) FILTER (WHERE pattern = 3) AS always_open,
       count(*) FILTER (WHERE pattern = 3
           AND extract(epoch FROM working_time(calendar, a, b)) <> extract(epoch FROM b) - extract(epoch FROM a))
             AS not_elapsed
FROM calendars, generate_series(1, 2000) n,
     LATERAL (SELECT timestamptz '1900-01-01' + random() * (n % 4) * 100000 * interval '1 day' AS a,
                     timestamptz '1900-01-01' + random() * (n % 4) * 100000 * interval '1 day' AS b,
                     timestamptz '1900-01-01' + random() * (n % 4) * 100000 * interval '1 day' AS c) times;

-- Local time is what PostgreSQL says it is, now and in the far future.
SELECT count(*) AS instants, count(*) FILTER (WHERE (worked > interval '0') IS DISTINCT
  FROM ((at AT TIME ZONE zone)::time < '12:00')) AS different
FROM (SELECT zone, at, working_time(format('{"time_zone": "%s", "open": {"mon-sun": ["00:00-12:00"]}}',
  zone)::working_calendar,
                                    at, at + interval '1 microsecond') AS worked
      FROM (SELECT DISTINCT zone FROM calendars) z, generate_series(1, 1000) n,
           LATERAL (SELECT timestamptz '1850-01-01' + random() * (CASE n % 3 WHEN 0 THEN 90000 WHEN 1 THEN 300000
             ELSE 90000000 END) * interval '1 day' AS at) t) x;

-- Responses in working time: the same pairs, each measured by working_time.
CREATE TEMP TABLE email AS
SELECT (random() * 20)::int AS team, (random() * 400)::bigint AS thread,
       (ARRAY['inbound', 'outbound'])[1 + (random() < 0.5)::int]::relinsights.activity_direction AS direction,
       timestamptz '2026-03-01' + (random() * 40 * 86400)::int * interval '1 second' AS occurred_at
FROM generate_series(1, 20000);
CREATE TEMP TABLE team_calendar AS
SELECT team, (SELECT calendar FROM calendars ORDER BY zone, pattern OFFSET team % 18 LIMIT 1) AS calendar
  FROM generate_series(0, 20) team;
ANALYZE email;
-- Turns by hand: the first e-mail of each run of one direction, answered by the first of the next.
CREATE TEMP TABLE by_hand AS
WITH ordered AS (
    SELECT *, lag(direction) OVER w IS DISTINCT FROM direction AS starts FROM email
    WINDOW w AS (PARTITION BY team, thread ORDER BY occurred_at, direction)),
turns AS (
    SELECT team, direction, occurred_at, lead(occurred_at) OVER (PARTITION BY team, thread ORDER BY occurred_at,
      direction) AS answered_at
    FROM ordered WHERE starts)
SELECT team, CASE direction WHEN 'inbound' THEN 'us' ELSE 'them' END::party_side AS side,
       count(answered_at) AS responses, count(*) - count(answered_at) AS awaiting,
       min(occurred_at) FILTER (WHERE answered_at IS NULL) AS oldest_awaiting_since,
       min(working_time(calendar, occurred_at, answered_at)) AS least,
       max(working_time(calendar, occurred_at, answered_at)) AS greatest,
       sum(extract(epoch FROM working_time(calendar, occurred_at, answered_at))) AS seconds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM working_time(calendar, occurred_at, answered_at)))
         AS median
FROM turns JOIN team_calendar USING (team) GROUP BY team, direction;
CREATE TEMP TABLE by_aggregate AS
SELECT team, response_agg(thread, direction, occurred_at, calendar) AS summary FROM email JOIN team_calendar
  USING (team) GROUP BY team;
SELECT count(*) AS rows, sum(h.responses) > 5000 AS many,
       count(*) FILTER (WHERE (h.responses, h.awaiting, h.oldest_awaiting_since, least, greatest) IS DISTINCT FROM
           (responses(summary, side), awaiting(summary, side), oldest_awaiting_since(summary, side),
             min_response_time(summary, side), max_response_time(summary, side))) AS different,
       count(*) FILTER (WHERE abs(extract(epoch FROM avg_response_time(summary,
         side)) - seconds / h.responses) > 0.000001) AS different_mean,
       count(*) FILTER (WHERE abs(extract(epoch FROM median_response_time(summary, side)) - median) > 0.01 * median)
         AS different_median
FROM by_hand h JOIN by_aggregate USING (team);
-- Elapsed time counts the same responses.
SELECT count(*) AS teams, count(*) FILTER (WHERE responses(summary, 'us') <> responses(elapsed, 'us')
  OR awaiting(summary, 'them') <> awaiting(elapsed, 'them')
    OR avg_response_time(summary, 'us') > avg_response_time(elapsed, 'us')) AS different
FROM by_aggregate JOIN (SELECT team, response_agg(thread, direction, occurred_at) AS elapsed FROM email GROUP BY team) e
  USING (team);

-- uuid and text threads.
SELECT response_agg(md5(thread::text)::uuid, direction, occurred_at, calendar) = response_agg(thread, direction,
  occurred_at, calendar) AS uuid_as_bigint,
       response_agg(thread::text, direction, occurred_at, calendar) = response_agg(thread, direction, occurred_at,
         calendar) AS text_as_bigint
FROM email JOIN team_calendar USING (team) WHERE team = 7;

-- One calendar per group; NULL is none; rows that are ignored need none.
SELECT response_agg(thread, direction, occurred_at, calendar) FROM email JOIN team_calendar USING (team);
SELECT response_agg(1::bigint, 'inbound', now(), NULL::working_calendar);
SELECT response_agg(1::bigint, NULL, now(), NULL::working_calendar),
  response_agg(1::bigint, 'inbound', NULL, :'mon_fri'::working_calendar);
SELECT unthreaded(response_agg(NULL::bigint, 'inbound', now(), :'mon_fri'::working_calendar));
SELECT response_agg(1::bigint, 'inbound', 'infinity', :'mon_fri'::working_calendar);

-- The summary knows how it was measured; the two kinds do not mix, nor do two calendars.
SELECT response_agg(thread, direction::activity_direction, at::timestamptz, :'mon_fri'::working_calendar) AS summary
FROM (VALUES (1::bigint, 'inbound', '2026-03-06 16:30Z'), (1, 'outbound', '2026-03-09 10:30Z')) v(thread, direction,
  at);
SELECT response_agg(thread, direction::activity_direction, at::timestamptz) AS summary
FROM (VALUES (1::bigint, 'inbound', '2026-03-06 16:30Z'), (1, 'outbound', '2026-03-09 10:30Z')) v(thread, direction,
  at);
SELECT rollup(s) FROM (SELECT summary AS s FROM by_aggregate WHERE team = 1 UNION ALL
  SELECT response_agg(thread, direction, occurred_at) FROM email) x;
SELECT rollup(summary) FROM by_aggregate;
SELECT bool_and(responses(twice, 'us') = 2 * responses(summary, 'us')) AS rollup_adds
FROM by_aggregate JOIN (SELECT team, rollup(summary) AS twice FROM (TABLE by_aggregate UNION ALL TABLE by_aggregate) x
  GROUP BY team) y USING (team);
SELECT count(*) AS summaries, count(*) FILTER (WHERE summary::text::response_summary <> summary) AS text_loses
  FROM by_aggregate;

-- Binary there and back.
CREATE TEMP TABLE stored AS SELECT * FROM team_calendar JOIN by_aggregate USING (team);
CREATE TEMP TABLE restored (LIKE stored);
\getenv abs_builddir PG_ABS_BUILDDIR
\set file :abs_builddir '/results/working_time.bin'
COPY stored TO :'file' (FORMAT binary);
COPY restored FROM :'file' (FORMAT binary);
SELECT count(*) AS rows, count(*) FILTER (WHERE s.calendar <> r.calendar OR s.summary <> r.summary) AS different
  FROM stored s JOIN restored r USING (team);
SELECT count(*) FROM (SELECT DISTINCT calendar FROM restored) d;

-- Bytes that are no calendar of this server: an unknown zone, one in other letters, a later version, cut short.
\set name :abs_builddir '/results/working_time_bytes.bin'
CREATE TEMP TABLE damaged (bytes bytea);
CREATE TEMP TABLE refused (calendar working_calendar);
INSERT INTO damaged SELECT overlay(b PLACING 'Asia/Seoux' FROM 3) FROM working_calendar_send(:'seoul') b;
COPY damaged TO :'name' (FORMAT binary);
COPY refused FROM :'name' (FORMAT binary);
UPDATE damaged SET bytes = overlay(bytes PLACING 'asia/seoul' FROM 3);
COPY damaged TO :'name' (FORMAT binary);
COPY refused FROM :'name' (FORMAT binary);
UPDATE damaged SET bytes = set_byte(overlay(bytes PLACING 'Asia/Seoul' FROM 3), 0, 3);
COPY damaged TO :'name' (FORMAT binary);
COPY refused FROM :'name' (FORMAT binary);
UPDATE damaged SET bytes = substr(set_byte(bytes, 0, 1), 1, 20);
COPY damaged TO :'name' (FORMAT binary);
COPY refused FROM :'name' (FORMAT binary);
UPDATE damaged SET bytes = working_calendar_send(:'seoul');
COPY damaged TO :'name' (FORMAT binary);
COPY refused FROM :'name' (FORMAT binary);
SELECT calendar = :'seoul'::working_calendar AS as_sent FROM refused;

-- More calendars in one query than a call site keeps, one of them with holidays enough to be stored out of line.
CREATE TEMP TABLE many AS
SELECT n, jsonb_build_object('time_zone', 'Europe/Berlin', 'open',
  jsonb_build_object('mon-fri', jsonb_build_array(format('09:%s-18:00', lpad((n % 60)::text, 2, '0')))),
    'holidays', CASE WHEN n = 1 THEN (SELECT jsonb_agg(date '1950-01-01' + (3.7 * d)::int)
      FROM generate_series(1, 20000) d) ELSE '[]' END)::working_calendar AS calendar
FROM generate_series(1, 200) n;
UPDATE many SET calendar = jsonb_set(calendar::jsonb, '{holidays}',
  to_jsonb(ARRAY[date '2026-03-02' + n]))::working_calendar WHERE n > 60;
CREATE TEMP TABLE in_turn AS SELECT n, working_time(calendar, '2026-03-02', '2026-11-02') AS worked FROM many;
SELECT count(*) AS rows, count(DISTINCT worked) > 60 AS vary,
       count(*) FILTER (WHERE working_time(calendar, '2026-03-02', '2026-11-02') <> worked) AS different
FROM (SELECT calendar, worked FROM many JOIN in_turn USING (n),
  generate_series(1, 5) ORDER BY random() OFFSET 0) shuffled;
SELECT length(working_calendar_send(calendar)) > 20000 AS long,
  jsonb_array_length(calendar::jsonb -> 'holidays') AS holidays,
       responses(response_agg(g, d, timestamptz '2026-03-02' + g * interval '1 hour', calendar), 'us') AS responses
FROM many, generate_series(1::bigint, 100) g, unnest(enum_range(NULL::activity_direction)) d WHERE n = 1
  GROUP BY calendar;

-- Workers, partitions and windows give the same bytes.
CREATE TABLE working_time_email (team int, thread bigint, direction activity_direction,
  occurred_at timestamptz) PARTITION BY HASH (team);
CREATE TABLE working_time_email_0 PARTITION OF working_time_email FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE working_time_email_1 PARTITION OF working_time_email FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO working_time_email SELECT * FROM email;
CREATE TABLE working_time_team AS SELECT * FROM team_calendar;
ANALYZE working_time_email;
ANALYZE working_time_team;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 4;
CREATE FUNCTION pg_temp.plan_has(query text, node text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line LIKE '%' || node || '%' THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
\set query 'SELECT team, response_agg(thread, direction, occurred_at, calendar) AS summary FROM working_time_email JOIN working_time_team USING (team) GROUP BY team'
SELECT pg_temp.plan_has(:'query', 'Gather') AS gathers, pg_temp.plan_has(:'query', 'Partial') AS partial;
SELECT count(*) AS teams, count(*) FILTER (WHERE a.summary <> b.summary) AS different FROM by_aggregate a
  JOIN (:query) b USING (team);
SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT format('SELECT team, relinsights.response_agg(thread, direction, occurred_at, %L::relinsights.working_calendar) '
  'AS summary FROM working_time_email GROUP BY team', :'mon_fri'::working_calendar) AS query
\gset
SELECT pg_temp.plan_has(:'query', 'Append') AS appends;
CREATE TEMP TABLE one_calendar AS SELECT team, response_agg(thread, direction, occurred_at,
  :'mon_fri'::working_calendar) AS summary FROM email GROUP BY team;
SELECT count(*) AS teams, count(*) FILTER (WHERE a.summary <> b.summary) AS different FROM one_calendar a
  JOIN (:query) b USING (team);
SELECT count(*) AS rows, count(DISTINCT team) AS teams, count(*) FILTER (WHERE w.summary <> a.summary) AS different
FROM (SELECT team, response_agg(thread, direction, occurred_at, calendar) OVER (PARTITION BY team) AS summary
      FROM email JOIN team_calendar USING (team) WHERE team < 3) w JOIN by_aggregate a USING (team);
ROLLBACK;
DROP TABLE working_time_email, working_time_team;

-- Everything has a comment.
SELECT p.oid::regprocedure FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'relinsights'::regnamespace
    AND pg_catalog.obj_description(p.oid, 'pg_proc') IS NULL AND p.oid::regprocedure::text LIKE '%working%';
