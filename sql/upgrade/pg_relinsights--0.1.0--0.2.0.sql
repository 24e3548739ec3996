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
