-- The tables that Fivetran makes of Salesforce and that mapping.sql reads, with the columns it needs. Fivetran makes
-- primary keys
-- and no other index. Times are UTC; by destination and age of the connector timestamp or timestamptz. In the schema of
-- the search_path.
CREATE TABLE "user" (id text PRIMARY KEY, name text, email text, is_active boolean, user_type text, contact_id text);
CREATE TABLE account (
  id text PRIMARY KEY, name text, owner_id text, industry text, number_of_employees bigint, created_date timestamp,
    is_deleted boolean);
CREATE TABLE contact (
  id text PRIMARY KEY, account_id text, email text, name text, owner_id text, created_date timestamp,
    is_deleted boolean);
CREATE TABLE account_contact_relation (id text PRIMARY KEY, account_id text, contact_id text, is_direct boolean,
  is_deleted boolean);
CREATE TABLE lead (
  id text PRIMARY KEY, name text, email text, company text, status text, is_converted boolean, owner_id text,
    created_date timestamp,
  is_deleted boolean);
CREATE TABLE opportunity (
  id text PRIMARY KEY, account_id text, name text, amount double precision, stage_name text, is_closed boolean,
    is_won boolean, close_date date,
  created_date timestamp, owner_id text, type text, lead_source text, is_deleted boolean);
CREATE TABLE opportunity_contact_role (id text PRIMARY KEY, opportunity_id text, contact_id text, role text,
  is_primary boolean, is_deleted boolean);
CREATE TABLE opportunity_team_member (id text PRIMARY KEY, opportunity_id text, user_id text, team_member_role text,
  is_deleted boolean);
CREATE TABLE task (
  id text PRIMARY KEY, who_id text, what_id text, account_id text, owner_id text, subject text, task_subtype text,
    status text,
  is_closed boolean, activity_date date, completed_date_time timestamp, created_date timestamp, call_type text,
  call_duration_in_seconds bigint, is_recurrence boolean, is_deleted boolean);
CREATE TABLE task_relation (id text PRIMARY KEY, task_id text, relation_id text, is_what boolean, is_deleted boolean);
CREATE TABLE event (
  id text PRIMARY KEY, who_id text, what_id text, account_id text, owner_id text, subject text,
    start_date_time timestamp,
  end_date_time timestamp, duration_in_minutes bigint, activity_date date, is_all_day_event boolean,
    group_event_type text,
  is_child boolean, is_recurrence boolean, is_deleted boolean);
CREATE TABLE event_relation (id text PRIMARY KEY, event_id text, relation_id text, is_what boolean, status text,
  is_deleted boolean);
CREATE TABLE email_message (
  id text PRIMARY KEY, activity_id text, parent_id text, related_to_id text, incoming boolean, status text,
    message_date timestamp,
  subject text, thread_identifier text, message_identifier text, headers text, is_tracked boolean, is_opened boolean,
    is_bounced boolean,
  is_deleted boolean);
CREATE TABLE email_message_relation (
  id text PRIMARY KEY, email_message_id text, relation_id text, relation_type text, relation_address text,
    is_deleted boolean);
