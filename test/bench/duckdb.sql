-- What part duckdb needs of PostgreSQL: the rows and the KPIs as files in :dir, and its own floor and aggregates to compare with.
\set ON_ERROR_STOP on
SELECT bench.settings() \g /dev/null
SELECT to_regclass('bench.theirs') IS NULL AS missing \gset
\if :missing
\ir families.sql
\endif
SET timezone = 'UTC';
\cd :dir
\copy (SELECT activity_id, record_id, contact_id, kind, direction, occurred_at::timestamp, date_part('epoch', duration) AS seconds, thread_id, day FROM activity) TO 'activity.csv' (FORMAT csv, HEADER)
\copy (SELECT record_id, sent, received, meetings_sent, meetings_received, calls_made, calls_received, face_time, first_at::timestamp, last_at::timestamp, by_us, by_them, awaiting_us, awaiting_them, mean_us, mean_them, median_us, median_them, coalesce((SELECT sum(n) FROM unnest(day_counts) n), 0) AS day_total, array_to_string(contacts, ' ') AS contacts, array_to_string(contact_counts, ' ') AS contact_counts FROM bench.theirs) TO 'kpi.csv' (FORMAT csv, HEADER)
INSERT INTO bench.query (part, place, name, sql, setup, warm)
SELECT 'duckdb', 0, name || ', PostgreSQL', sql, setup, warm FROM bench.query WHERE part = 'families' AND place = 0
UNION ALL
SELECT 'duckdb', 1, name || ', PostgreSQL', sql, setup, warm FROM bench.query WHERE part = 'families' AND name = 'all four in one GROUP BY';
