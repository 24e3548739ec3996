-- Twenty: views in the shapes that relinsights.create_model() reads.
--
--   psql -v crm=workspace_abc -v mapping=twenty_mapping -v zone=Asia/Seoul -v lost_stages=DROPPED -f mapping.sql
--
-- crm: the workspace's schema; mapping: the schema to make; zone: where a closing date's day begins; won_stages,
-- lost_stages: stages
-- of an opportunity, with commas between; currency: deals in another one have no value (none given: whatever stands
-- there);
-- our_addresses: more addresses that are ours, with commas between, in small letters.
-- Who is us: members of the workspace, and mailboxes connected to it with their aliases.
-- Ids stay uuid as they are; an address that is neither member nor person gets one of its own, made of it.
\if :{?crm} \else \set crm public \endif
\if :{?mapping} \else \set mapping twenty_mapping \endif
\if :{?zone} \else \set zone UTC \endif
\if :{?won_stages} \else \set won_stages CUSTOMER \endif
\if :{?lost_stages} \else \set lost_stages '' \endif
\if :{?currency} \else \set currency '' \endif
\if :{?our_addresses} \else \set our_addresses '' \endif
\set ON_ERROR_STOP on
-- What a thread or event belongs to is known since 2026; before, people alone link them to records.
SELECT to_regclass(quote_ident(:'crm') || '."messageThreadTarget"') IS NOT NULL AS has_targets \gset
BEGIN;
CREATE SCHEMA :"mapping";

CREATE VIEW :"mapping".activities WITH (security_invoker = true) AS
SELECT m.id AS activity_id, 'email' AS kind, m."receivedAt" AS occurred_at, NULL::timestamptz AS ends_at,
  'completed' AS status,
       NULL::interval AS duration, m."messageThreadId" AS thread_id, m.subject, m."deletedAt" IS NOT NULL AS deleted,
       NULL AS dedupe_key
FROM :"crm".message m
UNION ALL
-- Nobody marks an event as done: its status follows from its end.
SELECT e.id, 'meeting', e."startsAt", e."endsAt", CASE WHEN e."isCanceled" THEN 'cancelled' END,
       -- A whole day in the calendar is not a day of work.
       CASE WHEN e."isFullDay" THEN interval '0' END, NULL, e.title, e."deletedAt" IS NOT NULL,
       -- All of a series have one iCalUid. The start in UTC: as text it would be in the reader's time zone.
       e."iCalUid" || ' ' || extract(epoch FROM e."startsAt" AT TIME ZONE 'UTC')::text
FROM :"crm"."calendarEvent" e;

-- Members, people and others apart, so that each column keeps its index. Who is member and person is a member.
CREATE VIEW :"mapping".mail_address WITH (security_invoker = true) AS
SELECT p.*, CASE upper(p.role::text) WHEN 'FROM' THEN 'from' WHEN 'TO' THEN 'to' WHEN 'CC' THEN 'cc' WHEN 'BCC'
  THEN 'bcc' END AS part
FROM :"crm"."messageParticipant" p WHERE p."deletedAt" IS NULL;

CREATE VIEW :"mapping".event_address WITH (security_invoker = true) AS
SELECT p.*, CASE WHEN p."isOrganizer" THEN 'organizer' WHEN p."responseStatus" IS DISTINCT FROM 'DECLINED'
  THEN 'required' END AS part
FROM :"crm"."calendarEventParticipant" p WHERE p."deletedAt" IS NULL;

CREATE VIEW :"mapping".our_address WITH (security_invoker = true) AS
SELECT lower(a.handle) AS address FROM :"crm"."connectedAccount" a
UNION
SELECT trim(lower(x.address)) FROM :"crm"."connectedAccount" a,
  unnest(string_to_array(a."handleAliases", ',')) x(address)
UNION
SELECT trim(x.address) FROM unnest(string_to_array(:'our_addresses', ',')) x(address);

CREATE VIEW :"mapping".participants WITH (security_invoker = true) AS
SELECT p."messageId" AS activity_id, 'us' AS side, p."workspaceMemberId" AS party_id, p.part AS role
FROM :"mapping".mail_address p WHERE p."workspaceMemberId" IS NOT NULL
UNION ALL
SELECT p."messageId", 'them', p."personId", p.part
FROM :"mapping".mail_address p WHERE p."workspaceMemberId" IS NULL AND p."personId" IS NOT NULL
UNION ALL
SELECT p."messageId", CASE WHEN lower(p.handle) IN (SELECT o.address FROM :"mapping".our_address o) THEN 'us'
  ELSE 'them' END,
       md5(lower(p.handle))::uuid, p.part
FROM :"mapping".mail_address p WHERE p."workspaceMemberId" IS NULL AND p."personId" IS NULL AND p.handle <> ''
UNION ALL
SELECT p."calendarEventId", 'us', p."workspaceMemberId", p.part
FROM :"mapping".event_address p WHERE p."workspaceMemberId" IS NOT NULL
UNION ALL
SELECT p."calendarEventId", 'them', p."personId", p.part
FROM :"mapping".event_address p WHERE p."workspaceMemberId" IS NULL AND p."personId" IS NOT NULL
UNION ALL
SELECT p."calendarEventId", CASE WHEN lower(p.handle) IN (SELECT o.address FROM :"mapping".our_address o) THEN 'us'
  ELSE 'them' END,
       md5(lower(p.handle))::uuid, p.part
FROM :"mapping".event_address p WHERE p."workspaceMemberId" IS NULL AND p."personId" IS NULL AND p.handle <> '';

\if :has_targets
CREATE VIEW :"mapping".activity_records WITH (security_invoker = true) AS
SELECT m.id AS activity_id, 'contact' AS record_type, t."targetPersonId" AS record_id
FROM :"crm"."messageThreadTarget" t JOIN :"crm".message m ON m."messageThreadId" = t."messageThreadId"
WHERE t."deletedAt" IS NULL AND t."targetPersonId" IS NOT NULL
UNION ALL
SELECT m.id, 'account', t."targetCompanyId"
FROM :"crm"."messageThreadTarget" t JOIN :"crm".message m ON m."messageThreadId" = t."messageThreadId"
WHERE t."deletedAt" IS NULL AND t."targetCompanyId" IS NOT NULL
UNION ALL
SELECT m.id, 'opportunity', t."targetOpportunityId"
FROM :"crm"."messageThreadTarget" t JOIN :"crm".message m ON m."messageThreadId" = t."messageThreadId"
WHERE t."deletedAt" IS NULL AND t."targetOpportunityId" IS NOT NULL
UNION ALL
SELECT t."calendarEventId", 'contact', t."targetPersonId"
FROM :"crm"."calendarEventTarget" t WHERE t."deletedAt" IS NULL AND t."targetPersonId" IS NOT NULL
UNION ALL
SELECT t."calendarEventId", 'account', t."targetCompanyId"
FROM :"crm"."calendarEventTarget" t WHERE t."deletedAt" IS NULL AND t."targetCompanyId" IS NOT NULL
UNION ALL
SELECT t."calendarEventId", 'opportunity', t."targetOpportunityId"
FROM :"crm"."calendarEventTarget" t WHERE t."deletedAt" IS NULL AND t."targetOpportunityId" IS NOT NULL;
\else
CREATE VIEW :"mapping".activity_records WITH (security_invoker = true) AS
SELECT NULL::uuid AS activity_id, NULL AS record_type, NULL::uuid AS record_id WHERE false;
\endif

-- Of our own people, the sync makes contacts too: they are no customers.
CREATE VIEW :"mapping".contact WITH (security_invoker = true) AS
SELECT p.* FROM :"crm".person p
WHERE p."deletedAt" IS NULL AND NOT EXISTS (
  SELECT FROM :"crm"."workspaceMember" w WHERE lower(w."userEmail") = lower(p."emailsPrimaryEmail"));

CREATE VIEW :"mapping".deal WITH (security_invoker = true) AS
SELECT o.*, CASE WHEN o.stage::text = ANY (string_to_array(:'won_stages', ',')) THEN 'won'
                 WHEN o.stage::text = ANY (string_to_array(:'lost_stages', ',')) THEN 'lost' ELSE 'open' END AS state
FROM :"crm".opportunity o WHERE o."deletedAt" IS NULL;

CREATE VIEW :"mapping".records WITH (security_invoker = true) AS
SELECT 'account' AS record_type, c.id AS record_id, c.name, c."accountOwnerId" AS owner_id, NULL::uuid AS account_id,
  NULL AS state,
       c."createdAt" AS created_at, NULL::timestamptz AS closed_at, NULL::date AS estimated_close_date,
       NULL::numeric AS estimated_value, NULL::jsonb AS attributes
FROM :"crm".company c WHERE c."deletedAt" IS NULL
UNION ALL
SELECT 'contact', p.id, concat_ws(' ', p."nameFirstName", p."nameLastName"), NULL, p."companyId", NULL, p."createdAt",
  NULL, NULL, NULL, NULL
FROM :"mapping".contact p
UNION ALL
SELECT 'opportunity', o.id, o.name, coalesce(o."ownerId", c."accountOwnerId"), o."companyId", o.state, o."createdAt",
       -- Twenty does not keep when a deal was won or lost: its closing date is the nearest.
       CASE WHEN o.state <> 'open' THEN o."closeDate" END, (o."closeDate" AT TIME ZONE :'zone')::date,
       CASE WHEN :'currency' IN ('', o."amountCurrencyCode") THEN o."amountAmountMicros" / 1000000 END,
       jsonb_strip_nulls(jsonb_build_object('employees', c.employees, 'ideal customer', c."idealCustomerProfile"))
FROM :"mapping".deal o LEFT JOIN :"crm".company c ON c.id = o."companyId";

CREATE VIEW :"mapping".record_parties WITH (security_invoker = true) AS
SELECT 'account' AS record_type, p."companyId" AS record_id, 'them' AS side, p.id AS party_id, 'contact' AS role
FROM :"mapping".contact p WHERE p."companyId" IS NOT NULL
UNION ALL
SELECT 'contact', p.id, 'them', p.id, 'contact' FROM :"mapping".contact p
UNION ALL
SELECT 'opportunity', o.id, 'them', o."pointOfContactId", 'contact' FROM :"mapping".deal o
  WHERE o."pointOfContactId" IS NOT NULL
UNION ALL
SELECT 'opportunity', o.id, 'us', o."ownerId", 'owner' FROM :"mapping".deal o WHERE o."ownerId" IS NOT NULL
UNION ALL
SELECT 'opportunity', o.id, 'us', c."accountOwnerId", 'team'
FROM :"mapping".deal o JOIN :"crm".company c ON c.id = o."companyId" WHERE c."accountOwnerId" IS NOT NULL;

CREATE VIEW :"mapping".people WITH (security_invoker = true) AS
SELECT 'us' AS side, w.id AS party_id, concat_ws(' ', w."nameFirstName", w."nameLastName") AS name
  FROM :"crm"."workspaceMember" w
UNION ALL
SELECT 'them', p.id, concat_ws(' ', p."nameFirstName", p."nameLastName") FROM :"mapping".contact p
UNION ALL
SELECT s.side, md5(s.address)::uuid, s.address
FROM (SELECT DISTINCT x.address, CASE WHEN x.address IN (SELECT o.address FROM :"mapping".our_address o) THEN 'us'
  ELSE 'them' END AS side
      FROM (SELECT lower(p.handle) FROM :"mapping".mail_address p WHERE p."workspaceMemberId" IS NULL
        AND p."personId" IS NULL
            UNION ALL
            SELECT lower(p.handle) FROM :"mapping".event_address p
            WHERE p."workspaceMemberId" IS NULL AND p."personId" IS NULL) x(address)
      WHERE x.address <> '') s;
COMMIT;

-- Then, with indexes.sql:
--   SELECT relinsights.create_model('sales', 'twenty_mapping.activities', 'twenty_mapping.participants',
-- 'twenty_mapping.records',
--     'twenty_mapping.record_parties', time_zone => 'Asia/Seoul', activity_records =>
-- 'twenty_mapping.activity_records',
--     people => 'twenty_mapping.people');
--   CALL relinsights.refresh('sales');
