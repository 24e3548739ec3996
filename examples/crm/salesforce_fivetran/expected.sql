-- The KPIs of Salesforce's tables by plain SQL, not through mapping.sql (psql -v crm=salesforce -v zone=UTC -f
-- expected.sql): view
-- expected_kpi. For a company whose domain is our.example.
\if :{?crm} \else \set crm salesforce \endif
\if :{?zone} \else \set zone UTC \endif
SET search_path = :"crm";
-- People by name here, where the mapping goes by ids: in this company names are told apart.
CREATE TEMP VIEW who AS
SELECT id, name AS person, CASE user_type WHEN 'Standard' THEN 'us' ELSE 'them' END AS side FROM "user"
UNION ALL SELECT id, name, 'them' FROM contact
UNION ALL SELECT id, name, 'them' FROM lead WHERE NOT is_converted;

CREATE TEMP VIEW letter AS
SELECT *, min(id) OVER (PARTITION BY coalesce(translate(lower(message_identifier), '<>', ''), id)) AS first_id
FROM email_message WHERE NOT is_deleted AND status <> '5' AND NOT is_bounced;

CREATE TEMP VIEW deed AS
SELECT id, CASE task_subtype WHEN 'Call' THEN 'phone_call' WHEN 'Task' THEN 'task' ELSE 'email' END AS kind,
  CASE WHEN task_subtype IN ('Task', 'ListEmail') THEN 'outbound' ELSE lower(call_type) END AS direction,
  coalesce(completed_date_time AT TIME ZONE 'UTC', activity_date::timestamp AT TIME ZONE :'zone') AS at,
  coalesce(call_duration_in_seconds, 0) / 3600.0 AS hours, task_subtype <> 'ListEmail' AS by_hand, owner_id, who_id,
    what_id, account_id
FROM task WHERE is_closed AND NOT is_deleted AND NOT is_recurrence
  AND id NOT IN (SELECT activity_id FROM email_message WHERE activity_id IS NOT NULL)
UNION ALL
SELECT id, 'meeting', NULL, CASE WHEN is_all_day_event THEN activity_date::timestamp AT TIME ZONE :'zone'
  ELSE start_date_time AT TIME ZONE 'UTC' END,
  CASE WHEN is_all_day_event THEN 0 ELSE extract(epoch FROM end_date_time - start_date_time) / 3600 END, true, owner_id,
    who_id, what_id, account_id
FROM event WHERE NOT is_deleted AND NOT is_child AND NOT is_recurrence AND end_date_time AT TIME ZONE 'UTC' <= now();

CREATE TEMP VIEW present AS
SELECT act, coalesce(w.side, CASE WHEN address LIKE '%@our.example' THEN 'us' ELSE 'them' END) AS side,
  coalesce(w.person, address) AS person,
  bool_or(role <> 'BccAddress') AS openly, bool_or(role = 'FromAddress') AS wrote
FROM (SELECT l.first_id AS act, r.relation_id AS id, lower(r.relation_address) AS address, r.relation_type AS role
      FROM letter l JOIN email_message_relation r ON r.email_message_id = l.id AND r.relation_type <> 'OtherAddress'
      UNION SELECT d.id, x.id, NULL, '' FROM deed d CROSS JOIN LATERAL (VALUES (d.owner_id), (d.who_id)) x(id)
        WHERE x.id IS NOT NULL
      UNION SELECT task_id, relation_id, NULL, '' FROM task_relation WHERE NOT is_what
      UNION SELECT event_id, relation_id, NULL, '' FROM event_relation WHERE NOT is_what AND status <> 'Declined') p
LEFT JOIN who w ON w.id = p.id
GROUP BY 1, 2, 3;

CREATE TEMP VIEW done AS
SELECT l.id AS act, 'email' AS kind, CASE WHEN l.incoming THEN 'inbound' ELSE 'outbound' END AS direction,
  l.message_date AT TIME ZONE 'UTC' AS at, 0::numeric AS hours, l.thread_identifier AS thread,
  coalesce(l.headers, '') NOT LIKE '%auto-replied%' AND NOT (
    SELECT bool_or(wrote AND side = 'us') AND bool_or(NOT wrote AND side = 'us') AND NOT bool_or(side = 'them')
    FROM present p WHERE p.act = l.id) AS in_responses,
  true AS needs_reply, l.is_tracked AS followed, l.is_opened::int AS opens, NULL::int AS clicks, NULL::int AS views,
    NULL::int AS replies
FROM letter l WHERE id = first_id
UNION ALL
SELECT id, kind, direction, at, hours::numeric, NULL, kind = 'email' AND by_hand, true, false, NULL, NULL, NULL, NULL
  FROM deed;

CREATE TEMP VIEW regards AS
SELECT first_id AS act, CASE WHEN related_to_id LIKE '006%' THEN 'opportunity' ELSE 'account' END AS record_type,
  related_to_id AS record_id FROM letter
UNION SELECT id, 'opportunity', what_id FROM deed WHERE what_id LIKE '006%'
UNION SELECT id, 'account', account_id FROM deed
UNION SELECT id, 'lead', who_id FROM deed WHERE who_id LIKE '00Q%';

CREATE TEMP VIEW recorded AS
SELECT 'account' AS record_type, id AS record_id, NULL::timestamptz AS closed_at FROM account WHERE NOT is_deleted
UNION ALL SELECT 'contact', id, NULL FROM contact
UNION ALL SELECT 'lead', id, NULL FROM lead
UNION ALL SELECT 'opportunity', id,
  CASE WHEN is_closed THEN (close_date + interval '1 day') AT TIME ZONE :'zone' - interval '1 microsecond' END
    FROM opportunity;

CREATE TEMP VIEW listed AS
SELECT 'account' AS record_type, account_id AS record_id, 'them' AS side, name AS person FROM contact
UNION SELECT 'account', r.account_id, 'them', c.name FROM account_contact_relation r JOIN contact c
  ON c.id = r.contact_id
UNION SELECT 'contact', id, 'them', name FROM contact
UNION SELECT 'lead', id, 'them', name FROM lead WHERE NOT is_converted
UNION SELECT 'lead', l.id, 'us', u.name FROM lead l JOIN "user" u ON u.id = l.owner_id
UNION SELECT 'opportunity', r.opportunity_id, 'them', c.name FROM opportunity_contact_role r JOIN contact c
  ON c.id = r.contact_id
WHERE NOT r.is_deleted
UNION SELECT 'opportunity', o.id, 'us', u.name FROM opportunity o JOIN "user" u ON u.id = o.owner_id
UNION SELECT 'opportunity', m.opportunity_id, 'us', u.name FROM opportunity_team_member m JOIN "user" u
  ON u.id = m.user_id;
\ir ../expected_kpis.sql
RESET search_path;
