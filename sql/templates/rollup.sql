-- rollup of a summary type: the type itself is the state. Its COMMENT stands behind it in the module.

CREATE FUNCTION relinsights.@type@_rollup_merge(relinsights.@type@, relinsights.@type@) RETURNS relinsights.@type@
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', '@type@_rollup_merge';
COMMENT ON FUNCTION relinsights.@type@_rollup_merge(relinsights.@type@, relinsights.@type@) IS
  'part of rollup: merges the second summary into the first';

CREATE FUNCTION relinsights.@type@_rollup_final(relinsights.@type@) RETURNS relinsights.@type@
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', '@type@_rollup_final';
COMMENT ON FUNCTION relinsights.@type@_rollup_final(relinsights.@type@) IS
  'part of rollup: the merged summary as one flat value';

CREATE AGGREGATE relinsights.rollup(relinsights.@type@) (
    SFUNC = relinsights.@type@_rollup_merge, STYPE = relinsights.@type@, SSPACE = 2048,
      FINALFUNC = relinsights.@type@_rollup_final,
    COMBINEFUNC = relinsights.@type@_rollup_merge, PARALLEL = SAFE);
