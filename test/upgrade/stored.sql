-- Values of every type as a release stores them, and what it reads out of them. Run once, on a server with that release:
--   psql -X -q -f test/upgrade/stored.sql > test/upgrade/stored-0.1.0.tsv
-- The columns: type, which value, text form, binary form (hex), reading() of reading.sql. test/t/050_upgrade.pl holds later
-- versions to it.
SET search_path = public, relinsights; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres';
\ir reading.sql
SET client_min_messages = warning;
SELECT setseed(0.1) \g /dev/null
CREATE TEMP TABLE rows AS
SELECT n, (ARRAY['email', 'email', 'meeting', 'phone_call', 'task', 'other'])[1 + floor(random() * 6)::int]::activity_kind AS kind,
  (ARRAY['inbound', 'outbound'])[1 + floor(random() * 2)::int]::activity_direction AS direction,
  timestamptz '2026-01-05 08:00+00' + random() * interval '50 days' AS at,
  floor(random() * 5000) * interval '1 s' AS duration, floor(random() * 5)::int AS team,
  floor(random() * 40)::int AS thread, random() * 2 - 1 AS sentiment, floor(random() * 9)::int AS party,
  floor(random() * 4)::int AS events
FROM generate_series(1, 1200) n;
CREATE TEMP TABLE stored (type text, label text, value text, bytes bytea);

CREATE TEMP TABLE calendars AS SELECT * FROM (VALUES
  ('office', '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-12:00", "13:00-18:00"], "tue": ["09:00-18:00"], "wed": ["09:00-18:00"], "thu": ["09:00-18:00"], "fri": ["09:00-17:30"]}, "holidays": ["2026-01-01", "2026-02-16", "2026-02-17"]}'),
  ('always', '{"time_zone": "UTC", "open": {"mon": ["00:00-24:00"], "tue": ["00:00-24:00"], "wed": ["00:00-24:00"], "thu": ["00:00-24:00"], "fri": ["00:00-24:00"], "sat": ["00:00-24:00"], "sun": ["00:00-24:00"]}}'),
  ('summer time', '{"time_zone": "Europe/Berlin", "open": {"sun": ["01:00-04:00"], "mon": ["08:00-17:00"]}}')) v(label, value);
INSERT INTO stored SELECT 'working_calendar', label, (value::working_calendar)::text, working_calendar_send(value::working_calendar) FROM calendars;

-- one value per number of activities, n rows each
CREATE TEMP VIEW grouped AS SELECT g.of, r.* FROM (VALUES (1), (2), (5), (70), (1200)) g(of) JOIN rows r ON r.n <= g.of;
INSERT INTO stored SELECT 'interaction_summary', format('%s rows', of), v::text, interaction_summary_send(v)
FROM (SELECT of, interaction_agg(kind, direction, at, duration, team) AS v FROM grouped GROUP BY of) s;
INSERT INTO stored SELECT 'response_summary', format('%s rows', of), v::text, response_summary_send(v)
FROM (SELECT of, response_agg(nullif(thread, 0)::bigint, direction, at) AS v FROM grouped GROUP BY of) s;
INSERT INTO stored SELECT 'response_summary', format('text threads, %s', label), v::text, response_summary_send(v)
FROM (SELECT c.label, response_agg('t' || thread, direction, at, c.value::working_calendar) AS v FROM rows, calendars c GROUP BY c.label) s;
INSERT INTO stored SELECT 'activity_timeline', format('%s rows', of), v::text, activity_timeline_send(v)
FROM (SELECT of, timeline_agg(kind, direction, at::date, sentiment) AS v FROM grouped GROUP BY of) s;
INSERT INTO stored SELECT 'activity_timeline', 'old days, no sentiment', v::text, activity_timeline_send(v)
FROM (SELECT timeline_agg(kind, direction, at::date - n * 300) AS v FROM rows WHERE n <= 100) s;
INSERT INTO stored SELECT 'contact_summary', format('%s rows', of), v::text, contact_summary_send(v)
FROM (SELECT of, contact_agg(party::bigint, kind, direction, at) AS v FROM grouped GROUP BY of) s;
INSERT INTO stored SELECT 'contact_summary', 'text', v::text, contact_summary_send(v)
FROM (SELECT contact_agg(CASE party WHEN 1 THEN 'Jörg "the bear"' WHEN 2 THEN '김민준' WHEN 3 THEN '' ELSE 'p' || party END, kind, direction, at) AS v FROM rows) s;
INSERT INTO stored SELECT 'contact_summary', 'uuid', v::text, contact_summary_send(v)
FROM (SELECT contact_agg(md5(party::text)::uuid, kind, direction, at) AS v FROM rows) s;
INSERT INTO stored SELECT 'contact_summary', 'text[]', v::text, contact_summary_send(v)
FROM (SELECT contact_agg(ARRAY['a' || party, 'b' || team], kind, direction, at) AS v FROM rows) s;
INSERT INTO stored SELECT 'engagement_summary', format('%s rows', of), v::text, engagement_summary_send(v)
FROM (SELECT of, engagement_agg(nullif(events, 1), team, party % 2, events / 2) AS v FROM grouped GROUP BY of) s;
INSERT INTO stored SELECT 'deal_profile', label, v::text, deal_profile_send(v)
FROM (
  SELECT label, deal_agg(id, won, CASE WHEN n % 7 > 0 THEN at END, attributes) AS v
  FROM (SELECT r.n, r.at, l.label, l.label || r.n AS id, r.sentiment > 0 AS won,
          CASE WHEN r.n % 11 > 0 THEN jsonb_strip_nulls(jsonb_build_object('region', (ARRAY['north', 'south', NULL, 'Öst "x"'])[1 + r.party % 4],
            'size', round((r.sentiment * 50 + 60)::numeric, r.events), 'new', r.team = 1, 'mixed', CASE WHEN r.team = 2 THEN to_jsonb(1) ELSE to_jsonb('one'::text) END)) END AS attributes
        FROM rows r JOIN (VALUES ('one deal ', 1), ('few deals ', 40), ('learned ', 90)) l(label, deals) ON r.n <= l.deals) d
  GROUP BY label) s;
INSERT INTO stored SELECT 'deal_profile', 'bigint ids', v::text, deal_profile_send(v)
FROM (SELECT deal_agg(n::bigint, sentiment > 0, at, jsonb_build_object('size', team)) AS v FROM rows WHERE n <= 20) s;
INSERT INTO stored SELECT 'deal_profile', 'uuid ids', v::text, deal_profile_send(v)
FROM (SELECT deal_agg(md5(n::text)::uuid, sentiment > 0, at, NULL) AS v FROM rows WHERE n <= 10) s;

COPY (SELECT type, label, value, encode(bytes, 'hex'), testing.reading(type, value) FROM stored ORDER BY type COLLATE "C", label COLLATE "C") TO STDOUT;
