-- Contacts: who takes part, how often and when last (SPEC 3.6; the rules are in src/core/families/contact_summary.h).

CREATE TYPE relinsights.contact_summary;

CREATE FUNCTION relinsights.contact_summary_in(cstring) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_in';
COMMENT ON FUNCTION relinsights.contact_summary_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.contact_summary_out(relinsights.contact_summary) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_out';
COMMENT ON FUNCTION relinsights.contact_summary_out(relinsights.contact_summary) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.contact_summary_recv(internal) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_recv';
COMMENT ON FUNCTION relinsights.contact_summary_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.contact_summary_send(relinsights.contact_summary) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_send';
COMMENT ON FUNCTION relinsights.contact_summary_send(relinsights.contact_summary) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.contact_summary (
    INPUT = relinsights.contact_summary_in, OUTPUT = relinsights.contact_summary_out,
    RECEIVE = relinsights.contact_summary_recv, SEND = relinsights.contact_summary_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.contact_summary IS 'for every party of a group its numbers of activities by kind and by who initiated them, and its last one; made by contact_agg, merged by rollup, read by top_contacts, contacts and engaged_contacts; exact; about 13 bytes and its text per party';

CREATE CAST (relinsights.contact_summary AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.contact_summary AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.contact_summary_eq(relinsights.contact_summary, relinsights.contact_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.contact_summary_eq(relinsights.contact_summary, relinsights.contact_summary) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.contact_summary_ne(relinsights.contact_summary, relinsights.contact_summary) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.contact_summary_ne(relinsights.contact_summary, relinsights.contact_summary) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.contact_summary, RIGHTARG = relinsights.contact_summary, FUNCTION = relinsights.contact_summary_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.contact_summary, relinsights.contact_summary) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.contact_summary, RIGHTARG = relinsights.contact_summary, FUNCTION = relinsights.contact_summary_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.contact_summary, relinsights.contact_summary) IS 'not equal';

CREATE FUNCTION relinsights.contact_summary_hash(relinsights.contact_summary) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.contact_summary_hash(relinsights.contact_summary) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.contact_summary_hash_extended(relinsights.contact_summary, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.contact_summary_hash_extended(relinsights.contact_summary, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.contact_summary_hash_ops DEFAULT FOR TYPE relinsights.contact_summary USING hash AS
    OPERATOR 1 relinsights.= (relinsights.contact_summary, relinsights.contact_summary),
    FUNCTION 1 relinsights.contact_summary_hash(relinsights.contact_summary),
    FUNCTION 2 relinsights.contact_summary_hash_extended(relinsights.contact_summary, bigint);
COMMENT ON OPERATOR CLASS relinsights.contact_summary_hash_ops USING hash IS 'hashing of contact_summary by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.contact_summary_hash_ops USING hash IS 'hashing of contact_summary by its bytes';

CREATE FUNCTION relinsights.contact_summary_rollup_merge(relinsights.contact_summary, relinsights.contact_summary) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_rollup_merge';
COMMENT ON FUNCTION relinsights.contact_summary_rollup_merge(relinsights.contact_summary, relinsights.contact_summary) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.contact_summary_rollup_final(relinsights.contact_summary) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_summary_rollup_final';
COMMENT ON FUNCTION relinsights.contact_summary_rollup_final(relinsights.contact_summary) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.contact_agg_transition(internal, bigint, relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, bigint, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a bigint party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, uuid, relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, uuid, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a uuid party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, text, relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_text';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, text, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of a text party';

CREATE FUNCTION relinsights.contact_agg_transition(internal, text[], relinsights.activity_kind, relinsights.activity_direction, timestamptz) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_transition_text_array';
COMMENT ON FUNCTION relinsights.contact_agg_transition(internal, text[], relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'part of contact_agg: adds one activity of parties';

CREATE FUNCTION relinsights.contact_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_combine';
COMMENT ON FUNCTION relinsights.contact_agg_combine(internal, internal) IS 'part of contact_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.contact_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_serialize';
COMMENT ON FUNCTION relinsights.contact_agg_serialize(internal) IS 'part of contact_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.contact_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_deserialize';
COMMENT ON FUNCTION relinsights.contact_agg_deserialize(bytea, internal) IS 'part of contact_agg: takes a worker''s state';

CREATE FUNCTION relinsights.contact_agg_final(internal) RETURNS relinsights.contact_summary
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_agg_final';
COMMENT ON FUNCTION relinsights.contact_agg_final(internal) IS 'part of contact_agg: finishes the state';

CREATE AGGREGATE relinsights.contact_agg(party bigint, kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280, FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize, DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(bigint, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the same party; rows with NULL party, kind, direction or time are ignored; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party uuid, kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280, FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize, DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(uuid, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the same party; rows with NULL party, kind, direction or time are ignored; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party text, kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280, FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize, DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(text, relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'contact_summary: one row per party and completed activity; a party is its text, so equal ids of any type are the same party; rows with NULL party, kind, direction or time are ignored; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.contact_agg(party text[], kind relinsights.activity_kind, direction relinsights.activity_direction, occurred_at timestamptz) (
    SFUNC = relinsights.contact_agg_transition, STYPE = internal, SSPACE = 1280, FINALFUNC = relinsights.contact_agg_final,
    COMBINEFUNC = relinsights.contact_agg_combine, SERIALFUNC = relinsights.contact_agg_serialize, DESERIALFUNC = relinsights.contact_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.contact_agg(text[], relinsights.activity_kind, relinsights.activity_direction, timestamptz) IS 'contact_summary of everyone of one side in each activity: one row per completed activity; a party named twice in one array counts once, NULL elements are ignored, an array without parties is ignored; rows with NULL party, kind, direction or time are ignored; NULL for no rows; infinite times are an error';

CREATE AGGREGATE relinsights.rollup(relinsights.contact_summary) (
    SFUNC = relinsights.contact_summary_rollup_merge, STYPE = relinsights.contact_summary, SSPACE = 2048, FINALFUNC = relinsights.contact_summary_rollup_final,
    COMBINEFUNC = relinsights.contact_summary_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.contact_summary) IS 'merges contact summaries of disjoint activities, exactly: a party of several of them is one party; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.contacts(relinsights.contact_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_contacts';
COMMENT ON FUNCTION relinsights.contacts(relinsights.contact_summary) IS 'number of parties with at least one completed activity; 1 or more, NULL for NULL';

CREATE FUNCTION relinsights.engaged_contacts(relinsights.contact_summary) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'contact_engaged_contacts';
COMMENT ON FUNCTION relinsights.engaged_contacts(relinsights.contact_summary) IS 'number of parties with at least one inbound activity, that is one their side started (multi-threading); 0 or more, NULL for NULL';

CREATE FUNCTION relinsights.top_contacts(summary relinsights.contact_summary, n integer DEFAULT 3)
    RETURNS TABLE (rank integer, party text, interactions bigint, emails bigint, meetings bigint, phone_calls bigint,
                   initiated_by_us bigint, initiated_by_them bigint, last_interaction_at timestamptz)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 3 AS 'MODULE_PATHNAME', 'contact_top_contacts';
COMMENT ON FUNCTION relinsights.top_contacts(relinsights.contact_summary, integer) IS 'the n parties with the most interactions (e-mails, meetings, calls, tasks and others), one row each, rank from 1; order: interactions descending, last interaction descending, party (C collation); all of them where there are fewer; no rows for n = 0 and for NULL; error if n is negative';
