-- From 0.1.0 to the next version: drafted by scripts/upgrade-draft, held equal to a fresh install by test/t/050_upgrade.pl.
\echo Use "ALTER EXTENSION pg_relinsights UPDATE" to load this file. \quit
SET LOCAL search_path = pg_catalog, pg_temp;

CREATE FUNCTION relinsights._guard_schema() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  installer pg_roles;
  owner pg_roles;
  strangers text;
  grantee oid;
BEGIN
  SELECT string_agg(o.name, ', ') INTO strangers
  FROM (
    SELECT pg_describe_object(d.classid, d.objid, 0) AS name
    FROM pg_depend d
    WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = 'relinsights'::regnamespace
      AND d.classid NOT IN ('pg_extension'::regclass, 'pg_default_acl'::regclass, 'pg_publication_namespace'::regclass)
      AND NOT EXISTS (
        SELECT FROM pg_depend m JOIN pg_extension e ON e.oid = m.refobjid AND e.extname = 'pg_relinsights'
        WHERE m.classid = d.classid AND m.objid = d.objid AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e')
    ORDER BY 1 LIMIT 5) o;
  IF strangers IS NOT NULL THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = 'schema "relinsights" holds objects that are not part of pg_relinsights',
      DETAIL = format('They could be called in place of the extension''s own: %s.', strangers),
      HINT = 'Drop them, or move them to another schema (ALTER ... SET SCHEMA), and try again.';
  END IF;

  SELECT r.* INTO installer FROM pg_roles r JOIN pg_extension e ON e.extowner = r.oid WHERE e.extname = 'pg_relinsights';
  SELECT r.* INTO owner FROM pg_roles r JOIN pg_namespace n ON n.nspowner = r.oid WHERE n.nspname = 'relinsights';
  IF owner.rolsuper OR owner.oid IN (installer.oid, 'pg_database_owner'::regrole,
      (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())) THEN
    RETURN;
  ELSIF NOT installer.rolsuper THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'schema "relinsights" belongs to another role',
      DETAIL = format('Its owner "%s" could add functions that are called in place of the extension''s own.', owner.rolname),
      HINT = format('ALTER SCHEMA relinsights OWNER TO %I; or DROP SCHEMA relinsights; and try again.', installer.rolname);
  END IF;
  -- A dump that is restored by a superuser makes the schema first, for its old owner.
  EXECUTE format('ALTER SCHEMA relinsights OWNER TO %I', installer.rolname);
  FOR grantee IN SELECT a.grantee FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a
                 WHERE n.nspname = 'relinsights' AND a.privilege_type = 'CREATE' AND a.grantee <> installer.oid LOOP
    EXECUTE format('REVOKE CREATE ON SCHEMA relinsights FROM %s CASCADE',
                   CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
  END LOOP;
  -- A NOTICE is not shown while an extension's script runs.
  RAISE WARNING USING
    MESSAGE = format('schema "relinsights" now belongs to role "%s", as the extension does', installer.rolname),
    DETAIL = format('It belonged to role "%s", who could have added functions to it.', owner.rolname);
END;
$$;
COMMENT ON FUNCTION relinsights._guard_schema() IS 'part of install and upgrade: an error where schema relinsights holds what is not the extension''s, or belongs to someone who is neither a superuser nor the owner of the extension or the database; a superuser''s install takes it over';

SELECT relinsights._guard_schema();

CREATE FUNCTION relinsights._library_version() RETURNS text
    LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'library_version';
COMMENT ON FUNCTION relinsights._library_version() IS 'part of version: version of the library that this session has loaded';

CREATE FUNCTION relinsights.version(OUT library text, OUT extension text) RETURNS record
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights._library_version(), e.extversion FROM pg_extension e WHERE e.extname = 'pg_relinsights';
END;
COMMENT ON FUNCTION relinsights.version() IS 'version of the library that this session has loaded and of the SQL objects in this database. They are equal, or: an extension older than the library works as it did and wants ALTER EXTENSION pg_relinsights UPDATE; a library older than the extension wants a new session';

CREATE FUNCTION relinsights.people_agg_transition(internal, relinsights.party_side, boolean, boolean, text, integer[]) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_transition';
COMMENT ON FUNCTION relinsights.people_agg_transition(internal, relinsights.party_side, boolean, boolean, text, integer[]) IS 'part of _people_agg: adds one participant';

CREATE FUNCTION relinsights.people_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_combine';
COMMENT ON FUNCTION relinsights.people_agg_combine(internal, internal) IS 'part of _people_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.people_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_serialize';
COMMENT ON FUNCTION relinsights.people_agg_serialize(internal) IS 'part of _people_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.people_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_deserialize';
COMMENT ON FUNCTION relinsights.people_agg_deserialize(bytea, internal) IS 'part of _people_agg: takes a worker''s state';

CREATE FUNCTION relinsights.people_agg_final(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_agg_final';
COMMENT ON FUNCTION relinsights.people_agg_final(internal) IS 'part of _people_agg: who takes part, as bytes';

CREATE AGGREGATE relinsights._people_agg(side relinsights.party_side, blind_copy boolean, opted_out boolean, party text, records integer[]) (
    SFUNC = relinsights.people_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.people_agg_final,
    COMBINEFUNC = relinsights.people_agg_combine, SERIALFUNC = relinsights.people_agg_serialize, DESERIALFUNC = relinsights.people_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._people_agg(relinsights.party_side, boolean, boolean, text, integer[]) IS 'part of models: who takes part in one activity, and the records that its people of theirs link it to, as bytes for the functions below; records by number, negative where someone of the record''s own people of ours must take part too. Rows with NULL side or party are ignored';

CREATE FUNCTION relinsights._people_gone(people bytea) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_gone';
COMMENT ON FUNCTION relinsights._people_gone(bytea) IS 'part of models: whether an activity is gone, having people of theirs, all of whom opted out';

CREATE FUNCTION relinsights._people_include(people bytea, parties text[]) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_include';
COMMENT ON FUNCTION relinsights._people_include(bytea, text[]) IS 'part of models: whether one of these is one of our people in an activity';

CREATE FUNCTION relinsights._people_of_theirs(people bytea) RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'people_of_theirs';
COMMENT ON FUNCTION relinsights._people_of_theirs(bytea) IS 'part of models: everyone of theirs in an activity, in blind copy too, ascending by bytes; NULL for none';

CREATE FUNCTION relinsights._people_records(people bytea, regarding integer) RETURNS SETOF integer
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 3 AS 'MODULE_PATHNAME', 'people_records';
COMMENT ON FUNCTION relinsights._people_records(bytea, integer) IS 'part of models: the records an activity is linked to, by number, each once; the one that it regards is positive';

CREATE FUNCTION relinsights._thread_key(thread uuid) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'thread_key_uuid';
COMMENT ON FUNCTION relinsights._thread_key(uuid) IS 'part of models: the key by which response_agg tells threads apart';

CREATE FUNCTION relinsights._thread_key(thread text) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'thread_key_text';
COMMENT ON FUNCTION relinsights._thread_key(text) IS 'part of models: the key by which response_agg tells threads apart';

CREATE TYPE relinsights._record_summaries AS (
  interactions relinsights.interaction_summary, responses relinsights.response_summary,
  timeline relinsights.activity_timeline, their_contacts relinsights.contact_summary,
  our_contacts relinsights.contact_summary, engagement relinsights.engagement_summary);
COMMENT ON TYPE relinsights._record_summaries IS 'part of models: the summaries of one record, in the order of its columns in record_kpi';

CREATE FUNCTION relinsights.record_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, date, interval, bigint, boolean, double precision, boolean, integer, integer, integer, integer, bytea, relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_transition';
COMMENT ON FUNCTION relinsights.record_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, date, interval, bigint, boolean, double precision, boolean, integer, integer, integer, integer, bytea, relinsights.working_calendar) IS 'part of _record_agg: adds one completed activity';

CREATE FUNCTION relinsights.record_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_combine';
COMMENT ON FUNCTION relinsights.record_agg_combine(internal, internal) IS 'part of _record_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.record_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_serialize';
COMMENT ON FUNCTION relinsights.record_agg_serialize(internal) IS 'part of _record_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.record_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_deserialize';
COMMENT ON FUNCTION relinsights.record_agg_deserialize(bytea, internal) IS 'part of _record_agg: takes a worker''s state';

CREATE FUNCTION relinsights.record_agg_final(internal) RETURNS relinsights._record_summaries
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'record_agg_final';
COMMENT ON FUNCTION relinsights.record_agg_final(internal) IS 'part of _record_agg: all summaries of the record';

CREATE AGGREGATE relinsights._record_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz, day date, duration interval, thread bigint, automated boolean, sentiment double precision, followed boolean,
    opens integer, link_clicks integer, attachment_views integer, replies integer, people bytea, calendar relinsights.working_calendar) (
    SFUNC = relinsights.record_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = relinsights.record_agg_final,
    COMBINEFUNC = relinsights.record_agg_combine, SERIALFUNC = relinsights.record_agg_serialize, DESERIALFUNC = relinsights.record_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._record_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz, date, interval, bigint, boolean, double precision, boolean, integer, integer, integer, integer, bytea, relinsights.working_calendar) IS 'part of models: all summaries of one record from one row per completed activity, equal to what the families'' own aggregates make of the same rows. day: in the model''s time zone; thread: see _thread_key; people: of _people_agg; calendar: NULL for elapsed time, the same in every row. Rows with NULL kind, direction, time or day are ignored';

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

CREATE OR REPLACE FUNCTION relinsights.create_model(
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

CREATE OR REPLACE FUNCTION relinsights.drop_model(name text) RETURNS void
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

CREATE OR REPLACE FUNCTION relinsights._source_expression(c record) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT c.given THEN
    RETURN format('NULL::%s', c.target_type);
  ELSIF c.family = 'label' THEN
    -- Through text, so that any enum with these labels is read; an unknown label is an error naming it.
    RETURN CASE WHEN c.base_type = c.target_type::regtype THEN quote_ident(c.name)
                ELSE format('relinsights.%I(%I::text)', '_' || c.target, c.name) END;
  END IF;
  RETURN format('%I::%s', c.name, c.target_type);
END;
$$;

CREATE FUNCTION relinsights._people(model text, linked text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Bcc takes no part, nor does who has no role.
  SELECT format($sql$
    SELECT q.activity_id, relinsights._people_agg(q.side, (q.role <> 'bcc') IS NOT TRUE, o.party_id IS NOT NULL,
                                                  q.party_id::text, %2$s) AS people
    FROM %1$I.source_participants q
    LEFT JOIN %1$I.opt_out o ON o.party_id = q.party_id AND o.side::relinsights.party_side = q.side
    %3$s
    WHERE q.activity_id IS NOT NULL AND q.side IS NOT NULL AND q.party_id IS NOT NULL %4$s
    GROUP BY q.activity_id$sql$, model, CASE WHEN linked IS NULL THEN 'NULL' ELSE 'l.records' END,
    CASE WHEN linked IS NULL THEN '' ELSE format('LEFT JOIN (%s) l ON l.party_id = q.party_id', linked) END, only_of);
END;
COMMENT ON FUNCTION relinsights._people(text, text, text) IS 'part of models: SQL for the people of each activity; linked: SQL for the records of each party_id, NULL to leave them out; only_of: one more condition on q, the participants';

CREATE FUNCTION relinsights._people_of_activity(model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format('SELECT p.people FROM (%s) p', relinsights._people(model, NULL, 'AND q.activity_id = a.activity_id'));
END;
COMMENT ON FUNCTION relinsights._people_of_activity(text) IS 'part of models: SQL for the people of activity a alone';

CREATE FUNCTION relinsights._numbered_records(model text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$
    SELECT (row_number() OVER ())::int AS number, s.record_type, s.record_id, s.record_type::text || ' ' || s.record_id::text AS key
    FROM %1$I.source_records s WHERE s.record_type IS NOT NULL AND s.record_id IS NOT NULL %2$s$sql$, model, only_of);
END;
COMMENT ON FUNCTION relinsights._numbered_records(text, text) IS 'part of models: SQL for the records with numbers, which stand for them while a refresh joins; only_of: one more condition on s, the records';

CREATE FUNCTION relinsights._members(model text, activities text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Their side first: each person of theirs brings a list of records, and what an activity's people are also says which
  -- records they link. Every activity and participant is read once. The seller's side of opportunities and leads (negative
  -- numbers) is looked at last, where both lists are at hand.
  -- The record that an activity regards is found by one key of which the planner sees that it is unique: of r itself it knows
  -- nothing, and would sort all activities. Its label comes from our enum: a source's own may have another collation than the id.
  -- Here and below, <> 'us' says 'them': the planner guesses that few rows equal a converted label, and most differ.
  SELECT format($sql$
    SELECT abs(x.linked) AS number, x.*
    FROM (
      SELECT a.activity_id, a.kind, a.direction, a.occurred_at, a.status, a.duration, a.thread_id, a.automated, a.sentiment,
             a.followed, a.opens, a.link_clicks, a.attachment_views, a.replies, p.people,
             relinsights._people_records(p.people, g.number) AS linked
      FROM %2$s a
      LEFT JOIN (%3$s) p ON p.activity_id = a.activity_id
      LEFT JOIN (SELECT r.key, min(r.number) AS number FROM r GROUP BY r.key) g ON g.key = a.regarding_type::text || ' ' || a.regarding_id::text
      WHERE a.activity_id IS NOT NULL AND relinsights._people_gone(p.people) IS NOT TRUE) x
    LEFT JOIN (
      SELECT r.number, array_agg(rp.party_id::text) AS parties
      FROM %1$I.source_record_parties rp JOIN r ON r.record_type = rp.record_type AND r.record_id = rp.record_id
      WHERE rp.side <> 'them' AND rp.record_type NOT IN ('account', 'contact') AND rp.role IS DISTINCT FROM 'primary_contact'
      GROUP BY r.number) t ON t.number = - x.linked
    WHERE x.linked > 0 OR relinsights._people_include(x.people, t.parties)$sql$,
    model, activities, relinsights._people(model, format($sql$
        SELECT rp.party_id, array_agg(CASE WHEN r.record_type IN ('account', 'contact') THEN r.number ELSE - r.number END) AS records
        FROM %I.source_record_parties rp JOIN r ON r.record_type = rp.record_type AND r.record_id = rp.record_id
        WHERE rp.side <> 'us' AND (rp.record_type IN ('account', 'contact') OR rp.role IS DISTINCT FROM 'primary_contact')
        GROUP BY rp.party_id$sql$, model), only_of));
END;
COMMENT ON FUNCTION relinsights._members(text, text, text) IS 'part of models: SQL for one row per record and activity that belongs to it and is not gone, all in one pass, over r (_numbered_records); activities: the relation of them; only_of: one more condition on q, the participants';

CREATE OR REPLACE FUNCTION relinsights._make_membership(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.record_activity WITH (security_invoker = true) AS
    SELECT l.record_type, l.record_id, l.activity_id
    FROM (
      SELECT a.regarding_type AS record_type, a.regarding_id AS record_id, a.activity_id
      FROM %1$I.source_activities a WHERE a.regarding_type IS NOT NULL AND a.regarding_id IS NOT NULL AND a.activity_id IS NOT NULL
      UNION
      SELECT rp.record_type, rp.record_id, q.activity_id
      FROM %1$I.source_record_parties rp JOIN %1$I.source_participants q ON q.party_id = rp.party_id
      WHERE rp.side <> 'us' AND q.side <> 'us' AND q.role <> 'bcc'
        AND rp.record_type IS NOT NULL AND rp.record_id IS NOT NULL AND q.activity_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id = rp.party_id)
        AND (rp.record_type IN ('account', 'contact')
             OR (rp.role IS DISTINCT FROM 'primary_contact' AND EXISTS (
               SELECT FROM %1$I.source_participants u JOIN %1$I.source_record_parties ur ON ur.party_id = u.party_id
               WHERE u.activity_id = q.activity_id AND u.side <> 'them' AND u.role <> 'bcc'
                 AND ur.record_type = rp.record_type AND ur.record_id = rp.record_id AND ur.side <> 'them'
                 AND ur.role IS DISTINCT FROM 'primary_contact'
                 AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'us' AND o.party_id = ur.party_id))))) l
    WHERE EXISTS (SELECT FROM %1$I.source_records r WHERE r.record_type = l.record_type AND r.record_id = l.record_id)
      AND EXISTS (SELECT FROM %1$I.source_activities a WHERE a.activity_id = l.activity_id)
      AND NOT EXISTS (
        SELECT FROM %1$I.opt_out o JOIN %1$I.source_participants q ON q.party_id = o.party_id
        WHERE o.side = 'them' AND q.side = 'them' AND q.activity_id = l.activity_id AND NOT EXISTS (
          SELECT FROM %1$I.source_participants s
          WHERE s.activity_id = l.activity_id AND s.side = 'them' AND s.party_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM %1$I.opt_out t WHERE t.side = 'them' AND t.party_id = s.party_id)))$sql$, model);
  PERFORM relinsights._describe(model, 'record_activity',
    'which activity belongs to which record, whatever its status, with the reader''s own rights on the sources', ARRAY[
    'record_type', 'account, contact, opportunity or lead',
    'record_id', 'the record',
    'activity_id', 'an activity that belongs to it']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_membership(text) IS 'part of models: makes the view record_activity';
COMMENT ON FUNCTION relinsights._distinct(text[]) IS 'part of models made by 0.1.0: each of them once, in the order of the C collation';
COMMENT ON AGGREGATE relinsights._concatenate(anycompatiblearray) IS 'part of models made by 0.1.0: the elements of all arrays in one';

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

CREATE OR REPLACE FUNCTION relinsights._kpi_list(named boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT (SELECT string_agg(k.expression || CASE WHEN named THEN format(' AS %I', k.name) ELSE '' END, E',\n' ORDER BY k.ordinal)
          FROM relinsights._kpi_columns() k)
    || (SELECT string_agg(format(', s.%I', s.name), '' ORDER BY s.ordinal) FROM relinsights._summaries() s);
END;

CREATE OR REPLACE FUNCTION relinsights._make_kpis(model text) RETURNS void
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

CREATE OR REPLACE FUNCTION relinsights._live_sql(model text, record_type relinsights.record_type, activities text) RETURNS text
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

CREATE OR REPLACE FUNCTION relinsights.record_kpi(model text, record_type relinsights.record_type, record_id text)
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
    EXCEPTION WHEN undefined_object OR undefined_table THEN  -- an enum of the sources has another name now, or more is amiss
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

CREATE OR REPLACE FUNCTION relinsights._refresh_run(model text, what text, run bigint, concurrent boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  rows bigint;
BEGIN
  IF NOT relinsights._refresh_lock(model, what, run) THEN
    RETURN;
  END IF;
  IF what = 'similar_deals' THEN
    rows := relinsights._refresh_deals(model, concurrent);
  ELSE
    PERFORM relinsights._check_settings(model);
    IF relinsights._live_function(model) IS NULL THEN
      PERFORM relinsights._make_live(model);
    END IF;
    -- A refresh is maintenance: it may use as much memory as making an index may.
    IF pg_size_bytes(current_setting('maintenance_work_mem')) > pg_size_bytes(current_setting('work_mem')) THEN
      PERFORM set_config('work_mem', current_setting('maintenance_work_mem'), true);
    END IF;
    PERFORM relinsights._check_unique(model);
    -- Tables that were never analyzed count as hundreds of rows, which would spoil the plan of a million.
    EXECUTE format('ANALYZE %1$I.settings, %1$I.opt_out', model);
    PERFORM relinsights._refresh_view(model, 'record_kpi', concurrent);
    PERFORM relinsights._refresh_view(model, 'record_info', concurrent);
    PERFORM relinsights._refresh_view(model, 'interaction_times', concurrent);
    IF NOT (SELECT c.relispopulated FROM pg_class c WHERE c.oid = relinsights._relation(model, 'similar_won_deals')) THEN
      PERFORM relinsights._refresh_deals(model, false);
    END IF;
    EXECUTE format('SELECT count(*) FROM %I.record_kpi', model) INTO rows;
  END IF;
  PERFORM relinsights._refresh_end(model, run, rows, NULL);
END;
$$;

CREATE OR REPLACE PROCEDURE relinsights._run_refresh(model text, what text, concurrently boolean)
LANGUAGE plpgsql
AS $$
DECLARE
  -- Not pinned: only here is the type itself looked up in the caller's search_path.
  run bigint;
  code pg_catalog.text;
  message pg_catalog.text;
  detail pg_catalog.text;
  hint pg_catalog.text;
BEGIN
  BEGIN
    COMMIT;
  EXCEPTION WHEN invalid_transaction_termination THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  END;
  PERFORM relinsights._refuse_transaction(message);
  run := relinsights._refresh_start(model, what);
  IF run IS NULL THEN
    RETURN;
  END IF;
  COMMIT;
  BEGIN
    PERFORM relinsights._refresh_run(model, what, run, "concurrently");
    RETURN;
  EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
      hint = PG_EXCEPTION_HINT;
  END;
  PERFORM relinsights._refresh_end(model, run, NULL, message);
  COMMIT;
  PERFORM relinsights._raise_refresh_error(model, code, message, detail, hint);
END;
$$;

CREATE OR REPLACE FUNCTION relinsights._next_run(model text, what text) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedule text;
BEGIN
  -- Anyone may make a schema cron; it is pg_cron's only where pg_cron is installed.
  IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') OR NOT has_schema_privilege('cron', 'USAGE') THEN
    RETURN NULL;
  END IF;
  EXECUTE 'SELECT j.schedule FROM cron.job j JOIN relinsights._cron_jobs($1) m ON m.job = j.jobname
           WHERE m.what = $2 AND j.active AND j.database = current_database() ORDER BY j.jobid LIMIT 1'
    INTO schedule USING model, what;
  RETURN relinsights._next_cron(schedule, now(), coalesce(current_setting('cron.timezone', true), 'GMT'));
EXCEPTION WHEN insufficient_privilege THEN
  -- Newer releases of pg_cron show their time zone to pg_read_all_settings alone; a guess could be hours off.
  RETURN NULL;
END;
$$;

DROP FUNCTION relinsights._summary_list(model text);
DROP FUNCTION relinsights._summaries(model text, OUT ordinal int, OUT name text, OUT expression text, OUT words text);
DROP FUNCTION relinsights._members(model text, only_of text);
DROP FUNCTION relinsights._member_columns();
DROP FUNCTION relinsights._people(model text, only_of text);
