-- Ids are what their bytes are, and each stands once, whatever a collation or an index of the sources says.
SET timezone = 'UTC';
SET client_min_messages = warning;
\set VERBOSITY terse
\set SHOW_CONTEXT never

-- One collation takes upper and lower case as equal; the ids here differ by nothing else.
CREATE COLLATION whatever_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE SCHEMA cased;
CREATE TABLE cased.activities (activity_id text COLLATE whatever_case, kind text, direction text,
  occurred_at timestamptz, regarding_type text, regarding_id text COLLATE whatever_case);
INSERT INTO cased.activities SELECT CASE WHEN n % 2 = 0 THEN 'a' ELSE 'A' END || n / 2, 'email', 'inbound',
  timestamptz '2026-03-01' + n * interval '1 h', 'account', CASE WHEN n < 5 THEN 'acme' ELSE 'ACME' END
FROM generate_series(1, 12) n;
CREATE TABLE cased.participants (activity_id text COLLATE whatever_case, side text,
  party_id text COLLATE whatever_case, role text);
INSERT INTO cased.participants SELECT activity_id, 'them', CASE WHEN extract(hour FROM occurred_at) > 7
  THEN 'BOB@Y' ELSE 'bob@y' END, 'from' FROM cased.activities;
CREATE TABLE cased.records (record_type text, record_id text COLLATE whatever_case);
INSERT INTO cased.records VALUES ('account', 'acme'), ('account', 'ACME'), ('contact', 'bob'), ('contact', 'BOB');
CREATE TABLE cased.record_parties (record_type text, record_id text COLLATE whatever_case, side text,
  party_id text COLLATE whatever_case, role text);
INSERT INTO cased.record_parties VALUES ('contact', 'bob', 'them', 'bob@y', 'contact'),
  ('contact', 'BOB', 'them', 'BOB@Y', 'contact');
SELECT relinsights.create_model('cased_model', 'cased.activities', 'cased.participants', 'cased.records',
  'cased.record_parties');
CALL relinsights.refresh('cased_model');
-- Stored, live, by the view of the rule, and by plain SQL over the tables.
CREATE VIEW cased.counted AS
SELECT k.record_type, k.record_id, k.activities AS stored,
  (SELECT l.activities FROM relinsights.record_kpi('cased_model', k.record_type, k.record_id) l) AS live,
  (SELECT count(*) FROM cased_model.record_activity r
   WHERE r.record_type = k.record_type AND r.record_id COLLATE "C" = k.record_id COLLATE "C") AS by_rule,
  (SELECT count(*) FROM cased.activities a
   WHERE (a.regarding_type = k.record_type AND a.regarding_id COLLATE "C" = k.record_id COLLATE "C"
          OR EXISTS (SELECT FROM cased.participants p JOIN cased.record_parties rp
                       ON rp.party_id COLLATE "C" = p.party_id COLLATE "C"
                     WHERE p.activity_id COLLATE "C" = a.activity_id COLLATE "C" AND rp.record_type = k.record_type
                       AND rp.record_id COLLATE "C" = k.record_id COLLATE "C"))
     AND NOT EXISTS (SELECT FROM cased_model.opt_out o JOIN cased.participants p
                       ON p.party_id COLLATE "C" = o.party_id COLLATE "C"
                     WHERE p.activity_id COLLATE "C" = a.activity_id COLLATE "C")) AS by_hand
FROM cased_model.record_kpi k;
SELECT * FROM cased.counted ORDER BY record_type, record_id COLLATE "C";
-- One of the two leaves; the other stays, at once and after a refresh.
SELECT relinsights.opt_out('cased_model', 'them', 'BOB@Y');
SELECT record_type, record_id, party_id, interactions FROM cased_model.top_contacts
ORDER BY record_type, record_id COLLATE "C", party_id COLLATE "C";
CALL relinsights.refresh('cased_model');
SELECT * FROM cased.counted ORDER BY record_type, record_id COLLATE "C";
-- Nothing stands twice; and a label by another case is none.
SELECT source, severity, problem FROM relinsights.check_model('cased_model') WHERE severity = 'stops';
CREATE VIEW cased.loud AS SELECT activity_id, 'EMAIL'::text COLLATE whatever_case AS kind, direction, occurred_at,
  regarding_type, regarding_id FROM cased.activities;
SELECT relinsights.create_model('loud_model', 'cased.loud', records => 'cased.records');
CALL relinsights.refresh('loud_model');
SELECT source, severity, problem, rows, of_rows FROM relinsights.check_model('loud_model') WHERE severity = 'stops';
DROP VIEW cased.counted;
SELECT relinsights.drop_model('loud_model');

-- A unique index covers the parent alone, its children may hold the same ids. An invalid, partial or deferred index
-- proves no more.
CREATE SCHEMA heirs;
CREATE TABLE heirs.activities (activity_id bigint PRIMARY KEY, kind text, direction text, occurred_at timestamptz,
  regarding_type text, regarding_id bigint);
INSERT INTO heirs.activities SELECT n, 'email', 'inbound', timestamptz '2026-03-01' + n * interval '1 h', 'account', 1
FROM generate_series(1, 4) n;
CREATE TABLE heirs.records (record_type text, record_id bigint, PRIMARY KEY (record_type, record_id));
INSERT INTO heirs.records VALUES ('account', 1), ('account', 2);
SELECT relinsights.create_model('heirs_model', 'heirs.activities', records => 'heirs.records');
CALL relinsights.refresh('heirs_model');
CREATE TABLE heirs.old_activities () INHERITS (heirs.activities);
INSERT INTO heirs.old_activities SELECT 10 + activity_id, kind, direction, occurred_at, regarding_type, regarding_id
FROM ONLY heirs.activities;
CALL relinsights.refresh('heirs_model');
SELECT activities FROM heirs_model.record_kpi WHERE record_id = 1;
SELECT activities FROM relinsights.record_kpi('heirs_model', 'account', 1);
INSERT INTO heirs.old_activities SELECT * FROM ONLY heirs.activities WHERE activity_id = 3;
CREATE FUNCTION heirs.error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text;
BEGIN
  EXECUTE query;
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN message || ': ' || detail;
END $$;
CALL relinsights.refresh('heirs_model');
SELECT heirs.error_of($$SELECT * FROM relinsights.record_kpi('heirs_model', 'account', 1)$$);
SELECT source, severity, problem, rows, example FROM relinsights.check_model('heirs_model') WHERE severity = 'stops';
DELETE FROM heirs.old_activities WHERE activity_id = 3;
CREATE TABLE heirs.old_records () INHERITS (heirs.records);
INSERT INTO heirs.old_records VALUES ('account', 2);
CALL relinsights.refresh('heirs_model');
SELECT heirs.error_of($$SELECT * FROM relinsights.record_kpi('heirs_model', 'account', 2)$$);
SELECT source, severity, problem, rows, example FROM relinsights.check_model('heirs_model') WHERE severity = 'stops';
DROP TABLE heirs.old_records;
CREATE TABLE heirs.loose AS SELECT * FROM ONLY heirs.activities;
CREATE UNIQUE INDEX ON heirs.loose (activity_id) WHERE activity_id < 3;
INSERT INTO heirs.loose SELECT * FROM heirs.loose WHERE activity_id = 4;
SELECT relinsights.create_model('loose_model', 'heirs.loose', records => 'heirs.records');
CALL relinsights.refresh('loose_model');
SELECT heirs.error_of($$SELECT * FROM relinsights.record_kpi('loose_model', 'account', 1)$$);
DELETE FROM heirs.loose WHERE activity_id = 4;
DROP INDEX heirs.loose_activity_id_idx;
ALTER TABLE heirs.loose ADD UNIQUE (activity_id) DEFERRABLE INITIALLY DEFERRED;
CALL relinsights.refresh('loose_model');
BEGIN;
INSERT INTO heirs.loose SELECT * FROM heirs.loose WHERE activity_id = 2;
SELECT heirs.error_of($$SELECT * FROM relinsights.record_kpi('loose_model', 'account', 1)$$);
ROLLBACK;
SELECT relinsights.drop_model(m) FROM unnest('{cased_model,heirs_model,loose_model}'::text[]) m;
DROP SCHEMA cased, heirs CASCADE;
DROP COLLATION whatever_case;
