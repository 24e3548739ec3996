-- The KPIs of any log by the settings of a model, and from them what the won deals were at a young deal's age (SPEC
-- 5.7).

CREATE FUNCTION relinsights.kpis(model text, log relinsights.activity_log, as_of timestamptz DEFAULT NULL)
RETURNS relinsights.record_kpi_row LANGUAGE C STABLE COST 50 AS 'MODULE_PATHNAME', 'kpis_of_log';
COMMENT ON FUNCTION relinsights.kpis(text, relinsights.activity_log, timestamptz) IS
  'the KPIs of a log, such as a rollup of several records'' logs, in which no activity counts twice, by the settings '
  'of a model; as of a moment, by default now; record_type and record_id are NULL; NULL for a NULL log or model. '
  'Whoever has a log may ask. Errors: unknown model, one of an older version, an as_of that is infinite or in the '
  'future';

CREATE FUNCTION relinsights._fill_same_age(model text, as_of timestamptz) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'  -- where a day of an age is 24 hours
SET jit = off
AS $$
BEGIN
  EXECUTE format($sql$
    WITH pair AS MATERIALIZED (
      -- What was created later is younger than the open deal even now. A server whose clock was put back must not fail.
      SELECT d.record_id, d.won_record_id, least($1, now(),
        CASE WHEN w.created_at < o.created_at THEN w.created_at + ($1 - o.created_at) END) AS moment
      FROM %1$I.deal_similarity d
      JOIN %1$I.record_info o ON o.record_type = 'opportunity' AND o.record_id = d.record_id
      JOIN %1$I.record_info w ON w.record_type = 'opportunity' AND w.record_id = d.won_record_id
      WHERE o.created_at <= $1 AND w.created_at IS NOT NULL),
    was AS MATERIALIZED (
      SELECT p.record_id, p.won_record_id, relinsights.kpis($2, l.log, p.moment) AS k
      FROM pair p JOIN %1$I.record_log l ON l.record_type = 'opportunity' AND l.record_id = p.won_record_id
      UNION ALL
      -- What never had an activity was always what it is.
      SELECT p.record_id, p.won_record_id, ROW(k.record_type, k.record_id::text, %3$s)::relinsights.record_kpi_row
      FROM pair p JOIN %1$I.record_kpi k ON k.record_type = 'opportunity' AND k.record_id = p.won_record_id
      WHERE NOT EXISTS (SELECT FROM %1$I.record_log_chunk l
                        WHERE l.record_type = 'opportunity' AND l.record_id = p.won_record_id)),
    now_known AS MATERIALIZED (
      SELECT w.record_id, v.kpi, avg(v.value)::double precision AS average, count(v.value)::int AS deals
      FROM was w CROSS JOIN LATERAL (VALUES %2$s) v(kpi, value)
      WHERE v.value IS NOT NULL GROUP BY w.record_id, v.kpi),
    gone AS (
      DELETE FROM %1$I.same_age s
      WHERE NOT EXISTS (SELECT FROM now_known k WHERE k.record_id = s.record_id AND k.kpi = s.kpi))
    INSERT INTO %1$I.same_age AS s SELECT k.record_id, k.kpi, k.average, k.deals FROM now_known k
    ON CONFLICT (record_id, kpi) DO UPDATE SET average = excluded.average, deals = excluded.deals
    WHERE (s.average, s.deals) IS DISTINCT FROM (excluded.average, excluded.deals)$sql$, model,
    (SELECT string_agg(format('(%1$L, (w.k).%1$I::double precision)', c.name), ', ')
     FROM relinsights.kpi_columns() c WHERE c.unit <> 'time' AND relinsights._has_column(model, 'record_kpi', c.name)),
    (SELECT string_agg(CASE WHEN relinsights._has_column(model, 'record_kpi', a.attname) THEN format('k.%I', a.attname)
                            ELSE 'NULL' END, ', ' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = 'relinsights.record_kpi_row'::regclass AND a.attnum > 2))
    USING as_of, model;
END;
$$;
COMMENT ON FUNCTION relinsights._fill_same_age(text, timestamptz) IS
  'part of models: brings same_age to what the similar won deals were, each at the age that the open deal has at as_of';

CREATE FUNCTION relinsights._refresh_same_age(model text, as_of timestamptz) RETURNS void
LANGUAGE C STRICT AS 'MODULE_PATHNAME', 'same_age_engine';
COMMENT ON FUNCTION relinsights._refresh_same_age(text, timestamptz) IS
  'part of models: the same as the model''s owner, restricted';
