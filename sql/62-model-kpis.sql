-- The KPIs of a model's records (SPEC 5.3): stored in record_kpi and interaction_times, live from record_kpi().
-- Both are made of the same two lists: the summaries of a record's activities, and what is read out of them.

CREATE TYPE relinsights.record_kpi_row AS (
  record_type relinsights.record_type, record_id text,
  @kpi_attributes@);
COMMENT ON TYPE relinsights.record_kpi_row IS 'one record''s KPIs as relinsights.record_kpi() returns them: the columns of a model''s record_kpi, record_id as text';

CREATE FUNCTION relinsights._kpi_columns(OUT ordinal int, OUT name text, OUT expression text, OUT words text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- How each column is read: plain (a count, 0 without activities), as it is, or as hours.
  SELECT row_number() OVER ()::int, v.name,
    CASE v.reading
      WHEN 'count' THEN format('coalesce(relinsights.%s, 0)', v.accessor)
      WHEN 'none' THEN format('NULL::%s', v.accessor)
      WHEN 'hours' THEN format('extract(epoch FROM relinsights.%s)::double precision / 3600', v.accessor)
      WHEN 'hours or 0' THEN format('coalesce(extract(epoch FROM relinsights.%s)::double precision / 3600, 0)', v.accessor)
      ELSE format('relinsights.%s', v.accessor) END, v.words
  FROM (VALUES
    ('emails_sent', 'count', 'emails_sent(s.interactions)', 'e-mails that we sent'),
    ('emails_received', 'count', 'emails_received(s.interactions)', 'e-mails that they sent'),
    ('meetings_sent', 'count', 'meetings_sent(s.interactions)', 'meetings that we called'),
    ('meetings_received', 'count', 'meetings_received(s.interactions)', 'meetings that they called'),
    ('phone_calls_made', 'count', 'phone_calls_made(s.interactions)', 'phone calls that we made'),
    ('phone_calls_received', 'count', 'phone_calls_received(s.interactions)', 'phone calls that they made'),
    ('tasks_completed', 'count', 'tasks_completed(s.interactions)', 'tasks completed'),
    ('other_activities', 'count', 'other_activities(s.interactions)', 'activities of other kinds'),
    ('activities', 'count', 'activities(s.interactions)', 'completed activities of all kinds'),
    ('activities_by_us', 'count', 'activities_by(s.interactions, ''us'')', 'activities that we started'),
    ('activities_by_them', 'count', 'activities_by(s.interactions, ''them'')', 'activities that they started'),
    ('email_ratio_by_us', '', 'email_ratio(s.interactions, ''us'')', 'e-mails sent / received; NULL where none was received'),
    ('email_ratio_by_them', '', 'email_ratio(s.interactions, ''them'')', 'e-mails received / sent; NULL where none was sent'),
    ('time_spent_by_us_hours', 'hours or 0', 'time_spent(s.interactions, ''us'', make_interval(secs => (c.email_write_minutes * 60)::double precision), make_interval(secs => (c.email_read_minutes * 60)::double precision))', 'hours that our people spent: meetings count once for each of ours in them'),
    ('time_spent_by_them_hours', 'hours or 0', 'time_spent(s.interactions, ''them'', make_interval(secs => (c.email_write_minutes * 60)::double precision), make_interval(secs => (c.email_read_minutes * 60)::double precision))', 'hours that their side spent: meetings count once'),
    ('face_time_hours', 'hours or 0', 'face_time(s.interactions)', 'hours of meetings and phone calls, each once'),
    ('avg_response_time_by_us_hours', 'hours', 'avg_response_time(s.responses, ''us'')', 'mean hours until we answered; NULL where we never did'),
    ('avg_response_time_by_them_hours', 'hours', 'avg_response_time(s.responses, ''them'')', 'mean hours until they answered; NULL where they never did'),
    ('median_response_time_by_us_hours', 'hours', 'median_response_time(s.responses, ''us'')', 'median hours until we answered; NULL where we never did'),
    ('median_response_time_by_them_hours', 'hours', 'median_response_time(s.responses, ''them'')', 'median hours until they answered; NULL where they never did'),
    ('response_rate_by_us', '', 'response_rate(s.responses, ''us'')', 'share 0..1 of their turns that we answered; NULL where there were none'),
    ('response_rate_by_them', '', 'response_rate(s.responses, ''them'')', 'share 0..1 of our turns that they answered; NULL where there were none'),
    ('awaiting_us', 'count', 'awaiting(s.responses, ''us'')', 'their turns that we have not answered'),
    ('awaiting_them', 'count', 'awaiting(s.responses, ''them'')', 'our turns that they have not answered'),
    ('oldest_awaiting_us_since', '', 'oldest_awaiting_since(s.responses, ''us'')', 'since when they have waited for our answer; NULL where nothing waits'),
    ('first_interaction_at', '', 'first_interaction_at(s.interactions)', 'first completed activity'),
    ('last_interaction_at', '', 'last_interaction_at(s.interactions)', 'last completed activity'),
    ('last_interaction_by_us_at', '', 'last_interaction_at(s.interactions, ''us'')', 'last activity that we started'),
    ('last_interaction_by_them_at', '', 'last_interaction_at(s.interactions, ''them'')', 'last activity that they started'),
    ('followed_emails', 'count', 'followed_emails(s.engagement)', 'completed e-mails that are followed (tracked)'),
    ('open_rate', '', 'open_rate(s.engagement)', 'share 0..1 of followed e-mails that were opened; NULL without any'),
    ('link_click_rate', '', 'link_click_rate(s.engagement)', 'share 0..1 of followed e-mails with a link clicked; NULL without any'),
    ('attachment_view_rate', '', 'attachment_view_rate(s.engagement)', 'share 0..1 of followed e-mails with an attachment viewed; NULL without any'),
    ('reply_rate', '', 'reply_rate(s.engagement)', 'share 0..1 of followed e-mails that were replied to; NULL without any'),
    ('engaged_contacts', 'count', 'engaged_contacts(s.their_contacts)', 'people of theirs with at least one activity that they started'),
    ('avg_first_response_time_by_us_hours', 'none', 'double precision', 'mean hours until we first answered in a conversation; NULL where we never did'),
    ('avg_first_response_time_by_them_hours', 'none', 'double precision', 'mean hours until they first answered in a conversation; NULL where they never did'),
    ('median_first_response_time_by_us_hours', 'none', 'double precision', 'median hours until we first answered in a conversation; NULL where we never did'),
    ('median_first_response_time_by_them_hours', 'none', 'double precision', 'median hours until they first answered in a conversation; NULL where they never did'),
    ('lapsed_us', 'none', 'bigint', 'their turns that we have not answered and whose conversation has ended'),
    ('lapsed_them', 'none', 'bigint', 'our turns that they have not answered and whose conversation has ended'),
    ('unthreaded_emails', 'count', 'unthreaded(s.responses)', 'e-mails without a thread, which no rate and no time of responses knows'),
    ('activities_of_unknown_direction', 'count', 'activities(s.interactions) - relinsights.activities_by(s.interactions, ''us'') - relinsights.activities_by(s.interactions, ''them'')', 'activities of which nobody knows who started them')
  ) AS v(name, reading, accessor, words);
END;
COMMENT ON FUNCTION relinsights._kpi_columns() IS 'part of models: the plain KPI columns of record_kpi, how each is read from the summaries s and the settings c, and what it says';

CREATE FUNCTION relinsights._summaries(OUT ordinal int, OUT name text, OUT words text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT row_number() OVER ()::int, v.name, v.words
  FROM (VALUES
    ('interactions', 'interaction_summary of the completed activities'),
    ('responses', 'response_summary of the completed e-mails that no machine wrote'),
    ('timeline', 'activity_timeline by days in the model''s time zone'),
    ('their_contacts', 'contact_summary of their people'),
    ('our_contacts', 'contact_summary of our people'),
    ('engagement', 'engagement_summary of the followed e-mails')
  ) AS v(name, words);
END;
COMMENT ON FUNCTION relinsights._summaries() IS 'part of models: the summaries of record_kpi, the attributes of _record_summaries';

CREATE FUNCTION relinsights._column_type(model text, relation text, column_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
  WHERE a.attrelid = relinsights._relation(model, relation) AND a.attname = column_name;
END;
COMMENT ON FUNCTION relinsights._column_type(text, text, text) IS 'part of models: the type of a column of a model''s relation';

CREATE FUNCTION relinsights._record_agg_call(model text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- The settings are read once.
  SELECT format($sql$relinsights._record_agg(m.kind, m.direction, m.occurred_at,
        (m.occurred_at AT TIME ZONE (SELECT w.time_zone FROM %1$I.settings w LIMIT 1))::date, m.duration, %2$s, m.automated, m.sentiment, m.followed, m.opens, m.link_clicks, m.attachment_views, m.replies, m.people,
        (SELECT w.working_calendar::relinsights.working_calendar FROM %1$I.settings w LIMIT 1))$sql$, model,
    CASE relinsights._column_type(model, 'source_activities', 'thread_id')
      WHEN 'bigint' THEN 'm.thread_id' ELSE 'relinsights._thread_key(m.thread_id)' END);
END;
COMMENT ON FUNCTION relinsights._record_agg_call(text) IS 'part of models: SQL for the aggregate that makes _record_summaries of m (rows like those of _members()) by the model''s settings';

CREATE FUNCTION relinsights._counts() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT 'a.status <> ''scheduled'' AND a.status <> ''cancelled'' AND a.kind IS NOT NULL AND a.direction IS NOT NULL
          AND a.occurred_at IS NOT NULL';
END;
COMMENT ON FUNCTION relinsights._counts() IS 'part of models: SQL for whether an activity a enters KPIs, if it is not gone';

CREATE FUNCTION relinsights._kpi_list(named boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT (SELECT string_agg(k.expression || CASE WHEN named THEN format(' AS %I', k.name) ELSE '' END, E',\n' ORDER BY k.ordinal)
          FROM relinsights._kpi_columns() k WHERE k.ordinal <= 35)
    || (SELECT string_agg(format(', s.%I', s.name), '' ORDER BY s.ordinal) FROM relinsights._summaries() s)
    || (SELECT string_agg(E',\n' || k.expression || CASE WHEN named THEN format(' AS %I', k.name) ELSE '' END, '' ORDER BY k.ordinal)
        FROM relinsights._kpi_columns() k WHERE k.ordinal > 35);
END;
COMMENT ON FUNCTION relinsights._kpi_list(boolean) IS 'part of models: the columns of record_kpi after the record''s key, over the summaries s and the settings c; named for a select list, not named for a ROW';

CREATE FUNCTION relinsights._make_kpis(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  records_given boolean := relinsights._source(model, 'records') IS NOT NULL;
BEGIN
  -- OFFSET 0: each summary is taken out of the aggregate's row once, not once for every column read from it.
  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %1$I.record_kpi AS
    WITH r AS MATERIALIZED (%2$s)
    SELECT r.record_type, r.record_id, %3$s
    FROM r LEFT JOIN (
      SELECT g.number, (g.all_of).* FROM (
        SELECT m.number, %4$s AS all_of FROM (%5$s) m GROUP BY m.number) g
      OFFSET 0) s ON s.number = r.number
    CROSS JOIN %1$I.settings c WITH NO DATA$sql$, model, relinsights._numbered_records(model, ''), relinsights._kpi_list(true),
    relinsights._record_agg_call(model), relinsights._members(model, format('(SELECT * FROM %I.source_activities a WHERE %s)',
      model, relinsights._counts()), ''));
  EXECUTE format('CREATE UNIQUE INDEX record_kpi_record ON %I.record_kpi (record_type, record_id)', model);
  PERFORM relinsights._describe(model, 'record_kpi', 'KPIs of every record as of the last refresh, and the summaries they are read from', (
    SELECT ARRAY['record_type', 'account, contact, opportunity or lead', 'record_id', 'the record']
           || array_agg(w ORDER BY part, ordinal, i)
    FROM (SELECT 1 AS part, k.ordinal, k.name, k.words FROM relinsights._kpi_columns() k
          UNION ALL SELECT 2, s.ordinal, s.name, s.words FROM relinsights._summaries() s) c
    CROSS JOIN LATERAL (VALUES (1, c.name), (2, c.words)) x(i, w)));

  -- record_kpi has been refreshed: it says when each record's last activity was.
  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %1$I.interaction_times AS
    WITH r AS MATERIALIZED (%2$s),
    wanted AS MATERIALIZED (
      SELECT a.* FROM %1$I.source_activities a
      WHERE a.kind IS NOT NULL AND a.direction IS NOT NULL AND a.occurred_at IS NOT NULL
        AND (a.status = 'scheduled' OR (a.status = 'completed' AND a.occurred_at IN (
          SELECT k.last_interaction_at FROM %1$I.record_kpi k WHERE k.record_type IN ('opportunity', 'lead')))))
    SELECT r.record_type, r.record_id, t.activity_id, t.status, t.kind, t.direction, t.occurred_at,
           relinsights._people_of_theirs(t.people) AS their_people
    FROM (
      SELECT m.*, row_number() OVER (PARTITION BY m.number, m.status
                                     ORDER BY m.occurred_at DESC, m.activity_id::text COLLATE "C" DESC) AS place
      FROM (%3$s) m) t JOIN r ON r.number = t.number
    WHERE t.status = 'scheduled' OR t.place = 1
    WITH NO DATA$sql$, model, relinsights._numbered_records(model, 'AND s.record_type IN (''opportunity'', ''lead'')'),
    relinsights._members(model, 'wanted', 'AND q.activity_id IN (SELECT w.activity_id FROM wanted w)'));
  EXECUTE format('CREATE UNIQUE INDEX interaction_times_activity ON %I.interaction_times (record_type, record_id, activity_id)', model);
  PERFORM relinsights._describe(model, 'interaction_times', 'the last completed and every scheduled activity of each opportunity and lead as of the last refresh; no subjects', ARRAY[
    'record_type', 'opportunity or lead',
    'record_id', 'the record',
    'activity_id', 'the activity',
    'status', 'completed (the last one) or scheduled',
    'kind', 'kind of activity',
    'direction', 'outbound: started by us; inbound: by them',
    'occurred_at', 'when it took or takes place',
    'their_people', 'everyone of theirs in it, so that an opt-out hides it at once']);

  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %1$I.record_info AS
    SELECT r.record_type, r.record_id, r.name, r.owner_id, r.account_id, r.state, r.created_at, r.closed_at,
           r.estimated_close_date, r.estimated_value
    FROM %2$s WITH NO DATA$sql$, model,
    CASE WHEN records_given
      THEN format('%I.source_records r WHERE r.record_type IS NOT NULL AND r.record_id IS NOT NULL', model)
      ELSE format('(SELECT k.record_type, k.record_id, %s FROM %I.record_kpi k) r',
        (SELECT string_agg(format('NULL::%s AS %I', format_type(a.atttypid, NULL), a.attname), ', ')
         FROM pg_attribute a WHERE a.attrelid = relinsights._relation(model, 'source_records')
           AND a.attname IN ('name', 'owner_id', 'account_id', 'state', 'created_at', 'closed_at',
                             'estimated_close_date', 'estimated_value')), model) END);
  EXECUTE format('CREATE UNIQUE INDEX record_info_record ON %I.record_info (record_type, record_id)', model);
  PERFORM relinsights._describe(model, 'record_info', 'the records themselves as of the last refresh, so that readers of the KPI views need no right on their source', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'name', 'its name', 'owner_id', 'its owner', 'account_id', 'its account', 'state', 'its state',
    'created_at', 'when it was created', 'closed_at', 'when it was closed',
    'estimated_close_date', 'expected closing day', 'estimated_value', 'expected value']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_kpis(text) IS 'part of models: makes the materialized views record_kpi, interaction_times and record_info, unfilled';

CREATE FUNCTION relinsights._label_filter(model text, relation text, qualified_column text, label text)
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- The label in the source's own type, so that an index on it can be used.
  SELECT CASE
    WHEN t.typtype = 'e' AND NOT EXISTS (
      SELECT FROM pg_enum e WHERE e.enumtypid = t.oid AND e.enumlabel = label) THEN 'false'
    WHEN t.typtype = 'e' THEN format('%s = %L::%s', qualified_column, label, t.oid::regtype)
    ELSE format('%s = %L', qualified_column, label) END
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = relinsights._relation(model, relation) AND a.attname = split_part(qualified_column, '.', 2);
END;
COMMENT ON FUNCTION relinsights._label_filter(text, text, text, text) IS 'part of models: SQL that compares a label of a source (alias.column), unconverted';

CREATE FUNCTION relinsights._live_activities(model text, record_type relinsights.record_type, record_id text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id_type text := relinsights._column_type(model, 'source_records', 'record_id');
  key text;
  parties text := relinsights._column_type(model, 'opt_out', 'party_id') || '[]';
  both_sides boolean := record_type IN ('opportunity', 'lead');
  known boolean;
  theirs text;
  ours text;
  activities text;
BEGIN
  EXECUTE format('SELECT $1::%s::text', id_type) INTO key USING record_id;
  key := format('%L::%s', key, id_type);
  -- Found lists go into the next query as constants: the planner then knows how long they are and takes the indexes.
  EXECUTE format($sql$
    SELECT EXISTS (SELECT FROM %1$I.source_records r WHERE r.record_id = %2$s AND r.record_type = %3$L AND %4$s),
      (SELECT array_agg(DISTINCT rp.party_id)::text FROM %1$I.source_record_parties rp
       WHERE rp.record_id = %2$s AND rp.record_type = %3$L AND %5$s AND rp.side = 'them' %6$s
         AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id = rp.party_id)),
      (SELECT array_agg(DISTINCT rp.party_id)::text FROM %1$I.source_record_parties rp
       WHERE rp.record_id = %2$s AND rp.record_type = %3$L AND %5$s AND rp.side = 'us' %6$s
         AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'us' AND o.party_id = rp.party_id))$sql$,
    model, key, record_type, relinsights._label_filter(model, 'source_records', 'r.record_label', record_type::text),
    relinsights._label_filter(model, 'source_record_parties', 'rp.record_label', record_type::text),
    CASE WHEN both_sides THEN 'AND rp.role IS DISTINCT FROM ''primary_contact''' ELSE '' END)
    INTO known, theirs, ours;
  IF NOT known THEN
    RETURN NULL;
  END IF;
  EXECUTE format($sql$
    SELECT coalesce(array_agg(b.activity_id), '{}')::text FROM (
      SELECT a.activity_id FROM %1$I.source_activities a
      WHERE a.regarding_id = %2$s AND a.regarding_type = %3$L AND %4$s
      UNION
      SELECT q.activity_id FROM %1$I.source_participants q
      WHERE q.party_id = ANY (%5$L::%6$s) AND %8$s AND q.side <> 'us' AND q.role <> 'bcc' %7$s) b
    WHERE b.activity_id IS NOT NULL$sql$,
    model, key, record_type, relinsights._label_filter(model, 'source_activities', 'a.record_label', record_type::text),
    coalesce(theirs, '{}'), parties,
    CASE WHEN both_sides THEN format('AND EXISTS (SELECT FROM %1$I.source_participants u WHERE u.activity_id = q.activity_id '
      'AND u.party_id = ANY (%2$L::%3$s) AND u.side <> ''them'' AND u.role <> ''bcc'')', model, coalesce(ours, '{}'), parties)
    ELSE '' END, relinsights._label_filter(model, 'source_participants', 'q.side_label', 'them')) INTO activities;
  RETURN activities;
END;
$$;
COMMENT ON FUNCTION relinsights._live_activities(text, relinsights.record_type, text) IS 'part of models: ids of the activities that belong to a record now, gone ones included, as an array literal; NULL for an unknown record';

CREATE FUNCTION relinsights._live_sql(model text, record_type relinsights.record_type, activities text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$
    SELECT ROW(%2$L::relinsights.record_type, $1, %3$s)::relinsights.record_kpi_row AS kpi,
           s.found > s.different AS duplicates
    FROM (
      SELECT g.found, g.different, (g.all_of).* FROM (
        SELECT count(*) AS found, count(DISTINCT m.activity_id) AS different, %4$s FILTER (WHERE m.counts) AS all_of
        FROM (
          SELECT a.*, p.people, %5$s AND relinsights._people_gone(p.people) IS NOT TRUE AS counts
          FROM %1$I.source_activities a LEFT JOIN (%6$s) p ON p.activity_id = a.activity_id
          WHERE a.activity_id = ANY (%7$s)) m) g OFFSET 0) s
    CROSS JOIN (SELECT * FROM %1$I.settings LIMIT 1) c$sql$,
    model, record_type, relinsights._kpi_list(false), relinsights._record_agg_call(model), relinsights._counts(),
    relinsights._people(model, NULL, format('AND q.activity_id = ANY (%s)', ids.list)), ids.list)
  FROM (SELECT format('%L::%s[]', activities, relinsights._column_type(model, 'source_activities', 'activity_id')) AS list) ids;
END;
COMMENT ON FUNCTION relinsights._live_sql(text, relinsights.record_type, text) IS 'part of models: SQL for the KPIs of these activities as record_kpi_row, with $1 as record_id';

CREATE FUNCTION relinsights._raise_live_rights(model text, reason text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing text;
BEGIN
  SELECT string_agg(r.relation::text, ', ') INTO missing
  FROM (
    SELECT c.oid::regclass AS relation FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = model AND c.relname IN ('settings', 'opt_out', 'source_activities', 'source_participants',
                                              'source_records', 'source_record_parties')
    UNION ALL
    SELECT relinsights._source(model, s.source)
    FROM (VALUES ('activities'), ('participants'), ('records'), ('record_parties')) s(source)) r
  WHERE NOT has_any_column_privilege(r.relation, 'SELECT');
  RAISE insufficient_privilege USING
    MESSAGE = format('permission denied for the live KPIs of model "%s"', model),
    DETAIL = format('%s%s.', reason, coalesce(format('; role "%s" may not read: %s', current_user, missing), '')),
    HINT = CASE WHEN NOT has_schema_privilege(model, 'USAGE')
      THEN format('GRANT USAGE ON SCHEMA %I TO %I;', model, current_user)
      WHEN missing IS NOT NULL THEN format('GRANT SELECT ON %s TO %I; or read the stored KPIs.', missing, current_user)
      ELSE 'Live KPIs are computed with the rights of the caller: grant what is missing, or read the stored KPIs.' END;
END;
$$;
COMMENT ON FUNCTION relinsights._raise_live_rights(text, text) IS 'part of models: the error of a live function whose caller lacks a right, naming what cannot be read';

CREATE FUNCTION relinsights._raise_duplicates(model text, source text, key text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE unique_violation USING
    MESSAGE = format('duplicate %s in the %s of model "%s"', CASE source WHEN 'activities' THEN 'activity_id' ELSE 'record' END, source, model),
    DETAIL = format('%s stands there more than once.', key),
    HINT = format('Each must be there once: mend %s.', relinsights._source(model, source));
END;
$$;
COMMENT ON FUNCTION relinsights._raise_duplicates(text, text, text) IS 'part of models: the error of a source with a duplicate key';

CREATE FUNCTION relinsights._live_label(model text, relation text, column_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- $1 in the source's own type, so that an index on the label can be used; NULL for a label that its enum does not have.
  SELECT CASE WHEN t.typtype = 'e' THEN 'CASE $1 ' || (
      SELECT string_agg(format('WHEN %L THEN %L::%s', e.enumlabel, e.enumlabel, t.oid::regtype), ' ')
      FROM pg_enum e JOIN pg_enum known ON known.enumlabel = e.enumlabel AND known.enumtypid = 'relinsights.record_type'::regtype
      WHERE e.enumtypid = t.oid) || ' END'
    ELSE '$1::text' END
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = relinsights._relation(model, relation) AND a.attname = column_name;
END;
COMMENT ON FUNCTION relinsights._live_label(text, text, text) IS 'part of models: SQL for the record type $1 as a label column of a source has it';

CREATE FUNCTION relinsights._live_people(model text, side relinsights.party_side) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$coalesce((SELECT array_agg(DISTINCT rp.party_id) FROM %1$I.source_record_parties rp
      WHERE rp.record_id = key AND rp.record_type = $1 AND rp.record_label = %2$s AND rp.side = %3$L
        AND ($1 IN ('account', 'contact') OR rp.role IS DISTINCT FROM 'primary_contact')
        AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = %3$L AND o.party_id = rp.party_id)), '{}')$sql$,
    model, relinsights._live_label(model, 'source_record_parties', 'record_label'), side);
END;
COMMENT ON FUNCTION relinsights._live_people(text, relinsights.party_side) IS 'part of models: SQL for the people of one side of the record $1, key';

CREATE FUNCTION relinsights._live_head(model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format(E'\nDECLARE\n  model constant text := %L;', model);
END;
COMMENT ON FUNCTION relinsights._live_head(text) IS 'part of models: how the body of a model''s live_kpi() begins while its schema has this name';

CREATE FUNCTION relinsights._live_function(model text) RETURNS regprocedure
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT p.oid::regprocedure FROM pg_proc p
  WHERE p.oid = to_regprocedure(format('%I.live_kpi(relinsights.record_type, text)', model))
    AND starts_with(p.prosrc, relinsights._live_head(model));
END;
COMMENT ON FUNCTION relinsights._live_function(text) IS 'part of models: a model''s live_kpi(); NULL where 0.1.0 made the model or its schema has been renamed, until the next refresh';

CREATE FUNCTION relinsights._make_live(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  person text := relinsights._column_type(model, 'opt_out', 'party_id');
  activity text := relinsights._column_type(model, 'source_activities', 'activity_id');
  body text;
  owner text;
BEGIN
  -- Static, so that a session plans it once. Few activities are looked up one by one; for many the lists go into a query
  -- of their own, whose plan knows how long they are.
  body := relinsights._live_head(model) || format($sql$
  key %2$s := $2;
  theirs %3$s[];
  ours %3$s[];
  ids %4$s[];
  result record;
BEGIN
  IF NOT EXISTS (SELECT FROM %1$I.source_records r WHERE r.record_id = key AND r.record_type = $1 AND r.record_label = %5$s) THEN
    RETURN;
  END IF;
  theirs := %6$s;
  IF $1 IN ('account', 'contact') THEN
    ids := ARRAY(
      SELECT a.activity_id FROM %1$I.source_activities a
      WHERE a.regarding_id = key AND a.regarding_type = $1 AND a.record_label = %8$s AND a.activity_id IS NOT NULL
      UNION
      SELECT q.activity_id FROM %1$I.source_participants q
      WHERE q.party_id = ANY (theirs) AND %9$s AND q.side <> 'us' AND q.role <> 'bcc' AND q.activity_id IS NOT NULL);
  ELSE
    -- OFFSET 0: look at the people of each such activity, not at everything that our people took part in.
    ours := %7$s;
    ids := ARRAY(
      SELECT a.activity_id FROM %1$I.source_activities a
      WHERE a.regarding_id = key AND a.regarding_type = $1 AND a.record_label = %8$s AND a.activity_id IS NOT NULL
      UNION
      SELECT q.activity_id FROM %1$I.source_participants q
      WHERE q.party_id = ANY (theirs) AND %9$s AND q.side <> 'us' AND q.role <> 'bcc' AND q.activity_id IS NOT NULL
        AND EXISTS (SELECT FROM %1$I.source_participants u WHERE u.activity_id = q.activity_id
                    AND u.party_id = ANY (ours) AND u.side <> 'them' AND u.role <> 'bcc' OFFSET 0));
  END IF;
  IF cardinality(ids) > 500 THEN
    EXECUTE relinsights._live_sql(model, $1, ids::text) INTO result USING $2;
  ELSE
    SELECT ROW($1, $2, %10$s)::relinsights.record_kpi_row AS kpi, s.found > s.different AS duplicates INTO result
    FROM (
      SELECT g.found, g.different, (g.all_of).* FROM (
        SELECT count(*) AS found, count(DISTINCT m.activity_id) AS different, %11$s FILTER (WHERE m.counts) AS all_of
        FROM (
          SELECT a.*, %12$s AND relinsights._people_gone(a.people) IS NOT TRUE AS counts
          FROM (SELECT a.*, (%13$s) AS people FROM %1$I.source_activities a
                WHERE a.activity_id = ANY (ids) OFFSET 0) a) m) g OFFSET 0) s
    CROSS JOIN (SELECT * FROM %1$I.settings LIMIT 1) c;
  END IF;
  IF result.kpi IS NULL AND result.duplicates IS NULL THEN
    PERFORM relinsights._check_settings(model);
  ELSIF result.duplicates THEN
    PERFORM relinsights._raise_live_duplicates(model, ids::text);
  END IF;
  RETURN NEXT result.kpi;
END;$sql$, model, relinsights._column_type(model, 'source_records', 'record_id'), person, activity,
    relinsights._live_label(model, 'source_records', 'record_label'), relinsights._live_people(model, 'them'),
    relinsights._live_people(model, 'us'),
    relinsights._live_label(model, 'source_activities', 'record_label'),
    relinsights._label_filter(model, 'source_participants', 'q.side_label', 'them'), relinsights._kpi_list(false), relinsights._record_agg_call(model), relinsights._counts(),
    relinsights._people_of_activity(model));
  IF to_regprocedure(format('%I.live_kpi(relinsights.record_type, text)', model)) IS NOT NULL THEN
    EXECUTE format('DROP FUNCTION %I.live_kpi(relinsights.record_type, text)', model);
  END IF;
  EXECUTE format($sql$CREATE FUNCTION %I.live_kpi(record_type relinsights.record_type, record_id text)
    RETURNS SETOF relinsights.record_kpi_row LANGUAGE plpgsql STABLE ROWS 1
    SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS %L$sql$, model, body);
  EXECUTE format('COMMENT ON FUNCTION %I.live_kpi(relinsights.record_type, text) IS %L', model,
    'one record''s KPIs from the sources now, with the caller''s rights: what relinsights.record_kpi() calls');
  -- A superuser may refresh as well.
  SELECT n.nspowner::regrole::text INTO owner FROM pg_namespace n WHERE n.nspname = model;
  EXECUTE format('ALTER FUNCTION %I.live_kpi(relinsights.record_type, text) OWNER TO %s', model, owner);
END;
$$;
COMMENT ON FUNCTION relinsights._make_live(text) IS 'part of models: makes live_kpi(), which computes one record''s KPIs from the sources';

CREATE FUNCTION relinsights._raise_live_duplicates(model text, activities text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key text;
BEGIN
  EXECUTE format('SELECT a.activity_id::text FROM %I.source_activities a WHERE a.activity_id = ANY (%L::%s[])
                  GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1',
                 model, activities, relinsights._column_type(model, 'source_activities', 'activity_id')) INTO key;
  PERFORM relinsights._raise_duplicates(model, 'activities', format('activity_id %s', key));
END;
$$;
COMMENT ON FUNCTION relinsights._raise_live_duplicates(text, text) IS 'part of models: the error of a live function that found an activity twice among these';

CREATE FUNCTION relinsights.record_kpi(model text, record_type relinsights.record_type, record_id text)
RETURNS SETOF relinsights.record_kpi_row LANGUAGE plpgsql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  activities text;
  r record;
BEGIN
  PERFORM relinsights._require_model(model);
  IF relinsights._live_function(model) IS NOT NULL THEN
    BEGIN
      RETURN QUERY EXECUTE format('SELECT * FROM %I.live_kpi($1, $2)', model) USING record_type, record_id;
      RETURN;
    EXCEPTION WHEN undefined_object OR undefined_table OR cannot_coerce THEN
      -- An enum of the sources has another name now, a later version has more KPIs, or more is amiss.
    END;
  END IF;
  -- The same, planned at every call.
  activities := relinsights._live_activities(model, record_type, record_id);
  IF activities IS NULL THEN
    RETURN;
  END IF;
  EXECUTE relinsights._live_sql(model, record_type, activities) INTO r USING record_id;
  IF r.kpi IS NULL AND r.duplicates IS NULL THEN
    PERFORM relinsights._check_settings(model);
  ELSIF r.duplicates THEN
    PERFORM relinsights._raise_live_duplicates(model, activities);
  END IF;
  RETURN NEXT r.kpi;
EXCEPTION WHEN insufficient_privilege THEN
  PERFORM relinsights._raise_live_rights(model, SQLERRM);
END;
$$;
COMMENT ON FUNCTION relinsights.record_kpi(text, relinsights.record_type, text) IS 'the KPIs of one record computed from the sources now, as the row of record_kpi that a refresh would store; no row for an unknown record. Runs with the caller''s rights: it counts what the caller may see, and needs SELECT on the sources and on the model''s settings, opt_out and source views. Milliseconds where the sources are indexed (see check_model). Errors: unknown model, id of another type, right missing, unknown label, duplicate activity_id';
