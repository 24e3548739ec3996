-- Mapping a CRM to a model: four views in the shapes that relinsights.create_model() reads. Change the right-hand sides.
-- Here: one table per kind of activity, integer ids, people as e-mail addresses, our own people known by their domain.
-- security_invoker lets row-level security of the tables reach whoever looks at a subject.

CREATE SCHEMA mapping;

CREATE VIEW mapping.activities WITH (security_invoker = true) AS
SELECT 'e' || m.id AS activity_id, 'email' AS kind,
       CASE WHEN m.is_outgoing THEN 'outbound' ELSE 'inbound' END AS direction,
       m.sent_at AS occurred_at, 'completed' AS status, NULL::interval AS duration, m.conversation AS thread_id, m.subject,
       -- What a model does not know (tickets, campaigns) becomes NULL: an unknown label stops the refresh.
       CASE m.about_type WHEN 'Account' THEN 'account' WHEN 'Deal' THEN 'opportunity' WHEN 'Lead' THEN 'lead' END AS regarding_type,
       m.about_id::bigint AS regarding_id, m.is_auto_reply AS automated
FROM crm.mails m
UNION ALL
SELECT 'c' || c.id, CASE c.type WHEN 'call' THEN 'phone_call' WHEN 'meeting' THEN 'meeting' ELSE 'other' END,
       CASE WHEN c.started_by_us THEN 'outbound' ELSE 'inbound' END,
       c.starts_at, CASE c.state WHEN 'held' THEN 'completed' WHEN 'planned' THEN 'scheduled' ELSE 'cancelled' END,
       c.ends_at - c.starts_at, NULL, c.title,
       CASE c.about_type WHEN 'Account' THEN 'account' WHEN 'Deal' THEN 'opportunity' WHEN 'Lead' THEN 'lead' END,
       c.about_id::bigint, false
FROM crm.calendar c;

CREATE VIEW mapping.participants WITH (security_invoker = true) AS
SELECT p.item AS activity_id, CASE WHEN p.address LIKE '%@our-company.example' THEN 'us' ELSE 'them' END AS side,
       lower(p.address) AS party_id, p.role
FROM crm.people_in_items p;

CREATE VIEW mapping.records WITH (security_invoker = true) AS
SELECT 'account' AS record_type, a.id::bigint AS record_id, a.name, a.owner AS owner_id, NULL::bigint AS account_id,
       NULL AS state, NULL::date AS estimated_close_date, NULL::numeric AS estimated_value
FROM crm.accounts a
UNION ALL
SELECT 'opportunity', d.id::bigint, d.name, d.owner, d.account_id::bigint,
       CASE d.stage WHEN 'Closed Won' THEN 'won' WHEN 'Closed Lost' THEN 'lost' ELSE 'open' END, d.close_date, d.amount
FROM crm.deals d;

CREATE VIEW mapping.record_parties WITH (security_invoker = true) AS
SELECT 'account' AS record_type, k.account_id::bigint AS record_id, 'them' AS side, lower(k.address) AS party_id, 'contact' AS role
FROM crm.contacts k
UNION ALL
SELECT 'opportunity', d.id::bigint, 'us', lower(d.owner), 'owner' FROM crm.deals d
UNION ALL
SELECT 'opportunity', s.deal_id::bigint, 'them', lower(s.address), CASE WHEN s.is_primary THEN 'primary_contact' ELSE 'stakeholder' END
FROM crm.deal_contacts s;

-- Then:
--   SELECT relinsights.create_model('sales', 'mapping.activities', 'mapping.participants', 'mapping.records', 'mapping.record_parties');
--   SELECT * FROM relinsights.check_model('sales');
--   CALL relinsights.refresh('sales');
-- Indexes for the live functions go on the expressions of the views, for example
--   CREATE INDEX ON crm.mails ((about_id::bigint));
--   CREATE INDEX ON crm.people_in_items (lower(address));
