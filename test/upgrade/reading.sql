-- What the accessors read out of a stored value, as jsonb: testing.reading(type, value as text). Functions that take a
-- summary, and a side at most, are found in the catalog; the others are listed. Sums of many logarithms and exponentials
-- are kept to 9 digits: machines differ in the last ones.
CREATE SCHEMA testing;
CREATE FUNCTION testing.reading(type text, value text) RETURNS jsonb LANGUAGE plpgsql AS $f$
DECLARE
  f record;
  result jsonb := '{}';
  one jsonb;
BEGIN
  FOR f IN
    SELECT v.expression FROM (VALUES
      ('interaction_summary', $$relinsights.time_spent(v, 'us', '7 min', '1 min 30 s')$$),
      ('interaction_summary', $$(SELECT jsonb_agg(relinsights.interaction_count(v, k, d)) FROM unnest(enum_range(NULL::relinsights.activity_kind)) k, unnest(enum_range(NULL::relinsights.activity_direction)) d)$$),
      ('response_summary', $$(SELECT jsonb_agg(relinsights.response_time_percentile(v, s, p)) FROM unnest(enum_range(NULL::relinsights.party_side)) s, unnest('{0,0.1,0.5,0.9,1}'::float8[]) p)$$),
      ('response_summary', $$(SELECT jsonb_agg(relinsights.answered_within(v, s, i)) FROM unnest(enum_range(NULL::relinsights.party_side)) s, unnest('{1 min,4 h,30 days}'::interval[]) i)$$),
      ('activity_timeline', $$(SELECT jsonb_agg(t) FROM relinsights.timeline(v, '2026-03-01', 40) t)$$),
      ('activity_timeline', $$(SELECT jsonb_agg(t) FROM relinsights.timeline_weekly(v, '2026-03-01', 5) t)$$),
      ('activity_timeline', $$relinsights.sparkline(v, '2026-03-01')$$),
      ('activity_timeline', $$(SELECT jsonb_agg(jsonb_build_array(h.score, h.grade, h.trend, h.state, round(h.activity::numeric, 9), round(h.recency::numeric, 9), round(h.engagement::numeric, 9)))
         FROM unnest('{daily,weekly,monthly}'::text[]) q, relinsights.relationship_health(v, '2026-03-01', q, ROW(3, 9, 6, 4, 5)::relinsights.health_weights) h)$$),
      ('contact_summary', $$(SELECT jsonb_agg(t) FROM relinsights.top_contacts(v, 1000) t)$$),
      ('deal_profile', $$(SELECT jsonb_agg(jsonb_build_array(d.attribute, round(d.weight::numeric, 9), d.kind, d.deals, d.learned)) FROM relinsights.deal_factors(v) d)$$),
      ('deal_profile', $$(SELECT jsonb_agg(jsonb_build_array(s.rank, s.deal_id, s.similarity)) FROM relinsights.similar_won_deals(v, '{"region": "north", "size": 40, "new": true}', 5) s)$$),
      ('working_calendar', $$(SELECT jsonb_agg(relinsights.working_time(v, t, t + i)) FROM generate_series(timestamptz '2025-12-23', '2026-04-02', '7 days 5 h') t, unnest('{3 h,9 days}'::interval[]) i)$$)
      ) v(type, expression) WHERE v.type = reading.type
    UNION ALL
    SELECT CASE WHEN p.pronargs = 1 THEN format('relinsights.%I(v)', p.proname)
                ELSE format('jsonb_build_array(relinsights.%1$I(v, ''us''), relinsights.%1$I(v, ''them''))', p.proname) END
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'c'
    WHERE p.pronamespace = 'relinsights'::regnamespace AND p.proargtypes[0] = format('relinsights.%I', type)::regtype
      AND NOT p.proretset AND p.prorettype <> ALL ('{cstring,bytea,internal}'::regtype[]) AND p.proname !~ 'rollup'
      AND (p.pronargs = 1 OR (p.pronargs = 2 AND p.proargtypes[1] = 'relinsights.party_side'::regtype))
  LOOP
    EXECUTE format('SELECT to_jsonb(%s) FROM (SELECT $1::relinsights.%I AS v) s', f.expression, type) INTO one USING value;
    result := result || jsonb_build_object(regexp_replace(f.expression, '\s+', ' ', 'g'), one);
  END LOOP;
  RETURN result;
END;
$f$;
