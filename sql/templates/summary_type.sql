-- A summary type, its text and binary forms, its look as jsonb. Its COMMENT stands behind it in the module.

CREATE TYPE relinsights.@type@;

CREATE FUNCTION relinsights.@type@_in(cstring) RETURNS relinsights.@type@
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', '@type@_in';
COMMENT ON FUNCTION relinsights.@type@_in(cstring) IS
  'text input: JSON as the output function writes it, or the binary form as a bytea prints it (\x and hexadecimal '
    'digits)';

CREATE FUNCTION relinsights.@type@_out(relinsights.@type@) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', '@type@_out';
COMMENT ON FUNCTION relinsights.@type@_out(relinsights.@type@) IS 'text output: JSON, lossless';

CREATE FUNCTION relinsights.@type@_recv(internal) RETURNS relinsights.@type@
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', '@type@_recv';
COMMENT ON FUNCTION relinsights.@type@_recv(internal) IS
  'binary input; refuses bytes that are cut, changed or of a later version';

CREATE FUNCTION relinsights.@type@_send(relinsights.@type@) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', '@type@_send';
COMMENT ON FUNCTION relinsights.@type@_send(relinsights.@type@) IS
  'binary output: a version byte, then the canonical encoding';

CREATE TYPE relinsights.@type@ (
    INPUT = relinsights.@type@_in, OUTPUT = relinsights.@type@_out,
    RECEIVE = relinsights.@type@_recv, SEND = relinsights.@type@_send,
    INTERNALLENGTH = VARIABLE, STORAGE = extended);

CREATE CAST (relinsights.@type@ AS jsonb) WITH INOUT;
COMMENT ON CAST (relinsights.@type@ AS jsonb) IS 'the text form as jsonb, to look inside';
