-- What people and BI tools read of a model (SPEC 5.3): views over its materialized views. They have the owner's
-- rights on those; only the subjects of activities are read with the viewer's own (_activity_subject()).

CREATE FUNCTION relinsights._has_column(model text, relation text, column_name text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = relation
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = column_name AND NOT a.attisdropped
    WHERE n.nspname = model);
END;
COMMENT ON FUNCTION relinsights._has_column(text, text, text) IS
  'part of models: whether a model has a relation of this name with such a column';

CREATE FUNCTION relinsights._make_record_views(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v record;
BEGIN
  FOR v IN SELECT * FROM (VALUES
      ('account', '{name,owner_id,state,created_at}'::text[]),
      ('contact', '{name,owner_id,account_id,state,created_at}'),
      ('opportunity', '{name,owner_id,account_id,state,created_at,closed_at,estimated_close_date,estimated_value}'),
      ('lead', '{name,owner_id,account_id,state,created_at,closed_at,estimated_close_date,estimated_value}')) t(type,
        own)
  LOOP
    -- Columns newer than a release come after its own.
    EXECUTE (
      SELECT format($sql$
        CREATE VIEW %1$I.%2$I AS
        SELECT %3$s
        FROM %1$I.record_kpi k
        LEFT JOIN %1$I.record_info i ON i.record_type = k.record_type AND i.record_id = k.record_id
        WHERE k.record_type = %4$L$sql$, model, v.type || '_kpi',
        string_agg(c.expression, ', ' ORDER BY c.part, c.place), v.type)
      FROM (
        SELECT 1, 0::bigint, 'k.record_id'
        UNION ALL
        SELECT CASE WHEN k.place <= 35 THEN 2 ELSE 5 END, k.place, format('k.%I', k.name)
        FROM relinsights.kpi_columns() WITH ORDINALITY k(name, type, unit, words, place)
        UNION ALL
        SELECT 3, o.place, format('i.%I', o.name) FROM unnest(v.own) WITH ORDINALITY o(name, place)
        UNION ALL
        SELECT 4, 0, format('(SELECT max(l.started) FROM %I.refresh_log l WHERE l.what = ''refresh'' '
                            'AND l.finished IS NOT NULL AND l.error IS NULL) AS refreshed_at', model)
      ) c(part, place, expression));
    PERFORM relinsights._describe(model, v.type || '_kpi', format('KPIs of every %s as of the last refresh', v.type),
      ARRAY['record_id', format('the %s', v.type), 'refreshed_at', 'start of the last good refresh']
      || (SELECT array_agg(x.w ORDER BY o.place, x.i)
          FROM unnest(v.own) WITH ORDINALITY o(name, place)
          CROSS JOIN LATERAL (VALUES (1, o.name), (2, format('%s of the %s', replace(o.name, '_', ' '), v.type))) x(i,
            w))
      || (SELECT array_agg(x.w ORDER BY k.place, x.i)
          FROM relinsights.kpi_columns() WITH ORDINALITY k(name, type, unit, words, place)
          CROSS JOIN LATERAL (VALUES (1, k.name), (2, k.words)) x(i, w)));
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._make_record_views(text) IS
  'part of models: makes account_kpi, contact_kpi, opportunity_kpi and lead_kpi';

CREATE FUNCTION relinsights._make_lists(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.relationship_activity AS
    SELECT k.record_type, k.record_id, t.day, t.emails_sent, t.emails_received, t.meetings_sent,
           t.meetings_received, t.calls_made, t.calls_received
    FROM %1$I.record_kpi k
    CROSS JOIN %1$I.settings c
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE c.time_zone)::date AS today) d
    CROSS JOIN LATERAL (
      SELECT s.day, s.emails_sent, s.emails_received, s.meetings_sent, s.meetings_received, s.calls_made,
        s.calls_received
      FROM relinsights.timeline(k.timeline, d.today, c.timeline_days) s
      UNION ALL
      SELECT d.today - g.n, 0, 0, 0, 0, 0, 0
      FROM generate_series(c.timeline_days - 1, 0, -1) g(n) WHERE k.timeline IS NULL) t$sql$, model);
  PERFORM relinsights._describe(model, 'relationship_activity',
    'e-mails, meetings and phone calls of every record per day up to today, days without any included', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'day', 'a day in the model''s time zone; settings.timeline_days of them end today',
    'emails_sent', 'e-mails that we sent', 'emails_received', 'e-mails that they sent',
    'meetings_sent', 'meetings that we called', 'meetings_received', 'meetings that they called',
    'calls_made', 'phone calls that we made', 'calls_received', 'phone calls that they made']);

  EXECUTE format($sql$
    CREATE VIEW %1$I.customer_interactions AS
    SELECT k.record_type, k.record_id, a.kind::text AS kind, i.initiator, i.interactions
    FROM %1$I.record_kpi k
    CROSS JOIN LATERAL unnest(enum_range(NULL::relinsights.activity_kind)) a(kind)
    CROSS JOIN LATERAL (VALUES
      ('us', coalesce(relinsights.interaction_count(k.interactions, a.kind, 'outbound'), 0)),
      ('them', coalesce(relinsights.interaction_count(k.interactions, a.kind, 'inbound'), 0)),
      (NULL, relinsights.interaction_count(k.interactions, a.kind, NULL))) i(initiator, interactions)
    WHERE i.initiator IS NOT NULL OR i.interactions > 0$sql$, model);
  PERFORM relinsights._describe(model, 'customer_interactions',
    'completed activities of every record by kind and by who started them, one row each, for charts; kinds without any '
      'are 0', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'kind', 'email, meeting, phone_call, task or other',
    'initiator', 'us or them; NULL, where there are any, for those of which nobody knows',
    'interactions', 'completed activities']);
  PERFORM relinsights._make_top_contacts(model);
END;
$$;
COMMENT ON FUNCTION relinsights._make_lists(text) IS
  'part of models: makes relationship_activity, customer_interactions and top_contacts';

CREATE FUNCTION relinsights._make_top_contacts(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  party_type text := (SELECT format_type(a.atttypid, NULL) FROM pg_attribute a
                      WHERE a.attrelid = relinsights._relation(model, 'opt_out') AND a.attname = 'party_id');
BEGIN
  -- As many more are asked for as people opted out since the refresh, then those are left out.
  EXECUTE format($sql$
    CREATE VIEW %1$I.top_contacts AS
    SELECT k.record_type, k.record_id, s.side, t.rank, t.party::%2$s AS party_id, t.interactions, t.emails,
           t.meetings, t.phone_calls, t.initiated_by_us, t.initiated_by_them, t.last_interaction_at,
           coalesce(n.name, t.party) AS name
    FROM %1$I.record_kpi k
    CROSS JOIN LATERAL (VALUES ('them', k.their_contacts), ('us', k.our_contacts)) s(side, people)
    CROSS JOIN LATERAL (
      SELECT row_number() OVER (ORDER BY p.rank) AS rank, p.party, p.interactions, p.emails, p.meetings,
             p.phone_calls, p.initiated_by_us, p.initiated_by_them, p.last_interaction_at
      FROM relinsights.top_contacts(s.people,
        3 + (SELECT count(*) FROM %1$I.opt_out o WHERE o.side = s.side)::int) p
      WHERE NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = s.side AND o.party_id = p.party::%2$s)) t
    LEFT JOIN %1$I.person_info n ON n.side = s.side AND n.party_id = t.party::%2$s
    WHERE t.rank <= 3$sql$, model, party_type);
  PERFORM relinsights._describe(model, 'top_contacts',
    'the three people of each side with most interactions in a record''s activities: theirs are the most contacted, '
    'ours those most contacted by', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'side', 'us or them', 'rank', '1 for the most interactions; equal ones: the later last interaction first',
    'party_id', 'the person; who has opted out is not here', 'interactions', 'completed activities with this person',
    'emails', 'e-mails among them', 'meetings', 'meetings among them', 'phone_calls', 'phone calls among them',
    'initiated_by_us', 'those that we started', 'initiated_by_them', 'those that they started',
    'last_interaction_at', 'the last of them', 'name', 'the person''s name; where the model has none, the id']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_top_contacts(text) IS 'part of models: makes top_contacts';

CREATE FUNCTION relinsights._make_health(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- A record whose state is not known counts as open or active.
  EXECUTE format($sql$
    CREATE VIEW %1$I.relationship_health AS
    SELECT k.record_type, k.record_id, h.score, h.grade, h.trend, coalesce(h.state, 'not_enough_info') AS state,
           h.activity, h.recency, h.engagement, d.today AS as_of, g.frequency
    FROM %1$I.record_kpi k
    LEFT JOIN %1$I.record_info i ON i.record_type = k.record_type AND i.record_id = k.record_id
    CROSS JOIN %1$I.settings c
    LEFT JOIN %1$I.health_frequency f ON f.record_type = k.record_type::text
    CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE c.time_zone)::date AS today) d
    CROSS JOIN LATERAL (SELECT CASE c.health_frequency WHEN 'auto' THEN coalesce(f.frequency, 'weekly')
                                                       ELSE c.health_frequency END AS frequency) g
    LEFT JOIN LATERAL relinsights.relationship_health(k.timeline, d.today, g.frequency,
      ROW(c.health_weights[1], c.health_weights[2], c.health_weights[3], c.health_weights[4],
          c.health_weights[5])::relinsights.health_weights, c.health_good, c.health_fair) h ON true
    WHERE k.record_type = 'contact'
       OR (k.record_type = 'lead' AND coalesce(i.state, 'active') = 'active')
       OR (k.record_type = 'opportunity' AND coalesce(i.state, 'open') = 'open')$sql$, model);
  PERFORM relinsights._describe(model, 'relationship_health',
    'health of the relationship as of today for contacts, active leads and open opportunities', ARRAY[
    'record_type', 'contact, opportunity or lead', 'record_id', 'the record',
    'score', '0..100; NULL with fewer than 2 activities', 'grade', 'good, fair or poor by the model''s thresholds',
    'trend', 'improving, steady, declining or new', 'state', 'ok or not_enough_info',
    'activity', 'how much contact is remembered, 0..1', 'recency', 'what silence has left of the last contact, 0..1',
    'engagement', 'how much comes from them, 0.55..1; score is 100 * activity * engagement: see '
      'relinsights.relationship_health',
    'as_of', 'today in the model''s time zone', 'frequency',
      'how often contact is expected: the setting, or where that is auto what health_frequency has learned']);

  EXECUTE format($sql$
    CREATE VIEW %1$I.relationship_pipeline AS
    SELECT h.record_id, i.name, i.account_id, i.owner_id, i.estimated_close_date, i.estimated_value,
           h.score, h.grade, h.trend, h.state
    FROM %1$I.relationship_health h
    JOIN %1$I.record_info i ON i.record_type = h.record_type AND i.record_id = h.record_id
    WHERE h.record_type = 'opportunity' AND i.estimated_close_date >= h.as_of$sql$, model);
  PERFORM relinsights._describe(model, 'relationship_pipeline',
    'open opportunities that should close today or later: close date, value and health, for a bubble chart', ARRAY[
    'record_id', 'the opportunity', 'name', 'its name', 'account_id', 'its account', 'owner_id', 'its owner',
    'estimated_close_date', 'expected closing day', 'estimated_value', 'expected value',
    'score', 'health 0..100; NULL with fewer than 2 activities', 'grade', 'good, fair or poor',
    'trend', 'improving, steady, declining or new', 'state', 'ok or not_enough_info']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_health(text) IS
  'part of models: makes relationship_health and relationship_pipeline';

CREATE FUNCTION relinsights._activity_subject(activities regclass, activity_id text, id_type regtype) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject text;
BEGIN
  IF activity_id IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT a.subject::text FROM %s a WHERE a.activity_id = $1::%s LIMIT 1', activities, id_type)
    INTO subject USING activity_id;
  RETURN subject;
EXCEPTION WHEN insufficient_privilege OR undefined_object OR undefined_column THEN
  -- No right, no user mapping for a foreign table, or the column was dropped.
  RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relinsights._activity_subject(regclass, text, regtype) IS
  'part of models: the subject of an activity, read with the rights of whoever looks at it; NULL where that person may '
  'not';

CREATE FUNCTION relinsights._shows_subjects(activities regclass, by_view_owner boolean) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT by_view_owner OR NOT relinsights._hides_row_security(activities);
END;
COMMENT ON FUNCTION relinsights._shows_subjects(regclass, boolean) IS
  'part of models: whether subjects may be read from these activities: the reader''s rights decide there, or the '
  'model''s owner said that the view owner''s may';

CREATE FUNCTION relinsights._subject_sql(model text, alias text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce((
    SELECT format('CASE WHEN (SELECT relinsights._shows_subjects(%1$L::regclass, c.subjects_by_view_owner) FROM '
      '%2$I.settings c) '
                  'THEN relinsights._activity_subject(%1$L::regclass, %3$s.activity_id::text, %4$L::regtype) END',
                  v.activities, model, alias, format_type(i.atttypid, NULL))
    FROM (SELECT relinsights._source(model, 'activities') AS activities) v
    JOIN pg_attribute i ON i.attrelid = relinsights._relation(model, 'source_activities') AND i.attname = 'activity_id'
    JOIN pg_attribute s ON s.attrelid = v.activities AND s.attname = 'subject' AND NOT s.attisdropped), 'NULL::text');
END;
COMMENT ON FUNCTION relinsights._subject_sql(text, text) IS
  'part of models: SQL for the subject of the activity in alias.activity_id as the viewer may read it';

CREATE FUNCTION relinsights._shown_sql(model text, alias text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- An activity of which everyone of theirs has opted out since the refresh is gone at once.
  SELECT format($sql$(%2$s.their_people IS NULL OR EXISTS (
      SELECT FROM unnest(%2$s.their_people) u(party)
      WHERE NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id::text = u.party)))$sql$, model,
        alias);
END;
COMMENT ON FUNCTION relinsights._shown_sql(text, text) IS
  'part of models: SQL for whether a row of interaction_times is still to be shown';

CREATE FUNCTION relinsights._make_next_and_last(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE OR REPLACE VIEW %1$I.next_and_last_interaction AS
    SELECT i.record_type, i.record_id, i.name,
      l.occurred_at AS last_interaction_at, l.kind AS last_kind, l.direction AS last_direction,
      l.activity_id AS last_activity_id, %2$s AS last_subject,
      n.occurred_at AS next_interaction_at, n.kind AS next_kind, n.direction AS next_direction,
      n.activity_id AS next_activity_id, %3$s AS next_subject, n.ends_at AS next_ends_at
    FROM %1$I.record_info i
    LEFT JOIN %1$I.interaction_times l ON l.record_type = i.record_type AND l.record_id = i.record_id
      AND l.status = 'completed' AND %4$s
    LEFT JOIN LATERAL (
      SELECT t.activity_id, t.kind, t.direction, t.occurred_at, t.ends_at FROM %1$I.interaction_times t
      WHERE t.record_type = i.record_type AND t.record_id = i.record_id AND t.status = 'scheduled' AND t.ends_at > now()
        AND %5$s
      ORDER BY t.occurred_at, t.activity_id::text COLLATE "C" LIMIT 1) n ON true
    WHERE i.record_type IN ('opportunity', 'lead')$sql$, model,
    relinsights._subject_sql(model, 'l'), relinsights._subject_sql(model, 'n'),
    relinsights._shown_sql(model, 'l'), relinsights._shown_sql(model, 't'));
  PERFORM relinsights._describe(model, 'next_and_last_interaction',
    'last completed and next scheduled activity of every opportunity and lead; times as of the last refresh, next as '
    'of now, subjects only of what the viewer may read', ARRAY[
    'record_type', 'opportunity or lead', 'record_id', 'the record', 'name', 'its name',
    'last_interaction_at', 'the last completed activity; NULL if there is none', 'last_kind', 'its kind',
    'last_direction', 'outbound: started by us; inbound: by them; NULL: nobody knows', 'last_activity_id', 'its id',
    'last_subject', 'its subject; NULL without the right to read it',
    'next_interaction_at', 'the earliest scheduled activity that has not ended, under way if this is past; NULL if '
      'there is none',
    'next_kind', 'its kind', 'next_direction', 'outbound: started by us; inbound: by them; NULL: nobody knows',
    'next_activity_id', 'its id', 'next_subject', 'its subject; NULL without the right to read it',
    'next_ends_at', 'when it ends']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_next_and_last(text) IS 'part of models: makes next_and_last_interaction';
