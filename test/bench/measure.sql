-- Times query `place` of `part` in a backend of its own.
\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\o /dev/null
SELECT bench.settings();
SELECT setup, warm, sql FROM bench.query WHERE part = :'part' AND place = :place \gset
:setup
:warm
SELECT temp_bytes AS temp_before FROM pg_stat_database WHERE datname = current_database() \gset
SELECT clock_timestamp() AS began \gset
:sql
;
SELECT 1000 * extract(epoch FROM clock_timestamp() - :'began') AS ms \gset
SELECT bench.memory_kb() AS memory_kb, pg_stat_force_next_flush() \gset
INSERT INTO bench.timing
SELECT :'part', :place, :run, :ms, :memory_kb, temp_bytes - :temp_before FROM pg_stat_database WHERE datname = current_database();
