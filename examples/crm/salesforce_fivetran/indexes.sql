-- What live KPIs need beyond Fivetran's primary keys (psql -v crm=salesforce -f indexes.sql). Fivetran keeps them, but
-- for a table
-- that it makes anew (a full re-sync): run this again then.
\if :{?crm} \else \set crm salesforce \endif
SET search_path = :"crm";
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_activity ON email_message (activity_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_related ON email_message (related_to_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_person_mail ON email_message_relation (email_message_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_person ON email_message_relation (relation_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_address ON email_message_relation (lower(relation_address))
  WHERE relation_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_task_who ON task (who_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_task_what ON task (what_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_task_account ON task (account_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_task_owner ON task (owner_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_task_relation_task ON task_relation (task_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_task_relation ON task_relation (relation_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_who ON event (who_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_what ON event (what_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_account ON event (account_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_owner ON event (owner_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_relation_event ON event_relation (event_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_relation ON event_relation (relation_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_contact_account ON contact (account_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_contact_relation ON account_contact_relation (account_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_contact_role ON opportunity_contact_role (opportunity_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_team_member ON opportunity_team_member (opportunity_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_key
  ON email_message ((lower(trim(both '<> ' FROM message_identifier))));
RESET search_path;
