-- What an aggregate with an internal state needs beside its transition function.

CREATE FUNCTION relinsights.@aggregate@_combine(internal, internal) RETURNS internal
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', '@aggregate@_combine';
COMMENT ON FUNCTION relinsights.@aggregate@_combine(internal, internal) IS
  'part of @aggregate@: merges the states of two parallel workers';

CREATE FUNCTION relinsights.@aggregate@_serialize(internal) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', '@aggregate@_serialize';
COMMENT ON FUNCTION relinsights.@aggregate@_serialize(internal) IS 'part of @aggregate@: hands a worker''s state over';

CREATE FUNCTION relinsights.@aggregate@_deserialize(bytea, internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', '@aggregate@_deserialize';
COMMENT ON FUNCTION relinsights.@aggregate@_deserialize(bytea, internal) IS
  'part of @aggregate@: takes a worker''s state';

CREATE FUNCTION relinsights.@aggregate@_final(internal) RETURNS relinsights.@type@
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', '@aggregate@_final';
COMMENT ON FUNCTION relinsights.@aggregate@_final(internal) IS 'part of @aggregate@: finishes the state';
