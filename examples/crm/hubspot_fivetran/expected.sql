-- The KPIs of HubSpot's tables by plain SQL, not through mapping.sql (psql -v crm=hubspot -f expected.sql): view
-- expected_kpi.
-- For a company whose domain is our.example.
\if :{?crm} \else \set crm hubspot \endif
SET search_path = :"crm";
-- Every address that a contact has or had.
CREATE TEMP VIEW address AS
SELECT c.id AS person, a.address FROM contact c,
  regexp_split_to_table(lower(c.property_email || coalesce(';' || c.property_hs_additional_emails, '')), ';') a(address)
WHERE NOT c._fivetran_deleted;

CREATE TEMP VIEW now_contact AS
SELECT id AS old_id, id FROM contact WHERE NOT _fivetran_deleted
UNION SELECT o.id::bigint, c.id FROM contact c, regexp_split_to_table(c.property_hs_merged_object_ids, ';') o(id);

-- The first by id of each message id stands for all of them.
CREATE TEMP VIEW letter AS
SELECT e.*, min(engagement_id) OVER (PARTITION BY regexp_replace(lower(property_hs_email_message_id), '[<> ]', '',
  'g')) AS first_id
FROM engagement_email e
WHERE NOT _fivetran_deleted AND coalesce(property_hs_email_status, 'SENT') = 'SENT';

CREATE TEMP VIEW other AS
SELECT engagement_id, 'phone_call' AS kind, lower(property_hs_call_direction) AS direction, property_hs_timestamp AS at,
       property_hs_call_duration / 3600000 AS hours, property_hubspot_owner_id AS owner
FROM engagement_call WHERE coalesce(property_hs_call_status, 'COMPLETED') = 'COMPLETED'
UNION ALL
SELECT engagement_id, 'meeting', NULL, property_hs_meeting_start_time,
       extract(epoch FROM property_hs_meeting_end_time - property_hs_meeting_start_time) / 3600,
         property_hubspot_owner_id
FROM engagement_meeting
WHERE coalesce(property_hs_meeting_outcome, '') NOT IN ('NO_SHOW', 'CANCELED', 'RESCHEDULED')
  AND property_hs_meeting_end_time AT TIME ZONE 'UTC' <= now()
UNION ALL
SELECT engagement_id, 'task', 'outbound', property_hs_timestamp, 0, property_hubspot_owner_id FROM engagement_task
  WHERE property_hs_task_status = 'COMPLETED'
UNION ALL
SELECT engagement_id, 'other', NULL, property_hs_timestamp, 0, property_hubspot_owner_id FROM engagement_communication;

CREATE TEMP VIEW present AS
SELECT DISTINCT l.first_id AS act, 'them' AS side, n.id AS person, true AS openly
FROM letter l JOIN engagement_contact k ON k.engagement_id = l.engagement_id AND NOT k._fivetran_deleted
JOIN now_contact n ON n.old_id = k.contact_id JOIN address a ON a.person = n.id
WHERE a.address = ANY (regexp_split_to_array(
  lower(concat_ws(';', l.property_hs_email_from_email, l.property_hs_email_to_email, l.property_hs_email_cc_email)),
    '; *'))
UNION
SELECT l.first_id, 'us', o.owner_id, true
FROM letter l JOIN owner o ON lower(o.email) = ANY (regexp_split_to_array(
  lower(concat_ws(';', l.property_hs_email_from_email, l.property_hs_email_to_email, l.property_hs_email_cc_email)),
    '; *'))
UNION SELECT engagement_id, 'us', owner, true FROM other
UNION SELECT x.engagement_id, 'them', n.id, true
FROM other x JOIN engagement_contact k ON k.engagement_id = x.engagement_id AND NOT k._fivetran_deleted
JOIN now_contact n ON n.old_id = k.contact_id;

CREATE TEMP VIEW done AS
SELECT l.engagement_id AS act, 'email' AS kind, l.direction, property_hs_timestamp AT TIME ZONE 'UTC' AS at,
  0::numeric AS hours,
  property_hs_email_thread_id AS thread,
  NOT coalesce(property_hs_incoming_email_is_out_of_office, false)
    AND NOT (l.direction = 'outbound' AND (SELECT count(*) > 1 FROM present p WHERE p.act = l.engagement_id
      AND p.side = 'us')
             AND NOT EXISTS (SELECT FROM present p WHERE p.act = l.engagement_id AND p.side = 'them')) AS in_responses,
  true AS needs_reply, t.opens IS NOT NULL AS followed, t.opens, t.clicks, NULL::int AS views, t.replies
FROM (SELECT *, CASE WHEN property_hs_email_from_email ILIKE '%@our.example' THEN 'outbound'
  ELSE 'inbound' END AS direction
      FROM letter WHERE engagement_id = first_id) l
JOIN (SELECT first_id, max(property_hs_email_open_count) AS opens, max(property_hs_email_click_count) AS clicks,
             max(property_hs_email_reply_count) AS replies FROM letter GROUP BY first_id) t
               ON t.first_id = l.engagement_id
UNION ALL
SELECT engagement_id, kind, direction, at AT TIME ZONE 'UTC', hours::numeric, NULL, false, true, false, NULL, NULL,
  NULL, NULL FROM other;

CREATE TEMP VIEW regards AS
SELECT coalesce(l.first_id, x.id) AS act, x.record_type, x.record_id
FROM (SELECT engagement_id AS id, 'account' AS record_type, company_id AS record_id FROM engagement_company
      UNION SELECT engagement_id, 'opportunity', deal_id FROM engagement_deal) x
LEFT JOIN letter l ON l.engagement_id = x.id;

CREATE TEMP VIEW recorded AS
SELECT 'account' AS record_type, id AS record_id, NULL::timestamptz AS closed_at FROM company WHERE NOT is_deleted
UNION ALL SELECT 'contact', id, NULL FROM contact WHERE NOT _fivetran_deleted
UNION ALL SELECT 'opportunity', d.deal_id,
  CASE WHEN d.deal_pipeline_stage_id LIKE 'closed%' THEN coalesce(h.date_entered,
    d.property_closedate) AT TIME ZONE 'UTC' END
FROM deal d LEFT JOIN deal_stage h ON h.deal_id = d.deal_id AND h._fivetran_active;

CREATE TEMP VIEW listed AS
SELECT 'account' AS record_type, company_id AS record_id, 'them' AS side, contact_id AS person FROM contact_company
UNION SELECT 'contact', id, 'them', id FROM contact
UNION SELECT 'opportunity', deal_id, 'them', contact_id FROM deal_contact WHERE NOT _fivetran_deleted
UNION SELECT 'opportunity', deal_id, 'us', owner_id FROM deal;
\ir ../expected_kpis.sql
RESET search_path;
