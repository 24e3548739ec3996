-- Relationship health (SPEC 3.7; the rules are in src/core/families/relationship_health.h, their derivation in docs/health.md).

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
COMMENT ON FUNCTION relinsights.relationship_health(relinsights.activity_timeline, date, text, relinsights.health_weights, integer, integer) IS 'health of a relationship as of a day (later activities do not matter): score = round(100 * (1 - exp(-activity * recency * engagement / 1.5))), 0..100; grade: good from the threshold good on, fair from fair on, else poor (0 <= fair < good <= 100); trend: improving or declining if the score moved by 5 since max(4 gaps, 14 days) earlier, else steady; state: ok, or not_enough_info with all else NULL if there are fewer than 2 activities up to the day or the timeline is NULL; activity (> 0): weighted activities as remembered on the day of the last one, half being forgotten every 1.5 gaps; recency (0..1): what silence since then has left of it; engagement (0.6..1): 0.6 + 0.8 * min(0.5, inbound share); frequency names the expected gap between activities: daily 1 day, few_days 3, weekly 7, biweekly 14, monthly 30; error for an infinite as_of, an unknown frequency, weights outside 3..9, thresholds out of order, or NULL in any of them; NULL as_of: NULL; the formula is derived in docs/health.md';
