-- testing.kpi_oracle(model, schema): the plain columns of record_kpi, one jsonb object per record, computed in the
-- plainest way from the four tables that make_company() makes: every record against every activity, window functions,
-- no aggregate of the extension. Hours are rounded to 6 decimals, as testing.rounded() does with the model's.
CREATE FUNCTION testing.rounded(kpis jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) = 'number'
    THEN to_jsonb(trim_scale(round(value::numeric, 6))) ELSE value END)
  FROM jsonb_each(kpis)
$$;

CREATE FUNCTION testing.members_oracle(model text, schema text)
RETURNS TABLE (record_type text, record_id text, activity_id text) LANGUAGE plpgsql AS $body$
BEGIN
  RETURN QUERY EXECUTE format($sql$
    WITH people AS (
      SELECT p.activity_id, p.side, p.party_id, p.role,
             EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = p.side AND o.party_id = p.party_id) AS opted_out
      FROM %2$I.participants p WHERE p.side IS NOT NULL AND p.party_id IS NOT NULL),
    counted AS (
      SELECT * FROM people WHERE NOT opted_out AND role IN ('from', 'to', 'cc', 'organizer', 'required', 'optional'))
    SELECT r.record_type, r.record_id::text, a.activity_id::text
    FROM %2$I.records r CROSS JOIN %2$I.activities a
    WHERE NOT (EXISTS (SELECT FROM people p WHERE p.activity_id = a.activity_id AND p.side = 'them')
               AND NOT EXISTS (SELECT FROM people p WHERE p.activity_id = a.activity_id AND p.side = 'them'
                 AND NOT p.opted_out))
      AND ((a.regarding_type = r.record_type AND a.regarding_id = r.record_id)
        OR (EXISTS (SELECT FROM counted p JOIN %2$I.record_parties l ON l.side = 'them' AND l.party_id = p.party_id
                    WHERE p.activity_id = a.activity_id AND p.side = 'them' AND l.record_type = r.record_type
                      AND l.record_id = r.record_id
                      AND (r.record_type IN ('account', 'contact') OR coalesce(l.role, '') <> 'primary_contact'))
            AND (r.record_type IN ('account', 'contact')
              OR EXISTS (SELECT FROM counted p JOIN %2$I.record_parties l ON l.side = 'us' AND l.party_id = p.party_id
                         WHERE p.activity_id = a.activity_id AND p.side = 'us' AND l.record_type = r.record_type
                           AND l.record_id = r.record_id AND coalesce(l.role, '') <> 'primary_contact'))))
  $sql$, model, schema);
END;
$body$;

CREATE FUNCTION testing.kpi_oracle(model text, schema text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $body$
BEGIN
  RETURN QUERY EXECUTE format($sql$
    WITH setting AS (SELECT email_write_minutes / 60.0 AS w, email_read_minutes / 60.0 AS r FROM %1$I.settings),
    members AS MATERIALIZED (SELECT * FROM testing.members_oracle(%1$L, %2$L)),
    done AS MATERIALIZED (
      SELECT m.record_type, m.record_id, a.*, a.direction = 'outbound' AS ours,
        extract(epoch FROM coalesce(a.duration, '0'))::numeric / 3600 AS hours,
        greatest(1, (SELECT count(DISTINCT p.party_id) FROM %2$I.participants p
                     WHERE p.activity_id = a.activity_id AND p.side = 'us' AND p.role <> 'bcc'
                       AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'us' AND o.party_id = p.party_id)))
                         AS team
      FROM members m JOIN %2$I.activities a ON a.activity_id::text = m.activity_id
      WHERE coalesce(a.status, 'completed') = 'completed' AND a.kind IS NOT NULL AND a.direction IS NOT NULL
        AND a.occurred_at IS NOT NULL),
    mail AS (
      SELECT d.record_type, d.record_id, d.thread_id, d.ours, d.occurred_at,
             lag(d.ours) OVER w IS DISTINCT FROM d.ours AS begins
      FROM done d WHERE d.kind = 'email' AND d.thread_id IS NOT NULL AND NOT coalesce(d.automated, false)
      WINDOW w AS (PARTITION BY d.record_type, d.record_id, d.thread_id ORDER BY d.occurred_at, d.ours)),
    turn AS (
      SELECT m.record_type, m.record_id, m.ours, m.occurred_at AS since,
             extract(epoch FROM lead(m.occurred_at) OVER w - m.occurred_at)::numeric / 3600 AS waited
      FROM mail m WHERE m.begins
      WINDOW w AS (PARTITION BY m.record_type, m.record_id, m.thread_id ORDER BY m.occurred_at, m.ours)),
    response AS (
      SELECT t.record_type, t.record_id,
        avg(waited) FILTER (WHERE NOT ours) AS avg_us, avg(waited) FILTER (WHERE ours) AS avg_them,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY waited) FILTER (WHERE NOT ours AND waited IS NOT NULL) AS median_us,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY waited) FILTER (WHERE ours AND waited IS NOT NULL) AS median_them,
        count(waited) FILTER (WHERE NOT ours)::numeric / nullif(count(*) FILTER (WHERE NOT ours), 0) AS rate_us,
        count(waited) FILTER (WHERE ours)::numeric / nullif(count(*) FILTER (WHERE ours), 0) AS rate_them,
        count(*) FILTER (WHERE waited IS NULL AND NOT ours) AS awaiting_us,
        count(*) FILTER (WHERE waited IS NULL AND ours) AS awaiting_them,
        min(since) FILTER (WHERE waited IS NULL AND NOT ours) AS oldest
      FROM turn t GROUP BY 1, 2),
    engaged AS (
      SELECT d.record_type, d.record_id, count(DISTINCT p.party_id) AS n
      FROM done d JOIN %2$I.participants p ON p.activity_id = d.activity_id AND p.side = 'them' AND p.role <> 'bcc'
      WHERE NOT d.ours AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id = p.party_id)
      GROUP BY 1, 2),
    tally AS (
      SELECT d.record_type, d.record_id, count(*) AS n,
        count(*) FILTER (WHERE kind = 'email' AND ours) AS es,
          count(*) FILTER (WHERE kind = 'email' AND NOT ours) AS er,
        count(*) FILTER (WHERE kind = 'meeting' AND ours) AS ms,
          count(*) FILTER (WHERE kind = 'meeting' AND NOT ours) AS mr,
        count(*) FILTER (WHERE kind = 'phone_call' AND ours) AS cs,
          count(*) FILTER (WHERE kind = 'phone_call' AND NOT ours) AS cr,
        count(*) FILTER (WHERE kind = 'task') AS tasks, count(*) FILTER (WHERE kind = 'other') AS others,
        count(*) FILTER (WHERE ours) AS by_us, count(*) FILTER (WHERE NOT ours) AS by_them,
        sum(CASE WHEN kind = 'email' AND ours THEN w WHEN kind = 'email' THEN r WHEN kind = 'meeting' THEN hours * team
                 WHEN kind = 'phone_call' OR ours THEN hours ELSE 0 END) AS us_hours,
        sum(CASE WHEN kind = 'email' AND ours THEN r WHEN kind = 'email' THEN w
                 WHEN kind IN ('meeting', 'phone_call') OR NOT ours THEN hours ELSE 0 END) AS them_hours,
        sum(hours) FILTER (WHERE kind IN ('meeting', 'phone_call')) AS face_hours,
        min(occurred_at) AS first_at, max(occurred_at) AS last_at,
        max(occurred_at) FILTER (WHERE ours) AS last_us, max(occurred_at) FILTER (WHERE NOT ours) AS last_them,
        count(*) FILTER (WHERE kind = 'email' AND followed) AS followed,
        count(*) FILTER (WHERE kind = 'email' AND followed AND opens > 0) AS opened,
        count(*) FILTER (WHERE kind = 'email' AND followed AND link_clicks > 0) AS clicked,
        count(*) FILTER (WHERE kind = 'email' AND followed AND attachment_views > 0) AS viewed,
        count(*) FILTER (WHERE kind = 'email' AND followed AND replies > 0) AS replied
      FROM done d CROSS JOIN setting GROUP BY 1, 2)
    SELECT testing.rounded(to_jsonb(k)) FROM (
      SELECT r.record_type, r.record_id::text, coalesce(es, 0) AS emails_sent, coalesce(er, 0) AS emails_received,
        coalesce(ms, 0) AS meetings_sent, coalesce(mr, 0) AS meetings_received, coalesce(cs, 0) AS phone_calls_made,
        coalesce(cr, 0) AS phone_calls_received, coalesce(tasks, 0) AS tasks_completed,
          coalesce(others, 0) AS other_activities,
        coalesce(t.n, 0) AS activities, coalesce(by_us, 0) AS activities_by_us,
          coalesce(by_them, 0) AS activities_by_them,
        es::float8 / nullif(er, 0) AS email_ratio_by_us, er::float8 / nullif(es, 0) AS email_ratio_by_them,
        coalesce(us_hours, 0) AS time_spent_by_us_hours, coalesce(them_hours, 0) AS time_spent_by_them_hours,
        coalesce(face_hours, 0) AS face_time_hours,
        avg_us AS avg_response_time_by_us_hours, avg_them AS avg_response_time_by_them_hours,
        median_us AS median_response_time_by_us_hours, median_them AS median_response_time_by_them_hours,
        rate_us AS response_rate_by_us, rate_them AS response_rate_by_them,
        coalesce(awaiting_us, 0) AS awaiting_us, coalesce(awaiting_them, 0) AS awaiting_them,
        oldest AS oldest_awaiting_us_since, first_at AS first_interaction_at, last_at AS last_interaction_at,
        last_us AS last_interaction_by_us_at, last_them AS last_interaction_by_them_at,
        coalesce(followed, 0) AS followed_emails, opened::float8 / nullif(followed, 0) AS open_rate,
        clicked::float8 / nullif(followed, 0) AS link_click_rate,
          viewed::float8 / nullif(followed, 0) AS attachment_view_rate,
        replied::float8 / nullif(followed, 0) AS reply_rate, coalesce(e.n, 0) AS engaged_contacts
      FROM %2$I.records r
      LEFT JOIN tally t ON t.record_type = r.record_type AND t.record_id = r.record_id::text
      LEFT JOIN response s ON s.record_type = r.record_type AND s.record_id = r.record_id::text
      LEFT JOIN engaged e ON e.record_type = r.record_type AND e.record_id = r.record_id::text) k
  $sql$, model, schema);
END;
$body$;

-- The same columns of the stored and of the live KPIs.
CREATE FUNCTION testing.stored_kpis(model text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $body$
BEGIN
  RETURN QUERY EXECUTE format($sql$
    SELECT testing.rounded((to_jsonb(k) || jsonb_build_object('record_id', k.record_id::text))
      - '{interactions,responses,timeline,their_contacts,our_contacts,engagement}'::text[]) FROM %1$I.record_kpi k$sql$,
        model);
END;
$body$;
CREATE FUNCTION testing.live_kpis(model text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $body$
BEGIN
  RETURN QUERY EXECUTE format($sql$
    SELECT testing.rounded(to_jsonb(l) -
      '{interactions,responses,timeline,their_contacts,our_contacts,engagement}'::text[])
    FROM %1$I.source_records r, relinsights.record_kpi(%1$L, r.record_type::text, r.record_id::text) l$sql$, model);
END;
$body$;

-- How many objects one has and the other has not.
CREATE FUNCTION testing.differences(a jsonb[], b jsonb[]) RETURNS TABLE (missing bigint, surplus bigint) LANGUAGE sql
  AS $$
  SELECT (SELECT count(*) FROM (SELECT unnest(a) EXCEPT ALL SELECT unnest(b)) x),
         (SELECT count(*) FROM (SELECT unnest(b) EXCEPT ALL SELECT unnest(a)) x)
$$;

CREATE FUNCTION testing.record_activity(model text) RETURNS TABLE (record_type text, record_id text, activity_id text)
LANGUAGE plpgsql AS $body$
BEGIN
  -- Those without kind or time are listed too, but count nowhere.
  RETURN QUERY EXECUTE format('SELECT r.record_type::text, r.record_id::text, r.activity_id::text FROM '
    '%1$I.record_activity r
    JOIN %1$I.source_activities a ON a.activity_id = r.activity_id WHERE a.kind IS NOT NULL AND a.occurred_at IS NOT '
      'NULL', model);
END;
$body$;

-- Where each row of the materialized views stands and which transaction wrote it.
CREATE FUNCTION testing.row_versions(model text) RETURNS TABLE (relation text, place tid, version xid) LANGUAGE plpgsql
  AS $body$
BEGIN
  RETURN QUERY EXECUTE format($sql$
    SELECT 'record_kpi', ctid, xmin FROM %1$I.record_kpi UNION ALL SELECT 'record_info', ctid,
      xmin FROM %1$I.record_info
    UNION ALL SELECT 'interaction_times', ctid, xmin FROM %1$I.interaction_times$sql$, model);
END;
$body$;
