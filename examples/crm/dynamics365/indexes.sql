-- What live KPIs need beyond primary keys (psql -v crm=dataverse -f indexes.sql). A loader that makes a table anew
-- drops them:
-- run this again then.
\if :{?crm} \else \set crm dataverse \endif
SET search_path = :"crm";
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_email_regarding ON email (regardingobjectid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_appointment_regarding ON appointment (regardingobjectid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_phonecall_regarding ON phonecall (regardingobjectid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_task_regarding ON task (regardingobjectid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_party_activity ON activityparty (activityid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_party ON activityparty (partyid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_party_address ON activityparty ((md5(lower(addressused))::uuid))
  WHERE partyid IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_contact_account ON contact (parentcustomerid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_opportunity_account ON opportunity (parentaccountid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_connection ON connection (record1id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_team ON teammembership (teamid);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_email_key ON email ((lower(trim(both '<> ' FROM messageid))));
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_appointment_key ON appointment
  ((globalobjectid || ' ' || extract(epoch FROM scheduledstart)::text));
RESET search_path;
