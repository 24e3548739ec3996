-- What `make demo` shows: the questions a seller or a manager asks, answered over the demo company.
\set QUIET on
\pset footer off
\pset null '-'
\pset linestyle unicode
\pset border 2
-- No line is wider than a small terminal: long values go over several.
\pset format wrapped
\pset columns 100
SET jit = off;
SET timezone = 'Asia/Seoul';
SET client_min_messages = warning;

\echo
\echo 'A model maps the company''s tables to KPIs: one call, one refresh.'
\echo
\echo '  SELECT relinsights.create_model(''crm'', ''demo.activities'', ''demo.participants'','
\echo '                                  ''demo.records'', ''demo.record_parties'');'
\echo '  CALL relinsights.refresh(''crm'');'
\echo
SELECT relinsights.create_model('crm', 'demo.activities', 'demo.participants', 'demo.records', 'demo.record_parties',
                                time_zone => 'Asia/Seoul') \g /dev/null
CALL relinsights.refresh('crm');

\echo '1. Which opportunities should I spend my time on?'
\echo '   Those that need attention most first, of equal ones the more valuable; and why.'
SELECT p.name AS opportunity, p.estimated_close_date AS closes, to_char(p.estimated_value, '999,999') AS value,
       p.score || ' ' || p.trend AS health, p.weight, array_to_string(p.warnings, E'\n') AS warnings
FROM crm.relationship_priority p LIMIT 5;
\echo '   The first of them, in words:'
SELECT a.words FROM crm.relationship_attention a
JOIN (SELECT record_id FROM crm.relationship_priority LIMIT 1) p ON p.record_id = a.record_id
WHERE a.record_type = 'opportunity' ORDER BY a.weight DESC, a.warning;

\echo '2. Is our relationship with this customer good?'
\echo '   Health is 0 to 100 and explains itself: activity that fades, how recent it is, how much comes'
\echo '   from them. Who declines most:'
SELECT i.name AS contact, h.score, h.grade, h.trend, round(h.activity::numeric, 2) AS activity,
       round(h.recency::numeric, 2) AS recency, round(h.engagement::numeric, 2) AS engagement,
         i.last_interaction_at::date AS last
FROM crm.relationship_health h JOIN crm.contact_kpi i USING (record_id)
WHERE h.record_type = 'contact' AND h.trend = 'declining' ORDER BY h.score, h.record_id DESC LIMIT 3;

\echo '3. How much time have we spent with them? In hours; a meeting of three of us counts three times.'
SELECT name AS account, round(time_spent_by_us_hours::numeric, 1) AS us,
  round(time_spent_by_them_hours::numeric, 1) AS them,
       round(face_time_hours::numeric, 1) AS "face to face", meetings_sent + meetings_received AS meetings
FROM crm.account_kpi ORDER BY time_spent_by_us_hours DESC, record_id LIMIT 5;

\echo '4. When did we last contact them, and when will we next?'
SELECT n.name AS opportunity, n.last_interaction_at::timestamp(0) AS last, n.last_subject AS "about",
       n.next_interaction_at::timestamp(0) AS next, n.next_subject AS "about "
FROM crm.next_and_last_interaction n JOIN crm.opportunity_kpi k USING (record_id)
WHERE n.record_type = 'opportunity' AND k.state = 'open' AND n.next_interaction_at IS NOT NULL
ORDER BY k.estimated_value DESC, record_id LIMIT 4;

\echo '5. How many e-mails and meetings do we exchange? The last 60 days, a block a day.'
SELECT a.name AS account, relinsights.sparkline(k.timeline, current_date) AS "60 days", a.emails_sent AS sent,
  a.emails_received AS received,
       round(a.email_ratio_by_us::numeric, 2) AS "sent / received", a.meetings_sent + a.meetings_received AS meetings
FROM crm.account_kpi a JOIN crm.record_kpi k ON k.record_type = 'account' AND k.record_id = a.record_id
ORDER BY a.activities DESC, a.record_id LIMIT 5;

\echo '6. What is the customer''s response rate? 7. How many activities did the customer start?'
SELECT name AS account, to_char(100 * response_rate_by_them, '990') || ' %' AS "they answer",
  to_char(100 * response_rate_by_us, '990') || ' %' AS "we answer",
       activities_by_them AS "they started", activities_by_us AS "we started", engaged_contacts AS "people engaged"
FROM crm.account_kpi WHERE activities >= 100 ORDER BY response_rate_by_them DESC, record_id LIMIT 5;

\echo '8. How long does our team take to respond? By region, in hours: medians of all responses, not'
\echo '   averages of medians.'
SELECT region, relinsights.responses(s, 'us') AS answers,
       round(extract(epoch FROM relinsights.median_response_time(s, 'us')) / 3600, 1) AS "our median",
       round(extract(epoch FROM relinsights.response_time_percentile(s, 'us', 0.95)) / 3600, 1) AS "95 % within",
       to_char(100 * relinsights.answered_within(s, 'us', '4 hours'), '990') || ' %' AS "within 4 h",
       round(extract(epoch FROM relinsights.median_response_time(s, 'them')) / 3600, 1) AS "their median"
FROM (SELECT r.attributes ->> 'region' AS region, relinsights.rollup(k.responses) AS s
      FROM crm.record_kpi k JOIN demo.records r ON r.record_type = 'account' AND r.record_id = k.record_id
      WHERE k.record_type = 'account' GROUP BY 1) x
ORDER BY 3;
\echo '   The same in working hours (Seoul, Monday to Friday, 9 to 18), straight from the activities:'
SELECT relinsights.responses(s, 'us') AS answers, date_trunc('minute', relinsights.median_response_time(s, 'us'))
  AS "our median in working time"
FROM (SELECT relinsights.response_agg(thread_id, direction::relinsights.activity_direction, occurred_at,
               '{"time_zone": "Asia/Seoul", "open": {"mon-fri": ["09:00-18:00"]}}'::relinsights.working_calendar) AS s
      FROM demo.activities WHERE kind = 'email' AND status = 'completed' AND NOT automated) x;

\echo 'Who are the people? Most contacted of theirs, and most contacted by of ours, at the account with'
\echo 'the most activity.'
SELECT t.side, t.rank, t.party_id AS person, t.interactions, t.emails, t.meetings, t.phone_calls AS calls,
  t.initiated_by_them AS "they started"
FROM crm.top_contacts t
WHERE t.record_type = 'account' AND t.record_id = (SELECT record_id FROM crm.account_kpi ORDER BY activities DESC,
  record_id LIMIT 1)
ORDER BY t.side DESC, t.rank;

\echo 'What tells won deals from lost?'
SELECT attribute, round(weight::numeric, 2) AS weight, kind, deals FROM crm.deal_factors ORDER BY weight DESC,
  attribute;

\echo 'Everything about one record, for a person: the open opportunity worth most that has a next'
\echo 'interaction, in three languages.'
\echo
SELECT k.record_id FROM crm.opportunity_kpi k JOIN crm.next_and_last_interaction n ON n.record_type = 'opportunity'
  AND n.record_id = k.record_id
WHERE k.state = 'open' AND n.next_interaction_at IS NOT NULL
  AND EXISTS (SELECT FROM crm.similar_won_deals s WHERE s.record_id = k.record_id)
ORDER BY k.estimated_value DESC, k.record_id LIMIT 1 \gset
\pset tuples_only on
\pset format unaligned
SELECT relinsights.page('crm', 'opportunity', :'record_id', 'en');
\echo
SELECT relinsights.page('crm', 'opportunity', :'record_id', 'ko');
\echo
SELECT relinsights.page('crm', 'opportunity', :'record_id', 'zh');
\echo
