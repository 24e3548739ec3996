-- Making, altering and dropping models (SPEC 5): the relations of a model, in one list, and the functions that follow
-- from it.

CREATE FUNCTION relinsights._model_relations(OUT place int, OUT name text, OUT maker text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT row_number() OVER ()::int, v.name, v.maker
  FROM (VALUES
    ('settings', '_make_settings'),
    ('opt_out', '_make_tables'),
    ('refresh_log', '_make_tables'),
    ('source_activities', '_make_sources'),
    ('source_participants', '_make_sources'),
    ('source_record_parties', '_make_sources'),
    ('source_activity_records', '_make_sources'),
    ('source_people', '_make_sources'),
    ('source_records', '_make_sources'),
    ('member_activity', NULL),  -- of models made by 0.1.0
    ('detached', NULL),  -- while detach_model() is in force
    ('record_activity', '_make_membership'),
    ('record_kpi', '_make_kpis'),
    ('record_log_chunk', '_make_kpis'),
    ('record_log', '_make_kpis'),
    ('next_moment', '_make_kpis'),
    ('interaction_times', '_make_kpis'),
    ('record_info', '_make_kpis'),
    ('person_info', '_make_kpis'),
    ('changes', '_make_changes'),
    ('refresh_state', '_make_changes'),
    ('refreshed', '_make_refreshed'),
    ('account_kpi', '_make_record_views'),
    ('contact_kpi', '_make_record_views'),
    ('opportunity_kpi', '_make_record_views'),
    ('lead_kpi', '_make_record_views'),
    ('relationship_activity', '_make_lists'),
    ('customer_interactions', '_make_lists'),
    ('top_contacts', '_make_lists'),
    ('health_frequency', '_make_health_frequency'),
    ('relationship_health', '_make_health'),
    ('relationship_pipeline', '_make_health'),
    ('next_and_last_interaction', '_make_next_and_last'),
    ('same_age', '_make_same_age'),
    ('deal_factors', '_make_deals'),
    ('deal_similarity', '_make_deals'),
    ('similar_won_deals', '_make_deals'),
    ('opportunity_comparison', '_make_deals'),
    ('relationship_attention', '_make_attention'),
    ('relationship_priority', '_make_attention'),
    ('who_knows_whom', '_make_who_knows_whom'),
    ('record_summary', '_make_summary')
  ) AS v(name, maker);
END;
COMMENT ON FUNCTION relinsights._model_relations() IS
  'part of models: the relations that a model may have, each after those that it reads, and the function that makes it';

CREATE FUNCTION relinsights._make_relations(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  maker text;
BEGIN
  FOR maker IN
    SELECT r.maker FROM relinsights._model_relations() r
    WHERE r.maker NOT IN ('_make_settings', '_make_tables', '_make_sources') GROUP BY r.maker ORDER BY min(r.place)
  LOOP
    EXECUTE format('SELECT relinsights.%I($1)', maker) USING model;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._make_relations(text) IS
  'part of models: makes what a model reads and stores over its tables and source views';

CREATE FUNCTION relinsights._source_problems(
  sources regclass[], source_time_zone text, OUT state text, OUT message text, OUT detail text, OUT hint text)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
BEGIN ATOMIC
  SELECT p.state, p.message, p.detail, p.hint
  FROM (
    SELECT 1, s.n, r.* FROM unnest(ARRAY['activities', 'participants', 'records', 'record_parties', 'activity_records',
      'people'], sources) WITH ORDINALITY s(source, relation, n)
    CROSS JOIN LATERAL relinsights._relation_problems(s.source, s.relation) r
    UNION ALL
    SELECT 2, c.n, c.state, c.message, c.detail, c.hint
    FROM relinsights._column_problems(sources) WITH ORDINALITY c(state, message, detail, hint, n)
    UNION ALL
    SELECT 3, 0, i.* FROM relinsights._id_problems(sources) i
    UNION ALL
    SELECT 4, 0, w.* FROM relinsights._way_in_problems(sources) w
    UNION ALL
    SELECT 5, 0, z.* FROM relinsights._time_problems(sources, source_time_zone) z)
    p(part, n, state, message, detail, hint)
  ORDER BY p.part, p.n;
END;
COMMENT ON FUNCTION relinsights._source_problems(regclass[], text) IS
  'part of models: all that is wrong with the sources that a model is given';

CREATE FUNCTION relinsights.create_model(
  name text, activities regclass, participants regclass DEFAULT NULL, records regclass DEFAULT NULL,
  record_parties regclass DEFAULT NULL, @setting_parameters@,
  activity_records regclass DEFAULT NULL, people regclass DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
  sources regclass[] := ARRAY[activities, participants, records, record_parties, activity_records, people];
  -- First of all found, then raised: an error's CONTEXT quotes the statement that raised it.
  problems relinsights._problem[];
BEGIN
  problems := ARRAY(
    SELECT ROW(p.state, p.message, p.detail, p.hint)::relinsights._problem
    FROM (
      SELECT 1, 0::bigint, n.* FROM relinsights._name_problems(name) n
      UNION ALL
      SELECT 2, 0, '22004', format('model "%s" needs activities', name), NULL,
        'Give a table or view with activity_id, kind, direction and occurred_at.' WHERE activities IS NULL
      UNION ALL
      SELECT 3, s.n, s.state, s.message, s.detail, s.hint
      FROM relinsights._source_problems(sources, source_time_zone)
        WITH ORDINALITY s(state, message, detail, hint, n)
      UNION ALL
      SELECT 7, s.n, s.state, s.message, s.detail, s.hint
      FROM relinsights._setting_problems(name,
        @setting_names@) WITH ORDINALITY s(state, message, detail, hint, n)) p(part, n, state, message, detail, hint)
    ORDER BY p.part, p.n);
  PERFORM relinsights._raise_problems(format('model "%s" cannot be made', name), problems);
  IF record_parties IS NOT NULL AND participants IS NULL THEN
    RAISE WARNING USING
      MESSAGE = 'record_parties without participants link no activity',
      HINT = 'Give participants too: they say who takes part in which activity.';
  END IF;

  EXECUTE format('CREATE SCHEMA %I', name);
  EXECUTE format('COMMENT ON SCHEMA %I IS %L', name, format('relationship KPIs from %s (pg_relinsights)', activities));
  PERFORM relinsights._make_settings(name);
  PERFORM relinsights._change_settings(name,
    @setting_names@);
  PERFORM relinsights._make_tables(name, relinsights._id_type(sources, 'party'));
  PERFORM relinsights._make_sources(name, sources);
  PERFORM relinsights._make_relations(name);

  IF relinsights._hides_row_security(activities) AND NOT coalesce(subjects_by_view_owner, false) AND EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = activities AND a.attname = 'subject' AND NOT a.attisdropped) THEN
    RAISE WARNING USING
      MESSAGE = format('subjects of activities will not be shown in model "%s"', name),
      DETAIL = format('%s is, or reads through, a view with its owner''s rights, which hides row-level security.',
        activities),
      HINT = format('ALTER VIEW %s SET (security_invoker = true), or where everyone may read every subject: '
                    'relinsights.alter_model(%L, subjects_by_view_owner => true).', activities, name);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.create_model(
  text, regclass, regclass, regclass, regclass, @setting_types@, regclass, regclass) IS
  'makes a schema of that name with every KPI view over the given tables or views; a setting left NULL has its '
    'default. The '
  'stored relations are unfilled until CALL relinsights.refresh(name). Errors, all that are found in one: column '
    'missing or of a '
  'wrong type, ids of different types, nothing that says which record an activity belongs to, name taken or '
    'impossible, right missing, '
  'setting out of range';

CREATE FUNCTION relinsights.alter_model(
  name text, @setting_parameters@,
  without_working_calendar boolean DEFAULT false, without_source_time_zone boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  before jsonb;
  needs_refresh boolean;
  problems relinsights._problem[];
BEGIN
  PERFORM relinsights._require_owner(name);
  problems := ARRAY(
    SELECT ROW(p.state, p.message, p.detail, p.hint)::relinsights._problem
    FROM (
      SELECT '22023', format('%s and without_%s exclude each other', b.setting, b.setting), NULL, 'Give one of them.'
      FROM (VALUES ('working_calendar', without_working_calendar AND working_calendar IS NOT NULL),
                   ('source_time_zone', without_source_time_zone AND source_time_zone IS NOT NULL)) b(setting, found)
      WHERE b.found
      UNION ALL
      SELECT s.* FROM relinsights._setting_problems(name,
        @setting_names@) s) p(state, message, detail, hint));
  PERFORM relinsights._raise_problems(format('model "%s" stays as it is', name), problems);
  EXECUTE format('SELECT to_jsonb(s) FROM %I.settings s', name) INTO before;
  PERFORM relinsights._change_settings(name,
    @setting_names@);
  IF without_working_calendar THEN
    EXECUTE format('UPDATE %I.settings SET working_calendar = NULL', name);
  END IF;
  IF without_source_time_zone AND relinsights._has_setting(name, 'source_time_zone') THEN
    EXECUTE format('UPDATE %I.settings SET source_time_zone = NULL', name);
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.settings s CROSS JOIN relinsights._settings() d
                  WHERE d.stored AND to_jsonb(s) -> d.name IS DISTINCT FROM $1 -> d.name)', name)
  INTO needs_refresh USING before;
  IF needs_refresh THEN
    RAISE NOTICE USING MESSAGE = format('stored KPIs of model "%s" follow at the next refresh', name),
      HINT = format('CALL relinsights.refresh(%L);', name);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.alter_model(
  text, @setting_types@, boolean, boolean) IS
  'changes the given settings of a model, for its owner; NULL leaves a setting as it is, without_working_calendar goes '
    'back to '
  'elapsed time, without_source_time_zone to no zone. Stored KPIs follow at the next refresh where they depend on it: '
    'a NOTICE says '
  'so. Errors: unknown model, not its owner, settings out of range, all of them in one';

CREATE FUNCTION relinsights._drop_relations(model text, names text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kind text;
  relations text;
BEGIN
  -- The last made first, neighbours of one kind in one command: what the model did not make stops the drop.
  FOR kind, relations IN
    SELECT r.kind, string_agg(format('%I.%I', model, r.name), ', ' ORDER BY r.place DESC)
    FROM (
      SELECT m.place, m.name, k.kind, count(*) FILTER (WHERE k.changes) OVER (ORDER BY m.place DESC) AS run
      FROM (
        SELECT m.place, m.name, c.relkind,
               c.relkind IS DISTINCT FROM lag(c.relkind) OVER (ORDER BY m.place DESC) AS changes
        FROM relinsights._model_relations() m
        JOIN pg_class c ON c.relname = m.name JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = model
        WHERE m.name = ANY (names)) m
      CROSS JOIN LATERAL (SELECT m.changes, CASE m.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                                                           ELSE 'TABLE' END AS kind) k) r
    GROUP BY r.run, r.kind ORDER BY r.run
  LOOP
    EXECUTE format('DROP %s %s', kind, relations);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._drop_relations(text, text[]) IS
  'part of models: drops these relations of a model; an error where something else depends on one';

CREATE FUNCTION relinsights.drop_model(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  others text;
  message text;
  detail text;
  way_out text := format('Drop them first, or DROP SCHEMA %I CASCADE to remove them with the model.', name);
BEGIN
  PERFORM relinsights._require_owner(name);
  PERFORM relinsights._wait_for_refresh(name);
  SELECT string_agg(c.relname, ', ' ORDER BY c.relname) INTO others
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND c.relname NOT IN (SELECT r.name FROM relinsights._model_relations() r);
  IF others IS NOT NULL THEN
    RAISE dependent_objects_still_exist USING
      MESSAGE = format('cannot drop model "%s" because its schema holds other relations', name),
      DETAIL = format('The model did not make: %s.', others), HINT = way_out;
  END IF;
  IF relinsights._is_tracked(name) THEN
    PERFORM relinsights.untrack_changes(name);
  END IF;
  PERFORM relinsights._drop_relations(name, ARRAY(SELECT r.name FROM relinsights._model_relations() r));
  IF to_regprocedure(format('%I.live_kpi(relinsights.record_type, text)', name)) IS NOT NULL THEN
    EXECUTE format('DROP FUNCTION %I.live_kpi(relinsights.record_type, text)', name);
  END IF;
  EXECUTE format('DROP SCHEMA %I', name);
EXCEPTION WHEN dependent_objects_still_exist THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RAISE dependent_objects_still_exist USING MESSAGE = message, DETAIL = detail, HINT = way_out;
END;
$$;
COMMENT ON FUNCTION relinsights.drop_model(text) IS
  'removes a model and its schema, settings and opt-outs included, for its owner; the sources stay; waits for a '
    'running refresh and '
  'says so by NOTICE. Errors: unknown model, not its owner, something that the model did not make depends on it or '
    'stands in its '
  'schema';

CREATE VIEW relinsights.functions AS
SELECT p.proname::text AS name, pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
       coalesce(pg_catalog.pg_get_function_result(p.oid), '') AS returns,
       CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
       pg_catalog.obj_description(p.oid, 'pg_proc') AS words
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
  AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_relinsights'
WHERE pg_catalog.obj_description(p.oid, 'pg_proc') NOT LIKE 'part of %'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_operator o WHERE o.oprcode = p.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_amproc a WHERE a.amproc = p.oid);
COMMENT ON VIEW relinsights.functions IS
  'the public functions, aggregates and procedures of pg_relinsights, one row each';
COMMENT ON COLUMN relinsights.functions.name IS 'name, in schema relinsights';
COMMENT ON COLUMN relinsights.functions.arguments IS 'what it takes, with defaults';
COMMENT ON COLUMN relinsights.functions.returns IS 'type of what it gives; empty for a procedure';
COMMENT ON COLUMN relinsights.functions.kind IS 'function, aggregate or procedure';
COMMENT ON COLUMN relinsights.functions.words IS 'what it does, with units, ranges, NULL behaviour and errors';
GRANT SELECT ON relinsights.functions TO PUBLIC;
