-- relationship_health (SPEC 3.7), against the formula in plain SQL.
SET search_path = public, relinsights;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 0;
\pset null '(null)'
\set SHOW_CONTEXT never
CREATE SCHEMA health_test;
SET search_path = health_test, public, relinsights;

-- One e-mail each way today; then silence. Half of it is forgotten every 1.5 x 7 days.
CREATE VIEW two AS SELECT timeline_agg(kind::activity_kind, direction::activity_direction, day) AS timeline
FROM (VALUES ('email', 'outbound', '2026-03-02'::date), ('email', 'inbound', '2026-03-02')) AS v (kind, direction, day);
SELECT day::date, h.* FROM two, generate_series('2026-03-01'::timestamp, '2026-03-31', '5 days') AS day,
  relationship_health(timeline, day::date) AS h;
-- A person recomputes the score from the parts.
SELECT count(*), count(*) FILTER (WHERE score = floor(100 * activity * engagement + 0.5)) AS recomputed
FROM two, generate_series('2026-03-02'::timestamp, '2027-03-02', '1 day') AS day,
  relationship_health(timeline, day::date);

-- The same contact for each expected frequency, 9 days later.
SELECT frequency, h.score, h.grade, h.trend, round(h.recency::numeric, 4) AS recency
FROM two, unnest(ARRAY['daily', 'few_days', 'weekly', 'biweekly', 'monthly']) AS frequency,
  relationship_health(timeline, '2026-03-11', frequency) AS h;

CREATE FUNCTION contact(direction text, every int, times int, sentiment float8 DEFAULT NULL, kind text DEFAULT 'email')
  RETURNS activity_timeline
BEGIN ATOMIC
    SELECT timeline_agg(kind::activity_kind, direction::activity_direction, '2026-03-02'::date - i * every, sentiment)
      FROM generate_series(0, times - 1) AS i;
END;
-- Inbound only, outbound only, both; -1 everywhere stays above 0, with the lowest weights too.
SELECT h.* FROM relationship_health(contact('inbound', 7, 52), '2026-03-02') AS h;
SELECT h.* FROM relationship_health(contact('outbound', 7, 52), '2026-03-02') AS h;
SELECT h.* FROM (SELECT rollup(t) FROM unnest(ARRAY[contact('inbound', 14, 26), contact('outbound', 14, 26)]) AS t)
  AS r (t), relationship_health(t, '2026-03-02') AS h;
SELECT h.* FROM relationship_health(contact('inbound', 7, 52, -1), '2026-03-02') AS h;
SELECT h.* FROM relationship_health(contact('inbound', 7, 52, -1), '2026-03-02', weights => (3, 3, 3, 3, 3)) AS h;
SELECT h.* FROM relationship_health(contact('inbound', 7, 52, 1), '2026-03-02', weights => (9, 3, 3, 3, 3)) AS h;

-- Not enough: no timeline, no activity yet, one activity; a second one later does not matter.
SELECT h.* FROM relationship_health(NULL, '2026-03-02') AS h;
SELECT h.* FROM two, relationship_health(timeline, '2026-03-01') AS h;
SELECT h.* FROM relationship_health(contact('inbound', 7, 1), '2026-03-02') AS h;
SELECT h.state FROM relationship_health(contact('inbound', 7, 2), '2026-03-01') AS h;
SELECT h.state FROM relationship_health(contact('inbound', 7, 2), '2026-03-02') AS h;
SELECT a = b AS later_ignored FROM relationship_health(contact('inbound', 7, 10), '2026-02-20') AS a,
    relationship_health((SELECT rollup(t) FROM unnest(ARRAY[contact('inbound', 7, 10), contact('inbound', 1, 5)]) AS t),
      '2026-02-20') AS b;
-- All too long ago for a double.
SELECT h.* FROM two, relationship_health(timeline, '9999-12-31', 'daily') AS h;
-- No day: NULL.
SELECT h.* FROM two, relationship_health(timeline, NULL) AS h;
SELECT relationship_health(timeline, '2026-03-02') FROM two;

-- Thresholds are settings; the grade is that of the rounded score.
SELECT good, fair, h.score, h.grade FROM two, (VALUES (67, 40), (68, 67), (100, 68), (68, 0), (1, 0)) AS t (good, fair),
    relationship_health(timeline, '2026-03-02', good => t.good, fair => t.fair) AS h;

-- Errors
SELECT relationship_health(timeline, '2026-03-02', weights => (2, 6, 6, 6, 6)) FROM two;
SELECT relationship_health(timeline, '2026-03-02', weights => (6, 10, 6, 6, 6)) FROM two;
SELECT relationship_health(timeline, '2026-03-02', weights => (6, 6, 0, 6, 6)) FROM two;
SELECT relationship_health(timeline, '2026-03-02', weights => (6, 6, 6, -6, 6)) FROM two;
SELECT relationship_health(timeline, '2026-03-02', weights => (6, 6, 6, 6, NULL)) FROM two;
SELECT relationship_health(timeline, '2026-03-02', weights => NULL) FROM two;
SELECT relationship_health(timeline, '2026-03-02', 'fortnightly') FROM two;
SELECT relationship_health(timeline, '2026-03-02', 'Weekly') FROM two;
SELECT relationship_health(timeline, '2026-03-02', repeat('매주', 200)) FROM two;
SELECT relationship_health(timeline, '2026-03-02', NULL) FROM two;
SELECT relationship_health(timeline, '2026-03-02', good => 40, fair => 40) FROM two;
SELECT relationship_health(timeline, '2026-03-02', good => 40, fair => 60) FROM two;
SELECT relationship_health(timeline, '2026-03-02', good => 101) FROM two;
SELECT relationship_health(timeline, '2026-03-02', fair => -1) FROM two;
SELECT relationship_health(timeline, '2026-03-02', good => NULL) FROM two;
SELECT relationship_health(timeline, 'infinity') FROM two;
SELECT relationship_health(NULL, '-infinity');
-- Settings are checked where there is no timeline, too.
SELECT relationship_health(NULL, '2026-03-02', 'yearly');

-- Random timelines, days and settings, against the formula in plain SQL.
CREATE FUNCTION draw(seed int, purpose int, n int) RETURNS int
RETURN ((hashint4extended(seed, purpose) & 9223372036854775807) % n)::int;
CREATE TABLE activities AS
SELECT i % 150 AS record, (ARRAY['email', 'meeting', 'phone_call', 'task', 'other'])[1 + draw(i, 1, 5)]::activity_kind
  AS kind,
       -- Some records hardly ever answer.
       (CASE WHEN draw(i, 16, 9) = 0 THEN NULL WHEN draw(i, 2, 10) < i % 150 % 8 THEN 'inbound'
         ELSE 'outbound' END)::activity_direction AS direction,
       '2025-06-01'::date + draw(i % 150, 3, 100) + draw(i, 3, 40 + i % 150 * 2) AS day,
       CASE WHEN draw(i, 4, 3) > 0 THEN (draw(i, 5, 20001) - 10000) / 10000.0::float8 END AS sentiment
FROM generate_series(1, 4000) AS i WHERE i % 150 % 20 <> 0 OR i < 200;
CREATE TABLE cases AS
SELECT c AS number, c % 150 AS record, '2025-06-01'::date + draw(c, 6, 400) AS as_of,
       (ARRAY['daily', 'few_days', 'weekly', 'biweekly', 'monthly'])[1 + draw(c, 7, 5)] AS frequency,
       3 + draw(c, 8, 7) AS email, 3 + draw(c, 9, 7) AS meeting, 3 + draw(c, 10, 7) AS phone_call,
         3 + draw(c, 11, 7) AS task, 3 + draw(c, 12, 7) AS other,
       50 + draw(c, 13, 40) AS good, 10 + draw(c, 14, 40) AS fair
FROM generate_series(1, 3000) AS c;
CREATE TEMP TABLE actual AS
SELECT number, score, grade, trend, state, round(activity::numeric, 9) AS activity,
  round(recency::numeric, 9) AS recency, round(engagement::numeric, 9) AS engagement
FROM cases AS c LEFT JOIN (SELECT record, timeline_agg(kind, direction, day, sentiment) AS timeline FROM activities
  GROUP BY record) AS t USING (record),
     relationship_health(timeline, as_of, frequency, (email, meeting, phone_call, task, other), good, fair);
CREATE TEMP TABLE expected AS
WITH gaps (frequency, g) AS (VALUES ('daily', 1::float8), ('few_days', 3), ('weekly', 7), ('biweekly', 14),
  ('monthly', 30)),
felt AS (
    SELECT c.number, back, g, c.as_of, a.day, a.direction, a.sentiment,
      power(2, -(c.as_of - back - a.day) / (1.5 * g)) AS remembered,
           CASE a.kind WHEN 'email' THEN email WHEN 'meeting' THEN meeting WHEN 'phone_call' THEN phone_call WHEN 'task'
             THEN task ELSE other END / 6.0::float8 AS weight
    FROM cases AS c JOIN gaps USING (frequency)
    CROSS JOIN LATERAL (VALUES (0), (greatest(4 * g, 14)::int)) AS b (back)
    LEFT JOIN activities AS a ON a.record = c.record AND a.day <= c.as_of - back),
sums AS (
    SELECT number, back, g, as_of, count(day) AS n, max(day) AS last,
      greatest(0, sum(remembered * (weight + 0.2 * coalesce(sentiment, 0)))) AS s,
           sum(remembered * weight) AS s_all, coalesce(sum(remembered * weight * CASE direction WHEN 'inbound' THEN 1
             WHEN 'outbound' THEN 0 ELSE 0.5 END), 0) AS s_in
    FROM felt GROUP BY number, back, g, as_of),
parts AS (SELECT *, s / (s + 1) AS a, 0.55 + 0.45 * least(1, 2 * s_in / s_all) AS e FROM sums),
scores AS (SELECT *, round((100 * a * e)::numeric, 9) AS score FROM parts)
SELECT c.number, floor(a.score + 0.5)::int AS score,
       CASE WHEN floor(a.score + 0.5) >= good THEN 'good' WHEN floor(a.score + 0.5) >= fair THEN 'fair' ELSE 'poor' END
         AS grade,
       CASE WHEN b.n < 2 THEN 'new' WHEN a.score - b.score >= 5 THEN 'improving' WHEN a.score - b.score <= -5
         THEN 'declining' ELSE 'steady' END AS trend,
       'ok' AS state, round(a.a::numeric, 9) AS activity,
       round(power(2, -(a.as_of - a.last) / (1.5 * a.g))::numeric, 9) AS recency, round(a.e::numeric, 9) AS engagement
FROM cases AS c JOIN scores AS a ON a.number = c.number AND a.back = 0 AND a.n >= 2 JOIN scores AS b
  ON b.number = c.number AND b.back > 0
UNION ALL
SELECT number, NULL, NULL, NULL, 'not_enough_info', NULL, NULL, NULL FROM sums WHERE back = 0 AND n < 2;
SELECT (SELECT count(*) FROM actual) AS cases, (SELECT count(*) FROM (TABLE actual EXCEPT ALL TABLE expected) AS d)
  AS only_actual,
       (SELECT count(*) FROM (TABLE expected EXCEPT ALL TABLE actual) AS d) AS only_expected;
SELECT state, grade, count(*) > 50 AS many, count(DISTINCT trend) AS trends,
  count(DISTINCT score) > 5 AS scores FROM actual GROUP BY state, grade ORDER BY state, grade;

-- The history of health is one generate_series away.
SELECT week::date, h.score, h.grade, h.trend
FROM (SELECT timeline_agg(kind, direction, day, sentiment) AS timeline FROM activities WHERE record = 7) AS t,
     generate_series('2025-09-01'::timestamp, '2025-12-01', '14 days') AS week,
       relationship_health(timeline, week::date) AS h;

-- How often contact is to be expected, learned: the median gap of each type's records against plain SQL, and the label.
CREATE TABLE kept (record_type text, record_id bigint, day date);
INSERT INTO kept
SELECT r.record_type, r.n, '2026-03-02'::date - (i * r.gap * (0.5 + draw(r.n * 7 + i, 14, 100) / 100.0))::int
FROM (SELECT t.record_type, n, t.gap FROM (VALUES ('account', 2, 12), ('contact', 40, 9), ('opportunity', 5, 60))
  AS t (record_type, gap, records),
      generate_series(1, t.records) AS n) AS r, generate_series(0, draw(r.n, 15, 12)) AS i;
WITH timelines AS (SELECT record_type, timeline_agg('email', 'inbound', day) AS timeline FROM kept GROUP BY record_type,
  record_id),
actual AS (
    SELECT record_type, count(gap) AS records, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median
    FROM (SELECT record_type, relinsights._usual_gap(timeline, '2026-03-02') AS gap FROM timelines) AS g
      GROUP BY record_type),
by_hand AS (
    SELECT record_type, count(*) AS records,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY (last - first)::float8 / (days - 1)) AS median
    FROM (SELECT record_type, min(day) AS first, max(day) AS last, count(DISTINCT day) AS days FROM kept
          WHERE day > '2026-03-02'::date - 365 AND day <= '2026-03-02' GROUP BY record_type,
            record_id HAVING count(DISTINCT day) >= 5) AS g
    GROUP BY record_type)
SELECT record_type, records, median = by_hand.median AS same, relinsights._learned_frequency(median, records) AS learned
FROM actual FULL JOIN by_hand USING (record_type, records, median) ORDER BY 1;
SELECT gap, relinsights._learned_frequency(gap, 10), relinsights._learned_frequency(gap, 9) AS of_too_few
  FROM unnest('{1,1.7,1.8,4.5,4.6,9.8,9.9,20,21,400,NULL}'::float8[]) AS gap;
SELECT relinsights._learned_frequency(0, 10);
SELECT relinsights._usual_gap(timeline, 'infinity') FROM two;

-- In a model it is learned at each refresh and used where the setting is auto.
CREATE TABLE mails AS SELECT row_number() OVER () AS activity_id, 'email' AS kind,
  CASE i % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END AS direction,
    now() - make_interval(days => i * 3) AS occurred_at, 'lead' AS regarding_type, n::bigint AS regarding_id
FROM generate_series(1, 10) AS n, generate_series(0, 9) AS i;
INSERT INTO mails SELECT 1000 + n, 'email', 'inbound', now(), 'contact', n FROM generate_series(1, 12) AS n;
SELECT create_model('kept_model', 'mails', time_zone => 'UTC');
SELECT * FROM kept_model.health_frequency;
CALL refresh('kept_model');
SELECT * FROM kept_model.health_frequency ORDER BY 1;
SELECT record_type, frequency, state, score, trend, count(*) FROM kept_model.relationship_health GROUP BY 1, 2, 3, 4,
  5 ORDER BY 1;
CREATE TEMP TABLE before AS SELECT record_type, xmin::text AS version FROM kept_model.health_frequency;
CALL refresh('kept_model');
SELECT record_type, f.xmin::text = version AS kept FROM kept_model.health_frequency f JOIN before USING (record_type)
  ORDER BY 1;
SELECT alter_model('kept_model', health_frequency => 'monthly');
SELECT record_type, frequency, count(*) FROM kept_model.relationship_health GROUP BY 1, 2 ORDER BY 1;
SELECT alter_model('kept_model', health_frequency => 'often');
SET client_min_messages = warning;
SELECT drop_model('kept_model');
DROP SCHEMA health_test CASCADE;
