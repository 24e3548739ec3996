-- Responses: who answers, how often and how fast (SPEC 3.4; the rules are in src/core/families/response_turns.h).

CREATE TYPE relinsights.response_summary;

CREATE FUNCTION relinsights.response_summary_in(cstring) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_in';
COMMENT ON FUNCTION relinsights.response_summary_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.response_summary_out(relinsights.response_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_out';
COMMENT ON FUNCTION relinsights.response_summary_out(relinsights.response_summary) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.response_summary_recv(internal) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_recv';
COMMENT ON FUNCTION relinsights.response_summary_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.response_summary_send(relinsights.response_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_send';
COMMENT ON FUNCTION relinsights.response_summary_send(relinsights.response_summary) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.response_summary (
    INPUT = relinsights.response_summary_in, OUTPUT = relinsights.response_summary_out,
    RECEIVE = relinsights.response_summary_recv, SEND = relinsights.response_summary_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.response_summary IS 'how often and how fast each side answered e-mails, and what still awaits an answer; made by response_agg, merged by rollup, read by accessors such as response_rate and median_response_time; below 16 kB however many e-mails';

CREATE CAST (relinsights.response_summary AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.response_summary AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.response_summary_eq(relinsights.response_summary, relinsights.response_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.response_summary_eq(relinsights.response_summary, relinsights.response_summary) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.response_summary_ne(relinsights.response_summary, relinsights.response_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.response_summary_ne(relinsights.response_summary, relinsights.response_summary) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.response_summary, RIGHTARG = relinsights.response_summary, FUNCTION = relinsights.response_summary_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.response_summary, relinsights.response_summary) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.response_summary, RIGHTARG = relinsights.response_summary, FUNCTION = relinsights.response_summary_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.response_summary, relinsights.response_summary) IS 'not equal';

CREATE FUNCTION relinsights.response_summary_hash(relinsights.response_summary) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.response_summary_hash(relinsights.response_summary) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.response_summary_hash_extended(relinsights.response_summary, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.response_summary_hash_extended(relinsights.response_summary, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.response_summary_hash_ops DEFAULT FOR TYPE relinsights.response_summary USING hash AS
    OPERATOR 1 relinsights.= (relinsights.response_summary, relinsights.response_summary),
    FUNCTION 1 relinsights.response_summary_hash(relinsights.response_summary),
    FUNCTION 2 relinsights.response_summary_hash_extended(relinsights.response_summary, bigint);
COMMENT ON OPERATOR CLASS relinsights.response_summary_hash_ops USING hash IS 'hashing of response_summary by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.response_summary_hash_ops USING hash IS 'hashing of response_summary by its bytes';

CREATE FUNCTION relinsights.response_summary_rollup_merge(relinsights.response_summary, relinsights.response_summary) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_rollup_merge';
COMMENT ON FUNCTION relinsights.response_summary_rollup_merge(relinsights.response_summary, relinsights.response_summary) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.response_summary_rollup_final(relinsights.response_summary) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_summary_rollup_final';
COMMENT ON FUNCTION relinsights.response_summary_rollup_final(relinsights.response_summary) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, bigint, relinsights.activity_direction, timestamptz) IS 'part of response_agg: adds one e-mail of a bigint thread';

CREATE FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, uuid, relinsights.activity_direction, timestamptz) IS 'part of response_agg: adds one e-mail of a uuid thread';

CREATE FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_transition_text';
COMMENT ON FUNCTION relinsights.response_agg_transition(internal, text, relinsights.activity_direction, timestamptz) IS 'part of response_agg: adds one e-mail of a text thread';

CREATE FUNCTION relinsights.response_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_combine';
COMMENT ON FUNCTION relinsights.response_agg_combine(internal, internal) IS 'part of response_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.response_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_serialize';
COMMENT ON FUNCTION relinsights.response_agg_serialize(internal) IS 'part of response_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.response_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_deserialize';
COMMENT ON FUNCTION relinsights.response_agg_deserialize(bytea, internal) IS 'part of response_agg: takes a worker''s state';

CREATE FUNCTION relinsights.response_agg_final(internal) RETURNS relinsights.response_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_agg_final';
COMMENT ON FUNCTION relinsights.response_agg_final(internal) IS 'part of response_agg: finishes the state';

CREATE AGGREGATE relinsights.response_agg(thread bigint, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(bigint, relinsights.activity_direction, timestamptz) IS 'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.response_agg(thread uuid, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(uuid, relinsights.activity_direction, timestamptz) IS 'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error; threads are told apart by a 64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.response_agg(thread text, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.response_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = relinsights.response_agg_final,
    COMBINEFUNC = relinsights.response_agg_combine, SERIALFUNC = relinsights.response_agg_serialize, DESERIALFUNC = relinsights.response_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.response_agg(text, relinsights.activity_direction, timestamptz) IS 'response_summary of e-mails in elapsed time: one row per completed e-mail no machine wrote, in any order; NULL direction or time: ignored; NULL thread: counted by unthreaded only; NULL for no rows; infinite times are an error; threads are told apart by a 64-bit hash: among a million threads of one group the odds of a collision are 1 to 37 million';

CREATE AGGREGATE relinsights.rollup(relinsights.response_summary) (
    SFUNC = relinsights.response_summary_rollup_merge, STYPE = relinsights.response_summary, SSPACE = 2048, FINALFUNC = relinsights.response_summary_rollup_final,
    COMBINEFUNC = relinsights.response_summary_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.response_summary) IS 'merges response summaries; exact if no thread is in two of them, as different records'' usually are not; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.responses(relinsights.response_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_responses';
COMMENT ON FUNCTION relinsights.responses(relinsights.response_summary, relinsights.party_side) IS 'number of turns the side answered; 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.awaiting(relinsights.response_summary, relinsights.party_side) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_awaiting';
COMMENT ON FUNCTION relinsights.awaiting(relinsights.response_summary, relinsights.party_side) IS 'number of turns the side has not answered (each thread''s last turn awaits the other side); 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.response_rate(relinsights.response_summary, relinsights.party_side) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_response_rate';
COMMENT ON FUNCTION relinsights.response_rate(relinsights.response_summary, relinsights.party_side) IS 'responses / (responses + awaiting) of the side, 0..1; NULL where both are 0';

CREATE FUNCTION relinsights.avg_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_avg_response_time';
COMMENT ON FUNCTION relinsights.avg_response_time(relinsights.response_summary, relinsights.party_side) IS 'mean time from the first e-mail of a turn to the side''s answer, exact to the microsecond; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.median_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_median_response_time';
COMMENT ON FUNCTION relinsights.median_response_time(relinsights.response_summary, relinsights.party_side) IS 'median time from the first e-mail of a turn to the side''s answer; exact up to 64 responses of the side (as percentile_cont), within 1 % beyond; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.response_time_percentile(relinsights.response_summary, relinsights.party_side, p double precision) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_response_time_percentile';
COMMENT ON FUNCTION relinsights.response_time_percentile(relinsights.response_summary, relinsights.party_side, double precision) IS 'response time below which the share p of the side''s responses lies; exact up to 64 responses of the side (as percentile_cont), within 1 % beyond; error unless 0 <= p <= 1; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.min_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_min_response_time';
COMMENT ON FUNCTION relinsights.min_response_time(relinsights.response_summary, relinsights.party_side) IS 'shortest response time of the side, exact; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.max_response_time(relinsights.response_summary, relinsights.party_side) RETURNS interval
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_max_response_time';
COMMENT ON FUNCTION relinsights.max_response_time(relinsights.response_summary, relinsights.party_side) IS 'longest response time of the side, exact; hours, never days; NULL without responses';

CREATE FUNCTION relinsights.oldest_awaiting_since(relinsights.response_summary, relinsights.party_side) RETURNS timestamptz
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_oldest_awaiting_since';
COMMENT ON FUNCTION relinsights.oldest_awaiting_since(relinsights.response_summary, relinsights.party_side) IS 'since when the oldest turn that the side has not answered waits; NULL if none waits';

CREATE FUNCTION relinsights.answered_within(relinsights.response_summary, relinsights.party_side, within interval) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_answered_within';
COMMENT ON FUNCTION relinsights.answered_within(relinsights.response_summary, relinsights.party_side, interval) IS 'share (0..1) of the side''s responses that took at most so long; beyond 64 responses the threshold is met within 1 %; error if negative or with months; NULL without responses';

CREATE FUNCTION relinsights.unthreaded(relinsights.response_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'response_unthreaded';
COMMENT ON FUNCTION relinsights.unthreaded(relinsights.response_summary) IS 'number of e-mails whose thread is NULL: they can neither answer nor be answered and count nowhere else; 0 or more, NULL for NULL';
