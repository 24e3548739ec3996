-- What travels between servers, and what a model takes: bytes for each activity of crm.activities (docs/scale.md).
\ir model_setup.sql
SELECT count(*) AS activities FROM crm.activities \gset
CREATE TEMP TABLE log AS
SELECT a.regarding_id AS account, count(*) AS activities, rollup(activity_log(activity_id => a.activity_id,
    kind => a.kind::activity_kind, direction => a.direction::activity_direction, occurred_at => a.occurred_at,
    duration => a.duration, thread => a.thread_id, our_people => p.us, their_people => p.them)) AS log
FROM crm.activities a
JOIN (SELECT activity_id, array_agg(DISTINCT party_id::text) FILTER (WHERE side = 'us') AS us,
             array_agg(DISTINCT party_id::text) FILTER (WHERE side = 'them') AS them
      FROM crm.participants GROUP BY 1) p USING (activity_id)
WHERE a.status = 'completed' AND a.regarding_type = 'account' GROUP BY 1;

\echo What travels as text
SELECT what, round(bytes, 1) AS bytes_an_activity
FROM (
  SELECT 1 AS place, 'activities, the columns of a model' AS what, sum(octet_length(a::text))::numeric / :activities AS bytes
  FROM (SELECT activity_id, kind, direction, occurred_at, status, duration, thread_id, regarding_type, regarding_id, followed,
               opens, link_clicks, attachment_views, replies, automated FROM crm.activities) a
  UNION ALL SELECT 2, 'participants', sum(octet_length(p::text))::numeric / :activities FROM crm.participants p
  UNION ALL SELECT 3, 'logs as bytes', sum(octet_length(activity_log_send(log)::text)) / sum(activities) FROM log
  UNION ALL SELECT 4, 'logs as JSON', sum(octet_length(log::text)) / sum(activities) FROM log
  UNION ALL SELECT 5, 'interaction_agg by record', sum(octet_length(interaction_summary_send(s)::text))::numeric / :activities
  FROM (SELECT interaction_agg(kind::activity_kind, direction::activity_direction, occurred_at, duration) AS s
        FROM crm.activities GROUP BY regarding_type, regarding_id) i) t
ORDER BY place;

\echo What lies on disk
SELECT CASE n.nspname WHEN 'crm' THEN 'source ' ELSE 'model ' END || c.relname AS relation,
       round(pg_total_relation_size(c.oid)::numeric / :activities, 1) AS bytes_an_activity
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('crm', 'model') AND c.relkind = 'r' AND c.relname <> 'drawn' AND pg_total_relation_size(c.oid) > :activities
ORDER BY n.nspname, 2 DESC;
