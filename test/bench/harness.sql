-- What every part of the benchmark uses: the queries to be timed, what was measured, and the table made of it.
\set ON_ERROR_STOP on
CREATE EXTENSION pg_relinsights;
CREATE SCHEMA bench;

-- Place 0 of a part is its floor. compared_with: the place of one more query to show the ratio to, called compared_as.
-- setup and warm are run before, untimed: warm loads what a backend that has worked before would have in its caches.
CREATE TABLE bench.query (part text, place int, name text, sql text, setup text DEFAULT '', warm text DEFAULT '',
  compared_with int, compared_as text, PRIMARY KEY (part, place));
CREATE TABLE bench.timing (part text, place int, run int, ms double precision, memory_kb bigint, temp_bytes bigint);

-- The same settings for every timed query.
CREATE FUNCTION bench.settings() RETURNS void LANGUAGE sql AS $$
  SELECT set_config(name, value, false) FROM (VALUES ('jit', 'off'), ('max_parallel_workers_per_gather', '0'),
    ('work_mem', '4GB'), ('hash_mem_multiplier', '1'), ('search_path', 'public, relinsights')) s(name, value) $$;

-- Nothing may be timed that does not give the same results.
CREATE FUNCTION bench.must_be_equal(what text, compared bigint, different bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF compared = 0 OR different <> 0 THEN
    RAISE EXCEPTION '%: % of % differ', what, different, compared;
  END IF;
  RETURN format('%s: %s compared, none different', what, compared);
END $$;

-- What this backend had at most, in kB, without the shared buffers that it touched.
CREATE FUNCTION bench.memory_kb() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT sum(CASE m[1] WHEN 'VmHWM' THEN m[2]::bigint ELSE -m[2]::bigint END)::bigint
  FROM regexp_matches(pg_catalog.pg_read_file('/proc/self/status'), '(VmHWM|RssShmem):\s+(\d+)', 'g') m $$;
