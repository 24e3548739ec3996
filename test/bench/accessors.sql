-- Reading and merging stored summaries: one a record, copied until there are as many as activities, but at most a million.
-- Floor: count(*) over the same table.
\set ON_ERROR_STOP on
SELECT bench.settings() \g /dev/null
CREATE UNLOGGED TABLE bench.once AS
SELECT account AS record_id, interaction_agg(kind::activity_kind, direction::activity_direction, occurred_at, CASE WHEN kind <> 'email' THEN interval '30 min' END) AS i,
  response_agg(thread_id, direction::activity_direction, occurred_at) FILTER (WHERE kind = 'email') AS r,
  timeline_agg(kind::activity_kind, direction::activity_direction, occurred_at::date) AS t,
  contact_agg(account * 8 + floor(6 * who * who)::int, kind::activity_kind, direction::activity_direction, occurred_at) AS c
FROM crm.drawn GROUP BY account;
CREATE UNLOGGED TABLE summaries AS
SELECT n, n % 1000 AS region, i, r, t, c
FROM (SELECT o.*, row_number() OVER (ORDER BY copy, record_id) AS n FROM bench.once o CROSS JOIN generate_series(1, 1000) copy
      WHERE copy <= 100 OR (SELECT count(*) FROM bench.once) < 10000) x
WHERE n <= least(1000000, (SELECT count(*) FROM crm.drawn));
VACUUM ANALYZE summaries;
SELECT format('%s summaries of each type, %s with what PostgreSQL keeps apart; average bytes: interactions %s, responses %s, timeline %s, contacts %s', count(*),
  pg_size_pretty(pg_total_relation_size('summaries')), round(avg(pg_column_size(i))), round(avg(pg_column_size(r))), round(avg(pg_column_size(t))), round(avg(pg_column_size(c))))
FROM summaries;
-- Merging is what it should be: as often as each was copied, or as of all activities.
SELECT bench.must_be_equal('activities after rollup', max(x.n), max(abs(x.n - y.n)))
FROM (SELECT activities(rollup(i)) AS n FROM summaries) x, (SELECT sum(activities(i)) AS n FROM summaries) y;

INSERT INTO bench.query (part, place, name, sql)
SELECT 'accessors', 0, 'floor: count(*)', 'SELECT count(*) FROM summaries'
UNION ALL
SELECT 'accessors', place, name, format('SELECT count(%s) FROM summaries', name) FROM (VALUES
  (1, 'emails_sent(i)'), (2, 'time_spent(i, ''us'')'), (3, 'median_response_time(r, ''us'')'), (4, 'response_rate(r, ''them'')'),
  (5, 'engaged_contacts(c)'), (6, '(relationship_health(t, ''2026-06-01'')).score')) v(place, name)
UNION ALL
SELECT 'accessors', 10 + place + 4 * grouped::int, format('rollup(%s) into %s', what, CASE WHEN grouped THEN '1000 groups' ELSE 'one' END),
  format('SELECT count(s) FROM (SELECT rollup(%s) AS s FROM summaries%s) x', what, CASE WHEN grouped THEN ' GROUP BY region' ELSE '' END)
FROM (VALUES (0, 'i'), (1, 'r'), (2, 't'), (3, 'c')) v(place, what), (VALUES (false), (true)) g(grouped);
UPDATE bench.query SET warm = 'EXPLAIN ' || sql || ';' WHERE part = 'accessors';
