-- Odoo: views in the shapes that relinsights.create_model() reads.
--
--   psql -v crm=public -v mapping=odoo_mapping -v zone=Asia/Seoul -f mapping.sql
--
-- crm: the schema of Odoo's tables; mapping: the schema to make; zone: where a day begins (deadlines are dates);
-- robot: the partner that is OdooBot. Who is us: partners of internal users (partner_share false). Won: probability 100
-- in
-- a stage that is_won; lost: inactive with probability 0.
-- Every id stays int4 as it is, or negated: a cast to bigint would hide Odoo's indexes.
\if :{?crm} \else \set crm public \endif
\if :{?mapping} \else \set mapping odoo_mapping \endif
\if :{?zone} \else \set zone UTC \endif
\if :{?robot} \else \set robot 2 \endif
\set ON_ERROR_STOP on
BEGIN;
CREATE SCHEMA :"mapping";

-- Messages that people exchanged, and done activities: notes, notifications and chats are none. A done meeting stands
-- in
-- the calendar.
CREATE VIEW :"mapping".mail WITH (security_invoker = true) AS
SELECT m.*, CASE WHEN m.mail_activity_type_id IS NULL THEN 'email' WHEN t.category = 'phonecall' THEN 'phone_call'
                 ELSE 'task' END AS kind
FROM :"crm".mail_message m
LEFT JOIN :"crm".mail_activity_type t ON t.id = m.mail_activity_type_id
LEFT JOIN :"crm".mail_message_subtype s ON s.id = m.subtype_id
WHERE CASE
  WHEN m.model IN ('discuss.channel', 'mail.channel') THEN false
  WHEN m.mail_activity_type_id IS NOT NULL THEN t.category IS DISTINCT FROM 'meeting'
  WHEN m.message_type = 'comment' THEN m.is_internal IS NOT TRUE AND s.internal IS NOT TRUE
  ELSE m.message_type IN ('email', 'email_outgoing', 'out_of_office', 'auto_comment') END;

-- Direction is left to who takes part, but for senders that nobody knows (theirs) and the robot (ours, takes no part).
CREATE VIEW :"mapping".activities WITH (security_invoker = true) AS
SELECT m.id AS activity_id, m.kind, CASE WHEN m.author_id IS NULL THEN 'inbound' WHEN m.author_id = :robot
  THEN 'outbound' END AS direction,
       m.date AT TIME ZONE 'UTC' AS occurred_at, NULL::timestamptz AS ends_at, 'completed' AS status,
         NULL::interval AS duration,
       m.model || ',' || m.res_id AS thread_id, m.subject,
       -- From the lead as it is today: a lead that became an opportunity took its messages along.
       l.type::text AS regarding_type, m.res_id AS regarding_id,
       m.message_type IN ('out_of_office', 'auto_comment') OR m.author_id IS NOT DISTINCT FROM :robot AS automated,
         false AS deleted,
       lower(trim(both '<> ' FROM m.message_id)) AS dedupe_key
FROM :"mapping".mail m LEFT JOIN :"crm".crm_lead l ON l.id = m.res_id
WHERE m.model = 'crm.lead'
UNION ALL
SELECT m.id, m.kind, CASE WHEN m.author_id IS NULL THEN 'inbound' WHEN m.author_id = :robot THEN 'outbound' END,
       m.date AT TIME ZONE 'UTC', NULL, 'completed', NULL, m.model || ',' || m.res_id, m.subject,
       CASE WHEN p.is_company THEN 'account' WHEN NOT p.is_company THEN 'contact' END, m.res_id,
       m.message_type IN ('out_of_office', 'auto_comment') OR m.author_id IS NOT DISTINCT FROM :robot, false,
       lower(trim(both '<> ' FROM m.message_id))
FROM :"mapping".mail m LEFT JOIN :"crm".res_partner p ON p.id = m.res_id
WHERE m.model = 'res.partner'
UNION ALL
SELECT m.id, m.kind, CASE WHEN m.author_id IS NULL THEN 'inbound' WHEN m.author_id = :robot THEN 'outbound' END,
       m.date AT TIME ZONE 'UTC', NULL, 'completed', NULL, m.model || ',' || m.res_id, m.subject, NULL, NULL,
       m.message_type IN ('out_of_office', 'auto_comment') OR m.author_id IS NOT DISTINCT FROM :robot, false,
       lower(trim(both '<> ' FROM m.message_id))
FROM :"mapping".mail m
WHERE m.model IS NULL OR m.model NOT IN ('crm.lead', 'res.partner')
UNION ALL
-- Messages and events number from 1 alike. Nobody marks an event as done: its status follows from its end.
SELECT -e.id, 'meeting', NULL, e.start AT TIME ZONE 'UTC', e.stop AT TIME ZONE 'UTC', NULL,
       -- A whole day in the calendar is not a day of work.
       CASE WHEN e.allday THEN interval '0' END, NULL, e.name, l.type, e.opportunity_id, false, e.active IS NOT TRUE,
         NULL
FROM :"crm".calendar_event e LEFT JOIN :"crm".crm_lead l ON l.id = e.opportunity_id
UNION ALL
-- What is planned, for the next interaction; what is done has become a message or an event.
SELECT -1000000000 - a.id, CASE t.category WHEN 'phonecall' THEN 'phone_call' ELSE 'task' END, 'outbound',
       a.date_deadline::timestamp AT TIME ZONE :'zone', NULL, 'scheduled', NULL, NULL, a.summary, l.type, a.res_id,
         false, false, NULL
FROM :"crm".mail_activity a
LEFT JOIN :"crm".mail_activity_type t ON t.id = a.activity_type_id LEFT JOIN :"crm".crm_lead l ON l.id = a.res_id
WHERE a.res_model = 'crm.lead' AND a.active IS NOT FALSE AND t.category IS DISTINCT FROM 'meeting';

-- One branch per column that names a person, so that each keeps its index.
CREATE VIEW :"mapping".participants WITH (security_invoker = true) AS
SELECT m.id AS activity_id, CASE WHEN p.partner_share IS FALSE THEN 'us' ELSE 'them' END AS side,
  m.author_id AS party_id, 'from' AS role
FROM :"mapping".mail m JOIN :"crm".res_partner p ON p.id = m.author_id
WHERE m.author_id <> :robot
UNION ALL
SELECT r.mail_message_id, CASE WHEN p.partner_share IS FALSE THEN 'us' ELSE 'them' END, r.res_partner_id, 'to'
FROM :"crm".mail_message_res_partner_rel r JOIN :"mapping".mail m ON m.id = r.mail_message_id
JOIN :"crm".res_partner p ON p.id = r.res_partner_id
WHERE r.res_partner_id <> :robot
UNION ALL
-- A done call has no recipients: it was with the customer of its lead.
SELECT m.id, CASE WHEN p.partner_share IS FALSE THEN 'us' ELSE 'them' END, l.partner_id, 'to'
FROM :"crm".crm_lead l JOIN :"mapping".mail m ON m.model = 'crm.lead' AND m.res_id = l.id AND m.kind = 'phone_call'
JOIN :"crm".res_partner p ON p.id = l.partner_id
UNION ALL
SELECT -e.id, CASE WHEN p.partner_share IS FALSE THEN 'us' ELSE 'them' END, u.partner_id, 'organizer'
FROM :"crm".calendar_event e JOIN :"crm".res_users u ON u.id = e.user_id JOIN :"crm".res_partner p
  ON p.id = u.partner_id
UNION ALL
SELECT -a.event_id, CASE WHEN p.partner_share IS FALSE THEN 'us' ELSE 'them' END, a.partner_id,
       CASE WHEN a.state IS DISTINCT FROM 'declined' THEN 'required' END
FROM :"crm".calendar_attendee a JOIN :"crm".calendar_event e ON e.id = a.event_id JOIN :"crm".res_partner p
  ON p.id = a.partner_id
UNION ALL
SELECT -1000000000 - a.id, 'us', u.partner_id, 'organizer'
FROM :"crm".mail_activity a JOIN :"crm".res_users u ON u.id = a.user_id
LEFT JOIN :"crm".mail_activity_type t ON t.id = a.activity_type_id
WHERE a.res_model = 'crm.lead' AND a.active IS NOT FALSE AND t.category IS DISTINCT FROM 'meeting';

-- What concerns a lead concerns the company of its customer too.
CREATE VIEW :"mapping".activity_records WITH (security_invoker = true) AS
SELECT m.id AS activity_id, 'account' AS record_type, p.commercial_partner_id AS record_id
FROM :"crm".crm_lead l JOIN :"mapping".mail m ON m.model = 'crm.lead' AND m.res_id = l.id
JOIN :"crm".res_partner p ON p.id = l.partner_id
JOIN :"crm".res_partner c ON c.id = p.commercial_partner_id AND c.is_company
UNION ALL
SELECT -e.id, 'account', p.commercial_partner_id
FROM :"crm".calendar_event e JOIN :"crm".crm_lead l ON l.id = e.opportunity_id
JOIN :"crm".res_partner p ON p.id = l.partner_id
JOIN :"crm".res_partner c ON c.id = p.commercial_partner_id AND c.is_company;

CREATE VIEW :"mapping".records WITH (security_invoker = true) AS
SELECT CASE WHEN p.is_company THEN 'account' ELSE 'contact' END AS record_type, p.id AS record_id, p.name::text AS name,
  u.partner_id AS owner_id,
       CASE WHEN c.is_company AND c.id <> p.id THEN c.id END AS account_id, CASE WHEN p.active IS FALSE THEN 'inactive'
         ELSE 'active' END AS state,
       NULL::timestamptz AS created_at, NULL::timestamptz AS closed_at, NULL::date AS estimated_close_date,
       NULL::numeric AS estimated_value, NULL::jsonb AS attributes
FROM :"crm".res_partner p LEFT JOIN :"crm".res_users u ON u.id = p.user_id LEFT JOIN :"crm".res_partner c
  ON c.id = p.commercial_partner_id
WHERE p.partner_share IS NOT FALSE AND NOT EXISTS (SELECT FROM :"crm".res_company o WHERE o.partner_id = p.id)
UNION ALL
SELECT l.type, l.id, l.name, u.partner_id, CASE WHEN c.is_company THEN c.id END,
       CASE WHEN l.probability = 100 AND s.is_won THEN CASE l.type WHEN 'lead' THEN 'qualified' ELSE 'won' END
            WHEN l.active IS NOT FALSE THEN CASE l.type WHEN 'lead' THEN 'active' ELSE 'open' END
            WHEN l.probability = 0 THEN CASE l.type WHEN 'lead' THEN 'disqualified' ELSE 'lost' END
            ELSE 'inactive' END,
       l.create_date AT TIME ZONE 'UTC', l.date_closed AT TIME ZONE 'UTC', l.date_deadline, l.expected_revenue,
       jsonb_strip_nulls(jsonb_build_object('team', l.team_id::text))
FROM :"crm".crm_lead l LEFT JOIN :"crm".crm_stage s ON s.id = l.stage_id LEFT JOIN :"crm".res_users u
  ON u.id = l.user_id
LEFT JOIN :"crm".res_partner p ON p.id = l.partner_id LEFT JOIN :"crm".res_partner c ON c.id = p.commercial_partner_id;

CREATE VIEW :"mapping".record_parties WITH (security_invoker = true) AS
SELECT 'account' AS record_type, p.commercial_partner_id AS record_id, 'them' AS side, p.id AS party_id,
  'contact' AS role
FROM :"crm".res_partner p JOIN :"crm".res_partner c ON c.id = p.commercial_partner_id AND c.is_company
WHERE p.partner_share IS NOT FALSE
UNION ALL
SELECT 'contact', p.id, 'them', p.id, 'contact' FROM :"crm".res_partner p WHERE p.is_company IS NOT TRUE
  AND p.partner_share IS NOT FALSE
UNION ALL
SELECT l.type, l.id, 'us', u.partner_id, 'owner' FROM :"crm".crm_lead l JOIN :"crm".res_users u ON u.id = l.user_id
UNION ALL
SELECT l.type, l.id, 'them', l.partner_id, 'contact' FROM :"crm".crm_lead l WHERE l.partner_id IS NOT NULL;

CREATE VIEW :"mapping".people WITH (security_invoker = true) AS
SELECT CASE WHEN p.partner_share IS FALSE THEN 'us' ELSE 'them' END AS side, p.id AS party_id,
  coalesce(p.complete_name, p.name)::text AS name
FROM :"crm".res_partner p;
COMMIT;

-- Then, with indexes.sql:
--   SELECT relinsights.create_model('sales', 'odoo_mapping.activities', 'odoo_mapping.participants',
-- 'odoo_mapping.records',
--     'odoo_mapping.record_parties', time_zone => 'Asia/Seoul', activity_records => 'odoo_mapping.activity_records',
--     people => 'odoo_mapping.people');
--   CALL relinsights.refresh('sales');
