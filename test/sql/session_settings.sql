-- No setting of a session changes a result: one model made, refreshed and read under odd settings, another under the
-- usual ones.
SET timezone = 'UTC';
SET client_min_messages = error;
CREATE SCHEMA src;
CREATE TABLE src.activities (activity_id bigint PRIMARY KEY, kind text, direction text, occurred_at timestamptz,
  duration interval,
  subject text, regarding_type text, regarding_id bigint, thread_id text);
INSERT INTO src.activities
SELECT n, (ARRAY['email', 'meeting', 'phone_call'])[1 + n % 3], (ARRAY['inbound', 'outbound'])[1 + n % 2],
  timestamptz '2026-03-01 08:00+00' + n * interval '1 day 1:23:45.6789', n * interval '7 min',
    'it''s "' || n || E'" \\ ', 'opportunity', n % 3, n % 4
FROM generate_series(1, 100) n;
CREATE TABLE src.records (record_type text, record_id bigint, state text, attributes jsonb, name text,
  closed_at timestamptz, PRIMARY KEY (record_type, record_id));
INSERT INTO src.records SELECT 'opportunity', n, (ARRAY['open', 'won', 'lost'])[1 + n],
  jsonb_build_object('size', n / 3.0), 'deal ' || n, '2026-04-01' FROM generate_series(0, 2) n;
CREATE FUNCTION src.make(model text) RETURNS void LANGUAGE sql AS $$
  SELECT relinsights.create_model(model, 'src.activities', records => 'src.records', time_zone => 'Asia/Seoul',
    min_similarity => 0.123456789012345,
    email_write_minutes => 4.25, conversation_gap => '3 days 1 hour',
    working_calendar => '{"time_zone": "Asia/Seoul", "open": {"mon-fri": ["09:00-18:00"]}}') $$;
SELECT src.make('usual');
CALL relinsights.refresh('usual');
CREATE TABLE src.shown AS SELECT n, relinsights.insights('usual', 'opportunity',
  n) - '{model,refreshed_at,refreshed_text}'::text[] AS insights,
  relinsights.page('usual', 'opportunity', n) AS page FROM generate_series(0, 2) n;

\set odd 'SET quote_all_identifiers = on; SET extra_float_digits = -15; SET intervalstyle = sql_standard; SET datestyle = ''SQL, DMY''; SET timezone = ''America/St_Johns''; SET bytea_output = escape; SET standard_conforming_strings = off; SET backslash_quote = off; SET array_nulls = off; SET transform_null_equals = on; SET lc_numeric = ''C''; SET enable_hashjoin = off; SET search_path = src; SET default_toast_compression = pglz; SET check_function_bodies = off; SET row_security = on; SET plan_cache_mode = force_generic_plan; SET default_transaction_isolation = ''repeatable read''; SET xmlbinary = hex; SET work_mem = ''64kB'''
SET standard_conforming_strings = on;
:odd;
SELECT src.make('odd');
CALL relinsights.refresh('odd');
CALL relinsights.refresh('odd');
CALL relinsights.refresh_similar_deals('odd');
SELECT relinsights.upgrade_model('odd');
CALL relinsights.refresh('odd');
CREATE TABLE src.oddly AS SELECT n, relinsights.insights('odd', 'opportunity',
  n) - '{model,refreshed_at,refreshed_text}'::text[] AS insights,
  relinsights.page('odd', 'opportunity', n) AS page FROM generate_series(0, 2) n;
RESET ALL;
SET client_min_messages = error;
SELECT count(*) AS different FROM src.shown s JOIN src.oddly o USING (n) WHERE s.insights IS DISTINCT FROM o.insights;
SELECT count(*) AS different FROM src.shown s JOIN src.oddly o USING (n)
  WHERE regexp_replace(s.page, '\d\d\d\d-\d\d-\d\d \d\d:\d\d', '', 'g') IS DISTINCT
  FROM regexp_replace(o.page, '\d\d\d\d-\d\d-\d\d \d\d:\d\d', '', 'g');
(SELECT to_jsonb(s) FROM odd.settings s EXCEPT ALL SELECT to_jsonb(s) FROM usual.settings s);
(SELECT to_jsonb(k) FROM odd.record_kpi k EXCEPT ALL SELECT to_jsonb(k) FROM usual.record_kpi k)
  UNION ALL (SELECT to_jsonb(k) FROM usual.record_kpi k EXCEPT ALL SELECT to_jsonb(k) FROM odd.record_kpi k);
(SELECT to_jsonb(k) FROM odd.similar_won_deals k EXCEPT ALL SELECT to_jsonb(k) FROM usual.similar_won_deals k);
SELECT count(*) FROM odd.record_kpi;
SELECT relinsights.drop_model('odd'), relinsights.drop_model('usual');
DROP SCHEMA src CASCADE;
