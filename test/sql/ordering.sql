-- Values of summary types are ordered, distinct and unique by their bytes.
SET timezone = 'UTC';
SET search_path = public, relinsights;
SELECT t.oid::regtype AS without_hash_and_order FROM pg_type t
WHERE typnamespace = 'relinsights'::regnamespace AND typtype = 'b' AND typcategory = 'U'
  AND typname ~ '_(summary|timeline|profile)$'
  AND (SELECT count(*) FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod WHERE c.opcintype = t.oid AND c.opcdefault
    AND m.amname IN ('btree', 'hash')) <> 2;
CREATE TABLE summaries AS
SELECT n, interaction_agg('email', CASE WHEN n % 3 = 0 THEN 'inbound'
  ELSE 'outbound' END::relinsights.activity_direction,
  timestamptz '2026-01-01 00:00+00' + (n % 7) * interval '1 day') AS s
FROM generate_series(1, 100) n GROUP BY n;
SELECT count(DISTINCT s), count(DISTINCT relinsights.interaction_summary_send(s)) AS expected FROM summaries;
-- in the order of the bytes, whatever the plan
SELECT count(*) AS out_of_order
FROM (SELECT s, lag(s) OVER (ORDER BY s) AS before FROM summaries) o
WHERE relinsights.interaction_summary_send(before) > relinsights.interaction_summary_send(s);
SELECT count(*) FILTER (WHERE (a.s < b.s) IS DISTINCT FROM (a.bytes < b.bytes) OR (a.s <= b.s) IS DISTINCT
  FROM (a.bytes <= b.bytes)
    OR (a.s > b.s) IS DISTINCT FROM (a.bytes > b.bytes) OR (a.s >= b.s) IS DISTINCT FROM (a.bytes >= b.bytes)
    OR (a.s = b.s) IS DISTINCT FROM (a.bytes = b.bytes) OR (a.s <> b.s) IS DISTINCT FROM (a.bytes <> b.bytes)
    OR relinsights.interaction_summary_cmp(a.s, b.s) IS DISTINCT FROM CASE WHEN a.bytes < b.bytes THEN -1
      WHEN a.bytes > b.bytes THEN 1 ELSE 0 END) AS different,
  count(*)
FROM (SELECT s, relinsights.interaction_summary_send(s) AS bytes FROM summaries WHERE n <= 21) a
CROSS JOIN (SELECT s, relinsights.interaction_summary_send(s) AS bytes FROM summaries WHERE n <= 21) b;
CREATE TABLE kept (s relinsights.interaction_summary UNIQUE);
INSERT INTO kept SELECT DISTINCT s FROM summaries;
INSERT INTO kept SELECT s FROM summaries WHERE n = 1;
SET enable_hashagg = off; SET enable_seqscan = off;
SELECT count(*) FROM (SELECT s FROM summaries GROUP BY s) g;
SELECT count(*) FROM summaries o JOIN kept k ON k.s = o.s;
RESET enable_hashagg; RESET enable_seqscan;
DROP TABLE summaries, kept;
