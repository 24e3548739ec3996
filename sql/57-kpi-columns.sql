-- The KPIs of a record, as src/core/record/record_kpi.cpp lists them: the one list that columns, comments and
-- comparisons of models come from.

CREATE FUNCTION relinsights.kpi_columns() RETURNS TABLE (name text, type text, unit text, words text)
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 50 AS 'MODULE_PATHNAME', 'kpi_columns';
COMMENT ON FUNCTION relinsights.kpi_columns() IS
  'the KPIs of a record in the order of a model''s record_kpi: name of the column; its type; unit: count, hours, share '
  '(0..1), ratio or time; what it says, in English';
