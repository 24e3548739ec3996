-- Logs of many activities at once.

CREATE FUNCTION relinsights.activity_log_agg_transition(relinsights.activity_log, @id@, relinsights.activity_kind,
    relinsights.activity_direction, timestamptz, interval, @thread@, text[], text[]) RETURNS relinsights.activity_log
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_log_agg_transition_@id@_@thread@';
COMMENT ON FUNCTION relinsights.activity_log_agg_transition(relinsights.activity_log, @id@, relinsights.activity_kind,
    relinsights.activity_direction, timestamptz, interval, @thread@, text[], text[])
    IS 'part of activity_log_agg: adds one activity';

CREATE AGGREGATE relinsights.activity_log_agg(activity_id @id@, kind relinsights.activity_kind,
    direction relinsights.activity_direction, occurred_at timestamptz, duration interval, thread @thread@,
      our_people text[],
    their_people text[]) (
    SFUNC = relinsights.activity_log_agg_transition, STYPE = relinsights.activity_log, SSPACE = 8192,
    FINALFUNC = relinsights.activity_log_rollup_final, COMBINEFUNC = relinsights.activity_log_rollup_merge,
      PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.activity_log_agg(@id@, relinsights.activity_kind, relinsights.activity_direction,
  timestamptz,
    interval, @thread@, text[], text[])
    IS 'activity_log of the rows'' completed activities: rollup(activity_log(...)) in short; an activity that '
        'comes twice counts once; rows whose kind or occurred_at is NULL are ignored, a NULL or empty activity_id '
        'and a negative duration are errors; NULL for no rows';
