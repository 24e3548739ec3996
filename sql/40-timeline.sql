-- Timelines: what happened on which day (SPEC 3.5; the rules are in src/core/families/activity_timeline.h).

CREATE TYPE relinsights.activity_timeline;

CREATE FUNCTION relinsights.activity_timeline_in(cstring) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_in';
COMMENT ON FUNCTION relinsights.activity_timeline_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.activity_timeline_out(relinsights.activity_timeline) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_out';
COMMENT ON FUNCTION relinsights.activity_timeline_out(relinsights.activity_timeline) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.activity_timeline_recv(internal) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_recv';
COMMENT ON FUNCTION relinsights.activity_timeline_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.activity_timeline_send(relinsights.activity_timeline) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_send';
COMMENT ON FUNCTION relinsights.activity_timeline_send(relinsights.activity_timeline) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.activity_timeline (
    INPUT = relinsights.activity_timeline_in, OUTPUT = relinsights.activity_timeline_out,
    RECEIVE = relinsights.activity_timeline_recv, SEND = relinsights.activity_timeline_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.activity_timeline IS 'how many activities of each kind and direction there were on each day, and the sum of their sentiments; made by timeline_agg, merged by rollup, shown by timeline, timeline_weekly and sparkline, read by relationship_health; 3 or 4 bytes for each day with activities, exact';

CREATE CAST (relinsights.activity_timeline AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.activity_timeline AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.activity_timeline_eq(relinsights.activity_timeline, relinsights.activity_timeline) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.activity_timeline_eq(relinsights.activity_timeline, relinsights.activity_timeline) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.activity_timeline_ne(relinsights.activity_timeline, relinsights.activity_timeline) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.activity_timeline_ne(relinsights.activity_timeline, relinsights.activity_timeline) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.activity_timeline, RIGHTARG = relinsights.activity_timeline, FUNCTION = relinsights.activity_timeline_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.activity_timeline, relinsights.activity_timeline) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.activity_timeline, RIGHTARG = relinsights.activity_timeline, FUNCTION = relinsights.activity_timeline_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.activity_timeline, relinsights.activity_timeline) IS 'not equal';

CREATE FUNCTION relinsights.activity_timeline_hash(relinsights.activity_timeline) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.activity_timeline_hash(relinsights.activity_timeline) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.activity_timeline_hash_extended(relinsights.activity_timeline, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.activity_timeline_hash_extended(relinsights.activity_timeline, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.activity_timeline_hash_ops DEFAULT FOR TYPE relinsights.activity_timeline USING hash AS
    OPERATOR 1 relinsights.= (relinsights.activity_timeline, relinsights.activity_timeline),
    FUNCTION 1 relinsights.activity_timeline_hash(relinsights.activity_timeline),
    FUNCTION 2 relinsights.activity_timeline_hash_extended(relinsights.activity_timeline, bigint);
COMMENT ON OPERATOR CLASS relinsights.activity_timeline_hash_ops USING hash IS 'hashing of activity_timeline by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.activity_timeline_hash_ops USING hash IS 'hashing of activity_timeline by its bytes';

CREATE FUNCTION relinsights.activity_timeline_rollup_merge(relinsights.activity_timeline, relinsights.activity_timeline) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_rollup_merge';
COMMENT ON FUNCTION relinsights.activity_timeline_rollup_merge(relinsights.activity_timeline, relinsights.activity_timeline) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.activity_timeline_rollup_final(relinsights.activity_timeline) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'activity_timeline_rollup_final';
COMMENT ON FUNCTION relinsights.activity_timeline_rollup_final(relinsights.activity_timeline) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, date) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_transition';
COMMENT ON FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, date) IS 'part of timeline_agg: adds one activity';

CREATE FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, date, double precision) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_transition';
COMMENT ON FUNCTION relinsights.timeline_agg_transition(internal, relinsights.activity_kind, relinsights.activity_direction, date, double precision) IS 'part of timeline_agg: adds one activity';

CREATE FUNCTION relinsights.timeline_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_combine';
COMMENT ON FUNCTION relinsights.timeline_agg_combine(internal, internal) IS 'part of timeline_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.timeline_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_serialize';
COMMENT ON FUNCTION relinsights.timeline_agg_serialize(internal) IS 'part of timeline_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.timeline_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_deserialize';
COMMENT ON FUNCTION relinsights.timeline_agg_deserialize(bytea, internal) IS 'part of timeline_agg: takes a worker''s state';

CREATE FUNCTION relinsights.timeline_agg_final(internal) RETURNS relinsights.activity_timeline
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_agg_final';
COMMENT ON FUNCTION relinsights.timeline_agg_final(internal) IS 'part of timeline_agg: finishes the state';

CREATE AGGREGATE relinsights.timeline_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, day date, sentiment double precision) (
    SFUNC = relinsights.timeline_agg_transition, STYPE = internal, SSPACE = 512, FINALFUNC = relinsights.timeline_agg_final,
    COMBINEFUNC = relinsights.timeline_agg_combine, SERIALFUNC = relinsights.timeline_agg_serialize, DESERIALFUNC = relinsights.timeline_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.timeline_agg(relinsights.activity_kind, relinsights.activity_direction, date, double precision) IS 'activity_timeline of activities: one row per completed activity, in any order; day: its date in the time zone of the caller''s choice; rows with NULL kind, direction or day are ignored; NULL for no rows; infinite days are an error; sentiment: -1 (worst) to 1 (best), kept to four decimals (halves away from zero), NULL counts 0, NaN or beyond is an error';

CREATE AGGREGATE relinsights.timeline_agg(kind relinsights.activity_kind, direction relinsights.activity_direction, day date) (
    SFUNC = relinsights.timeline_agg_transition, STYPE = internal, SSPACE = 512, FINALFUNC = relinsights.timeline_agg_final,
    COMBINEFUNC = relinsights.timeline_agg_combine, SERIALFUNC = relinsights.timeline_agg_serialize, DESERIALFUNC = relinsights.timeline_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.timeline_agg(relinsights.activity_kind, relinsights.activity_direction, date) IS 'activity_timeline of activities: one row per completed activity, in any order; day: its date in the time zone of the caller''s choice; rows with NULL kind, direction or day are ignored; NULL for no rows; infinite days are an error; without sentiments';

CREATE AGGREGATE relinsights.rollup(relinsights.activity_timeline) (
    SFUNC = relinsights.activity_timeline_rollup_merge, STYPE = relinsights.activity_timeline, SSPACE = 2048, FINALFUNC = relinsights.activity_timeline_rollup_final,
    COMBINEFUNC = relinsights.activity_timeline_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.activity_timeline) IS 'merges timelines of disjoint activities, exactly; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.timeline(summary relinsights.activity_timeline, until date, days integer DEFAULT 60)
    RETURNS TABLE (day date, emails_sent bigint, emails_received bigint, meetings_sent bigint, meetings_received bigint, calls_made bigint, calls_received bigint)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 60 AS 'MODULE_PATHNAME', 'timeline_days';
COMMENT ON FUNCTION relinsights.timeline(relinsights.activity_timeline, date, integer) IS 'the six series of completed e-mails, meetings and calls, one row per day up to and including until, zero where nothing happened, oldest first; tasks and other activities are not shown; error for an infinite until or days outside 1..100000; no rows for NULL';

CREATE FUNCTION relinsights.timeline_weekly(summary relinsights.activity_timeline, until date, weeks integer DEFAULT 9)
    RETURNS TABLE (day date, emails_sent bigint, emails_received bigint, meetings_sent bigint, meetings_received bigint, calls_made bigint, calls_received bigint)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 9 AS 'MODULE_PATHNAME', 'timeline_weeks';
COMMENT ON FUNCTION relinsights.timeline_weekly(relinsights.activity_timeline, date, integer) IS 'the six series of completed e-mails, meetings and calls, one row per ISO week, day being its Monday, zero where nothing happened, oldest first; the last week is the one of until, without what comes after until; error for an infinite until or weeks outside 1..10000; no rows for NULL';

CREATE FUNCTION relinsights.sparkline(summary relinsights.activity_timeline, until date, days integer DEFAULT 60) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'timeline_sparkline';
COMMENT ON FUNCTION relinsights.sparkline(relinsights.activity_timeline, date, integer) IS 'what timeline shows, as text: one block character per day, oldest first, the lowest for a day without e-mails, meetings and calls, seven more in proportion to the busiest day shown; in a database whose encoding is not UTF8 the characters _ . : - = + * # instead; error for an infinite until or days outside 1..100000; NULL for NULL';
