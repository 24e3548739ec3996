-- The KPIs of Twenty's tables by plain SQL, not through mapping.sql (psql -v crm=workspace_abc -f expected.sql): view
-- expected_kpi.
-- For a workspace where CUSTOMER is won and DROPPED lost.
\if :{?crm} \else \set crm public \endif
SET search_path = :"crm";
-- People by address here, where the mapping goes by ids: one address is one person.
CREATE TEMP VIEW ours AS
SELECT lower("userEmail") AS person FROM "workspaceMember"
UNION SELECT lower(handle) FROM "connectedAccount"
UNION SELECT regexp_split_to_table(lower("handleAliases"), ',') FROM "connectedAccount";

-- The event of a calendar that another calendar has too is one with it.
CREATE TEMP VIEW event AS
SELECT e.*, 'event ' || first_value(id) OVER (PARTITION BY "iCalUid", "startsAt" ORDER BY id) AS act
FROM "calendarEvent" e WHERE "deletedAt" IS NULL AND NOT "isCanceled" AND "endsAt" <= now();

CREATE TEMP VIEW present AS
SELECT act, CASE WHEN person IN (SELECT person FROM ours) THEN 'us' ELSE 'them' END AS side, person,
  bool_or(role <> 'BCC') AS openly,
       array_agg(role) AS roles
FROM (SELECT 'mail ' || "messageId" AS act, lower(handle) AS person, role::text FROM "messageParticipant"
      WHERE "deletedAt" IS NULL AND role <> 'REPLY_TO'
      UNION ALL
      SELECT e.act, lower(p.handle), CASE WHEN p."isOrganizer" THEN 'FROM' ELSE 'TO' END
      FROM event e JOIN "calendarEventParticipant" p ON p."calendarEventId" = e.id
      WHERE p."isOrganizer" OR p."responseStatus" <> 'DECLINED') x
GROUP BY 1, 2, 3;

CREATE TEMP VIEW done AS
SELECT a.act, a.kind, (SELECT CASE side WHEN 'us' THEN 'outbound' ELSE 'inbound' END FROM present p
                       WHERE p.act = a.act AND 'FROM' = ANY (p.roles)) AS direction, a.at, a.hours, a.thread,
  a.kind = 'email' AND NOT EXISTS (
    SELECT FROM present p WHERE p.act = a.act
    HAVING bool_or('FROM' = ANY (roles) AND side = 'us') AND bool_or('FROM' <> ALL (roles) AND side = 'us')
       AND NOT bool_or(side = 'them')) AS in_responses,
  true AS needs_reply, false AS followed, NULL::int AS opens, NULL::int AS clicks, NULL::int AS views,
    NULL::int AS replies
FROM (SELECT 'mail ' || id AS act, 'email' AS kind, "receivedAt" AS at, 0::numeric AS hours, "messageThreadId" AS thread
      FROM message WHERE "deletedAt" IS NULL AND "receivedAt" IS NOT NULL
      UNION ALL
      SELECT DISTINCT act, 'meeting', "startsAt", CASE WHEN "isFullDay" THEN 0
        ELSE extract(epoch FROM "endsAt" - "startsAt") / 3600 END,
             NULL::uuid FROM event) a;

CREATE TEMP VIEW regards AS
SELECT x.act, r.record_type, r.record_id
FROM (SELECT 'mail ' || m.id AS act, t."targetPersonId", t."targetCompanyId", t."targetOpportunityId"
      FROM message m JOIN "messageThreadTarget" t ON t."messageThreadId" = m."messageThreadId" AND t."deletedAt" IS NULL
      UNION ALL
      SELECT e.act, t."targetPersonId", t."targetCompanyId", t."targetOpportunityId"
      FROM event e JOIN "calendarEventTarget" t ON t."calendarEventId" = e.id AND t."deletedAt" IS NULL) x
CROSS JOIN LATERAL (VALUES ('contact', x."targetPersonId"), ('account', x."targetCompanyId"),
                           ('opportunity', x."targetOpportunityId")) r(record_type, record_id)
WHERE r.record_id IS NOT NULL;

CREATE TEMP VIEW recorded AS
SELECT 'account' AS record_type, id AS record_id, NULL::timestamptz AS closed_at FROM company WHERE "deletedAt" IS NULL
UNION ALL SELECT 'contact', id, NULL FROM person WHERE lower("emailsPrimaryEmail") NOT IN (SELECT person FROM ours)
UNION ALL SELECT 'opportunity', id, CASE WHEN stage IN ('CUSTOMER', 'DROPPED') THEN "closeDate" END FROM opportunity;

CREATE TEMP VIEW listed AS
SELECT 'account' AS record_type, "companyId" AS record_id, 'them' AS side, lower("emailsPrimaryEmail") AS person
  FROM person
UNION SELECT 'contact', id, 'them', lower("emailsPrimaryEmail") FROM person
UNION SELECT 'opportunity', o.id, 'them', lower(p."emailsPrimaryEmail") FROM opportunity o JOIN person p
  ON p.id = o."pointOfContactId"
UNION SELECT 'opportunity', o.id, 'us', lower(m."userEmail")
FROM opportunity o LEFT JOIN company c ON c.id = o."companyId" JOIN "workspaceMember" m
  ON m.id IN (o."ownerId", c."accountOwnerId");
\ir ../expected_kpis.sql
RESET search_path;
