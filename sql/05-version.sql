-- Which version this is: after an update of the package, the library and the SQL objects of a database may differ.

CREATE FUNCTION relinsights._library_version() RETURNS text
    LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'library_version';
COMMENT ON FUNCTION relinsights._library_version() IS
  'part of version: version of the library that this session has loaded';

CREATE FUNCTION relinsights.version(OUT library text, OUT extension text) RETURNS record
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights._library_version(), e.extversion FROM pg_extension e WHERE e.extname = 'pg_relinsights';
END;
COMMENT ON FUNCTION relinsights.version() IS
  'version of the library that this session has loaded and of the SQL objects in this database. They are equal, or: an '
  'extension older than the library works as it did and wants ALTER EXTENSION pg_relinsights UPDATE; a library older '
  'than the extension wants a new session';
