-- Models: a schema made over a company's own tables (SPEC 5). This module says what a model reads, checks
-- what it is given, makes the model's tables, alters and drops models.

CREATE TYPE relinsights.participant_role AS ENUM
  ('from', 'to', 'cc', 'bcc', 'organizer', 'required', 'optional');
COMMENT ON TYPE relinsights.participant_role IS 'how a person takes part in an activity; bcc never counts';

CREATE TYPE relinsights.record_party_role AS ENUM ('owner', 'team', 'contact', 'stakeholder', 'primary_contact');
COMMENT ON TYPE relinsights.record_party_role IS 'why a person''s activities matter to a record';

CREATE TYPE relinsights.record_state AS ENUM
  ('open', 'won', 'lost', 'active', 'qualified', 'disqualified', 'inactive');
COMMENT ON TYPE relinsights.record_state IS 'state of a record: opportunities open, won, lost; leads active, qualified, disqualified; any inactive';

CREATE FUNCTION relinsights._activity_kind(label text) RETURNS relinsights.activity_kind
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._activity_kind(text) IS 'part of models: the cast of a text to activity_kind, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._activity_direction(label text) RETURNS relinsights.activity_direction
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._activity_direction(text) IS 'part of models: the cast of a text to activity_direction, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._activity_status(label text) RETURNS relinsights.activity_status
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._activity_status(text) IS 'part of models: the cast of a text to activity_status, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._record_type(label text) RETURNS relinsights.record_type
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._record_type(text) IS 'part of models: the cast of a text to record_type, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._party_side(label text) RETURNS relinsights.party_side
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._party_side(text) IS 'part of models: the cast of a text to party_side, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._participant_role(label text) RETURNS relinsights.participant_role
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._participant_role(text) IS 'part of models: the cast of a text to participant_role, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._record_party_role(label text) RETURNS relinsights.record_party_role
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._record_party_role(text) IS 'part of models: the cast of a text to record_party_role, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._record_state(label text) RETURNS relinsights.record_state
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._record_state(text) IS 'part of models: the cast of a text to record_state, for millions of rows. Errors: unknown label';

CREATE FUNCTION relinsights._source_columns(
  OUT source text, OUT ordinal int, OUT name text, OUT family text, OUT target text, OUT required boolean)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- family: label (text or an enum; target is our enum), id (bigint, uuid or text; target is the group of
  -- columns that must be of one type, NULL for none), value (target is the type it is read as).
  SELECT v.source, row_number() OVER ()::int, v.name, v.family, v.target, v.required
  FROM (VALUES
    ('activities', 'activity_id', 'id', 'activity', true),
    ('activities', 'kind', 'label', 'activity_kind', true),
    ('activities', 'direction', 'label', 'activity_direction', true),
    ('activities', 'occurred_at', 'value', 'timestamp with time zone', true),
    ('activities', 'status', 'label', 'activity_status', false),
    ('activities', 'duration', 'value', 'interval', false),
    ('activities', 'thread_id', 'id', NULL, false),
    ('activities', 'subject', 'value', 'text', false),
    ('activities', 'regarding_type', 'label', 'record_type', false),
    ('activities', 'regarding_id', 'id', 'record', false),
    ('activities', 'followed', 'value', 'boolean', false),
    ('activities', 'opens', 'value', 'integer', false),
    ('activities', 'link_clicks', 'value', 'integer', false),
    ('activities', 'attachment_views', 'value', 'integer', false),
    ('activities', 'replies', 'value', 'integer', false),
    ('activities', 'automated', 'value', 'boolean', false),
    ('activities', 'sentiment', 'value', 'double precision', false),
    ('participants', 'activity_id', 'id', 'activity', true),
    ('participants', 'side', 'label', 'party_side', true),
    ('participants', 'party_id', 'id', 'party', true),
    ('participants', 'role', 'label', 'participant_role', true),
    ('records', 'record_type', 'label', 'record_type', true),
    ('records', 'record_id', 'id', 'record', true),
    ('records', 'name', 'value', 'text', false),
    ('records', 'owner_id', 'id', NULL, false),
    ('records', 'account_id', 'id', 'record', false),
    ('records', 'state', 'label', 'record_state', false),
    ('records', 'created_at', 'value', 'timestamp with time zone', false),
    ('records', 'closed_at', 'value', 'timestamp with time zone', false),
    ('records', 'estimated_close_date', 'value', 'date', false),
    ('records', 'estimated_value', 'value', 'numeric', false),
    ('records', 'attributes', 'value', 'jsonb', false),
    ('record_parties', 'record_type', 'label', 'record_type', true),
    ('record_parties', 'record_id', 'id', 'record', true),
    ('record_parties', 'side', 'label', 'party_side', true),
    ('record_parties', 'party_id', 'id', 'party', true),
    ('record_parties', 'role', 'label', 'record_party_role', true)
  ) AS v(source, name, family, target, required);
END;
COMMENT ON FUNCTION relinsights._source_columns() IS 'part of models: the columns that a model reads, by source, with the types they may have';

CREATE FUNCTION relinsights._accepted_types(family text, target text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE
    WHEN family = 'label' THEN ARRAY['text', 'character varying']
    WHEN family = 'id' THEN ARRAY['bigint', 'uuid', 'text', 'character varying']
    WHEN target = 'text' THEN ARRAY['text', 'character varying', 'character']
    WHEN target = 'integer' THEN ARRAY['integer', 'smallint']
    WHEN target = 'double precision' THEN ARRAY['double precision', 'real', 'numeric', 'integer', 'smallint']
    WHEN target = 'numeric' THEN ARRAY['numeric', 'bigint', 'integer', 'smallint', 'double precision', 'real']
    ELSE ARRAY[target] END;
END;
COMMENT ON FUNCTION relinsights._accepted_types(text, text) IS 'part of models: names of the types that a source column of this family and target may have';

CREATE FUNCTION relinsights._described_columns(
  activities regclass, participants regclass, records regclass, record_parties regclass,
  OUT source text, OUT relation regclass, OUT ordinal int, OUT name text, OUT family text, OUT target text,
  OUT required boolean, OUT given boolean, OUT base_type oid, OUT type_name text)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.source, s.relation, c.ordinal, c.name, c.family, c.target, c.required,
         a.attname IS NOT NULL, b.base_type,
         CASE format_type(b.base_type, NULL) WHEN 'character varying' THEN 'text' ELSE format_type(b.base_type, NULL) END
  FROM relinsights._source_columns() c
  JOIN (VALUES ('activities', activities), ('participants', participants),
               ('records', records), ('record_parties', record_parties)) s(source, relation)
    ON s.source = c.source
  LEFT JOIN pg_attribute a
    ON a.attrelid = s.relation AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN LATERAL (
    -- A domain is read as what it is over.
    WITH RECURSIVE d(oid, base, kind) AS (
      SELECT t.oid, t.typbasetype, t.typtype FROM pg_type t WHERE t.oid = a.atttypid
      UNION ALL
      SELECT t.oid, t.typbasetype, t.typtype FROM d JOIN pg_type t ON t.oid = d.base WHERE d.kind = 'd')
    SELECT d.oid AS base_type FROM d WHERE d.kind <> 'd') b ON true;
END;
COMMENT ON FUNCTION relinsights._described_columns(regclass, regclass, regclass, regclass) IS 'part of models: every column of _source_columns() beside what the given relations have under that name';

CREATE FUNCTION relinsights._check_relation(source text, relation regclass) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  class pg_class;
  unreadable text;
BEGIN
  SELECT * INTO class FROM pg_class c WHERE c.oid = relation;
  IF NOT FOUND THEN
    RAISE undefined_table USING MESSAGE = format('the relation given as %s does not exist: %s', source, relation);
  ELSIF class.relkind NOT IN ('r', 'p', 'v', 'm', 'f') THEN
    RAISE wrong_object_type USING
      MESSAGE = format('the %s of a model cannot come from %s', source, relation),
      HINT = 'Give a table, a view, a materialized view or a foreign table.';
  ELSIF class.relpersistence = 't' THEN
    RAISE wrong_object_type USING
      MESSAGE = format('the %s of a model cannot come from the temporary relation %s', source, relation),
      HINT = 'A model outlives the session: give a permanent table or view.';
  END IF;
  SELECT string_agg(c.name, ', ' ORDER BY c.ordinal) INTO unreadable
  FROM relinsights._source_columns() c
  JOIN pg_attribute a ON a.attrelid = relation AND a.attname = c.name AND NOT a.attisdropped
  WHERE c.source = _check_relation.source AND NOT has_column_privilege(relation, a.attnum, 'SELECT');
  IF unreadable IS NOT NULL THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('permission denied for %s, the %s of the model', relation, source),
      DETAIL = format('Role "%s" may not read: %s.', current_user, unreadable),
      HINT = format('GRANT SELECT ON %s TO %I;', relation, current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_relation(text, regclass) IS 'part of models: an error unless the relation can be a source of a model and the caller may read it';

CREATE FUNCTION relinsights._check_columns(
  activities regclass, participants regclass, records regclass, record_parties regclass) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c record;
  have text;
BEGIN
  FOR c IN
    SELECT d.*, t.typtype = 'e' AS is_enum
    FROM relinsights._described_columns(activities, participants, records, record_parties) d
    LEFT JOIN pg_type t ON t.oid = d.base_type
    WHERE d.relation IS NOT NULL ORDER BY d.ordinal
  LOOP
    IF c.required AND NOT c.given THEN
      SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO have
      FROM pg_attribute a WHERE a.attrelid = c.relation AND a.attnum > 0 AND NOT a.attisdropped;
      RAISE undefined_column USING
        MESSAGE = format('%s, the %s of the model, has no column "%s"', c.relation, c.source, c.name),
        DETAIL = format('Its columns are: %s.', coalesce(have, 'none')),
        HINT = format('Give a view that names its columns as a model reads them: CREATE VIEW ... '
                      'WITH (security_invoker = true) AS SELECT ... AS %s FROM %s.', c.name, c.relation);
    END IF;
    CONTINUE WHEN NOT c.given OR c.type_name = ANY (relinsights._accepted_types(c.family, c.target))
                  OR (c.family = 'label' AND c.is_enum);
    RAISE datatype_mismatch USING
      MESSAGE = format('column "%s" of %s, the %s of the model, has the wrong type', c.name, c.relation, c.source),
      DETAIL = format('It is %s; a model reads %s there.', c.type_name,
                      CASE c.family WHEN 'label' THEN format('text or an enum with the labels of relinsights.%s', c.target)
                                    WHEN 'id' THEN 'bigint, uuid or text'
                                    ELSE c.target END),
      HINT = format('Give a view over %s that casts the column.', c.relation);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_columns(regclass, regclass, regclass, regclass) IS 'part of models: an error for the first column that is missing or has a type no model reads';

CREATE FUNCTION relinsights._id_type(
  activities regclass, participants regclass, records regclass, record_parties regclass, id_group text)
RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c record;
  first_source text;
  first_type text;
BEGIN
  FOR c IN
    SELECT d.relation, d.name, d.type_name
    FROM relinsights._described_columns(activities, participants, records, record_parties) d
    WHERE d.given AND d.family = 'id' AND d.target = id_group ORDER BY d.ordinal
  LOOP
    IF first_type IS NULL THEN
      first_source := format('%s.%s', c.relation, c.name);
      first_type := c.type_name;
    ELSIF c.type_name <> first_type THEN
      RAISE datatype_mismatch USING
        MESSAGE = format('all %s ids of a model must be of one type', id_group),
        DETAIL = format('%s is %s, %s.%s is %s.', first_source, first_type, c.relation, c.name, c.type_name),
        HINT = 'Cast one of them in a view, and index the cast.';
    END IF;
  END LOOP;
  RETURN coalesce(first_type, 'text');
END;
$$;
COMMENT ON FUNCTION relinsights._id_type(regclass, regclass, regclass, regclass, text) IS 'part of models: the one type of the sources'' activity, record or party ids, text where there are none; an error where they differ';

CREATE FUNCTION relinsights._check_ways_in(activities regclass, participants regclass, record_parties regclass)
RETURNS void LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  regarding int;
BEGIN
  SELECT count(*) INTO regarding FROM pg_attribute a
  WHERE a.attrelid = activities AND a.attname IN ('regarding_type', 'regarding_id') AND NOT a.attisdropped;
  IF regarding = 1 THEN
    RAISE undefined_column USING
      MESSAGE = format('%s, the activities of the model, has only one of regarding_type and regarding_id', activities),
      HINT = 'Give both columns or neither.';
  ELSIF regarding = 0 AND (participants IS NULL OR record_parties IS NULL) THEN
    RAISE undefined_column USING
      MESSAGE = format('nothing says which record an activity of %s belongs to', activities),
      HINT = 'Add regarding_type and regarding_id to the activities, or give participants and record_parties.';
  ELSIF record_parties IS NOT NULL AND participants IS NULL THEN
    RAISE WARNING USING
      MESSAGE = 'record_parties without participants link no activity',
      HINT = 'Give participants too: they say who takes part in which activity.';
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_ways_in(regclass, regclass, regclass) IS 'part of models: an error where no activity could belong to any record';

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
COMMENT ON FUNCTION relinsights._hides_row_security(regclass) IS 'part of models: whether reading this relation somewhere uses a view owner''s rights instead of the reader''s';

CREATE FUNCTION relinsights._database_time_zone() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(
    (SELECT substr(e.setting, length('timezone=') + 1)
     FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) e(setting)
     WHERE s.setrole = 0 AND s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND lower(e.setting) LIKE 'timezone=%'),
    (SELECT p.reset_val FROM pg_settings p WHERE p.name = 'TimeZone'));
END;
COMMENT ON FUNCTION relinsights._database_time_zone() IS 'part of models: the time zone set for this database, else the server''s';

CREATE FUNCTION relinsights._is_model(model text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'settings'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'model_version' AND NOT a.attisdropped
    WHERE n.nspname = model);
END;
COMMENT ON FUNCTION relinsights._is_model(text) IS 'part of models: whether a schema of this name holds a model';

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
      DETAIL = format('It belongs to role "%s".', pg_get_userbyid(owner));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_owner(text) IS 'part of models: an error unless the caller owns the model of this name';

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
COMMENT ON FUNCTION relinsights._relation(text, text) IS 'part of models: a relation of a model; a clear error where the model or the relation is gone';

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
COMMENT ON FUNCTION relinsights._source(text, text) IS 'part of models: the relation given to create_model as activities, participants, records or record_parties; NULL where none was';

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
COMMENT ON FUNCTION relinsights._describe(text, text, text, text[]) IS 'part of models: comments on a relation of a model and on its columns, given as name, comment, name, comment, ...';

CREATE FUNCTION relinsights._make_tables(model text, party_type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Only types of PostgreSQL itself: DROP EXTENSION CASCADE must not take a column of these tables.
  -- Each constraint is named after its setting; _setting_rule() says in words what it demands.
  EXECUTE format($sql$
    CREATE TABLE %1$I.settings (
      model_version int NOT NULL DEFAULT 1,
      time_zone text NOT NULL CONSTRAINT time_zone CHECK
        (time_zone <> '' AND timestamptz 'epoch' AT TIME ZONE time_zone IS NOT NULL),
      timeline_days int NOT NULL DEFAULT 60 CONSTRAINT timeline_days CHECK (timeline_days BETWEEN 1 AND 3660),
      email_write_minutes numeric NOT NULL DEFAULT 5 CONSTRAINT email_write_minutes
        CHECK (email_write_minutes BETWEEN 0 AND 1440),
      email_read_minutes numeric NOT NULL DEFAULT 2.5 CONSTRAINT email_read_minutes
        CHECK (email_read_minutes BETWEEN 0 AND 1440),
      health_weights int[] NOT NULL DEFAULT '{6,6,6,6,6}' CONSTRAINT health_weights CHECK
        (cardinality(health_weights) = 5 AND array_position(health_weights, NULL) IS NULL
         AND 3 <= ALL (health_weights) AND 9 >= ALL (health_weights)),
      health_frequency text NOT NULL DEFAULT 'weekly' CONSTRAINT health_frequency CHECK
        (health_frequency IN ('daily', 'few_days', 'weekly', 'biweekly', 'monthly')),
      health_good int NOT NULL DEFAULT 60,
      health_fair int NOT NULL DEFAULT 40,
      working_calendar text CONSTRAINT working_calendar CHECK
        (working_calendar IS NULL OR working_calendar::relinsights.working_calendar IS NOT NULL),
      similar_deals int NOT NULL DEFAULT 10 CONSTRAINT similar_deals CHECK (similar_deals BETWEEN 1 AND 1000),
      min_similarity double precision NOT NULL DEFAULT 0.5 CONSTRAINT min_similarity
        CHECK (min_similarity BETWEEN 0 AND 1),
      language text NOT NULL DEFAULT 'en' CONSTRAINT language CHECK (language = ANY (relinsights.languages())),
      refresh_log_days int NOT NULL DEFAULT 30 CONSTRAINT refresh_log_days
        CHECK (refresh_log_days BETWEEN 1 AND 36500),
      subjects_by_view_owner boolean NOT NULL DEFAULT false,
      CONSTRAINT health_thresholds CHECK (0 <= health_fair AND health_fair < health_good AND health_good <= 100));
    CREATE UNIQUE INDEX settings_one_row ON %1$I.settings ((true));

    CREATE TABLE %1$I.opt_out (
      side text NOT NULL CONSTRAINT side CHECK (side IN ('us', 'them')),
      party_id %2$s NOT NULL,
      since timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (side, party_id));

    CREATE TABLE %1$I.refresh_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      what text NOT NULL,
      started timestamptz NOT NULL DEFAULT clock_timestamp(),
      finished timestamptz,
      rows bigint,
      error text);
  $sql$, model, party_type);

  PERFORM relinsights._describe(model, 'settings', 'the model''s settings: one row, checked; relinsights.alter_model() changes them', ARRAY[
    'model_version', 'layout of this model''s relations',
    'time_zone', 'days begin at midnight here',
    'timeline_days', 'days that relationship_activity shows',
    'email_write_minutes', 'minutes to write an e-mail',
    'email_read_minutes', 'minutes to read an e-mail',
    'health_weights', 'weights 3..9 of e-mail, meeting, phone call, task, other in relationship health; 6 is neutral',
    'health_frequency', 'how often contact is expected: daily, few_days, weekly, biweekly, monthly',
    'health_good', 'score from which health is good, 0..100',
    'health_fair', 'score from which health is fair, below health_good',
    'working_calendar', 'relinsights.working_calendar as text: response times in working time; NULL: in elapsed time',
    'similar_deals', 'similar won deals kept for each open opportunity',
    'min_similarity', 'similarity 0..1 below which a won deal is not similar',
    'language', 'language of record_summary, one of relinsights.languages()',
    'refresh_log_days', 'days that refresh_log keeps',
    'subjects_by_view_owner', 'true: subjects are shown though the activities come through a view with its owner''s rights']);
  PERFORM relinsights._describe(model, 'opt_out', 'people whom no KPI, list or sentence counts or shows; relinsights.opt_out() and opt_in() change it', ARRAY[
    'side', 'us or them',
    'party_id', 'the person',
    'since', 'when the person opted out']);
  PERFORM relinsights._describe(model, 'refresh_log', 'one row per refresh; a row that is not finished is running or was interrupted: see relinsights.refresh_status()', ARRAY[
    'id', 'rising number',
    'what', 'refresh, or similar_deals',
    'started', 'when it started: what was committed before then is in it',
    'finished', 'when it ended, well or not; NULL while it runs and where it was killed',
    'rows', 'rows of record_kpi (or of similar_won_deals) afterwards',
    'error', 'why it failed; NULL where it did not']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_tables(text, text) IS 'part of models: makes the tables settings, opt_out and refresh_log';

CREATE FUNCTION relinsights._setting_rule(setting text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE setting
    WHEN 'time_zone' THEN 'Give a name from pg_timezone_names, for example ''Asia/Seoul''.'
    WHEN 'timeline_days' THEN 'Give a number of days from 1 to 3660.'
    WHEN 'email_write_minutes' THEN 'Give minutes from 0 to 1440.'
    WHEN 'email_read_minutes' THEN 'Give minutes from 0 to 1440.'
    WHEN 'health_weights' THEN 'Give five whole numbers from 3 to 9: e-mail, meeting, phone call, task, other.'
    WHEN 'health_frequency' THEN 'Give one of daily, few_days, weekly, biweekly, monthly.'
    WHEN 'health_thresholds' THEN 'Give 0 <= health_fair < health_good <= 100.'
    WHEN 'similar_deals' THEN 'Give a number from 1 to 1000.'
    WHEN 'min_similarity' THEN 'Give a number from 0 to 1.'
    WHEN 'language' THEN format('Give one of %s.', array_to_string(relinsights.languages(), ', '))
    WHEN 'refresh_log_days' THEN 'Give a number of days from 1 to 36500.'
    ELSE 'See the comments on the model''s table settings.' END;
END;
COMMENT ON FUNCTION relinsights._setting_rule(text) IS 'part of models: what the CHECK constraint of that name demands, as a hint';

CREATE FUNCTION relinsights._change_settings(
  model text, time_zone text, timeline_days int, email_write_minutes numeric, email_read_minutes numeric,
  health_weights relinsights.health_weights, health_frequency text, health_good int, health_fair int,
  working_calendar relinsights.working_calendar, similar_deals int, min_similarity double precision,
  language text, refresh_log_days int, subjects_by_view_owner boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  w relinsights.health_weights := health_weights;
  broken text;
BEGIN
  EXECUTE format($sql$
    UPDATE %I.settings SET
      time_zone = coalesce($1, time_zone), timeline_days = coalesce($2, timeline_days),
      email_write_minutes = coalesce($3, email_write_minutes),
      email_read_minutes = coalesce($4, email_read_minutes),
      health_weights = coalesce($5, health_weights), health_frequency = coalesce($6, health_frequency),
      health_good = coalesce($7, health_good), health_fair = coalesce($8, health_fair),
      working_calendar = coalesce($9, working_calendar), similar_deals = coalesce($10, similar_deals),
      min_similarity = coalesce($11, min_similarity), language = coalesce($12, language),
      refresh_log_days = coalesce($13, refresh_log_days),
      subjects_by_view_owner = coalesce($14, subjects_by_view_owner)$sql$, model)
  USING time_zone, timeline_days, email_write_minutes, email_read_minutes,
    CASE WHEN num_nonnulls(w.email, w.meeting, w.phone_call, w.task, w.other) > 0
         THEN ARRAY[w.email, w.meeting, w.phone_call, w.task, w.other] END,
    health_frequency, health_good, health_fair, working_calendar::text, similar_deals, min_similarity,
    language, refresh_log_days, subjects_by_view_owner;
EXCEPTION
  WHEN check_violation THEN
    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
    RAISE invalid_parameter_value USING
      MESSAGE = format('invalid value for setting "%s" of model "%s"', broken, model),
      HINT = relinsights._setting_rule(broken);
  WHEN invalid_parameter_value THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('invalid value for setting "time_zone" of model "%s"', model), DETAIL = SQLERRM,
      HINT = relinsights._setting_rule('time_zone');
END;
$$;
COMMENT ON FUNCTION relinsights._change_settings(text, text, int, numeric, numeric, relinsights.health_weights,
  text, int, int, relinsights.working_calendar, int, double precision, text, int, boolean) IS
  'part of models: changes the settings that are not NULL; a clear error where one is out of range';

CREATE FUNCTION relinsights._check_name(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF model IS NULL OR model = '' OR octet_length(model) > 63 OR model LIKE 'pg\_%' THEN
    RAISE invalid_name USING
      MESSAGE = format('"%s" cannot be the name of a model', coalesce(model, 'NULL')),
      HINT = 'A model is a schema: its name has 1 to 63 bytes and does not start with "pg_".';
  ELSIF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = model) THEN
    RAISE duplicate_schema USING
      MESSAGE = format('schema "%s" already exists', model),
      HINT = CASE WHEN relinsights._is_model(model)
                  THEN 'It is a model: choose another name, alter_model() it, or drop_model() it first.'
                  ELSE 'Choose another name for the model.' END;
  ELSIF NOT has_database_privilege(current_database(), 'CREATE') THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('permission denied to create model "%s"', model),
      DETAIL = format('Role "%s" may not create schemas in database "%s".', current_user, current_database()),
      HINT = format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_name(text) IS 'part of models: an error unless the caller can make a model of this name';

CREATE FUNCTION relinsights.create_model(
  name text, activities regclass, participants regclass DEFAULT NULL, records regclass DEFAULT NULL,
  record_parties regclass DEFAULT NULL, time_zone text DEFAULT NULL, timeline_days int DEFAULT NULL,
  email_write_minutes numeric DEFAULT NULL, email_read_minutes numeric DEFAULT NULL,
  health_weights relinsights.health_weights DEFAULT NULL, health_frequency text DEFAULT NULL,
  health_good int DEFAULT NULL, health_fair int DEFAULT NULL,
  working_calendar relinsights.working_calendar DEFAULT NULL, similar_deals int DEFAULT NULL,
  min_similarity double precision DEFAULT NULL, language text DEFAULT NULL, refresh_log_days int DEFAULT NULL,
  subjects_by_view_owner boolean DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
BEGIN
  PERFORM relinsights._check_name(name);
  IF activities IS NULL THEN
    RAISE null_value_not_allowed USING MESSAGE = format('model "%s" needs activities', name),
      HINT = 'Give a table or view with activity_id, kind, direction and occurred_at.';
  END IF;
  FOR s IN SELECT * FROM (VALUES ('activities', activities), ('participants', participants),
                                 ('records', records), ('record_parties', record_parties)) v(source, relation)
           WHERE v.relation IS NOT NULL LOOP
    PERFORM relinsights._check_relation(s.source, s.relation);
  END LOOP;
  PERFORM relinsights._check_columns(activities, participants, records, record_parties);
  PERFORM relinsights._check_ways_in(activities, participants, record_parties);

  EXECUTE format('CREATE SCHEMA %I', name);
  EXECUTE format('COMMENT ON SCHEMA %I IS %L', name, format('relationship KPIs from %s (pg_relinsights)', activities));
  PERFORM relinsights._make_tables(
    name, relinsights._id_type(activities, participants, records, record_parties, 'party'));
  EXECUTE format('INSERT INTO %I.settings (time_zone) VALUES ($1)', name) USING relinsights._database_time_zone();
  PERFORM relinsights._change_settings(name, time_zone, timeline_days, email_write_minutes, email_read_minutes,
    health_weights, health_frequency, health_good, health_fair, working_calendar, similar_deals, min_similarity,
    language, refresh_log_days, subjects_by_view_owner);
  PERFORM relinsights._make_sources(name, activities, participants, records, record_parties);
  PERFORM relinsights._make_membership(name);
  PERFORM relinsights._make_kpis(name);
  PERFORM relinsights._make_live(name);
  PERFORM relinsights._make_views(name);
  PERFORM relinsights._make_deals(name);
  PERFORM relinsights._make_summary(name);

  IF relinsights._hides_row_security(activities) AND NOT coalesce(subjects_by_view_owner, false)
     AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = activities AND a.attname = 'subject' AND NOT a.attisdropped) THEN
    RAISE WARNING USING
      MESSAGE = format('subjects of activities will not be shown in model "%s"', name),
      DETAIL = format('%s is, or reads through, a view with its owner''s rights, which hides row-level security.', activities),
      HINT = format('ALTER VIEW %s SET (security_invoker = true), or where everyone may read every subject: '
                    'relinsights.alter_model(%L, subjects_by_view_owner => true).', activities, name);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.create_model(text, regclass, regclass, regclass, regclass, text, int, numeric, numeric,
  relinsights.health_weights, text, int, int, relinsights.working_calendar, int, double precision, text, int, boolean) IS
  'makes a schema of that name with every KPI view over the given tables or views; a setting left NULL has its default. The materialized views are unfilled until CALL relinsights.refresh(name). Errors: column missing or of a wrong type, ids of different types, neither regarding columns nor record_parties, name taken or impossible, right missing, setting out of range';

CREATE FUNCTION relinsights.alter_model(
  name text, time_zone text DEFAULT NULL, timeline_days int DEFAULT NULL, email_write_minutes numeric DEFAULT NULL,
  email_read_minutes numeric DEFAULT NULL, health_weights relinsights.health_weights DEFAULT NULL,
  health_frequency text DEFAULT NULL, health_good int DEFAULT NULL, health_fair int DEFAULT NULL,
  working_calendar relinsights.working_calendar DEFAULT NULL, similar_deals int DEFAULT NULL,
  min_similarity double precision DEFAULT NULL, language text DEFAULT NULL, refresh_log_days int DEFAULT NULL,
  subjects_by_view_owner boolean DEFAULT NULL, without_working_calendar boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_owner(name);
  IF without_working_calendar AND working_calendar IS NOT NULL THEN
    RAISE invalid_parameter_value USING
      MESSAGE = 'working_calendar and without_working_calendar exclude each other',
      HINT = 'Give one of them.';
  END IF;
  PERFORM relinsights._change_settings(name, time_zone, timeline_days, email_write_minutes, email_read_minutes,
    health_weights, health_frequency, health_good, health_fair, working_calendar, similar_deals, min_similarity,
    language, refresh_log_days, subjects_by_view_owner);
  IF without_working_calendar THEN
    EXECUTE format('UPDATE %I.settings SET working_calendar = NULL', name);
  END IF;
  IF without_working_calendar OR num_nonnulls(time_zone, email_write_minutes, email_read_minutes, working_calendar) > 0 THEN
    RAISE NOTICE USING MESSAGE = format('stored KPIs of model "%s" follow at the next refresh', name),
      HINT = format('CALL relinsights.refresh(%L);', name);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.alter_model(text, text, int, numeric, numeric, relinsights.health_weights, text, int, int,
  relinsights.working_calendar, int, double precision, text, int, boolean, boolean) IS
  'changes the given settings of a model, for its owner; NULL leaves a setting as it is, without_working_calendar goes back to elapsed time. Stored KPIs follow at the next refresh: a NOTICE says so. Errors: unknown model, not its owner, setting out of range';

CREATE FUNCTION relinsights._model_relations() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT ARRAY['settings', 'opt_out', 'refresh_log', 'source_activities', 'source_participants', 'source_records',
    'source_record_parties', 'member_activity', 'record_activity', 'record_info', 'record_kpi', 'interaction_times',
    'account_kpi', 'contact_kpi', 'opportunity_kpi', 'lead_kpi', 'relationship_activity', 'top_contacts',
    'relationship_health', 'next_and_last_interaction', 'relationship_pipeline', 'similar_won_deals', 'deal_factors',
    'opportunity_comparison', 'record_summary'];
END;
COMMENT ON FUNCTION relinsights._model_relations() IS 'part of models: names of the relations that create_model may make';

CREATE FUNCTION relinsights.drop_model(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  others text;
  kind text;
  relations text;
  message text;
  detail text;
  way_out text := format('Drop them first, or DROP SCHEMA %I CASCADE to remove them with the model.', name);
BEGIN
  PERFORM relinsights._require_owner(name);
  SELECT string_agg(c.relname, ', ' ORDER BY c.relname) INTO others
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND c.relname <> ALL (relinsights._model_relations());
  IF others IS NOT NULL THEN
    RAISE dependent_objects_still_exist USING
      MESSAGE = format('cannot drop model "%s" because its schema holds other relations', name),
      DETAIL = format('The model did not make: %s.', others), HINT = way_out;
  END IF;
  -- Layer by layer, each in one command: what the model did not make stops the drop.
  FOR kind, relations IN
    SELECT l.kind, string_agg(format('%I.%I', n.nspname, c.relname), ', ')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (SELECT
      CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind,
      CASE WHEN c.relkind = 'm' THEN 2 WHEN c.relkind = 'r' THEN 4
           WHEN c.relname LIKE 'source\_%' OR c.relname = 'member_activity' THEN 3 ELSE 1 END AS layer) l
    WHERE n.nspname = name AND c.relkind IN ('r', 'v', 'm')
    GROUP BY l.kind, l.layer ORDER BY l.layer
  LOOP
    EXECUTE format('DROP %s %s', kind, relations);
  END LOOP;
  IF to_regprocedure(format('%I.live_kpi(relinsights.record_type, text)', name)) IS NOT NULL THEN
    EXECUTE format('DROP FUNCTION %I.live_kpi(relinsights.record_type, text)', name);
  END IF;
  EXECUTE format('DROP SCHEMA %I', name);
EXCEPTION WHEN dependent_objects_still_exist THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RAISE dependent_objects_still_exist USING MESSAGE = message, DETAIL = detail, HINT = way_out;
END;
$$;
COMMENT ON FUNCTION relinsights.drop_model(text) IS 'removes a model and its schema, settings and opt-outs included, for its owner; the sources stay. Errors: unknown model, not its owner, something that the model did not make depends on it or stands in its schema';
