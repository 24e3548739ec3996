-- Relationship health (SPEC 3.7; the rules are in src/core/families/relationship_health.h, their explanation in
-- docs/health.md).

CREATE TYPE relinsights.health_weights AS (email integer, meeting integer, phone_call integer, task integer,
  other integer);
COMMENT ON TYPE relinsights.health_weights IS
  'how much an activity of each kind counts in relationship_health: 3 (half) to 9 (one and a half), 6 is neutral';
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
COMMENT ON FUNCTION relinsights.relationship_health(relinsights.activity_timeline, date, text,
  relinsights.health_weights, integer, integer) IS
  'health of a relationship as of a day (later activities do not matter): score = round(100 * activity * engagement), '
    '0..100, halves up; grade: good from the threshold good on, fair from fair on, else poor (0 <= fair < good <= '
    '100); trend: improving or declining if the score moved by 5 since max(4 gaps, 14 days) earlier, steady if less, '
    'new if there were fewer than 2 activities by then; state: ok, or not_enough_info with all else NULL if there are '
    'fewer than 2 activities up to the day or the timeline is NULL; activity (0..1): S / (S + 1), S being the weighted '
    'activities of which half is forgotten every 1.5 gaps; recency (0..1): what silence has left of the last activity, '
    'in S already; engagement (0.55..1): 0.55 + 0.45 * min(1, 2 * inbound share of S); frequency names the expected '
    'gap between activities: daily 1 day, few_days 3, weekly 7, biweekly 14, monthly 30; error for an infinite as_of, '
    'an unknown frequency, weights outside 3..9, thresholds out of order, or NULL in any of them; NULL as_of: NULL; '
    'explained in docs/health.md';

CREATE FUNCTION relinsights._usual_gap(timeline relinsights.activity_timeline, as_of date) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'health_usual_gap';
COMMENT ON FUNCTION relinsights._usual_gap(relinsights.activity_timeline, date) IS
  'part of models: mean days between two days with activity in the 365 days up to as_of, 1 or more; NULL with fewer '
    'than 5 such days. Error: infinite as_of';

CREATE FUNCTION relinsights._learned_frequency(median_gap_days double precision, records bigint) RETURNS text
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'health_learned_frequency';
COMMENT ON FUNCTION relinsights._learned_frequency(double precision, bigint) IS
  'part of models: the frequency whose gap is nearest, by ratio, to the median of so many records'' usual gaps, of two '
    'as near the longer; weekly for fewer than 10 records or NULL. Error: a gap that is not positive and finite';
