-- The rules of conversations: what response_agg goes by beside its rows (SPEC 3.4; src/core/families/response_rules.h).

CREATE TYPE relinsights.response_rules;

CREATE FUNCTION relinsights.response_rules_in(cstring) RETURNS relinsights.response_rules
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_rules_in';
COMMENT ON FUNCTION relinsights.response_rules_in(cstring)
    IS 'text input: JSON, or an interval alone, which is the gap; times without a zone are in the session''s';

CREATE FUNCTION relinsights.response_rules_out(relinsights.response_rules) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_rules_out';
COMMENT ON FUNCTION relinsights.response_rules_out(relinsights.response_rules)
    IS 'text output: canonical JSON, times in UTC, members without effect left out';

CREATE FUNCTION relinsights.response_rules_recv(internal) RETURNS relinsights.response_rules
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_rules_recv';
COMMENT ON FUNCTION relinsights.response_rules_recv(internal)
    IS
      'binary input; refuses bytes that are cut, changed or of a later version, and time zones this server does not '
      'know';

CREATE FUNCTION relinsights.response_rules_send(relinsights.response_rules) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_rules_send';
COMMENT ON FUNCTION relinsights.response_rules_send(relinsights.response_rules)
    IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.response_rules (
    INPUT = relinsights.response_rules_in, OUTPUT = relinsights.response_rules_out,
    RECEIVE = relinsights.response_rules_recv, SEND = relinsights.response_rules_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.response_rules IS
  'what response_agg goes by: {"gap":"5 days","as_of":"2026-03-09T00:00:00Z","calendar":{...}}, each optional, or an '
  'interval alone, the gap; made by the function response_rules. gap: elapsed time; a longer silence ends a '
  'conversation; zero: none does; as_of: e-mails after it are left out, and a last turn has lapsed where more than the '
  'gap has passed since; calendar: a working_calendar';

CREATE CAST (relinsights.response_rules AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.response_rules AS jsonb) IS 'the text form as jsonb, to look inside';

-- template compared_by_bytes type=response_rules

CREATE FUNCTION relinsights.response_rules(gap interval DEFAULT NULL, as_of timestamptz DEFAULT NULL,
    calendar relinsights.working_calendar DEFAULT NULL) RETURNS relinsights.response_rules
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_rules_make';
COMMENT ON FUNCTION relinsights.response_rules(interval, timestamptz, relinsights.working_calendar) IS
  'rules for response_agg: the silence that ends a conversation (days are 24 h; NULL or zero: none does; negative or '
  'with months: error), the moment that the summary describes (NULL: none; infinite: error), the calendar that '
  'measures responses (NULL: elapsed time); never NULL';

CREATE FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_rules_transition_bigint';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    IS 'part of response_agg: adds one e-mail of a bigint thread, by rules';

CREATE FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_rules_transition_uuid';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    IS 'part of response_agg: adds one e-mail of a uuid thread, by rules';

CREATE FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_rules_transition_text';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    IS 'part of response_agg: adds one e-mail of a text thread, by rules';

CREATE FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz,
  boolean, relinsights.response_rules)
    RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_rules_transition_bigint';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz,
  boolean, relinsights.response_rules)
    IS 'part of response_agg: adds one e-mail of a bigint thread, by rules';

CREATE FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz,
  boolean, relinsights.response_rules)
    RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_rules_transition_uuid';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz,
  boolean, relinsights.response_rules)
    IS 'part of response_agg: adds one e-mail of a uuid thread, by rules';

CREATE FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz,
  boolean, relinsights.response_rules)
    RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_rules_transition_text';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz,
  boolean, relinsights.response_rules)
    IS 'part of response_agg: adds one e-mail of a text thread, by rules';

CREATE AGGREGATE relinsights.response_agg(thread bigint, direction relinsights.activity_direction,
  occurred_at timestamptz,
    rules relinsights.response_rules) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
    DESERIALFUNC = relinsights.response_agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(bigint, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    IS
      'response_summary of e-mails by rules (gap, as-of moment, calendar), which are the same for all rows of a group, '
      'else an error: one row per completed e-mail no machine wrote, in any order; rows with NULL direction or time, '
      'or after the as-of moment, are left out; NULL thread: counted by unthreaded only; NULL for no rows; infinite '
      'times and NULL rules are an error';

CREATE AGGREGATE relinsights.response_agg(thread uuid, direction relinsights.activity_direction,
  occurred_at timestamptz,
    rules relinsights.response_rules) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
    DESERIALFUNC = relinsights.response_agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(uuid, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    IS
      'response_summary of e-mails by rules (gap, as-of moment, calendar), which are the same for all rows of a group, '
      'else an error: one row per completed e-mail no machine wrote, in any order; rows with NULL direction or time, '
      'or after the as-of moment, are left out; NULL thread: counted by unthreaded only; NULL for no rows; infinite '
      'times and NULL rules are an error; threads are told apart by a 64-bit hash: among a million threads of one '
      'group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.response_agg(thread text, direction relinsights.activity_direction,
  occurred_at timestamptz,
    rules relinsights.response_rules) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
    DESERIALFUNC = relinsights.response_agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(text, relinsights.activity_direction, timestamptz,
  relinsights.response_rules)
    IS
      'response_summary of e-mails by rules (gap, as-of moment, calendar), which are the same for all rows of a group, '
      'else an error: one row per completed e-mail no machine wrote, in any order; rows with NULL direction or time, '
      'or after the as-of moment, are left out; NULL thread: counted by unthreaded only; NULL for no rows; infinite '
      'times and NULL rules are an error; threads are told apart by a 64-bit hash: among a million threads of one '
      'group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.response_agg(thread bigint, direction relinsights.activity_direction,
  occurred_at timestamptz, needs_reply boolean,
    rules relinsights.response_rules) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
    DESERIALFUNC = relinsights.response_agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(bigint, relinsights.activity_direction, timestamptz, boolean,
  relinsights.response_rules)
    IS
      'response_summary of e-mails by rules (gap, as-of moment, calendar), which are the same for all rows of a group, '
      'else an error: one row per completed e-mail no machine wrote, in any order; rows with NULL direction or time, '
      'or after the as-of moment, are left out; NULL thread: counted by unthreaded only; needs_reply false: a '
      'conversation that ends with a turn of nothing else is closed, its last turn counts nowhere; NULL: true; NULL '
      'for no rows; infinite times and NULL rules are an error';

CREATE AGGREGATE relinsights.response_agg(thread uuid, direction relinsights.activity_direction,
  occurred_at timestamptz, needs_reply boolean,
    rules relinsights.response_rules) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
    DESERIALFUNC = relinsights.response_agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(uuid, relinsights.activity_direction, timestamptz, boolean,
  relinsights.response_rules)
    IS
      'response_summary of e-mails by rules (gap, as-of moment, calendar), which are the same for all rows of a group, '
      'else an error: one row per completed e-mail no machine wrote, in any order; rows with NULL direction or time, '
      'or after the as-of moment, are left out; NULL thread: counted by unthreaded only; needs_reply false: a '
      'conversation that ends with a turn of nothing else is closed, its last turn counts nowhere; NULL: true; NULL '
      'for no rows; infinite times and NULL rules are an error; threads are told apart by a 64-bit hash: among a '
      'million threads of one group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.response_agg(thread text, direction relinsights.activity_direction,
  occurred_at timestamptz, needs_reply boolean,
    rules relinsights.response_rules) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
    DESERIALFUNC = relinsights.response_agg_deserialize, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(text, relinsights.activity_direction, timestamptz, boolean,
  relinsights.response_rules)
    IS
      'response_summary of e-mails by rules (gap, as-of moment, calendar), which are the same for all rows of a group, '
      'else an error: one row per completed e-mail no machine wrote, in any order; rows with NULL direction or time, '
      'or after the as-of moment, are left out; NULL thread: counted by unthreaded only; needs_reply false: a '
      'conversation that ends with a turn of nothing else is closed, its last turn counts nowhere; NULL: true; NULL '
      'for no rows; infinite times and NULL rules are an error; threads are told apart by a 64-bit hash: among a '
      'million threads of one group the odds of a collision are 1 to 37 million';
