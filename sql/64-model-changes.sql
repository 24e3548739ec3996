-- What changed behind a model (SPEC 5.5): its table changes, which triggers fill, and what is known of the tables
-- behind its
-- sources. 76-model-tracking.sql puts the triggers on, 75-model-refresh.sql empties the table.

CREATE FUNCTION relinsights._make_changes(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE TABLE %1$I.changes (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      on_table oid NOT NULL,
      activity_id %2$s,
      record_type text,
      record_id %3$s,
      is_new boolean,
      people boolean,
      problem text);

    CREATE TABLE %1$I.refresh_state (
      only_row boolean PRIMARY KEY DEFAULT true CONSTRAINT only_row CHECK (only_row),
      as_of timestamptz NOT NULL,
      state jsonb NOT NULL);
  $sql$, model, relinsights._column_type(model, 'source_activities', 'activity_id'),
    relinsights._column_type(model, 'source_records', 'record_id'));
  PERFORM relinsights._describe(model, 'changes',
    'what waits for a refresh: which activities and records changed behind the sources; see '
    'relinsights.track_changes()', ARRAY[
    'id', 'rising number',
    'on_table', 'the table that was changed',
    'activity_id', 'the activity that a changed row touches; NULL: none',
    'record_type', 'type of the record that a changed row touches; NULL: none',
    'record_id', 'that record',
    'is_new', 'the activity''s own row was inserted (true), or changed or deleted (false); NULL: another row was',
    'people', 'true: names of people changed',
    'problem', 'why nothing says what was touched, so that the next refresh is complete; NULL: it is said']);
  PERFORM relinsights._describe(model, 'refresh_state',
    'what the last refresh found, so that the next one can tell whether the changes tracked since are all there are; '
    'no row: it is complete',
    ARRAY['only_row', 'true', 'as_of', 'the moment that the last refresh brought the model to',
          'state', 'server, database, settings, opt-outs, and what the tables behind the sources were then']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_changes(text) IS
  'part of models: makes the tables changes and refresh_state, empty: the next refresh is complete';

CREATE FUNCTION relinsights._relations_behind(model text, OUT relation oid, OUT kind "char", OUT sources text[],
  OUT direct text[])
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  -- Planned once in a session.
  RETURN QUERY
  WITH RECURSIVE reads(source, direct, oid) AS (
    SELECT s.source, true, relinsights._source_relation(model, s.source)
    FROM unnest(ARRAY['activities', 'participants', 'records', 'record_parties', 'activity_records',
      'people']) s(source)
    UNION
    SELECT r.source, r.direct AND n.same, n.oid
    FROM reads r CROSS JOIN LATERAL (
      SELECT d.refobjid, false
      FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
      WHERE w.ev_class = r.oid AND w.ev_type = '1'
      UNION ALL
      SELECT i.inhrelid, true FROM pg_inherits i WHERE i.inhparent = r.oid) n(oid, same))
  SELECT c.oid, c.relkind, array_agg(DISTINCT r.source),
    coalesce(array_agg(DISTINCT r.source) FILTER (WHERE r.direct), '{}')
  FROM reads r JOIN pg_class c ON c.oid = r.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  GROUP BY c.oid, c.relkind;
END;
$$;
COMMENT ON FUNCTION relinsights._relations_behind(text) IS
  'part of models: every relation that a model''s sources are or read, partitions and children included: which '
  'sources read it, and '
  'which of them it is itself, or a part of';

CREATE FUNCTION relinsights._tracking_operations(model text, OUT relation oid, OUT operations int,
  OUT always boolean, OUT mark text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  -- Planned once in a session.
  RETURN QUERY
  SELECT t.tgrelid, bit_or(CASE WHEN t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL THEN t.tgtype & 60 ELSE 0 END)::int,
         bool_and(t.tgenabled = 'A'), string_agg(concat_ws(' ', t.oid, t.xmin, p.xmin), ',' ORDER BY t.oid)
  FROM pg_namespace n JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname LIKE 'track\_%' AND p.prosecdef
  JOIN pg_trigger t ON t.tgfoid = p.oid AND NOT t.tgisinternal
  WHERE n.nspname = model GROUP BY t.tgrelid;
END;
$$;
COMMENT ON FUNCTION relinsights._tracking_operations(text) IS
  'part of models: tables that a model tracks: operations whose triggers are enabled, as bits of pg_trigger.tgtype, '
  'whether they fire '
  'always, and a text that changes with the triggers';

CREATE FUNCTION relinsights._tracking_mark(model text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Planned once in a session.
  -- Whatever could change what a source holds without a trigger firing: another view, a rewritten or exchanged
  -- table, another
  -- trigger, a column by another name.
  RETURN (
  SELECT md5((SELECT string_agg(v.oid::text, ',' ORDER BY v.oid) FROM pg_class v
    JOIN pg_namespace n ON n.oid = v.relnamespace
              WHERE n.nspname = model AND v.relname LIKE 'source\_%') || string_agg(concat_ws(' ', b.relation,
                c.relfilenode,
      c.relrowsecurity, array_to_string(b.sources, ','), array_to_string(b.direct, ','),
      (SELECT string_agg(concat_ws(' ', w.oid, w.xmin), ',' ORDER BY w.oid) FROM pg_rewrite w
        WHERE w.ev_class = b.relation),
      (SELECT string_agg(concat_ws(' ', i.inhparent, i.xmin), ',' ORDER BY i.inhparent) FROM pg_inherits i
        WHERE i.inhrelid = b.relation),
      (SELECT string_agg(concat_ws(' ', a.attnum, a.attname, a.atttypid, a.attisdropped), ',' ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = b.relation AND a.attnum > 0), t.mark), ';' ORDER BY b.relation))
  FROM relinsights._relations_behind(model) b JOIN pg_class c ON c.oid = b.relation
  LEFT JOIN relinsights._tracking_operations(model) t ON t.relation = b.relation);
END;
$$;
COMMENT ON FUNCTION relinsights._tracking_mark(text) IS
  'part of models: a text that changes with whatever lets a source hold something else though no trigger fires';

CREATE FUNCTION relinsights._check_tracking(
  model text, OUT source text, OUT problem text, OUT example text, OUT advice text, OUT stops boolean)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT b.sources[1], p.problem, b.relation::regclass::text, p.advice, p.stops
  FROM relinsights._relations_behind(model) b
  JOIN pg_class c ON c.oid = b.relation
  JOIN pg_namespace n ON n.nspname = model
  LEFT JOIN relinsights._tracking_operations(model) t ON t.relation = b.relation
  CROSS JOIN LATERAL (VALUES
    (b.kind IN ('r', 'p') AND t.relation IS NULL, true, 'not tracked: every refresh is complete',
     format('SELECT relinsights.track_changes(%L, %L);', model, b.relation::regclass)),
    (b.kind IN ('r', 'p') AND t.operations <> 60, true,
      'tracked in part, a trigger is gone or disabled: every refresh is complete',
     format('SELECT relinsights.track_changes(%L, %L); puts it on again.', model, b.relation::regclass)),
    (b.kind IN ('r', 'p') AND t.operations = 60 AND NOT t.always, false,
     'what runs with session_replication_role = replica is not tracked: its triggers are not ENABLE ALWAYS',
     'Let the table''s owner call track_changes; and let a complete refresh run on a schedule.'),
    (b.kind IN ('r', 'p') AND t.relation IS NOT NULL AND EXISTS (
       SELECT FROM pg_subscription_rel s WHERE s.srrelid = b.relation), false,
     'a subscription writes to it: statement triggers never fire for what it applies',
     'Let a complete refresh run on a schedule.'),
    (b.kind = 'f', true, 'a foreign table cannot be tracked: every refresh is complete',
      'Nothing helps but a local copy.'),
    (b.kind = 'm', true, 'a materialized view cannot be tracked: every refresh is complete', 'Read what it reads.'),
    (c.relrowsecurity AND (c.relforcerowsecurity OR c.relowner <> n.nspowner), true,
     'row-level security decides what is read: every refresh is complete',
     'Let a role own the model that no policy limits.'),
    (b.kind = 'v' AND EXISTS (
       SELECT FROM pg_rewrite w WHERE w.ev_class = b.relation AND (
         w.ev_action::text LIKE '%{SQLVALUEFUNCTION%' OR EXISTS (
           SELECT FROM regexp_matches(w.ev_action::text, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g') f(id)
           JOIN pg_proc p ON p.oid = f.id[1]::oid
           WHERE p.provolatile = 'v' OR (p.provolatile = 's' AND (
             p.pronamespace <> 'pg_catalog'::regnamespace OR p.proname IN (
               'now', 'statement_timestamp', 'transaction_timestamp', 'current_setting', 'age')))))), true,
     'a view over the clock, a setting or a function that may read elsewhere: every refresh is complete',
     'Read the tables without it.')) p(found, stops, problem, advice)
  WHERE p.found
  UNION ALL
  SELECT s.source, p.problem, relinsights._source_relation(model, s.source)::regclass::text, p.advice, true
  FROM (VALUES
    ('records', relinsights._source_relation(model, 'records') IS NULL,
     'without a list of records every refresh is complete', 'Give records to create_model.'),
    ('activities', EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relinsights._source_relation(model,
      'activities')
                           AND a.attname = 'dedupe_key' AND NOT a.attisdropped),
     'with a dedupe_key every refresh is complete',
       'Nothing to do: copies of one activity are merged over all of them.'))
    s(source, found, problem, advice) CROSS JOIN LATERAL (SELECT s.problem, s.advice) p
  WHERE s.found;
END;
COMMENT ON FUNCTION relinsights._check_tracking(text) IS
  'part of models: what behind the sources is not tracked, or not wholly; stops: so that every refresh is complete';

CREATE FUNCTION relinsights._is_tracked(model text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM relinsights._tracking_operations(model));
END;
COMMENT ON FUNCTION relinsights._is_tracked(text) IS 'part of models: whether a model tracks any table';

CREATE FUNCTION relinsights._refresh_plan(
  model text, moment timestamptz, OUT why text, OUT before timestamptz, OUT finish_all boolean, OUT people boolean,
    OUT opted text[],
  OUT state jsonb)
RETURNS record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  old jsonb;
  setting text;
BEGIN
  IF NOT relinsights._is_tracked(model) THEN
    why := 'changes are not tracked';
    RETURN;
  END IF;
  EXECUTE format('SELECT s.as_of, s.state FROM %I.refresh_state s', model) INTO before, old;
  SELECT jsonb_build_object('system', (SELECT c.system_identifier::text FROM pg_control_system() c),
    'database', (SELECT d.oid::text FROM pg_database d WHERE d.datname = current_database()),
    'version', (SELECT v.library FROM relinsights.version() v), 'tables', relinsights._tracking_mark(model)) INTO state;
  IF old IS NULL OR state - 'settings' - 'opted' <> old - 'settings' - 'opted' THEN
    SELECT format('%s: %s', c.example, c.problem) INTO why FROM relinsights._check_tracking(model) c WHERE c.stops
    ORDER BY c.example, c.problem LIMIT 1;
    IF why IS NOT NULL THEN
      state := NULL;
      RETURN;
    END IF;
  END IF;
  EXECUTE format('SELECT jsonb_object_agg(d.name, to_jsonb(s) -> d.name) FROM %I.settings s
                  CROSS JOIN relinsights._settings() d WHERE d.stored', model) INTO setting;
  state := state || jsonb_build_object('settings', setting::jsonb);
  EXECUTE format('SELECT coalesce(jsonb_agg(jsonb_build_array(o.side, o.party_id::text)
                                             ORDER BY o.side, o.party_id), ''[]'')
                  FROM %I.opt_out o', model) INTO setting;
  state := state || jsonb_build_object('opted', setting::jsonb);
  IF old IS NULL THEN
    why := 'the first refresh since track_changes, attach_model or upgrade_model';
  ELSIF old ->> 'system' <> state ->> 'system' OR old ->> 'database' <> state ->> 'database' THEN
    why := 'another server or database than at the last refresh';
  ELSIF old ->> 'version' <> state ->> 'version' THEN
    why := 'another version of pg_relinsights than at the last refresh';
  ELSIF old ->> 'tables' <> state ->> 'tables' THEN
    why := 'the tables behind the sources, their views or triggers are others than at the last refresh';
  ELSIF moment < before THEN
    why := 'the last refresh was of a later moment';
  ELSE
    EXECUTE format('SELECT concat_ws('': '', nullif(c.on_table, 0)::regclass, c.problem) FROM %I.changes c
                    WHERE c.problem IS NOT NULL LIMIT 1', model) INTO why;
  END IF;
  IF why IS NOT NULL THEN
    RETURN;
  END IF;
  finish_all := old -> 'settings' <> state -> 'settings';
  IF finish_all THEN
    SELECT format('the setting %s changed', s.key) INTO why
    FROM jsonb_each(state -> 'settings') s
    WHERE s.value IS DISTINCT FROM old -> 'settings' -> s.key AND NOT (
      s.key IN ('working_calendar', 'conversation_gap', 'email_write_minutes', 'email_read_minutes')
      OR (s.key = 'time_zone' AND NOT EXISTS (
        SELECT FROM relinsights._described_columns(relinsights._sources(model)) d
        WHERE d.given AND d.family = 'time' AND d.base_name = 'date')))
    ORDER BY s.key LIMIT 1;
    IF why IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;
  -- Those who opted out or in since.
  SELECT array_agg(o.side_and_party ->> x.n ORDER BY o.side_and_party, x.n) INTO opted
  FROM (SELECT coalesce(a.value, b.value) AS side_and_party
        FROM jsonb_array_elements(old -> 'opted') a(value)
        FULL JOIN jsonb_array_elements(state -> 'opted') b(value) ON b.value = a.value
        WHERE a.value IS NULL OR b.value IS NULL) o CROSS JOIN (VALUES (0), (1)) x(n);
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.changes c WHERE c.people)', model) INTO people;
  people := people OR opted IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_plan(text, timestamptz) IS
  'part of models: why a refresh must be complete, or NULL and what it has to do beside what stands in changes: the '
  'moment of the last '
  'one, whether settings change every record''s finish, whether names changed, who opted out or in since (side and '
  'id in turn); state: '
  'what the next plan will compare with, NULL where not all is tracked';

CREATE FUNCTION relinsights._keep_state(model text, as_of timestamptz, state jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF state IS NULL THEN
    EXECUTE format('DELETE FROM %I.refresh_state', model);
  ELSE
    EXECUTE format('INSERT INTO %1$I.refresh_state AS s (as_of, state) VALUES ($1, $2)
                    ON CONFLICT (only_row) DO UPDATE SET as_of = $1, state = $2', model) USING as_of, state;
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._keep_state(text, timestamptz, jsonb) IS
  'part of models: remembers what a refresh found; NULL forgets it, so that the next one is complete';
