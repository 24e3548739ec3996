-- The table of one part, for people; markdown: the same as Markdown.
\set ON_ERROR_STOP on
CREATE FUNCTION pg_temp.shown(ms double precision) RETURNS numeric LANGUAGE sql AS $$ SELECT round(ms::numeric, CASE WHEN ms < 100 THEN 1 ELSE 0 END) $$;
CREATE TEMP VIEW report AS
WITH m AS (
  SELECT place, count(*) AS runs, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms, min(ms) AS least, max(ms) AS most,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY memory_kb) AS memory_kb, max(temp_bytes) AS temp_bytes
  FROM bench.timing WHERE part = :'part' AND run > 0 GROUP BY place)
SELECT q.place, q.name, pg_temp.shown(m.ms) AS ms, round((m.ms / f.ms)::numeric, 2) AS ratio,
  round((m.ms / c.ms)::numeric, 2) || ' x ' || q.compared_as AS compared, pg_temp.shown(m.least) || ' - ' || pg_temp.shown(m.most) AS spread,
  round(m.memory_kb::numeric / 1024) AS memory, round(m.temp_bytes::numeric / 1048576) AS temp, m.runs
FROM bench.query q JOIN m USING (place) JOIN m f ON f.place = 0 LEFT JOIN m c ON c.place = q.compared_with WHERE q.part = :'part';
\pset footer off
\pset null ''
SELECT name AS query, ms AS "median ms", ratio AS "x floor", compared, spread AS "least - most ms", memory AS "memory MB", temp AS "temp MB", runs FROM report ORDER BY place;
\pset tuples_only on
\pset format unaligned
\o :markdown
SELECT line FROM (
  SELECT -2 AS place, '| query | median ms | x floor | compared | least - most ms | memory MB | temp MB | runs |' AS line
  UNION ALL SELECT -1, '|---|---|---|---|---|---|---|---|'
  UNION ALL SELECT place, concat('| ', name, ' | ', ms, ' | ', ratio, ' | ', compared, ' | ', spread, ' | ', memory, ' | ', temp, ' | ', runs, ' |') FROM report) x ORDER BY place;
\o
