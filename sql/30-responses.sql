-- Responses: who answers, how often and how fast (SPEC 3.4; the rules are in src/core/families/response_turns.h).

-- template summary_type type=response_summary
COMMENT ON TYPE relinsights.response_summary IS
  'how often and how fast each side answered e-mails, and what still awaits an answer; made by response_agg, merged by '
  'rollup, read by accessors such as response_rate and median_response_time; a few hundred bytes as a rule, below 32 '
  'kB however many e-mails';

-- template compared_by_bytes type=response_summary

-- template rollup type=response_summary
COMMENT ON AGGREGATE relinsights.rollup(relinsights.response_summary) IS
  'merges response summaries; exact if no thread is in two of them, as different records'' usually are not; different '
  'gaps or calendars, or working and elapsed time, are an error; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz)
  RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction,
  timestamptz) IS 'part of response_agg: adds one e-mail of a bigint thread';

CREATE FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz)
  RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz) IS
  'part of response_agg: adds one e-mail of a uuid thread';

CREATE FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz)
  RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_text';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz) IS
  'part of response_agg: adds one e-mail of a text thread';

-- template aggregate_support aggregate=response_agg type=response_summary

CREATE AGGREGATE relinsights.response_agg(thread bigint, direction relinsights.activity_direction,
  occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
      DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(bigint, relinsights.activity_direction, timestamptz) IS
  'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL '
  'direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.response_agg(thread uuid, direction relinsights.activity_direction,
  occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
      DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(uuid, relinsights.activity_direction, timestamptz) IS
  'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL '
  'direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error; '
  'threads are told apart by a 64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 '
  'million';

CREATE AGGREGATE relinsights.response_agg(thread text, direction relinsights.activity_direction,
  occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
      DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(text, relinsights.activity_direction, timestamptz) IS
  'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL '
  'direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error; '
  'threads are told apart by a 64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 '
  'million';

CREATE FUNCTION relinsights.responses(relinsights.response_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_responses';
COMMENT ON FUNCTION relinsights.responses(relinsights.response_summary, relinsights.party_side) IS
  'number of turns the side answered; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.awaiting(relinsights.response_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_awaiting';
COMMENT ON FUNCTION relinsights.awaiting(relinsights.response_summary, relinsights.party_side) IS
  'number of turns the side has not answered and that still wait: a thread''s last turn awaits the other side, unless '
  'it is closed (needs_reply) or has lapsed (lapsed); 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.lapsed(relinsights.response_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_lapsed';
COMMENT ON FUNCTION relinsights.lapsed(relinsights.response_summary, relinsights.party_side)
    IS
      'number of turns that the side has not answered and that no longer wait: their conversation ended by its gap; 0 '
      'or more, 0 without a gap, NULL for NULL';

CREATE FUNCTION relinsights.first_responses(relinsights.response_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_first_responses';
COMMENT ON FUNCTION relinsights.first_responses(relinsights.response_summary, relinsights.party_side)
    IS
      'number of the side''s first responses, at most one in a conversation; 0 or more; NULL for NULL and for what '
      '0.2.0 or older stored, which does not know them, and for rollups of such';

CREATE FUNCTION relinsights.avg_first_response_time(relinsights.response_summary, relinsights.party_side)
  RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_avg_first_response_time';
COMMENT ON FUNCTION relinsights.avg_first_response_time(relinsights.response_summary, relinsights.party_side)
    IS
      'mean time of the side''s first response in each conversation, exact to the microsecond; hours, never days; NULL '
      'without first responses or where they are not known';

CREATE FUNCTION relinsights.median_first_response_time(relinsights.response_summary, relinsights.party_side)
  RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_median_first_response_time';
COMMENT ON FUNCTION relinsights.median_first_response_time(relinsights.response_summary, relinsights.party_side)
    IS
      'median time of the side''s first response in each conversation; exact up to 64 of them (as percentile_cont), '
      'within 1 % beyond; hours, never days; NULL without first responses or where they are not known';

CREATE FUNCTION relinsights.first_response_time_percentile(relinsights.response_summary, relinsights.party_side,
  p double precision) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_first_response_time_percentile';
COMMENT ON FUNCTION relinsights.first_response_time_percentile(relinsights.response_summary, relinsights.party_side,
  double precision)
    IS
      'time below which the share p of the side''s first responses lies; exact up to 64 of them (as percentile_cont), '
      'within 1 % beyond; error unless 0 <= p <= 1; hours, never days; NULL without first responses or where they are '
      'not known';

CREATE FUNCTION relinsights.response_rate(relinsights.response_summary, relinsights.party_side) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_response_rate';
COMMENT ON FUNCTION relinsights.response_rate(relinsights.response_summary, relinsights.party_side) IS
  'responses / (responses + awaiting + lapsed) of the side, 0..1; NULL where all are 0';

CREATE FUNCTION relinsights.avg_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_avg_response_time';
COMMENT ON FUNCTION relinsights.avg_response_time(relinsights.response_summary, relinsights.party_side) IS
  'mean time from the first e-mail of a turn to the side''s answer, exact to the microsecond; hours, never days; NULL '
  'without responses';

CREATE FUNCTION relinsights.median_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_median_response_time';
COMMENT ON FUNCTION relinsights.median_response_time(relinsights.response_summary, relinsights.party_side) IS
  'median time from the first e-mail of a turn to the side''s answer; exact up to 64 responses of the side (as '
  'percentile_cont), within 1 % beyond; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.response_time_percentile(relinsights.response_summary, relinsights.party_side,
  p double precision) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_response_time_percentile';
COMMENT ON FUNCTION relinsights.response_time_percentile(relinsights.response_summary, relinsights.party_side,
  double precision) IS
  'response time below which the share p of the side''s responses lies; exact up to 64 responses of the side (as '
  'percentile_cont), within 1 % beyond; error unless 0 <= p <= 1; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.min_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_min_response_time';
COMMENT ON FUNCTION relinsights.min_response_time(relinsights.response_summary, relinsights.party_side) IS
  'shortest response time of the side, exact; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.max_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_max_response_time';
COMMENT ON FUNCTION relinsights.max_response_time(relinsights.response_summary, relinsights.party_side) IS
  'longest response time of the side, exact; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.oldest_awaiting_since(relinsights.response_summary, relinsights.party_side)
  RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_oldest_awaiting_since';
COMMENT ON FUNCTION relinsights.oldest_awaiting_since(relinsights.response_summary, relinsights.party_side) IS
  'since when the oldest turn that awaits the side''s answer waits: its first e-mail that needs a reply; NULL if none '
  'waits';

CREATE FUNCTION relinsights.answered_within(relinsights.response_summary, relinsights.party_side, within interval)
  RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_answered_within';
COMMENT ON FUNCTION relinsights.answered_within(relinsights.response_summary, relinsights.party_side, interval) IS
  'share (0..1) of the side''s responses that took at most so long; beyond 64 responses the threshold is met within 1 '
  '%; error if negative or with months; NULL without responses';

CREATE FUNCTION relinsights.unthreaded(relinsights.response_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_unthreaded';
COMMENT ON FUNCTION relinsights.unthreaded(relinsights.response_summary) IS
  'number of e-mails whose thread is NULL: they can neither answer nor be answered and count nowhere else; 0 or more, '
  'NULL for NULL';
