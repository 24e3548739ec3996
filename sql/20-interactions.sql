-- Interactions: counts, first and last, e-mail ratio, time spent (SPEC 3.1 to 3.3; the rules are in
-- src/core/families/interaction_summary.h).

-- template summary_type type=interaction_summary
COMMENT ON TYPE relinsights.interaction_summary IS
  'how many activities of each kind and direction there were, their durations, the first and the last; made by '
  'interaction_agg, merged by rollup, read by accessors such as emails_sent and time_spent; fixed in size (tens of '
  'bytes), exact';

-- template compared_by_bytes type=interaction_summary

-- template rollup type=interaction_summary
COMMENT ON AGGREGATE relinsights.rollup(relinsights.interaction_summary) IS
  'merges interaction summaries of disjoint activities, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz) IS 'part of interaction_agg: adds one activity';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz, interval) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz, interval) IS 'part of interaction_agg: adds one activity';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz, interval, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind,
  relinsights.activity_direction, timestamptz, interval, integer) IS 'part of interaction_agg: adds one activity';

-- template aggregate_support aggregate=interaction_agg type=interaction_summary

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction,
  occurred_at timestamptz, duration interval, team_size integer) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256,
      FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize,
      DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz,
  interval, integer) IS
  'interaction_summary of activities (one row per completed activity; rows with NULL kind or time are ignored; NULL '
  'direction: nobody knows it, counted in totals and kinds and in the time of meetings and calls, in nothing by side; '
  'NULL for no rows; infinite times are an error); duration: NULL counts as zero, negative or with months is an error; '
  'team_size: our people in a meeting, NULL or less than 1 counts as 1';

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction,
  occurred_at timestamptz, duration interval) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256,
      FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize,
      DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz,
  interval) IS
  'interaction_summary of activities, every meeting with one of us (one row per completed activity; rows with NULL '
  'kind or time are ignored; NULL direction: nobody knows it, counted in totals and kinds and in the time of meetings '
  'and calls, in nothing by side; NULL for no rows; infinite times are an error); duration: NULL counts as zero, '
  'negative or with months is an error';

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction,
  occurred_at timestamptz) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256,
      FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize,
      DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction,
  timestamptz) IS
  'interaction_summary of activities without durations (one row per completed activity; rows with NULL kind or time '
  'are ignored; NULL direction: nobody knows it, counted in totals and kinds and in the time of meetings and calls, in '
  'nothing by side; NULL for no rows; infinite times are an error)';

CREATE FUNCTION relinsights.emails_sent(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_emails_sent';
COMMENT ON FUNCTION relinsights.emails_sent(relinsights.interaction_summary) IS
  'number of completed e-mails we sent; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.emails_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_emails_received';
COMMENT ON FUNCTION relinsights.emails_received(relinsights.interaction_summary) IS
  'number of completed e-mails the customer sent; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.meetings_sent(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_meetings_sent';
COMMENT ON FUNCTION relinsights.meetings_sent(relinsights.interaction_summary) IS
  'number of completed meetings we called; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.meetings_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_meetings_received';
COMMENT ON FUNCTION relinsights.meetings_received(relinsights.interaction_summary) IS
  'number of completed meetings the customer called; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.phone_calls_made(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_phone_calls_made';
COMMENT ON FUNCTION relinsights.phone_calls_made(relinsights.interaction_summary) IS
  'number of completed phone calls we made; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.phone_calls_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_phone_calls_received';
COMMENT ON FUNCTION relinsights.phone_calls_received(relinsights.interaction_summary) IS
  'number of completed phone calls the customer made; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.tasks_completed(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_tasks_completed';
COMMENT ON FUNCTION relinsights.tasks_completed(relinsights.interaction_summary) IS
  'number of completed tasks, of either side; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.other_activities(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_other_activities';
COMMENT ON FUNCTION relinsights.other_activities(relinsights.interaction_summary) IS
  'number of completed activities of kind other, of either side; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.activities(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_activities';
COMMENT ON FUNCTION relinsights.activities(relinsights.interaction_summary) IS
  'number of completed activities of every kind and direction, the unknown one included; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.activities_by(relinsights.interaction_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_activities_by';
COMMENT ON FUNCTION relinsights.activities_by(relinsights.interaction_summary, relinsights.party_side) IS
  'number of completed activities that the side started, those of unknown direction being nobody''s; 0 or more, NULL '
  'for NULL';

CREATE FUNCTION relinsights.interaction_count(relinsights.interaction_summary, relinsights.activity_kind,
  relinsights.activity_direction) RETURNS bigint
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_count';
COMMENT ON FUNCTION relinsights.interaction_count(relinsights.interaction_summary, relinsights.activity_kind,
  relinsights.activity_direction) IS
  'number of completed activities of one kind and direction, NULL direction being the unknown one; 0 or more, NULL for '
  'a NULL summary or kind';

CREATE FUNCTION relinsights.interaction_count(relinsights.interaction_summary, relinsights.activity_kind) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_count_of_kind';
COMMENT ON FUNCTION relinsights.interaction_count(relinsights.interaction_summary, relinsights.activity_kind)
    IS
      'number of completed activities of one kind and every direction, the unknown one included; 0 or more, NULL for '
      'NULL';

CREATE FUNCTION relinsights.first_interaction_at(relinsights.interaction_summary) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_first_interaction_at';
COMMENT ON FUNCTION relinsights.first_interaction_at(relinsights.interaction_summary) IS
  'time of the earliest completed activity; NULL for NULL';

CREATE FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_last_interaction_at';
COMMENT ON FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary) IS
  'time of the latest completed activity; NULL for NULL';

CREATE FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary, relinsights.party_side)
  RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_last_interaction_at_by';
COMMENT ON FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary, relinsights.party_side) IS
  'time of the latest completed activity that the side started; NULL if it started none';

CREATE FUNCTION relinsights.email_ratio(relinsights.interaction_summary, relinsights.party_side)
  RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_email_ratio';
COMMENT ON FUNCTION relinsights.email_ratio(relinsights.interaction_summary, relinsights.party_side) IS
  'us: e-mails sent / received; them: received / sent (reciprocals, not shares); NULL where the denominator is 0';

CREATE FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_time_spent';
COMMENT ON FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side) IS
  'time the side spent: e-mails 5 min to write and 2.5 min to read, meetings their duration (for us times team_size), '
  'calls their duration, tasks and others their duration for who started them, e-mails, tasks and others of unknown '
  'direction none; hours, never days; NULL for NULL';

CREATE FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side, write interval,
  read interval) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_time_spent_with';
COMMENT ON FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side, interval,
  interval) IS
  'time the side spent, with the time it takes to write and to read an e-mail; error if negative or with months; '
  'hours, never days; NULL for NULL';

CREATE FUNCTION relinsights.face_time(relinsights.interaction_summary) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_face_time';
COMMENT ON FUNCTION relinsights.face_time(relinsights.interaction_summary) IS
  'duration of meetings and phone calls, each once, whoever started them and however many took part; hours, never '
  'days; NULL for NULL';
