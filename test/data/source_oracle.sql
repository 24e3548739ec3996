-- What a model says of its sources, computed in the plainest way: every record against every activity, window
-- functions, no
-- code of the extension. It reads relations in the shapes that create_model() takes, by the names of their columns, of
-- any
-- type; a column that is not there is NULL.
--
--   testing.sources_of(activities, ..., settings, opt-outs, as_of)  what is asked
--   testing.sources_of_model(model, as_of)                          the same from a model's own settings
--   testing.oracle_members(sources)     which activity belongs to which record; copies of one mail under their first id
--   testing.oracle_kpis(sources)        the plain columns of record_kpi, a jsonb object a record, numbers to 6 decimals
CREATE SCHEMA IF NOT EXISTS testing;

CREATE TYPE testing.sources AS (
  activities regclass, participants regclass, records regclass, record_parties regclass, activity_records regclass,
  time_zone text, source_time_zone text, deal_activities text, until_closed boolean, gap interval,
  write_minutes numeric, read_minutes numeric,
  opted_out text[],  -- side, a space, party_id
  as_of timestamptz);

CREATE FUNCTION testing.sources_of(
  activities regclass, participants regclass DEFAULT NULL, records regclass DEFAULT NULL,
    record_parties regclass DEFAULT NULL,
  activity_records regclass DEFAULT NULL, time_zone text DEFAULT 'UTC', source_time_zone text DEFAULT NULL,
  deal_activities text DEFAULT 'unless_regarding_another', until_closed boolean DEFAULT true,
    gap interval DEFAULT '30 days',
  write_minutes numeric DEFAULT 5, read_minutes numeric DEFAULT 2.5, opted_out text[] DEFAULT '{}',
    as_of timestamptz DEFAULT now())
RETURNS testing.sources LANGUAGE sql STABLE AS $$
  SELECT ROW(activities, participants, records, record_parties, activity_records, time_zone, source_time_zone,
    deal_activities,
             until_closed, nullif(gap, '0'), write_minutes, read_minutes, opted_out, as_of)::testing.sources
$$;

-- The sources are given again: nothing here depends on how a model keeps their names.
CREATE FUNCTION testing.sources_of_model(
  model text, activities regclass, participants regclass DEFAULT NULL, records regclass DEFAULT NULL,
  record_parties regclass DEFAULT NULL, activity_records regclass DEFAULT NULL, as_of timestamptz DEFAULT now())
RETURNS testing.sources LANGUAGE plpgsql STABLE AS $body$
DECLARE
  result testing.sources;
BEGIN
  EXECUTE format($sql$
    SELECT (testing.sources_of($1, $2, $3, $4, $5, s->>'time_zone', s->>'source_time_zone', s->>'deal_activities',
      (s->>'until_closed')::boolean, (s->>'conversation_gap')::interval, (s->>'email_write_minutes')::numeric,
      (s->>'email_read_minutes')::numeric,
      ARRAY(SELECT o.side::text || ' ' || o.party_id::text FROM %1$I.opt_out o), $6)).*
    FROM (SELECT to_jsonb(c) AS s FROM %1$I.settings c) x$sql$, model)
  INTO result USING activities, participants, records, record_parties, activity_records, as_of;
  RETURN result;
END;
$body$;

CREATE FUNCTION testing.rows_of(relation regclass) RETURNS SETOF jsonb LANGUAGE plpgsql STABLE AS $body$
BEGIN
  IF relation IS NOT NULL THEN
    RETURN QUERY EXECUTE format('SELECT to_jsonb(t) FROM %s t', relation);
  END IF;
END;
$body$;

-- The type below any domains; NULL if there is no such column.
CREATE FUNCTION testing.type_of(relation regclass, column_name text) RETURNS regtype LANGUAGE sql STABLE AS $$
  WITH RECURSIVE below AS (
    SELECT t.* FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = relation AND a.attname = column_name AND NOT a.attisdropped
    UNION ALL
    SELECT t.* FROM below b JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd')
  SELECT oid::regtype FROM below WHERE typtype <> 'd'
$$;

CREATE FUNCTION testing.read_id(value text, type regtype) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT nullif(CASE type WHEN 'character'::regtype THEN rtrim(value, ' ') ELSE value END, '') COLLATE "C"
$$;

-- days: a date is the midnight so many days later.
CREATE FUNCTION testing.read_time(value text, type regtype, s testing.sources, days int DEFAULT 0) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
  SELECT CASE type
    WHEN 'timestamptz'::regtype THEN value::timestamptz
    WHEN 'timestamp'::regtype THEN value::timestamp AT TIME ZONE s.source_time_zone
    WHEN 'date'::regtype THEN (value::date + days)::timestamp AT TIME ZONE s.time_zone
  END
$$;

CREATE FUNCTION testing.read_duration(value text, type regtype) RETURNS interval LANGUAGE sql STABLE AS $$
  SELECT CASE type WHEN 'interval'::regtype THEN value::interval ELSE value::double precision * interval '1 minute' END
$$;

-- Activities as they stand there, without deleted ones and those that have no id, kind or time.
CREATE FUNCTION testing.oracle_activities(s testing.sources) RETURNS TABLE (
  activity_id text, number numeric, kind text, direction text, at timestamptz, ends timestamptz, status text,
    counts boolean,
  duration interval, thread text, regarding_type text, regarding_id text, followed boolean, opens numeric,
    clicks numeric,
  views numeric, replies numeric, automated boolean, needs_reply boolean, copy_key text) LANGUAGE sql STABLE AS $$
  WITH type AS MATERIALIZED (
    SELECT testing.type_of(s.activities, 'activity_id') AS id, testing.type_of(s.activities, 'occurred_at') AS at,
      testing.type_of(s.activities, 'ends_at') AS ends, testing.type_of(s.activities, 'duration') AS duration,
      testing.type_of(s.activities, 'thread_id') AS thread, testing.type_of(s.activities, 'regarding_id') AS regarding,
      testing.type_of(s.activities, 'dedupe_key') AS copy_key),
  plain AS (
    SELECT testing.read_id(j->>'activity_id', t.id) AS activity_id, t.id AS id_type, j->>'kind' AS kind,
      j->>'direction' AS direction, testing.read_time(j->>'occurred_at', t.at, s) AS at,
      testing.read_time(j->>'ends_at', t.ends, s) AS ends, j->>'status' AS status,
      testing.read_duration(j->>'duration', t.duration) AS duration,
        testing.read_id(j->>'thread_id', t.thread) AS thread,
      j->>'regarding_type' AS regarding_type, testing.read_id(j->>'regarding_id', t.regarding) AS regarding_id,
      coalesce((j->>'followed')::boolean, false) AS followed, (j->>'opens')::numeric AS opens,
      (j->>'link_clicks')::numeric AS clicks, (j->>'attachment_views')::numeric AS views,
        (j->>'replies')::numeric AS replies,
      coalesce((j->>'automated')::boolean, false) AS automated,
        coalesce((j->>'needs_reply')::boolean, true) AS needs_reply,
      testing.read_id(j->>'dedupe_key', t.copy_key) AS copy_key
    FROM testing.rows_of(s.activities) j CROSS JOIN type t
    WHERE NOT coalesce((j->>'deleted')::boolean, false)),
  ended AS (
    SELECT p.*, coalesce(p.duration, p.ends - p.at) AS length, coalesce(p.ends, p.at + p.duration, p.at) AS until
    FROM plain p WHERE p.activity_id IS NOT NULL AND p.kind IS NOT NULL AND p.at IS NOT NULL)
  SELECT e.activity_id, CASE WHEN e.id_type IN ('int2'::regtype, 'int4', 'int8') THEN e.activity_id::numeric END,
    e.kind,
    e.direction, e.at, e.until, coalesce(e.status, CASE WHEN e.until > s.as_of THEN 'scheduled' ELSE 'completed' END),
    CASE WHEN e.status IS NULL THEN e.until <= s.as_of ELSE e.status = 'completed' AND e.at <= s.as_of END,
    e.length, e.thread, e.regarding_type, e.regarding_id, e.followed, e.opens, e.clicks, e.views, e.replies,
      e.automated,
    e.needs_reply, e.copy_key
  FROM ended e
$$;

-- Every activity and the first of its copies: of the completed ones of one kind with one key; else itself.
CREATE FUNCTION testing.oracle_copies(s testing.sources) RETURNS TABLE (activity_id text, first_id text)
  LANGUAGE sql STABLE AS $$
  SELECT a.activity_id, CASE WHEN a.copy_key IS NULL OR a.status <> 'completed' THEN a.activity_id
    ELSE first_value(a.activity_id) OVER (PARTITION BY a.status, a.kind, a.copy_key COLLATE "C"
                                          ORDER BY a.number, a.activity_id COLLATE "C") END
  FROM testing.oracle_activities(s) a
$$;

-- Who takes part: everyone with a role, of all copies, opted out or not. Somebody in blind copy and openly too is there
-- openly.
CREATE FUNCTION testing.oracle_people(s testing.sources) RETURNS TABLE (
  first_id text, side text, party_id text, roles text[], openly boolean, opted_out boolean) LANGUAGE sql STABLE AS $$
  SELECT c.first_id, p.side, p.party_id, array_agg(DISTINCT p.role), bool_or(p.role <> 'bcc'),
    p.side || ' ' || p.party_id = ANY (s.opted_out)
  FROM (
    SELECT testing.read_id(j->>'activity_id', testing.type_of(s.participants, 'activity_id')) AS activity_id,
      j->>'side' AS side,
      testing.read_id(j->>'party_id', testing.type_of(s.participants, 'party_id')) AS party_id, j->>'role' AS role
    FROM testing.rows_of(s.participants) j) p
  JOIN testing.oracle_copies(s) c ON c.activity_id = p.activity_id
  WHERE p.side IS NOT NULL AND p.party_id IS NOT NULL AND p.role IS NOT NULL
  GROUP BY c.first_id, p.side, p.party_id
$$;

-- What each activity regards, all copies together.
CREATE FUNCTION testing.oracle_regarding(s testing.sources) RETURNS TABLE (first_id text, record_type text,
  record_id text)
LANGUAGE sql STABLE AS $$
  SELECT DISTINCT c.first_id, r.record_type, r.record_id
  FROM (
    SELECT a.activity_id, a.regarding_type AS record_type, a.regarding_id AS record_id
      FROM testing.oracle_activities(s) a
    UNION ALL
    SELECT testing.read_id(j->>'activity_id', testing.type_of(s.activity_records, 'activity_id')), j->>'record_type',
      testing.read_id(j->>'record_id', testing.type_of(s.activity_records, 'record_id'))
    FROM testing.rows_of(s.activity_records) j) r
  JOIN testing.oracle_copies(s) c ON c.activity_id = r.activity_id
  WHERE r.record_type IS NOT NULL AND r.record_id IS NOT NULL
$$;

-- closed: after this moment people alone add nothing to an opportunity or lead.
CREATE FUNCTION testing.oracle_records(s testing.sources) RETURNS TABLE (record_type text, record_id text,
  closed timestamptz)
LANGUAGE sql STABLE AS $$
  SELECT j->>'record_type', testing.read_id(j->>'record_id', testing.type_of(s.records, 'record_id')),
    CASE WHEN coalesce(j->>'state', 'inactive') NOT IN ('open', 'active')
      -- Of a date, the last microsecond of the day.
      THEN testing.read_time(j->>'closed_at', testing.type_of(s.records, 'closed_at'), s, 1)
           - CASE WHEN testing.type_of(s.records, 'closed_at') = 'date'::regtype THEN interval '1 microsecond'
             ELSE '0' END END
  FROM testing.rows_of(s.records) j
  WHERE j->>'record_type' IS NOT NULL AND testing.read_id(j->>'record_id',
    testing.type_of(s.records, 'record_id')) IS NOT NULL
  UNION
  SELECT g.record_type, g.record_id, NULL FROM testing.oracle_regarding(s) g WHERE s.records IS NULL
$$;

CREATE FUNCTION testing.oracle_members(s testing.sources) RETURNS TABLE (record_type text, record_id text,
  activity_id text)
LANGUAGE sql STABLE AS $$
  WITH people AS MATERIALIZED (SELECT * FROM testing.oracle_people(s)),
  regarding AS MATERIALIZED (SELECT * FROM testing.oracle_regarding(s)),
  records AS MATERIALIZED (SELECT r.*, r.record_type IN ('opportunity', 'lead') AS is_deal
    FROM testing.oracle_records(s) r),
  listed AS MATERIALIZED (
    SELECT j->>'record_type' AS record_type,
      testing.read_id(j->>'record_id', testing.type_of(s.record_parties, 'record_id')) AS record_id, j->>'side' AS side,
      testing.read_id(j->>'party_id', testing.type_of(s.record_parties, 'party_id')) AS party_id, j->>'role' AS role
    FROM testing.rows_of(s.record_parties) j),
  present AS MATERIALIZED (SELECT first_id, side, party_id FROM people WHERE openly AND NOT opted_out),
  -- The record and the side of whose people somebody takes part.
  linked AS MATERIALIZED (
    SELECT DISTINCT l.record_type, l.record_id, l.side, p.first_id
    FROM listed l JOIN present p ON p.side = l.side AND p.party_id = l.party_id
    WHERE l.record_type IN ('account', 'contact') OR l.role IS DISTINCT FROM 'primary_contact'),
  gone AS MATERIALIZED (SELECT first_id FROM people WHERE side = 'them' GROUP BY first_id HAVING bool_and(opted_out)),
  activities AS MATERIALIZED (
    SELECT a.activity_id, a.at FROM testing.oracle_activities(s) a
    JOIN testing.oracle_copies(s) c ON c.activity_id = a.activity_id AND c.first_id = a.activity_id
    WHERE a.activity_id NOT IN (SELECT first_id FROM gone))
  SELECT r.record_type, r.record_id, a.activity_id
  FROM records r CROSS JOIN activities a
  WHERE EXISTS (SELECT FROM regarding g
                WHERE g.first_id = a.activity_id AND g.record_type = r.record_type AND g.record_id = r.record_id)
    OR (EXISTS (SELECT FROM linked l WHERE l.first_id = a.activity_id AND l.side = 'them'
                AND l.record_type = r.record_type AND l.record_id = r.record_id)
      AND (NOT r.is_deal OR (
        EXISTS (SELECT FROM linked l WHERE l.first_id = a.activity_id AND l.side = 'us'
                AND l.record_type = r.record_type AND l.record_id = r.record_id)
        AND (NOT s.until_closed OR r.closed IS NULL OR a.at <= r.closed)
        AND CASE s.deal_activities WHEN 'people' THEN true WHEN 'regarding' THEN false
          ELSE NOT EXISTS (SELECT FROM regarding g JOIN records o ON o.record_type = g.record_type
            AND o.record_id = g.record_id
                           WHERE g.first_id = a.activity_id AND o.is_deal
                             AND (o.record_type, o.record_id) <> (r.record_type, r.record_id)) END)))
$$;

-- What an activity is after its copies are one: a row for each that counts as of the moment.
CREATE FUNCTION testing.oracle_facts(s testing.sources) RETURNS TABLE (
  activity_id text, kind text, direction text, at timestamptz, hours numeric, team int, thread text,
    in_responses boolean,
  needs_reply boolean, followed boolean, opens numeric, clicks numeric, views numeric, replies numeric)
    LANGUAGE sql STABLE AS $$
  WITH activities AS MATERIALIZED (SELECT * FROM testing.oracle_activities(s)),
  copies AS MATERIALIZED (SELECT * FROM testing.oracle_copies(s)),
  people AS MATERIALIZED (SELECT * FROM testing.oracle_people(s)),
  told AS (
    SELECT c.first_id, bool_or(a.followed) AS followed, max(a.opens) AS opens, max(a.clicks) AS clicks,
      max(a.views) AS views,
      max(a.replies) AS replies
    FROM copies c JOIN activities a ON a.activity_id = c.activity_id GROUP BY c.first_id),
  seen AS (
    SELECT p.first_id, count(*) FILTER (WHERE p.side = 'us' AND p.openly AND NOT p.opted_out) AS team,
      bool_or('from' = ANY (p.roles)) AS has_from, bool_or('organizer' = ANY (p.roles)) AS has_organizer,
      bool_or('from' = ANY (p.roles) AND p.side = 'us') AS from_us,
        bool_or('from' = ANY (p.roles) AND p.side = 'them') AS from_them,
      bool_or('organizer' = ANY (p.roles) AND p.side = 'us') AS called_by_us,
      bool_or('organizer' = ANY (p.roles) AND p.side = 'them') AS called_by_them,
      bool_or(p.side = 'us' AND p.roles && '{to,cc,bcc}') AS to_us, bool_or(p.side = 'them') AS has_them
    FROM people p GROUP BY p.first_id)
  SELECT a.activity_id, a.kind,
    coalesce(a.direction, CASE
      WHEN p.has_from THEN CASE WHEN p.from_us AND p.from_them THEN NULL WHEN p.from_us THEN 'outbound'
        ELSE 'inbound' END
      WHEN p.has_organizer THEN
        CASE WHEN p.called_by_us AND p.called_by_them THEN NULL WHEN p.called_by_us THEN 'outbound'
          ELSE 'inbound' END END),
    a.at, coalesce(extract(epoch FROM a.duration) / 3600, 0), greatest(1, coalesce(p.team, 0))::int, a.thread,
    a.kind = 'email' AND NOT a.automated AND NOT coalesce(p.from_us AND p.to_us AND NOT p.has_them, false),
    a.needs_reply, t.followed, t.opens, t.clicks, t.views, t.replies
  FROM activities a JOIN told t ON t.first_id = a.activity_id LEFT JOIN seen p ON p.first_id = a.activity_id
  WHERE a.counts
$$;

CREATE FUNCTION testing.oracle_round(kpis jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) = 'number'
                                    THEN to_jsonb(trim_scale(round(value::numeric, 6))) ELSE value END)
  FROM jsonb_each(kpis)
$$;

CREATE FUNCTION testing.oracle_kpis(s testing.sources) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  WITH done AS MATERIALIZED (
    SELECT m.record_type, m.record_id, f.*, f.direction = 'outbound' AS ours, f.direction = 'inbound' AS theirs
    FROM testing.oracle_members(s) m JOIN testing.oracle_facts(s) f ON f.activity_id = m.activity_id),
  mail AS (
    SELECT d.record_type, d.record_id, d.thread, d.ours, d.at, d.needs_reply,
      d.at - lag(d.at) OVER w > s.gap AS after_silence, lag(d.ours) OVER w AS before,
      row_number() OVER w AS place
    FROM done d WHERE d.in_responses AND d.direction IS NOT NULL AND d.thread IS NOT NULL
    -- Equal times: inbound before outbound.
    WINDOW w AS (PARTITION BY d.record_type, d.record_id, d.thread ORDER BY d.at, d.ours, d.activity_id)),
  numbered AS (
    SELECT m.*, count(*) FILTER (WHERE m.after_silence) OVER w AS conversation,
      count(*) FILTER (WHERE m.before IS NULL OR m.before <> m.ours OR m.after_silence) OVER w AS turn
    FROM mail m
    WINDOW w AS (PARTITION BY m.record_type, m.record_id, m.thread ORDER BY m.place)),
  turn AS (
    SELECT record_type, record_id, thread, conversation, turn, bool_or(ours) AS ours, min(at) AS since,
      max(at) AS until,
      min(at) FILTER (WHERE needs_reply) AS awaiting_since
    FROM numbered GROUP BY 1, 2, 3, 4, 5),
  ended AS (
    SELECT t.*, lead(t.since) OVER c - t.since AS waited,
      t.conversation = max(t.conversation) OVER (PARTITION BY t.record_type, t.record_id, t.thread) AS in_last
    FROM turn t WINDOW c AS (PARTITION BY t.record_type, t.record_id, t.thread, t.conversation ORDER BY t.turn)),
  judged AS (
    SELECT e.record_type, e.record_id, NOT e.ours AS by_us, extract(epoch FROM e.waited) / 3600 AS hours,
      e.awaiting_since,
      CASE WHEN e.waited IS NOT NULL THEN 'answered' WHEN e.awaiting_since IS NULL THEN 'closed'
           WHEN e.in_last AND (s.gap IS NULL OR s.as_of - e.until <= s.gap) THEN 'awaiting' ELSE 'lapsed' END AS fate,
      row_number() OVER (PARTITION BY e.record_type, e.record_id, e.thread, e.conversation, e.ours, e.waited IS NULL
                         ORDER BY e.turn) = 1 AND e.waited IS NOT NULL AS is_first
    FROM ended e),
  response AS (
    SELECT record_type, record_id,
      avg(hours) FILTER (WHERE by_us) AS avg_us, avg(hours) FILTER (WHERE NOT by_us) AS avg_them,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE by_us) AS median_us,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE NOT by_us) AS median_them,
      count(hours) FILTER (WHERE by_us)::numeric / nullif(count(*) FILTER (WHERE by_us AND fate <> 'closed'), 0)
        AS rate_us,
      count(hours) FILTER (WHERE NOT by_us)::numeric / nullif(count(*) FILTER (WHERE NOT by_us AND fate <> 'closed'),
        0) AS rate_them,
      count(*) FILTER (WHERE by_us AND fate = 'awaiting') AS awaiting_us,
      count(*) FILTER (WHERE NOT by_us AND fate = 'awaiting') AS awaiting_them,
      count(*) FILTER (WHERE by_us AND fate = 'lapsed') AS lapsed_us,
      count(*) FILTER (WHERE NOT by_us AND fate = 'lapsed') AS lapsed_them,
      min(awaiting_since) FILTER (WHERE by_us AND fate = 'awaiting') AS oldest,
      avg(hours) FILTER (WHERE by_us AND is_first) AS first_avg_us, avg(hours)
        FILTER (WHERE NOT by_us AND is_first) AS first_avg_them,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE by_us AND is_first) AS first_median_us,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE NOT by_us AND is_first) AS first_median_them
    FROM judged GROUP BY 1, 2),
  engaged AS (
    SELECT d.record_type, d.record_id, count(DISTINCT p.party_id) AS people
    FROM done d JOIN testing.oracle_people(s) p ON p.first_id = d.activity_id
    WHERE d.theirs AND p.side = 'them' AND p.openly AND NOT p.opted_out GROUP BY 1, 2),
  tally AS (
    SELECT d.record_type, d.record_id, count(*) AS n,
      count(*) FILTER (WHERE kind = 'email' AND ours) AS es, count(*) FILTER (WHERE kind = 'email' AND theirs) AS er,
      count(*) FILTER (WHERE kind = 'meeting' AND ours) AS ms, count(*)
        FILTER (WHERE kind = 'meeting' AND theirs) AS mr,
      count(*) FILTER (WHERE kind = 'phone_call' AND ours) AS cs, count(*)
        FILTER (WHERE kind = 'phone_call' AND theirs) AS cr,
      count(*) FILTER (WHERE kind = 'task') AS tasks, count(*) FILTER (WHERE kind = 'other') AS others,
      count(*) FILTER (WHERE ours) AS by_us, count(*) FILTER (WHERE theirs) AS by_them,
      count(*) FILTER (WHERE direction IS NULL) AS by_nobody,
      count(*) FILTER (WHERE in_responses AND direction IS NOT NULL AND thread IS NULL) AS unthreaded,
      sum(CASE WHEN kind = 'email' AND ours THEN s.write_minutes / 60 WHEN kind = 'email' AND theirs
        THEN s.read_minutes / 60
               WHEN kind = 'meeting' THEN hours * team WHEN kind = 'phone_call' THEN hours
               WHEN kind IN ('task', 'other') AND ours THEN hours ELSE 0 END) AS us_hours,
      sum(CASE WHEN kind = 'email' AND ours THEN s.read_minutes / 60 WHEN kind = 'email' AND theirs
        THEN s.write_minutes / 60
               WHEN kind IN ('meeting', 'phone_call') THEN hours
               WHEN kind IN ('task', 'other') AND theirs THEN hours ELSE 0 END) AS them_hours,
      sum(hours) FILTER (WHERE kind IN ('meeting', 'phone_call')) AS face_hours,
      min(at) AS first_at, max(at) AS last_at, max(at) FILTER (WHERE ours) AS last_us, max(at)
        FILTER (WHERE theirs) AS last_them,
      count(*) FILTER (WHERE kind = 'email' AND followed) AS tracked,
      count(*) FILTER (WHERE kind = 'email' AND followed AND opens > 0) AS opened,
      count(*) FILTER (WHERE kind = 'email' AND followed AND clicks > 0) AS clicked,
      count(*) FILTER (WHERE kind = 'email' AND followed AND views > 0) AS viewed,
      count(*) FILTER (WHERE kind = 'email' AND followed AND replies > 0) AS replied
    FROM done d GROUP BY 1, 2)
  SELECT testing.oracle_round(to_jsonb(k)) FROM (
    SELECT r.record_type, r.record_id, coalesce(es, 0) AS emails_sent, coalesce(er, 0) AS emails_received,
      coalesce(ms, 0) AS meetings_sent, coalesce(mr, 0) AS meetings_received, coalesce(cs, 0) AS phone_calls_made,
      coalesce(cr, 0) AS phone_calls_received, coalesce(tasks, 0) AS tasks_completed,
        coalesce(others, 0) AS other_activities,
      coalesce(n, 0) AS activities, coalesce(by_us, 0) AS activities_by_us, coalesce(by_them, 0) AS activities_by_them,
      es::numeric / nullif(er, 0) AS email_ratio_by_us, er::numeric / nullif(es, 0) AS email_ratio_by_them,
      coalesce(us_hours, 0) AS time_spent_by_us_hours, coalesce(them_hours, 0) AS time_spent_by_them_hours,
      coalesce(face_hours, 0) AS face_time_hours,
      avg_us AS avg_response_time_by_us_hours, avg_them AS avg_response_time_by_them_hours,
      median_us AS median_response_time_by_us_hours, median_them AS median_response_time_by_them_hours,
      rate_us AS response_rate_by_us, rate_them AS response_rate_by_them,
      coalesce(awaiting_us, 0) AS awaiting_us, coalesce(awaiting_them, 0) AS awaiting_them,
        oldest AS oldest_awaiting_us_since,
      first_at AS first_interaction_at, last_at AS last_interaction_at, last_us AS last_interaction_by_us_at,
      last_them AS last_interaction_by_them_at,
      coalesce(tracked, 0) AS followed_emails, opened::numeric / nullif(tracked, 0) AS open_rate,
      clicked::numeric / nullif(tracked, 0) AS link_click_rate,
        viewed::numeric / nullif(tracked, 0) AS attachment_view_rate,
      replied::numeric / nullif(tracked, 0) AS reply_rate, coalesce(e.people, 0) AS engaged_contacts,
      first_avg_us AS avg_first_response_time_by_us_hours, first_avg_them AS avg_first_response_time_by_them_hours,
      first_median_us AS median_first_response_time_by_us_hours,
        first_median_them AS median_first_response_time_by_them_hours,
      coalesce(lapsed_us, 0) AS lapsed_us, coalesce(lapsed_them, 0) AS lapsed_them,
        coalesce(unthreaded, 0) AS unthreaded_emails,
      coalesce(by_nobody, 0) AS activities_of_unknown_direction
    FROM testing.oracle_records(s) r
    LEFT JOIN tally t ON t.record_type = r.record_type AND t.record_id = r.record_id
    LEFT JOIN response a ON a.record_type = r.record_type AND a.record_id = r.record_id
    LEFT JOIN engaged e ON e.record_type = r.record_type AND e.record_id = r.record_id) k
$$;
