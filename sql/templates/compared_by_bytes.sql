-- A type whose values are equal if their bytes are: equality, hash and an order, so that GROUP BY, DISTINCT, EXCEPT,
-- ORDER BY, UNIQUE and hash partitioning work.

CREATE FUNCTION relinsights.@type@_eq(relinsights.@type@, relinsights.@type@) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_eq';
COMMENT ON FUNCTION relinsights.@type@_eq(relinsights.@type@, relinsights.@type@) IS 'equal: made from the same inputs';

CREATE FUNCTION relinsights.@type@_ne(relinsights.@type@, relinsights.@type@) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ne';
COMMENT ON FUNCTION relinsights.@type@_ne(relinsights.@type@, relinsights.@type@) IS 'not equal';

CREATE OPERATOR relinsights.= (
    LEFTARG = relinsights.@type@, RIGHTARG = relinsights.@type@, FUNCTION = relinsights.@type@_eq,
    COMMUTATOR = OPERATOR(relinsights.=), NEGATOR = OPERATOR(relinsights.<>), RESTRICT = eqsel, JOIN = eqjoinsel,
      HASHES);
COMMENT ON OPERATOR relinsights.= (relinsights.@type@, relinsights.@type@) IS
  'equal: made from the same inputs (equal bytes)';

CREATE OPERATOR relinsights.<> (
    LEFTARG = relinsights.@type@, RIGHTARG = relinsights.@type@, FUNCTION = relinsights.@type@_ne,
    COMMUTATOR = OPERATOR(relinsights.<>), NEGATOR = OPERATOR(relinsights.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR relinsights.<> (relinsights.@type@, relinsights.@type@) IS 'not equal';

CREATE FUNCTION relinsights.@type@_hash(relinsights.@type@) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash';
COMMENT ON FUNCTION relinsights.@type@_hash(relinsights.@type@) IS
  'hash of the bytes, for GROUP BY, DISTINCT and EXCEPT';

CREATE FUNCTION relinsights.@type@_hash_extended(relinsights.@type@, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_hash_extended';
COMMENT ON FUNCTION relinsights.@type@_hash_extended(relinsights.@type@, bigint) IS
  'seeded hash of the bytes, for hash partitioning';

CREATE OPERATOR CLASS relinsights.@type@_hash_ops DEFAULT FOR TYPE relinsights.@type@ USING hash AS
    OPERATOR 1 relinsights.= (relinsights.@type@, relinsights.@type@),
    FUNCTION 1 relinsights.@type@_hash(relinsights.@type@),
    FUNCTION 2 relinsights.@type@_hash_extended(relinsights.@type@, bigint);
COMMENT ON OPERATOR CLASS relinsights.@type@_hash_ops USING hash IS 'hashing of @type@ by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.@type@_hash_ops USING hash IS 'hashing of @type@ by its bytes';

CREATE FUNCTION relinsights.@type@_lt(relinsights.@type@, relinsights.@type@) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_lt';
COMMENT ON FUNCTION relinsights.@type@_lt(relinsights.@type@, relinsights.@type@)
    IS 'before, in the order of the bytes';

CREATE FUNCTION relinsights.@type@_le(relinsights.@type@, relinsights.@type@) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_le';
COMMENT ON FUNCTION relinsights.@type@_le(relinsights.@type@, relinsights.@type@)
    IS 'before or equal, in the order of the bytes';

CREATE FUNCTION relinsights.@type@_gt(relinsights.@type@, relinsights.@type@) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_gt';
COMMENT ON FUNCTION relinsights.@type@_gt(relinsights.@type@, relinsights.@type@)
    IS 'after, in the order of the bytes';

CREATE FUNCTION relinsights.@type@_ge(relinsights.@type@, relinsights.@type@) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_ge';
COMMENT ON FUNCTION relinsights.@type@_ge(relinsights.@type@, relinsights.@type@)
    IS 'after or equal, in the order of the bytes';

CREATE FUNCTION relinsights.@type@_cmp(relinsights.@type@, relinsights.@type@) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_cmp';
COMMENT ON FUNCTION relinsights.@type@_cmp(relinsights.@type@, relinsights.@type@)
    IS '-1, 0 or 1, in the order of the bytes: for ORDER BY, DISTINCT and UNIQUE, means nothing else';

CREATE OPERATOR relinsights.< (
    LEFTARG = relinsights.@type@, RIGHTARG = relinsights.@type@, FUNCTION = relinsights.@type@_lt,
    COMMUTATOR = OPERATOR(relinsights.>), NEGATOR = OPERATOR(relinsights.>=), RESTRICT = scalarltsel,
      JOIN = scalarltjoinsel);
COMMENT ON OPERATOR relinsights.< (relinsights.@type@, relinsights.@type@) IS 'before, in the order of the bytes';

CREATE OPERATOR relinsights.<= (
    LEFTARG = relinsights.@type@, RIGHTARG = relinsights.@type@, FUNCTION = relinsights.@type@_le,
    COMMUTATOR = OPERATOR(relinsights.>=), NEGATOR = OPERATOR(relinsights.>), RESTRICT = scalarlesel,
      JOIN = scalarlejoinsel);
COMMENT ON OPERATOR relinsights.<= (relinsights.@type@, relinsights.@type@) IS
  'before or equal, in the order of the bytes';

CREATE OPERATOR relinsights.> (
    LEFTARG = relinsights.@type@, RIGHTARG = relinsights.@type@, FUNCTION = relinsights.@type@_gt,
    COMMUTATOR = OPERATOR(relinsights.<), NEGATOR = OPERATOR(relinsights.<=), RESTRICT = scalargtsel,
      JOIN = scalargtjoinsel);
COMMENT ON OPERATOR relinsights.> (relinsights.@type@, relinsights.@type@) IS 'after, in the order of the bytes';

CREATE OPERATOR relinsights.>= (
    LEFTARG = relinsights.@type@, RIGHTARG = relinsights.@type@, FUNCTION = relinsights.@type@_ge,
    COMMUTATOR = OPERATOR(relinsights.<=), NEGATOR = OPERATOR(relinsights.<), RESTRICT = scalargesel,
      JOIN = scalargejoinsel);
COMMENT ON OPERATOR relinsights.>= (relinsights.@type@, relinsights.@type@) IS
  'after or equal, in the order of the bytes';

CREATE OPERATOR CLASS relinsights.@type@_ops DEFAULT FOR TYPE relinsights.@type@ USING btree AS
    OPERATOR 1 relinsights.< (relinsights.@type@, relinsights.@type@),
    OPERATOR 2 relinsights.<= (relinsights.@type@, relinsights.@type@),
    OPERATOR 3 relinsights.= (relinsights.@type@, relinsights.@type@),
    OPERATOR 4 relinsights.>= (relinsights.@type@, relinsights.@type@),
    OPERATOR 5 relinsights.> (relinsights.@type@, relinsights.@type@),
    FUNCTION 1 relinsights.@type@_cmp(relinsights.@type@, relinsights.@type@);
COMMENT ON OPERATOR CLASS relinsights.@type@_ops USING btree IS 'ordering of @type@ by its bytes';
COMMENT ON OPERATOR FAMILY relinsights.@type@_ops USING btree IS 'ordering of @type@ by its bytes';
