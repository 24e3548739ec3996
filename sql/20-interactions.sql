-- Interactions: counts, first and last, e-mail ratio, time spent (SPEC 3.1 to 3.3; the rules are in src/core/families/interaction_summary.h).

CREATE TYPE relinsights.interaction_summary;

CREATE FUNCTION relinsights.interaction_summary_in(cstring) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_in';
COMMENT ON FUNCTION relinsights.interaction_summary_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.interaction_summary_out(relinsights.interaction_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_out';
COMMENT ON FUNCTION relinsights.interaction_summary_out(relinsights.interaction_summary) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.interaction_summary_recv(internal) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_recv';
COMMENT ON FUNCTION relinsights.interaction_summary_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.interaction_summary_send(relinsights.interaction_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_send';
COMMENT ON FUNCTION relinsights.interaction_summary_send(relinsights.interaction_summary) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.interaction_summary (
    INPUT = relinsights.interaction_summary_in, OUTPUT = relinsights.interaction_summary_out,
    RECEIVE = relinsights.interaction_summary_recv, SEND = relinsights.interaction_summary_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.interaction_summary IS 'how many activities of each kind and direction there were, their durations, the first and the last; made by interaction_agg, merged by rollup, read by accessors such as emails_sent and time_spent; fixed in size (tens of bytes), exact';

CREATE CAST (relinsights.interaction_summary AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.interaction_summary AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.interaction_summary_eq(relinsights.interaction_summary, relinsights.interaction_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.interaction_summary_eq(relinsights.interaction_summary, relinsights.interaction_summary) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.interaction_summary_ne(relinsights.interaction_summary, relinsights.interaction_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.interaction_summary_ne(relinsights.interaction_summary, relinsights.interaction_summary) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.interaction_summary, RIGHTARG = relinsights.interaction_summary, FUNCTION = relinsights.interaction_summary_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.interaction_summary, relinsights.interaction_summary) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.interaction_summary, RIGHTARG = relinsights.interaction_summary, FUNCTION = relinsights.interaction_summary_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.interaction_summary, relinsights.interaction_summary) IS 'not equal';

CREATE FUNCTION relinsights.interaction_summary_hash(relinsights.interaction_summary) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.interaction_summary_hash(relinsights.interaction_summary) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.interaction_summary_hash_extended(relinsights.interaction_summary, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.interaction_summary_hash_extended(relinsights.interaction_summary, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.interaction_summary_hash_ops DEFAULT FOR TYPE relinsights.interaction_summary USING hash AS
    OPERATOR 1 relinsights.= (relinsights.interaction_summary, relinsights.interaction_summary),
    FUNCTION 1 relinsights.interaction_summary_hash(relinsights.interaction_summary),
    FUNCTION 2 relinsights.interaction_summary_hash_extended(relinsights.interaction_summary, bigint);
COMMENT ON OPERATOR CLASS relinsights.interaction_summary_hash_ops USING hash IS 'hashing of interaction_summary by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.interaction_summary_hash_ops USING hash IS 'hashing of interaction_summary by its bytes';

CREATE FUNCTION relinsights.interaction_summary_rollup_merge(relinsights.interaction_summary, relinsights.interaction_summary) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_rollup_merge';
COMMENT ON FUNCTION relinsights.interaction_summary_rollup_merge(relinsights.interaction_summary, relinsights.interaction_summary) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.interaction_summary_rollup_final(relinsights.interaction_summary) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_summary_rollup_final';
COMMENT ON FUNCTION relinsights.interaction_summary_rollup_final(relinsights.interaction_summary) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of interaction_agg: adds one activity';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval) IS 'part of interaction_agg: adds one activity';

CREATE FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval, integer) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_transition';
COMMENT ON FUNCTION relinsights.interaction_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval, integer) IS 'part of interaction_agg: adds one activity';

CREATE FUNCTION relinsights.interaction_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_combine';
COMMENT ON FUNCTION relinsights.interaction_agg_combine(internal, internal) IS 'part of interaction_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.interaction_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_serialize';
COMMENT ON FUNCTION relinsights.interaction_agg_serialize(internal) IS 'part of interaction_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.interaction_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_deserialize';
COMMENT ON FUNCTION relinsights.interaction_agg_deserialize(bytea, internal) IS 'part of interaction_agg: takes a worker''s state';

CREATE FUNCTION relinsights.interaction_agg_final(internal) RETURNS relinsights.interaction_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_agg_final';
COMMENT ON FUNCTION relinsights.interaction_agg_final(internal) IS 'part of interaction_agg: finishes the state';

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz, duration interval, team_size integer) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize, DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval, integer) IS 'interaction_summary of activities (one row per completed activity; rows with NULL kind, direction or time are ignored; NULL for no rows; infinite times are an error); duration: NULL counts as zero, negative or with months is an error; team_size: our people in a meeting, NULL or less than 1 counts as 1';

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz, duration interval) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize, DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz, interval) IS 'interaction_summary of activities, every meeting with one of us (one row per completed activity; rows with NULL kind, direction or time are ignored; NULL for no rows; infinite times are an error); duration: NULL counts as zero, negative or with months is an error';

CREATE AGGREGATE relinsights.interaction_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.interaction_agg_transition, STYPE = internal, SSPACE = 256, FINALFUNC = relinsights.interaction_agg_final,
    COMBINEFUNC = relinsights.interaction_agg_combine, SERIALFUNC = relinsights.interaction_agg_serialize, DESERIALFUNC = relinsights.interaction_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.interaction_agg(relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'interaction_summary of activities without durations (one row per completed activity; rows with NULL kind, direction or time are ignored; NULL for no rows; infinite times are an error)';

CREATE AGGREGATE relinsights.rollup(relinsights.interaction_summary) (
    SFUNC = relinsights.interaction_summary_rollup_merge, STYPE = relinsights.interaction_summary, SSPACE = 2048, FINALFUNC = relinsights.interaction_summary_rollup_final,
    COMBINEFUNC = relinsights.interaction_summary_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.interaction_summary) IS 'merges interaction summaries of disjoint activities, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.emails_sent(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_emails_sent';
COMMENT ON FUNCTION relinsights.emails_sent(relinsights.interaction_summary) IS 'number of completed e-mails we sent; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.emails_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_emails_received';
COMMENT ON FUNCTION relinsights.emails_received(relinsights.interaction_summary) IS 'number of completed e-mails the customer sent; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.meetings_sent(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_meetings_sent';
COMMENT ON FUNCTION relinsights.meetings_sent(relinsights.interaction_summary) IS 'number of completed meetings we called; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.meetings_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_meetings_received';
COMMENT ON FUNCTION relinsights.meetings_received(relinsights.interaction_summary) IS 'number of completed meetings the customer called; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.phone_calls_made(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_phone_calls_made';
COMMENT ON FUNCTION relinsights.phone_calls_made(relinsights.interaction_summary) IS 'number of completed phone calls we made; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.phone_calls_received(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_phone_calls_received';
COMMENT ON FUNCTION relinsights.phone_calls_received(relinsights.interaction_summary) IS 'number of completed phone calls the customer made; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.tasks_completed(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_tasks_completed';
COMMENT ON FUNCTION relinsights.tasks_completed(relinsights.interaction_summary) IS 'number of completed tasks, of either side; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.other_activities(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_other_activities';
COMMENT ON FUNCTION relinsights.other_activities(relinsights.interaction_summary) IS 'number of completed activities of kind other, of either side; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.activities(relinsights.interaction_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_activities';
COMMENT ON FUNCTION relinsights.activities(relinsights.interaction_summary) IS 'number of completed activities of every kind and direction; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.activities_by(relinsights.interaction_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_activities_by';
COMMENT ON FUNCTION relinsights.activities_by(relinsights.interaction_summary, relinsights.party_side) IS 'number of completed activities that the side started; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.interaction_count(relinsights.interaction_summary, relinsights.activity_kind, relinsights.activity_direction) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_count';
COMMENT ON FUNCTION relinsights.interaction_count(relinsights.interaction_summary, relinsights.activity_kind, relinsights.activity_direction) IS 'number of completed activities of one kind and direction; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.first_interaction_at(relinsights.interaction_summary) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_first_interaction_at';
COMMENT ON FUNCTION relinsights.first_interaction_at(relinsights.interaction_summary) IS 'time of the earliest completed activity; NULL for NULL';

CREATE FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_last_interaction_at';
COMMENT ON FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary) IS 'time of the latest completed activity; NULL for NULL';

CREATE FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary, relinsights.party_side) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_last_interaction_at_by';
COMMENT ON FUNCTION relinsights.last_interaction_at(relinsights.interaction_summary, relinsights.party_side) IS 'time of the latest completed activity that the side started; NULL if it started none';

CREATE FUNCTION relinsights.email_ratio(relinsights.interaction_summary, relinsights.party_side) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_email_ratio';
COMMENT ON FUNCTION relinsights.email_ratio(relinsights.interaction_summary, relinsights.party_side) IS 'us: e-mails sent / received; them: received / sent (reciprocals, not shares); NULL where the denominator is 0';

CREATE FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_time_spent';
COMMENT ON FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side) IS 'time the side spent: e-mails 5 min to write and 2.5 min to read, meetings their duration (for us times team_size), calls their duration, tasks and others their duration for who started them; hours, never days; NULL for NULL';

CREATE FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side, write interval, read interval) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_time_spent_with';
COMMENT ON FUNCTION relinsights.time_spent(relinsights.interaction_summary, relinsights.party_side, interval, interval) IS 'time the side spent, with the time it takes to write and to read an e-mail; error if negative or with months; hours, never days; NULL for NULL';

CREATE FUNCTION relinsights.face_time(relinsights.interaction_summary) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'interaction_face_time';
COMMENT ON FUNCTION relinsights.face_time(relinsights.interaction_summary) IS 'duration of meetings and phone calls, each once, whoever started them and however many took part; hours, never days; NULL for NULL';
