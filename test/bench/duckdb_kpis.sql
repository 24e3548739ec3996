WITH base AS (
  SELECT record_id, count(*) FILTER (WHERE kind = 'email' AND direction = 'outbound') AS sent,
    count(*) FILTER (WHERE kind = 'email' AND direction = 'inbound') AS received,
    count(*) FILTER (WHERE kind = 'meeting' AND direction = 'outbound') AS meetings_sent,
    count(*) FILTER (WHERE kind = 'meeting' AND direction = 'inbound') AS meetings_received,
    count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'outbound') AS calls_made,
    count(*) FILTER (WHERE kind = 'phone_call' AND direction = 'inbound') AS calls_received,
    coalesce(sum(seconds), 0) AS face_time, min(occurred_at) AS first_at, max(occurred_at) AS last_at
  FROM activity GROUP BY record_id),
turn AS (
  SELECT record_id, thread_id, direction, occurred_at
  FROM (SELECT record_id, thread_id, direction, occurred_at, lag(direction) OVER (PARTITION BY record_id, thread_id ORDER BY occurred_at, direction) AS before
        FROM activity WHERE kind = 'email') x WHERE before IS DISTINCT FROM direction),
answer AS (
  SELECT record_id, direction = 'inbound' AS us,
    epoch_us(lead(occurred_at) OVER (PARTITION BY record_id, thread_id ORDER BY occurred_at, direction)) / 1e6 - epoch_us(occurred_at) / 1e6 AS waited FROM turn),
response AS (
  SELECT record_id, count(waited) FILTER (WHERE us) AS by_us, count(waited) FILTER (WHERE NOT us) AS by_them,
    count(*) FILTER (WHERE us) AS asked_us, count(*) FILTER (WHERE NOT us) AS asked_them,
    avg(waited) FILTER (WHERE us) AS mean_us, avg(waited) FILTER (WHERE NOT us) AS mean_them,
    quantile_cont(waited, 0.5) FILTER (WHERE us) AS median_us, quantile_cont(waited, 0.5) FILTER (WHERE NOT us) AS median_them
  FROM answer GROUP BY record_id),
day AS (
  SELECT record_id, list(day) AS days, list(kind) AS day_kinds, list(direction) AS day_directions, list(n) AS day_counts
  FROM (SELECT record_id, day, kind, direction, count(*) AS n FROM activity WHERE day BETWEEN :until::DATE - 59 AND :until::DATE GROUP BY 1, 2, 3, 4) x GROUP BY record_id),
top AS (
  SELECT record_id, list(contact_id ORDER BY place) AS contacts, list(n ORDER BY place) AS contact_counts
  FROM (SELECT record_id, contact_id, n, row_number() OVER (PARTITION BY record_id ORDER BY n DESC, last_at DESC, contact_id::VARCHAR) AS place
        FROM (SELECT record_id, contact_id, count(*) AS n, max(occurred_at) AS last_at FROM activity GROUP BY 1, 2) a) b
  WHERE place <= 3 GROUP BY record_id)
SELECT base.*, coalesce(by_us, 0) AS by_us, coalesce(by_them, 0) AS by_them, coalesce(asked_us - by_us, 0) AS awaiting_us, coalesce(asked_them - by_them, 0) AS awaiting_them,
  mean_us, mean_them, median_us, median_them, days, day_kinds, day_directions, day_counts, contacts, contact_counts
FROM base LEFT JOIN response USING (record_id) LEFT JOIN day USING (record_id) LEFT JOIN top USING (record_id)
