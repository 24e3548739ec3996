-- Models: a schema made over a company's own tables (SPEC 5). This module says what a model reads and what is wrong
-- with what it is given; 90-create-model.sql makes, alters, upgrades and drops models.

CREATE TYPE relinsights.participant_role AS ENUM
  ('from', 'to', 'cc', 'bcc', 'organizer', 'required', 'optional');
COMMENT ON TYPE relinsights.participant_role IS 'how a person takes part in an activity; bcc never counts';

-- template label type=participant_role

CREATE TYPE relinsights.record_party_role AS ENUM ('owner', 'team', 'contact', 'stakeholder', 'primary_contact');
COMMENT ON TYPE relinsights.record_party_role IS 'why a person''s activities matter to a record';

-- template label type=record_party_role

CREATE TYPE relinsights.record_state AS ENUM
  ('open', 'won', 'lost', 'active', 'qualified', 'disqualified', 'inactive');
COMMENT ON TYPE relinsights.record_state IS
  'state of a record: opportunities open, won, lost; leads active, qualified, disqualified; any inactive';

-- template label type=record_state

CREATE FUNCTION relinsights._source_columns(
  OUT source text, OUT ordinal int, OUT name text, OUT family text, OUT target text, OUT required boolean)
RETURNS SETOF record LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 50 AS 'MODULE_PATHNAME', 'source_columns';
COMMENT ON FUNCTION relinsights._source_columns() IS
  'part of models: the columns that a model reads, by source. family and target: label: text or an enum with the '
    'labels of the '
  'enum target; id: target is the group of columns that must be of one type, NULL for none; time, duration, count, '
    'value: '
  'target is the type it is read as';

CREATE FUNCTION relinsights._accepted_types(family text, target text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE
    WHEN family = 'label' THEN ARRAY['text', 'varchar']
    WHEN family = 'id' THEN ARRAY['int2', 'int4', 'int8', 'uuid', 'text', 'varchar', 'bpchar', 'citext']
    WHEN family = 'time' THEN ARRAY['timestamptz', 'timestamp', 'date']
    WHEN family = 'duration' THEN ARRAY['interval', 'int2', 'int4', 'int8', 'numeric', 'float4', 'float8']
    WHEN family = 'count' THEN ARRAY['int2', 'int4', 'int8']
    WHEN target = 'text' THEN ARRAY['text', 'varchar', 'bpchar', 'citext']
    WHEN target IN ('double precision', 'numeric') THEN ARRAY['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']
    WHEN target = 'boolean' THEN ARRAY['bool']
    ELSE ARRAY[target] END;
END;
COMMENT ON FUNCTION relinsights._accepted_types(text, text) IS
  'part of models: names in pg_type of the types that a source column of this family and target may have';

CREATE FUNCTION relinsights._wanted_type_words(family text, target text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE family
    WHEN 'label' THEN format('text or an enum with the labels of relinsights.%s', target)
    WHEN 'id' THEN 'an integer, uuid or text'
    WHEN 'time' THEN 'timestamp with time zone, timestamp or date'
    WHEN 'duration' THEN 'interval or a number of minutes'
    WHEN 'count' THEN 'an integer'
    ELSE target END;
END;
COMMENT ON FUNCTION relinsights._wanted_type_words(text, text) IS
  'part of models: the types of _accepted_types() in words';

CREATE FUNCTION relinsights._described_columns(
  sources regclass[], OUT source text, OUT relation regclass, OUT ordinal int, OUT name text, OUT family text,
    OUT target text,
  OUT required boolean, OUT given boolean, OUT base_type oid, OUT base_name text, OUT id_type text)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
BEGIN ATOMIC
  SELECT c.source, s.relation, c.ordinal, c.name, c.family, c.target, c.required, a.attname IS NOT NULL, b.base_type,
    b.typname,
         CASE WHEN b.typname IN ('int2', 'int4', 'int8') THEN 'bigint' WHEN b.typname = 'uuid' THEN 'uuid'
           ELSE 'text' END
  FROM relinsights._source_columns() c
  JOIN unnest(ARRAY['activities', 'participants', 'records', 'record_parties', 'activity_records', 'people'], sources)
    s(source, relation) ON s.source = c.source
  LEFT JOIN pg_attribute a
    ON a.attrelid = s.relation AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN LATERAL (
    -- A domain is read as what it is over.
    WITH RECURSIVE d(oid, base, kind, typname) AS (
      SELECT t.oid, t.typbasetype, t.typtype, t.typname FROM pg_type t WHERE t.oid = a.atttypid
      UNION ALL
      SELECT t.oid, t.typbasetype, t.typtype, t.typname FROM d JOIN pg_type t ON t.oid = d.base WHERE d.kind = 'd')
    SELECT d.oid AS base_type, d.typname::text FROM d WHERE d.kind <> 'd') b ON true;
END;
COMMENT ON FUNCTION relinsights._described_columns(regclass[]) IS
  'part of models: every column of _source_columns() beside what the given relations, in the order of create_model, '
    'have under that name';

CREATE FUNCTION relinsights._relation_problems(source text, relation regclass) RETURNS SETOF relinsights._problem
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT p.state, p.message, p.detail, p.hint
  FROM (SELECT) one
  LEFT JOIN pg_class c ON c.oid = relation
  CROSS JOIN LATERAL (
    SELECT string_agg(s.name, ', ' ORDER BY s.ordinal) AS names
    FROM relinsights._source_columns() s
    JOIN pg_attribute a ON a.attrelid = relation AND a.attname = s.name AND NOT a.attisdropped
    WHERE s.source = _relation_problems.source AND NOT has_column_privilege(relation, a.attnum, 'SELECT')) unreadable
  CROSS JOIN LATERAL (VALUES
    (c.oid IS NULL, '42P01', format('the relation given as %s does not exist: %s', source, relation), NULL,
     'Give a table or view.'),
    (c.relkind NOT IN ('r', 'p', 'v', 'm', 'f'), '42809',
      format('the %s of a model cannot come from %s', source, relation), NULL,
     'Give a table, a view, a materialized view or a foreign table.'),
    (c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence = 't', '42809',
     format('the %s of a model cannot come from the temporary relation %s', source, relation), NULL,
     'A model outlives the session: give a permanent table or view.'),
    (unreadable.names IS NOT NULL, '42501', format('permission denied for %s, the %s of the model', relation, source),
     format('Role "%s" may not read: %s.', current_user, unreadable.names),
     format('GRANT SELECT ON %s TO %I;', relation, current_user))) p(found, state, message, detail, hint)
  WHERE relation IS NOT NULL AND p.found;
END;
COMMENT ON FUNCTION relinsights._relation_problems(text, regclass) IS
  'part of models: why the relation cannot be this source of a model, or why the caller may not make it one';

CREATE FUNCTION relinsights._column_problems(sources regclass[])
RETURNS SETOF relinsights._problem LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  (SELECT '42703', format('%s, the %s of the model, has no column "%s"', c.relation, c.source, c.name),
    format('Its columns are: %s.', coalesce((
      SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
      WHERE a.attrelid = c.relation AND a.attnum > 0 AND NOT a.attisdropped), 'none')),
    format('Give a view that names its columns as a model reads them: CREATE VIEW ... '
           'WITH (security_invoker = true) AS SELECT ... AS %s FROM %s.', c.name, c.relation)
  FROM relinsights._described_columns(sources) c
  JOIN pg_class r ON r.oid = c.relation AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
  WHERE c.required AND NOT c.given ORDER BY c.ordinal)
  UNION ALL
  (SELECT '42804', format('column "%s" of %s, the %s of the model, has the wrong type', c.name, c.relation, c.source),
    format('It is %s; a model reads %s there.', format_type(c.base_type, NULL),
           relinsights._wanted_type_words(c.family, c.target)),
    format('Give a view over %s that casts the column.', c.relation)
  FROM relinsights._described_columns(sources) c
  LEFT JOIN pg_type t ON t.oid = c.base_type
  WHERE c.relation IS NOT NULL AND c.given AND c.base_name <> ALL (relinsights._accepted_types(c.family, c.target))
    AND NOT (c.family = 'label' AND t.typtype = 'e') ORDER BY c.ordinal);
END;
COMMENT ON FUNCTION relinsights._column_problems(regclass[]) IS
  'part of models: the columns that are missing or have a type no model reads';

CREATE FUNCTION relinsights._id_type(sources regclass[], id_group text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce((
    SELECT d.id_type FROM relinsights._described_columns(sources) d
    WHERE d.given AND d.family = 'id' AND d.target = id_group ORDER BY d.ordinal LIMIT 1), 'text');
END;
COMMENT ON FUNCTION relinsights._id_type(regclass[], text) IS
  'part of models: the type in which a model''s relations show the sources'' activity, record or party ids: bigint, '
    'uuid or text';

CREATE FUNCTION relinsights._id_problems(sources regclass[])
RETURNS SETOF relinsights._problem LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT '42804', format('all %s ids of a model must be of one type', first.target),
    format('%s.%s is %s, %s.%s is %s.', first.relation, first.name, first.id_type, other.relation, other.name,
      other.id_type),
    'Cast one of them in a view, and index the cast.'
  FROM (
    SELECT DISTINCT ON (d.target) d.* FROM relinsights._described_columns(sources) d
    WHERE d.given AND d.family = 'id' AND d.target IS NOT NULL ORDER BY d.target, d.ordinal) first
  CROSS JOIN LATERAL (
    SELECT d.* FROM relinsights._described_columns(sources) d
    WHERE d.given AND d.family = 'id' AND d.target = first.target AND d.id_type <> first.id_type
    ORDER BY d.ordinal LIMIT 1) other
  WHERE first.base_name = ANY (relinsights._accepted_types('id', NULL))
    AND other.base_name = ANY (relinsights._accepted_types('id', NULL))
  ORDER BY first.ordinal;
END;
COMMENT ON FUNCTION relinsights._id_problems(regclass[]) IS
  'part of models: activity, record or party ids of the sources that are not all of one type';

CREATE FUNCTION relinsights._way_in_problems(sources regclass[])
RETURNS SETOF relinsights._problem LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT '42703', CASE r.columns
      WHEN 1 THEN format('%s, the activities of the model, has only one of regarding_type and regarding_id', sources[1])
      ELSE format('nothing says which record an activity of %s belongs to', sources[1]) END,
    NULL, CASE r.columns
      WHEN 1 THEN 'Give both columns or neither.'
      ELSE 'Add regarding_type and regarding_id to the activities, or give activity_records, or participants and '
        'record_parties.' END
  FROM (
    SELECT count(*) AS columns FROM pg_attribute a
    WHERE a.attrelid = sources[1] AND a.attname IN ('regarding_type', 'regarding_id') AND NOT a.attisdropped) r
  WHERE EXISTS (SELECT FROM pg_class c WHERE c.oid = sources[1] AND c.relkind IN ('r', 'p', 'v', 'm', 'f'))
    AND (r.columns = 1 OR (r.columns = 0 AND sources[5] IS NULL AND (sources[2] IS NULL OR sources[4] IS NULL)));
END;
COMMENT ON FUNCTION relinsights._way_in_problems(regclass[]) IS
  'part of models: whether no activity could belong to any record';

CREATE FUNCTION relinsights._time_problems(sources regclass[], source_time_zone text)
RETURNS SETOF relinsights._problem LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT '42804', format('column "%s" of %s, the %s of the model, is a timestamp without time zone', c.name, c.relation,
    c.source),
    NULL, 'Say in which zone such times are: source_time_zone => ''Europe/Berlin'', for example.'
  FROM relinsights._described_columns(sources) c
  WHERE c.family = 'time' AND c.base_name = 'timestamp' AND source_time_zone IS NULL ORDER BY c.ordinal;
END;
COMMENT ON FUNCTION relinsights._time_problems(regclass[], text) IS
  'part of models: the columns whose times cannot be read without the setting source_time_zone';

CREATE FUNCTION relinsights._hides_row_security(relation regclass) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- True where a view without security_invoker, or a materialized view, stands anywhere between the
  -- reader and the tables: from there on the view owner's rights decide.
  WITH RECURSIVE reads(oid) AS (
    SELECT relation::oid
    UNION
    SELECT d.refobjid
    FROM reads JOIN pg_rewrite r ON r.ev_class = reads.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class)
  SELECT coalesce(bool_or(c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce(
           (SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o
            WHERE o.option_name = 'security_invoker'), false))), false)
  FROM reads JOIN pg_class c ON c.oid = reads.oid;
END;
COMMENT ON FUNCTION relinsights._hides_row_security(regclass) IS
  'part of models: whether reading this relation somewhere uses a view owner''s rights instead of the reader''s';

CREATE FUNCTION relinsights._is_model(model text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  -- Live calls come here: a plan kept for the session takes less than planning anew.
  -- Someone may make a schema that looks like a model, to have others read what runs code of theirs: what a model's
  -- owner has not made through the extension is none. Tables that are no more than tables run nothing when they are
  -- read.
  RETURN EXISTS (
      SELECT FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'settings'
        AND c.relkind = 'r'
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'model_version' AND NOT a.attisdropped
      WHERE n.nspname = model AND c.relowner = n.nspowner)
    AND NOT EXISTS (
      SELECT FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
      WHERE n.nspname = model AND c.relname IN ('settings', 'opt_out', 'refresh_log')
        AND (c.relkind <> 'r' OR c.relowner <> n.nspowner OR c.relrowsecurity OR c.relhassubclass OR c.relhasrules));
END;
$$;
COMMENT ON FUNCTION relinsights._is_model(text) IS
  'part of models: whether a schema of this name holds a model: its tables are plain tables of the schema''s owner';

CREATE FUNCTION relinsights._name_problems(model text) RETURNS SETOF relinsights._problem
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT p.state, p.message, p.detail, p.hint
  FROM (VALUES
    (model IS NULL OR model = '' OR octet_length(model) > 63 OR model LIKE 'pg\_%', '42602',
     format('"%s" cannot be the name of a model', coalesce(model, 'NULL')), NULL,
     'A model is a schema: its name has 1 to 63 bytes and does not start with "pg_".'),
    (model NOT LIKE 'pg\_%' AND EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = model), '42P06',
     format('schema "%s" already exists', model), NULL,
     CASE WHEN relinsights._is_model(model)
       THEN 'It is a model: choose another name, alter_model() it, or drop_model() it first.'
       ELSE 'Choose another name for the model.' END),
    (NOT has_database_privilege(current_database(), 'CREATE'), '42501',
      format('permission denied to create model "%s"', model),
     format('Role "%s" may not create schemas in database "%s".', current_user, current_database()),
     format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user))) p(found, state, message, detail,
       hint)
  WHERE p.found;
END;
COMMENT ON FUNCTION relinsights._name_problems(text) IS
  'part of models: why the caller cannot make a model of this name';

CREATE FUNCTION relinsights._require_label(what text, label text, type regtype) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_enum e WHERE e.enumtypid = type AND e.enumlabel = label) THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('unknown %s "%s"', what, coalesce(label, 'NULL')),
      HINT = format('Give one of %s.', (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
                                         FROM pg_enum e WHERE e.enumtypid = type));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_label(text, text, regtype) IS
  'part of models: an error that lists the labels of the enum, unless this is one of them';

CREATE FUNCTION relinsights._require_model(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF model IS NULL OR NOT relinsights._is_model(model) THEN
    RAISE invalid_schema_name USING
      MESSAGE = format('model "%s" does not exist', coalesce(model, 'NULL')),
      HINT = 'relinsights.create_model() makes one; inside the string a name is case-sensitive and not quoted.';
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_model(text) IS 'part of models: an error unless a model of this name exists';

CREATE FUNCTION relinsights._require_current(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  version int;
BEGIN
  PERFORM relinsights._require_model(model);
  EXECUTE format('SELECT max(s.model_version) FROM %I.settings s', model) INTO version;
  IF version < 2 THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = format('model "%s" was made by an older version of pg_relinsights', model),
      HINT = format('SELECT relinsights.upgrade_model(%L);', model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_current(text) IS
  'part of models: an error unless a model of this name exists and has the relations of this version';

CREATE FUNCTION relinsights._require_owner(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  owner oid;
BEGIN
  PERFORM relinsights._require_model(model);
  SELECT n.nspowner INTO owner FROM pg_namespace n WHERE n.nspname = model;
  IF NOT pg_has_role(owner, 'USAGE') THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('must be owner of model "%s"', model),
      DETAIL = format('It belongs to role "%s".', pg_get_userbyid(owner)),
      HINT = format('SET ROLE %I; if you are a member of it.', pg_get_userbyid(owner));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_owner(text) IS
  'part of models: an error unless the caller owns the model of this name';

CREATE FUNCTION relinsights._relation(model text, relation text) RETURNS regclass
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found regclass;
BEGIN
  SELECT c.oid INTO found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = model AND c.relname = relation;
  IF found IS NULL THEN
    PERFORM relinsights._require_model(model);
    RAISE undefined_table USING
      MESSAGE = format('model "%s" has lost its relation "%s"', model, relation),
      DETAIL = 'It was dropped, perhaps by a DROP ... CASCADE of a source or of the extension.',
      HINT = 'Note what its settings and opt_out hold, then drop_model() and create_model() again.';
  END IF;
  RETURN found;
END;
$$;
COMMENT ON FUNCTION relinsights._relation(text, text) IS
  'part of models: a relation of a model; a clear error where the model or the relation is gone';

CREATE FUNCTION relinsights._similarity(model text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Models made before 0.3.0 have the similar deals and their KPIs in one materialized view.
  SELECT CASE WHEN EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = model AND c.relname = 'deal_similarity') THEN 'deal_similarity' ELSE 'similar_won_deals' END;
END;
COMMENT ON FUNCTION relinsights._similarity(text) IS
  'part of models: name of the materialized view that says which won deals are similar';

CREATE FUNCTION relinsights._source(model text, source text) RETURNS regclass
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- What the model's own view of that source reads: a renamed source is followed, and nothing is stored
  -- that a dump could get wrong.
  SELECT min(d.refobjid)::regclass
  FROM pg_rewrite r
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
  JOIN pg_class c ON c.oid = d.refobjid
  WHERE r.ev_class = relinsights._relation(model, 'source_' || source)
    AND c.relnamespace <> (SELECT v.relnamespace FROM pg_class v WHERE v.oid = r.ev_class);
END;
COMMENT ON FUNCTION relinsights._source(text, text) IS
  'part of models: the relation given to create_model as activities, participants, records or record_parties; NULL '
  'where none was';

CREATE FUNCTION relinsights._describe(model text, relation text, words text, columns text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kind text := (SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END
                FROM pg_class c WHERE c.oid = relinsights._relation(model, relation));
BEGIN
  EXECUTE format('COMMENT ON %s %I.%I IS %L', kind, model, relation, words);
  FOR i IN 1 .. coalesce(array_length(columns, 1), 0) BY 2 LOOP
    EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', model, relation, columns[i], columns[i + 1]);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._describe(text, text, text, text[]) IS
  'part of models: comments on a relation of a model and on its columns, given as name, comment, name, comment, ...';

CREATE FUNCTION relinsights._make_tables(model text, party_type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE TABLE %1$I.opt_out (
      side text NOT NULL CONSTRAINT side CHECK (side IN ('us', 'them')),
      party_id %2$s NOT NULL,
      since timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (side, party_id));

    CREATE TABLE %1$I.refresh_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      what text NOT NULL,
      how text,
      started timestamptz NOT NULL DEFAULT clock_timestamp(),
      finished timestamptz,
      read bigint,
      written bigint,
      repaired bigint,
      error text,
      why text);
  $sql$, model, party_type);

  PERFORM relinsights._describe(model, 'opt_out', 'people whom no KPI, list or sentence counts or shows; '
    'relinsights.opt_out() and opt_in() change it', ARRAY[
    'side', 'us or them',
    'party_id', 'the person',
    'since', 'when the person opted out']);
  PERFORM relinsights._describe(model, 'refresh_log', 'one row per refresh; a row that is not finished is running or '
    'was interrupted: see relinsights.refresh_status()', ARRAY[
    'id', 'rising number',
    'what', 'refresh, or similar_deals',
    'started', 'when it started: what was committed before then is in it',
    'finished', 'when it ended, well or not; NULL while it runs and where it was killed',
    'how', 'complete: every source was read; changes: what changed since the last one; NULL for similar_deals',
    'read', 'rows of the sources that were read',
    'written', 'rows of the stored relations inserted, updated or deleted; for similar_deals rows of it afterwards',
    'repaired', 'rows that a complete refresh wrote though every change was tracked; NULL where not all is',
    'error', 'why it failed; NULL where it did not',
    'why', 'why it was complete; NULL where that was asked for, or it was not']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_tables(text, text) IS 'part of models: makes the tables opt_out and refresh_log';

CREATE FUNCTION relinsights._id_text(model text, what text, id text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  relation text := CASE what WHEN 'record' THEN 'record_kpi' ELSE 'opt_out' END;
  id_column text := CASE what WHEN 'record' THEN 'record_id' ELSE 'party_id' END;
  id_type text := format_type(a.atttypid, NULL) FROM pg_attribute a
    WHERE a.attrelid = relinsights._relation(model, relation) AND a.attname = id_column;
BEGIN
  EXECUTE format('SELECT $1::%s::text', id_type) INTO id USING id;
  RETURN id;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
  RAISE invalid_text_representation USING
    MESSAGE = format('"%s" is not the id of a %s of model "%s"', id, what, model),
    DETAIL = format('Ids of its %s are of type %s.', CASE what WHEN 'record' THEN 'records' ELSE 'people' END, id_type),
    HINT = CASE what WHEN 'record' THEN format('SELECT record_id FROM %I.record_kpi; lists them.', model)
           ELSE format('SELECT party_id FROM %I.person_info; lists those with a name.', model) END;
END;
$$;
COMMENT ON FUNCTION relinsights._id_text(text, text, text) IS
  'part of models: the id of a record or person (what) as the model''s id type writes it; an error that says so where '
    'it is none';
