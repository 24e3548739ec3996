-- Relationship health (SPEC 3.7; the rules are in src/core/families/relationship_health.h, their explanation in docs/health.md).

CREATE TYPE relinsights.health_weights AS (email integer, meeting integer, phone_call integer, task integer, other integer);
COMMENT ON TYPE relinsights.health_weights IS 'how much an activity of each kind counts in relationship_health: 3 (half) to 9 (one and a half), 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.email IS 'weight of an email: 3..9, 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.meeting IS 'weight of a meeting: 3..9, 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.phone_call IS 'weight of a phone call: 3..9, 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.task IS 'weight of a task: 3..9, 6 is neutral';
COMMENT ON COLUMN relinsights.health_weights.other IS 'weight of an other activity: 3..9, 6 is neutral';

CREATE FUNCTION relinsights.relationship_health(
    timeline relinsights.activity_timeline, as_of date, frequency text DEFAULT 'weekly',
    weights relinsights.health_weights DEFAULT ROW(6, 6, 6, 6, 6)::relinsights.health_weights,
    good integer DEFAULT 60, fair integer DEFAULT 40,
    OUT score integer, OUT grade text, OUT trend text, OUT state text,
    OUT activity double precision, OUT recency double precision, OUT engagement double precision)
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'relationship_health';
COMMENT ON FUNCTION relinsights.relationship_health(relinsights.activity_timeline, date, text, relinsights.health_weights, integer, integer) IS
  'health of a relationship as of a day (later activities do not matter): score = round(100 * activity * engagement), 0..100, halves up; grade: good from the threshold good on, fair from fair on, else poor (0 <= fair < good <= 100); trend: improving or declining if the score moved by 5 since max(4 gaps, 14 days) earlier, steady if less, new if there were fewer than 2 activities by then; state: ok, or not_enough_info with all else NULL if there are fewer than 2 activities up to the day or the timeline is NULL; activity (0..1): S / (S + 1), S being the weighted activities of which half is forgotten every 1.5 gaps; recency (0..1): what silence has left of the last activity, in S already; engagement (0.55..1): 0.55 + 0.45 * min(1, 2 * inbound share of S); frequency names the expected gap between activities: daily 1 day, few_days 3, weekly 7, biweekly 14, monthly 30; error for an infinite as_of, an unknown frequency, weights outside 3..9, thresholds out of order, or NULL in any of them; NULL as_of: NULL; explained in docs/health.md';

CREATE FUNCTION relinsights._usual_gap(timeline relinsights.activity_timeline, as_of date) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'health_usual_gap';
COMMENT ON FUNCTION relinsights._usual_gap(relinsights.activity_timeline, date) IS
  'part of models: mean days between two days with activity in the 365 days up to as_of, 1 or more; NULL with fewer than 5 such days. Error: infinite as_of';

CREATE FUNCTION relinsights._learned_frequency(median_gap_days double precision, records bigint) RETURNS text
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'health_learned_frequency';
COMMENT ON FUNCTION relinsights._learned_frequency(double precision, bigint) IS
  'part of models: the frequency whose gap is nearest, by ratio, to the median of so many records'' usual gaps, of two as near the longer; weekly for fewer than 10 records or NULL. Error: a gap that is not positive and finite';

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
  PERFORM relinsights._describe(model, 'health_frequency', 'how often contact is to be expected, learned from the records'' own contact at each complete refresh; relationship_health goes by it where the setting health_frequency is auto', ARRAY[
    'record_type', 'account, contact, opportunity or lead',
    'frequency', 'daily, few_days, weekly, biweekly or monthly: the one nearest to median_gap_days; weekly where fewer than 10 records have a gap',
    'median_gap_days', 'median over the records of the mean days between two days with activity, in the 365 days up to the refresh; NULL where no record has a gap',
    'records', 'records with at least 5 days with activity in those 365 days: the ones learned from']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_health_frequency(text) IS 'part of models: makes health_frequency, empty until the first refresh';

CREATE FUNCTION relinsights._learn_health_frequency(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- A model of a version before 0.3.0 has no such table.
  IF to_regclass(format('%I.health_frequency', model)) IS NULL THEN
    RETURN;
  END IF;
  EXECUTE format($sql$
    WITH gap AS MATERIALIZED (
      SELECT k.record_type::text AS record_type,
             relinsights._usual_gap(k.timeline, (now() AT TIME ZONE c.time_zone)::date) AS days
      FROM %1$I.record_kpi k CROSS JOIN %1$I.settings c),
    learned AS (
      SELECT t.record_type, percentile_cont(0.5) WITHIN GROUP (ORDER BY g.days) AS median_gap_days, count(g.days) AS records
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
COMMENT ON FUNCTION relinsights._learn_health_frequency(text) IS 'part of models: learns health_frequency from the timelines in record_kpi as of today; writes what differs; nothing for a model without the table';
