-- The aggregates against the floor (count(*) by record over the same rows) and against hand-written SQL for the same KPIs.
-- rows: number of activities (psql -v rows=10000000); runs: interleaved runs of each query, of which medians are shown.
\if :{?rows} \else \set rows 1000000 \endif
\if :{?runs} \else \set runs 5 \endif
\pset footer off
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET enable_indexonlyscan = off;
SET work_mem = '4GB';
SET hash_mem_multiplier = 1;
SET search_path = public, relinsights;

-- Skewed like life: activities over rows/100 records by Zipf (s = 0.75), two years in working hours and roughly in order of
-- time, 75 % e-mail in threads of geometric length with log-normal delays, 15 % calls, 10 % meetings.
\echo making :rows activities
CREATE FUNCTION uniform(i bigint, what int) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(i, what) & 9007199254740991) + 0.5) / 9007199254740992.0;
CREATE UNLOGGED TABLE drawn AS
SELECT i AS activity_id, 1 + floor(:rows / 100 * power(uniform(t, 1), 4))::bigint AS record_id, t AS thread_id,
       CASE WHEN uniform(t, 2) < 0.75 THEN 'email' WHEN uniform(t, 2) < 0.9 THEN 'phone_call' ELSE 'meeting' END::activity_kind AS kind,
       CASE WHEN (uniform(t, 3) < 0.55) <> (n % 2 = 1) THEN 'outbound' ELSE 'inbound' END::activity_direction AS direction,
       timestamptz '2024-06-03 09:00+00' + make_interval(days => 7 * (w / 5) + w % 5, secs => 28800 * uniform(t, 4) + n * 14400 * exp(1.5 * (uniform(i, 5) + uniform(i, 6) + uniform(i, 7) - 1.5))) AS occurred_at,
       uniform(i, 8) AS who
FROM (SELECT i, coalesce(max(i) FILTER (WHERE starts) OVER (ORDER BY i), 1) AS t,
             i - coalesce(max(i) FILTER (WHERE starts) OVER (ORDER BY i), 1) AS n
      FROM (SELECT i, uniform(i, 0) < 0.35 AS starts FROM generate_series(1, :rows::bigint) i) x) y
CROSS JOIN LATERAL (SELECT (t::double precision / :rows * 520)::int) z(w);
CREATE UNLOGGED TABLE activity AS
SELECT activity_id, record_id, record_id * 8 + floor(6 * who * who)::int AS contact_id, kind, direction, occurred_at,
       CASE WHEN kind <> 'email' THEN make_interval(mins => 10 + (50 * who)::int) END AS duration,
       CASE WHEN kind = 'email' THEN thread_id END AS thread_id, occurred_at::date AS day
FROM drawn ORDER BY occurred_at;
CREATE UNLOGGED TABLE clustered AS TABLE activity ORDER BY record_id, occurred_at;
VACUUM ANALYZE activity;
VACUUM ANALYZE clustered;

-- The best hand-written SQL for the same KPIs: counts, time spent, first and last, mean response times and rates of both
-- sides, six series of 60 days, three top contacts.
CREATE FUNCTION by_hand(from_table text) RETURNS text LANGUAGE sql AS $$ SELECT format($sql$
WITH base AS (
  SELECT record_id, count(*) FILTER (WHERE kind = 'email' AND direction = 'outbound') AS sent,
    count(*) FILTER (WHERE kind = 'email' AND direction = 'inbound') AS received,
    count(*) FILTER (WHERE kind = 'meeting' AND direction = 'outbound') AS meetings_sent,
    count(*) FILTER (WHERE kind = 'meeting' AND direction = 'inbound') AS meetings_received,
    count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'outbound') AS calls_made,
    count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'inbound') AS calls_received,
    coalesce(sum(duration) FILTER (WHERE kind IN ('meeting', 'phone_call')), '0') AS face_time,
    min(occurred_at) AS first_at, max(occurred_at) AS last_at
  FROM %1$I GROUP BY record_id),
turns AS (
  SELECT record_id, thread_id, direction, occurred_at
  FROM (SELECT record_id, thread_id, direction, occurred_at, lag(direction) OVER (PARTITION BY record_id, thread_id ORDER BY occurred_at, direction) AS before
        FROM %1$I WHERE kind = 'email') x WHERE before IS DISTINCT FROM direction),
answers AS (
  SELECT record_id, direction, lead(occurred_at) OVER (PARTITION BY record_id, thread_id ORDER BY occurred_at, direction) - occurred_at AS after FROM turns),
responses AS (
  SELECT record_id, count(after) FILTER (WHERE direction = 'inbound') AS by_us, avg(after) FILTER (WHERE direction = 'inbound') AS mean_us,
    count(*) FILTER (WHERE direction = 'inbound' AND after IS NULL) AS awaiting_us,
    count(after) FILTER (WHERE direction = 'outbound') AS by_them, avg(after) FILTER (WHERE direction = 'outbound') AS mean_them,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY after) FILTER (WHERE direction = 'inbound') AS median_us,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY after) FILTER (WHERE direction = 'outbound') AS median_them
  FROM answers GROUP BY record_id),
days AS (
  SELECT record_id, array_agg(day) AS days, array_agg(n) AS counts
  FROM (SELECT record_id, day, kind, direction, count(*) AS n FROM %1$I WHERE day > date '2026-06-01' - 60 GROUP BY 1, 2, 3, 4) x GROUP BY record_id),
top AS (
  SELECT record_id, array_agg(contact_id ORDER BY place) AS contacts
  FROM (SELECT record_id, contact_id, row_number() OVER (PARTITION BY record_id ORDER BY n DESC, last_at DESC, contact_id::text COLLATE "C") AS place
        FROM (SELECT record_id, contact_id, count(*) AS n, max(occurred_at) AS last_at FROM %1$I GROUP BY 1, 2) a) b
  WHERE place <= 3 GROUP BY record_id)
SELECT base.*, coalesce(by_us, 0) AS by_us, coalesce(by_them, 0) AS by_them, coalesce(awaiting_us, 0) AS awaiting_us, mean_us, mean_them,
       median_us, median_them, days, counts, contacts
FROM base LEFT JOIN responses USING (record_id) LEFT JOIN days USING (record_id) LEFT JOIN top USING (record_id)$sql$, from_table) $$;

CREATE FUNCTION four(from_table text) RETURNS text LANGUAGE sql AS $$ SELECT format(
  'SELECT record_id, interaction_agg(kind, direction, occurred_at, duration) AS i,
     response_agg(thread_id, direction, occurred_at) FILTER (WHERE kind = ''email'') AS r,
     timeline_agg(kind, direction, day) AS t, contact_agg(contact_id, kind, direction, occurred_at) AS c
   FROM %I GROUP BY record_id', from_table) $$;

\echo comparing the results of both before anything is timed
SELECT format($sql$
  CREATE TABLE difference AS
  WITH ours AS (
    SELECT record_id, emails_sent(i), emails_received(i), meetings_sent(i), meetings_received(i), phone_calls_made(i), phone_calls_received(i),
           face_time(i), first_interaction_at(i), last_interaction_at(i), coalesce(responses(r, 'us'), 0) AS by_us, coalesce(responses(r, 'them'), 0) AS by_them,
           coalesce(awaiting(r, 'us'), 0) AS awaiting_us,
           (SELECT array_agg(party::bigint ORDER BY rank) FROM top_contacts(c)) AS contacts
    FROM (%s) x),
  theirs AS (
    SELECT record_id, sent, received, meetings_sent, meetings_received, calls_made, calls_received, face_time, first_at, last_at, by_us, by_them,
           awaiting_us, contacts FROM (%s) y)
  (TABLE ours EXCEPT ALL TABLE theirs) UNION ALL (TABLE theirs EXCEPT ALL TABLE ours)$sql$, four('activity'), by_hand('activity')) \gexec
-- Means of intervals are rounded differently: they may differ by a microsecond.
SELECT format($sql$INSERT INTO difference (record_id)
  SELECT record_id FROM (%s) x JOIN (%s) y USING (record_id)
  WHERE abs(extract(epoch FROM avg_response_time(r, 'us') - mean_us)) > 0.000001
     OR (avg_response_time(r, 'us') IS NULL) <> (mean_us IS NULL)$sql$, four('activity'), by_hand('activity')) \gexec
SELECT (SELECT count(*) FROM activity) AS activities, (SELECT count(DISTINCT record_id) FROM activity) AS records,
       (SELECT count(*) FROM difference) AS different;

CREATE TABLE query (place int, name text, sql text);
INSERT INTO query VALUES
  (0, 'floor: count(*) by record', 'SELECT count(n) FROM (SELECT record_id, count(*) AS n FROM activity GROUP BY 1 OFFSET 0) x'),
  (1, 'interaction_agg', 'SELECT count(s) FROM (SELECT record_id, interaction_agg(kind, direction, occurred_at, duration) AS s FROM activity GROUP BY 1) x'),
  (2, 'response_agg', 'SELECT count(s) FROM (SELECT record_id, response_agg(thread_id, direction, occurred_at) FILTER (WHERE kind = ''email'') AS s FROM activity GROUP BY 1) x'),
  (3, 'timeline_agg', 'SELECT count(s) FROM (SELECT record_id, timeline_agg(kind, direction, day) AS s FROM activity GROUP BY 1) x'),
  (4, 'contact_agg', 'SELECT count(s) FROM (SELECT record_id, contact_agg(contact_id, kind, direction, occurred_at) AS s FROM activity GROUP BY 1) x'),
  (5, 'all four in one GROUP BY', format('SELECT count(i), count(r), count(t), count(c) FROM (%s) x', four('activity'))),
  (6, 'all four, table clustered by record', format('SELECT count(i), count(r), count(t), count(c) FROM (%s) x', four('clustered'))),
  (7, 'hand-written SQL', format('SELECT count(sent), count(mean_us), count(counts), count(contacts) FROM (%s) x', by_hand('activity')));
CREATE TABLE timing (run int, place int, ms double precision);
SELECT set_config('bench.runs', :'runs', false) \g /dev/null
\echo timing
DO $$
DECLARE q record; start timestamptz; ignored record;
BEGIN
  FOR run IN 0 .. current_setting('bench.runs')::int LOOP  -- run 0 warms up
    FOR q IN SELECT * FROM query ORDER BY place LOOP
      start := clock_timestamp();
      EXECUTE q.sql INTO ignored;
      INSERT INTO timing VALUES (run, q.place, 1000 * extract(epoch FROM clock_timestamp() - start));
    END LOOP;
  END LOOP;
END $$;
SELECT name AS query, round(m.ms::numeric) AS "median ms", round((m.ms / f.ms)::numeric, 2) AS "x floor",
       round(m.low::numeric) || ' - ' || round(m.high::numeric) AS "least - most ms"
FROM query JOIN (SELECT place, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms, min(ms) AS low, max(ms) AS high FROM timing WHERE run > 0 GROUP BY place) m USING (place)
CROSS JOIN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms FROM timing WHERE run > 0 AND place = 0) f ORDER BY place;
