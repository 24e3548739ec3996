-- The tables of Odoo that mapping.sql reads, with the columns it needs, their types and the indexes that Odoo makes.
-- Ids are int4, times are UTC in timestamp without time zone. In the schema of the search_path.
CREATE TABLE res_partner (
  id int PRIMARY KEY, name varchar, complete_name varchar, parent_id int, commercial_partner_id int, is_company boolean,
  email varchar, active boolean, partner_share boolean, user_id int);
CREATE INDEX ON res_partner (parent_id);
CREATE INDEX ON res_partner (commercial_partner_id);
CREATE TABLE res_users (id int PRIMARY KEY, login varchar NOT NULL, partner_id int NOT NULL, share boolean,
  active boolean);
CREATE INDEX ON res_users (partner_id);
CREATE TABLE res_company (id int PRIMARY KEY, name varchar NOT NULL, partner_id int NOT NULL);
CREATE TABLE crm_stage (id int PRIMARY KEY, name jsonb NOT NULL, is_won boolean, sequence int);
CREATE TABLE crm_lead (
  id int PRIMARY KEY, name varchar NOT NULL, type varchar NOT NULL, partner_id int, user_id int, team_id int,
    stage_id int,
  active boolean, probability double precision, expected_revenue numeric, date_deadline date, date_closed timestamp,
  create_date timestamp, email_from varchar);
CREATE INDEX ON crm_lead (partner_id);
CREATE INDEX ON crm_lead (user_id);
CREATE TABLE mail_message_subtype (id int PRIMARY KEY, name jsonb NOT NULL, internal boolean);
CREATE TABLE mail_activity_type (id int PRIMARY KEY, name jsonb NOT NULL, category varchar);
CREATE TABLE mail_message (
  id int PRIMARY KEY, subject varchar, date timestamp, parent_id int, model varchar, res_id int,
    message_type varchar NOT NULL,
  subtype_id int, is_internal boolean, mail_activity_type_id int, email_from varchar, author_id int,
    message_id varchar);
CREATE INDEX ON mail_message (model, res_id);
CREATE INDEX ON mail_message (author_id);
CREATE INDEX ON mail_message (message_id);
CREATE INDEX ON mail_message (parent_id);
CREATE TABLE mail_message_res_partner_rel (
  mail_message_id int NOT NULL, res_partner_id int NOT NULL, PRIMARY KEY (mail_message_id, res_partner_id));
CREATE INDEX ON mail_message_res_partner_rel (res_partner_id, mail_message_id);
CREATE TABLE mail_activity (
  id int PRIMARY KEY, res_model varchar, res_id int, activity_type_id int, summary varchar, date_deadline date NOT NULL,
  user_id int, active boolean);
CREATE INDEX ON mail_activity (res_id);
CREATE INDEX ON mail_activity (user_id);
CREATE TABLE calendar_event (
  id int PRIMARY KEY, name varchar NOT NULL, user_id int, start timestamp NOT NULL, stop timestamp NOT NULL,
    allday boolean,
  active boolean, recurrence_id int, opportunity_id int);
CREATE TABLE calendar_attendee (id int PRIMARY KEY, event_id int NOT NULL, partner_id int NOT NULL, state varchar);
CREATE INDEX ON calendar_attendee (event_id);
