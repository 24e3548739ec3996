-- Every plain column of record_kpi, stored and live, equals a plain computation on random companies; every id type,
-- with and without opt-outs and other settings.
\getenv srcdir PG_ABS_SRCDIR
\set company :srcdir '/data/random_company.sql'
\set oracle :srcdir '/data/kpi_oracle.sql'
SET client_min_messages = warning;
\i :company
\i :oracle
CREATE FUNCTION testing.make_models(first_seed int, last_seed int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  company text;
  id_type text;
BEGIN
  FOR seed IN first_seed .. last_seed LOOP
    id_type := (ARRAY['bigint', 'uuid', 'text'])[1 + seed % 3];
    company := 'company' || seed;
    PERFORM testing.make_company(company, seed, id_type);
    PERFORM relinsights.create_model('model' || seed, (company || '.activities')::regclass, (company || '.participants')::regclass,
      (company || '.records')::regclass, (company || '.record_parties')::regclass,
      email_write_minutes => 5 + seed, email_read_minutes => 0.5 * seed);
  END LOOP;
END;
$$;
SELECT testing.make_models(1, 9);
\o /dev/null
SELECT relinsights.opt_out('model' || seed, side, testing.id_of(n, (ARRAY['bigint', 'uuid', 'text'])[1 + seed % 3]))
FROM generate_series(4, 9) seed, unnest('{us,them}'::relinsights.party_side[]) side, generate_series(3, seed) n;
SELECT format('CALL relinsights.refresh(%L)', 'model' || seed) FROM generate_series(1, 9) seed \gexec
\o
-- the data are worth it
SELECT bool_and(members > 50) AS many, count(*) FROM (
  SELECT seed, count(*) AS members FROM generate_series(1, 9) seed, testing.members_oracle('model' || seed, 'company' || seed) GROUP BY 1) m;
SELECT seed, d.* FROM generate_series(1, 9) seed,
  testing.differences(ARRAY(SELECT testing.kpi_oracle('model' || seed, 'company' || seed)), ARRAY(SELECT testing.stored_kpis('model' || seed))) d ORDER BY 1;
SELECT seed, d.* FROM generate_series(1, 9) seed,
  testing.differences(ARRAY(SELECT testing.kpi_oracle('model' || seed, 'company' || seed)), ARRAY(SELECT testing.live_kpis('model' || seed))) d ORDER BY 1;
