-- The KPIs of Dataverse's tables by plain SQL, not through mapping.sql (psql -v crm=dataverse -v zone=UTC -f
-- expected.sql): view
-- expected_kpi. For a company whose domain is our.example.
\if :{?crm} \else \set crm dataverse \endif
\if :{?zone} \else \set zone UTC \endif
SET search_path = :"crm";
CREATE TEMP VIEW letter AS
SELECT *, first_value(activityid) OVER (PARTITION BY coalesce(translate(lower(messageid), '<> ', ''), activityid::text)
                                        ORDER BY activityid) AS first_id
FROM email WHERE NOT "IsDelete" AND statuscode IN (2, 3, 4);

-- Everything but e-mail, as it happened.
CREATE TEMP VIEW deed AS
SELECT activityid AS act, 'meeting' AS kind, scheduledstart AS at,
  CASE WHEN isalldayevent THEN 0 ELSE coalesce(actualdurationminutes,
    extract(epoch FROM scheduledend - scheduledstart) / 60) END AS minutes,
  NULL AS direction, regardingobjectid, regardingobjectid_entitytype
FROM appointment WHERE NOT "IsDelete" AND instancetypecode <> 1
  AND (statecode = 1 OR (statecode = 3 AND scheduledend AT TIME ZONE 'UTC' <= now()))
UNION ALL
SELECT activityid, 'phone_call', actualend, actualdurationminutes, CASE WHEN directioncode THEN 'outbound'
  ELSE 'inbound' END, regardingobjectid,
  regardingobjectid_entitytype
FROM phonecall WHERE statecode = 1
UNION ALL SELECT activityid, 'task', actualend, actualdurationminutes, 'outbound', regardingobjectid,
  regardingobjectid_entitytype
FROM task WHERE statecode = 1;

CREATE TEMP VIEW present AS
SELECT coalesce(l.first_id, p.activityid) AS act,
  CASE WHEN partyid_entitytype IN ('systemuser', 'queue') OR addressused LIKE '%@our.example' THEN 'us'
    ELSE 'them' END AS side,
  coalesce(partyid::text, lower(addressused)) AS person, bool_or(participationtypemask <> 4) AS openly,
  bool_or(participationtypemask = 1) AS wrote, bool_or(participationtypemask = 7) AS called
FROM activityparty p LEFT JOIN letter l ON l.activityid = p.activityid
WHERE participationtypemask <= 7 AND partyid_entitytype IS DISTINCT FROM 'equipment'
GROUP BY 1, 2, 3;

CREATE TEMP VIEW done AS
SELECT l.activityid AS act, 'email' AS kind, CASE WHEN directioncode THEN 'outbound' ELSE 'inbound' END AS direction,
  senton AT TIME ZONE 'UTC' AS at, 0::numeric AS hours, baseconversationindexhash::text AS thread,
  NOT isworkflowcreated AND NOT (SELECT bool_or(wrote AND side = 'us') AND bool_or(NOT wrote AND side = 'us')
    AND NOT bool_or(side = 'them')
                                 FROM present p WHERE p.act = l.activityid) AS in_responses,
  true AS needs_reply, isemailfollowed AS followed, opencount AS opens, linksclickedcount AS clicks,
    attachmentopencount AS views, replycount AS replies
FROM letter l WHERE activityid = first_id
UNION ALL
SELECT act, kind, coalesce(direction, (SELECT CASE side WHEN 'us' THEN 'outbound' ELSE 'inbound' END FROM present p
  WHERE p.act = d.act AND called)),
  at AT TIME ZONE 'UTC', minutes / 60.0, NULL, false, true, false, NULL, NULL, NULL, NULL
FROM deed d;

CREATE TEMP VIEW regards AS
WITH direct AS (
  SELECT first_id AS act, regardingobjectid_entitytype AS record_type, regardingobjectid AS record_id FROM letter
  UNION SELECT act, regardingobjectid_entitytype, regardingobjectid FROM deed)
SELECT * FROM direct
UNION SELECT d.act, 'account', o.parentaccountid FROM direct d JOIN opportunity o ON o.opportunityid = d.record_id;

CREATE TEMP VIEW recorded AS
SELECT 'account' AS record_type, accountid AS record_id, NULL::timestamptz AS closed_at FROM account
  WHERE NOT "IsDelete"
UNION ALL SELECT 'contact', contactid, NULL FROM contact
UNION ALL SELECT 'lead', leadid, NULL FROM lead
UNION ALL SELECT 'opportunity', opportunityid,
  (actualclosedate + interval '1 day') AT TIME ZONE :'zone' - interval '1 microsecond' FROM opportunity;

CREATE TEMP VIEW listed AS
SELECT 'account' AS record_type, parentcustomerid AS record_id, 'them' AS side, contactid::text AS person FROM contact
UNION SELECT 'account', accountid, 'them', accountid::text FROM account
UNION SELECT 'contact', contactid, 'them', contactid::text FROM contact
UNION SELECT 'lead', l.leadid, 'them', x.id::text FROM lead l CROSS
  JOIN LATERAL (VALUES (l.leadid), (l.parentcontactid)) x(id)
UNION SELECT 'lead', leadid, 'us', ownerid::text FROM lead
UNION SELECT 'opportunity', opportunityid, 'them', parentcontactid::text FROM opportunity
UNION SELECT 'opportunity', o.opportunityid, 'us', coalesce(m.systemuserid, o.ownerid)::text
FROM opportunity o LEFT JOIN teammembership m ON m.teamid = o.ownerid
UNION SELECT 'opportunity', record2id, CASE record1id_entitytype WHEN 'systemuser' THEN 'us' ELSE 'them' END,
  record1id::text
FROM connection WHERE record2id_entitytype = 'opportunity' AND statecode = 0
UNION SELECT 'opportunity', record1id, 'us', record2id::text FROM connection WHERE record2id_entitytype = 'systemuser'
  AND statecode = 0;
\ir ../expected_kpis.sql
RESET search_path;
