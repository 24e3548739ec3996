-- The table of part live, for people and as Markdown in the file :markdown.
\set ON_ERROR_STOP on
CREATE TEMP VIEW report AS
SELECT s.place, format('%s record (%s activities), %s', l.size, r.activities, l.state) AS what,
  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE by_us)::numeric, 2) AS ours,
  round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE by_us)::numeric, 2) AS ours_95,
  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE NOT by_us)::numeric, 2) AS by_hand,
  round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) FILTER (WHERE NOT by_us)::numeric, 2) AS by_hand_95,
  round((percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE by_us) / percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FILTER (WHERE NOT by_us))::numeric, 2) AS ratio,
  count(*) FILTER (WHERE by_us) AS calls,
  round(max(memory_kb) FILTER (WHERE by_us) / 1024.0) AS memory, round(max(memory_kb) FILTER (WHERE NOT by_us) / 1024.0) AS memory_by_hand
FROM bench.live l
JOIN (SELECT size, round(avg(activities)) AS activities FROM bench.live_record GROUP BY size) r USING (size)
JOIN unnest(ARRAY['warm', 'new backend', 'restart']) WITH ORDINALITY s(state, place) USING (state)
GROUP BY l.size, l.state, s.place, r.activities;
\pset footer off
SELECT what, ours AS "median ms", ours_95 AS "95 % ms", by_hand AS "by hand, median ms", by_hand_95 AS "by hand, 95 % ms", ratio AS "x by hand", calls,
  memory AS "memory MB", memory_by_hand AS "by hand, MB" FROM report ORDER BY what, place;
\pset tuples_only on
\pset format unaligned
\o :markdown
SELECT line FROM (
  SELECT '' AS what, 0 AS place, '| record | median ms | 95 % ms | by hand, median ms | by hand, 95 % ms | x by hand | calls | memory, MB | by hand, MB |' AS line
  UNION ALL SELECT '', 1, '|---|---|---|---|---|---|---|---|---|'
  UNION ALL SELECT what, place, concat('| ', what, ' | ', ours, ' | ', ours_95, ' | ', by_hand, ' | ', by_hand_95, ' | ', ratio, ' | ', calls, ' | ', memory, ' | ', memory_by_hand, ' |') FROM report) x
ORDER BY what, place;
\o
