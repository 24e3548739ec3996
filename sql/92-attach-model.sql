-- Letting go of the sources of a model, so that their columns can be altered, and taking them up again (SPEC 5).

CREATE FUNCTION relinsights._remake_sources(model text, sources regclass[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
  -- Whoever wrote comments of their own keeps them.
  comments text[] := relinsights._comments_sql(relinsights._relation(model, 'record_activity'))
    || relinsights._comments_sql(relinsights._relation(model, 'next_and_last_interaction'));
  comment text;
BEGIN
  IF sources IS NOT NULL THEN
    PERFORM relinsights._make_sources(model, sources);
    PERFORM relinsights._make_membership(model);
  END IF;
  PERFORM relinsights._make_next_and_last(model);
  FOREACH comment IN ARRAY comments LOOP
    EXECUTE comment;
  END LOOP;
EXCEPTION WHEN invalid_table_definition THEN
  RAISE invalid_table_definition USING
    MESSAGE = format('model "%s" cannot take up its sources', model),
    DETAIL = format('Views keep the types of their columns: %s.', SQLERRM),
    HINT = 'Ids of another type need a model of their own: create_model() under another name.';
END;
$$;
COMMENT ON FUNCTION relinsights._remake_sources(text, regclass[]) IS
  'part of models: the views over the sources anew, or, without sources, the one that names them; what reads them '
  'stays';

CREATE FUNCTION relinsights.detach_model(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
  sources regclass[];
  v record;
BEGIN
  PERFORM relinsights._require_owner(name);
  PERFORM relinsights._require_current(name);
  PERFORM relinsights._wait_for_refresh(name);
  IF to_regclass(format('%I.detached', name)) IS NOT NULL THEN
    RAISE NOTICE USING MESSAGE = format('model "%s" is detached already', name),
      HINT = format('SELECT relinsights.attach_model(%L); takes its sources up again.', name);
    RETURN;
  END IF;
  sources := relinsights._sources(name);
  EXECUTE format('CREATE TABLE %I.detached (source text PRIMARY KEY, relation text NOT NULL)', name);
  PERFORM relinsights._describe(name, 'detached', 'sources that detach_model() let go of, for attach_model()', ARRAY[
    'source', 'which of the six', 'relation', 'the relation, quoted and qualified']);
  EXECUTE format('INSERT INTO %I.detached SELECT u.source, format(''%%I.%%I'', n.nspname, c.relname)
    FROM unnest($1, $2) u(source, relation) JOIN pg_class c ON c.oid = u.relation
    JOIN pg_namespace n ON n.oid = c.relnamespace', name)
    USING ARRAY['activities', 'participants', 'records', 'record_parties', 'activity_records', 'people'], sources;
  -- Views of the same columns without rows: what reads them stays, with its grants and comments.
  FOR v IN
    SELECT c.relname, string_agg(format('NULL::%s%s AS %I', format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
             THEN format(' COLLATE %s', a.attcollation::regcollation) ELSE '' END, a.attname), ', ' ORDER BY a.attnum)
      AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE n.nspname = name AND c.relname LIKE 'source\_%' AND c.relkind = 'v' GROUP BY c.relname
  LOOP
    EXECUTE format('CREATE OR REPLACE VIEW %I.%I WITH (security_invoker = true) AS SELECT %s WHERE false',
                   name, v.relname, v.columns);
  END LOOP;
  PERFORM relinsights._remake_sources(name, NULL);
  RAISE NOTICE USING
    MESSAGE = format('model "%s" reads its sources no more: their columns may be altered and dropped', name),
    DETAIL = 'What it stored can be read as before. Refresh, live KPIs and check_model wait for attach_model.',
    HINT = format('SELECT relinsights.attach_model(%L); takes them up again, by the names they have now.', name);
END;
$$;
COMMENT ON FUNCTION relinsights.detach_model(text) IS
  'lets go of the sources of a model, for its owner, so that a migration may alter, drop and rename their columns '
  'or the tables themselves; stored KPIs, settings, opt-outs, grants and views of users over the model stay; '
  'subjects of activities are not shown, and refresh, live KPIs and check_model are errors until attach_model(). '
  'Waits for a running refresh. Errors: unknown model, not its owner, one of an older version';

CREATE FUNCTION relinsights.attach_model(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
  wanted text[] := ARRAY['activities', 'participants', 'records', 'record_parties', 'activity_records', 'people'];
  sources regclass[];
  zone text;
  missing text;
  problems relinsights._problem[];
BEGIN
  PERFORM relinsights._require_owner(name);
  PERFORM relinsights._require_current(name);
  PERFORM relinsights._wait_for_refresh(name);
  IF to_regclass(format('%I.detached', name)) IS NULL THEN
    sources := relinsights._sources(name);
  ELSE
    EXECUTE format('SELECT array_agg(to_regclass(d.relation) ORDER BY w.n),
        string_agg(d.relation, '', '') FILTER (WHERE to_regclass(d.relation) IS NULL)
      FROM unnest($1) WITH ORDINALITY w(source, n) LEFT JOIN %I.detached d ON d.source = w.source', name)
      INTO sources, missing USING wanted;
  END IF;
  IF missing IS NOT NULL THEN
    RAISE undefined_table USING
      MESSAGE = format('model "%s" cannot take up its sources', name),
      DETAIL = format('There is no %s any more.', missing),
      HINT = format('UPDATE %I.detached SET relation = ... WHERE source = ...; says what they are called now.', name);
  END IF;
  EXECUTE format('SELECT c.source_time_zone FROM %I.settings c', name) INTO zone;
  problems := ARRAY(SELECT ROW(p.state, p.message, p.detail, p.hint)::relinsights._problem
                    FROM relinsights._source_problems(sources, zone) p);
  PERFORM relinsights._raise_problems(format('model "%s" cannot take up its sources', name), problems);
  PERFORM relinsights._remake_sources(name, sources);
  EXECUTE format('DROP TABLE IF EXISTS %I.detached', name);
  RAISE NOTICE USING MESSAGE = format('stored KPIs of model "%s" follow its sources at the next refresh', name),
    HINT = format('CALL relinsights.refresh(%L);', name);
END;
$$;
COMMENT ON FUNCTION relinsights.attach_model(text) IS
  'takes up the sources of a model that detach_model() let go of, for its owner, by the names they have now, and '
  'columns that they got since; of a model that is not detached, what was added to its sources. The next refresh is '
  'complete. All that is wrong with the sources is one error, and nothing is changed: a source that is gone (the '
  'table detached of the model says which, and may be told another name), what create_model() would refuse, ids of '
  'another type. Waits for a running refresh. Other errors: unknown model, not its owner, one of an older version';
