-- Similar won deals of a model (SPEC 4 and 5.3): what its closed deals teach, the won deals most like each open
-- one, and each deal beside their average. Refreshed on their own schedule, as they change slowly.

CREATE FUNCTION relinsights._make_deals(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  profile text := format($sql$(
    SELECT relinsights.deal_agg(r.record_id, r.state = 'won', r.closed_at, r.attributes) AS profile
    FROM %I.record_info r
    WHERE r.record_type = 'opportunity' AND r.state IN ('won', 'lost'))$sql$, model);
  id_type text := (SELECT format_type(a.atttypid, NULL) FROM pg_attribute a
                   WHERE a.attrelid = relinsights._relation(model, 'source_records') AND a.attname = 'record_id');
BEGIN
  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %I.deal_factors AS
    SELECT f.attribute, f.weight, f.kind, f.deals, f.learned
    FROM %s p CROSS JOIN LATERAL relinsights.deal_factors(p.profile) f$sql$, model, profile);
  EXECUTE format('CREATE UNIQUE INDEX deal_factors_attribute ON %I.deal_factors (attribute)', model);
  PERFORM relinsights._describe(model, 'deal_factors',
    'how much each attribute tells won from lost opportunities, as of the last refresh of the similar deals', ARRAY[
    'attribute', 'attribute of the opportunities', 'weight', 'its share 0..1 in the similarity; together 1',
    'kind', 'numeric or categorical', 'deals', 'closed opportunities that have it',
    'learned', 'false: too few won or lost opportunities, or nothing to learn: all weights are equal']);

  -- The profile is read once for all open deals.
  EXECUTE format($sql$
    CREATE MATERIALIZED VIEW %1$I.deal_similarity AS
    SELECT d.deal_id::%3$s AS record_id, d.rank, d.won_deal_id::%3$s AS won_record_id, d.similarity, d.contributions
    FROM %2$s p
    CROSS JOIN (
      SELECT array_agg(r.record_id::text) AS ids, array_agg(r.attributes) AS attributes
      FROM %1$I.record_info r
      WHERE r.record_type = 'opportunity' AND coalesce(r.state, 'open') = 'open') o
    CROSS JOIN %1$I.settings c
    CROSS JOIN LATERAL relinsights.similar_won_deals(p.profile, o.ids, o.attributes, c.similar_deals,
      c.min_similarity) d$sql$,
    model, profile, id_type);
  EXECUTE format('CREATE UNIQUE INDEX deal_similarity_rank ON %I.deal_similarity (record_id, rank)', model);
  PERFORM relinsights._describe(model, 'deal_similarity',
    'the won opportunities most like each open one, as of the last refresh of the similar deals', ARRAY[
    'record_id', 'the open opportunity', 'rank', '1 for the most similar', 'won_record_id', 'the won opportunity',
    'similarity', '0..1, at least settings.min_similarity', 'contributions',
      'what each attribute adds to the similarity']);

  EXECUTE format($sql$
    CREATE VIEW %1$I.similar_won_deals AS
    SELECT s.record_id, s.rank, s.won_record_id, s.similarity, s.contributions,
           k.activities, k.time_spent_by_us_hours, k.avg_response_time_by_us_hours, k.response_rate_by_us,
           k.response_rate_by_them, k.time_spent_by_them_hours, k.avg_response_time_by_them_hours,
           k.median_response_time_by_us_hours, k.median_response_time_by_them_hours,
           i.name AS won_name, i.estimated_value AS won_value, i.closed_at AS won_closed_at
    FROM %1$I.deal_similarity s
    LEFT JOIN %1$I.record_kpi k ON k.record_type = 'opportunity' AND k.record_id = s.won_record_id
    LEFT JOIN %1$I.record_info i ON i.record_type = 'opportunity' AND i.record_id = s.won_record_id$sql$, model);
  PERFORM relinsights._describe(model, 'similar_won_deals',
    'the won opportunities most like each open one, as of the last refresh of the similar deals, with their KPIs as of '
    'the last refresh', ARRAY[
    'record_id', 'the open opportunity', 'rank', '1 for the most similar', 'won_record_id', 'the won opportunity',
    'similarity', '0..1, at least settings.min_similarity', 'contributions',
      'what each attribute adds to the similarity',
    'won_name', 'name of the won opportunity', 'won_value', 'its estimated value', 'won_closed_at',
      'when it was closed']
    || (SELECT array_agg(x.w ORDER BY c.name, x.i)
        FROM relinsights.kpi_columns() c
        CROSS JOIN LATERAL (VALUES (1, c.name), (2, 'of the won opportunity: ' || c.words)) x(i, w)
        WHERE relinsights._has_column(model, 'similar_won_deals', c.name)));
  PERFORM relinsights._make_comparison(model);
END;
$$;
COMMENT ON FUNCTION relinsights._make_deals(text) IS
  'part of models: makes deal_factors, deal_similarity, similar_won_deals and opportunity_comparison';

CREATE FUNCTION relinsights._make_same_age(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._make_stored(model, 'same_age', format(
      'record_id %s, kpi text, average double precision NOT NULL, deals int NOT NULL',
      relinsights._column_type(model, 'record_kpi', 'record_id')), 'record_id, kpi',
    'averages over the similar won opportunities when they were as old as an open one is, as of the last complete '
    'refresh or refresh of the similar deals', ARRAY[
    'record_id', 'the open opportunity', 'kpi', 'name of the KPI: a column of record_kpi',
    'average', 'its mean', 'deals', 'how many of them had a value then']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_same_age(text) IS 'part of models: makes the table same_age, empty';

CREATE FUNCTION relinsights._make_comparison(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  averages text;
  columns text;
  compared text;
BEGIN
  SELECT string_agg(format('avg(w.%1$I)::double precision AS %1$I', c.name), ', ' ORDER BY c.place),
         string_agg(format('w.%I', c.name), ', ' ORDER BY c.place),
         string_agg(format('(%L, k.%I::double precision, a.%I, %L, %L)', c.name, c.name, c.name, c.words, c.unit), ', '
                    ORDER BY c.place)
    INTO averages, columns, compared
  FROM relinsights.kpi_columns() WITH ORDINALITY c(name, type, unit, words, place) WHERE c.unit <> 'time';
  EXECUTE format($sql$
    CREATE VIEW %1$I.opportunity_comparison AS
    WITH recent AS MATERIALIZED (
      SELECT k.*, row_number() OVER (ORDER BY i.closed_at DESC NULLS LAST, i.record_id::text COLLATE "C") AS place
      FROM %1$I.record_info i JOIN %1$I.record_kpi k ON k.record_type = i.record_type AND k.record_id = i.record_id
      WHERE i.record_type = 'opportunity' AND i.state = 'won'
      ORDER BY place LIMIT 101)
    SELECT k.record_id, v.kpi, v.this_deal, v.average, v.this_deal - v.average AS difference,
           CASE WHEN f.similar THEN 'similar' ELSE 'recent' END AS compared_with, a.deals,
           v.words, v.unit, o.average AS average_at_same_age
    FROM %1$I.record_kpi k
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM %1$I.deal_similarity s WHERE s.record_id = k.record_id) AS similar) f
    CROSS JOIN LATERAL (
      SELECT count(*) AS deals, %2$s
      FROM (SELECT %3$s FROM %1$I.deal_similarity s
            JOIN %1$I.record_kpi w ON w.record_type = 'opportunity' AND w.record_id = s.won_record_id
            WHERE f.similar AND s.record_id = k.record_id
            UNION ALL
            (SELECT %3$s FROM recent w WHERE NOT f.similar AND w.record_id <> k.record_id ORDER BY w.place
              LIMIT 100)) w) a
    CROSS JOIN LATERAL (VALUES %4$s) v(kpi, this_deal, average, words, unit)
    LEFT JOIN %1$I.same_age o ON f.similar AND o.record_id = k.record_id AND o.kpi = v.kpi
    WHERE k.record_type = 'opportunity'$sql$, model, averages, columns, compared);
  PERFORM relinsights._describe(model, 'opportunity_comparison',
    'each KPI of an opportunity beside its average over the similar won ones; one row per opportunity and KPI', ARRAY[
    'record_id', 'the opportunity', 'kpi', 'name of the KPI: a column of record_kpi',
    'this_deal', 'its value for the opportunity',
    'average', 'its mean over the won opportunities compared with; those without it are left out',
    'difference', 'this_deal - average',
    'compared_with', 'similar: its similar won opportunities; recent: it has none, so the 100 most recently won others',
    'deals', 'number of won opportunities compared with', 'words', 'what the KPI says', 'unit',
      'count, hours, share or ratio',
    'average_at_same_age', 'its mean over the similar won opportunities when they were as old as this one is; NULL: '
      'not known']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_comparison(text) IS 'part of models: makes opportunity_comparison';
