-- The languages that a summary can be told in: whatever src/core/words/language/ holds.

CREATE FUNCTION relinsights.languages() RETURNS text[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_languages';
COMMENT ON FUNCTION relinsights.languages() IS
  'codes (ISO 639-1) of the languages that summary, insights, page and a model''s record_summary know, in order';

CREATE FUNCTION relinsights._language_fits(language text) RETURNS boolean
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'language_fits';
COMMENT ON FUNCTION relinsights._language_fits(text) IS
  'part of summary: whether the encoding of this database has the characters of a language; false for an unknown one';

CREATE FUNCTION relinsights._languages_that_fit() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT array_agg(l ORDER BY l) FROM unnest(relinsights.languages()) l WHERE relinsights._language_fits(l);
END;
COMMENT ON FUNCTION relinsights._languages_that_fit() IS 'part of summary: the languages that this database can write';

CREATE FUNCTION relinsights._check_language(language text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF language IS NULL OR language <> ALL (relinsights.languages()) THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('unknown language "%s"', coalesce(language, 'NULL')),
      HINT = format('Known languages: %s.', array_to_string(relinsights.languages(), ', '));
  ELSIF NOT relinsights._language_fits(language) THEN
    RAISE feature_not_supported USING
      MESSAGE = format('language "%s" cannot be written in this database', language),
      DETAIL = format('Its encoding, %s, lacks characters of the language.', getdatabaseencoding()),
      HINT = format('Use one of %s here, or a database in UTF8.',
        array_to_string(relinsights._languages_that_fit(), ', '));
  END IF;
  RETURN true;
END;
$$;
COMMENT ON FUNCTION relinsights._check_language(text) IS
  'part of summary: true, or an error unless this language is known, which lists the known ones, and this database can '
  'write it, which lists those it can';
