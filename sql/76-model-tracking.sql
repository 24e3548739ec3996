-- Tracking what changes behind a model (SPEC 5.5): statement triggers that write to its table changes.

CREATE FUNCTION relinsights._tracking_trigger(model text, operation text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE WHEN octet_length(n.name) <= 63 THEN n.name ELSE 'relinsights_' || operation || '_' || md5(model) END
  FROM (SELECT format('relinsights_%s_%s', operation, model) AS name) n;
END;
COMMENT ON FUNCTION relinsights._tracking_trigger(text, text) IS
  'part of models: the name of a model''s trigger for insert, update, delete or truncate';

CREATE FUNCTION relinsights._tracking_function(model text, relation oid) RETURNS oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT p.oid FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE t.tgrelid = relation AND n.nspname = model AND p.proname LIKE 'track\_%' AND p.prosecdef
  ORDER BY p.oid LIMIT 1;  -- whatever its triggers are called: the model may have had another name
END;
COMMENT ON FUNCTION relinsights._tracking_function(text, oid) IS
  'part of models: the function that a model''s triggers on a table call; NULL where it does not track the table';

CREATE FUNCTION relinsights._tracking_sql(
  model text, function text, expressions text[], is_new boolean, people boolean, problem text)
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Each row once: many of a statement touch one activity. What is NULL says nothing of what was touched.
  SELECT format($sql$
  CREATE FUNCTION %1$I.%2$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
  $tracking$
#variable_conflict use_column
  BEGIN
    -- Under its old name another model may stand now.
    IF NOT EXISTS (%9$s AND n.nspname = %10$L) THEN
      RAISE 'the schema of the model was renamed since track_changes';
    ELSIF TG_OP = 'INSERT' THEN
      %3$s SELECT TG_RELID, c.*, %4$L::boolean, %5$L::boolean, %6$s FROM (SELECT DISTINCT %7$s FROM new_rows) c;
    ELSIF TG_OP = 'UPDATE' THEN
      %3$s SELECT TG_RELID, c.*, %8$L::boolean, %5$L::boolean, %6$s
      FROM (SELECT %7$s FROM new_rows UNION SELECT %7$s FROM old_rows) c;
    ELSIF TG_OP = 'DELETE' THEN
      %3$s SELECT TG_RELID, c.*, %8$L::boolean, %5$L::boolean, %6$s FROM (SELECT DISTINCT %7$s FROM old_rows) c;
    ELSE
      %3$s VALUES (TG_RELID, NULL, NULL, NULL, NULL, NULL, 'it was truncated');
    END IF;
    RETURN NULL;
  EXCEPTION WHEN OTHERS THEN
    -- Whatever it is, who writes to the table shall not be stopped by it.
    BEGIN
      EXECUTE format('INSERT INTO %%I.changes (on_table, problem) VALUES ($1, $2)', (%9$s)) USING TG_RELID, SQLERRM;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING USING MESSAGE = format('a change of %%s is not tracked: %%s', TG_RELID::regclass, SQLERRM);
    END;
    RETURN NULL;
  END;
  $tracking$$sql$, model, function,
    format('INSERT INTO %I.changes (on_table, activity_id, record_type, record_id, is_new, people, problem)', model),
    CASE WHEN is_new THEN 'true' WHEN is_new IS NULL THEN NULL ELSE 'false' END, CASE WHEN people THEN 'true' END,
    CASE WHEN problem IS NOT NULL THEN quote_literal(problem) ELSE coalesce(
      (SELECT 'CASE WHEN ' || string_agg(format('c.%I IS NULL', e.name), ' OR ' ORDER BY e.n)
         || ' THEN ''a changed row says no activity or record'' END'
       FROM unnest(ARRAY['activity_id', 'record_type', 'record_id'], expressions) WITH ORDINALITY e(name, expression, n)
       WHERE e.expression IS NOT NULL), 'NULL') END,
    (SELECT string_agg(format('(%s)::%s AS %I', coalesce(e.expression, 'NULL'),
                              relinsights._column_type(model, 'changes', e.name), e.name), ', ' ORDER BY e.n)
     FROM unnest(ARRAY['activity_id', 'record_type', 'record_id'], expressions) WITH ORDINALITY e(name, expression, n)),
    CASE WHEN is_new IS NOT NULL THEN 'false' END,
    'SELECT n.nspname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid'
      || E'\n      JOIN pg_namespace n ON n.oid = p.pronamespace WHERE t.tgrelid = TG_RELID AND t.tgname = TG_NAME',
    model);
END;
COMMENT ON FUNCTION relinsights._tracking_sql(text, text, text[], boolean, boolean, text) IS
  'part of models: SQL of the function that a model''s triggers on one table call: expressions for activity_id, '
  'record_type and '
  'record_id, whether the table holds the activities themselves (NULL: not) and the names of people, and why its '
  'changes say nothing';

CREATE FUNCTION relinsights._tracked_columns(model text, on_table regclass, sources text[]) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT array_agg(CASE WHEN a.attname IS NOT NULL AND sources && c.of THEN quote_ident(c.name) END ORDER BY c.n)
  FROM (VALUES (1, 'activity_id', ARRAY['activities', 'participants', 'activity_records']),
               (2, 'record_type', ARRAY['records', 'record_parties']),
               (3, 'record_id', ARRAY['records', 'record_parties'])) c(n, name, of)
  LEFT JOIN pg_attribute a ON a.attrelid = on_table AND a.attname = c.name AND NOT a.attisdropped;
END;
COMMENT ON FUNCTION relinsights._tracked_columns(text, regclass, text[]) IS
  'part of models: the columns that say which activity or record a row of a table touches that is these sources itself';

CREATE FUNCTION relinsights._forget_tracking(model text, function oid) RETURNS void
LANGUAGE plpgsql STRICT
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning  -- the triggers that go along
AS $$
DECLARE
  before text := current_setting('role');
BEGIN
  EXECUTE format('SET LOCAL ROLE %s', (SELECT n.nspowner::regrole FROM pg_namespace n WHERE n.nspname = model));
  EXECUTE format('DROP FUNCTION %s CASCADE', function::regprocedure);
  PERFORM set_config('role', before, true);
END;
$$;
COMMENT ON FUNCTION relinsights._forget_tracking(text, oid) IS
  'part of models: drops a function of a model''s triggers, and these with it, whoever owns their tables';

CREATE FUNCTION relinsights._require_trackable(model text, on_table regclass) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kind "char" := (SELECT c.relkind FROM pg_class c WHERE c.oid = on_table);
  tables text := (SELECT string_agg(b.relation::regclass::text, ', ' ORDER BY b.relation::regclass::text)
                  FROM relinsights._relations_behind(model) b WHERE b.kind IN ('r', 'p'));
BEGIN
  IF on_table IS NULL THEN
    RAISE null_value_not_allowed USING MESSAGE = 'track_changes needs a table',
      HINT = format('Behind the model stand: %s.', tables);
  ELSIF kind NOT IN ('r', 'p') THEN
    RAISE wrong_object_type USING
      MESSAGE = format('changes of %s cannot be tracked', on_table),
      DETAIL = format('It is a %s.', CASE kind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                                                WHEN 'f' THEN 'foreign table'
                                               ELSE 'relation of another kind' END),
      HINT = CASE kind WHEN 'f' THEN 'Triggers do not see what is changed on another server: let refreshes be complete.'
        ELSE format('Track the tables behind the sources: %s.', coalesce(tables, 'there are none')) END;
  ELSIF NOT EXISTS (SELECT FROM relinsights._relations_behind(model) b WHERE b.relation = on_table) THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('%s does not stand behind the sources of model "%s"', on_table, model),
      HINT = format('Behind them stand: %s.', coalesce(tables, 'no tables'));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_trackable(text, regclass) IS
  'part of models: an error unless this is a table that the sources of a model are or read';

CREATE FUNCTION relinsights._put_triggers(model text, on_table regclass, function text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  leaf record;
  o record;
BEGIN
  FOR leaf IN
    WITH RECURSIVE below(oid) AS (
      SELECT on_table::oid UNION SELECT i.inhrelid FROM below b JOIN pg_inherits i ON i.inhparent = b.oid)
    SELECT b.oid::regclass AS name, pg_has_role(c.relowner, 'USAGE') AS own
    FROM below b JOIN pg_class c ON c.oid = b.oid AND c.relkind IN ('r', 'p') ORDER BY b.oid
  LOOP
    FOR o IN SELECT * FROM (VALUES ('insert', 'REFERENCING NEW TABLE AS new_rows'), ('delete',
      'REFERENCING OLD TABLE AS old_rows'),
        ('update', 'REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows'), ('truncate', '')) v(operation, rows) LOOP
      EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %I.%I()',
        relinsights._tracking_trigger(model, o.operation), o.operation, leaf.name, o.rows, model, function);
      IF leaf.own THEN
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', leaf.name, relinsights._tracking_trigger(model,
          o.operation));
      END IF;
    END LOOP;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._put_triggers(text, regclass, text) IS
  'part of models: puts the triggers of a model on a table and all its partitions and children, so that they fire '
  'always where the '
  'caller owns them';

CREATE FUNCTION relinsights.track_changes(
  model text, on_table regclass, activity_id text DEFAULT NULL, record_type text DEFAULT NULL,
    record_id text DEFAULT NULL)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  before text := current_setting('role');
  owner text;
  behind record;
  columns text[];
  expressions text[];
  function text;
  problem text;
BEGIN
  PERFORM relinsights._require_owner(model);
  PERFORM relinsights._require_current(model);
  PERFORM relinsights._relation(model, 'changes');
  PERFORM relinsights._require_trackable(model, on_table);
  IF (record_type IS NULL) <> (record_id IS NULL) THEN
    RAISE invalid_parameter_value USING MESSAGE = 'record_type and record_id must be given together',
      HINT = 'Both are SQL expressions: record_type => ''''''account'''''', record_id => ''account_no'', for example.';
  END IF;
  PERFORM relinsights._wait_for_refresh(model);
  SELECT * INTO behind FROM relinsights._relations_behind(model) b WHERE b.relation = on_table;
  columns := relinsights._tracked_columns(model, on_table, behind.direct);
  expressions := ARRAY[coalesce(activity_id, columns[1]), coalesce(record_type, columns[2]), coalesce(record_id,
    columns[3])];
  IF expressions[2] IS NULL OR expressions[3] IS NULL THEN
    expressions[2:3] := ARRAY[NULL, NULL];
  END IF;
  -- What its sources need to know, and no expression says.
  problem := CASE
    WHEN behind.sources && ARRAY['activities', 'participants', 'activity_records'] AND expressions[1] IS NULL
      THEN 'nothing says which activity a changed row touches'
    WHEN behind.sources && ARRAY['records', 'record_parties'] AND expressions[3] IS NULL
      THEN 'nothing says which record a changed row touches' END;
  BEGIN
    EXECUTE (SELECT format('SELECT %s FROM %s LIMIT 0', string_agg(
        format('(%s)::%s', coalesce(e.expression, 'NULL'), relinsights._column_type(model, 'changes', e.name)),
          ', '), on_table)
      FROM unnest(ARRAY['activity_id', 'record_type', 'record_id'], expressions) e(name, expression));
  EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception OR feature_not_supported THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('an expression over %s cannot be computed', on_table), DETAIL = SQLERRM || '.',
      HINT = 'activity_id, record_type and record_id are SQL expressions over the columns of one row.';
  END;

  owner := (SELECT n.nspowner::regrole::text FROM pg_namespace n WHERE n.nspname = model);
  IF relinsights._tracking_function(model, on_table) IS NOT NULL THEN
    PERFORM relinsights._forget_tracking(model, relinsights._tracking_function(model, on_table));
  END IF;
  function := (SELECT 'track_' || coalesce(max(substr(p.proname, 7)::bigint), 0) + 1 FROM pg_proc p
               JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = model
                 WHERE p.proname ~ '^track_[0-9]{1,9}$');
  EXECUTE format('SET LOCAL ROLE %s', owner);
  EXECUTE relinsights._tracking_sql(model, function, expressions,
    CASE WHEN 'activities' = ANY (behind.direct) THEN true END, 'people' = ANY (behind.sources), problem);
  EXECUTE format('COMMENT ON FUNCTION %I.%I() IS %L', model, function,
    format('called by the triggers of model %s on %s: writes what changed to its table changes', model, on_table));
  EXECUTE format('REVOKE ALL ON FUNCTION %I.%I() FROM PUBLIC', model, function);
  EXECUTE format('DELETE FROM %I.refresh_state', model);
  PERFORM set_config('role', before, true);
  PERFORM relinsights._put_triggers(model, on_table, function);
  RAISE NOTICE USING
    MESSAGE = format('changes of %s are tracked for model "%s": %s', on_table, model, CASE
      WHEN problem IS NOT NULL THEN 'any makes the next refresh complete, as ' || problem
      WHEN expressions[1] IS NULL AND expressions[3] IS NULL THEN 'names of people'
      ELSE concat_ws(', ', 'activity ' || expressions[1],
        'record (' || expressions[2] || ', ' || expressions[3] || ')') END),
    HINT = 'The next refresh is complete. check_model lists what is not tracked.';
END;
$$;
COMMENT ON FUNCTION relinsights.track_changes(text, regclass, text, text, text) IS
  'lets refreshes of a model read what changed in a table behind its sources, for the model''s owner: puts statement '
  'triggers on the table '
  'and its partitions and children, which write to the model''s table changes whoever changes the data. activity_id, '
  'record_type and '
  'record_id are SQL expressions over the columns of a row that say which activity or record it touches; NULL: the '
  'columns of these '
  'names where the table itself is a source, else nothing, and then any change makes the next refresh complete. A '
  'NOTICE says which are '
  'used; called again it replaces them. The next refresh is complete. Needs TRIGGER on the table; where the caller '
  'owns it the triggers '
  'fire in replication roles too. Errors: unknown model, not its owner, a view, a foreign table or a table that the '
  'model does not read, '
  'an expression that cannot be computed, right missing';

CREATE FUNCTION relinsights.untrack_changes(model text, on_table regclass DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  function oid;
  any_tracked boolean := false;
BEGIN
  PERFORM relinsights._require_owner(model);
  PERFORM relinsights._wait_for_refresh(model);
  FOR function IN
    SELECT DISTINCT t.tgfoid FROM pg_trigger t JOIN relinsights._tracking_operations(model) o ON o.relation = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = model
    WHERE on_table IS NULL OR t.tgrelid = on_table
  LOOP
    PERFORM relinsights._forget_tracking(model, function);
    any_tracked := true;
  END LOOP;
  IF NOT any_tracked THEN
    RAISE NOTICE USING MESSAGE = format('model "%s" tracks no changes%s', model, ' of ' || on_table::text);
    RETURN;
  END IF;
  EXECUTE format('DELETE FROM %I.refresh_state', model);
  IF NOT relinsights._is_tracked(model) THEN
    EXECUTE format('DELETE FROM %I.changes', model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.untrack_changes(text, regclass) IS
  'takes the triggers of track_changes off a table and its partitions and children, or off every table of a model '
  '(NULL), for the '
  'model''s owner; refreshes are complete from then on. A NOTICE where there are none. Errors: unknown model, not '
  'its owner';
