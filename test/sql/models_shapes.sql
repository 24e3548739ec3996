-- The same company in other shapes: views, enums, foreign tables, a few sources only.
SET timezone = 'UTC';
\getenv srcdir PG_ABS_SRCDIR
\set company :srcdir '/data/random_company.sql'
\set oracle :srcdir '/data/kpi_oracle.sql'
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS testing CASCADE;
\i :company
\i :oracle
SELECT testing.make_company('shape', 77, 'bigint');
-- Every direction is known and every role: what follows where they are not stands in models_random.
UPDATE shape.activities SET direction = 'inbound' WHERE direction IS NULL;
DELETE FROM shape.participants WHERE role IS NULL;
SELECT relinsights.create_model('shape_tables', 'shape.activities', 'shape.participants', 'shape.records',
  'shape.record_parties', deal_activities => 'people', until_closed => false, conversation_gap => '0');
CALL relinsights.refresh('shape_tables');

-- views over enums of our own and of others, a domain, varchar
CREATE SCHEMA enums;
CREATE TYPE enums.kind AS ENUM ('email', 'meeting', 'phone_call', 'task', 'other', 'never');
CREATE TYPE enums.type AS ENUM ('account', 'contact', 'opportunity', 'lead');
CREATE DOMAIN enums.id AS bigint CHECK (VALUE >= 0);
CREATE TABLE enums.activities AS SELECT activity_id::enums.id, kind::enums.kind,
  direction::relinsights.activity_direction, occurred_at,
  status::varchar(20), duration, thread_id, regarding_type::enums.type, regarding_id::enums.id, followed,
    opens::smallint, link_clicks, attachment_views, replies,
  automated, sentiment::real FROM shape.activities;
CREATE TABLE enums.participants AS SELECT activity_id, side::relinsights.party_side, party_id::enums.id,
  role::relinsights.participant_role FROM shape.participants;
CREATE TABLE enums.record_parties AS SELECT record_type::text, record_id, side, party_id,
  role FROM shape.record_parties;
CREATE VIEW enums.records WITH (security_invoker = true) AS SELECT * FROM shape.records;
SELECT relinsights.create_model('shape_enums', 'enums.activities', 'enums.participants', 'enums.records',
  'enums.record_parties', deal_activities => 'people', until_closed => false, conversation_gap => '0');
CALL relinsights.refresh('shape_enums');

-- foreign tables
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN
  EXECUTE format('CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
    split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database());
END $$;
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
CREATE SCHEMA far;
IMPORT FOREIGN SCHEMA shape FROM SERVER loopback INTO far;
SELECT relinsights.create_model('shape_foreign', 'far.activities', 'far.participants', 'far.records',
  'far.record_parties', deal_activities => 'people', until_closed => false, conversation_gap => '0');
CALL relinsights.refresh('shape_foreign');

SELECT model, d.* FROM unnest('{shape_enums,shape_foreign}'::text[]) model,
  testing.differences(ARRAY(SELECT testing.stored_kpis('shape_tables')), ARRAY(SELECT testing.stored_kpis(model))) d;
SELECT model, d.* FROM unnest('{shape_tables,shape_enums,shape_foreign}'::text[]) model,
  testing.differences(ARRAY(SELECT testing.stored_kpis('shape_tables')), ARRAY(SELECT testing.live_kpis(model))) d;
-- a record type that an enum of theirs does not know
CREATE TYPE enums.few AS ENUM ('account');
CREATE VIEW enums.few_activities AS SELECT activity_id, kind, direction, occurred_at, regarding_type::text::enums.few,
  regarding_id
FROM enums.activities WHERE regarding_type = 'account';
SELECT relinsights.create_model('shape_few', 'enums.few_activities', deal_activities => 'people', until_closed => false,
  conversation_gap => '0');
CALL relinsights.refresh('shape_few');
SELECT count(*) > 3 AS accounts, count(*) FILTER (WHERE record_type <> 'account') AS others FROM shape_few.record_kpi;
SELECT count(*) AS leads FROM relinsights.record_kpi('shape_few', 'lead', '1');

-- stored lists, timelines and next interactions against plain SQL
CREATE TEMP TABLE done AS
SELECT m.record_type::text AS record_type, m.record_id::bigint AS record_id,
  a.* FROM testing.members_oracle('shape_tables', 'shape') m
JOIN shape.activities a ON a.activity_id::text = m.activity_id WHERE a.kind IS NOT NULL AND a.direction IS NOT NULL
  AND a.occurred_at IS NOT NULL;
CREATE TEMP TABLE tops AS
SELECT * FROM (
  SELECT d.record_type, d.record_id, p.side::text AS side,
    row_number() OVER (PARTITION BY d.record_type, d.record_id, p.side ORDER BY count(*) DESC, max(d.occurred_at) DESC,
      p.party_id::text COLLATE "C") AS rank,
    p.party_id, count(*) AS interactions, count(*) FILTER (WHERE d.kind = 'email') AS emails,
      count(*) FILTER (WHERE d.kind = 'meeting') AS meetings,
    count(*) FILTER (WHERE d.kind = 'phone_call') AS phone_calls,
      count(*) FILTER (WHERE d.direction = 'outbound') AS initiated_by_us,
    count(*) FILTER (WHERE d.direction = 'inbound') AS initiated_by_them, max(d.occurred_at) AS last_interaction_at
  FROM done d JOIN (SELECT DISTINCT activity_id, side, party_id FROM shape.participants WHERE role <> 'bcc'
    AND side IS NOT NULL AND party_id IS NOT NULL) p USING (activity_id)
  WHERE coalesce(d.status, 'completed') = 'completed' GROUP BY 1, 2, 3, p.side, 5) t WHERE rank <= 3;
SELECT (SELECT count(*) > 50 FROM tops) AS many,
  (SELECT count(*) FROM (TABLE tops EXCEPT ALL (SELECT record_type, record_id, side, rank, party_id, interactions,
    emails, meetings, phone_calls, initiated_by_us, initiated_by_them,
    last_interaction_at FROM shape_tables.top_contacts)) x) AS missing,
  (SELECT count(*) FROM ((SELECT record_type, record_id, side, rank, party_id, interactions, emails, meetings,
    phone_calls, initiated_by_us, initiated_by_them, last_interaction_at FROM shape_tables.top_contacts)
    EXCEPT ALL TABLE tops) x) AS surplus;
SELECT relinsights.alter_model('shape_tables', time_zone => 'Asia/Seoul', timeline_days => 3660);
CALL relinsights.refresh('shape_tables');
WITH days AS (
  SELECT record_type, record_id, (occurred_at AT TIME ZONE 'Asia/Seoul')::date AS day,
    count(*) FILTER (WHERE kind = 'email' AND direction = 'outbound') AS es,
      count(*) FILTER (WHERE kind = 'email' AND direction = 'inbound') AS er,
    count(*) FILTER (WHERE kind = 'meeting' AND direction = 'outbound') AS ms,
      count(*) FILTER (WHERE kind = 'meeting' AND direction = 'inbound') AS mr,
    count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'outbound') AS cm,
      count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'inbound') AS cr
  FROM done WHERE coalesce(status, 'completed') = 'completed' AND kind IN ('email', 'meeting', 'phone_call') GROUP BY 1,
    2, 3),
shown AS (SELECT * FROM shape_tables.relationship_activity
  WHERE emails_sent + emails_received + meetings_sent + meetings_received + calls_made + calls_received > 0)
SELECT (SELECT count(*) > 50 FROM days) AS many, (SELECT count(*) FROM (TABLE days EXCEPT ALL TABLE shown) x)
  AS missing, (SELECT count(*) FROM (TABLE shown EXCEPT ALL TABLE days) x) AS surplus;
SELECT record_type, count(*) / 3660.0 AS records, max(day) = (now() AT TIME ZONE 'Asia/Seoul')::date AS until_today
  FROM shape_tables.relationship_activity GROUP BY 1 ORDER BY 1;

BEGIN;
UPDATE shape.activities SET occurred_at = now() + (occurred_at - '2024-04-05') WHERE status = 'scheduled';
UPDATE done SET occurred_at = now() + (occurred_at - '2024-04-05') WHERE status = 'scheduled';
COMMIT;
CALL relinsights.refresh('shape_tables');
WITH expected AS (
  SELECT r.record_type::text, r.record_id, l.occurred_at, n.occurred_at
  FROM shape.records r
  LEFT JOIN LATERAL (SELECT * FROM done d WHERE d.record_type = r.record_type::text AND d.record_id = r.record_id
    AND coalesce(status, 'completed') = 'completed' ORDER BY occurred_at DESC LIMIT 1) l ON true
  LEFT JOIN LATERAL (SELECT * FROM done d WHERE d.record_type = r.record_type::text AND d.record_id = r.record_id
    AND status = 'scheduled' AND occurred_at > now() ORDER BY occurred_at LIMIT 1) n ON true
  WHERE r.record_type IN ('lead', 'opportunity')),
shown AS (SELECT record_type, record_id, last_interaction_at,
  next_interaction_at FROM shape_tables.next_and_last_interaction)
SELECT (SELECT count(next_interaction_at) > 0 FROM shown) AS some_next,
  (SELECT count(*) FROM (TABLE expected EXCEPT ALL TABLE shown) x) AS missing,
  (SELECT count(*) FROM (TABLE shown EXCEPT ALL TABLE expected) x) AS surplus;
SELECT count(*) AS wrong_subject FROM shape_tables.next_and_last_interaction WHERE last_subject IS DISTINCT
  FROM 'secret ' || last_activity_id;

-- health: contacts always, leads while active, opportunities while open; as of today in the model's time zone
SELECT count(*) > 5 AS many, count(*) FILTER (WHERE s IS NULL OR h IS NULL OR (s.score, s.grade, s.state) IS DISTINCT
  FROM (h.score, h.grade, h.state)) AS different
FROM (SELECT r.record_type::text, r.record_id, x.* FROM shape.records r JOIN shape_tables.record_kpi k
  ON k.record_type = r.record_type::text AND k.record_id = r.record_id
      CROSS JOIN LATERAL relinsights.relationship_health(k.timeline, (now() AT TIME ZONE 'Asia/Seoul')::date) x
      WHERE r.record_type = 'contact' OR r.state IN ('open', 'active')) h
FULL JOIN shape_tables.relationship_health s USING (record_type, record_id);
SELECT count(*) FROM shape_tables.relationship_pipeline;
UPDATE shape.records SET estimated_close_date = (now() AT TIME ZONE 'Asia/Seoul')::date + record_id::int - 2;
CALL relinsights.refresh('shape_tables');
SELECT count(*) = (SELECT count(*) FROM shape.records WHERE record_type = 'opportunity' AND state = 'open'
  AND record_id >= 2) AS closing_today_or_later FROM shape_tables.relationship_pipeline;

-- activities alone: the records are the regarding pairs, a record's activities those regarding it; absent fields are
-- NULL
SELECT relinsights.create_model('shape_alone', 'shape.activities', deal_activities => 'people', until_closed => false,
  conversation_gap => '0');
CALL relinsights.refresh('shape_alone');
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE e IS NULL OR k IS NULL OR e.n <> k.activities) AS different
FROM (SELECT regarding_type::text AS record_type, regarding_id AS record_id,
        count(*) FILTER (WHERE coalesce(status, 'completed') = 'completed' AND kind IS NOT NULL
          AND direction IS NOT NULL AND occurred_at IS NOT NULL) AS n
      FROM shape.activities WHERE regarding_type IS NOT NULL AND regarding_id IS NOT NULL GROUP BY 1, 2) e
FULL JOIN shape_alone.record_kpi k USING (record_type, record_id);
SELECT d.* FROM testing.differences(ARRAY(SELECT testing.stored_kpis('shape_alone')),
  ARRAY(SELECT testing.live_kpis('shape_alone'))) d;
SELECT count(name), count(*) = (SELECT count(*) FROM shape_alone.record_kpi WHERE record_type = 'opportunity')
  AS all_of_them FROM shape_alone.opportunity_kpi;
SELECT count(*) > 0 AS some FROM shape_alone.next_and_last_interaction WHERE last_interaction_at IS NOT NULL;
SELECT count(*) > 0 AS some FROM shape_alone.relationship_health WHERE record_type = 'opportunity';
-- the meeting counts once for us, whoever was in it
SELECT bool_and(time_spent_by_us_hours >= face_time_hours) FROM shape_alone.record_kpi;

-- people but no records: still the regarding pairs, with everything that links to them
SELECT relinsights.create_model('shape_no_records', 'shape.activities', 'shape.participants',
  record_parties => 'shape.record_parties', deal_activities => 'people', until_closed => false,
  conversation_gap => '0');
CALL relinsights.refresh('shape_no_records');
SELECT d.* FROM testing.differences(ARRAY(SELECT testing.stored_kpis('shape_no_records')),
  ARRAY(SELECT testing.live_kpis('shape_no_records'))) d;
SELECT count(*) AS pairs_differ FROM (SELECT record_type, record_id FROM shape_no_records.record_kpi) k FULL JOIN
  (SELECT record_type, record_id FROM shape_alone.record_kpi) a USING (record_type, record_id) WHERE k IS NULL
    OR a IS NULL;
SELECT count(*) AS different FROM shape_no_records.record_kpi k JOIN shape_tables.record_kpi t
  USING (record_type, record_id) WHERE k.activities <> t.activities;
SELECT count(*) AS different FROM (SELECT i.* FROM shape_no_records.interaction_times i JOIN shape.records r
  ON r.record_type::text = i.record_type AND r.record_id = i.record_id) n
FULL JOIN (SELECT i.* FROM shape_tables.interaction_times i JOIN shape_no_records.record_kpi k
  USING (record_type, record_id)) t USING (record_type, record_id, activity_id) WHERE n IS NULL OR t IS NULL;
-- neither records nor regarding: the records that people are linked to
CREATE VIEW shape.unregarding WITH (security_invoker = true) AS SELECT activity_id, kind, direction, occurred_at,
  status FROM shape.activities;
SELECT relinsights.create_model('shape_people', 'shape.unregarding', 'shape.participants',
  record_parties => 'shape.record_parties', deal_activities => 'people', until_closed => false,
  conversation_gap => '0');
CALL relinsights.refresh('shape_people');
SELECT count(*) = (SELECT count(DISTINCT (record_type, record_id)) FROM shape.record_parties) AS records
  FROM shape_people.record_kpi;
SELECT d.* FROM testing.differences(ARRAY(SELECT testing.stored_kpis('shape_people')),
  ARRAY(SELECT testing.live_kpis('shape_people'))) d;

-- every column has a comment; record_kpi_row has the columns of record_kpi
SELECT c.oid::regclass AS relation, a.attname AS without_comment FROM pg_class c JOIN pg_attribute a
  ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'shape_tables'::regnamespace AND c.relkind IN ('r', 'v', 'm')
  AND c.relname !~ '^(source_|member_activity)' AND col_description(c.oid, a.attnum) IS NULL;
SELECT count(*) AS relations_without_comment FROM pg_class c WHERE c.relnamespace = 'shape_tables'::regnamespace
  AND c.relkind IN ('r', 'v', 'm') AND obj_description(c.oid) IS NULL;
SELECT attname, k.atttypid::regtype AS stored, l.atttypid::regtype AS live
FROM (SELECT * FROM pg_attribute WHERE attrelid = 'shape_tables.record_kpi'::regclass AND attnum > 0) k
FULL JOIN (SELECT * FROM pg_attribute WHERE attrelid = 'relinsights.record_kpi_row'::regclass AND attnum > 0) l
  USING (attname, attnum) WHERE k.atttypid IS DISTINCT FROM l.atttypid;
-- in working time: the same where it is always open, less where it rarely is
CREATE TABLE testing.elapsed AS SELECT ARRAY(SELECT testing.stored_kpis('shape_tables')) AS kpis;
SELECT relinsights.alter_model('shape_tables', working_calendar => '{"time_zone": "UTC", "open": {"mon-sun": '
  '["00:00-24:00"]}}');
CALL relinsights.refresh('shape_tables');
SELECT d.* FROM testing.elapsed, testing.differences(kpis, ARRAY(SELECT testing.stored_kpis('shape_tables'))) d;
SELECT relinsights.alter_model('shape_tables', working_calendar => '{"time_zone": "UTC", "open": {"mon": '
  '["09:00-10:00"]}}');
CALL relinsights.refresh('shape_tables');
SELECT bool_and((k->>'avg_response_time_by_us_hours')::float8 >= avg_response_time_by_us_hours) AS less
FROM testing.elapsed, unnest(kpis) k JOIN shape_tables.record_kpi s ON s.record_type::text = k->>'record_type'
  AND s.record_id::text = k->>'record_id';
SELECT d.* FROM testing.differences(ARRAY(SELECT testing.stored_kpis('shape_tables')),
  ARRAY(SELECT testing.live_kpis('shape_tables'))) d;
SELECT relinsights.alter_model('shape_tables', working_calendar => '{"time_zone": "UTC", "open": {}}',
  without_working_calendar => true);
UPDATE shape_tables.settings SET working_calendar = 'always';
SELECT relinsights.alter_model('shape_tables', without_working_calendar => true);
CALL relinsights.refresh('shape_tables');
SELECT d.* FROM testing.elapsed, testing.differences(kpis, ARRAY(SELECT testing.stored_kpis('shape_tables'))) d;
-- a refresh reads each source once, for all record types and families
\c -
SET client_min_messages = warning;
BEGIN;
SELECT read > 0 AS read FROM relinsights._refresh_engine('shape_tables', now());
SELECT relname, seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE schemaname = 'shape'
  AND seq_scan + coalesce(idx_scan, 0) > 0 ORDER BY 1;
ROLLBACK;

-- labels and ids of different collations
CREATE TABLE shape_collated (activity_id bigint PRIMARY KEY, kind text, direction text, occurred_at timestamptz,
  regarding_type text COLLATE "C", regarding_id text COLLATE "POSIX");
INSERT INTO shape_collated VALUES (1, 'email', 'inbound', '2026-01-01', 'account', 'x'),
  (2, 'email', 'outbound', '2026-01-02', 'account', 'x');
SELECT relinsights.create_model('shape_collation', 'shape_collated', deal_activities => 'people', until_closed => false,
  conversation_gap => '0');
CALL relinsights.refresh('shape_collation');
SELECT record_id, activities FROM shape_collation.record_kpi;
SELECT record_id, activities FROM relinsights.record_kpi('shape_collation', 'account', 'x');
SELECT relinsights.drop_model('shape_collation');
DROP TABLE shape_collated;
