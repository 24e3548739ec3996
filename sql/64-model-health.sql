-- The frequency of contact that a model learns for each type of record (SPEC 3.7): its table health_frequency.

CREATE FUNCTION relinsights._make_health_frequency(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE TABLE %1$I.health_frequency (
      record_type text PRIMARY KEY,
      frequency text NOT NULL,
      median_gap_days double precision,
      records bigint NOT NULL)$sql$, model);
  PERFORM relinsights._describe(model, 'health_frequency',
    'how often contact is to be expected, learned from the records'' own contact at each complete refresh; '
    'relationship_health goes by it where the setting health_frequency is auto', ARRAY[
    'record_type', 'account, contact, opportunity or lead',
    'frequency', 'daily, few_days, weekly, biweekly or monthly: the one nearest to median_gap_days; '
      'weekly where fewer than 10 records have a gap',
    'median_gap_days', 'median over the records of the mean days between two days with activity, '
      'in the 365 days up to the refresh; NULL where no record has a gap',
    'records', 'records with at least 5 days with activity in those 365 days: the ones learned from']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_health_frequency(text) IS
  'part of models: makes health_frequency, empty until the first refresh';

CREATE FUNCTION relinsights._learn_health_frequency(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    WITH gap AS MATERIALIZED (
      SELECT k.record_type::text AS record_type,
             relinsights._usual_gap(k.timeline, (now() AT TIME ZONE c.time_zone)::date) AS days
      FROM %1$I.record_kpi k CROSS JOIN %1$I.settings c),
    learned AS (
      SELECT t.record_type, percentile_cont(0.5) WITHIN GROUP (ORDER BY g.days) AS median_gap_days,
             count(g.days) AS records
      FROM unnest(enum_range(NULL::relinsights.record_type)::text[]) t(record_type)
      LEFT JOIN gap g ON g.record_type = t.record_type AND g.days IS NOT NULL
      GROUP BY t.record_type)
    INSERT INTO %1$I.health_frequency AS f
    SELECT l.record_type, relinsights._learned_frequency(l.median_gap_days, l.records), l.median_gap_days, l.records
    FROM learned l
    ON CONFLICT (record_type) DO UPDATE
    SET frequency = excluded.frequency, median_gap_days = excluded.median_gap_days, records = excluded.records
    WHERE (f.frequency, f.median_gap_days, f.records)
          IS DISTINCT FROM (excluded.frequency, excluded.median_gap_days, excluded.records)$sql$, model);
END;
$$;
COMMENT ON FUNCTION relinsights._learn_health_frequency(text) IS
  'part of models: learns health_frequency from the timelines in record_kpi as of today; writes what differs';
