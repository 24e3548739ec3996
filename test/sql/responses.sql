SET search_path = public, relinsights;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
\pset null '(null)'

-- SPEC 3.4: inbound 09:00, inbound 09:10, outbound 09:40, outbound 09:50, inbound 11:00
CREATE TEMP TABLE example (direction activity_direction, at timestamptz);
INSERT INTO example VALUES ('inbound', '2026-03-02 09:00'), ('inbound', '2026-03-02 09:10'),
  ('outbound', '2026-03-02 09:40'),
  ('outbound', '2026-03-02 09:50'), ('inbound', '2026-03-02 11:00');
SELECT side, responses(s, side), avg_response_time(s, side), median_response_time(s, side) AS median,
  min_response_time(s, side) AS min,
       max_response_time(s, side) AS max, awaiting(s, side), oldest_awaiting_since(s, side), response_rate(s, side)
FROM (SELECT response_agg(7::bigint, direction, at) AS s FROM example) x, unnest(enum_range(NULL::party_side)) side;
SELECT response_agg(7::bigint, direction, at) AS summary FROM example;
-- the same with a gap of 5 days: the first responses, and as of a week later the last turn has lapsed
SELECT side, as_of, first_responses(s, side), avg_first_response_time(s, side) AS first,
  median_first_response_time(s, side) AS median,
       first_response_time_percentile(s, side, 0.9) AS p90, awaiting(s, side), oldest_awaiting_since(s, side),
         lapsed(s, side), response_rate(s, side) AS rate
FROM (SELECT as_of, response_agg(7::bigint, direction, at, response_rules('5 days', as_of)) AS s
      FROM example, (VALUES (NULL::timestamptz), ('2026-03-07 11:00'), ('2026-03-07 11:00:00.000001'),
        ('2026-03-09 11:00')) v(as_of)
      GROUP BY as_of) x, unnest(enum_range(NULL::party_side)) side ORDER BY side, as_of NULLS FIRST;

-- what response_rules looks like, and what it refuses
SELECT response_rules() AS none, response_rules('0') AS zero,
  response_rules(gap => '36:00', as_of => '2026-03-09 12:00+09') AS both,
       response_rules(calendar => '{"time_zone": "asia/seoul", "open": {"mon-tue": ["09:00-18:00"]}}') AS calendar;
SELECT '5 days'::response_rules AS bare, ' {"gap": "P1DT12H", "as_of": "2026-03-09 12:00"} '::response_rules AS json,
  '1 week 2.5 s'::response_rules AS odd;
SELECT bool_and(r = r::text::response_rules AND r = (r::jsonb)::text::response_rules) AS lossless,
  count(DISTINCT r) AS different
FROM (VALUES (response_rules()), (response_rules('1 us')), (response_rules('5 days')),
  (response_rules('5 days', '2026-03-09')), (response_rules(as_of => '0044-03-15 BC')),
             (response_rules('5 days', '2026-03-09', '{"time_zone": "UTC", "open": {"mon": ["09:00-18:00"]}, '
               '"holidays": ["2026-01-01"]}'))) v(r);
SELECT response_rules('1 month');
SELECT response_rules('-1 second');
SELECT response_rules(as_of => 'infinity');
SELECT '1 month'::response_rules;
SELECT '{"gap": "-5 days"}'::response_rules;
SELECT '{"gap": 5}'::response_rules;
SELECT '{"gaps": "5 days"}'::response_rules;
SELECT '{"calendar": {"time_zone": "Nowhere/Land", "open": {"mon": ["09:00-18:00"]}}}'::response_rules;
SELECT 'often'::response_rules;
SELECT '{"gap": "5 days"'::response_rules;
-- rules are those of a group; a summary keeps gap and calendar, and no as-of moment
SELECT response_agg(1::bigint, 'inbound', now(), response_rules(g::interval)) FROM unnest('{1 day,2 days}'::text[]) g;
SELECT response_agg(1::bigint, 'inbound', '2026-03-01', response_rules('1 day', a::timestamptz))
  FROM unnest('{2026-03-02,2026-03-03}'::text[]) a;
SELECT response_agg(1::bigint, 'inbound', now(), NULL::response_rules);
SELECT response_agg(1::bigint, 'inbound', now(), true, NULL);
SELECT response_agg(1::bigint, NULL, now(), NULL::response_rules) IS NULL AS ignored_rows_need_none;
SELECT rollup(s) FROM (SELECT response_agg(1::bigint, 'inbound', now(), response_rules(g::interval))
  FROM unnest('{1 day,2 days}'::text[]) g GROUP BY g) x(s);
SELECT rollup(s) FROM (SELECT response_agg(1::bigint, 'inbound', now(), response_rules('1 day')) UNION ALL
  SELECT response_agg(1::bigint, 'inbound', now())) x(s);
SELECT awaiting(rollup(s), 'us') AS two FROM (
  SELECT response_agg(1::bigint, 'inbound', '2026-03-01', response_rules('1 day', a::timestamptz))
    FROM unnest('{2026-03-01,2026-03-02}'::text[]) a GROUP BY a) x(s);
-- after the as-of moment there is nothing, and nothing of nothing is NULL
SELECT response_agg(1::bigint, 'inbound', '2026-03-02', response_rules(as_of => '2026-03-01')) IS NULL AS later,
       response_agg(NULL::text, 'inbound', '2026-03-02', response_rules(as_of => '2026-03-01')) IS NULL AS unthreaded;
-- what needs no reply closes its turn; a summary of closed turns alone is one of zeros
SELECT n, awaiting(s, 'us'), oldest_awaiting_since(s, 'us'), lapsed(s, 'us'), responses(s, 'them'),
  response_rate(s, 'us') AS rate
FROM (SELECT n, response_agg(1::bigint, d::activity_direction, ('2026-03-02 ' || at)::timestamptz, needs_reply,
  response_rules()) AS s
      FROM (VALUES (1, 'outbound', '09:00', NULL), (1, 'inbound', '10:00', false), (2, 'inbound', '10:00', false),
        (2, 'inbound', '10:30', true),
                   (2, 'inbound', '11:00', false), (3, 'inbound', '10:00', false)) v(n, d, at, needs_reply)
                     GROUP BY n) x ORDER BY n;
-- what 0.1.0 and 0.2.0 stored knows no first responses, nor does what it is merged with
SELECT first_responses(s, 'us') AS not_known, avg_first_response_time(s, 'us') AS first, lapsed(s, 'us'),
  responses(s, 'us'),
       first_responses(rollup, 'us') AS merged, responses(rollup, 'us') AS responses
FROM (SELECT s, (SELECT rollup(y) FROM (SELECT s UNION ALL SELECT response_agg(7::bigint, direction, at)
  FROM example) x(y))
      FROM (SELECT
        '{"version":1,"us":{"responses":1,"microseconds":[5],"awaiting":0},"them":{"responses":0,"awaiting":1,'
          '"oldest_awaiting_since":"2026-03-02T11:00:00Z"},"unthreaded":0}'::response_summary) v(s)) w;

-- equal times: inbound before outbound
SELECT responses(s, 'us') AS us, max_response_time(s, 'us'), responses(s, 'them') AS them
FROM (SELECT response_agg(1::bigint, d::activity_direction, timestamptz '2026-03-02 09:00')
  FROM (VALUES ('outbound'), ('inbound')) v(d)) x(s);

-- e-mails without a thread are counted, and only that
SELECT s, response_rate(s, 'us'), median_response_time(s, 'us'), unthreaded(s)
FROM (SELECT response_agg(NULL::text, direction, at) FROM example) x(s);

-- no rows, ignored rows, NULL summaries
SELECT response_agg(1::bigint, NULL, now()) IS NULL AS no_direction,
  response_agg(1::bigint, 'inbound', NULL) IS NULL AS no_time,
       responses(NULL::response_summary, 'us') AS of_null,
         responses(response_agg(1::bigint, 'inbound', now()), NULL) AS of_no_side;

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
SELECT
  '{"version":1,"us":{"responses":1,"microseconds":[5],"awaiting":0},"them":{"responses":0,"awaiting":0},'
    '"unthreaded":0}'::response_summary;
SELECT
  '{"version":1,"us":{"responses":2,"microseconds":[7,5],"awaiting":1,"oldest_awaiting_since":"2026-03-02T11:00:00Z"},'
    '"them":{"responses":0,"awaiting":0},"unthreaded":0}'::response_summary;

-- random mail against window functions; the same thread number lives in many accounts; few threads, so many answers
CREATE TEMP TABLE mail AS
SELECT i AS id, i % 23 AS account, i % 3 AS region,
       CASE WHEN i % 29 <> 0 THEN (hashint4extended(i, 1) & 15) END AS thread,
       (enum_range(NULL::activity_direction))[1 + (hashint4extended(i, 2) & 1)] AS direction,
       CASE WHEN i % 41 <> 0 THEN timestamptz '2026-01-01' + (hashint4extended(i, 3) & 4095) * interval '10 minutes' END
         AS at
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
SELECT account, side, count(answered_after) AS responses,
  count(*) FILTER (WHERE answers IS NOT NULL AND answered_after IS NULL) AS awaiting,
       count(answered_after)::float8 / nullif(count(answers), 0) AS rate,
       round(extract(epoch FROM avg(answered_after)), 3) AS mean, min(answered_after), max(answered_after),
       min(a.at) FILTER (WHERE answers IS NOT NULL AND answered_after IS NULL) AS oldest
FROM (SELECT DISTINCT account FROM mail) m CROSS JOIN (VALUES ('us'), ('them')) s(side) LEFT JOIN answer a
  USING (account)
WHERE answers = side GROUP BY account, side;
CREATE TEMP VIEW by_extension AS
SELECT account, side::text, responses(s, side), awaiting(s, side), response_rate(s, side),
       round(extract(epoch FROM avg_response_time(s, side)), 3), min_response_time(s, side), max_response_time(s, side),
         oldest_awaiting_since(s, side)
FROM (SELECT account, response_agg(thread, direction, at) AS s FROM mail GROUP BY account) x,
  unnest(enum_range(NULL::party_side)) side;
SELECT count(*) AS sides, sum(responses) AS responses FROM by_extension;
(TABLE by_extension EXCEPT ALL TABLE by_sql) UNION ALL (TABLE by_sql EXCEPT ALL TABLE by_extension);
SELECT count(*) AS accounts, bool_and(unthreaded(s) = n) AS unthreaded FROM (
  SELECT response_agg(thread, direction, at) AS s, count(*) FILTER (WHERE thread IS NULL AND at IS NOT NULL) AS n
    FROM mail GROUP BY account) x;

-- conversations, closings, first responses, unknown directions, as of a moment: random threads of several seeds against
-- window functions
CREATE TEMP TABLE conversing AS
SELECT seed, i % 17 AS account, CASE WHEN i % 29 <> 0 THEN hashint4extended(i, seed) & 15 END AS thread,
       CASE WHEN i % 7 <> 0 THEN (enum_range(NULL::activity_direction))[1 + (hashint4extended(i, seed + 1) & 1)] END
         AS direction,
       timestamptz '2026-01-01' + (hashint4extended(i, seed + 2) & 4095) * interval '10 minutes' AS at,
       CASE WHEN i % 5 <> 0 THEN (hashint4extended(i, seed + 3) & 3) <> 0 END AS needs_reply
FROM generate_series(1, 8000) i, unnest('{10,20,30,40}'::int[]) seed;
ANALYZE conversing;
CREATE TEMP TABLE ruled (seed int, gap interval, as_of timestamptz);
INSERT INTO ruled VALUES (10, '0', NULL), (20, '6 hours', NULL), (30, '1 day 1 second', '2026-01-20 10:20'),
  (40, '0', '2026-01-15');
CREATE TEMP VIEW turn_by_sql AS
WITH email AS (
  SELECT c.*, gap, as_of, at - lag(at) OVER t AS silence, lag(direction) OVER t AS before
  FROM conversing c JOIN ruled USING (seed)
  WHERE thread IS NOT NULL AND direction IS NOT NULL AND at <= coalesce(as_of, 'infinity')
  WINDOW t AS (PARTITION BY seed, account, thread ORDER BY at, direction)),
started AS (
  SELECT *, silence IS NULL OR (gap > '0' AND silence > gap) AS conversation_starts FROM email),
numbered AS (
  SELECT *, count(*) FILTER (WHERE conversation_starts) OVER t AS conversation,
         count(*) FILTER (WHERE conversation_starts OR direction <> before) OVER t AS turn
  FROM started WINDOW t AS (PARTITION BY seed, account, thread ORDER BY at, direction)),
turn AS (
  SELECT seed, account, thread, gap, as_of, conversation, turn, direction, min(at) AS first, max(at) AS last,
         min(at) FILTER (WHERE needs_reply IS NOT FALSE) AS waits_since
  FROM numbered GROUP BY seed, account, thread, gap, as_of, conversation, turn, direction)
SELECT seed, account, CASE direction WHEN 'inbound' THEN 'us' ELSE 'them' END AS side,
       lead(first) OVER c - first AS taken, row_number() OVER (PARTITION BY seed, account, thread, conversation,
         direction ORDER BY turn) = 1 AS is_first,
       CASE WHEN lead(first) OVER c IS NOT NULL OR waits_since IS NULL THEN NULL
            WHEN conversation = max(conversation) OVER (PARTITION BY seed, account, thread)
              AND (gap = '0' OR as_of IS NULL OR as_of - last <= gap) THEN 'awaiting'
            ELSE 'lapsed' END AS fate, waits_since
FROM turn WINDOW c AS (PARTITION BY seed, account, thread, conversation ORDER BY turn);
CREATE TEMP VIEW conversation_by_sql AS
SELECT seed, account, side, count(taken) AS responses, count(taken) FILTER (WHERE is_first) AS first_responses,
       count(*) FILTER (WHERE fate = 'awaiting') AS awaiting, count(*) FILTER (WHERE fate = 'lapsed') AS lapsed,
       count(taken)::float8 / nullif(count(taken) + count(fate), 0) AS rate,
       min(waits_since) FILTER (WHERE fate = 'awaiting') AS oldest, round(extract(epoch FROM avg(taken)), 3) AS mean,
         min(taken), max(taken),
       round(extract(epoch FROM avg(taken) FILTER (WHERE is_first)), 3) AS first_mean
FROM turn_by_sql GROUP BY seed, account, side;
CREATE TEMP TABLE conversation_summary AS
SELECT seed, account, response_agg(thread, direction, at, needs_reply, response_rules(gap, as_of)) AS s
FROM conversing JOIN ruled USING (seed) GROUP BY seed, account;
CREATE TEMP VIEW conversation_by_extension AS
SELECT seed, account, side::text, responses(s, side), first_responses(s, side), awaiting(s, side), lapsed(s, side),
  response_rate(s, side), oldest_awaiting_since(s, side),
       round(extract(epoch FROM avg_response_time(s, side)), 3) AS mean, min_response_time(s, side),
         max_response_time(s, side),
       round(extract(epoch FROM avg_first_response_time(s, side)), 3) AS first_mean
FROM conversation_summary, unnest(enum_range(NULL::party_side)) side;
SELECT seed, count(*) AS sides, sum(responses) > 1000 AS many_responses, sum(first_responses) > 100 AS many_first,
  sum(awaiting) > 0 AS awaiting, sum(lapsed) > 0 AS lapsed
FROM conversation_by_extension GROUP BY seed ORDER BY seed;
(TABLE conversation_by_extension EXCEPT ALL TABLE conversation_by_sql)
  UNION ALL (TABLE conversation_by_sql EXCEPT ALL TABLE conversation_by_extension);
-- medians of first responses: exact up to 64, within 1 % beyond
SELECT bool_and(abs(found - expected) <= CASE WHEN n <= 64 THEN 0.000002 ELSE 0.01 * expected END) AS close,
  bool_or(n <= 64) AS some_exact, bool_or(n > 64) AS some_not
FROM (SELECT seed, account, side, count(*) AS n, extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY taken))
  AS expected
      FROM turn_by_sql WHERE is_first AND taken IS NOT NULL GROUP BY seed, account, side) e
JOIN (SELECT seed, account, side::text AS side, extract(epoch FROM median_first_response_time(s, side)) AS found
      FROM conversation_summary, unnest(enum_range(NULL::party_side)) side) f USING (seed, account, side);
SELECT bool_and(unthreaded(s) = (SELECT count(*) FROM conversing c JOIN ruled USING (seed) WHERE c.seed = m.seed
  AND c.account = m.account AND thread IS NULL
                                   AND direction IS NOT NULL AND at <= coalesce(as_of, 'infinity'))) AS unthreaded
                                     FROM conversation_summary m;
-- the same bytes in any order, for other types of threads, and from parallel workers
SELECT count(*) AS summaries, bool_and(s = backwards AND s = uuids AND s = texts) AS same
FROM conversation_summary JOIN (
  SELECT seed, account, response_agg(thread, direction, at, needs_reply, response_rules(gap, as_of) ORDER BY at DESC)
    AS backwards,
         response_agg(md5(thread::text)::uuid, direction, at, needs_reply, response_rules(gap, as_of)) AS uuids,
         response_agg('t' || thread, direction, at, needs_reply, response_rules(gap, as_of)) AS texts
  FROM conversing JOIN ruled USING (seed) GROUP BY seed, account) x USING (seed, account);
CREATE TABLE conversing_in_parallel AS SELECT c.*, response_rules(gap, as_of) AS rules FROM conversing c JOIN ruled
  USING (seed);
ANALYZE conversing_in_parallel;
BEGIN;
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
  SET LOCAL max_parallel_workers_per_gather = 4;
SET LOCAL enable_sort = off;
EXPLAIN (COSTS OFF) SELECT seed, account, response_agg(thread, direction, at, needs_reply, rules) AS s
  FROM conversing_in_parallel GROUP BY seed, account;
SELECT count(*) AS same FROM (SELECT seed, account, response_agg(thread, direction, at, needs_reply, rules) AS s
  FROM conversing_in_parallel GROUP BY seed, account
                              INTERSECT ALL TABLE conversation_summary) x;
ROLLBACK;
DROP TABLE conversing_in_parallel;
-- rollup of accounts is that of their threads
SELECT seed, rollup(s) = (SELECT response_agg(account * 16 + thread, direction, at, needs_reply,
  response_rules(gap, as_of)) FROM conversing c JOIN ruled r USING (seed) WHERE seed = m.seed) AS same
FROM conversation_summary m GROUP BY seed ORDER BY seed;

-- percentiles: exact up to 64 responses of a side, within 1 % beyond
SELECT count(*) AS groups, min(n) AS least, max(n) AS most,
       bool_and(CASE WHEN n <= 64 THEN abs(found - expected) < 0.000002
         ELSE abs(found - expected) <= 0.01 * expected END) AS close,
       bool_or(n <= 64) AS some_exact, bool_or(n > 64) AS some_not
FROM (SELECT p, count(*) AS n, extract(epoch FROM percentile_cont(p) WITHIN GROUP (ORDER BY answered_after))
  AS expected, answers, account % g AS part
      FROM answer, unnest(ARRAY[0, 0.1, 0.5, 0.95, 1]::float8[]) p, (VALUES (2), (23)) v(g)
      WHERE answered_after IS NOT NULL AND (g = 2 OR thread < 3) GROUP BY p, answers, g, account % g) e
JOIN (SELECT p, account % g AS part, side::text AS answers, responses(s, side) AS n,
  extract(epoch FROM response_time_percentile(s, side, p)) AS found
      FROM (SELECT g, account % g AS account, response_agg(account * 100 + thread, direction, at) AS s
            FROM mail, (VALUES (2), (23)) v(g) WHERE thread IS NOT NULL AND (g = 2 OR thread < 3) GROUP BY g,
              account % g) x,
           unnest(ARRAY[0, 0.1, 0.5, 0.95, 1]::float8[]) p, unnest(enum_range(NULL::party_side)) side) f
             USING (p, part, answers, n);

-- threads as bigint, uuid and text give the same answer
SELECT count(*) AS accounts, bool_and(a = b AND b = c) AS same FROM (
  SELECT response_agg(thread, direction, at) AS a, response_agg(md5(thread::text)::uuid, direction, at) AS b,
         response_agg('<' || thread || '@mail.example>', direction, at) AS c
  FROM mail GROUP BY account) x;

-- rollup is exact where threads are disjoint: here every account has its own
CREATE TEMP TABLE account_summary AS
SELECT account, region, response_agg(account * 1000 + thread * 3 + region, direction, at) AS s FROM mail
  GROUP BY account, region;
SELECT count(*) AS regions, bool_and(a.s = b.s) AS same, max(pg_column_size(b.s)) < 4096 AS small
FROM (SELECT region, rollup(s) AS s FROM account_summary GROUP BY region) a
JOIN (SELECT region, response_agg(account * 1000 + thread * 3 + region, direction, at) AS s FROM mail GROUP BY region) b
  USING (region);
SELECT rollup(NULL::response_summary) IS NULL AS none;
SELECT count(*) = (SELECT count(*) FROM account_summary) AS all_differ
  FROM (SELECT s FROM account_summary GROUP BY s) x;

-- as a window: the state goes on after it was finished
SELECT count(*) AS rows, bool_and(running = (SELECT response_agg(thread, direction, at) FROM mail m WHERE m.id <= x.id))
  AS same
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
