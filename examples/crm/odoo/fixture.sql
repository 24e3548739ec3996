-- A small company on Odoo's tables. Every row says which trap it is there for.
INSERT INTO res_partner (id, name, complete_name, commercial_partner_id, is_company, email, active, partner_share,
  user_id, parent_id) VALUES
  -- our own company is no account
  (1, 'Our Company', 'Our Company', 1, true, 'info@our.example', true, true, NULL, NULL),
  -- a machine, though a partner of ours
  (2, 'OdooBot', 'OdooBot', 2, false, 'odoobot@our.example', false, false, NULL, NULL),
  (3, 'Anna', 'Anna', 3, false, 'anna@our.example', true, false, NULL, NULL),
  (4, 'Ben', 'Ben', 4, false, 'ben@our.example', true, false, NULL, NULL),
  (10, 'Acme', 'Acme', 10, true, 'office@acme.example', true, true, 2, NULL),
  (11, 'Carla', 'Acme, Carla', 10, false, 'carla@acme.example', true, true, NULL, 10),
  -- a portal user: has a login, is theirs
  (12, 'Dan', 'Acme, Dan', 10, false, 'dan@acme.example', true, true, NULL, 10),
  -- partner_share was never computed
  (13, 'Eve', 'Eve', 13, false, 'eve@else.example', true, NULL, NULL, NULL);
INSERT INTO res_users VALUES
  (1, '__system__', 2, false, false), (2, 'anna', 3, false, true), (3, 'ben', 4, false, true),
    (4, 'dan', 12, true, true);
INSERT INTO res_company VALUES (1, 'Our Company', 1);
INSERT INTO crm_stage VALUES (1, '{"en_US": "New"}', false, 1), (4, '{"en_US": "Won"}', true, 4);
INSERT INTO mail_message_subtype VALUES (1, '{"en_US": "Discussions"}', false), (2, '{"en_US": "Note"}', true),
  (3, '{"en_US": "Activities"}', true);
INSERT INTO mail_activity_type VALUES
  (1, '{"en_US": "To-Do"}', 'default'), (2, '{"en_US": "Call"}', 'phonecall'), (3, '{"en_US": "Meeting"}', 'meeting');
INSERT INTO crm_lead (id, name, type, partner_id, user_id, team_id, stage_id, active, probability, expected_revenue,
  date_deadline, date_closed, create_date) VALUES
  (1, 'Pumps', 'opportunity', 11, 2, 1, 1, true, 30, 5000, '2099-06-30', NULL, '2025-02-01 08:00'),
  -- won
  (2, 'Valves', 'opportunity', 11, 2, 1, 4, true, 100, 900, '2025-03-10', '2025-03-10 12:00', '2025-02-01 08:00'),
  -- lost: inactive, yet a record
  (3, 'Eve asks', 'lead', 13, 3, 1, 1, false, 0, 0, NULL, '2025-03-20 12:00', '2025-03-01 08:00'),
  -- archived is not lost
  (4, 'Dan asks', 'lead', 12, 3, 1, 1, false, 20, 0, NULL, NULL, '2025-03-01 08:00'),
  -- ids overlap: partner 10, lead 10
  (10, 'Id of an account', 'opportunity', NULL, 2, 1, 1, true, 10, 0, NULL, NULL, '2025-03-01 08:00');
INSERT INTO mail_message (id, subject, date, model, res_id, message_type, subtype_id, is_internal,
  mail_activity_type_id, email_from, author_id, message_id) VALUES
  -- 23:30 UTC: another day elsewhere
  (1, 'Question', '2025-03-03 23:30', 'crm.lead', 1, 'email', 1, false, NULL, 'carla@acme.example', 11,
    '<a1@acme.example>'),
  -- a comment that went out by mail
  (2, 'Answer', '2025-03-04 08:30', 'crm.lead', 1, 'comment', 1, false, NULL, 'anna@our.example', 3,
    '<a2@our.example>'),
  -- an internal note
  (3, 'Note', '2025-03-04 08:40', 'crm.lead', 1, 'comment', 1, true, NULL, 'ben@our.example', 4, '<a3@our.example>'),
  -- internal by its subtype alone
  (4, 'Note', '2025-03-04 08:45', 'crm.lead', 1, 'comment', 2, false, NULL, 'ben@our.example', 4, '<a4@our.example>'),
  -- the system speaks
  (5, 'Stage', '2025-03-04 09:00', 'crm.lead', 1, 'notification', NULL, false, NULL, NULL, 3, '<a5@our.example>'),
  -- would answer in a minute
  (6, 'Away', '2025-03-04 08:31', 'crm.lead', 1, 'out_of_office', 1, false, NULL, 'carla@acme.example', 11,
    '<a6@acme.example>'),
  -- unknown sender: theirs
  (7, 'Thanks', '2025-03-05 10:00', 'crm.lead', 1, 'email', 1, false, NULL, 'new@acme.example', NULL,
    '<a7@acme.example>'),
  -- OdooBot confirms
  (8, 'Bot', '2025-03-05 10:01', 'crm.lead', 1, 'email_outgoing', 1, false, NULL, NULL, 2, '<a8@our.example>'),
  -- one mail to two aliases:
  (9, 'Both', '2025-03-06 09:00', 'crm.lead', 1, 'email', 1, false, NULL, 'dan@acme.example', 12,
    '<Both@acme.example>'),
  -- two messages; case and blank differ
  (10, 'Both', '2025-03-06 09:00', 'crm.lead', 2, 'email', 1, false, NULL, 'dan@acme.example', 12,
    '<both@acme.example> '),
  -- to Anna, after Valves was won
  (11, 'After', '2025-04-01 09:00', NULL, NULL, 'email', 1, false, NULL, 'carla@acme.example', 11,
    '<a11@acme.example>'),
  -- a done call: no recipients
  (12, 'Called', '2025-03-07 15:00', 'crm.lead', 1, 'notification', 3, false, 2, NULL, 3, '<a12@our.example>'),
  -- the done meeting stands in the calendar
  (13, 'Met', '2025-03-08 11:00', 'crm.lead', 1, 'notification', 3, false, 3, NULL, 3, '<a13@our.example>'),
  -- a done to-do
  (14, 'Sent', '2025-03-08 12:00', 'crm.lead', 1, 'notification', 3, false, 1, NULL, 3, '<a14@our.example>'),
  -- on the account, not on lead 10
  (15, 'Hello', '2025-03-09 09:00', 'res.partner', 10, 'email_outgoing', 1, false, NULL, NULL, 4, '<a15@our.example>'),
  -- a chat is no e-mail
  (16, 'Chat', '2025-03-09 09:30', 'discuss.channel', 1, 'comment', 1, false, NULL, NULL, 3, '<a16@our.example>'),
  -- of a lead, to Anna, who does not own it
  (17, 'Asked', '2025-03-12 09:00', 'crm.lead', 3, 'email', 1, false, NULL, 'eve@else.example', 13,
    '<a17@else.example>'),
  -- awaits an answer
  (18, 'Waiting', date_trunc('hour', now() AT TIME ZONE 'UTC') - interval '2 days', 'crm.lead', 4, 'email', 1, false,
    NULL, NULL, 12, '<a18@acme.example>');
INSERT INTO mail_message_res_partner_rel VALUES (1, 3), (2, 11), (9, 3), (10, 3), (11, 3), (15, 11), (8, 11), (17, 3),
  (18, 4), (2, 4), (16, 11);
INSERT INTO mail_activity (id, res_model, res_id, activity_type_id, summary, date_deadline, user_id, active) VALUES
  (1, 'crm.lead', 1, 2, 'Call again', '2099-03-01', 2, true),   -- planned: next interaction
  (2, 'crm.lead', 1, 2, 'Call', '2025-03-07', 2, false);        -- done and kept: its message counts
INSERT INTO calendar_event (id, name, user_id, start, stop, allday, active, recurrence_id, opportunity_id) VALUES
  -- nobody marks it done; id 1 as message 1
  (1, 'Visit', 2, '2025-03-08 10:00', '2025-03-08 11:00', false, true, NULL, 1),
  (2, 'Fair', 3, '2025-03-14 00:00', '2025-03-14 23:59', true, true, NULL, NULL),        -- all day: no hours of work
  (3, 'Off', 2, '2025-03-15 10:00', '2025-03-15 11:00', false, false, NULL, 1),          -- archived
  (4, 'Weekly', 2, '2099-03-02 10:00', '2099-03-02 11:00', false, true, 7, 1),           -- a series goes on for years
  -- under way
  (5, 'Now', 2, (now() AT TIME ZONE 'UTC') - interval '1 hour', (now() AT TIME ZONE 'UTC') + interval '1 day', false,
    true, NULL, 1),
  (6, 'Theirs', NULL, '2025-03-16 09:00', '2025-03-16 09:30', false, true, NULL, 1);     -- no organizer of ours known
INSERT INTO calendar_attendee VALUES
  (1, 1, 3, 'accepted'), (2, 1, 4, 'declined'), (3, 1, 11, 'accepted'),   -- Ben declined: he spent no hour
  (4, 2, 4, 'accepted'), (5, 2, 12, 'accepted'), (6, 3, 11, 'accepted'), (7, 4, 11, 'needsAction'),
    (8, 5, 11, 'accepted'),
  (9, 6, 12, 'accepted');
