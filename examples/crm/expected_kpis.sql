-- The KPIs of record_kpi by plain SQL from what an expected.sql found in a CRM's own tables, as temporary views:
--   done       act, kind, direction, at, hours, thread, in_responses, needs_reply, followed, opens, clicks, views,
-- replies:
--              what has happened by now, each once
--   present    act, side, person, openly: who took part (openly: not in blind copy alone)
--   regards    act, record_type, record_id
--   listed     record_type, record_id, side, person: whose activities matter to the record
--   recorded   record_type, record_id, closed_at (of what is closed, else NULL)
-- Settings are the defaults: gap 30 days, 5 and 2.5 minutes, unless_regarding_another, until_closed. Gives the view
-- expected_kpi.
CREATE TEMP VIEW belongs AS
SELECT r.record_type, r.record_id, d.*
FROM recorded r JOIN done d ON
  EXISTS (SELECT FROM regards g WHERE (g.act, g.record_type, g.record_id) = (d.act, r.record_type, r.record_id))
  OR EXISTS (
    SELECT FROM listed l JOIN present p ON p.side = l.side AND p.person = l.person AND p.openly
    WHERE p.act = d.act AND (l.record_type, l.record_id) = (r.record_type, r.record_id)
    HAVING bool_or(l.side = 'them') AND (r.record_type IN ('account', 'contact') OR (
      bool_or(l.side = 'us') AND (r.closed_at IS NULL OR d.at <= r.closed_at)
      AND NOT EXISTS (SELECT FROM regards g JOIN recorded o USING (record_type, record_id)
                      WHERE g.act = d.act AND g.record_type IN ('opportunity', 'lead')))));

-- One row per turn: a run of e-mails of one side within 30 days of one another.
CREATE TEMP VIEW turn AS
WITH RECURSIVE mail AS MATERIALIZED (
  SELECT record_type, record_id, thread, at, direction, needs_reply,
         row_number() OVER (PARTITION BY record_type, record_id, thread ORDER BY at, direction, act) AS place
  FROM belongs WHERE kind = 'email' AND in_responses AND direction IS NOT NULL AND thread IS NOT NULL),
walk AS (
  SELECT *, 1 AS conversation, 1 AS turn FROM mail WHERE place = 1
  UNION ALL
  SELECT m.*, w.conversation + (m.at - w.at > interval '30 days')::int,
         w.turn + (m.direction <> w.direction OR m.at - w.at > interval '30 days')::int
  FROM walk w JOIN mail m ON (m.record_type, m.record_id, m.thread) = (w.record_type, w.record_id, w.thread)
                         AND m.place = w.place + 1)
SELECT record_type, record_id, thread, conversation, turn, min(direction) AS direction, min(at) AS since,
  max(at) AS until,
       min(at) FILTER (WHERE needs_reply) AS waits_since
FROM walk GROUP BY 1, 2, 3, 4, 5;

-- by: the side that answers, or should.
CREATE TEMP VIEW response AS
SELECT t.record_type, t.record_id, CASE t.direction WHEN 'inbound' THEN 'us' ELSE 'them' END AS by,
  extract(epoch FROM a.since - t.since) / 3600 AS hours, t.waits_since,
  a.since IS NOT NULL AND NOT EXISTS (
    SELECT FROM turn e WHERE (e.record_type, e.record_id, e.thread, e.conversation, e.direction)
                           = (t.record_type, t.record_id, t.thread, t.conversation, t.direction) AND e.turn < t.turn)
                             AS is_first,
  CASE WHEN a.since IS NOT NULL THEN 'answered' WHEN t.waits_since IS NULL THEN 'closed'
       WHEN now() - t.until <= interval '30 days' AND NOT EXISTS (
         SELECT FROM turn e WHERE (e.record_type, e.record_id, e.thread) = (t.record_type, t.record_id, t.thread)
                              AND e.turn > t.turn) THEN 'awaiting'
       ELSE 'lapsed' END AS fate
FROM turn t LEFT JOIN turn a ON (a.record_type, a.record_id, a.thread, a.conversation, a.turn)
                              = (t.record_type, t.record_id, t.thread, t.conversation, t.turn + 1);

CREATE TEMP VIEW expected_kpi AS
SELECT r.record_type, r.record_id::text, b.*, a.*, first.*, n.*
FROM recorded r
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE kind = 'email' AND direction = 'outbound') AS emails_sent,
    count(*) FILTER (WHERE kind = 'email' AND direction = 'inbound') AS emails_received,
    count(*) FILTER (WHERE kind = 'meeting' AND direction = 'outbound') AS meetings_sent,
    count(*) FILTER (WHERE kind = 'meeting' AND direction = 'inbound') AS meetings_received,
    count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'outbound') AS phone_calls_made,
    count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'inbound') AS phone_calls_received,
    count(*) FILTER (WHERE kind = 'task') AS tasks_completed, count(*)
      FILTER (WHERE kind = 'other') AS other_activities,
    count(*) AS activities, count(*) FILTER (WHERE direction = 'outbound') AS activities_by_us,
    count(*) FILTER (WHERE direction = 'inbound') AS activities_by_them,
    count(*) FILTER (WHERE kind = 'email' AND direction = 'outbound')::float8
      / nullif(count(*) FILTER (WHERE kind = 'email' AND direction = 'inbound'), 0) AS email_ratio_by_us,
    count(*) FILTER (WHERE kind = 'email' AND direction = 'inbound')::float8
      / nullif(count(*) FILTER (WHERE kind = 'email' AND direction = 'outbound'), 0) AS email_ratio_by_them,
    coalesce(sum(CASE kind WHEN 'email' THEN CASE direction WHEN 'outbound' THEN 5 WHEN 'inbound' THEN 2.5
      ELSE 0 END / 60.0
      WHEN 'meeting' THEN hours * greatest(1, team) WHEN 'phone_call' THEN hours
      ELSE CASE direction WHEN 'outbound' THEN hours ELSE 0 END END), 0)::float8 AS time_spent_by_us_hours,
    coalesce(sum(CASE kind WHEN 'email' THEN CASE direction WHEN 'outbound' THEN 2.5 WHEN 'inbound' THEN 5
      ELSE 0 END / 60.0
      WHEN 'meeting' THEN hours WHEN 'phone_call' THEN hours
      ELSE CASE direction WHEN 'inbound' THEN hours ELSE 0 END END), 0)::float8 AS time_spent_by_them_hours,
    coalesce(sum(hours) FILTER (WHERE kind IN ('meeting', 'phone_call')), 0)::float8 AS face_time_hours,
    min(at) AS first_interaction_at, max(at) AS last_interaction_at,
    max(at) FILTER (WHERE direction = 'outbound') AS last_interaction_by_us_at,
    max(at) FILTER (WHERE direction = 'inbound') AS last_interaction_by_them_at,
    count(*) FILTER (WHERE kind = 'email' AND followed) AS followed_emails,
    avg((coalesce(opens, 0) > 0)::int) FILTER (WHERE kind = 'email' AND followed)::float8 AS open_rate,
    avg((coalesce(clicks, 0) > 0)::int) FILTER (WHERE kind = 'email' AND followed)::float8 AS link_click_rate,
    avg((coalesce(views, 0) > 0)::int) FILTER (WHERE kind = 'email' AND followed)::float8 AS attachment_view_rate,
    avg((coalesce(replies, 0) > 0)::int) FILTER (WHERE kind = 'email' AND followed)::float8 AS reply_rate,
    count(*) FILTER (WHERE kind = 'email' AND in_responses AND direction IS NOT NULL AND thread IS NULL)
      AS unthreaded_emails,
    count(*) FILTER (WHERE direction IS NULL) AS activities_of_unknown_direction
  FROM (SELECT d.*, (SELECT count(DISTINCT p.person) FROM present p WHERE p.act = d.act AND p.side = 'us' AND p.openly)
    AS team
        FROM belongs d WHERE (d.record_type, d.record_id) = (r.record_type, r.record_id)) d) b
CROSS JOIN LATERAL (
  SELECT avg(hours) FILTER (WHERE by = 'us')::float8 AS avg_response_time_by_us_hours,
    avg(hours) FILTER (WHERE by = 'them')::float8 AS avg_response_time_by_them_hours,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE by = 'us') AS median_response_time_by_us_hours,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE by = 'them') AS median_response_time_by_them_hours,
    avg((fate = 'answered')::int) FILTER (WHERE by = 'us' AND fate <> 'closed')::float8 AS response_rate_by_us,
    avg((fate = 'answered')::int) FILTER (WHERE by = 'them' AND fate <> 'closed')::float8 AS response_rate_by_them,
    count(*) FILTER (WHERE by = 'us' AND fate = 'awaiting') AS awaiting_us,
    count(*) FILTER (WHERE by = 'them' AND fate = 'awaiting') AS awaiting_them,
    min(waits_since) FILTER (WHERE by = 'us' AND fate = 'awaiting') AS oldest_awaiting_us_since,
    count(*) FILTER (WHERE by = 'us' AND fate = 'lapsed') AS lapsed_us,
    count(*) FILTER (WHERE by = 'them' AND fate = 'lapsed') AS lapsed_them
  FROM response x WHERE (x.record_type, x.record_id) = (r.record_type, r.record_id)) a
CROSS JOIN LATERAL (
  SELECT avg(hours) FILTER (WHERE by = 'us')::float8 AS avg_first_response_time_by_us_hours,
    avg(hours) FILTER (WHERE by = 'them')::float8 AS avg_first_response_time_by_them_hours,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE by = 'us')
      AS median_first_response_time_by_us_hours,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE by = 'them')
      AS median_first_response_time_by_them_hours
  FROM response x WHERE (x.record_type, x.record_id) = (r.record_type, r.record_id) AND x.is_first) first
CROSS JOIN LATERAL (
  SELECT count(DISTINCT p.person) AS engaged_contacts
  FROM belongs d JOIN present p ON p.act = d.act AND p.side = 'them' AND p.openly
  WHERE (d.record_type, d.record_id) = (r.record_type, r.record_id) AND d.direction = 'inbound') n;
