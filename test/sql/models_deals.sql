-- Similar won deals in a model (SPEC 4, 5.3), against the functions for one deal and plain SQL.
SET search_path = public, relinsights;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '(null)'
\set SHOW_CONTEXT never
SET jit = off;
CREATE SCHEMA dealers;
CREATE TABLE dealers.records AS
SELECT 'opportunity'::text AS record_type, i::bigint AS record_id, 'deal ' || i AS name,
       (ARRAY['won', 'lost', 'open'])[1 + (hashint4extended(i, 1) & 1023)::int % 3] AS state,
       CASE WHEN i % 17 <> 0 THEN timestamptz '2026-01-01' + (hashint4extended(i, 2) & 255) * interval '1 day' END
         AS closed_at,
       jsonb_strip_nulls(jsonb_build_object(
         'industry', (ARRAY['retail', 'finance', 'logistics', 'school'])[1 + (hashint4extended(i, 3) & 3)],
         'size', CASE WHEN i % 7 <> 0 THEN (hashint4extended(i, 4) & 1023) END,
         'source', CASE WHEN i % 5 <> 0 THEN (ARRAY['fair', 'referral'])[1 + (hashint4extended(i, 1) & 1)] END))
           AS attributes
FROM generate_series(1, 400) i
UNION ALL SELECT 'account', 1000, 'account', NULL, NULL, NULL;
CREATE TABLE dealers.activities AS
SELECT i::bigint AS activity_id, (ARRAY['email', 'meeting', 'phone_call'])[1 + (hashint4extended(i, 1) & 1023)::int % 3]
  AS kind,
       (ARRAY['inbound', 'outbound'])[1 + (hashint4extended(i, 2) & 1)] AS direction,
       timestamptz '2026-01-01' + (hashint4extended(i, 3) & 4095) * interval '1 hour' AS occurred_at,
         (i % 90)::bigint AS thread_id,
       interval '30 min' AS duration, 'opportunity' AS regarding_type,
         (1 + (hashint4extended(i, 4) & 1023) % 390)::bigint AS regarding_id
FROM generate_series(1, 4000) i;
SELECT create_model('dealing', 'dealers.activities', records => 'dealers.records', similar_deals => 5,
  min_similarity => 0.8) AS made;
CALL relinsights.refresh_similar_deals('dealing');
CALL relinsights.refresh('dealing');
SELECT what, written > 0 AS filled, error FROM dealing.refresh_log ORDER BY id;

-- the factors are those of the profile of all closed deals
CREATE TEMP TABLE profile AS
SELECT deal_agg(record_id, state = 'won', closed_at, attributes) AS p FROM dealers.records
  WHERE record_type = 'opportunity' AND state <> 'open';
SELECT count(*) AS factors, bool_and(learned) AS learned FROM dealing.deal_factors;
(TABLE dealing.deal_factors EXCEPT ALL SELECT f.* FROM profile, deal_factors(p) f) UNION ALL
(SELECT f.* FROM profile, deal_factors(p) f EXCEPT ALL TABLE dealing.deal_factors);

-- the similar deals are those of each open deal, at or above min_similarity, with the won deals' KPIs
CREATE TEMP TABLE expected AS
SELECT o.record_id, s.rank, s.deal_id::bigint AS won_record_id, s.similarity, s.contributions, k.activities,
  k.time_spent_by_us_hours,
       k.avg_response_time_by_us_hours, k.response_rate_by_us, k.response_rate_by_them
FROM dealers.records o, profile, similar_won_deals(p, o.attributes, 5) s
JOIN dealing.record_kpi k ON k.record_type = 'opportunity' AND k.record_id = s.deal_id::bigint
WHERE o.record_type = 'opportunity' AND o.state = 'open' AND s.similarity >= 0.8;
SELECT count(*) > 100 AS many, max(rank) AS deepest FROM dealing.similar_won_deals;
CREATE TEMP VIEW shown AS SELECT record_id, rank, won_record_id, similarity, contributions, activities,
  time_spent_by_us_hours,
  avg_response_time_by_us_hours, response_rate_by_us, response_rate_by_them FROM dealing.similar_won_deals;
(TABLE shown EXCEPT ALL TABLE expected) UNION ALL (TABLE expected EXCEPT ALL TABLE shown);
-- names, values and the other KPIs of the won deals are those of now
SELECT count(*) AS differ FROM dealing.similar_won_deals s JOIN dealing.opportunity_kpi k
  ON k.record_id = s.won_record_id
WHERE (s.won_name, s.won_value, s.won_closed_at, s.activities, s.time_spent_by_them_hours,
  s.avg_response_time_by_them_hours,
       s.median_response_time_by_us_hours, s.median_response_time_by_them_hours)
  IS DISTINCT FROM (k.name, k.estimated_value, k.closed_at, k.activities, k.time_spent_by_them_hours,
    k.avg_response_time_by_them_hours,
       k.median_response_time_by_us_hours, k.median_response_time_by_them_hours);

-- the comparison: averages over the similar won deals, or over the 100 most recently won others
CREATE TEMP VIEW compared AS
SELECT k.record_id, x.kpi, x.this_deal, x.average, x.this_deal - x.average AS difference, x.compared_with, x.deals
FROM dealing.record_kpi k CROSS JOIN LATERAL (
  SELECT v.kpi, v.this_deal, avg(v.theirs) AS average, CASE WHEN n.similar THEN 'similar' ELSE 'recent' END
    AS compared_with, count(*) AS deals
  FROM (SELECT EXISTS (SELECT FROM expected e WHERE e.record_id = k.record_id) AS similar) n
  JOIN LATERAL (SELECT e.won_record_id FROM expected e WHERE e.record_id = k.record_id
                UNION ALL
                (SELECT r.record_id FROM dealers.records r WHERE NOT n.similar AND r.state = 'won'
                  AND r.record_id <> k.record_id
                 ORDER BY r.closed_at DESC NULLS LAST, r.record_id::text COLLATE "C" LIMIT 100)) d ON true
  JOIN dealing.record_kpi w ON w.record_type = 'opportunity' AND w.record_id = d.won_record_id
  CROSS JOIN LATERAL (VALUES ('activities', k.activities::float8, w.activities::float8),
    ('response_rate_by_them', k.response_rate_by_them, w.response_rate_by_them),
    ('time_spent_by_us_hours', k.time_spent_by_us_hours, w.time_spent_by_us_hours)) v(kpi, this_deal, theirs)
  GROUP BY v.kpi, v.this_deal, n.similar) x
WHERE k.record_type = 'opportunity';
SELECT compared_with, count(DISTINCT record_id) > 5 AS some, min(deals) AS least,
  max(deals) AS most FROM dealing.opportunity_comparison GROUP BY 1 ORDER BY 1;
SELECT count(*) AS compared, count(*) FILTER (WHERE abs(c.average - e.average) > 1e-9
  OR abs(c.difference - e.difference) > 1e-9
         OR (c.average IS NULL) <> (e.average IS NULL) OR (c.difference IS NULL) <> (e.difference IS NULL)
         OR c.this_deal IS DISTINCT FROM e.this_deal OR c.compared_with <> e.compared_with OR c.deals <> e.deals)
           AS different
FROM dealing.opportunity_comparison c JOIN compared e USING (record_id, kpi);
SELECT count(*) AS not_compared FROM dealing.opportunity_comparison c
WHERE kpi = 'activities' AND NOT EXISTS (SELECT FROM compared e WHERE e.record_id = c.record_id);

-- never the deal itself, even when a record is reopened between two refreshes; nothing rewritten when nothing changed
CALL relinsights.refresh_similar_deals('dealing');
CREATE TEMP TABLE before AS SELECT ctid AS place, xmin AS written, record_id, rank FROM dealing.deal_similarity;
CALL relinsights.refresh_similar_deals('dealing');
SELECT count(*) AS rows, count(*) FILTER (WHERE b.place IS DISTINCT FROM s.ctid OR b.written IS DISTINCT FROM s.xmin)
  AS rewritten
FROM dealing.deal_similarity s LEFT JOIN before b USING (record_id, rank);
UPDATE dealers.records SET state = 'open' WHERE record_id = (SELECT min(won_record_id) FROM dealing.similar_won_deals);
CALL relinsights.refresh_similar_deals('dealing');
SELECT count(*) FILTER (WHERE record_id = won_record_id) AS itself FROM dealing.similar_won_deals;

-- attributes that make no sense: the error names deal and attribute, the old content stays, the log knows
UPDATE dealers.records SET attributes = '{"industry": ["retail"]}'
  WHERE record_id = (SELECT min(record_id) FROM dealers.records WHERE state = 'lost');
CALL relinsights.refresh('dealing');
CALL relinsights.refresh_similar_deals('dealing');
SELECT count(*) > 100 AS still_there FROM dealing.similar_won_deals;
SELECT what, error IS NOT NULL AS failed FROM dealing.refresh_log ORDER BY id DESC LIMIT 1;

-- without a closed deal there is nothing similar, and that is no error
UPDATE dealers.records SET state = 'open', attributes = '{"industry": "retail"}' WHERE record_type = 'opportunity';
CALL relinsights.refresh('dealing');
CALL relinsights.refresh_similar_deals('dealing');
SELECT (SELECT count(*) FROM dealing.similar_won_deals) AS similar,
  (SELECT count(*) FROM dealing.deal_factors) AS factors,
       (SELECT count(DISTINCT (compared_with, deals, average)) FROM dealing.opportunity_comparison)
         AS compared_with_nothing;
SET client_min_messages = warning;
DROP SCHEMA dealing, dealers CASCADE;
