SET search_path = public, relinsights;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '(null)'

-- SPEC 3.4: inbound 09:00, inbound 09:10, outbound 09:40, outbound 09:50, inbound 11:00
CREATE TEMP TABLE example (direction activity_direction, at timestamptz);
INSERT INTO example VALUES ('inbound', '2026-03-02 09:00'), ('inbound', '2026-03-02 09:10'), ('outbound', '2026-03-02 09:40'),
  ('outbound', '2026-03-02 09:50'), ('inbound', '2026-03-02 11:00');
SELECT side, responses(s, side), avg_response_time(s, side), median_response_time(s, side) AS median, min_response_time(s, side) AS min,
       max_response_time(s, side) AS max, awaiting(s, side), oldest_awaiting_since(s, side), response_rate(s, side)
FROM (SELECT response_agg(7::bigint, direction, at) AS s FROM example) x, unnest(enum_range(NULL::party_side)) side;
SELECT response_agg(7::bigint, direction, at) AS summary FROM example;

-- equal times: inbound before outbound
SELECT responses(s, 'us') AS us, max_response_time(s, 'us'), responses(s, 'them') AS them
FROM (SELECT response_agg(1::bigint, d::activity_direction, timestamptz '2026-03-02 09:00') FROM (VALUES ('outbound'), ('inbound')) v(d)) x(s);

-- e-mails without a thread are counted, and only that
SELECT s, response_rate(s, 'us'), median_response_time(s, 'us'), unthreaded(s)
FROM (SELECT response_agg(NULL::text, direction, at) FROM example) x(s);

-- no rows, ignored rows, NULL summaries
SELECT response_agg(1::bigint, NULL, now()) IS NULL AS no_direction, response_agg(1::bigint, 'inbound', NULL) IS NULL AS no_time,
       responses(NULL::response_summary, 'us') AS of_null, responses(response_agg(1::bigint, 'inbound', now()), NULL) AS of_no_side;

-- shares, percentiles, and what they refuse
SELECT answered_within(s, 'us', '40 min') AS at_most_40, answered_within(s, 'us', '39 min 59.999999 sec') AS less,
       response_time_percentile(s, 'them', 0.95) AS p95
FROM (SELECT response_agg(7::bigint, direction, at) AS s FROM example) x;
SELECT response_time_percentile(response_agg(7::bigint, direction, at), 'us', 1.01) FROM example;
SELECT response_time_percentile(response_agg(7::bigint, direction, at), 'us', 'NaN') FROM example;
SELECT answered_within(response_agg(7::bigint, direction, at), 'us', '1 month') FROM example;
SELECT answered_within(response_agg(7::bigint, direction, at), 'us', '-1 minute') FROM example;
SELECT response_agg(7::bigint, 'inbound', 'infinity');
SELECT response_agg(7::bigint, 'inbound', '294000-01-01');
SELECT response_agg(7::bigint, 'sideways', now());
SELECT '{"version":3}'::response_summary;
SELECT '{"version":1,"us":{"responses":1,"microseconds":[5],"awaiting":0},"them":{"responses":0,"awaiting":0},"unthreaded":0}'::response_summary;
SELECT '{"version":1,"us":{"responses":2,"microseconds":[7,5],"awaiting":1,"oldest_awaiting_since":"2026-03-02T11:00:00Z"},"them":{"responses":0,"awaiting":0},"unthreaded":0}'::response_summary;

-- random mail against window functions; the same thread number lives in many accounts; few threads, so many answers
CREATE TEMP TABLE mail AS
SELECT i AS id, i % 23 AS account, i % 3 AS region,
       CASE WHEN i % 29 <> 0 THEN (hashint4extended(i, 1) & 15) END AS thread,
       (enum_range(NULL::activity_direction))[1 + (hashint4extended(i, 2) & 1)] AS direction,
       CASE WHEN i % 41 <> 0 THEN timestamptz '2026-01-01' + (hashint4extended(i, 3) & 4095) * interval '10 minutes' END AS at
FROM generate_series(1, 20000) i;
ANALYZE mail;
CREATE TEMP VIEW answer AS
WITH turn AS (
  SELECT account, thread, at, direction, row_number() OVER w AS n
  FROM (SELECT *, lag(direction) OVER (PARTITION BY account, thread ORDER BY at, direction) AS before
        FROM mail WHERE thread IS NOT NULL AND at IS NOT NULL) x
  WHERE before IS DISTINCT FROM direction
  WINDOW w AS (PARTITION BY account, thread ORDER BY at, direction))
SELECT account, thread, direction, at, lead(at) OVER w - at AS answered_after,
       CASE direction WHEN 'inbound' THEN 'us' ELSE 'them' END AS answers
FROM turn WINDOW w AS (PARTITION BY account, thread ORDER BY n);
CREATE TEMP VIEW by_sql AS
SELECT account, side, count(answered_after) AS responses, count(*) FILTER (WHERE answers IS NOT NULL AND answered_after IS NULL) AS awaiting,
       count(answered_after)::float8 / nullif(count(answers), 0) AS rate,
       round(extract(epoch FROM avg(answered_after)), 3) AS mean, min(answered_after), max(answered_after),
       min(a.at) FILTER (WHERE answers IS NOT NULL AND answered_after IS NULL) AS oldest
FROM (SELECT DISTINCT account FROM mail) m CROSS JOIN (VALUES ('us'), ('them')) s(side) LEFT JOIN answer a USING (account)
WHERE answers = side GROUP BY account, side;
CREATE TEMP VIEW by_extension AS
SELECT account, side::text, responses(s, side), awaiting(s, side), response_rate(s, side),
       round(extract(epoch FROM avg_response_time(s, side)), 3), min_response_time(s, side), max_response_time(s, side), oldest_awaiting_since(s, side)
FROM (SELECT account, response_agg(thread, direction, at) AS s FROM mail GROUP BY account) x, unnest(enum_range(NULL::party_side)) side;
SELECT count(*) AS sides, sum(responses) AS responses FROM by_extension;
(TABLE by_extension EXCEPT ALL TABLE by_sql) UNION ALL (TABLE by_sql EXCEPT ALL TABLE by_extension);
SELECT count(*) AS accounts, bool_and(unthreaded(s) = n) AS unthreaded FROM (
  SELECT response_agg(thread, direction, at) AS s, count(*) FILTER (WHERE thread IS NULL AND at IS NOT NULL) AS n FROM mail GROUP BY account) x;

-- percentiles: exact up to 64 responses of a side, within 1 % beyond
SELECT count(*) AS groups, min(n) AS least, max(n) AS most,
       bool_and(CASE WHEN n <= 64 THEN abs(found - expected) < 0.000002 ELSE abs(found - expected) <= 0.01 * expected END) AS close,
       bool_or(n <= 64) AS some_exact, bool_or(n > 64) AS some_not
FROM (SELECT p, count(*) AS n, extract(epoch FROM percentile_cont(p) WITHIN GROUP (ORDER BY answered_after)) AS expected, answers, account % g AS part
      FROM answer, unnest(ARRAY[0, 0.1, 0.5, 0.95, 1]::float8[]) p, (VALUES (2), (23)) v(g)
      WHERE answered_after IS NOT NULL AND (g = 2 OR thread < 3) GROUP BY p, answers, g, account % g) e
JOIN (SELECT p, account % g AS part, side::text AS answers, responses(s, side) AS n, extract(epoch FROM response_time_percentile(s, side, p)) AS found
      FROM (SELECT g, account % g AS account, response_agg(account * 100 + thread, direction, at) AS s
            FROM mail, (VALUES (2), (23)) v(g) WHERE thread IS NOT NULL AND (g = 2 OR thread < 3) GROUP BY g, account % g) x,
           unnest(ARRAY[0, 0.1, 0.5, 0.95, 1]::float8[]) p, unnest(enum_range(NULL::party_side)) side) f USING (p, part, answers, n);

-- threads as bigint, uuid and text give the same answer
SELECT count(*) AS accounts, bool_and(a = b AND b = c) AS same FROM (
  SELECT response_agg(thread, direction, at) AS a, response_agg(md5(thread::text)::uuid, direction, at) AS b,
         response_agg('<' || thread || '@mail.example>', direction, at) AS c
  FROM mail GROUP BY account) x;

-- rollup is exact where threads are disjoint: here every account has its own
CREATE TEMP TABLE account_summary AS
SELECT account, region, response_agg(account * 1000 + thread * 3 + region, direction, at) AS s FROM mail GROUP BY account, region;
SELECT count(*) AS regions, bool_and(a.s = b.s) AS same, max(pg_column_size(b.s)) < 4096 AS small
FROM (SELECT region, rollup(s) AS s FROM account_summary GROUP BY region) a
JOIN (SELECT region, response_agg(account * 1000 + thread * 3 + region, direction, at) AS s FROM mail GROUP BY region) b USING (region);
SELECT rollup(NULL::response_summary) IS NULL AS none;
SELECT count(*) = (SELECT count(*) FROM account_summary) AS all_differ FROM (SELECT s FROM account_summary GROUP BY s) x;

-- as a window: the state goes on after it was finished
SELECT count(*) AS rows, bool_and(running = (SELECT response_agg(thread, direction, at) FROM mail m WHERE m.id <= x.id)) AS same
FROM (SELECT id, response_agg(thread, direction, at) OVER (ORDER BY id) AS running FROM mail WHERE id <= 200) x;

-- text and binary there and back
CREATE TEMP TABLE copied (LIKE account_summary);
\set file `mktemp -u /tmp/relinsights_copy.XXXXXX`
COPY account_summary TO :'file' (FORMAT binary);
COPY copied FROM :'file' (FORMAT binary);
SELECT count(*) FROM (TABLE account_summary INTERSECT ALL TABLE copied) x;
TRUNCATE copied;
COPY account_summary TO :'file';
COPY copied FROM :'file';
SELECT count(*) FROM (TABLE account_summary INTERSECT ALL TABLE copied) x;
\! rm -f /tmp/relinsights_copy.*
