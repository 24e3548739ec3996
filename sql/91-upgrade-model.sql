-- upgrade_model (SPEC 5): a model that an older version made, in the layout of this one.

CREATE FUNCTION relinsights._released_comments() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT string_to_array(
    '00ed57f2,0296f221,03817439,03b9f136,043fc23f,04a80eb9,0522e2fc,05b41abd,060bccac,088706d9,095632f5,095bb3f5,'
    '0c9f222d,0de288e6,10d21da5,13061758,13f5f48f,14186c5a,14908500,152464a1,1566a0ef,17835200,18406a26,18c5706f,'
    '193eb349,1cf746d8,1dea3482,1fe54add,248a8dd8,26383b35,28b8231d,298c4ab0,29cb1def,2a8cce0a,2aad5ad9,2df8283e,'
    '2e4644c1,31dcc78d,3217937a,34a0e63c,34f5c855,35da2392,371f8690,37660803,37895a9b,3ad69a84,3cf2a428,3ead01a1,'
    '3f81b95b,41b96581,42d53e5e,4305751a,437f8685,4453e08c,4499c555,4601281e,4849aa3f,4b3a3fca,4b83e4ed,4b89c5b5,'
    '4eddee3d,4f10a067,4f8eae94,51543242,525b5627,554e1584,56ea8a8e,56f4fa59,5a69f11b,5bf21cd5,5cbfdef4,5e36b0e8,'
    '5f7b62e2,61cbffab,6374e71a,63d7de69,643f09ed,64fbee8e,658f92b3,65eadf80,674c419b,696cc188,69c14e4b,6d3a39d6,'
    '6e241b47,6fab6202,7040024e,708bed54,73a1f480,73c55373,78ed96eb,7ddc828a,81254e65,8429fd28,852ef1b6,886332d0,'
    '8a0d3561,8b305887,8f656fa2,8fe1b66f,905bcd8e,91e0e095,921ae2bf,9270692e,95237705,957e1524,95b6295b,95fee967,'
    '960e9740,96836516,97d11f50,98c54595,9a33fcd8,9ad7382c,9e8cd646,9f3404f2,9f8796d7,a21560e2,a26a2d92,a2a268ac,'
    'a58b8e8f,a687d2cd,a83f6e86,a843cbf2,ac14ee8a,af6535b4,b02fbfe0,b13f352f,b3027a56,b5a6e65b,b63ea9f3,b8da9e95,'
    'b9166ae4,bd24f449,bd403be9,be1e3cfe,c03cb3b1,c34173da,c3a4f1ff,c5325ad7,c547d78f,c576298c,c6de4b51,c7b11138,'
    'c91fe0d9,ca19b9ff,ca494488,cd0f68f3,ceb4dcfa,cfaf0b3c,cfbf957b,d264b9c3,d29bd5d1,d3971cbc,d5b3004e,d6415ad1,'
    'd77973c8,db6254cf,dce02667,dd53b583,e479ece0,e52deb53,e675c97d,e843cc4e,edd47c1f,eff613cc,f0140fa5,f1a750f5,'
    'f21f731a,f2b5fbe0,f336a580,f34f7a8e,f357fa55,f4263d60,f4673fd1,f4a82ff9,f6468943,f65e1751,f93b0d91,fd11fb9d,'
    'fdaf9a8e,fe2704c4,ff09b457', ',');
END;
COMMENT ON FUNCTION relinsights._released_comments() IS
  'part of models: the first 8 hex digits of the MD5 of every comment that 0.1.0 or 0.2.0 wrote on a relation of a '
    'model';

CREATE FUNCTION relinsights._dependents(
  model text, OUT class oid, OUT object oid, OUT relation oid, OUT kind "char", OUT depth int)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Views are found by their rule, and what depends on them in turn.
  WITH RECURSIVE made AS (
    SELECT c.oid FROM relinsights._model_relations() r
    JOIN pg_class c ON c.relname = r.name JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = model),
  reached(class, object, relation, kind, depth) AS (
    SELECT 'pg_class'::regclass::oid, made.oid, made.oid, NULL::"char", 0 FROM made
    UNION
    SELECT d.classid, d.objid, w.ev_class, c.relkind, r.depth + 1
    FROM reached r
    CROSS JOIN LATERAL (
      SELECT d.classid, d.objid, d.deptype FROM pg_depend d
      WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = r.relation AND d.deptype IN ('n', 'a')
      UNION
      SELECT d.classid, d.objid, d.deptype
      FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
      CROSS JOIN LATERAL (VALUES (t.oid), (t.typarray)) y(oid)
      JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = y.oid
      WHERE c.oid = r.relation AND d.deptype = 'n') d
    LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
    LEFT JOIN pg_class c ON c.oid = w.ev_class
    WHERE r.relation IS NOT NULL AND w.ev_class IS DISTINCT FROM r.relation AND r.depth < 100
      -- what belongs to a relation itself
      AND NOT (d.classid = 'pg_class'::regclass AND d.objid IN (SELECT i.indexrelid FROM pg_index i
        WHERE i.indrelid = r.relation))
      AND NOT (d.classid = 'pg_class'::regclass AND d.deptype = 'a')
      AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (
        SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.conrelid = r.relation))
      AND NOT (d.classid = 'pg_attrdef'::regclass AND EXISTS (
        SELECT FROM pg_attrdef k WHERE k.oid = d.objid AND k.adrelid = r.relation)))
  SELECT r.class, r.object, r.relation, r.kind, max(r.depth)
  FROM reached r
  WHERE r.depth > 0 AND NOT EXISTS (SELECT FROM made WHERE made.oid = r.relation)
  GROUP BY r.class, r.object, r.relation, r.kind;
END;
COMMENT ON FUNCTION relinsights._dependents(text) IS
  'part of models: what depends on the relations of a model and is none of them: its catalog and id, the relation and '
  'its kind where it is a rule (a view''s, say), and how many steps away';

CREATE FUNCTION relinsights._grants_sql(relation oid) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(array_agg(format('GRANT %s%s ON %s TO %s%s', g.privilege, ' (' || quote_ident(g.column_name) || ')',
    relation::regclass,
                                   CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
                                   CASE WHEN g.grantable THEN ' WITH GRANT OPTION' END)), '{}')
  FROM (
    SELECT NULL::name, a.grantee, a.privilege_type, a.is_grantable
    FROM pg_class c CROSS JOIN aclexplode(c.relacl) a WHERE c.oid = relation AND a.grantee <> c.relowner
    UNION ALL
    SELECT t.attname, a.grantee, a.privilege_type, a.is_grantable
    FROM pg_attribute t CROSS JOIN aclexplode(t.attacl) a
    WHERE t.attrelid = relation AND t.attnum > 0 AND NOT t.attisdropped) g(column_name, grantee, privilege, grantable);
END;
COMMENT ON FUNCTION relinsights._grants_sql(oid) IS
  'part of models: the GRANTs that give what is granted on a relation and its columns';

CREATE FUNCTION relinsights._comments_sql(relation oid) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Those that a release wrote itself are not kept: the new version's say what is so now.
  SELECT coalesce(array_agg(CASE d.objsubid
      WHEN 0 THEN format('COMMENT ON %s %s IS %L', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
        ELSE 'TABLE' END,
                         relation::regclass, d.description)
      ELSE format('COMMENT ON COLUMN %s.%I IS %L', relation::regclass, a.attname, d.description) END), '{}')
  FROM pg_class c JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
  WHERE c.oid = relation AND c.relname NOT LIKE 'source\_%'
    AND left(md5(d.description), 8) <> ALL (relinsights._released_comments());
END;
COMMENT ON FUNCTION relinsights._comments_sql(oid) IS
  'part of models: COMMENTs on a relation and its columns as they stand, but for those that a release wrote';

CREATE FUNCTION relinsights._labels_as_text_sql(definition text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  before text;
BEGIN
  -- One of a list after the other: what stands before the next is text already.
  LOOP
    before := definition;
    definition := regexp_replace(definition,
      '((?:=|<>|WHEN|ARRAY\[(?:''[^'']*''::text, )*) ?\(?''[^'']*'')::relinsights\.(?:activity_kind|activity_direction|'
      'activity_status|party_side|record_type|record_state|participant_role)\y', '\1::text', 'g');
    IF definition IS NOT DISTINCT FROM before THEN
      RETURN definition;
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._labels_as_text_sql(text) IS
  'part of models: a query in which labels that are compared, alone or in a list, are text in place of our enums';

CREATE FUNCTION relinsights._view_sql(relation oid) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- With labels compared as text, which the columns are now; or as it stands.
  SELECT array_agg(format('CREATE VIEW %s (%s)%s AS %s', c.oid::regclass,
      (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
       WHERE a.attrelid = c.oid AND a.attnum > 0),
      ' WITH (' || array_to_string(c.reloptions, ', ') || ')', v.definition) ORDER BY v.place)
  FROM pg_class c
  CROSS JOIN LATERAL (SELECT pg_get_viewdef(c.oid) AS definition) d
  CROSS JOIN LATERAL (VALUES (1, relinsights._labels_as_text_sql(d.definition)), (2, d.definition)) v(place, definition)
  WHERE c.oid = relation;
END;
COMMENT ON FUNCTION relinsights._view_sql(oid) IS
  'part of models: ways to make a view again over a model whose labels have become text, the likeliest first';

CREATE FUNCTION relinsights._remake_view(ways text[], owner oid) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  way text;
  message text;
BEGIN
  EXECUTE format('SET LOCAL ROLE %s', owner::regrole);
  FOREACH way IN ARRAY ways LOOP
    BEGIN
      EXECUTE way;
      RETURN;
    EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
      message := coalesce(message, SQLERRM);
    END;
  END LOOP;
  RAISE dependent_objects_still_exist USING
    MESSAGE = 'a view over the model cannot be made again', DETAIL = format('%s: %s', message, ways[cardinality(ways)]),
    HINT = 'Drop it, upgrade the model, and make it anew as the model''s columns are then.';
END;
$$;
COMMENT ON FUNCTION relinsights._remake_view(text[], oid) IS
  'part of models: makes a view again in the first of these ways that works, as its owner; leaves that role set';

CREATE FUNCTION relinsights._take_rows(model text, relation text, rows jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  columns text;
  counter text;
BEGIN
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
    max(pg_get_serial_sequence(format('%I.%I', model, relation), a.attname))
    INTO columns, counter
  FROM pg_attribute a
  WHERE a.attrelid = relinsights._relation(model, relation) AND a.attnum > 0 AND NOT a.attisdropped
    AND rows -> 0 ? a.attname::text AND a.attname <> 'model_version';
  IF columns IS NULL THEN
    RETURN;
  END IF;
  EXECUTE format('INSERT INTO %1$I.%2$I (%3$s) OVERRIDING SYSTEM VALUE SELECT %3$s FROM '
    'jsonb_populate_recordset(NULL::%1$I.%2$I, $1)',
                 model, relation, columns) USING rows;
  IF counter IS NOT NULL THEN
    PERFORM setval(counter, (SELECT max((r ->> 'id')::bigint) FROM jsonb_array_elements(rows) r));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._take_rows(text, text, jsonb) IS
  'part of models: fills a table of a model with these rows, as far as it has their columns';

CREATE FUNCTION relinsights._drop_functions(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = model AND p.proname IN ('live_kpi') LOOP
    EXECUTE format('DROP FUNCTION %s', f);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._drop_functions(text) IS
  'part of models: drops the functions that a model has in its schema';

CREATE FUNCTION relinsights.upgrade_model(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
SET extra_float_digits = 1
AS $$
DECLARE
  owner text := (SELECT n.nspowner::regrole::text FROM pg_namespace n WHERE n.nspname = name);
  before text := current_setting('role');
  problems relinsights._problem[];
  sources regclass[];
  party_type text;
  grants text[];
  comments text[];
  views record;
  kept constant text[] := '{settings,opt_out,refresh_log}';
  rows jsonb := '{}';
  one jsonb;
  t text;
BEGIN
  PERFORM relinsights._require_owner(name);
  PERFORM relinsights._wait_for_refresh(name);
  problems := ARRAY(
    SELECT ROW(p.state, p.message, p.detail,
               concat_ws(' ', p.hint, format('SELECT relinsights.alter_model(%L, ...); first.',
                 name)))::relinsights._problem
    FROM relinsights._setting_problems(name, @setting_nulls@) p);
  PERFORM relinsights._raise_problems(format('model "%s" cannot be upgraded', name), problems);
  sources := relinsights._sources(name);
  party_type := relinsights._column_type(name, 'opt_out', 'party_id');

  -- What users made over the model: views are made again, anything else stops the upgrade.
  SELECT string_agg(CASE
      WHEN d.kind IN ('v', 'm') THEN format('%s %s (owner %s): %s',
        CASE d.kind WHEN 'v' THEN 'view' ELSE 'materialized view' END,
        d.relation::regclass, c.relowner::regrole, pg_get_viewdef(d.relation))
      WHEN d.class = 'pg_rewrite'::regclass THEN pg_get_ruledef(d.object)
      WHEN d.class = 'pg_proc'::regclass THEN pg_get_functiondef(d.object)
      ELSE pg_describe_object(d.class, d.object, 0) END, E'\n' ORDER BY d.depth) INTO t
  FROM relinsights._dependents(name) d LEFT JOIN pg_class c ON c.oid = d.relation
  WHERE d.kind IS DISTINCT FROM 'v' OR NOT pg_has_role(c.relowner, 'MEMBER');
  IF t IS NOT NULL THEN
    RAISE dependent_objects_still_exist USING
      MESSAGE = format('model "%s" cannot be upgraded while others'' views, materialized views or functions read it',
        name),
      DETAIL = t,
      HINT = 'Drop them, upgrade, and make them again; views alone are made again where the caller is a member of the '
        'roles that own them.';
  END IF;
  SELECT array_agg(d.relation ORDER BY d.depth) AS oids,
    array_agg(d.relation::regclass::text ORDER BY d.depth) AS names,
         array_agg(c.relowner ORDER BY d.depth) AS owners,
         array_agg(to_jsonb(relinsights._view_sql(d.relation)) ORDER BY d.depth) AS ways,
         array_agg(to_jsonb(relinsights._grants_sql(d.relation) || relinsights._comments_sql(d.relation))
           ORDER BY d.depth) AS rest
    INTO views
  FROM (SELECT d.relation, max(d.depth) AS depth FROM relinsights._dependents(name) d GROUP BY d.relation) d
  JOIN pg_class c ON c.oid = d.relation;
  SELECT array_agg(g.sql) INTO grants
  FROM relinsights._model_relations() r CROSS
    JOIN unnest(relinsights._grants_sql(to_regclass(format('%I.%I', upgrade_model.name, r.name)))) g(sql);
  SELECT array_agg(g.sql) INTO comments
  FROM relinsights._model_relations() r CROSS
    JOIN unnest(relinsights._comments_sql(to_regclass(format('%I.%I', upgrade_model.name, r.name)))) g(sql);

  FOREACH t IN ARRAY kept LOOP
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(k)), ''[]'') FROM %I.%I k', name, t) INTO one;
    rows := rows || jsonb_build_object(t, one);
  END LOOP;
  IF views.names IS NOT NULL THEN
    EXECUTE format('DROP VIEW %s', array_to_string(views.names, ', '));
  END IF;
  EXECUTE format('SET LOCAL ROLE %s', owner);
  PERFORM relinsights._drop_relations(name, ARRAY(SELECT r.name FROM relinsights._model_relations() r));
  PERFORM relinsights._drop_functions(name);
  PERFORM relinsights._make_settings(name);
  PERFORM relinsights._make_tables(name, party_type);
  EXECUTE format('DELETE FROM %I.settings', name);
  FOREACH t IN ARRAY kept LOOP
    PERFORM relinsights._take_rows(name, t, rows -> t);
  END LOOP;
  PERFORM relinsights._make_sources(name, sources);
  PERFORM relinsights._make_relations(name);

  FOREACH t IN ARRAY coalesce(comments, '{}') || coalesce(grants, '{}') LOOP
    BEGIN
      EXECUTE t;
    EXCEPTION WHEN undefined_table OR undefined_column OR wrong_object_type THEN
      -- The relation or column is gone, or it is of another kind now.
      IF t LIKE 'COMMENT ON MATERIALIZED VIEW %' THEN
        BEGIN
          EXECUTE replace(t, 'COMMENT ON MATERIALIZED VIEW ', 'COMMENT ON TABLE ');
        EXCEPTION WHEN undefined_table OR wrong_object_type THEN
          RAISE WARNING 'not kept: %', t;
        END;
      ELSE
        RAISE WARNING 'not kept: %', t;
      END IF;
    END;
  END LOOP;
  FOR i IN 1 .. coalesce(cardinality(views.names), 0) LOOP
    PERFORM relinsights._remake_view(ARRAY(SELECT jsonb_array_elements_text(views.ways[i])), views.owners[i]);
    FOR t IN SELECT jsonb_array_elements_text(views.rest[i]) LOOP
      EXECUTE t;
    END LOOP;
  END LOOP;
  PERFORM set_config('role', before, true);
  RAISE NOTICE USING MESSAGE = format('model "%s" is of the installed version now, and empty until it is refreshed',
    name),
    HINT = format('CALL relinsights.refresh(%L);', name);
END;
$$;
COMMENT ON FUNCTION relinsights.upgrade_model(text) IS
  'brings a model that an older version made to the installed one, for its owner: its relations are made anew, '
  'settings, opt-outs, log and grants stay, and comments but for those that the older version wrote. Views of users '
  'over the model are made '
  'again with owner, grants, comments and options, comparisons with labels as text; anything else over it, or a view '
  'whose owner the '
  'caller may not become, is an error that lists all of them, and nothing is changed. KPIs are empty until the next '
  'refresh: a NOTICE says '
  'so. Errors: unknown model, not its owner, settings that the installed version refuses, objects over the model';
