-- Dynamics 365 Sales (Dataverse) as an export brings it to PostgreSQL: views in the shapes that
-- relinsights.create_model() reads.
--
--   psql -v crm=dataverse -v mapping=dynamics_mapping -v our_domains=our.example -f mapping.sql
--
-- crm: the schema of the export; mapping: the schema to make; our_domains: our mail domains, with commas between, in
-- small letters.
-- Who is us: users and queues, and addresses of our domains. Won and lost are the states of an opportunity.
-- Ids stay uuid as they are; an address that is nobody's gets one of its own, made of it.
\if :{?crm} \else \set crm dataverse \endif
\if :{?mapping} \else \set mapping dynamics_mapping \endif
\if :{?our_domains} \else \set our_domains '' \endif
\set ON_ERROR_STOP on
-- Dataverse's times are UTC: timestamps are read so, timestamptz are as they are.
SELECT CASE WHEN atttypid = 'timestamptz'::regtype THEN '' ELSE 'AT TIME ZONE ''UTC''' END AS utc
FROM pg_attribute WHERE attrelid = (quote_ident(:'crm') || '.email')::regclass AND attname = 'senton' \gset
BEGIN;
CREATE SCHEMA :"mapping";

CREATE VIEW :"mapping".activities WITH (security_invoker = true) AS
SELECT e.activityid AS activity_id, 'email' AS kind, CASE e.directioncode::int WHEN 1 THEN 'outbound' WHEN 0
  THEN 'inbound' END AS direction,
       coalesce(e.senton, e.actualend) :utc AS occurred_at, NULL::timestamptz AS ends_at,
       -- Pending and sending ones are completed by their state; drafts and failures are no interactions.
       CASE WHEN e.statecode = 1 AND e.statuscode IN (2, 3, 4) THEN 'completed' WHEN e.statecode = 1
         AND e.statuscode IN (6, 7) THEN 'scheduled'
            ELSE 'cancelled' END AS status,
       NULL::int AS duration,  -- in minutes
       e.baseconversationindexhash AS thread_id, e.subject,
       CASE WHEN e.regardingobjectid_entitytype IN ('account', 'contact', 'opportunity', 'lead')
         THEN e.regardingobjectid_entitytype END AS regarding_type,
       e.regardingobjectid AS regarding_id, e.isemailfollowed::int = 1 AS followed, e.opencount AS opens,
         e.linksclickedcount AS link_clicks,
       e.attachmentopencount AS attachment_views, e.replycount AS replies, e.isworkflowcreated::int = 1 AS automated,
       e."IsDelete" AS deleted, lower(trim(both '<> ' FROM e.messageid)) AS dedupe_key
FROM :"crm".email e
UNION ALL
-- Who called a meeting follows from its organizer, and of one that nobody marked, whether it was held from its end.
SELECT a.activityid, 'meeting', NULL, a.scheduledstart :utc, a.scheduledend :utc, CASE a.statecode WHEN 1
  THEN 'completed' WHEN 2 THEN 'cancelled' END,
       -- A whole day in the calendar is not a day of work.
       CASE WHEN a.isalldayevent::int = 1 THEN 0 ELSE coalesce(a.actualdurationminutes, a.scheduleddurationminutes) END,
         NULL, a.subject,
       CASE WHEN a.regardingobjectid_entitytype IN ('account', 'contact', 'opportunity', 'lead')
         THEN a.regardingobjectid_entitytype END,
       a.regardingobjectid, NULL, NULL, NULL, NULL, NULL, NULL, a."IsDelete",
         a.globalobjectid || ' ' || extract(epoch FROM a.scheduledstart)::text
-- 1 is the head of a series, which is no meeting itself.
FROM :"crm".appointment a WHERE a.instancetypecode IS DISTINCT FROM 1
UNION ALL
SELECT c.activityid, 'phone_call', CASE c.directioncode::int WHEN 1 THEN 'outbound' WHEN 0 THEN 'inbound' END,
       coalesce(c.actualend, c.scheduledend) :utc, NULL, CASE c.statecode WHEN 1 THEN 'completed' WHEN 2
         THEN 'cancelled' ELSE 'scheduled' END,
       c.actualdurationminutes, NULL, c.subject,
       CASE WHEN c.regardingobjectid_entitytype IN ('account', 'contact', 'opportunity', 'lead')
         THEN c.regardingobjectid_entitytype END,
       c.regardingobjectid, NULL, NULL, NULL, NULL, NULL, NULL, c."IsDelete", NULL
FROM :"crm".phonecall c
UNION ALL
SELECT t.activityid, 'task', 'outbound', coalesce(t.actualend, t.scheduledend) :utc, NULL,
       CASE t.statecode WHEN 1 THEN 'completed' WHEN 2 THEN 'cancelled' ELSE 'scheduled' END, t.actualdurationminutes,
         NULL, t.subject,
       CASE WHEN t.regardingobjectid_entitytype IN ('account', 'contact', 'opportunity', 'lead')
         THEN t.regardingobjectid_entitytype END,
       t.regardingobjectid, NULL, NULL, NULL, NULL, NULL, NULL, t."IsDelete", NULL
FROM :"crm".task t;

-- Masks 8 and above (regarding, owner, resource, ...) are no participants.
CREATE VIEW :"mapping".party WITH (security_invoker = true) AS
SELECT p.*, (ARRAY['from', 'to', 'cc', 'bcc', 'required', 'optional', 'organizer'])[p.participationtypemask] AS role
FROM :"crm".activityparty p WHERE p."IsDelete" IS NOT TRUE AND p.participationtypemask BETWEEN 1 AND 7;

CREATE VIEW :"mapping".participants WITH (security_invoker = true) AS
SELECT p.activityid AS activity_id, CASE WHEN p.partyid_entitytype IN ('systemuser', 'queue') THEN 'us'
  ELSE 'them' END AS side,
       p.partyid AS party_id, p.role
FROM :"mapping".party p WHERE p.partyid_entitytype IN ('systemuser', 'queue', 'contact', 'lead', 'account')
UNION ALL
SELECT p.activityid,
       CASE WHEN split_part(lower(p.addressused), '@', 2) = ANY (string_to_array(:'our_domains', ',')) THEN 'us'
         ELSE 'them' END,
       md5(lower(p.addressused))::uuid, p.role
FROM :"mapping".party p WHERE p.partyid IS NULL AND p.addressused <> '';

-- What concerns an opportunity concerns its account too.
CREATE VIEW :"mapping".activity_records WITH (security_invoker = true) AS
SELECT e.activityid AS activity_id, 'account' AS record_type, o.parentaccountid AS record_id
FROM :"crm".opportunity o JOIN :"crm".email e ON e.regardingobjectid = o.opportunityid
  WHERE o.parentaccountid IS NOT NULL
UNION ALL
SELECT a.activityid, 'account', o.parentaccountid
FROM :"crm".opportunity o JOIN :"crm".appointment a ON a.regardingobjectid = o.opportunityid
  WHERE o.parentaccountid IS NOT NULL
UNION ALL
SELECT c.activityid, 'account', o.parentaccountid
FROM :"crm".opportunity o JOIN :"crm".phonecall c ON c.regardingobjectid = o.opportunityid
  WHERE o.parentaccountid IS NOT NULL
UNION ALL
SELECT t.activityid, 'account', o.parentaccountid
FROM :"crm".opportunity o JOIN :"crm".task t ON t.regardingobjectid = o.opportunityid
  WHERE o.parentaccountid IS NOT NULL;

CREATE VIEW :"mapping".records WITH (security_invoker = true) AS
SELECT 'account' AS record_type, a.accountid AS record_id, a.name, a.ownerid AS owner_id, NULL::uuid AS account_id,
       CASE a.statecode WHEN 0 THEN 'active' WHEN 1 THEN 'inactive' END AS state, a.createdon :utc AS created_at,
         NULL::date AS closed_at,
       NULL::date AS estimated_close_date, NULL::numeric AS estimated_value, NULL::jsonb AS attributes
FROM :"crm".account a WHERE a."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'contact', c.contactid, c.fullname, c.ownerid, CASE c.parentcustomerid_entitytype WHEN 'account'
  THEN c.parentcustomerid END,
       CASE c.statecode WHEN 0 THEN 'active' WHEN 1 THEN 'inactive' END, c.createdon :utc, NULL, NULL, NULL, NULL
FROM :"crm".contact c WHERE c."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'lead', l.leadid, l.fullname, l.ownerid, l.parentaccountid,
       CASE l.statecode WHEN 0 THEN 'active' WHEN 1 THEN 'qualified' WHEN 2 THEN 'disqualified' END, l.createdon :utc,
         NULL, NULL, NULL, NULL
FROM :"crm".lead l WHERE l."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'opportunity', o.opportunityid, o.name, o.ownerid, o.parentaccountid, CASE o.statecode WHEN 0 THEN 'open' WHEN 1
  THEN 'won' WHEN 2 THEN 'lost' END,
       -- The value in the base currency, so that deals can be added up.
       o.createdon :utc, o.actualclosedate, o.estimatedclosedate, o.estimatedvalue_base,
       jsonb_strip_nulls(jsonb_build_object('industry', a.industrycode::text))
FROM :"crm".opportunity o LEFT JOIN :"crm".account a ON a.accountid = o.parentaccountid WHERE o."IsDelete" IS NOT TRUE;

CREATE VIEW :"mapping".record_parties WITH (security_invoker = true) AS
SELECT 'account' AS record_type, c.parentcustomerid AS record_id, 'them' AS side, c.contactid AS party_id,
  'contact' AS role
FROM :"crm".contact c WHERE c.parentcustomerid_entitytype = 'account' AND c."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'account', a.accountid, 'them', a.accountid, 'contact' FROM :"crm".account a WHERE a."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'contact', c.contactid, 'them', c.contactid, 'contact' FROM :"crm".contact c WHERE c."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'lead', l.leadid, 'them', l.leadid, 'contact' FROM :"crm".lead l WHERE l."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'lead', l.leadid, 'them', l.parentcontactid, 'contact'
FROM :"crm".lead l WHERE l."IsDelete" IS NOT TRUE AND l.parentcontactid IS NOT NULL
UNION ALL
SELECT 'opportunity', o.opportunityid, 'them', o.parentcontactid, 'contact'
FROM :"crm".opportunity o WHERE o."IsDelete" IS NOT TRUE AND o.parentcontactid IS NOT NULL
UNION ALL
SELECT 'opportunity', o.opportunityid, 'them', o.customerid, 'contact'
FROM :"crm".opportunity o WHERE o."IsDelete" IS NOT TRUE AND o.customerid_entitytype = 'contact'
UNION ALL
-- From the account: this alone links no activity to the deal.
SELECT 'opportunity', o.opportunityid, 'them', a.primarycontactid, 'primary_contact'
FROM :"crm".opportunity o JOIN :"crm".account a ON a.accountid = o.parentaccountid
WHERE o."IsDelete" IS NOT TRUE AND a.primarycontactid IS NOT NULL
UNION ALL
-- Every connection stands there twice, once from either end.
SELECT 'opportunity', k.record1id, CASE k.record2id_entitytype WHEN 'systemuser' THEN 'us' ELSE 'them' END, k.record2id,
       CASE k.record2id_entitytype WHEN 'systemuser' THEN 'team' ELSE 'stakeholder' END
FROM :"crm".connection k
WHERE k.record1id_entitytype = 'opportunity' AND k.record2id_entitytype IN ('contact', 'account', 'systemuser')
  AND k.statecode = 0 AND k."IsDelete" IS NOT TRUE
UNION ALL
SELECT d.record_type, d.record_id, 'us', d.ownerid, 'owner'
FROM (SELECT 'opportunity' AS record_type, o.opportunityid AS record_id, o.ownerid, o.ownerid_entitytype
  FROM :"crm".opportunity o
      WHERE o."IsDelete" IS NOT TRUE
      UNION ALL SELECT 'lead', l.leadid, l.ownerid, l.ownerid_entitytype FROM :"crm".lead l
        WHERE l."IsDelete" IS NOT TRUE) d
WHERE d.ownerid_entitytype = 'systemuser'
UNION ALL
-- A team that owns is its members.
SELECT d.record_type, d.record_id, 'us', m.systemuserid, 'team'
FROM (SELECT 'opportunity' AS record_type, o.opportunityid AS record_id, o.ownerid, o.ownerid_entitytype
  FROM :"crm".opportunity o
      WHERE o."IsDelete" IS NOT TRUE
      UNION ALL SELECT 'lead', l.leadid, l.ownerid, l.ownerid_entitytype FROM :"crm".lead l
        WHERE l."IsDelete" IS NOT TRUE) d
JOIN :"crm".teammembership m ON m.teamid = d.ownerid AND m."IsDelete" IS NOT TRUE
WHERE d.ownerid_entitytype = 'team';

CREATE VIEW :"mapping".people WITH (security_invoker = true) AS
SELECT 'us' AS side, u.systemuserid AS party_id, u.fullname AS name FROM :"crm".systemuser u
UNION ALL
SELECT 'them', c.contactid, c.fullname FROM :"crm".contact c WHERE c."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'them', l.leadid, l.fullname FROM :"crm".lead l WHERE l."IsDelete" IS NOT TRUE
UNION ALL
SELECT 'them', a.accountid, a.name FROM :"crm".account a WHERE a."IsDelete" IS NOT TRUE
UNION ALL
SELECT x.side, md5(x.address)::uuid, x.address
FROM (SELECT DISTINCT lower(p.addressused) AS address,
             CASE WHEN split_part(lower(p.addressused), '@', 2) = ANY (string_to_array(:'our_domains', ',')) THEN 'us'
               ELSE 'them' END AS side
      FROM :"mapping".party p WHERE p.partyid IS NULL AND p.addressused <> '') x;
COMMIT;

-- Then, with indexes.sql (the zone is where a day of closing ends):
--   SELECT relinsights.create_model('sales', 'dynamics_mapping.activities', 'dynamics_mapping.participants',
--     'dynamics_mapping.records', 'dynamics_mapping.record_parties', time_zone => 'Asia/Seoul',
--     activity_records => 'dynamics_mapping.activity_records', people => 'dynamics_mapping.people');
--   CALL relinsights.refresh('sales');
