-- The tables that Fivetran makes of HubSpot and that mapping.sql reads, with the columns it needs. Fivetran makes
-- primary keys and
-- no other index. Times are UTC; by destination and age of the connector timestamp or timestamptz. In the schema of the
-- search_path.
CREATE TABLE owner (owner_id bigint PRIMARY KEY, email text, first_name text, last_name text, type text,
  _fivetran_deleted boolean);
CREATE TABLE contact (
  id bigint PRIMARY KEY, property_email text, property_hs_additional_emails text, property_firstname text,
    property_lastname text,
  property_hs_merged_object_ids text, property_createdate timestamp, _fivetran_deleted boolean);
CREATE TABLE company (
  id bigint PRIMARY KEY, property_name text, property_industry text, property_hubspot_owner_id bigint,
    property_createdate timestamp,
  is_deleted boolean);
CREATE TABLE contact_company (
  contact_id bigint, company_id bigint, type_id bigint, _fivetran_deleted boolean,
    PRIMARY KEY (contact_id, company_id, type_id));
CREATE TABLE deal_pipeline_stage (
  stage_id text, pipeline_id text, label text, probability double precision, closed_won boolean,
    PRIMARY KEY (stage_id));
CREATE TABLE deal (
  deal_id bigint PRIMARY KEY, owner_id bigint, deal_pipeline_id text, deal_pipeline_stage_id text,
    property_dealname text,
  property_amount double precision, property_closedate timestamp, property_createdate timestamp, is_deleted boolean);
CREATE TABLE deal_stage (
  deal_id bigint, value text, date_entered timestamp, _fivetran_active boolean,
    PRIMARY KEY (deal_id, value, date_entered));
CREATE TABLE deal_contact (
  deal_id bigint, contact_id bigint, type_id bigint, _fivetran_deleted boolean,
    PRIMARY KEY (deal_id, contact_id, type_id));
CREATE TABLE deal_company (
  deal_id bigint, company_id bigint, type_id bigint, _fivetran_deleted boolean,
    PRIMARY KEY (deal_id, company_id, type_id));
CREATE TABLE engagement (id bigint PRIMARY KEY, type text, portal_id bigint, _fivetran_deleted boolean);
CREATE TABLE engagement_email (
  engagement_id bigint PRIMARY KEY, property_hs_timestamp timestamp, property_hubspot_owner_id bigint,
    property_hs_email_subject text,
  property_hs_email_direction text, property_hs_email_status text, property_hs_email_from_email text,
    property_hs_email_to_email text,
  property_hs_email_cc_email text, property_hs_email_message_id text, property_hs_email_thread_id text,
  property_hs_email_open_count double precision, property_hs_email_click_count double precision,
  property_hs_email_reply_count double precision, property_hs_incoming_email_is_out_of_office boolean,
    _fivetran_deleted boolean);
CREATE TABLE engagement_call (
  engagement_id bigint PRIMARY KEY, property_hs_timestamp timestamp, property_hubspot_owner_id bigint,
    property_hs_call_direction text,
  property_hs_call_duration double precision, property_hs_call_status text, property_hs_call_title text,
    _fivetran_deleted boolean);
CREATE TABLE engagement_meeting (
  engagement_id bigint PRIMARY KEY, property_hs_timestamp timestamp, property_hubspot_owner_id bigint,
  property_hs_meeting_start_time timestamp, property_hs_meeting_end_time timestamp, property_hs_meeting_outcome text,
  property_hs_meeting_title text, _fivetran_deleted boolean);
CREATE TABLE engagement_task (
  engagement_id bigint PRIMARY KEY, property_hs_timestamp timestamp, property_hubspot_owner_id bigint,
    property_hs_task_subject text,
  property_hs_task_status text, _fivetran_deleted boolean);
CREATE TABLE engagement_communication (
  engagement_id bigint PRIMARY KEY, property_hs_timestamp timestamp, property_hubspot_owner_id bigint,
  property_hs_communication_channel_type text, _fivetran_deleted boolean);
CREATE TABLE engagement_contact (
  engagement_id bigint, contact_id bigint, type_id bigint, category text, _fivetran_deleted boolean,
  PRIMARY KEY (engagement_id, contact_id, type_id));
CREATE TABLE engagement_company (
  engagement_id bigint, company_id bigint, type_id bigint, category text, _fivetran_deleted boolean,
  PRIMARY KEY (engagement_id, company_id, type_id));
CREATE TABLE engagement_deal (
  engagement_id bigint, deal_id bigint, type_id bigint, category text, _fivetran_deleted boolean,
  PRIMARY KEY (engagement_id, deal_id, type_id));
