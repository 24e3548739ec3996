-- What a distributed planner needs of an aggregate that its workers compute in part: a state of a real type, whose text
-- is read back as the same state, merged by COMBINEFUNC.
SET timezone = 'UTC';
SET search_path = public, relinsights;
CREATE VIEW travelling AS
SELECT a.aggfnoid::regprocedure::text AS aggregate, a.aggtranstype::regtype AS state,
  a.aggcombinefn::regproc AS combine, a.aggfinalmodify, a.aggkind, a.agginitval
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE p.pronamespace = 'relinsights'::regnamespace AND a.aggtranstype <> 'internal'::regtype AND p.proname !~ '^_';
SELECT count(*) FROM travelling;
-- None without a combine function, of ordered input, with a final function that changes its state, or a first state.
SELECT aggregate FROM travelling
WHERE combine = 0 OR aggkind <> 'n' OR aggfinalmodify <> 'r' OR agginitval IS NOT NULL;
-- All that is rolled up or collected in a log has one.
SELECT p.oid::regprocedure AS without_real_state FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE p.pronamespace = 'relinsights'::regnamespace AND p.proname IN ('rollup', 'activity_log_agg')
  AND a.aggtranstype = 'internal'::regtype;

-- As workers do: each aggregates its rows to the state, without the final function, and sends its text; the coordinator
-- reads the texts, combines them and finishes.
CREATE AGGREGATE partial_log(bigint, activity_kind, activity_direction, timestamptz, interval, bigint, text[], text[]) (
  SFUNC = relinsights.activity_log_agg_transition, STYPE = relinsights.activity_log);
CREATE AGGREGATE combined_log(activity_log) (
  SFUNC = relinsights.activity_log_rollup_merge, STYPE = relinsights.activity_log,
  FINALFUNC = relinsights.activity_log_rollup_final);
CREATE TABLE rows AS
SELECT n AS id, (enum_range(NULL::activity_kind))[1 + n % 5] AS kind,
  (enum_range(NULL::activity_direction))[nullif(1 + n % 3, 3)] AS direction,
  timestamptz '2026-01-01 09:00+00' + (n * 7919 % 5000) * interval '13 min' AS at,
  n % 90 * interval '1 min' AS duration,
  nullif(n / 4 % 60, 0)::bigint AS thread, ARRAY['us ' || n % 5] AS us,
  ARRAY['them "' || n % 17, NULL, 'é' || n % 3] AS them, n % 4 AS worker
FROM generate_series(1, 2000) n
UNION ALL  -- some of them twice, on another worker
SELECT n, 'email', 'inbound', timestamptz '2026-02-01', '0', 7, NULL, NULL, n % 3 FROM generate_series(3000, 3100) n
UNION ALL
SELECT n, 'email', 'inbound', timestamptz '2026-02-01', '0', 7, NULL, NULL, 3 FROM generate_series(3000, 3100) n;
CREATE TABLE sent AS
SELECT worker, partial_log(id, kind, direction, at, duration, thread, us, them)::text AS state
FROM rows GROUP BY worker;
SELECT (SELECT combined_log(state::activity_log) FROM sent)
     = (SELECT activity_log_agg(id, kind, direction, at, duration, thread, us, them) FROM rows) AS equal;
-- The text of a state is read as that state, and written as that text.
SELECT bool_and(state::activity_log::text = state) AS exact, bool_and(length(state) > 10000) AS long FROM sent;

-- Every rollup the same way: states of three workers as text.
CREATE TABLE part AS
SELECT worker, id % 10 AS record,
  interaction_agg(kind, direction, at, duration) AS interaction_summary,
  response_agg(thread, direction, at) AS response_summary, timeline_agg(kind, direction, at::date) AS activity_timeline,
  contact_agg(them, kind, direction, at) AS contact_summary, engagement_agg(1, 0, 1, 0) AS engagement_summary,
  deal_agg(id, id % 2 = 0, at, jsonb_build_object('region', id % 3)) FILTER (WHERE id < 3000) AS deal_profile,
  activity_log_agg(id, kind, direction, at, duration, thread, us, them) AS activity_log
FROM rows GROUP BY 1, 2;
CREATE FUNCTION combined_as_whole(type text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  equal boolean;
BEGIN
  EXECUTE format('CREATE AGGREGATE partial(%1$s) (
    SFUNC = relinsights.%1$s_rollup_merge, STYPE = relinsights.%1$s)', type);
  EXECUTE format('CREATE AGGREGATE combined(%1$s) (SFUNC = relinsights.%1$s_rollup_merge, STYPE = relinsights.%1$s,
    FINALFUNC = relinsights.%1$s_rollup_final)', type);
  EXECUTE format('SELECT
    (SELECT combined(state::%1$s) FROM (SELECT partial(%1$s)::text AS state FROM part GROUP BY worker) s)
    = (SELECT rollup(%1$s) FROM part)', type) INTO equal;
  RETURN equal;
END $$;
SELECT t.typname, combined_as_whole(t.typname) FROM pg_type t
WHERE t.oid IN (SELECT state FROM travelling) ORDER BY t.typname COLLATE "C";

DROP TABLE rows, sent, part;
DROP VIEW travelling;
DROP AGGREGATE partial_log(bigint, activity_kind, activity_direction, timestamptz, interval, bigint, text[], text[]);
DROP AGGREGATE combined_log(activity_log);
