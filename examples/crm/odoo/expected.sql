-- The KPIs of Odoo's tables by plain SQL, not through mapping.sql (psql -v crm=public -f expected.sql): view
-- expected_kpi.
\if :{?crm} \else \set crm public \endif
SET search_path = :"crm";
-- By their users, where the mapping asks partner_share; the robot aside.
CREATE TEMP VIEW ours AS SELECT partner_id AS person FROM res_users WHERE NOT share AND login <> '__system__';

CREATE TEMP VIEW letter AS
SELECT m.*, 'message ' || min(m.id) OVER (PARTITION BY lower(translate(m.message_id, '<> ', ''))) AS act
FROM mail_message m
WHERE coalesce(m.model, '') <> 'discuss.channel'
  AND (m.message_type IN ('email', 'email_outgoing', 'out_of_office', 'auto_comment')
    OR m.mail_activity_type_id IN (SELECT id FROM mail_activity_type WHERE category <> 'meeting')
    OR (m.message_type = 'comment' AND NOT m.is_internal
        AND m.subtype_id NOT IN (SELECT id FROM mail_message_subtype WHERE internal)));

CREATE TEMP VIEW ended_event AS
SELECT 'event ' || id AS act, * FROM calendar_event WHERE active AND stop AT TIME ZONE 'UTC' <= now();

CREATE TEMP VIEW present AS
SELECT x.act, CASE WHEN x.person IN (SELECT person FROM ours) THEN 'us' ELSE 'them' END AS side, x.person,
  true AS openly, x.role
FROM (
  SELECT act, author_id AS person, 'from' AS role FROM letter
  UNION SELECT l.act, r.res_partner_id, 'to' FROM letter l JOIN mail_message_res_partner_rel r
    ON r.mail_message_id = l.id
  UNION SELECT l.act, o.partner_id, 'to' FROM letter l JOIN crm_lead o ON o.id = l.res_id
    WHERE l.model = 'crm.lead' AND l.mail_activity_type_id IN (SELECT id FROM mail_activity_type
      WHERE category = 'phonecall')
  UNION SELECT e.act, a.partner_id, 'attends' FROM ended_event e JOIN calendar_attendee a ON a.event_id = e.id
    AND a.state <> 'declined'
  UNION SELECT e.act, u.partner_id, 'calls' FROM ended_event e JOIN res_users u ON u.id = e.user_id) x
WHERE x.person <> (SELECT partner_id FROM res_users WHERE login = '__system__');

CREATE TEMP VIEW done AS
(SELECT DISTINCT ON (l.act) l.act,
  CASE (SELECT category FROM mail_activity_type t WHERE t.id = l.mail_activity_type_id)
    WHEN 'phonecall' THEN 'phone_call' WHEN 'default' THEN 'task' ELSE 'email' END AS kind,
  CASE WHEN l.author_id IN (SELECT partner_id FROM res_users WHERE NOT share) THEN 'outbound'
    ELSE 'inbound' END AS direction,
  l.date AT TIME ZONE 'UTC' AS at, 0::numeric AS hours, l.model || l.res_id AS thread,
  l.message_type NOT IN ('out_of_office', 'auto_comment')
    AND l.author_id IS DISTINCT FROM (SELECT partner_id FROM res_users WHERE login = '__system__')
    AND NOT (EXISTS (SELECT FROM present p WHERE p.act = l.act AND p.role = 'from' AND p.side = 'us')
      AND EXISTS (SELECT FROM present p WHERE p.act = l.act AND p.role = 'to' AND p.side = 'us')
      AND NOT EXISTS (SELECT FROM present p WHERE p.act = l.act AND p.side = 'them')) AS in_responses,
  true AS needs_reply, false AS followed, NULL::int AS opens, NULL::int AS clicks, NULL::int AS views,
    NULL::int AS replies
FROM letter l ORDER BY l.act, l.id)
UNION ALL
SELECT e.act, 'meeting', CASE WHEN e.user_id IN (SELECT id FROM res_users WHERE NOT share) THEN 'outbound'
                              WHEN e.user_id IS NOT NULL THEN 'inbound' END,
  e.start AT TIME ZONE 'UTC', CASE WHEN e.allday THEN 0 ELSE extract(epoch FROM e.stop - e.start) / 3600 END, NULL,
    false, true,
  false, NULL, NULL, NULL, NULL
FROM ended_event e;

-- What concerns a lead concerns its customer's company.
CREATE TEMP VIEW regards AS
WITH direct AS (
  SELECT l.act, o.type::text AS record_type, o.id AS record_id, o.partner_id
  FROM letter l JOIN crm_lead o ON l.model = 'crm.lead' AND o.id = l.res_id
  UNION ALL SELECT e.act, o.type, o.id, o.partner_id FROM ended_event e JOIN crm_lead o ON o.id = e.opportunity_id)
SELECT act, record_type, record_id FROM direct
UNION SELECT d.act, 'account', c.id FROM direct d JOIN res_partner p ON p.id = d.partner_id JOIN res_partner c
  ON c.id = p.parent_id
UNION SELECT l.act, CASE WHEN p.is_company THEN 'account' ELSE 'contact' END, p.id
FROM letter l JOIN res_partner p ON l.model = 'res.partner' AND p.id = l.res_id;

CREATE TEMP VIEW recorded AS
SELECT CASE WHEN is_company THEN 'account' ELSE 'contact' END AS record_type, id AS record_id,
  NULL::timestamptz AS closed_at
FROM res_partner WHERE id NOT IN (SELECT partner_id FROM res_company)
  AND id NOT IN (SELECT partner_id FROM res_users WHERE NOT share)
UNION ALL
-- Open: active, and not won.
SELECT type, id, CASE WHEN NOT active OR probability = 100 THEN date_closed AT TIME ZONE 'UTC' END FROM crm_lead;

CREATE TEMP VIEW listed AS
SELECT 'account' AS record_type, coalesce(parent_id, id) AS record_id, 'them' AS side, id AS person FROM res_partner
WHERE parent_id IS NOT NULL OR is_company
UNION SELECT 'contact', id, 'them', id FROM res_partner WHERE NOT is_company
UNION SELECT type, id, 'them', partner_id FROM crm_lead
UNION SELECT l.type, l.id, 'us', u.partner_id FROM crm_lead l JOIN res_users u ON u.id = l.user_id;
\ir ../expected_kpis.sql
RESET search_path;
