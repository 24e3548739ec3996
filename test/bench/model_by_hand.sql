-- The best SQL that we could write for what a refresh of a model stores, and for one record live: the KPI columns of
-- record_kpi, 60 days of activity, three top people of each side, last and scheduled activities of opportunities and leads,
-- the record's own fields. No opt-outs, no sentiment, no health; less than the model keeps (every day, percentile, person).
--
-- What made it fast, each tried: a number per record (below 0 for opportunities and leads), so that all grouping is by one int and labels are compared once;
-- the customer's side first, the seller's only for what is left of opportunities and leads; one UNION for all
-- duplicates; teams counted for meetings only; both steps of the turns on one sort; doubles for durations, as sums of
-- intervals are slow.
CREATE FUNCTION bench.model_by_hand(record text, links text, only_those text, meetings text, until date) RETURNS text LANGUAGE sql AS $body$ SELECT format($sql$
WITH record AS MATERIALIZED (%1$s),
linked AS MATERIALIZED (%2$s),
member AS MATERIALIZED (
  SELECT l.k, a.activity_id, a.kind = 'email' AS email, a.kind = 'meeting' AS meeting, a.kind = 'phone_call' AS call,
    a.direction = 'outbound' AS ours, a.occurred_at, a.status = 'scheduled' AS scheduled, date_part('epoch', a.duration) AS seconds,
    a.thread_id, a.automated, a.followed, a.opens > 0 AS opened, a.link_clicks > 0 AS clicked, a.attachment_views > 0 AS viewed, a.replies > 0 AS replied
  FROM linked l JOIN crm.activities a USING (activity_id) WHERE a.status <> 'cancelled'),
person AS MATERIALIZED (
  SELECT DISTINCT activity_id, side = 'us' AS ours, party_id FROM crm.participants WHERE role <> 'bcc' %3$s),
team AS (
  SELECT activity_id, count(*) AS people FROM person JOIN (%5$s) a USING (activity_id) WHERE ours GROUP BY 1),
base AS MATERIALIZED (
  SELECT k, count(*) FILTER (WHERE email AND ours) AS es, count(*) FILTER (WHERE email AND NOT ours) AS er,
    count(*) FILTER (WHERE meeting AND ours) AS ms, count(*) FILTER (WHERE meeting AND NOT ours) AS mr,
    count(*) FILTER (WHERE call AND ours) AS cs, count(*) FILTER (WHERE call AND NOT ours) AS cr,
    count(*) FILTER (WHERE NOT (email OR meeting OR call)) AS others, count(*) AS n, count(*) FILTER (WHERE ours) AS by_us,
    sum(seconds) FILTER (WHERE NOT email AND (call OR meeting OR ours)) AS us_once,
    sum(seconds) FILTER (WHERE NOT email AND (call OR meeting OR NOT ours)) AS them_time,
    sum(seconds) FILTER (WHERE meeting OR call) AS face_time,
    min(occurred_at) AS first_at, max(occurred_at) AS last_at, max(occurred_at) FILTER (WHERE ours) AS last_us, max(occurred_at) FILTER (WHERE NOT ours) AS last_them,
    count(*) FILTER (WHERE email AND followed) AS followed, count(*) FILTER (WHERE email AND followed AND opened) AS opened,
    count(*) FILTER (WHERE email AND followed AND clicked) AS clicked, count(*) FILTER (WHERE email AND followed AND viewed) AS viewed,
    count(*) FILTER (WHERE email AND followed AND replied) AS replied
  FROM member WHERE NOT scheduled GROUP BY k),
extra AS (
  SELECT k, sum(seconds * (people - 1)) AS team_time FROM member JOIN team USING (activity_id)
  WHERE meeting AND NOT scheduled AND people > 1 GROUP BY k),
turn AS (
  SELECT k, thread_id, ours, occurred_at
  FROM (SELECT k, thread_id, ours, occurred_at, lag(ours) OVER (PARTITION BY k, thread_id ORDER BY occurred_at, ours) AS before
        FROM member WHERE email AND NOT scheduled AND NOT automated AND thread_id IS NOT NULL) x
  WHERE before IS DISTINCT FROM ours),
answer AS (
  SELECT k, ours, occurred_at, date_part('epoch', lead(occurred_at) OVER (PARTITION BY k, thread_id ORDER BY occurred_at, ours) - occurred_at) AS waited FROM turn),
response AS (
  SELECT k, count(waited) FILTER (WHERE NOT ours) AS by_us, count(waited) FILTER (WHERE ours) AS by_them,
    count(*) FILTER (WHERE NOT ours) AS asked_us, count(*) FILTER (WHERE ours) AS asked_them,
    avg(waited) FILTER (WHERE NOT ours) AS avg_us, avg(waited) FILTER (WHERE ours) AS avg_them,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY waited) FILTER (WHERE NOT ours) AS median_us,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY waited) FILTER (WHERE ours) AS median_them,
    min(occurred_at) FILTER (WHERE NOT ours AND waited IS NULL) AS oldest
  FROM answer GROUP BY k),
day AS (
  SELECT k, array_agg(day) AS days, array_agg(email) AS day_email, array_agg(meeting) AS day_meeting, array_agg(ours) AS day_ours, array_agg(n) AS day_counts
  FROM (SELECT k, (occurred_at AT TIME ZONE 'UTC')::date AS day, email, meeting, ours, count(*) AS n
        FROM member WHERE occurred_at >= (%4$L::date - 59)::timestamp AT TIME ZONE 'UTC' AND occurred_at < (%4$L::date + 1)::timestamp AT TIME ZONE 'UTC' AND NOT scheduled
        GROUP BY 1, 2, 3, 4, 5) x GROUP BY k),
acquaintance AS MATERIALIZED (
  SELECT m.k, p.ours, p.party_id, count(*) AS n, bool_or(NOT m.ours) AS began, max(m.occurred_at) AS last_at
  FROM member m JOIN person p USING (activity_id) WHERE NOT m.scheduled GROUP BY 1, 2, 3),
top AS (
  SELECT k, count(*) FILTER (WHERE NOT ours AND began) AS engaged,
    array_agg(party_id ORDER BY place) FILTER (WHERE NOT ours AND place <= 3) AS their_top, array_agg(n ORDER BY place) FILTER (WHERE NOT ours AND place <= 3) AS their_counts,
    array_agg(party_id ORDER BY place) FILTER (WHERE ours AND place <= 3) AS our_top, array_agg(n ORDER BY place) FILTER (WHERE ours AND place <= 3) AS our_counts
  FROM (SELECT *, row_number() OVER (PARTITION BY k, ours ORDER BY n DESC, last_at DESC, party_id::text COLLATE "C") AS place FROM acquaintance) x GROUP BY k),
last_one AS (
  SELECT m.k, max(m.activity_id::text COLLATE "C") AS activity_id FROM member m JOIN base b ON b.k = m.k AND b.last_at = m.occurred_at WHERE m.k < 0 AND NOT m.scheduled GROUP BY 1),
planned AS (
  SELECT k, array_agg(activity_id ORDER BY activity_id) AS activities FROM member WHERE k < 0 AND scheduled GROUP BY k)
SELECT r.record_type, r.record_id, coalesce(es, 0) AS emails_sent, coalesce(er, 0) AS emails_received, coalesce(ms, 0) AS meetings_sent,
  coalesce(mr, 0) AS meetings_received, coalesce(cs, 0) AS phone_calls_made, coalesce(cr, 0) AS phone_calls_received, coalesce(others, 0) AS other_activities,
  coalesce(n, 0) AS activities, coalesce(b.by_us, 0) AS activities_by_us, coalesce(n - b.by_us, 0) AS activities_by_them,
  es::double precision / nullif(er, 0) AS email_ratio_by_us, er::double precision / nullif(es, 0) AS email_ratio_by_them,
  coalesce(us_once, 0) / 3600 + coalesce(team_time, 0) / 3600 + coalesce(es * 5 + er * 2.5, 0) / 60 AS time_spent_by_us_hours,
  coalesce(them_time, 0) / 3600 + coalesce(es * 2.5 + er * 5, 0) / 60 AS time_spent_by_them_hours,
  coalesce(face_time, 0) / 3600 AS face_time_hours,
  avg_us / 3600 AS avg_response_time_by_us_hours, avg_them / 3600 AS avg_response_time_by_them_hours,
  median_us / 3600 AS median_response_time_by_us_hours, median_them / 3600 AS median_response_time_by_them_hours,
  s.by_us::double precision / nullif(asked_us, 0) AS response_rate_by_us, s.by_them::double precision / nullif(asked_them, 0) AS response_rate_by_them,
  coalesce(asked_us - s.by_us, 0) AS awaiting_us, coalesce(asked_them - s.by_them, 0) AS awaiting_them, oldest AS oldest_awaiting_us_since,
  first_at AS first_interaction_at, last_at AS last_interaction_at, last_us AS last_interaction_by_us_at, last_them AS last_interaction_by_them_at,
  coalesce(followed, 0) AS followed_emails, opened::double precision / nullif(followed, 0) AS open_rate, clicked::double precision / nullif(followed, 0) AS link_click_rate,
  viewed::double precision / nullif(followed, 0) AS attachment_view_rate, replied::double precision / nullif(followed, 0) AS reply_rate, coalesce(engaged, 0) AS engaged_contacts,
  days, day_email, day_meeting, day_ours, day_counts, their_top, their_counts, our_top, our_counts,
  o.activity_id AS last_activity_id, p.activities AS scheduled_activities, r.name, r.owner_id, r.account_id, r.state
FROM record r LEFT JOIN base b USING (k) LEFT JOIN extra x USING (k) LEFT JOIN response s USING (k) LEFT JOIN day d USING (k) LEFT JOIN top t USING (k)
LEFT JOIN last_one o USING (k) LEFT JOIN planned p USING (k)$sql$, record, links, only_those, until, meetings) $body$;

CREATE FUNCTION bench.refresh_by_hand(until date) RETURNS text LANGUAGE sql AS $body$ SELECT bench.model_by_hand(
  'SELECT (row_number() OVER () * CASE WHEN record_type IN (''opportunity'', ''lead'') THEN -1 ELSE 1 END)::int AS k, * FROM crm.records',
  $sql$
  WITH their_party AS MATERIALIZED (
    SELECT DISTINCT r.k, l.party_id FROM record r JOIN crm.record_parties l USING (record_type, record_id)
    WHERE l.side = 'them' AND NOT (r.k < 0 AND l.role = 'primary_contact')),
  our_party AS (
    SELECT DISTINCT r.k, l.party_id FROM record r JOIN crm.record_parties l USING (record_type, record_id)
    WHERE r.k < 0 AND l.side = 'us' AND l.role <> 'primary_contact'),
  deal AS MATERIALIZED (
    SELECT DISTINCT t.k, q.activity_id FROM their_party t JOIN crm.participants q USING (party_id) WHERE t.k < 0 AND q.side = 'them' AND q.role <> 'bcc')
  SELECT t.k, q.activity_id FROM their_party t JOIN crm.participants q USING (party_id) WHERE t.k > 0 AND q.side = 'them' AND q.role <> 'bcc'
  UNION
  SELECT d.k, d.activity_id FROM deal d JOIN crm.participants q USING (activity_id) JOIN our_party u ON u.k = d.k AND u.party_id = q.party_id
  WHERE q.side = 'us' AND q.role <> 'bcc'
  UNION
  SELECT r.k, a.activity_id FROM crm.activities a JOIN record r ON r.record_type = a.regarding_type AND r.record_id = a.regarding_id$sql$,
  '', 'SELECT activity_id FROM crm.activities WHERE kind = ''meeting''', until) $body$;

-- One record: $1 its type, $2 its id.
CREATE FUNCTION bench.live_by_hand(until date) RETURNS text LANGUAGE sql AS $body$ SELECT bench.model_by_hand(
  'SELECT CASE WHEN record_type IN (''opportunity'', ''lead'') THEN -1 ELSE 1 END AS k, * FROM crm.records WHERE record_type = $1 AND record_id = $2',
  $sql$
  WITH their_party AS MATERIALIZED (
    SELECT DISTINCT l.party_id FROM crm.record_parties l
    WHERE l.record_type = $1 AND l.record_id = $2 AND l.side = 'them' AND NOT ($1 IN ('opportunity', 'lead') AND l.role = 'primary_contact')),
  our_party AS MATERIALIZED (
    SELECT DISTINCT l.party_id FROM crm.record_parties l
    WHERE l.record_type = $1 AND l.record_id = $2 AND l.side = 'us' AND l.role <> 'primary_contact')
  SELECT CASE WHEN $1 IN ('opportunity', 'lead') THEN -1 ELSE 1 END AS k, activity_id FROM (
    SELECT q.activity_id FROM crm.participants q
    WHERE q.party_id IN (SELECT party_id FROM their_party) AND q.side = 'them' AND q.role <> 'bcc'
      AND ($1 IN ('account', 'contact') OR EXISTS (
        SELECT FROM crm.participants u WHERE u.activity_id = q.activity_id AND u.side = 'us' AND u.role <> 'bcc' AND u.party_id IN (SELECT party_id FROM our_party)))
    UNION
    SELECT activity_id FROM crm.activities WHERE regarding_type = $1 AND regarding_id = $2) l$sql$,
  'AND activity_id IN (SELECT activity_id FROM linked)', 'SELECT DISTINCT activity_id FROM member WHERE meeting', until) $body$;
