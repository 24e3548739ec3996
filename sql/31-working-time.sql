-- Working time: calendars of opening hours, time between two instants, responses measured in it (SPEC 3.4, last
-- paragraph; the rules are in src/core/families/working_calendar.h).

-- Not by the template summary_type: it is no summary, knows no bytes as text, and its input needs the server's time
-- zones.
CREATE TYPE relinsights.working_calendar;

CREATE FUNCTION relinsights.working_calendar_in(cstring) RETURNS relinsights.working_calendar
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_calendar_in';
COMMENT ON FUNCTION relinsights.working_calendar_in(cstring) IS
  'text input: JSON; unknown members, days, zones, bad times and dates, a day or member named twice and a week without '
  'any opening are errors';

CREATE FUNCTION relinsights.working_calendar_out(relinsights.working_calendar) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_calendar_out';
COMMENT ON FUNCTION relinsights.working_calendar_out(relinsights.working_calendar) IS
  'text output: canonical JSON, days one by one, openings merged and cut at midnight';

CREATE FUNCTION relinsights.working_calendar_recv(internal) RETURNS relinsights.working_calendar
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_calendar_recv';
COMMENT ON FUNCTION relinsights.working_calendar_recv(internal) IS
  'binary input; refuses bytes that are cut, changed or of a later version, and time zones this server does not know';

CREATE FUNCTION relinsights.working_calendar_send(relinsights.working_calendar) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_calendar_send';
COMMENT ON FUNCTION relinsights.working_calendar_send(relinsights.working_calendar) IS
  'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.working_calendar (
    INPUT = relinsights.working_calendar_in, OUTPUT = relinsights.working_calendar_out,
    RECEIVE = relinsights.working_calendar_recv, SEND = relinsights.working_calendar_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.working_calendar IS
  'when people work: {"time_zone":"Asia/Seoul","open":{"mon-fri":["09:00-18:00"]},"holidays":["2026-01-01","2026-12-24 '
  '13:00-24:00"]}; used by working_time and response_agg. time_zone: a name of pg_timezone_names; open: hours per '
  'weekday (mon..sun) or range of days, minutes from 00:00 to 24:00, at least one opening, overlaps and touching hours '
  'merge, 22:00-06:00 runs past midnight; holidays: dates of 1900 to 2199, each removes its own local date from 00:00 '
  'to 24:00, or a part of it where one is given (24:00 is its end), overlaps merge; a day of the week or a member '
  'given twice is an error; written canonically, so calendars open at the same times in the same zone are equal';

CREATE CAST (relinsights.working_calendar AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.working_calendar AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE CAST (jsonb AS relinsights.working_calendar) WITH INOUT;
COMMENT ON CAST (jsonb AS relinsights.working_calendar) IS
  'a calendar built by jsonb functions, from a table of holidays say';

-- template compared_by_bytes type=working_calendar

CREATE FUNCTION relinsights.working_time(calendar relinsights.working_calendar, "from" timestamptz, "to" timestamptz)
  RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'working_time';
COMMENT ON FUNCTION relinsights.working_time(relinsights.working_calendar, timestamptz, timestamptz) IS
  'time within the calendar''s opening hours between two instants, exact to the microsecond, as hours, never days; '
  'additive over any split; daylight saving days have their true length; negative if "to" is before "from"; infinite '
  'times are an error; NULL for NULL; its cost does not depend on the span';

CREATE FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) IS
  'part of response_agg: adds one e-mail of a bigint thread, to be measured in working time';

CREATE FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) IS
  'part of response_agg: adds one e-mail of a uuid thread, to be measured in working time';

CREATE FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_text';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) IS
  'part of response_agg: adds one e-mail of a text thread, to be measured in working time';

CREATE FUNCTION relinsights.response_agg_working_time_final(internal) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_working_time_final';
COMMENT ON FUNCTION relinsights.response_agg_working_time_final(internal) IS
  'part of response_agg: finishes the state in working time';

CREATE AGGREGATE relinsights.response_agg(thread bigint, direction relinsights.activity_direction,
  occurred_at timestamptz, calendar relinsights.working_calendar) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_working_time_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
      DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(bigint, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) IS
  'response_summary of e-mails in working time: the responses of response_agg(thread, direction, occurred_at), each as '
  'long as working_time of the calendar says (0 if wholly outside opening hours); one calendar per group: a second one '
  'or NULL is an error; rollup merges it with summaries in working time only; NULL direction or time: ignored; NULL '
  'thread: counted by unthreaded only; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.response_agg(thread uuid, direction relinsights.activity_direction,
  occurred_at timestamptz, calendar relinsights.working_calendar) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_working_time_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
      DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(uuid, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) IS
  'response_summary of e-mails in working time: the responses of response_agg(thread, direction, occurred_at), each as '
  'long as working_time of the calendar says (0 if wholly outside opening hours); one calendar per group: a second one '
  'or NULL is an error; rollup merges it with summaries in working time only; NULL direction or time: ignored; NULL '
  'thread: counted by unthreaded only; NULL for no rows; infinite times are an error; threads are told apart by a '
  '64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.response_agg(thread text, direction relinsights.activity_direction,
  occurred_at timestamptz, calendar relinsights.working_calendar) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024,
      FINALFUNC = relinsights.response_agg_working_time_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize,
      DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(text, relinsights.activity_direction, timestamptz,
  relinsights.working_calendar) IS
  'response_summary of e-mails in working time: the responses of response_agg(thread, direction, occurred_at), each as '
  'long as working_time of the calendar says (0 if wholly outside opening hours); one calendar per group: a second one '
  'or NULL is an error; rollup merges it with summaries in working time only; NULL direction or time: ignored; NULL '
  'thread: counted by unthreaded only; NULL for no rows; infinite times are an error; threads are told apart by a '
  '64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 million';
