-- Faults that others have had: each case as somebody met it elsewhere, in our terms, with the right answer beside ours.
SET timezone = 'UTC';
SET search_path = public, relinsights;

-- Rows of NULLs before and after the others, and workers that get nothing else: a merged state is not lost.
CREATE TABLE sparse (g int, kind activity_kind, at timestamptz, thread bigint);
INSERT INTO sparse SELECT 1, NULL, NULL, NULL FROM generate_series(1, 50000);
INSERT INTO sparse SELECT 1, 'email', timestamptz '2026-01-01' + n * interval '1 h',
  n / 2 FROM generate_series(1, 100) n;
INSERT INTO sparse SELECT 1, NULL, NULL, NULL FROM generate_series(1, 50000);
ANALYZE sparse;
CREATE VIEW sparse_summaries AS
SELECT activities(interaction_agg(kind, 'inbound', at)) AS counted,
  unthreaded(response_agg(thread, 'inbound', at)) AS unthreaded,
    awaiting(response_agg(thread, 'inbound', at), 'us') AS awaiting,
  contacts(contact_agg(thread, kind, 'inbound', at)) AS contacts,
  activities(activity_log_agg(coalesce(thread, 0), kind, 'inbound', at, NULL, thread, NULL, NULL)) AS logged
FROM sparse;
TABLE sparse_summaries;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 4;
EXPLAIN (COSTS OFF) TABLE sparse_summaries;
TABLE sparse_summaries;
-- A group of which no worker sees a row that counts.
SELECT interaction_agg(kind, 'inbound', at) IS NULL AS interactions,
  response_agg(thread, 'inbound', at) IS NULL AS responses, timeline_agg(kind, 'inbound', at::date) IS NULL AS timeline,
  contact_agg(thread, kind, 'inbound', at) IS NULL AS contacts
FROM sparse WHERE kind IS NULL;
RESET ALL;
SET timezone = 'UTC';
SET search_path = public, relinsights;
DROP TABLE sparse CASCADE;

-- Hours that pass midnight: from 2 to 4:48 nothing is open between 17 and 1.
SELECT working_time(night, '2021-11-15 02:00', '2021-11-15 04:48') AS outside,
  working_time(night, '2021-11-15 16:00', '2021-11-16 02:00') AS night
FROM (SELECT '{"time_zone": "UTC", "open": {"mon-sun": ["17:00-24:00", "00:00-01:00"]}}'::working_calendar) c(night);
-- From Saturday 23:07:02.88 to Tuesday 02:53:20.90, open day and night from Monday to Friday: Monday is not skipped.
SELECT working_time('{"time_zone": "UTC", "open": {"mon-fri": ["00:00-24:00"]}}',
  '2019-06-08 23:07:02.882802', '2019-06-11 02:53:20.901426') AS open,
  timestamptz '2019-06-11 02:53:20.901426' - timestamptz '2019-06-10 00:00' AS expected;
-- Holidays count, one on a weekend once.
SELECT working_time('{"time_zone": "Europe/Vienna", "open": {"mon-fri": ["08:00-17:00"]}, "holidays": ["2026-12-25"]}',
  '2026-12-24 08:00+01', '2026-12-28 17:00+01') AS with_holiday,
  working_time('{"time_zone": "Asia/Kolkata", "open": {"mon-fri": ["09:00-17:00"]}, "holidays": ["2026-08-15"]}',
  '2026-08-10 00:00+05:30', '2026-08-17 00:00+05:30') AS holiday_on_saturday;
-- Written on a Sunday, answered on Monday at 8:10: ten minutes, not a day and more.
SELECT median_first_response_time(s, 'us') AS first_response FROM (
  SELECT response_agg(thread, direction::activity_direction, at,
    '{"time_zone": "Asia/Kolkata", "open": {"mon-fri": ["08:00-18:00"]}}'::working_calendar) AS s
  FROM (VALUES (1, 'inbound', timestamptz '2024-12-08 12:48+05:30'),
               (1, 'outbound', '2024-12-09 08:10+05:30')) m(thread, direction, at)) r;

-- A clock that is wrong: a reply stamped before what it answers is no answer, and no time is negative.
SELECT responses(s, 'us') AS ours, awaiting(s, 'us') AS awaiting_us, min_response_time(s, 'them') AS theirs FROM (
  SELECT response_agg(1, direction::activity_direction, at) AS s
  FROM (VALUES ('inbound', timestamptz '2018-10-17 18:10'), ('outbound', '2018-10-17 17:15')) m(direction, at)) r;

-- The day on which clocks go back has 25 hours, and is one day.
SELECT sum(emails_sent) AS sent, count(*) AS days, max(emails_sent) AS on_that_day
FROM timeline((
  SELECT timeline_agg('email', 'outbound', (at AT TIME ZONE 'Europe/Paris')::date)
  FROM generate_series(timestamptz '2025-10-25 22:00Z', '2025-10-27 23:00Z', '1 h') at), '2025-10-27', 3);

-- The last interaction is the latest, in whatever order activities are completed, and of all that belong to the
-- account.
SELECT last_interaction_at(rollup(s)) FROM (
  SELECT interaction_agg('meeting', 'outbound', at) AS s
  FROM (VALUES (1, timestamptz '2021-11-20 10:00'), (2, '2021-11-25 10:00'), (1, '2021-11-01 10:00')) m(record, at)
  GROUP BY record) r;
