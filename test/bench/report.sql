-- The table of one part, for people; markdown: the same as Markdown.
\set ON_ERROR_STOP on
CREATE TEMP VIEW report AS
WITH m AS (
  SELECT place, count(*) AS runs, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms, min(ms) AS least, max(ms) AS most,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY memory_kb) AS memory_kb, max(temp_bytes) AS temp_bytes
  FROM bench.timing WHERE part = :'part' AND run > 0 GROUP BY place)
SELECT q.place, q.name, round(m.ms::numeric, CASE WHEN m.ms < 100 THEN 1 ELSE 0 END) AS ms, round((m.ms / b.ms)::numeric, 2) AS ratio,
  round(m.least::numeric, CASE WHEN m.ms < 100 THEN 1 ELSE 0 END) || ' - ' || round(m.most::numeric, CASE WHEN m.ms < 100 THEN 1 ELSE 0 END) AS spread,
  round(m.memory_kb::numeric / 1024) AS memory, round(m.temp_bytes::numeric / 1048576) AS temp, m.runs
FROM bench.query q JOIN m USING (place) JOIN m b ON b.place = q.baseline WHERE q.part = :'part';
\pset footer off
SELECT name AS query, ms AS "median ms", ratio AS "x baseline", spread AS "least - most ms", memory AS "memory MB", temp AS "temp MB", runs FROM report ORDER BY place;
\pset tuples_only on
\pset format unaligned
\o :markdown
SELECT line FROM (
  SELECT -2 AS place, '| query | median ms | ratio | least - most | memory, MB | temporary files, MB | runs |' AS line
  UNION ALL SELECT -1, '|---|---|---|---|---|---|---|'
  UNION ALL SELECT place, concat('| ', name, ' | ', ms, ' | ', ratio, ' | ', spread, ' | ', memory, ' | ', temp, ' | ', runs, ' |') FROM report) x ORDER BY place;
\o
