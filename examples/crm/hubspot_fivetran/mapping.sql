-- HubSpot as Fivetran brings it: views in the shapes that relinsights.create_model() reads.
--
--   psql -v crm=hubspot -v mapping=hubspot_mapping -v zone=Asia/Seoul -v our_domains=our.example -f mapping.sql
--
-- crm: Fivetran's schema; mapping: the schema to make; zone: where a closing date's day begins; our_domains: our mail
-- domains, with
-- commas between, in small letters. Who is us: owners by their address, and addresses of our domains. Won and lost are
-- as the
-- pipelines say: closed_won, or a probability of 0.
-- Ids stay bigint as they are; an owner's and a contact's may be the same number, they are on different sides.
\if :{?crm} \else \set crm hubspot \endif
\if :{?mapping} \else \set mapping hubspot_mapping \endif
\if :{?zone} \else \set zone UTC \endif
\if :{?our_domains} \else \set our_domains '' \endif
\set ON_ERROR_STOP on
-- Fivetran's times are UTC: timestamps are read so, timestamptz are as they are.
SELECT CASE WHEN atttypid = 'timestamptz'::regtype THEN '' ELSE 'AT TIME ZONE ''UTC''' END AS utc
FROM pg_attribute WHERE attrelid = (quote_ident(:'crm') || '.engagement_email')::regclass
  AND attname = 'property_hs_timestamp' \gset
BEGIN;
CREATE SCHEMA :"mapping";

-- E-mails with their addresses as lists in small letters.
CREATE VIEW :"mapping".mail WITH (security_invoker = true) AS
SELECT e.*, lower(e.property_hs_email_from_email) AS sender,
       string_to_array(lower(replace(e.property_hs_email_to_email, ' ', '')), ';') AS receivers,
       string_to_array(lower(replace(e.property_hs_email_cc_email, ' ', '')), ';') AS copied
FROM :"crm".engagement_email e WHERE e._fivetran_deleted IS NOT TRUE;

CREATE VIEW :"mapping".activities WITH (security_invoker = true) AS
SELECT m.engagement_id AS activity_id, 'email' AS kind,
       -- By the sender: loggers and sequences set the flag as they please.
       CASE WHEN EXISTS (SELECT FROM :"crm".owner o WHERE lower(o.email) = m.sender)
              OR split_part(m.sender, '@', 2) = ANY (string_to_array(:'our_domains', ',')) THEN 'outbound'
            WHEN m.sender <> '' OR m.property_hs_email_direction = 'INCOMING_EMAIL' THEN 'inbound'
            WHEN m.property_hs_email_direction = 'EMAIL' THEN 'outbound' END AS direction,
       m.property_hs_timestamp :utc AS occurred_at, NULL::timestamptz AS ends_at,
       CASE WHEN m.property_hs_email_status IN ('BOUNCED', 'FAILED') THEN 'cancelled'
            WHEN m.property_hs_email_status IN ('SCHEDULED', 'SENDING') THEN 'scheduled' ELSE 'completed' END AS status,
       NULL::interval AS duration, m.property_hs_email_thread_id AS thread_id, m.property_hs_email_subject AS subject,
       -- An e-mail is followed if anyone counts its openings; 0 is a count.
       m.property_hs_email_open_count IS NOT NULL AS followed, m.property_hs_email_open_count::int AS opens,
       m.property_hs_email_click_count::int AS link_clicks, m.property_hs_email_reply_count::int AS replies,
       coalesce(m.property_hs_incoming_email_is_out_of_office::boolean, false) AS automated,
       lower(trim(both '<> ' FROM m.property_hs_email_message_id)) AS dedupe_key
FROM :"mapping".mail m
UNION ALL
SELECT c.engagement_id, 'phone_call', CASE c.property_hs_call_direction WHEN 'OUTBOUND' THEN 'outbound' WHEN 'INBOUND'
  THEN 'inbound' END,
       c.property_hs_timestamp :utc, NULL,
       -- A call that nobody took is no conversation; one logged by hand has no status.
       CASE WHEN c.property_hs_call_status IN ('NO_ANSWER', 'BUSY', 'FAILED', 'CANCELED') THEN 'cancelled'
            WHEN c.property_hs_call_status IN ('QUEUED', 'RINGING', 'IN_PROGRESS') THEN 'scheduled'
              ELSE 'completed' END,
       c.property_hs_call_duration * interval '1 millisecond', NULL, c.property_hs_call_title, NULL, NULL, NULL, NULL,
         NULL, NULL
FROM :"crm".engagement_call c WHERE c._fivetran_deleted IS NOT TRUE
UNION ALL
-- HubSpot does not say who called a meeting. One that nobody marked follows from its end.
SELECT m.engagement_id, 'meeting', NULL, m.property_hs_meeting_start_time :utc, m.property_hs_meeting_end_time :utc,
       CASE WHEN m.property_hs_meeting_outcome IN ('CANCELED', 'RESCHEDULED', 'NO_SHOW') THEN 'cancelled' END,
       NULL, NULL, m.property_hs_meeting_title, NULL, NULL, NULL, NULL, NULL, NULL
FROM :"crm".engagement_meeting m WHERE m._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT t.engagement_id, 'task', 'outbound', t.property_hs_timestamp :utc, NULL,
       CASE t.property_hs_task_status WHEN 'COMPLETED' THEN 'completed' ELSE 'scheduled' END, NULL, NULL,
         t.property_hs_task_subject,
       NULL, NULL, NULL, NULL, NULL, NULL
FROM :"crm".engagement_task t WHERE t._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT c.engagement_id, 'other', NULL, c.property_hs_timestamp :utc, NULL, 'completed', NULL, NULL,
       c.property_hs_communication_channel_type, NULL, NULL, NULL, NULL, NULL, NULL
FROM :"crm".engagement_communication c WHERE c._fivetran_deleted IS NOT TRUE;

CREATE VIEW :"mapping".living_contact WITH (security_invoker = true) AS
SELECT c.* FROM :"crm".contact c WHERE c._fivetran_deleted IS NOT TRUE;

-- Contacts of an engagement, by the ids that they had before a merge too. The second branch says the same thing twice,
-- so that
-- an index serves it from either table.
CREATE VIEW :"mapping".engagement_person WITH (security_invoker = true) AS
SELECT ec.engagement_id, ec.contact_id, c.property_email, c.property_hs_additional_emails
FROM :"crm".engagement_contact ec JOIN :"mapping".living_contact c ON c.id = ec.contact_id
WHERE ec._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT ec.engagement_id, c.id, c.property_email, c.property_hs_additional_emails
FROM :"mapping".living_contact c JOIN :"crm".engagement_contact ec
  ON ec.contact_id = ANY (string_to_array(c.property_hs_merged_object_ids, ';')::bigint[])
  AND string_to_array(c.property_hs_merged_object_ids, ';') @> ARRAY[ec.contact_id::text]
WHERE ec._fivetran_deleted IS NOT TRUE;

CREATE VIEW :"mapping".participants WITH (security_invoker = true) AS
-- A contact linked to a mail need not be on it: only an address gives a role.
SELECT p.engagement_id AS activity_id, 'them' AS side, p.contact_id AS party_id,
       CASE WHEN a.addresses @> ARRAY[m.sender] THEN 'from' WHEN a.addresses && m.receivers THEN 'to'
            WHEN a.addresses && m.copied THEN 'cc' END AS role
FROM :"mapping".engagement_person p JOIN :"mapping".mail m ON m.engagement_id = p.engagement_id
CROSS JOIN LATERAL (SELECT string_to_array(lower(replace(concat_ws(';', p.property_email,
  p.property_hs_additional_emails), ' ', '')), ';')) a(addresses)
UNION ALL
SELECT m.engagement_id, 'us', o.owner_id, 'from'
FROM :"mapping".mail m JOIN :"crm".owner o ON lower(o.email) = m.sender
UNION ALL
SELECT m.engagement_id, 'us', o.owner_id, 'to'
FROM :"mapping".mail m CROSS JOIN unnest(m.receivers) a(address) JOIN :"crm".owner o ON lower(o.email) = a.address
UNION ALL
SELECT m.engagement_id, 'us', o.owner_id, 'cc'
FROM :"mapping".mail m CROSS JOIN unnest(m.copied) a(address) JOIN :"crm".owner o ON lower(o.email) = a.address
UNION ALL
SELECT p.engagement_id, 'them', p.contact_id, 'required'
FROM :"mapping".engagement_person p JOIN :"crm".engagement e ON e.id = p.engagement_id
WHERE e.type IN ('CALL', 'MEETING', 'TASK', 'COMMUNICATION')
UNION ALL
SELECT c.engagement_id, 'us', c.property_hubspot_owner_id, 'required'
FROM :"crm".engagement_call c WHERE c._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT c.engagement_id, 'us', c.property_hubspot_owner_id, 'required'
FROM :"crm".engagement_meeting c WHERE c._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT c.engagement_id, 'us', c.property_hubspot_owner_id, 'required'
FROM :"crm".engagement_task c WHERE c._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT c.engagement_id, 'us', c.property_hubspot_owner_id, 'required'
FROM :"crm".engagement_communication c WHERE c._fivetran_deleted IS NOT TRUE;

-- Contacts are not here: they have what they took part in.
CREATE VIEW :"mapping".activity_records WITH (security_invoker = true) AS
SELECT e.engagement_id AS activity_id, 'account' AS record_type, e.company_id AS record_id
FROM :"crm".engagement_company e WHERE e._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT e.engagement_id, 'opportunity', e.deal_id
FROM :"crm".engagement_deal e WHERE e._fivetran_deleted IS NOT TRUE;

CREATE VIEW :"mapping".living_deal WITH (security_invoker = true) AS
SELECT d.*, CASE WHEN s.closed_won OR s.probability = 1 THEN 'won' WHEN s.probability = 0 THEN 'lost'
  ELSE 'open' END AS state
FROM :"crm".deal d LEFT JOIN :"crm".deal_pipeline_stage s
  ON s.stage_id = d.deal_pipeline_stage_id AND s.pipeline_id = d.deal_pipeline_id
WHERE d.is_deleted IS NOT TRUE;

CREATE VIEW :"mapping".records WITH (security_invoker = true) AS
SELECT 'account' AS record_type, c.id AS record_id, c.property_name AS name, c.property_hubspot_owner_id AS owner_id,
       NULL::bigint AS account_id, NULL AS state, c.property_createdate :utc AS created_at,
         NULL::timestamptz AS closed_at,
       NULL::date AS estimated_close_date, NULL::numeric AS estimated_value, NULL::jsonb AS attributes
FROM :"crm".company c WHERE c.is_deleted IS NOT TRUE
UNION ALL
SELECT 'contact', c.id, concat_ws(' ', c.property_firstname, c.property_lastname), NULL,
       (SELECT min(k.company_id) FROM :"crm".contact_company k WHERE k.contact_id = c.id
         AND k._fivetran_deleted IS NOT TRUE),
       NULL, c.property_createdate :utc, NULL, NULL, NULL, NULL
FROM :"mapping".living_contact c
UNION ALL
SELECT 'opportunity', d.deal_id, d.property_dealname, d.owner_id, k.company_id, d.state, d.property_createdate :utc,
       -- When it came into the stage that closed it; the closing date is what somebody wrote.
       CASE WHEN d.state <> 'open' THEN coalesce(
         (SELECT max(h.date_entered) FROM :"crm".deal_stage h WHERE h.deal_id = d.deal_id
           AND h.value = d.deal_pipeline_stage_id),
         d.property_closedate) :utc END,
       (d.property_closedate :utc AT TIME ZONE :'zone')::date, d.property_amount::numeric,
       jsonb_strip_nulls(jsonb_build_object('pipeline', d.deal_pipeline_id, 'industry', c.property_industry))
FROM :"mapping".living_deal d
LEFT JOIN LATERAL (SELECT min(x.company_id) AS company_id FROM :"crm".deal_company x
                   WHERE x.deal_id = d.deal_id AND x._fivetran_deleted IS NOT TRUE) k ON true
LEFT JOIN :"crm".company c ON c.id = k.company_id;

CREATE VIEW :"mapping".record_parties WITH (security_invoker = true) AS
SELECT 'account' AS record_type, k.company_id AS record_id, 'them' AS side, k.contact_id AS party_id, 'contact' AS role
FROM :"crm".contact_company k JOIN :"mapping".living_contact c ON c.id = k.contact_id
  WHERE k._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT 'contact', c.id, 'them', c.id, 'contact' FROM :"mapping".living_contact c
UNION ALL
SELECT 'opportunity', k.deal_id, 'them', k.contact_id, 'contact'
FROM :"crm".deal_contact k JOIN :"mapping".living_contact c ON c.id = k.contact_id WHERE k._fivetran_deleted IS NOT TRUE
UNION ALL
SELECT 'opportunity', d.deal_id, 'us', d.owner_id, 'owner' FROM :"mapping".living_deal d WHERE d.owner_id IS NOT NULL;

CREATE VIEW :"mapping".people WITH (security_invoker = true) AS
SELECT 'us' AS side, o.owner_id AS party_id, concat_ws(' ', o.first_name, o.last_name) AS name FROM :"crm".owner o
UNION ALL
SELECT 'them', c.id, coalesce(nullif(concat_ws(' ', c.property_firstname, c.property_lastname), ''), c.property_email)
FROM :"mapping".living_contact c;
COMMIT;

-- Then, with indexes.sql:
--   SELECT relinsights.create_model('sales', 'hubspot_mapping.activities', 'hubspot_mapping.participants',
-- 'hubspot_mapping.records',
--     'hubspot_mapping.record_parties', time_zone => 'Asia/Seoul', activity_records =>
-- 'hubspot_mapping.activity_records',
--     people => 'hubspot_mapping.people');
--   CALL relinsights.refresh('sales');
