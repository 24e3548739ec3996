-- What will not count in a model, and why: relinsights.check_model().

CREATE FUNCTION relinsights.check_model(name text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY SELECT * FROM relinsights._check_labels(name);
  RETURN QUERY SELECT * FROM relinsights._check_rows(name);
  RETURN QUERY SELECT * FROM relinsights._check_indexes(name);
  RETURN QUERY SELECT * FROM relinsights._check_rights(name);
END;
$$;
COMMENT ON FUNCTION relinsights.check_model(text) IS 'scans the sources of a model and lists what will not count or be slow, and why: unknown labels, duplicates, rows without what they need, regardings and links to unknown records, missing indexes, views that hide row-level security. No row: all is well. Runs with the caller''s rights. Errors: unknown model, right missing';
