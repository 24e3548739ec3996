-- pg_relinsights: relationship KPIs from CRM activity. Made from the modules in sql/; see ARCHITECTURE.md.
\echo Use "CREATE EXTENSION pg_relinsights" to load this file. \quit
-- Someone may have made schema relinsights before: nothing in it is found by its name alone, and nothing may be there.
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
        WHERE m.classid = d.classid AND m.objid = d.objid AND m.refclassid = 'pg_extension'::regclass
          AND m.deptype = 'e')
    ORDER BY 1 LIMIT 5) o;
  IF strangers IS NOT NULL THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = 'schema "relinsights" holds objects that are not part of pg_relinsights',
      DETAIL = format('They could be called in place of the extension''s own: %s.', strangers),
      HINT = 'Drop them, or move them to another schema (ALTER ... SET SCHEMA), and try again.';
  END IF;

  SELECT r.* INTO installer FROM pg_roles r JOIN pg_extension e ON e.extowner = r.oid
    WHERE e.extname = 'pg_relinsights';
  SELECT r.* INTO owner FROM pg_roles r JOIN pg_namespace n ON n.nspowner = r.oid WHERE n.nspname = 'relinsights';
  IF owner.rolsuper OR owner.oid IN (installer.oid, 'pg_database_owner'::regrole,
      (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())) THEN
    RETURN;
  ELSIF NOT installer.rolsuper THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'schema "relinsights" belongs to another role',
      DETAIL = format('Its owner "%s" could add functions that are called in place of the extension''s own.',
        owner.rolname),
      HINT = format('ALTER SCHEMA relinsights OWNER TO %I; or DROP SCHEMA relinsights; and try again.',
        installer.rolname);
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
COMMENT ON FUNCTION relinsights._guard_schema() IS
  'part of install and upgrade: an error where schema relinsights holds what is not the extension''s, or belongs to '
  'someone who is neither a superuser nor the owner of the extension or the database; a superuser''s install takes it '
  'over';
SELECT relinsights._guard_schema();

