SET search_path = public, relinsights;
SET timezone = 'UTC';
SET jit = off;
\pset null '(null)'

-- four followed e-mails: rates count e-mails, sums count events; a row of NULLs is a followed e-mail nobody touched
SELECT followed_emails(s), opens(s), link_clicks(s), attachment_views(s), replies(s), open_rate(s), link_click_rate(s),
       attachment_view_rate(s), reply_rate(s), s
FROM (SELECT engagement_agg(o, l, a, r) FROM (VALUES (3, 0, 1, 1), (1, 2, NULL, 0), (0, 0, 0, 0),
  (NULL::int, NULL::int, NULL::int, NULL::int)) v(o, l, a, r)) x(s) \gx

-- no rows, NULL summaries, filtered rows
SELECT engagement_agg(1, 1, 1, 1) FILTER (WHERE false) IS NULL AS none, opens(NULL) AS of_null,
  open_rate(NULL) AS rate_of_null;
SELECT count(*) FROM (SELECT engagement_agg(1, 1, 1, 1) s FROM generate_series(1, 0)) x WHERE s IS NULL;
SELECT followed_emails(s), opens(s), open_rate(s) FROM (SELECT engagement_agg(2147483647, 0, 0, 0)
  FROM generate_series(1, 3)) x(s);

-- wrong calls
SELECT engagement_agg(-1, 0, 0, 0);
SELECT engagement_agg(0, -2, 0, 0);
SELECT engagement_agg(0, 0, -3, 0);
SELECT engagement_agg(0, 0, 0, -2147483648);

-- text that is no summary
SELECT '{"version":1}'::engagement_summary;
SELECT
  '{"version":1,"followed_emails":0,"opens":{"events":0,"emails":0},"link_clicks":{"events":0,"emails":0},'
    '"attachment_views":{"events":0,"emails":0},"replies":{"events":0,"emails":0}}'::engagement_summary;
SELECT
  '{"version":1,"followed_emails":1,"opens":{"events":2,"emails":2},"link_clicks":{"events":0,"emails":0},'
    '"attachment_views":{"events":0,"emails":0},"replies":{"events":0,"emails":0}}'::engagement_summary;
SELECT
  '{"version":1,"followed_emails":1,"opens":{"events":0,"emails":1},"link_clicks":{"events":0,"emails":0},'
    '"attachment_views":{"events":0,"emails":0},"replies":{"events":0,"emails":0}}'::engagement_summary;
SELECT
  '{"version":1,"followed_emails":1,"opens":{"events":2,"emails":1},"link_clicks":{"events":0,"emails":0},'
    '"attachment_views":{"events":0,"emails":0},"replies":{"events":0,"emails":0}}'::engagement_summary;

-- random e-mails against plain SQL
CREATE TABLE followed_email (id int, account int, region int, o int, l int, a int, r int) PARTITION BY HASH (account);
CREATE TABLE followed_email_0 PARTITION OF followed_email FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE followed_email_1 PARTITION OF followed_email FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO followed_email
SELECT i, i % 41, i % 7, CASE WHEN i % 5 <> 0 THEN greatest(0, (hashint4extended(i, 1) & 7)::int - 3) END,
       CASE WHEN i % 7 <> 0 THEN greatest(0, (hashint4extended(i, 2) & 7)::int - 5) END,
       CASE WHEN i % 11 <> 0 THEN greatest(0, (hashint4extended(i, 3) & 3)::int - 1) END,
         (hashint4extended(i, 4) & 1)::int
FROM generate_series(1, 20000) i;
ANALYZE followed_email;
CREATE VIEW engagement_by_extension AS
SELECT account, followed_emails(s), opens(s), link_clicks(s), attachment_views(s), replies(s), open_rate(s),
  link_click_rate(s), attachment_view_rate(s), reply_rate(s)
FROM (SELECT account, engagement_agg(o, l, a, r) AS s FROM followed_email GROUP BY account) x;
CREATE VIEW engagement_by_sql AS
SELECT account, count(*) AS n, coalesce(sum(o), 0) AS o, coalesce(sum(l), 0) AS l, coalesce(sum(a), 0) AS a,
  coalesce(sum(r), 0) AS r,
       count(*) FILTER (WHERE o > 0)::float8 / count(*) AS opened,
         count(*) FILTER (WHERE l > 0)::float8 / count(*) AS clicked,
       count(*) FILTER (WHERE a > 0)::float8 / count(*) AS viewed,
         count(*) FILTER (WHERE r > 0)::float8 / count(*) AS replied
FROM followed_email GROUP BY account;
SELECT count(*) AS accounts, sum(followed_emails) AS emails, sum(opens) AS opens FROM engagement_by_extension;
(TABLE engagement_by_extension EXCEPT ALL TABLE engagement_by_sql)
  UNION ALL (TABLE engagement_by_sql EXCEPT ALL TABLE engagement_by_extension);

-- rollup; as a window
CREATE TABLE engagement_account AS SELECT account, region,
  engagement_agg(o, l, a, r) AS s FROM followed_email GROUP BY account, region;
SELECT count(*), bool_and(a.s = b.s) AS same
FROM (SELECT region, rollup(s) AS s FROM engagement_account GROUP BY region) a
JOIN (SELECT region, engagement_agg(o, l, a, r) AS s FROM followed_email GROUP BY region) b USING (region);
SELECT rollup(s) = (SELECT rollup(s) FROM engagement_account) AS nulls_ignored
  FROM (SELECT s FROM engagement_account UNION ALL SELECT NULL) x;
SELECT rollup(NULL::engagement_summary) IS NULL AS none;
SELECT count(*) AS rows, bool_and(followed_emails(running) = n AND opens(running) = o) AS same
FROM (SELECT engagement_agg(o, l, a, r) OVER w AS running, count(*) OVER w AS n, coalesce(sum(o) OVER w, 0) AS o
      FROM followed_email WHERE id <= 300 WINDOW w AS (ORDER BY id)) x;

-- the same bytes whatever the plan
CREATE FUNCTION engagement_plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP;
  RETURN plan;
END $$;
CREATE VIEW engagement_total AS SELECT engagement_agg(o, l, a, r) AS s FROM followed_email;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE engagement_expected AS TABLE engagement_total;
SET enable_partitionwise_aggregate = on;
SELECT engagement_plan('TABLE engagement_total') ~ 'Partial Aggregate' AS partition_wise,
  count(*) AS same FROM engagement_total JOIN engagement_expected USING (s);
RESET enable_partitionwise_aggregate;
SET max_parallel_workers_per_gather = 4;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT engagement_plan('TABLE engagement_total') ~ 'Gather.*Partial Aggregate' AS parallel,
  count(*) AS same FROM engagement_total JOIN engagement_expected USING (s);
ALTER TABLE engagement_account SET (parallel_workers = 4);
SELECT engagement_plan('SELECT rollup(s) FROM engagement_account') ~ 'Gather.*Partial Aggregate' AS parallel;
SELECT rollup(s) = (SELECT s FROM engagement_expected) AS same FROM engagement_account;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- text and binary there and back
CREATE TEMP TABLE copied (LIKE engagement_account);
\set file `mktemp -u /tmp/relinsights_copy.XXXXXX`
COPY engagement_account TO :'file' (FORMAT binary);
COPY copied FROM :'file' (FORMAT binary);
SELECT count(*) FROM (TABLE engagement_account INTERSECT ALL TABLE copied) x;
TRUNCATE copied;
COPY engagement_account TO :'file';
COPY copied FROM :'file';
SELECT count(*) FROM (TABLE engagement_account INTERSECT ALL TABLE copied) x;
\! rm -f /tmp/relinsights_copy.*

DROP TABLE followed_email, engagement_account, engagement_expected CASCADE;
DROP FUNCTION engagement_plan(text);
