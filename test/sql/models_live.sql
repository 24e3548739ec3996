-- Live KPIs of one record among a million activities: no source is read from end to end, whatever the record's type;
-- and
SET timezone = 'UTC';
-- a record has as many activities as counting says.
CREATE SCHEMA live;
CREATE TABLE live.activities AS
SELECT n::bigint AS activity_id, (ARRAY['email', 'email', 'email', 'phone_call', 'meeting'])[1 + n % 5] AS kind,
  (ARRAY['inbound', 'outbound'])[1 + n / 7 % 2] AS direction,
    timestamptz '2020-01-01' + n * interval '3 min' AS occurred_at,
  (n / 4)::bigint AS thread_id, CASE WHEN n % 3 = 0 THEN 'opportunity' END AS regarding_type,
    (n % 10007)::bigint AS regarding_id
FROM generate_series(1, 1000000) n;
CREATE TABLE live.participants AS
SELECT n::bigint AS activity_id, 'us' AS side, (n % 211)::bigint AS party_id,
  'from' AS role FROM generate_series(1, 1000000) n
UNION ALL SELECT n, 'them', n % 20011, 'to' FROM generate_series(1, 1000000) n;
CREATE TABLE live.records AS SELECT t AS record_type, n::bigint AS record_id
  FROM unnest('{account,contact,opportunity,lead}'::text[]) t, generate_series(0, 10006) n;
CREATE TABLE live.record_parties AS
SELECT record_type, record_id, side, CASE side WHEN 'us' THEN record_id % 211 ELSE (record_id * k) % 20011 END
  AS party_id, 'team' AS role
FROM live.records, (VALUES ('us', 1), ('them', 1), ('them', 3)) v(side, k);
ALTER TABLE live.activities ADD PRIMARY KEY (activity_id);
CREATE INDEX ON live.activities (regarding_type, regarding_id);
CREATE INDEX ON live.participants (activity_id);
CREATE INDEX ON live.participants (party_id);
CREATE INDEX ON live.records (record_type, record_id);
CREATE INDEX ON live.record_parties (record_type, record_id);
ANALYZE live.activities, live.participants, live.records, live.record_parties;
SELECT relinsights.create_model('million', 'live.activities', 'live.participants', 'live.records',
  'live.record_parties');
-- what was counted before is not this transaction's
SELECT pg_stat_force_next_flush();
BEGIN;
SELECT k.record_type, k.record_id, k.activities > 0 AS some FROM unnest('{account,contact,opportunity,lead}'::text[]) t,
  LATERAL relinsights.record_kpi('million', t, '4711') k ORDER BY 1;
SELECT relname, seq_scan, idx_scan > 0 AS by_index, idx_tup_fetch + seq_tup_read < 20000 AS few_rows
  FROM pg_stat_xact_user_tables WHERE schemaname = 'live' ORDER BY 1;
COMMIT;
SELECT k.activities = (SELECT count(*) FROM live.activities a
  WHERE (regarding_type = 'opportunity' AND regarding_id = 4711) OR (
  EXISTS (SELECT FROM live.participants p WHERE p.activity_id = a.activity_id AND p.side = 'them'
    AND p.party_id IN (4711, 4711 * 3 % 20011))
  AND EXISTS (SELECT FROM live.participants p WHERE p.activity_id = a.activity_id AND p.side = 'us'
    AND p.party_id = 4711 % 211))) AS as_counted
FROM relinsights.record_kpi('million', 'opportunity', '4711') k;
SELECT relinsights.drop_model('million');
SET client_min_messages = warning;
DROP SCHEMA live CASCADE;
