-- Every object of the extension explains itself, and nothing in it is dangerous.
SET timezone = 'UTC';
SELECT count(*) > 50 AS objects FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_relinsights');
SELECT pg_describe_object(classid, objid, objsubid) AS without_comment FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_relinsights')
  AND obj_description(objid, classid::regclass::name) IS NULL
  -- array types and the row types of composite types are made with their type
  AND NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t WHERE t.oid = objid AND t.typelem <> 0
    AND t.typcategory = 'A'))
  AND NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t JOIN pg_class v ON v.oid = t.typrelid
    AND v.relkind = 'v' WHERE t.oid = objid))
ORDER BY 1;
SELECT oid::regprocedure AS security_definer FROM pg_proc WHERE pronamespace = 'relinsights'::regnamespace
  AND prosecdef;
SELECT oid::regprocedure AS not_parallel_safe_aggregate_part FROM pg_proc
WHERE pronamespace = 'relinsights'::regnamespace AND prokind = 'a' AND proparallel <> 's';
-- functions in SQL and PL/pgSQL pin their search_path or have a body parsed when they were made; procedures that commit
-- cannot
SELECT p.oid::regprocedure AS search_path_not_pinned FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE pronamespace = 'relinsights'::regnamespace AND lanname IN ('sql', 'plpgsql') AND prosqlbody IS NULL
  AND prokind <> 'p'
  AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false) ORDER BY 1;
-- the extension owns no table
SELECT objid::regclass AS owned_table FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
  AND classid = 'pg_class'::regclass
  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_relinsights')
    AND (SELECT relkind FROM pg_class WHERE oid = objid) NOT IN ('c', 'v');
