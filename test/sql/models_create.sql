-- create_model and its kin: what they refuse, in which words, and that nothing is left behind.
SET timezone = 'UTC';
CREATE SCHEMA shop;
SET search_path = shop;
CREATE TABLE activities (activity_id bigint PRIMARY KEY, kind text, direction text, occurred_at timestamptz,
  subject text,
  regarding_type text, regarding_id bigint);
CREATE TABLE participants (activity_id bigint, side text, party_id uuid, role text);
CREATE TABLE records (record_type text, record_id bigint);
CREATE TABLE record_parties (record_type text, record_id bigint, side text, party_id uuid, role text);
\set VERBOSITY terse
-- relations and columns
SELECT relinsights.create_model('m', NULL);
SELECT relinsights.create_model('m', 'nowhere');
CREATE INDEX an_index ON activities (kind);
SELECT relinsights.create_model('m', 'an_index');
CREATE TEMP TABLE passing AS TABLE activities;
SELECT relinsights.create_model('m', 'passing');
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE VIEW no_kind AS SELECT activity_id, direction, occurred_at, regarding_type, regarding_id FROM activities;
SELECT relinsights.create_model('m', 'no_kind');
CREATE VIEW wrong_time AS SELECT activity_id, kind, direction, occurred_at::timestamp AS occurred_at, regarding_type,
  regarding_id FROM activities;
SELECT relinsights.create_model('m', 'wrong_time');
CREATE VIEW int_id AS SELECT activity_id::numeric AS activity_id, kind, direction, occurred_at, regarding_type,
  regarding_id FROM activities;
SELECT relinsights.create_model('m', 'int_id');
CREATE VIEW number_kind AS SELECT activity_id, 1 AS kind, direction, occurred_at, regarding_type,
  regarding_id FROM activities;
SELECT relinsights.create_model('m', 'number_kind');
CREATE VIEW half_regarding AS SELECT activity_id, kind, direction, occurred_at, regarding_type FROM activities;
SELECT relinsights.create_model('m', 'half_regarding');
CREATE VIEW no_regarding AS SELECT activity_id, kind, direction, occurred_at FROM activities;
SELECT relinsights.create_model('m', 'no_regarding', 'participants', 'records');
CREATE VIEW uuid_records AS SELECT record_type, NULL::uuid AS record_id FROM records;
SELECT relinsights.create_model('m', 'activities', records => 'uuid_records');
CREATE VIEW text_parties AS SELECT activity_id, side, party_id::text AS party_id, role FROM participants;
SELECT relinsights.create_model('m', 'activities', 'text_parties', 'records', 'record_parties');
-- names
SELECT relinsights.create_model('', 'activities');
SELECT relinsights.create_model('pg_m', 'activities');
SELECT relinsights.create_model(repeat('x', 64), 'activities');
SELECT relinsights.create_model('shop', 'activities');
-- settings, wherever they enter
SELECT relinsights.create_model('m', 'activities', time_zone => 'Mars/Olympus');
SELECT relinsights.create_model('m', 'activities', health_weights => ROW(2, 6, 6, 6, 6)::relinsights.health_weights);
SELECT relinsights.create_model('m', 'activities', health_good => 40, health_fair => 40);
SELECT relinsights.create_model('m', 'activities', email_read_minutes => -1);
SELECT relinsights.create_model('m', 'activities', email_write_minutes => 'NaN');
SELECT relinsights.create_model('m', 'activities', min_similarity => 1.5);
SELECT relinsights.create_model('m', 'activities', language => 'tlh');
SELECT relinsights.create_model('m', 'activities', health_frequency => 'hourly');
SELECT relinsights.create_model('m', 'activities', conversation_gap => '1 month');
SELECT relinsights.create_model('m', 'activities', conversation_gap => '-1 day');
SELECT relinsights.create_model('m', 'activities', deal_activities => 'all');
SELECT relinsights.create_model('m', 'activities', attention_days => 0, attention_reply_hours => -1);
-- zones: regions only, nothing that PostgreSQL reads with the sign turned round
SELECT z AS zone, relinsights._time_zone_fault(z) AS fault
  FROM unnest('{UTC,utc,Asia/Seoul,asia/seoul,EST5EDT,GMT,Etc/UTC,Etc/GMT,GMT0}'::text[]) z;
SELECT z AS zone, relinsights._time_zone_fault(z) AS fault
  FROM unnest('{UTC+9,+09,GMT+9,GMT-9,Etc/GMT-9,Etc/GMT+09,KST9,CST,"",Asia/Nowhere,<+09>-9}'::text[]) z;
SELECT relinsights.create_model('m', 'activities', time_zone => 'UTC+9');
SELECT relinsights.create_model('m', 'activities', source_time_zone => 'KST9');
-- everything that is wrong at once
SELECT relinsights.create_model('shop', 'no_kind', 'text_parties', 'uuid_records', 'record_parties', time_zone => '+09',
  health_good => 30, language => 'tlh');
SELECT relinsights.create_model('pg_m', 'an_index', 'half_regarding', timeline_days => 0);
-- nothing is left behind
SELECT count(*) AS schemas FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname = 'm';

SELECT relinsights.create_model('m', 'activities', 'participants', 'records', 'record_parties');
SELECT relinsights.create_model('m', 'activities');
SELECT count(*) FROM m.record_kpi;
SELECT relinsights.alter_model('m', timeline_days => 0);
SELECT relinsights.alter_model('m', timeline_days => 7, language => 'ko',
  health_weights => ROW(9, 6, 6, 6, 3)::relinsights.health_weights);
SELECT relinsights.alter_model('m', time_zone => 'Asia/Seoul');
SELECT relinsights.alter_model('m', timeline_days => 0, email_read_minutes => 2000, time_zone => 'CST');
SELECT relinsights.alter_model('m', timeline_days => 7, conversation_gap => '5 days', source_time_zone => 'Asia/Tokyo',
  until_closed => false);
SELECT conversation_gap = interval '5 days', source_time_zone, until_closed, deal_activities, attention_days,
  attention_reply_hours, health_good FROM m.settings;
SELECT relinsights.alter_model('m', without_source_time_zone => true, source_time_zone => 'UTC');
SELECT relinsights.alter_model('m', without_source_time_zone => true, conversation_gap => '0', until_closed => true);
SELECT conversation_gap, source_time_zone FROM m.settings;
UPDATE m.settings SET health_weights = '{6,6,6}';
INSERT INTO m.settings SELECT * FROM m.settings;
DELETE FROM m.settings;
-- The hint names the time zone that the session began with, which is pg_regress's.
\set VERBOSITY terse
CALL relinsights.refresh('m');
\set VERBOSITY default
INSERT INTO m.settings (time_zone, timeline_days, language, health_weights)
  VALUES ('Asia/Seoul', 7, 'ko', '{9,6,6,6,3}');
SELECT time_zone, timeline_days, language, health_weights, health_frequency, email_write_minutes,
  email_read_minutes FROM m.settings;
SELECT relinsights.alter_model('n', timeline_days => 7);
SELECT relinsights.drop_model('n');
SELECT relinsights.drop_model('shop');
SELECT * FROM relinsights.record_kpi('n', 'account', '1');

-- no activity, no record
CALL relinsights.refresh('m');
SELECT count(*) FROM m.record_kpi;
-- a record without a completed activity has a row: counts and hours 0, ratios, rates and times NULL
INSERT INTO records VALUES ('account', 1);
CALL relinsights.refresh('m');
SELECT string_agg(format('%s %s', key, value), ', ' ORDER BY key) FROM m.record_kpi k,
  jsonb_each(to_jsonb(k)) WHERE value <> 'null';
SELECT record_id, activities FROM relinsights.record_kpi('m', 'account', '1');
SELECT count(*) AS unknown_record FROM relinsights.record_kpi('m', 'account', '2');
SELECT * FROM relinsights.record_kpi('m', 'account', 'one');
SELECT * FROM relinsights.record_kpi('m', 'deal', '1');
-- one activity
INSERT INTO activities VALUES (1, 'email', 'inbound', '2025-01-01', 'hello', 'account', 1);
CALL relinsights.refresh('m');
SELECT record_id, emails_received, awaiting_us, response_rate_by_us, time_spent_by_us_hours * 60 AS minutes_us,
  time_spent_by_them_hours * 60 AS minutes_them FROM m.account_kpi;

-- what stops a refresh leaves the old rows and says why
INSERT INTO activities VALUES (2, 'mail', 'inbound', '2025-01-02', 'label', 'account', 1);
CALL relinsights.refresh('m');
UPDATE activities SET kind = 'email', regarding_type = 'ticket' WHERE activity_id = 2;
CALL relinsights.refresh('m');
DELETE FROM activities WHERE activity_id = 2;
INSERT INTO records VALUES ('account', 1);
CALL relinsights.refresh('m');
DELETE FROM records WHERE ctid = '(0,2)';
ALTER TABLE activities DROP CONSTRAINT activities_pkey;
INSERT INTO activities VALUES (1, 'email', 'outbound', '2025-01-02', 'twice', 'account', 1);
CALL relinsights.refresh('m');
SELECT * FROM relinsights.record_kpi('m', 'account', '1');
SELECT source, problem, rows, example FROM relinsights.check_model('m');
DELETE FROM activities WHERE subject = 'twice';
BEGIN;
CALL relinsights.refresh('m');
ROLLBACK;
DO $$ BEGIN CALL relinsights.refresh('m'); END $$;
SELECT emails_received FROM m.account_kpi;
SELECT what, how, read, written, error, finished IS NOT NULL AS finished FROM m.refresh_log ORDER BY id;
SELECT what, state, last_error FROM relinsights.refresh_status('m');
SELECT source, problem, rows, example FROM relinsights.check_model('m');

-- opt-out and opt-in
SELECT relinsights.opt_out('m', 'them', 'no uuid');
SELECT relinsights.opt_out('m', 'them', NULL);
SELECT relinsights.opt_out('m', 'them', '');
SELECT relinsights.opt_out('m', 'customer', '00000000-0000-4000-8000-000000000001');
SELECT relinsights.opt_in('m', 'them', 1);
SELECT count(*) FROM relinsights.person_report('m', 'theirs', '00000000-0000-4000-8000-000000000001');
SELECT relinsights.opt_out('m', 'them', '00000000-0000-4000-8000-000000000001');
SELECT relinsights.opt_out('m', 'them', '00000000-0000-4000-8000-000000000001');
SELECT held_in, held ? 'since' AS since FROM relinsights.person_report('m', 'them',
  '00000000-0000-4000-8000-000000000001');
SELECT relinsights.opt_in('m', 'them', '00000000-0000-4000-8000-000000000001');
SELECT relinsights.opt_in('m', 'them', '00000000-0000-4000-8000-000000000001');

-- dropping: what others built on it, or put beside it, stays
CREATE VIEW dashboard AS SELECT * FROM m.account_kpi;
SELECT relinsights.drop_model('m');
DROP VIEW dashboard;
CREATE TABLE m.mine ();
SELECT relinsights.drop_model('m');
DROP TABLE m.mine;
-- a source dropped afterwards
\set VERBOSITY terse
DROP TABLE records;
\set VERBOSITY default
SET client_min_messages = warning;
DROP TABLE records CASCADE;
CALL relinsights.refresh('m');
SELECT * FROM relinsights.record_kpi('m', 'account', '1');
SELECT relinsights.drop_model('m');
SELECT count(*) AS schemas FROM pg_namespace WHERE nspname = 'm';

-- names that need quoting; a model of activities alone
CREATE FUNCTION try(name text) RETURNS TABLE (refreshed bigint, live bigint, subject text) LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT (SELECT activities FROM %1$I.account_kpi), (SELECT activities FROM '
    'relinsights.record_kpi(%1$L, ''account'', ''1'')),
    (SELECT last_subject FROM %1$I.next_and_last_interaction)', name);
END;
$$;
INSERT INTO activities VALUES (3, 'meeting', 'outbound', '2025-01-05', 'deal', 'opportunity', 7);
CREATE TEMP TABLE names (n) AS VALUES ('select'), ('With "quotes" and '' and \ %1$I %s'), ('이름'), ('user'),
  ('m; DROP SCHEMA shop CASCADE; --'), ('t.their_people l.');
SELECT n, relinsights.create_model(n, 'activities') FROM names;
SELECT format('CALL relinsights.refresh(%L)', n) FROM names \gexec
SELECT n, t.* FROM names, try(n) t;
SELECT n, relinsights.opt_out(n, 'us', 'x'), relinsights.alter_model(n, health_good => 70),
  relinsights.opt_in(n, 'us', 'x') FROM names;
SELECT n, count(c) AS problems FROM names LEFT JOIN LATERAL relinsights.check_model(n) c ON true GROUP BY 1 ORDER BY 1;
SELECT n, state FROM names, relinsights.refresh_status(n) WHERE what = 'refresh';
SELECT n, relinsights.drop_model(n) FROM names;
SELECT count(*) AS schemas FROM pg_namespace WHERE nspname IN (SELECT n FROM names);

-- What an error quotes of the functions that it came through fits a screen.
CREATE FUNCTION context_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  context text;
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
  RETURN CASE WHEN length(context) < 800 THEN 'short' ELSE context END;
END;
$$;
SELECT relinsights.create_model('m', 'activities');
SELECT context_of(s) FROM unnest(ARRAY[
  'SELECT relinsights.create_model(''m'', ''activities'')',
  'SELECT relinsights.create_model(''n'', ''activities'', health_good => 1, language => ''xx'')',
  'SELECT relinsights.alter_model(''m'', language => ''xx'')',
    'SELECT relinsights.alter_model(''m'', health_good => 1)']) s;
ALTER TABLE m.settings DROP CONSTRAINT language;
UPDATE m.settings SET language = 'xx';
SELECT context_of('SELECT relinsights.upgrade_model(''m'')');
DROP SCHEMA shop CASCADE;
