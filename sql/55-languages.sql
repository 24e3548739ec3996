-- The languages that a summary can be told in: whatever src/core/words/language/ holds.

CREATE FUNCTION relinsights.languages() RETURNS text[]
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_languages';
COMMENT ON FUNCTION relinsights.languages() IS 'codes (ISO 639-1) of the languages that summary, insights, page and a model''s record_summary know, in order';
