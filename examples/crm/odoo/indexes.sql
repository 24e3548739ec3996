-- What live KPIs need beyond Odoo's own indexes (psql -v crm=public -f indexes.sql). Odoo's upgrades leave them alone.
\if :{?crm} \else \set crm public \endif
SET search_path = :"crm";
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event ON calendar_event ((-id));
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_opportunity ON calendar_event (opportunity_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_event_user ON calendar_event (user_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_attendee_event ON calendar_attendee ((-event_id));
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_attendee_partner ON calendar_attendee (partner_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_activity ON mail_activity ((-1000000000 - id));
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_message_key
  ON mail_message ((lower(trim(both '<> ' FROM message_id))));
RESET search_path;
