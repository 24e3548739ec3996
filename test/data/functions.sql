-- The public functions of the extension as rows of a Markdown table: docs/functions.md is made of them. Run by psql -At, with
-- names of schemas shown (search_path empty).
SET search_path = '';
WITH public_function AS (
    SELECT p.*, pg_catalog.obj_description(p.oid, 'pg_proc') AS comment
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e'
    WHERE p.pronamespace = 'relinsights'::pg_catalog.regnamespace AND p.proname NOT LIKE '\_%'
      AND pg_catalog.obj_description(p.oid, 'pg_proc') NOT LIKE 'part of %'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_operator o WHERE o.oprcode = p.oid)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_amproc a WHERE a.amproc = p.oid))
SELECT pg_catalog.format('| `%s(%s)`%s | %s | %s |', proname,
    pg_catalog.regexp_replace(pg_catalog.replace(pg_catalog.pg_get_function_arguments(oid), 'relinsights.', ''), '::[a-z_ ]+', '', 'g'),
    CASE prokind WHEN 'a' THEN ' aggregate' WHEN 'p' THEN ' procedure' ELSE '' END,
    coalesce(pg_catalog.replace(pg_catalog.pg_get_function_result(oid), 'relinsights.', ''), ''),
    pg_catalog.replace(pg_catalog.split_part(comment, ';', 1), '|', '\|'))
FROM public_function ORDER BY proname COLLATE "C", pg_catalog.pg_get_function_arguments(oid) COLLATE "C";
