-- The summary that people read: sentences, insights, page (SPEC 3.10) of a small company with one record of each type.
SET search_path = public, relinsights; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres';
\pset null '(null)'
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE SCHEMA told;
CREATE TABLE told.activities (activity_id bigint PRIMARY KEY, kind text, direction text, occurred_at timestamptz,
  status text DEFAULT 'completed',
  duration interval, thread_id bigint, subject text, regarding_type text, regarding_id bigint, followed boolean,
    opens int);
CREATE TABLE told.participants (activity_id bigint, side text, party_id text, role text);
CREATE TABLE told.records (record_type text, record_id bigint, name text, state text);
CREATE TABLE told.record_parties (record_type text, record_id bigint, side text, party_id text, role text);
INSERT INTO told.records VALUES ('account', 1, '한빛 상사', 'active'), ('contact', 2, 'Ann', NULL),
  ('opportunity', 3, '张三的商机', 'open'), ('lead', 4, 'Lead', 'active'),
  ('opportunity', 5, 'Closed', 'won'), ('opportunity', 6, 'Nothing yet', 'open');
INSERT INTO told.activities (activity_id, kind, direction, occurred_at, status, duration, thread_id, subject,
  regarding_type, regarding_id, followed, opens) VALUES
  (1, 'email', 'inbound', '2024-03-01 09:00Z', 'completed', NULL, 1, 'question', 'opportunity', 3, NULL, NULL),
  (2, 'email', 'outbound', '2024-03-01 11:00Z', 'completed', NULL, 1, 'answer', 'opportunity', 3, true, 2),
  (3, 'email', 'inbound', '2024-03-02 12:30Z', 'completed', NULL, 1, 'thanks', 'opportunity', 3, NULL, NULL),
  (4, 'meeting', 'outbound', '2024-03-04 09:00Z', 'completed', '1 hour', NULL, 'kick-off', 'opportunity', 3, NULL,
    NULL),
  (5, 'meeting', 'inbound', '2024-03-05 09:00Z', 'completed', '30 min', NULL, 'follow-up', 'opportunity', 3, NULL,
    NULL),
  (6, 'phone_call', 'inbound', '2024-03-06 23:45Z', 'completed', '10 min', NULL, 'last call', 'opportunity', 3, NULL,
    NULL),
  (7, 'meeting', 'outbound', '2099-01-02 01:00Z', 'scheduled', '1 hour', NULL, E'secret\nplan', 'opportunity', 3, NULL,
    NULL),
  (8, 'email', 'outbound', '2024-03-07 09:00Z', 'completed', NULL, 8, 'hello', 'account', 1, NULL, NULL),
  (9, 'task', 'outbound', '2024-03-07 09:00Z', 'completed', NULL, NULL, 'note', 'lead', 4, NULL, NULL),
  (10, 'email', 'outbound', '2024-03-07 09:00Z', 'completed', NULL, 8, 'hi', 'contact', 2, NULL, NULL),
  (11, 'phone_call', 'outbound', '2024-03-08 09:00Z', 'completed', '2 min', NULL, 'call', 'opportunity', 5, NULL, NULL);
INSERT INTO told.participants SELECT activity_id, 'them', CASE WHEN activity_id IN (6, 7) THEN 'bo' ELSE 'ann' END,
  CASE direction WHEN 'inbound' THEN 'from' ELSE 'to' END FROM told.activities;
INSERT INTO told.participants SELECT activity_id, 'us', 'kim',
  CASE direction WHEN 'outbound' THEN 'from' ELSE 'to' END FROM told.activities;

SELECT create_model('told_model', 'told.activities', 'told.participants', 'told.records', 'told.record_parties',
  time_zone => 'Asia/Seoul', language => 'ko');

-- before the first refresh, and what is unknown
SELECT * FROM summary('told_model', 'opportunity', '3');
SELECT insights('told_model', 'opportunity', '3');
SELECT page('told_model', 'opportunity', '3');
CALL refresh('told_model');
SELECT languages();
SELECT * FROM summary('told_model', 'opportunity', '3', 'fr');
SELECT * FROM summary('told_model', 'opportunity', '3', NULL);
SELECT insights('told_model', 'opportunity', '3', 'EN');
SELECT page('told_model', 'opportunity', '3', '');
SELECT * FROM summary('no_model', 'opportunity', '3');
SELECT * FROM summary('told_model', 'opportunity', 'three');
SELECT count(*) FROM summary('told_model', 'opportunity', '99');
SELECT count(*) FROM summary('told_model', 'account', '3');
SELECT insights('told_model', 'opportunity', '99') IS NULL, page('told_model', 'opportunity', '99') IS NULL;
SELECT * FROM summary('told_model', 'deal', '3');
SELECT insights('told_model', NULL, '3');
SELECT page('told_model', 'Opportunity', 3);
SELECT alter_model('told_model', language => 'fr');

-- in three languages; English where nothing else is said; the view in the model's language
SELECT * FROM summary('told_model', 'opportunity', '3');
SELECT * FROM summary('told_model', 'opportunity', '3', 'ko');
SELECT * FROM summary('told_model', 'opportunity', '3', 'zh');
SELECT record_type, record_id, sentence_number, sentence FROM told_model.record_summary ORDER BY 1, 2, 3;
SELECT alter_model('told_model', language => 'zh');
SELECT count(*) AS sentences, count(*) FILTER (WHERE sentence IS DISTINCT FROM s.s) AS different
FROM (SELECT DISTINCT record_type, record_id FROM told_model.record_kpi) k
CROSS JOIN LATERAL summary('told_model', k.record_type::text, k.record_id, 'zh') WITH ORDINALITY s(s, n)
FULL JOIN told_model.record_summary r ON r.record_type = k.record_type AND r.record_id = k.record_id
  AND r.sentence_number = s.n;

-- the widgets that apply, and their labels
SELECT r.record_type, r.record_id, d -> 'label' AS label, d -> 'widgets' AS widgets,
  (SELECT count(*) FROM jsonb_array_elements_text(d -> 'widgets') w WHERE d -> w ->> 'label' IS NULL) AS unlabelled,
  (SELECT array_agg(k) FROM jsonb_object_keys(d) k WHERE jsonb_typeof(d -> k) = 'object' AND NOT d -> 'widgets' ? k)
    AS unlisted
FROM told.records r CROSS JOIN LATERAL insights('told_model', r.record_type, r.record_id) d ORDER BY 2;
-- its figures are the views' own
SELECT d #> '{customer_interactions,emails_received,value}' = to_jsonb(k.emails_received) AS emails,
  d #> '{time_spent,us,value}' = to_jsonb(k.time_spent_by_us_hours) AS hours,
    d #> '{response_time,them,value}' = to_jsonb(k.median_response_time_by_them_hours) AS response,
  d #> '{email_ratio,them,value}' = to_jsonb(k.email_ratio_by_them) AS ratio,
    d #> '{email_engagement,open_rate,value}' = to_jsonb(k.open_rate) AS opened,
  d #> '{relationship_health,score}' = to_jsonb(h.score) AS score,
    (d #>> '{next_interaction,at}')::timestamptz = n.next_interaction_at AS next,
  jsonb_array_length(d #> '{relationship_activities,series,0,values}') = 60 AS days,
    d ->> 'refreshed_at' IS NOT NULL AS refreshed
FROM insights('told_model', 'opportunity', '3') d, told_model.record_kpi k, told_model.relationship_health h,
  told_model.next_and_last_interaction n
WHERE (k.record_type, k.record_id) = ('opportunity', 3) AND (h.record_type, h.record_id) = ('opportunity', 3)
  AND (n.record_type, n.record_id) = ('opportunity', 3);
SELECT jsonb_pretty(insights('told_model', 'opportunity', '3',
  'ko') - '{refreshed_at,refreshed_text,relationship_activities,relationship_health,summary}'::text[]);
-- the same with NULLs and without activities
SELECT * FROM summary('told_model', 'opportunity', '6');
SELECT jsonb_pretty(insights('told_model', 'opportunity',
  '6') - '{refreshed_at,refreshed_text,relationship_activities,relationship_health,customer_interactions,'
  'email_engagement}'::text[]);

-- figures as people say them
SELECT v, relinsights._figure_text(v, 'hours', 'en') AS hours, relinsights._figure_text(v, 'effort', 'zh') AS effort,
  relinsights._figure_text(v, 'share', 'en') AS share,
  relinsights._figure_text(v, 'ratio', 'en') AS ratio, relinsights._figure_text(v, 'count', 'ko') AS count
FROM unnest('{0,0.004,0.005,0.125,0.996,1,-0.125,-30,50,1000000}'::float8[]) v;

-- similar won deals and the comparison, worded and laid out
SELECT relinsights._sentences(to_jsonb(f), language) FROM languages() l(codes), unnest(codes) language,
  (SELECT 'opportunity' AS record_type, NULL AS emails_sent, NULL AS emails_received,
  NULL AS meetings_sent, NULL AS meetings_received, NULL AS phone_calls_made, NULL AS phone_calls_received,
    NULL AS median_response_time_by_us_hours, NULL AS median_response_time_by_them_hours,
  NULL AS time_spent_by_us_hours, NULL AS time_spent_by_them_hours, NULL AS score, NULL AS grade, NULL AS trend,
    NULL AS next_at, NULL AS next_kind, NULL AS next_state, NULL AS last_at, NULL AS last_kind,
  'similar' AS compared_with, -12.0 AS median_response_time_by_us_hours_difference,
    3.25::float8 AS time_spent_by_us_hours_difference, 0.4 AS activities_difference,
  -1234.5 AS activities_at_same_age_difference,
  0.1::float8 AS response_rate_by_us_difference, NULL AS response_rate_by_them_difference) f;
SELECT relinsights._page(jsonb_build_object('label', 'Deal', 'record_id', '3', 'language', language, 'widgets',
  '["similar_won_deals", "comparison"]'::jsonb,
  'similar_won_deals', relinsights._similar_widget(relinsights._labels(language),
    '[{"rank": 2, "won_record_id": 8, "name": null, "similarity": 0.5, "activities": 3},
     {"rank": 1, "won_record_id": 7, "name": "한빛 데스크", "similarity": 0.915, "activities": 12}]', language),
  'comparison', relinsights._comparison_widget(relinsights._labels(language),
    '[{"kpi": "response_rate_by_them", "this_deal": 0.5, "average": 0.625, "difference": -0.125, "compared_with": '
    '"similar"},
     {"kpi": "response_rate_by_us", "this_deal": 0.5, "average": null, "difference": null, "compared_with": "similar",
      "average_at_same_age": null},
     {"kpi": "median_response_time_by_us_hours", "this_deal": 4, "average": 16, "difference": -12, "compared_with": '
       '"similar"},
     {"kpi": "activities", "this_deal": 20, "average": 15.25, "difference": 4.75, "compared_with": "similar",
      "average_at_same_age": 9.5},
     {"kpi": "unheard_of", "this_deal": 1, "average": 1, "difference": 0, "compared_with": "similar"}]', language)))
FROM languages() l(codes), unnest(codes) language \g (format=unaligned tuples_only=on)
SELECT relinsights._similar_widget(relinsights._labels('zh'),
  '[{"rank": 1, "won_record_id": 7, "similarity": 0.915, "contributions": {"size": 0.4}, "activities": 12, '
  '"median_response_time_by_us_hours": 30.5}]', 'zh') #> '{deals,0}' AS deal;
SELECT relinsights._sentences('{}', 'en');
SELECT relinsights._page('[]');
-- what a name does to a terminal is left out: controls, and what turns the direction of what follows
SELECT relinsights._page(jsonb_build_object('label', 'Account', 'record_id', '1', 'name', name, 'language', 'ko',
  'widgets', '[]'::jsonb)) = relinsights._page(
  jsonb_build_object('label', 'Account', 'record_id', '1', 'name', 'Acme gpj.exe', 'language', 'ko', 'widgets',
    '[]'::jsonb)) AS harmless
FROM (VALUES (E'Acme \u202Egpj.exe'), (E'\u2066Acme\u2069 gpj.exe\u200F'),
  (E'Ac\u061Cme\u0085 g\u202A\u202B\u202C\u202Dpj.exe'), (E'Acme\ngpj.exe\u200E')) v(name);

-- every warning in every language, for so many days
SELECT language, warning, relinsights._attention_words(language, warning, days) AS words
FROM unnest(languages()) language,
  unnest('{awaiting_our_reply,no_reply_from_them,going_quiet,no_next_step,single_threaded,declining_health,overdue,'
  'one_sided,behind_won_deals}'::text[])
  WITH ORDINALITY w(warning, place), (VALUES (1), (14)) d(days) ORDER BY language, place, days;
SELECT relinsights._attention_words('en', 'late', 1);
SELECT relinsights._attention_words('fr', 'overdue', 1);
SELECT relinsights._attention_words('en', 'overdue', -1);

-- an opt-out at once: no person, and nothing of an activity of which everyone of theirs has opted out
SELECT jsonb_path_query_array(insights('told_model', 'opportunity', '3'), '$.most_contacted.people[*].party_id')
  AS people;
SELECT opt_out('told_model', 'them', 'bo');
SELECT jsonb_path_query_array(insights('told_model', 'opportunity', '3'), '$.most_contacted.people[*].party_id')
  AS people;
SELECT insights('told_model', 'opportunity', '3') #>> '{next_interaction,text}' AS next,
  insights('told_model', 'opportunity', '3') #> '{next_interaction,subject}' AS subject;
SELECT s FROM summary('told_model', 'opportunity', '3') s WHERE s ~ 'interaction';
SELECT count(*) AS told_of_bo FROM (SELECT page('told_model', 'opportunity', '3') UNION ALL
  SELECT insights('told_model', 'opportunity', '3')::text
  UNION ALL SELECT * FROM summary('told_model', 'opportunity', '3')) x(x) WHERE x ~ '\mbo\M|secret|last call';
CALL refresh('told_model');
SELECT count(*) AS told_of_bo FROM (SELECT page('told_model', 'opportunity', '3') UNION ALL
  SELECT insights('told_model', 'opportunity', '3')::text
  UNION ALL SELECT * FROM summary('told_model', 'opportunity', '3')) x(x)
    WHERE x ~ '\mbo\M|secret|last call|2024-03-06T23:45|7 March 2024|2024-03-07';
SELECT * FROM summary('told_model', 'opportunity', '3');
SELECT opt_in('told_model', 'them', 'bo');
CALL refresh('told_model');

-- whoever may not read an activity sees its time, not its subject; whoever may read nothing gets an error
CREATE ROLE told_reader;
SET ROLE told_reader;
SELECT * FROM summary('told_model', 'opportunity', '3');
RESET ROLE;
GRANT USAGE ON SCHEMA told_model, told TO told_reader;
GRANT SELECT ON told_model.opportunity_kpi TO told_reader;
SET ROLE told_reader;
SELECT * FROM summary('told_model', 'opportunity', '3');
RESET ROLE;
-- what the form of an opportunity shows is enough, for the summary less
GRANT SELECT ON told_model.refreshed, told_model.relationship_health, told_model.next_and_last_interaction,
  told_model.opportunity_comparison TO told_reader;
SET ROLE told_reader;
SELECT count(*) AS sentences FROM summary('told_model', 'opportunity', '3');
SELECT insights('told_model', 'opportunity', '3');
RESET ROLE;
GRANT SELECT ON told_model.top_contacts, told_model.relationship_activity, told_model.similar_won_deals TO told_reader;
SELECT has_table_privilege('told_reader', 'told_model.record_kpi', 'SELECT') AS kpi,
  has_table_privilege('told_reader', 'told_model.refresh_log', 'SELECT') AS log,
  has_table_privilege('told_reader', 'told_model.settings', 'SELECT') AS settings;
SET ROLE told_reader;
SELECT count(*) AS sentences FROM summary('told_model', 'opportunity', '3');
SELECT d #>> '{next_interaction,text}' AS next, d #> '{next_interaction,subject}' AS subject,
  d #> '{last_interaction,subject}' AS last_subject FROM insights('told_model', 'opportunity', '3') d;
SELECT page('told_model', 'opportunity', '3') ~ 'secret|last call' AS tells;
RESET ROLE;
GRANT SELECT ON told.activities TO told_reader;
ALTER TABLE told.activities ENABLE ROW LEVEL SECURITY;
CREATE POLICY no_secrets ON told.activities USING (subject !~ 'secret');
SET ROLE told_reader;
SELECT d #> '{next_interaction,subject}' AS subject, d #> '{last_interaction,subject}' AS last_subject
  FROM insights('told_model', 'opportunity', '3') d;
RESET ROLE;

-- numbers in the sentences of the random company are those of its KPIs
\getenv srcdir PG_ABS_SRCDIR
\set company :srcdir '/data/random_company.sql'
DROP SCHEMA IF EXISTS testing CASCADE;
\i :company
SELECT testing.make_company('told_company', 5, 'bigint');
SELECT create_model('told_random', 'told_company.activities', 'told_company.participants', 'told_company.records',
  'told_company.record_parties', time_zone => 'UTC');
CALL refresh('told_random');
WITH expected AS (
  SELECT k.record_type, k.record_id, v.sentence
  FROM told_random.record_kpi k
  CROSS JOIN LATERAL (VALUES ('started', 'meeting', k.meetings_sent, k.meetings_received),
    ('sent', 'e-mail', k.emails_sent, k.emails_received),
    ('made', 'phone call', k.phone_calls_made, k.phone_calls_received)) c(verb, thing, us, them)
  CROSS JOIN LATERAL (SELECT format('%s %s %s %s%s, %s.', CASE WHEN us >= them THEN 'You' ELSE 'The customer' END, verb,
    greatest(us, them), thing,
    CASE WHEN greatest(us, them) = 1 THEN '' ELSE 's' END,
      CASE WHEN us = them THEN 'as many as ' WHEN least(us, them) > 0 THEN abs(us - them) || ' more than ' ELSE '' END
    || CASE WHEN us >= them THEN 'the customer' ELSE 'you' END || CASE WHEN least(us, them) = 0 THEN ' none'
      ELSE '' END)) v(sentence)
  WHERE us + them > 0
  UNION ALL
  SELECT h.record_type, h.record_id, format('Relationship health is %s (%s of 100)%s.', grade, score,
    CASE trend WHEN 'new' THEN '; the relationship is new' ELSE ' and ' || trend END)
    FROM told_random.relationship_health h WHERE score IS NOT NULL
  UNION ALL
  SELECT n.record_type, n.record_id, format('The last interaction was %s on %s %s %s at %s.',
    CASE last_kind WHEN 'email' THEN 'an e-mail' WHEN 'task' THEN 'a task' WHEN 'other' THEN 'another activity'
      ELSE 'a ' || replace(last_kind::text, '_', ' ') END,
    extract(day FROM last_interaction_at), trim(to_char(last_interaction_at, 'Month')),
      extract(year FROM last_interaction_at), to_char(last_interaction_at, 'HH24:MI'))
  FROM told_random.next_and_last_interaction n WHERE last_interaction_at IS NOT NULL
  UNION ALL
  SELECT 'opportunity', o.record_id, CASE round(abs(difference)::numeric) WHEN 0
    THEN 'There are as many activities as in '
    WHEN 1 THEN CASE WHEN difference < 0 THEN 'There is 1 fewer activity than in '
      ELSE 'There is 1 more activity than in ' END
    ELSE format('There are %s %s activities than in ', round(abs(difference)::numeric),
      CASE WHEN difference < 0 THEN 'fewer' ELSE 'more' END) END
    || CASE compared_with WHEN 'recent' THEN 'recently won deals on average.' ELSE 'similar won deals on average.' END
  FROM told_random.opportunity_comparison o WHERE kpi = 'activities' AND difference IS NOT NULL),
told AS (SELECT record_type, record_id, sentence FROM told_random.record_summary
  WHERE sentence !~ '^(You|The customer) (typically|ha(ve|s) spent)' AND sentence !~ 'next|response rate')
SELECT (SELECT count(*) FROM told) AS sentences, (SELECT count(*) FROM (TABLE expected EXCEPT ALL TABLE told) x)
  AS missing,
       (SELECT count(*) FROM (TABLE told EXCEPT ALL TABLE expected) x) AS surplus;

-- no setting of a session changes a document, but for the times of now
SET extra_float_digits = -15; SET timezone = 'Asia/Tokyo'; SET datestyle = 'SQL, DMY'; SET intervalstyle = 'iso_8601';
CREATE TEMP TABLE other_settings AS SELECT i, s FROM insights('told_model', 'opportunity', '3') i,
  LATERAL (SELECT array_agg(s) AS s FROM told_model.record_summary r(t, id, n, s) WHERE id = 3) s;
RESET extra_float_digits; RESET timezone; RESET datestyle; RESET intervalstyle;
SELECT i = insights('told_model', 'opportunity', '3') AS same,
  s = (SELECT array_agg(s) FROM told_model.record_summary r(t, id, n, s) WHERE id = 3) AS same_sentences
  FROM other_settings;

SELECT drop_model('told_model'), drop_model('told_random');
DROP SCHEMA told, told_company, testing CASCADE;
DROP ROLE told_reader;

-- a database whose encoding lacks the characters of a language says so at once, and its models' setting too
SELECT current_database() AS this_database \gset
CREATE DATABASE relinsights_euc_kr TEMPLATE template0 ENCODING 'EUC_KR' LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE relinsights_latin1 TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';
\c relinsights_latin1
SET client_encoding = 'UTF8';
\set SHOW_CONTEXT never
CREATE EXTENSION pg_relinsights;
SELECT language, relinsights._language_fits(language) FROM unnest(relinsights.languages()) language;
SELECT relinsights._check_language('ko');
SELECT relinsights._check_language('en');
SELECT * FROM relinsights.summary('any', 'account', '1', 'zh');
CREATE TABLE public.a (activity_id bigint, kind text, direction text, occurred_at timestamptz, regarding_type text,
  regarding_id bigint);
SELECT relinsights.create_model('m', 'public.a', language => 'zh');
SELECT relinsights.create_model('m', 'public.a');
SELECT relinsights.alter_model('m', language => 'ko');
\c relinsights_euc_kr
SET client_encoding = 'UTF8';
\set SHOW_CONTEXT never
CREATE EXTENSION pg_relinsights;
SELECT language, relinsights._language_fits(language) FROM unnest(relinsights.languages()) language;
SELECT relinsights._attention_words('ko', 'overdue', 3);
SELECT relinsights.insights('any', 'account', '1', 'zh');
\c :this_database
DROP DATABASE relinsights_euc_kr;
DROP DATABASE relinsights_latin1;
