-- Salesforce as Fivetran brings it: views in the shapes that relinsights.create_model() reads.
--
--   psql -v crm=salesforce -v mapping=salesforce_mapping -v zone=Asia/Seoul -v our_domains=our.example -f mapping.sql
--
-- crm: Fivetran's schema; mapping: the schema to make; zone: where a day begins (due dates have no time); our_domains:
-- our mail
-- domains, with commas between, in small letters; lost_leads: statuses of leads that came to nothing, with commas
-- between.
-- Who is us: users of type Standard, and addresses of our domains; users of a portal are the contacts that they belong
-- to. Won and
-- lost are is_won and is_closed.
-- Ids stay text as they are; the first three characters say what they are of. An address that is nobody's stands for
-- itself.
\if :{?crm} \else \set crm salesforce \endif
\if :{?mapping} \else \set mapping salesforce_mapping \endif
\if :{?zone} \else \set zone UTC \endif
\if :{?our_domains} \else \set our_domains '' \endif
\if :{?lost_leads} \else \set lost_leads 'Closed - Not Converted,Unqualified' \endif
\set ON_ERROR_STOP on
-- Fivetran's times are UTC: timestamps are read so, timestamptz are as they are.
SELECT CASE WHEN atttypid = 'timestamptz'::regtype THEN '' ELSE 'AT TIME ZONE ''UTC''' END AS utc
FROM pg_attribute WHERE attrelid = (quote_ident(:'crm') || '.task')::regclass AND attname = 'completed_date_time' \gset
BEGIN;
CREATE SCHEMA :"mapping";

-- Tasks that are not an e-mail's shadow and not the head of a series.
CREATE VIEW :"mapping".real_task WITH (security_invoker = true) AS
SELECT t.*, CASE WHEN t.task_subtype IN ('Email', 'ListEmail') THEN 'email' WHEN t.task_subtype = 'Call'
  THEN 'phone_call'
                 WHEN t.task_subtype IN ('Cadence', 'LinkedIn') THEN 'other' ELSE 'task' END AS kind
FROM :"crm".task t
WHERE t.is_deleted IS NOT TRUE AND t.is_recurrence IS NOT TRUE
  AND NOT EXISTS (SELECT FROM :"crm".email_message m WHERE m.activity_id = t.id AND m.is_deleted IS NOT TRUE);

-- Of a group event every user has one: the parent is the meeting.
CREATE VIEW :"mapping".real_event WITH (security_invoker = true) AS
SELECT e.* FROM :"crm".event e WHERE e.is_deleted IS NOT TRUE AND e.is_child IS NOT TRUE
  AND e.is_recurrence IS NOT TRUE;

CREATE VIEW :"mapping".activities WITH (security_invoker = true) AS
SELECT m.id AS activity_id, 'email' AS kind, CASE WHEN m.incoming THEN 'inbound' WHEN NOT m.incoming
  THEN 'outbound' END AS direction,
       m.message_date :utc AS occurred_at, NULL::timestamptz AS ends_at,
       -- 5 is a draft.
       CASE WHEN m.status = '5' OR m.is_bounced THEN 'cancelled' ELSE 'completed' END AS status,
         NULL::interval AS duration,
       m.thread_identifier AS thread_id, m.subject,
       CASE left(m.related_to_id, 3) WHEN '006' THEN 'opportunity' WHEN '001' THEN 'account' END AS regarding_type,
       m.related_to_id AS regarding_id, coalesce(m.is_tracked, false) AS followed,
         coalesce(m.is_opened, false)::int AS opens,
       coalesce(m.headers ~* 'auto-submitted: *auto-', false) AS automated, m.is_deleted AS deleted,
       lower(trim(both '<> ' FROM m.message_identifier)) AS dedupe_key
FROM :"crm".email_message m
UNION ALL
SELECT t.id, t.kind,
       CASE WHEN t.kind = 'task' OR t.task_subtype = 'ListEmail' THEN 'outbound' WHEN t.kind = 'phone_call' THEN
         CASE t.call_type WHEN 'Inbound'
         THEN 'inbound' WHEN 'Outbound' THEN 'outbound' END END,
       coalesce(t.completed_date_time :utc, t.activity_date::timestamp AT TIME ZONE :'zone', t.created_date :utc), NULL,
       CASE WHEN t.is_closed THEN 'completed' ELSE 'scheduled' END,
       -- Text in some connectors, seconds in all.
       nullif(t.call_duration_in_seconds::text, '')::double precision * interval '1 second', NULL, t.subject,
       CASE left(t.what_id, 3) WHEN '006' THEN 'opportunity' WHEN '001' THEN 'account' END, t.what_id, false, 0,
       t.task_subtype IS NOT DISTINCT FROM 'ListEmail', false, NULL
FROM :"mapping".real_task t
UNION ALL
-- Who called a meeting Salesforce does not say. Nobody marks one as held: its status follows from its end.
SELECT e.id, 'meeting', NULL, CASE WHEN e.is_all_day_event THEN e.activity_date::timestamp AT TIME ZONE :'zone'
  ELSE e.start_date_time :utc END,
       CASE WHEN e.is_all_day_event THEN (e.activity_date + 1)::timestamp AT TIME ZONE :'zone'
         ELSE e.end_date_time :utc END,
       -- 2 is a proposal.
       CASE WHEN e.group_event_type = '2' THEN 'cancelled' END,
       -- A whole day in the calendar is not a day of work.
       CASE WHEN e.is_all_day_event THEN interval '0' END, NULL, e.subject,
       CASE left(e.what_id, 3) WHEN '006' THEN 'opportunity' WHEN '001' THEN 'account' END, e.what_id, false, 0, false,
         false, NULL
FROM :"mapping".real_event e;

-- Users that are ours, and contacts and leads, by the id as it stands. One branch per column that names a person.
CREATE VIEW :"mapping".seller WITH (security_invoker = true) AS
SELECT u.* FROM :"crm"."user" u WHERE u.user_type = 'Standard';

CREATE VIEW :"mapping".mail_person WITH (security_invoker = true) AS
SELECT r.*, CASE r.relation_type WHEN 'FromAddress' THEN 'from' WHEN 'ToAddress' THEN 'to' WHEN 'CcAddress' THEN 'cc'
                                 WHEN 'BccAddress' THEN 'bcc' END AS role
FROM :"crm".email_message_relation r WHERE r.is_deleted IS NOT TRUE;

CREATE VIEW :"mapping".event_person WITH (security_invoker = true) AS
SELECT r.*, CASE WHEN r.status IS DISTINCT FROM 'Declined' THEN 'required' END AS role
FROM :"crm".event_relation r WHERE r.is_deleted IS NOT TRUE AND r.is_what IS NOT TRUE;

CREATE VIEW :"mapping".participants WITH (security_invoker = true) AS
SELECT p.email_message_id AS activity_id, 'them' AS side, p.relation_id AS party_id, p.role
FROM :"mapping".mail_person p WHERE left(p.relation_id, 3) IN ('003', '00Q')
UNION ALL
SELECT p.email_message_id, 'us', p.relation_id, p.role
FROM :"mapping".mail_person p JOIN :"mapping".seller u ON u.id = p.relation_id
UNION ALL
SELECT p.email_message_id, 'them', u.contact_id, p.role
FROM :"crm"."user" u JOIN :"mapping".mail_person p ON p.relation_id = u.id WHERE u.user_type <> 'Standard'
  AND u.contact_id IS NOT NULL
UNION ALL
SELECT p.email_message_id,
       CASE WHEN split_part(lower(p.relation_address), '@', 2) = ANY (string_to_array(:'our_domains', ',')) THEN 'us'
         ELSE 'them' END,
       lower(p.relation_address), p.role
FROM :"mapping".mail_person p WHERE p.relation_id IS NULL
UNION ALL
SELECT t.id, 'us', t.owner_id, 'required' FROM :"mapping".real_task t WHERE left(t.owner_id, 3) = '005'
UNION ALL
SELECT t.id, 'them', t.who_id, 'required' FROM :"mapping".real_task t WHERE t.who_id IS NOT NULL
UNION ALL
SELECT r.task_id, 'them', r.relation_id, 'required'
FROM :"crm".task_relation r JOIN :"mapping".real_task t ON t.id = r.task_id
WHERE r.is_deleted IS NOT TRUE AND r.is_what IS NOT TRUE AND left(r.relation_id, 3) IN ('003', '00Q')
UNION ALL
SELECT e.id, 'us', e.owner_id, 'required' FROM :"mapping".real_event e WHERE left(e.owner_id, 3) = '005'
UNION ALL
SELECT e.id, 'them', e.who_id, 'required' FROM :"mapping".real_event e WHERE e.who_id IS NOT NULL
UNION ALL
SELECT r.event_id, 'them', r.relation_id, r.role
FROM :"mapping".event_person r JOIN :"mapping".real_event e ON e.id = r.event_id
  WHERE left(r.relation_id, 3) IN ('003', '00Q')
UNION ALL
SELECT r.event_id, 'us', r.relation_id, r.role
FROM :"mapping".event_person r JOIN :"mapping".real_event e ON e.id = r.event_id
JOIN :"mapping".seller u ON u.id = r.relation_id
UNION ALL
SELECT r.event_id, 'them', u.contact_id, r.role
FROM :"crm"."user" u JOIN :"mapping".event_person r ON r.relation_id = u.id
JOIN :"mapping".real_event e ON e.id = r.event_id
WHERE u.user_type <> 'Standard' AND u.contact_id IS NOT NULL;

-- An activity belongs to the account that Salesforce wrote on it, and to the lead that it is with.
CREATE VIEW :"mapping".activity_records WITH (security_invoker = true) AS
SELECT t.id AS activity_id, 'account' AS record_type, t.account_id AS record_id FROM :"mapping".real_task t
  WHERE t.account_id IS NOT NULL
UNION ALL
SELECT e.id, 'account', e.account_id FROM :"mapping".real_event e WHERE e.account_id IS NOT NULL
UNION ALL
SELECT t.id, 'lead', t.who_id FROM :"mapping".real_task t WHERE left(t.who_id, 3) = '00Q'
UNION ALL
SELECT e.id, 'lead', e.who_id FROM :"mapping".real_event e WHERE left(e.who_id, 3) = '00Q';

CREATE VIEW :"mapping".records WITH (security_invoker = true) AS
SELECT 'account' AS record_type, a.id AS record_id, a.name, a.owner_id, NULL AS account_id, NULL AS state,
  a.created_date :utc AS created_at,
       NULL::date AS closed_at, NULL::date AS estimated_close_date, NULL::numeric AS estimated_value,
         NULL::jsonb AS attributes
FROM :"crm".account a WHERE a.is_deleted IS NOT TRUE
UNION ALL
SELECT 'contact', c.id, c.name, c.owner_id, c.account_id, NULL, c.created_date :utc, NULL, NULL, NULL, NULL
FROM :"crm".contact c WHERE c.is_deleted IS NOT TRUE
UNION ALL
SELECT 'lead', l.id, l.name, l.owner_id, NULL,
       CASE WHEN l.is_converted THEN 'qualified' WHEN l.status = ANY (string_to_array(:'lost_leads', ','))
         THEN 'disqualified' ELSE 'active' END,
       l.created_date :utc, NULL, NULL, NULL, NULL
FROM :"crm".lead l WHERE l.is_deleted IS NOT TRUE
UNION ALL
SELECT 'opportunity', o.id, o.name, o.owner_id, o.account_id, CASE WHEN o.is_won THEN 'won' WHEN o.is_closed
  THEN 'lost' ELSE 'open' END,
       o.created_date :utc, CASE WHEN o.is_closed THEN o.close_date END, o.close_date, o.amount::numeric,
       jsonb_strip_nulls(jsonb_build_object('type', o.type, 'source', o.lead_source, 'industry', a.industry,
         'employees', a.number_of_employees))
FROM :"crm".opportunity o LEFT JOIN :"crm".account a ON a.id = o.account_id WHERE o.is_deleted IS NOT TRUE;

CREATE VIEW :"mapping".record_parties WITH (security_invoker = true) AS
SELECT 'account' AS record_type, c.account_id AS record_id, 'them' AS side, c.id AS party_id, 'contact' AS role
FROM :"crm".contact c WHERE c.is_deleted IS NOT TRUE AND c.account_id IS NOT NULL
UNION ALL
SELECT 'account', r.account_id, 'them', r.contact_id, 'contact' FROM :"crm".account_contact_relation r
  WHERE r.is_deleted IS NOT TRUE
UNION ALL
SELECT 'contact', c.id, 'them', c.id, 'contact' FROM :"crm".contact c WHERE c.is_deleted IS NOT TRUE
UNION ALL
SELECT 'lead', l.id, 'them', l.id, 'contact' FROM :"crm".lead l WHERE l.is_deleted IS NOT TRUE
UNION ALL
SELECT 'lead', l.id, 'us', l.owner_id, 'owner' FROM :"crm".lead l WHERE l.is_deleted IS NOT TRUE
  AND left(l.owner_id, 3) = '005'
UNION ALL
SELECT 'opportunity', r.opportunity_id, 'them', r.contact_id, 'stakeholder'
FROM :"crm".opportunity_contact_role r WHERE r.is_deleted IS NOT TRUE
UNION ALL
SELECT 'opportunity', o.id, 'us', o.owner_id, 'owner' FROM :"crm".opportunity o WHERE o.is_deleted IS NOT TRUE
UNION ALL
SELECT 'opportunity', m.opportunity_id, 'us', m.user_id, 'team' FROM :"crm".opportunity_team_member m
  WHERE m.is_deleted IS NOT TRUE;

CREATE VIEW :"mapping".people WITH (security_invoker = true) AS
SELECT 'us' AS side, u.id AS party_id, u.name FROM :"mapping".seller u
UNION ALL
SELECT 'them', c.id, c.name FROM :"crm".contact c WHERE c.is_deleted IS NOT TRUE
UNION ALL
SELECT 'them', l.id, l.name FROM :"crm".lead l WHERE l.is_deleted IS NOT TRUE;
COMMIT;

-- Then, with indexes.sql:
--   SELECT relinsights.create_model('sales', 'salesforce_mapping.activities', 'salesforce_mapping.participants',
--     'salesforce_mapping.records', 'salesforce_mapping.record_parties', time_zone => 'Asia/Seoul',
--     activity_records => 'salesforce_mapping.activity_records', people => 'salesforce_mapping.people');
--   CALL relinsights.refresh('sales');
