-- Every plain column of record_kpi, stored and live, equals a plain computation on random companies; every id type,
SET timezone = 'UTC';
-- with and without opt-outs and other settings.
\getenv srcdir PG_ABS_SRCDIR
\set company :srcdir '/data/random_company.sql'
\set oracle :srcdir '/data/source_oracle.sql'
\set helpers :srcdir '/data/kpi_oracle.sql'
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS testing CASCADE;
\i :company
\i :oracle
\i :helpers
CREATE FUNCTION testing.make_models(first_seed int, last_seed int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  company text;
  id_type text;
BEGIN
  FOR seed IN first_seed .. last_seed LOOP
    id_type := (ARRAY['bigint', 'uuid', 'text'])[1 + seed % 3];
    company := 'company' || seed;
    PERFORM testing.make_company(company, seed, id_type);
    PERFORM relinsights.create_model('model' || seed, (company || '.activities')::regclass,
      (company || '.participants')::regclass,
      (company || '.records')::regclass, (company || '.record_parties')::regclass,
      email_write_minutes => 5 + seed, email_read_minutes => 0.5 * seed,
      deal_activities => (ARRAY['people', 'unless_regarding_another', 'regarding'])[1 + seed / 2 % 3],
        conversation_gap => seed * interval '1 day');
  END LOOP;
END;
$$;
SELECT testing.make_models(1, 6);
\o /dev/null
SELECT relinsights.opt_out('model' || seed, side, testing.id_of(n, (ARRAY['bigint', 'uuid', 'text'])[1 + seed % 3]))
FROM generate_series(4, 6) seed, unnest('{us,them}'::text[]) side, generate_series(3, seed) n;
SELECT format('CALL relinsights.refresh(%L)', 'model' || seed) FROM generate_series(1, 6) seed \gexec
\o
CREATE TABLE testing.expected AS
SELECT seed, s, ARRAY(SELECT testing.oracle_kpis(s)) AS kpis FROM generate_series(1, 6) seed,
  LATERAL (SELECT testing.sources_of_model('model' || seed, ('company' || seed || '.activities')::regclass,
    ('company' || seed || '.participants')::regclass,
    ('company' || seed || '.records')::regclass, ('company' || seed || '.record_parties')::regclass)) x(s);
-- the data are worth it
SELECT bool_and(n > 50) AS many_members FROM testing.expected,
  LATERAL (SELECT sum((k->>'activities')::int) AS n FROM unnest(kpis) k) s;
-- stored
SELECT seed, d.* FROM testing.expected, testing.differences(kpis, ARRAY(SELECT testing.stored_kpis('model' || seed))) d
  ORDER BY 1;
-- live
SELECT seed, d.* FROM testing.expected, testing.differences(kpis, ARRAY(SELECT testing.live_kpis('model' || seed))) d
  ORDER BY 1;
-- record_activity is the same rule again
SELECT seed, count(o) AS members, count(*) FILTER (WHERE o IS NULL OR a IS NULL) AS different
FROM testing.expected e CROSS JOIN LATERAL (
  SELECT o, a FROM testing.oracle_members(e.s) o
  FULL JOIN testing.record_activity('model' || seed) a USING (record_type, record_id, activity_id)) j
GROUP BY 1 ORDER BY 1;
-- nothing has changed: a refresh rewrites no row, of whatever order and number of workers
CREATE TABLE testing.before AS SELECT seed, r.* FROM generate_series(1, 6) seed,
  testing.row_versions('model' || seed) r;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET enable_hashagg = off;
SELECT format('CALL relinsights.refresh(%L)', 'model' || seed) FROM generate_series(1, 6) seed \gexec
RESET ALL;
SELECT count(*) > 300 AS rows, count(*) FILTER (WHERE b IS NULL OR a IS NULL) AS rewritten
FROM testing.before b FULL JOIN (SELECT seed, r.* FROM generate_series(1, 6) seed,
  testing.row_versions('model' || seed) r) a
  USING (seed, relation, place, version);
