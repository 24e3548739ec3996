-- The KPIs of a model's records (SPEC 5.3): stored in record_kpi and what stands beside it, live from record_kpi().
-- Both are computed by one engine (src/pg/refresh_engine.cpp); here are the tables that it keeps, and its functions.

CREATE TYPE relinsights.record_kpi_row AS (
  record_type text, record_id text,
  @kpi_attributes@);
COMMENT ON TYPE relinsights.record_kpi_row IS
  'one record''s KPIs as relinsights.record_kpi() returns them: the columns of a model''s record_kpi, record_id as '
    'text';

CREATE FUNCTION relinsights._column_type(model text, relation text, column_name text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
  WHERE a.attrelid = relinsights._relation(model, relation) AND a.attname = column_name;
END;
COMMENT ON FUNCTION relinsights._column_type(text, text, text) IS
  'part of models: the type of a column of a model''s relation';

CREATE FUNCTION relinsights._label_filter_sql(relation regclass, alias text, column_name text, label text)
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- The label in the source's own type, so that an index on it can be used.
  SELECT coalesce((
    SELECT CASE
      WHEN t.typtype = 'e' AND NOT EXISTS (
        SELECT FROM pg_enum e WHERE e.enumtypid = t.oid AND e.enumlabel = label) THEN 'false'
      WHEN t.typtype = 'e' THEN format('%I.%I = %L::%s', alias, column_name, label, t.oid::regtype)
      ELSE format('%I.%I = %L', alias, column_name, label) END
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = relation AND a.attname = column_name), 'true');
END;
COMMENT ON FUNCTION relinsights._label_filter_sql(regclass, text, text, text) IS
  'part of models: SQL that compares a label of a source, unconverted; true where there is no such column';

CREATE FUNCTION relinsights._source_relations(model text, sources text[], required boolean) RETURNS oid[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  found oid[];
  missing text;
BEGIN
  -- Live calls come here: a plan kept for the session takes less than planning anew.
  SELECT array_agg((
      SELECT min(d.refobjid)
      FROM pg_rewrite r
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
      JOIN pg_class c ON c.oid = d.refobjid AND c.relnamespace <> v.relnamespace
      WHERE r.ev_class = v.oid) ORDER BY s.n),
    (array_agg(s.source ORDER BY s.n) FILTER (WHERE v.oid IS NULL))[1]
  INTO found, missing
  FROM unnest(sources) WITH ORDINALITY s(source, n)
  LEFT JOIN pg_class v ON v.relname = 'source_' || s.source
    AND v.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = model);
  -- Without its view it would look as if the model had never been given that source.
  IF required AND missing IS NOT NULL THEN
    PERFORM relinsights._relation(model, 'source_' || missing);
  END IF;
  RETURN found;
END;
$$;
COMMENT ON FUNCTION relinsights._source_relations(text, text[], boolean) IS
  'part of models: the relations that a model''s own views of sources read; NULL where it was given none, and where it '
  'has no such view, or else, where required, an error';

CREATE FUNCTION relinsights._source_relation(model text, source text) RETURNS oid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (relinsights._source_relations(model, ARRAY[source], false))[1];
END;
$$;
COMMENT ON FUNCTION relinsights._source_relation(text, text) IS
  'part of models: the relation that a model''s own view of a source reads; NULL where it has no such view or was '
  'given none';

CREATE FUNCTION relinsights._sources(model text) RETURNS regclass[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT array_agg(relinsights._source_relation(model, s.source)::regclass ORDER BY s.n)
  FROM unnest(ARRAY['activities', 'participants', 'records', 'record_parties', 'activity_records', 'people'])
    WITH ORDINALITY s(source, n);
END;
COMMENT ON FUNCTION relinsights._sources(text) IS
  'part of models: the sources of a model, in the order of create_model; NULL for those it has not';

CREATE FUNCTION relinsights._make_stored(model text, relation text, columns text, key text, words text, comments text[])
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('CREATE TABLE %1$I.%2$I (%3$s, CONSTRAINT %4$I PRIMARY KEY (%5$s))',
                 model, relation, columns, relation || '_key', key);
  PERFORM relinsights._describe(model, relation, words, comments);
END;
$$;
COMMENT ON FUNCTION relinsights._make_stored(text, text, text, text, text, text[]) IS
  'part of models: makes one of the tables that a refresh keeps';

CREATE FUNCTION relinsights._make_kpis(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  record_id text := relinsights._column_type(model, 'source_records', 'record_id');
  activity_id text := relinsights._column_type(model, 'source_activities', 'activity_id');
  owner_id text := relinsights._column_type(model, 'source_records', 'owner_id');
  record text[] := '{record_type, "account, contact, opportunity or lead", record_id, the record}';
BEGIN
  PERFORM relinsights._make_stored(model, 'record_kpi', (
      SELECT string_agg(format('%I %s', a.attname, CASE a.attname WHEN 'record_id' THEN record_id
                               ELSE format_type(a.atttypid, a.atttypmod) END), ', ' ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = 'relinsights.record_kpi_row'::regclass), 'record_type, record_id',
    'KPIs of every record as of the last refresh, and the summaries they are read from', (
      SELECT record || array_agg(w ORDER BY k.n, i)
      FROM (SELECT v.name, v.words, row_number() OVER () AS n FROM (
              SELECT c.name, c.words FROM relinsights.kpi_columns() c
              UNION ALL
              SELECT s.name, s.words FROM (VALUES
                ('interactions', 'interaction_summary of the completed activities'),
                ('responses', 'response_summary of the completed e-mails that no machine wrote and that are not '
                  'internal'),
                ('timeline', 'activity_timeline by days in the model''s time zone'),
                ('their_contacts', 'contact_summary of their people'),
                ('our_contacts', 'contact_summary of our people'),
                ('engagement', 'engagement_summary of the followed e-mails')) s(name, words)) v) k
      CROSS JOIN LATERAL (VALUES (1, k.name), (2, k.words)) x(i, w)));

  PERFORM relinsights._make_stored(model, 'record_log_chunk', format(
      'record_type text, record_id %s, chunk int, first_at timestamptz NOT NULL, activities int NOT NULL, '
      'log relinsights.activity_log NOT NULL', record_id), 'record_type, record_id, chunk',
    'the activities of every record that are completed, or will be by time alone, as of the last refresh, in pieces',
      record || ARRAY[
    'chunk', 'the piece, from 0 for the oldest on; all but the last have as many activities',
    'first_at', 'time of its first activity', 'activities', 'how many it holds',
    'log', 'the activities: rollup() makes the record''s log of its pieces']);
  -- Nothing is gained by compressing it.
  EXECUTE format('ALTER TABLE %I.record_log_chunk ALTER COLUMN log SET STORAGE EXTERNAL', model);
  EXECUTE format('CREATE VIEW %1$I.record_log AS SELECT c.record_type, c.record_id, relinsights.rollup(c.log) AS log
    FROM %1$I.record_log_chunk c GROUP BY c.record_type, c.record_id', model);
  PERFORM relinsights._describe(model, 'record_log', 'each record''s activities as of the last refresh, as a log',
    record || ARRAY[
    'log', 'activities, times, people and threads: see activity_log']);

  PERFORM relinsights._make_stored(model, 'next_moment', format(
      'record_type text, record_id %s, at timestamptz NOT NULL', record_id), 'record_type, record_id',
    'when time alone will change the KPIs of a record: an activity comes to count, or a conversation lapses',
      record || ARRAY[
    'at', 'the first such moment since the last refresh']);
  EXECUTE format('CREATE INDEX next_moment_at ON %I.next_moment (at)', model);

  PERFORM relinsights._make_stored(model, 'interaction_times', format(
      'record_type text, record_id %s, activity_id %s, status text NOT NULL, kind text NOT NULL, direction text, '
      'occurred_at timestamptz NOT NULL, their_people text[], ends_at timestamptz NOT NULL', record_id, activity_id),
    'record_type, record_id, activity_id',
    'the last completed and every scheduled activity of each account, opportunity and lead as of the last refresh; no '
      'subjects', record || ARRAY[
    'activity_id', 'the activity',
    'status', 'completed (the last one) or scheduled',
    'kind', 'kind of activity',
    'direction', 'outbound: started by us; inbound: by them; NULL: nobody knows',
    'occurred_at', 'when it took or takes place',
    'their_people', 'everyone of theirs in it, so that an opt-out hides it at once',
    'ends_at', 'when it ends']);

  PERFORM relinsights._make_stored(model, 'record_info', format(
      'record_type text, record_id %1$s, name text, owner_id %2$s, account_id %1$s, state text, created_at '
        'timestamptz, '
      'closed_at timestamptz, estimated_close_date date, estimated_value numeric, attributes jsonb', record_id,
        owner_id),
    'record_type, record_id',
    'the records themselves as of the last refresh, so that readers of the KPI views need no right on their source',
      record || ARRAY[
    'name', 'its name', 'owner_id', 'its owner', 'account_id', 'its account', 'state', 'its state',
    'created_at', 'when it was created', 'closed_at', 'when it was closed',
    'estimated_close_date', 'expected closing day', 'estimated_value', 'expected value',
    'attributes', 'what similar deals are found by']);

  PERFORM relinsights._make_stored(model, 'person_info', format('side text, party_id %s, name text NOT NULL',
      relinsights._column_type(model, 'opt_out', 'party_id')), 'side, party_id',
    'names of people as of the last refresh, without those who opted out before it', ARRAY[
    'side', 'us or them', 'party_id', 'the person', 'name', 'what lists and pages call the person']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_kpis(text) IS
  'part of models: makes the tables record_kpi, record_log_chunk, next_moment, interaction_times, record_info and '
  'person_info, empty';

CREATE FUNCTION relinsights._refresh_engine(
  model text, as_of timestamptz, complete boolean DEFAULT false, OUT how text, OUT why text, OUT read bigint,
    OUT written bigint, OUT repaired bigint)
    LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'refresh_engine';
COMMENT ON FUNCTION relinsights._refresh_engine(text, timestamptz, boolean) IS
  'part of models: brings the stored tables of a model to a moment, as the model''s owner: from what changed, or from '
    'everything where '
  'that is asked for or cannot be told (why); rows of the sources read, rows of the tables written, and those of them '
    'that a complete '
  'one had to write though every change was tracked';

CREATE FUNCTION relinsights._live_engine(model text, record_type text, record_id text)
  RETURNS SETOF relinsights.record_kpi_row
    LANGUAGE C STABLE STRICT ROWS 1 AS 'MODULE_PATHNAME', 'live_engine';
COMMENT ON FUNCTION relinsights._live_engine(text, text, text) IS
  'part of models: one record''s KPIs from the sources now; no row for an unknown record';

CREATE FUNCTION relinsights._raise_live_rights(model text, reason text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing text;
BEGIN
  SELECT string_agg(r.relation::text, ', ' ORDER BY r.place, r.relation::text) INTO missing
  FROM (
    SELECT 1, c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = model AND c.relname IN ('settings', 'opt_out', 'source_activities', 'source_participants',
                                              'source_records', 'source_record_parties')
    UNION ALL
    SELECT 2, relinsights._source(model, s.source)
    FROM (VALUES ('activities'), ('participants'), ('records'), ('record_parties')) s(source)) r(place, relation)
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
COMMENT ON FUNCTION relinsights._raise_live_rights(text, text) IS
  'part of models: the error of a live function whose caller lacks a right, naming what cannot be read';

CREATE FUNCTION relinsights.record_kpi(model text, record_type text, record_id text)
RETURNS SETOF relinsights.record_kpi_row LANGUAGE plpgsql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_model(model);
  RETURN QUERY SELECT * FROM relinsights._live_engine(model, record_type, record_id);
EXCEPTION WHEN insufficient_privilege THEN
  PERFORM relinsights._raise_live_rights(model, SQLERRM);
END;
$$;
COMMENT ON FUNCTION relinsights.record_kpi(text, text, text) IS
  'the KPIs of one record computed from the sources now, as the row of record_kpi that a refresh would store; no row '
  'for an unknown record. Runs with the caller''s rights: it counts what the caller may see, and needs SELECT on the '
  'sources; settings and opt-outs it reads with the rights of the model''s owner. Milliseconds where the sources are '
  'indexed (see check_model). Errors: unknown model, unknown record type, id of another type, right missing, unknown '
  'label, duplicate activity_id';

CREATE FUNCTION relinsights.record_kpi(model text, record_type text, record_id bigint)
RETURNS SETOF relinsights.record_kpi_row LANGUAGE sql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT * FROM relinsights.record_kpi(model, record_type, record_id::text);
END;
COMMENT ON FUNCTION relinsights.record_kpi(text, text, bigint) IS 'the same for a record whose id is a number';
