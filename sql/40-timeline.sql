-- Timelines: what happened on which day (SPEC 3.5; the rules are in src/core/families/activity_timeline.h).

-- template summary_type type=activity_timeline
COMMENT ON TYPE relinsights.activity_timeline IS
  'how many activities of each kind and direction there were on each day, and the sum of their sentiments; made by '
  'timeline_agg, merged by rollup, shown by timeline, timeline_weekly and sparkline, read by relationship_health; 3 or '
  '4 bytes for each day with activities, exact';

-- template compared_by_bytes type=activity_timeline

-- template rollup type=activity_timeline
COMMENT ON AGGREGATE relinsights.rollup(relinsights.activity_timeline) IS
  'merges timelines of disjoint activities, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction,
  date) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_transition';
COMMENT ON FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, date) IS 'part of timeline_agg: adds one activity';

CREATE FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction,
  date, double precision) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_transition';
COMMENT ON FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, date, double precision) IS 'part of timeline_agg: adds one activity';

-- template aggregate_support aggregate=timeline_agg type=activity_timeline

CREATE AGGREGATE relinsights.timeline_agg(kind relinsights.activity_kind, direction relinsights.activity_direction,
  day date, sentiment double precision) (
    SFUNC = relinsights.timeline_agg_transition, STYPE = internal, SSPACE = 512,
      FINALFUNC = relinsights.timeline_agg_final,
    COMBINEFUNC = relinsights.timeline_agg_combine, SERIALFUNC = relinsights.timeline_agg_serialize,
      DESERIALFUNC = relinsights.timeline_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.timeline_agg(relinsights.activity_kind, relinsights.activity_direction, date,
  double precision) IS
  'activity_timeline of activities: one row per completed activity, in any order; day: its date in the time zone of '
  'the caller''s choice; rows with NULL kind or day are ignored; NULL direction: nobody knows it, in none of the six '
  'series, but in relationship_health; NULL for no rows; infinite days are an error; sentiment: -1 (worst) to 1 '
  '(best), kept to four decimals (halves away from zero), NULL counts 0, NaN or beyond is an error';

CREATE AGGREGATE relinsights.timeline_agg(kind relinsights.activity_kind, direction relinsights.activity_direction,
  day date) (
    SFUNC = relinsights.timeline_agg_transition, STYPE = internal, SSPACE = 512,
      FINALFUNC = relinsights.timeline_agg_final,
    COMBINEFUNC = relinsights.timeline_agg_combine, SERIALFUNC = relinsights.timeline_agg_serialize,
      DESERIALFUNC = relinsights.timeline_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.timeline_agg(relinsights.activity_kind, relinsights.activity_direction, date) IS
  'activity_timeline of activities: one row per completed activity, in any order; day: its date in the time zone of '
  'the caller''s choice; rows with NULL kind or day are ignored; NULL direction: nobody knows it, in none of the six '
  'series, but in relationship_health; NULL for no rows; infinite days are an error; without sentiments';

CREATE FUNCTION relinsights.timeline(summary relinsights.activity_timeline, until date, days integer DEFAULT 60)
    RETURNS TABLE (day date, emails_sent bigint, emails_received bigint, meetings_sent bigint, meetings_received bigint,
      calls_made bigint, calls_received bigint)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 60 AS 'MODULE_PATHNAME', 'timeline_days';
COMMENT ON FUNCTION relinsights.timeline(relinsights.activity_timeline, date, integer) IS
  'the six series of completed e-mails, meetings and calls, one row per day up to and including until, zero where '
  'nothing happened, oldest first; tasks and other activities are not shown; error for an infinite until or days '
  'outside 1..100000; no rows for NULL';

CREATE FUNCTION relinsights.timeline_weekly(summary relinsights.activity_timeline, until date, weeks integer DEFAULT 9)
    RETURNS TABLE (day date, emails_sent bigint, emails_received bigint, meetings_sent bigint, meetings_received bigint,
      calls_made bigint, calls_received bigint)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 9 AS 'MODULE_PATHNAME', 'timeline_weeks';
COMMENT ON FUNCTION relinsights.timeline_weekly(relinsights.activity_timeline, date, integer) IS
  'the six series of completed e-mails, meetings and calls, one row per ISO week, day being its Monday, zero where '
  'nothing happened, oldest first; the last week is the one of until, without what comes after until; error for an '
  'infinite until or weeks outside 1..10000; no rows for NULL';

CREATE FUNCTION relinsights.sparkline(summary relinsights.activity_timeline, until date, days integer DEFAULT 60)
  RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_sparkline';
COMMENT ON FUNCTION relinsights.sparkline(relinsights.activity_timeline, date, integer) IS
  'what timeline shows, as text: one block character per day, oldest first, the lowest for a day without e-mails, '
  'meetings and calls, seven more in proportion to the busiest day shown; in a database whose encoding is not UTF8 the '
  'characters _ . : - = + * # instead; error for an infinite until or days outside 1..100000; NULL for NULL';
