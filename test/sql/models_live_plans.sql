-- Live KPIs keep plans from call to call: what they read, and with whose rights, is that of each call.
SET search_path = public, relinsights; SET timezone = 'UTC';
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA planned;
CREATE TABLE planned.activities (activity_id int PRIMARY KEY, kind text, direction text, occurred_at timestamptz,
  status text DEFAULT 'completed', regarding_type text, regarding_id int, seen_by text);
INSERT INTO planned.activities
SELECT n, (ARRAY['email', 'meeting', 'task'])[1 + n % 3], (ARRAY['inbound', 'outbound'])[1 + n % 2],
  timestamptz '2024-01-01 00:00Z' + n * interval '7 hours', 'completed', 'account', 1 + n % 3,
  (ARRAY['planned_ann', 'planned_bo', 'both'])[1 + n % 7 % 3]
FROM generate_series(1, 400) n;
CREATE TABLE planned.participants (activity_id int, side text, party_id text, role text);
INSERT INTO planned.participants SELECT activity_id, 'them', 'c' || activity_id % 11, 'to' FROM planned.activities;
CREATE TABLE planned.records (record_type text, record_id int, name text);
INSERT INTO planned.records SELECT 'account', n, 'account ' || n FROM generate_series(1, 3) n;
CREATE TABLE planned.record_parties (record_type text, record_id int, side text, party_id text, role text);
SELECT create_model('planned_model', 'planned.activities', 'planned.participants', 'planned.records',
  'planned.record_parties', time_zone => 'UTC');

CREATE ROLE planned_ann; CREATE ROLE planned_bo; CREATE ROLE planned_none;
ALTER TABLE planned.activities ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON planned.activities USING (seen_by IN (current_user, 'both'));
GRANT USAGE ON SCHEMA planned, planned_model TO planned_ann, planned_bo, planned_none;
GRANT SELECT ON ALL TABLES IN SCHEMA planned TO planned_ann, planned_bo;

-- What a live call counts beside what the caller sees by plain SQL; no rows: all are equal.
CREATE FUNCTION planned.differences() RETURNS TABLE (who text, record_id int, live bigint, seen bigint)
LANGUAGE sql AS $$
  SELECT current_user::text, r.record_id, k.activities, s.seen
  FROM planned.records r
  LEFT JOIN LATERAL relinsights.record_kpi('planned_model', 'account', r.record_id::bigint) k ON true
  CROSS JOIN LATERAL (SELECT count(*) AS seen FROM planned.activities a WHERE a.regarding_id = r.record_id) s
  WHERE k.activities IS DISTINCT FROM s.seen $$;

-- Roles take turns in one session; each sees another number of activities.
DO $$
DECLARE
  seen bigint[] := '{}';
  who text;
  d record;
BEGIN
  FOR turn IN 1 .. 12 LOOP
    who := (ARRAY['planned_ann', 'planned_bo', 'postgres'])[1 + turn % 3];
    EXECUTE format('SET LOCAL ROLE %I', who);
    SELECT * INTO d FROM planned.differences();
    IF FOUND THEN RAISE 'turn % as %: live % of record %, by SQL %', turn, d.who, d.live, d.record_id, d.seen; END IF;
    seen := seen || (SELECT count(*) FROM planned.activities);
    RESET ROLE;
  END LOOP;
  IF (SELECT count(DISTINCT n) FROM unnest(seen) n) <> 3 THEN RAISE 'the roles see the same'; END IF;
END $$;

-- The same caller, row-level security turned off and on again.
SET ROLE planned_ann;
SELECT count(*) FROM planned.differences();
RESET ROLE;
ALTER TABLE planned.activities DISABLE ROW LEVEL SECURITY;
SET ROLE planned_ann;
SELECT activities FROM record_kpi('planned_model', 'account', '1');
SELECT count(*) FROM planned.differences();
RESET ROLE;

-- A right that is taken away, or was never there.
SET ROLE planned_none;
SELECT activities FROM record_kpi('planned_model', 'account', '1');
RESET ROLE;
REVOKE SELECT ON planned.participants FROM planned_ann;
SET ROLE planned_ann;
SELECT activities FROM record_kpi('planned_model', 'account', '1');
RESET ROLE;

-- Sources and settings that change between calls: rows, an opt-out, another model of the same name.
SELECT activities, engaged_contacts FROM record_kpi('planned_model', 'account', '2');
DELETE FROM planned.activities WHERE activity_id % 5 = 0;
SELECT count(*) FROM planned.differences();
SELECT opt_out('planned_model', 'them', 'c1');
SELECT activities, engaged_contacts, engaged_contacts = (
    SELECT count(DISTINCT p.party_id) FROM planned.participants p JOIN planned.activities a USING (activity_id)
    WHERE a.regarding_id = 2 AND a.direction = 'inbound' AND p.party_id <> 'c1') AS equal
FROM record_kpi('planned_model', 'account', '2');
SELECT drop_model('planned_model');
SELECT activities FROM record_kpi('planned_model', 'account', '2');
CREATE TABLE planned.other AS SELECT * FROM planned.activities WHERE activity_id <= 30;
SELECT create_model('planned_model', 'planned.other', 'planned.participants', 'planned.records',
  'planned.record_parties', time_zone => 'UTC');
SELECT activities = (SELECT count(*) FROM planned.other WHERE regarding_id = 2) AS equal
FROM record_kpi('planned_model', 'account', '2');

-- A source that asks for live KPIs itself: a plan that runs is asked for again. More queries than plans are kept.
CREATE VIEW planned.asking AS
SELECT o.*, (SELECT k.activities FROM record_kpi('planned_inner', 'account', '2') k) AS inner_activities
FROM planned.other o;
SELECT create_model('planned_inner', 'planned.other', 'planned.participants', 'planned.records',
  'planned.record_parties', time_zone => 'UTC');
SELECT drop_model('planned_model');
CREATE VIEW planned.asking_activities AS
SELECT a.activity_id, a.kind, a.direction, a.occurred_at,
  CASE WHEN a.inner_activities > 0 THEN a.status END AS status, a.regarding_type, a.regarding_id FROM planned.asking a;
SELECT create_model('planned_model', 'planned.asking_activities', 'planned.participants', 'planned.records',
  'planned.record_parties', time_zone => 'UTC');
SELECT activities = (SELECT count(*) FROM planned.other WHERE regarding_id = 2) AS equal
FROM record_kpi('planned_model', 'account', '2');
DO $$
BEGIN
  FOR n IN 1 .. 24 LOOP
    PERFORM relinsights.create_model('planned_' || n, 'planned.other', 'planned.participants', 'planned.records',
      'planned.record_parties', time_zone => 'UTC');
    IF (SELECT k.activities FROM relinsights.record_kpi('planned_' || n, 'account', '2') k)
        <> (SELECT count(*) FROM planned.other WHERE regarding_id = 2) THEN RAISE 'model % counts otherwise', n; END IF;
    PERFORM relinsights.drop_model('planned_' || n);
    COMMIT;
  END LOOP;
END $$;
SELECT activities = (SELECT count(*) FROM planned.other WHERE regarding_id = 2) AS equal
FROM record_kpi('planned_model', 'account', '2');

SELECT drop_model('planned_model'), drop_model('planned_inner');
DROP SCHEMA planned CASCADE;
DROP ROLE planned_ann, planned_bo, planned_none;
