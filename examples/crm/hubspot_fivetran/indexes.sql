-- What live KPIs need beyond Fivetran's primary keys (psql -v crm=hubspot -f indexes.sql). Fivetran keeps them, but for
-- a table
-- that it makes anew (a full re-sync): run this again then.
\if :{?crm} \else \set crm hubspot \endif
SET search_path = :"crm";
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_engagement_contact ON engagement_contact (contact_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_engagement_company ON engagement_company (company_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_engagement_deal ON engagement_deal (deal_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_contact_company ON contact_company (company_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_merged_contact ON contact
  USING gin (string_to_array(property_hs_merged_object_ids, ';'));
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_sender
  ON engagement_email (lower(property_hs_email_from_email));
CREATE INDEX CONCURRENTLY IF NOT EXISTS relinsights_mail_key ON engagement_email
  ((lower(trim(both '<> ' FROM property_hs_email_message_id))));
RESET search_path;
