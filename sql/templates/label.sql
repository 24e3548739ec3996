-- The cast of a text to an enum of ours. PostgreSQL's own would do, but asks the catalogue for each row, names no label
-- in its error, and is not sent to a foreign server.

CREATE FUNCTION relinsights._@type@(label text) RETURNS relinsights.@type@
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'label_from_text';
COMMENT ON FUNCTION relinsights._@type@(text) IS
  'part of models: the cast of a text to @type@; NULL: NULL. Error: a label that is not one of its own';
CREATE CAST (pg_catalog.text AS relinsights.@type@) WITH FUNCTION relinsights._@type@(text);
COMMENT ON CAST (pg_catalog.text AS relinsights.@type@) IS
  'a label by its name; an unknown one is an error that lists them all';
CREATE CAST (pg_catalog.varchar AS relinsights.@type@) WITH FUNCTION relinsights._@type@(text);
COMMENT ON CAST (pg_catalog.varchar AS relinsights.@type@) IS
  'a label by its name; an unknown one is an error that lists them all';
