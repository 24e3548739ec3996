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
