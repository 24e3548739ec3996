-- Similar won deals: what tells won from lost, and which won deals are most like a given one (SPEC 4; the rules are in
-- src/core/deals/deal_factors.h and src/core/deals/similar_deals.h).

CREATE TYPE relinsights.deal_profile;

CREATE FUNCTION relinsights.deal_profile_in(cstring) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_in';
COMMENT ON FUNCTION relinsights.deal_profile_in(cstring) IS 'text input: JSON as the output function writes it';

CREATE FUNCTION relinsights.deal_profile_out(relinsights.deal_profile) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_out';
COMMENT ON FUNCTION relinsights.deal_profile_out(relinsights.deal_profile) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.deal_profile_recv(internal) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_recv';
COMMENT ON FUNCTION relinsights.deal_profile_recv(internal) IS 'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.deal_profile_send(relinsights.deal_profile) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_send';
COMMENT ON FUNCTION relinsights.deal_profile_send(relinsights.deal_profile) IS 'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.deal_profile (
    INPUT = relinsights.deal_profile_in, OUTPUT = relinsights.deal_profile_out,
    RECEIVE = relinsights.deal_profile_recv, SEND = relinsights.deal_profile_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);
COMMENT ON TYPE relinsights.deal_profile IS 'every closed deal, won and lost, with its attributes in columns; made by deal_agg, merged by rollup, read by deal_factors and similar_won_deals; grows with the deals: about 20 bytes each plus 1 to 4 per attribute, before compression';

CREATE CAST (relinsights.deal_profile AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.deal_profile AS jsonb) IS 'the text form as jsonb, to look inside';

CREATE FUNCTION relinsights.deal_profile_eq(relinsights.deal_profile, relinsights.deal_profile) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.deal_profile_eq(relinsights.deal_profile, relinsights.deal_profile) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.deal_profile_ne(relinsights.deal_profile, relinsights.deal_profile) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.deal_profile_ne(relinsights.deal_profile, relinsights.deal_profile) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.deal_profile, RIGHTARG = relinsights.deal_profile, FUNCTION = relinsights.deal_profile_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.deal_profile, relinsights.deal_profile) IS 'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.deal_profile, RIGHTARG = relinsights.deal_profile, FUNCTION = relinsights.deal_profile_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.deal_profile, relinsights.deal_profile) IS 'not equal';

CREATE FUNCTION relinsights.deal_profile_hash(relinsights.deal_profile) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.deal_profile_hash(relinsights.deal_profile) IS 'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.deal_profile_hash_extended(relinsights.deal_profile, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.deal_profile_hash_extended(relinsights.deal_profile, bigint) IS 'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.deal_profile_hash_ops DEFAULT FOR TYPE relinsights.deal_profile USING hash AS
    OPERATOR 1 relinsights.= (relinsights.deal_profile, relinsights.deal_profile),
    FUNCTION 1 relinsights.deal_profile_hash(relinsights.deal_profile),
    FUNCTION 2 relinsights.deal_profile_hash_extended(relinsights.deal_profile, bigint);
COMMENT ON OPERATOR CLASS relinsights.deal_profile_hash_ops USING hash IS 'hashing of deal_profile by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.deal_profile_hash_ops USING hash IS 'hashing of deal_profile by its bytes';

CREATE FUNCTION relinsights.deal_profile_rollup_merge(relinsights.deal_profile, relinsights.deal_profile) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_rollup_merge';
COMMENT ON FUNCTION relinsights.deal_profile_rollup_merge(relinsights.deal_profile, relinsights.deal_profile) IS 'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.deal_profile_rollup_final(relinsights.deal_profile) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_profile_rollup_final';
COMMENT ON FUNCTION relinsights.deal_profile_rollup_final(relinsights.deal_profile) IS 'part of rollup: the merged summary as one flat value';

CREATE FUNCTION relinsights.deal_agg_transition(internal, bigint, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_bigint';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, bigint, boolean, timestamptz, jsonb) IS 'part of deal_agg: adds one closed deal with a bigint id';

CREATE FUNCTION relinsights.deal_agg_transition(internal, uuid, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_uuid';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, uuid, boolean, timestamptz, jsonb) IS 'part of deal_agg: adds one closed deal with a uuid id';

CREATE FUNCTION relinsights.deal_agg_transition(internal, text, boolean, timestamptz, jsonb) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_transition_text';
COMMENT ON FUNCTION relinsights.deal_agg_transition(internal, text, boolean, timestamptz, jsonb) IS 'part of deal_agg: adds one closed deal with a text id';

CREATE FUNCTION relinsights.deal_agg_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_combine';
COMMENT ON FUNCTION relinsights.deal_agg_combine(internal, internal) IS 'part of deal_agg: merges the states of two parallel workers';

CREATE FUNCTION relinsights.deal_agg_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_serialize';
COMMENT ON FUNCTION relinsights.deal_agg_serialize(internal) IS 'part of deal_agg: hands a worker''s state over';

CREATE FUNCTION relinsights.deal_agg_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_deserialize';
COMMENT ON FUNCTION relinsights.deal_agg_deserialize(bytea, internal) IS 'part of deal_agg: takes a worker''s state';

CREATE FUNCTION relinsights.deal_agg_final(internal) RETURNS relinsights.deal_profile
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'deal_agg_final';
COMMENT ON FUNCTION relinsights.deal_agg_final(internal) IS 'part of deal_agg: finishes the state';

CREATE AGGREGATE relinsights.deal_agg(deal_id bigint, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize, DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(bigint, boolean, timestamptz, jsonb) IS 'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL for no rows; leave out what is only known after closing';

CREATE AGGREGATE relinsights.deal_agg(deal_id uuid, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize, DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(uuid, boolean, timestamptz, jsonb) IS 'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL for no rows; leave out what is only known after closing';

CREATE AGGREGATE relinsights.deal_agg(deal_id text, won boolean, closed_at timestamptz, attributes jsonb) (
    SFUNC = relinsights.deal_agg_transition, STYPE = internal, SSPACE = 16384, FINALFUNC = relinsights.deal_agg_final,
    COMBINEFUNC = relinsights.deal_agg_combine, SERIALFUNC = relinsights.deal_agg_serialize, DESERIALFUNC = relinsights.deal_agg_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.deal_agg(text, boolean, timestamptz, jsonb) IS 'deal_profile of closed deals, one row each, in any order; NULL deal_id or won: ignored; NULL closed_at sorts last; attributes is a flat JSON object of numbers, strings and booleans, null or absent is missing, NULL is none of them; an array or object in it, a deal id twice, an infinite closed_at or more than 256 attribute names are errors; NULL for no rows; leave out what is only known after closing';

CREATE AGGREGATE relinsights.rollup(relinsights.deal_profile) (
    SFUNC = relinsights.deal_profile_rollup_merge, STYPE = relinsights.deal_profile, SSPACE = 2048, FINALFUNC = relinsights.deal_profile_rollup_final,
    COMBINEFUNC = relinsights.deal_profile_rollup_merge, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights.rollup(relinsights.deal_profile) IS 'merges deal profiles, exactly; a deal id that is in two of them is an error; NULLs are ignored, NULL for none';

CREATE FUNCTION relinsights.deal_factors(profile relinsights.deal_profile) RETURNS TABLE (attribute text, weight double precision, kind text, deals bigint, learned boolean)
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'deal_factors';
COMMENT ON FUNCTION relinsights.deal_factors(relinsights.deal_profile) IS 'how much each attribute tells won from lost: weight 0..1, together 1, by weight; kind numeric or categorical; deals that have the attribute; learned is false, and all weights equal, with fewer than 30 won or 30 lost deals or where no attribute tells anything; weight = mutual information of attribute and outcome less the Miller-Madow bias, in proportion to the deals that have it (see docs/similar-deals.md); no rows for NULL';

CREATE FUNCTION relinsights.similar_won_deals(profile relinsights.deal_profile, attributes jsonb, k integer DEFAULT 10)
    RETURNS TABLE (rank integer, deal_id text, similarity double precision, contributions jsonb)
    LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'similar_won_deals';
COMMENT ON FUNCTION relinsights.similar_won_deals(relinsights.deal_profile, jsonb, integer) IS 'the k won deals most like a deal with these attributes (NULL: none known): similarity 0..1 to 9 decimals, weighted Gower; order: similarity, then latest closed, then deal_id; contributions: of each attribute with weight that either deal has, its part of the similarity; attributes the profile does not have are ignored; an array or object, or anything but a number where the profile has only numbers, is an error; k below 1 is an error; no rows for a NULL profile; for many deals use the form with arrays';

CREATE FUNCTION relinsights.similar_won_deals(profile relinsights.deal_profile, deal_ids text[], attributes jsonb[], k integer DEFAULT 10, min_similarity double precision DEFAULT 0)
    RETURNS TABLE (deal_id text, rank integer, won_deal_id text, similarity double precision, contributions jsonb)
    LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'similar_won_deals_of_many';
COMMENT ON FUNCTION relinsights.similar_won_deals(relinsights.deal_profile, text[], jsonb[], integer, double precision) IS 'for each of many deals (element i of both arrays) the at most k won deals most like it whose similarity is at least min_similarity (0..1), never the deal itself; reads the profile once; a NULL deal id is left out, NULL attributes: none known; arrays of different length are an error; otherwise as the form for one deal';
