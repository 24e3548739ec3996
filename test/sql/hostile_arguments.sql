-- Every function of the extension, internal ones too, called with combinations of extreme arguments of its types: no call
-- takes the server down, no error is an internal one (XX000), and none shows a C++ message or says that something "could
-- not" be done without saying why. What a call does is undone.
SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres';
SET client_min_messages = error;
\getenv srcdir PG_ABS_SRCDIR
\set random_company :srcdir '/data/random_company.sql'
\set hostile_values :srcdir '/data/hostile_values.sql'
CREATE SCHEMA hostile_company;
SET search_path = hostile_company, public;
CREATE TABLE activities (activity_id bigint PRIMARY KEY, kind text, direction text, status text, occurred_at timestamptz, subject text,
  thread_id bigint, regarding_type text, regarding_id bigint);
INSERT INTO activities SELECT g, 'email', (ARRAY['inbound', 'outbound'])[1 + g % 2], 'completed', timestamptz '2026-06-01' + g * interval '7 hours',
  'subject ' || g, g % 3, 'account', g % 4 FROM generate_series(1, 60) g;
SELECT relinsights.create_model('hostile_model', 'activities');
CALL relinsights.refresh('hostile_model');
\set QUIET on
\o /dev/null
\i :hostile_values
\o
INSERT INTO hostile.value VALUES ('text', '''hostile_model'''), ('text', '''1'''), ('regclass', '''hostile_company.activities''::regclass');

CREATE TABLE hostile.outcome (function regprocedure, call text, state text, message text, took interval);
-- Up to `most` of the combinations of its arguments' values, spread over all of them by a step without a common factor.
CREATE FUNCTION hostile.calls(function regprocedure, most bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  types oid[]; pool text[]; pools jsonb := '[]'; combinations numeric := 1; chosen numeric; call text; i int; n int; step numeric;
BEGIN
  SELECT string_to_array(proargtypes::text, ' ')::oid[] INTO types FROM pg_proc WHERE oid = function;
  FOR i IN 1 .. cardinality(types) LOOP
    SELECT array_agg(literal ORDER BY md5(literal)) INTO pool FROM hostile.value WHERE type = types[i]::regtype
      -- It is told how far the field goes and believes it.
      AND NOT (function::text LIKE 'relinsights.\_cron\_field%' AND type = 'integer'::regtype AND literal ~ '\d{3}');
    IF pool IS NULL THEN RAISE 'no hostile value of type %', types[i]::regtype; END IF;
    pools := pools || jsonb_build_array(pool);
    combinations := combinations * cardinality(pool);
  END LOOP;
  step := greatest(1, trunc(combinations * 0.6180339887));
  WHILE gcd(step, combinations) <> 1 LOOP step := step + 1; END LOOP;
  FOR n IN 0 .. least(most, combinations) - 1 LOOP
    chosen := mod(n * step, combinations);
    call := '';
    FOR i IN 0 .. cardinality(types) - 1 LOOP
      call := call || CASE WHEN i > 0 THEN ', ' ELSE '' END || (pools -> i ->> mod(chosen, jsonb_array_length(pools -> i))::int);
      chosen := div(chosen, jsonb_array_length(pools -> i));
    END LOOP;
    RETURN NEXT call;
  END LOOP;
END $$;

-- One function after the other, each a statement with a time limit of its own.
CREATE PROCEDURE hostile.call_all(function regprocedure, most bigint) LANGUAGE plpgsql AS $$
DECLARE kind "char"; name text; arguments text; call text; state text; message text; started timestamptz;
BEGIN
  SELECT prokind, 'relinsights.' || quote_ident(proname) INTO kind, name FROM pg_proc WHERE oid = function;
  FOR arguments IN SELECT * FROM hostile.calls(function, most) LOOP
    call := CASE kind WHEN 'p' THEN 'CALL ' ELSE 'SELECT ' END || name || '(' || arguments || ')'
      || CASE kind WHEN 'a' THEN ' FROM generate_series(1, 3)' ELSE '' END;
    started := clock_timestamp();
    BEGIN
      EXECUTE call;
      RAISE SQLSTATE 'DONE0';
    EXCEPTION WHEN query_canceled OR assert_failure OR OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    END;
    INSERT INTO hostile.outcome VALUES (function, left(call, 2000), state, message, clock_timestamp() - started);
    EXIT WHEN state = '57014';  -- out of time
  END LOOP;
END $$;
SELECT count(*) > 200 AS functions FROM pg_proc WHERE pronamespace = 'relinsights'::regnamespace;
SET statement_timeout = '60s';
SELECT format('CALL hostile.call_all(%L, 100)', oid::regprocedure) FROM pg_proc
WHERE pronamespace = 'relinsights'::regnamespace ORDER BY oid::regprocedure::text \gexec
RESET statement_timeout;

SELECT count(*) > 10000 AS calls FROM hostile.outcome;
SELECT function, message, min(left(call, 300)) AS a_call, count(*) FROM hostile.outcome
WHERE state LIKE 'XX%' OR state = '57014' OR message ~* 'std::|bad_alloc|vector|basic_string|exception|could not|_M_|cache lookup' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT function AS never_returned FROM hostile.outcome GROUP BY 1 HAVING NOT bool_or(state = 'DONE0') ORDER BY 1;
