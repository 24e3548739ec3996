-- Every function of the extension, internal ones too, called with combinations of extreme arguments of its types: no
-- call takes the server down, no error is an internal one (XX000), and none shows a C++ message or says that something
-- "could not" be done without saying why. What a call does is undone.
SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres';
SET client_min_messages = error;
\getenv srcdir PG_ABS_SRCDIR
\set hostile_values :srcdir '/data/hostile_values.sql'
CREATE SCHEMA hostile_company;
SET search_path = hostile_company, public;
CREATE TABLE activities (activity_id bigint PRIMARY KEY, kind text, direction text, status text,
  occurred_at timestamptz, subject text,
  thread_id bigint, regarding_type text, regarding_id bigint);
INSERT INTO activities SELECT g, 'email', (ARRAY['inbound', 'outbound'])[1 + g % 2], 'completed',
  timestamptz '2026-06-01' + g * interval '7 hours',
  'subject ' || g, g % 3, 'account', g % 4 FROM generate_series(1, 60) g;
SELECT relinsights.create_model('hostile_model', 'activities');
CALL relinsights.refresh('hostile_model');
\set ECHO none
\o /dev/null
\i :hostile_values
\o
\set ECHO all

CREATE TABLE hostile.outcome (function regprocedure, call text, state text, message text, took interval);
-- Up to `most` of the combinations of its arguments' values, spread over all of them by a step without a common factor.
CREATE FUNCTION hostile.calls(function regprocedure, most bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  types oid[]; sizes bigint[]; combinations numeric := 1; chosen numeric; step numeric; call text; next text; i int;
BEGIN
  SELECT string_to_array(proargtypes::text, ' ')::oid[] INTO types FROM pg_proc WHERE oid = function;
  FOR i IN 1 .. cardinality(types) LOOP
    sizes[i] := (SELECT count(*) FROM hostile.value WHERE type = types[i]);
    IF sizes[i] = 0 THEN RAISE 'no hostile value of type %', types[i]::regtype; END IF;
    combinations := combinations * sizes[i];
  END LOOP;
  step := greatest(1, trunc(combinations * 0.6180339887));
  WHILE gcd(step, combinations) <> 1 LOOP step := step + 1; END LOOP;
  FOR n IN 0 .. least(most, combinations) - 1 LOOP
    chosen := mod(n * step, combinations);
    call := '';
    FOR i IN 1 .. cardinality(types) LOOP
      SELECT literal INTO next FROM hostile.value WHERE type = types[i] AND number = mod(chosen, sizes[i]);
      call := concat_ws(', ', nullif(call, ''), next);
      chosen := div(chosen, sizes[i]);
    END LOOP;
    RETURN NEXT call;
  END LOOP;
END $$;

-- Those of a model or a timeline with one extreme argument each, the others good ones: so it gets past the first check.
CREATE TABLE hostile.good (name text, function text, literal text);
INSERT INTO hostile.good VALUES ('model', '', '''hostile_model'''), ('name', '', '''hostile_model'''),
  ('name', 'create_model', '''another'''),
  ('activities', '', '''hostile_company.activities'''), ('record_type', '', '''account'''), ('record_id', '', '''1'''),
    ('language', '', '''en'''),
  ('on_table', '', '''hostile_company.activities'''), ('side', '', '''them'''), ('party_id', '', '''1'''),
  ('as_of', '', '''2026-06-30'''), ('until', '', '''2026-06-30'''),
  ('timeline', '', '(SELECT relinsights.timeline_agg(''email'', ''inbound'', date ''2026-06-29'') FROM '
    'generate_series(1, 3))');
CREATE FUNCTION hostile.calls_of_model(called regprocedure) RETURNS SETOF text LANGUAGE sql AS $$
  WITH parameter AS (
    SELECT a.name, a.n, v.type, a.n <= pronargs - pronargdefaults AS required,
      (SELECT literal FROM hostile.good g WHERE g.name = a.name AND g.function IN (proname, '') ORDER BY g.function DESC
        LIMIT 1) AS good
    FROM pg_proc, unnest(proargnames) WITH ORDINALITY a(name, n), unnest(proargtypes) WITH ORDINALITY v(type, n)
    WHERE oid = called AND v.n = a.n)
  SELECT concat_ws(', ', (SELECT string_agg(o.name || ' => ' || o.good, ', ' ORDER BY o.n) FROM parameter o
    WHERE o.required AND o.n <> p.n),
    p.name || ' => ' || v.literal)
  FROM parameter p JOIN hostile.value v ON v.type = p.type::regtype
  WHERE (SELECT bool_and(good IS NOT NULL) FROM parameter o WHERE o.required)
    -- create_model takes the settings of alter_model, which is quicker.
    AND NOT (called::text LIKE 'relinsights.create\_model%'
      AND p.name IN (SELECT unnest(proargnames) FROM pg_proc WHERE proname = 'alter_model') AND p.name <> 'name')
  ORDER BY p.n, md5(v.literal)
$$;

-- One function after the other, each a statement with a time limit of its own.
CREATE PROCEDURE hostile.call_all(function regprocedure, most bigint) LANGUAGE plpgsql AS $$
DECLARE kind "char"; name text; arguments text; call text; state text; message text; started timestamptz;
BEGIN
  SELECT prokind, 'relinsights.' || quote_ident(proname) INTO kind, name FROM pg_proc WHERE oid = function;
  FOR arguments IN SELECT * FROM hostile.calls(function, most) UNION ALL SELECT *
    FROM hostile.calls_of_model(function) LOOP
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
SET statement_timeout = '300s';
\set ECHO none
SELECT format('CALL hostile.call_all(%L, %s)', oid::regprocedure,
  CASE WHEN 'bytea'::regtype = ANY (proargtypes) THEN 1000 ELSE 100 END) FROM pg_proc
WHERE pronamespace = 'relinsights'::regnamespace ORDER BY oid::regprocedure::text \gexec
\set ECHO all
RESET statement_timeout;

SELECT count(*) > 10000 AS calls FROM hostile.outcome;
SELECT function, left(message, 200) AS message, min(left(call, 300)) AS a_call, count(*) FROM hostile.outcome
WHERE state LIKE 'XX%' OR state = '57014' OR message ~* 'std::|bad_alloc|vector|basic_string|unexpected|could '
  'not|cache lookup'
GROUP BY 1, 2 ORDER BY 1, 2;
-- A syntax error behind a public function is text taken for SQL.
SELECT function AS syntax_error, left(message, 200) AS message, min(left(call, 300)) AS a_call FROM hostile.outcome
WHERE state = '42601' AND function::text NOT LIKE 'relinsights.\_%' AND function::text NOT LIKE '%(internal%'
  GROUP BY 1, 2 ORDER BY 1, 2;
-- Each could also do its work (but what is part of an aggregate, needs a transaction of its own or pg_cron).
SELECT function AS never_returned FROM hostile.outcome JOIN pg_proc p ON p.oid = function
WHERE proname NOT LIKE '\_%' AND prokind <> 'p' AND proname NOT LIKE '%schedule' AND proname NOT LIKE '%rollup\_merge'
  AND proname NOT LIKE '%agg\_transition' AND NOT 'internal'::regtype = ANY (proargtypes)
GROUP BY 1 HAVING NOT bool_or(state = 'DONE0') ORDER BY 1;

SET client_min_messages = warning;
SELECT relinsights.drop_model('hostile_model');
DROP SCHEMA hostile, hostile_company CASCADE;
