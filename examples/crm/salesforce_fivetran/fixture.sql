-- A small company on Salesforce's tables. Every row says which trap it is there for. id('003', 1) is a contact's id.
CREATE FUNCTION pg_temp.id(object text, n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT object || lpad(n::text, 15, '0') $$;
INSERT INTO "user" VALUES
  (pg_temp.id('005', 1), 'Anna', 'anna@our.example', true, 'Standard', NULL),
  (pg_temp.id('005', 2), 'Ben', 'ben@our.example', true, 'Standard', NULL),
  -- a portal user: theirs
  (pg_temp.id('005', 3), 'Dan', 'dan@acme.example', true, 'PowerPartner', pg_temp.id('003', 2));
INSERT INTO account VALUES
  (pg_temp.id('001', 1), 'Acme', pg_temp.id('005', 1), 'Machinery', 50, '2025-02-01', false),
  (pg_temp.id('001', 2), 'Gone', NULL, NULL, NULL, '2025-02-01', true),                             -- deleted
  -- Carla belongs here too
  (pg_temp.id('001', 3), 'Partner', NULL, NULL, NULL, '2025-02-01', false);
INSERT INTO contact VALUES
  (pg_temp.id('003', 1), pg_temp.id('001', 1), 'carla@acme.example', 'Carla', NULL, '2025-02-01', false),
  (pg_temp.id('003', 2), pg_temp.id('001', 1), 'dan@acme.example', 'Dan', NULL, '2025-02-01', false);
INSERT INTO account_contact_relation VALUES
  (pg_temp.id('07k', 1), pg_temp.id('001', 1), pg_temp.id('003', 1), true, false),
  -- one contact, two accounts
  (pg_temp.id('07k', 2), pg_temp.id('001', 3), pg_temp.id('003', 1), false, false);
INSERT INTO lead VALUES
  (pg_temp.id('00Q', 1), 'Eve', 'eve@else.example', 'Else', 'Open - Not Contacted', false, pg_temp.id('005', 2),
    '2025-02-01', false),
  -- converted; a queue owns it
  (pg_temp.id('00Q', 2), 'Carla', 'carla@acme.example', 'Acme', 'Qualified', true, pg_temp.id('00G', 1), '2025-02-01',
    false);
INSERT INTO opportunity VALUES
  (pg_temp.id('006', 1), pg_temp.id('001', 1), 'Pumps', 5000, 'Proposal', false, false, '2099-06-30', '2025-02-01',
    pg_temp.id('005', 1), NULL, 'Web', false),
  -- won that day, to its end
  (pg_temp.id('006', 2), pg_temp.id('001', 1), 'Valves', 900, 'Closed Won', true, true, '2025-03-10', '2025-02-01',
    pg_temp.id('005', 1), NULL, 'Web', false),
  (pg_temp.id('006', 3), pg_temp.id('001', 1), 'Pipes', 70, 'Closed Lost', true, false, '2025-03-31', '2025-02-01',
    pg_temp.id('005', 2), NULL, NULL, false);
INSERT INTO opportunity_contact_role VALUES
  (pg_temp.id('00K', 1), pg_temp.id('006', 1), pg_temp.id('003', 1), 'Decision Maker', true, false),
  (pg_temp.id('00K', 2), pg_temp.id('006', 2), pg_temp.id('003', 1), NULL, true, false),
  (pg_temp.id('00K', 3), pg_temp.id('006', 2), pg_temp.id('003', 2), NULL, false, true);            -- taken off again
INSERT INTO opportunity_team_member VALUES (pg_temp.id('00q', 1), pg_temp.id('006', 2), pg_temp.id('005', 2),
  'Sales Rep', false);
INSERT INTO email_message VALUES
  -- is task 1 too
  (pg_temp.id('02s', 1), pg_temp.id('00T', 1), NULL, pg_temp.id('006', 1), true, '1', '2025-03-03 23:30', 'Question',
    't1', '<M1@acme.example>', NULL, false, false, false, false),
  -- the same from another mailbox
  (pg_temp.id('02s', 2), pg_temp.id('00T', 2), NULL, pg_temp.id('006', 1), true, '1', '2025-03-03 23:30:02', 'Question',
    NULL, 'm1@acme.example', NULL, false, false, false, false),
  -- tracked and opened
  (pg_temp.id('02s', 3), NULL, NULL, pg_temp.id('006', 1), false, '3', '2025-03-04 08:30', 'Answer', 't1',
    '<m3@our.example>', NULL, true, true, false, false),
  -- a machine
  (pg_temp.id('02s', 4), NULL, NULL, pg_temp.id('006', 1), true, '0', '2025-03-04 08:31', 'Away', 't1',
    '<m4@acme.example>', 'Auto-Submitted: auto-replied', false, false, false, false),
  -- never sent
  (pg_temp.id('02s', 5), NULL, NULL, pg_temp.id('006', 1), false, '5', '2025-03-05 09:00', 'Draft', 't1', NULL, NULL,
    false, false, false, false),
  -- never arrived
  (pg_temp.id('02s', 6), NULL, NULL, pg_temp.id('006', 1), false, '3', '2025-03-05 09:30', 'Bounced', 't1',
    '<m6@our.example>', NULL, true, false, true, false),
  -- from nobody's address
  (pg_temp.id('02s', 7), NULL, NULL, pg_temp.id('006', 1), true, '1', '2025-03-05 10:00', 'Stranger', 't1',
    '<m7@acme.example>', NULL, false, false, false, false),
  -- among ourselves: answers nobody
  (pg_temp.id('02s', 8), NULL, NULL, pg_temp.id('006', 1), false, '3', '2025-03-05 10:30', 'Forward', 't1',
    '<m8@our.example>', NULL, false, false, false, false),
  -- of a case: by its people alone
  (pg_temp.id('02s', 9), NULL, pg_temp.id('500', 1), NULL, true, '1', '2025-03-06 09:00', 'Case', 't2',
    '<m9@acme.example>', NULL, false, false, false, false),
  -- on the day Valves was won
  (pg_temp.id('02s', 10), NULL, NULL, NULL, true, '1', '2025-03-10 20:00', 'Late', 't3', '<m10@acme.example>', NULL,
    false, false, false, false),
  -- the day after
  (pg_temp.id('02s', 11), NULL, NULL, NULL, true, '1', '2025-03-11 09:00', 'After', 't3', '<m11@acme.example>', NULL,
    false, false, false, false),
  -- deleted
  (pg_temp.id('02s', 12), NULL, NULL, NULL, true, '1', '2025-03-12 09:00', 'Deleted', 't3', '<m12@acme.example>', NULL,
    false, false, false, true),
  (pg_temp.id('02s', 13), NULL, NULL, NULL, true, '1', date_trunc('hour', now() AT TIME ZONE 'UTC') - interval '2 days',
    'Eve', 't4', '<m13@else.example>', NULL, false, false, false, false);
INSERT INTO email_message_relation (id, email_message_id, relation_id, relation_type, relation_address)
SELECT pg_temp.id('0Bz', row_number() OVER ()::int), pg_temp.id('02s', m), pg_temp.id(o, n), t || 'Address', a
FROM (VALUES (1, '003', 1, 'From', 'carla@acme.example'), (1, '005', 1, 'To', 'anna@our.example'),
  (2, '003', 1, 'From', 'carla@acme.example'), (2, '005', 2, 'To', 'ben@our.example'),
  -- Dan in blind copy
  (3, '005', 1, 'From', 'anna@our.example'), (3, '003', 1, 'To', 'carla@acme.example'),
    (3, '003', 2, 'Bcc', 'dan@acme.example'),
  (4, '003', 1, 'From', 'carla@acme.example'), (4, '005', 1, 'To', 'anna@our.example'),
  (5, '005', 1, 'From', 'anna@our.example'), (5, '003', 1, 'To', 'carla@acme.example'),
  (6, '005', 1, 'From', 'anna@our.example'), (6, '003', 1, 'To', 'carla@acme.example'),
  (7, NULL, NULL, 'From', 'New@acme.example'), (7, '005', 1, 'To', 'anna@our.example'),        -- resolved to nobody
  -- an address of our domain
  (8, '005', 1, 'From', 'anna@our.example'), (8, NULL, NULL, 'To', 'sales@our.example'),
  (9, '005', 3, 'From', 'dan@acme.example'), (9, '005', 2, 'To', 'ben@our.example'),           -- the portal user is Dan
  (10, '003', 1, 'From', 'carla@acme.example'), (10, '005', 2, 'To', 'ben@our.example'),
  (11, '003', 1, 'From', 'carla@acme.example'), (11, '005', 1, 'To', 'anna@our.example'),
    (11, '003', 2, 'Other', 'dan@acme.example'),
  (12, '003', 1, 'From', 'carla@acme.example'), (12, '005', 1, 'To', 'anna@our.example'),
  (13, '00Q', 1, 'From', 'eve@else.example'), (13, '005', 2, 'To', 'ben@our.example')) x(m, o, n, t, a);
INSERT INTO task VALUES
  -- the mail again
  (pg_temp.id('00T', 1), pg_temp.id('003', 1), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 1),
    'Email: Question', 'Email', 'Completed', true, '2025-03-03', '2025-03-03 23:30', '2025-03-03 23:30', NULL, NULL,
    false, false),
  (pg_temp.id('00T', 2), pg_temp.id('003', 1), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 2),
    'Email: Question', 'Email', 'Completed', true, '2025-03-03', '2025-03-03 23:30', '2025-03-03 23:30', NULL, NULL,
    false, false),
  -- a mail as a task alone: who wrote nobody knows
  (pg_temp.id('00T', 3), pg_temp.id('003', 1), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 1),
    'Email: old tool', 'Email', 'Completed', true, '2025-03-04', '2025-03-04 12:00', '2025-03-04 12:00', NULL, NULL,
    false, false),
  -- seconds: ten minutes
  (pg_temp.id('00T', 4), pg_temp.id('003', 1), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 1), 'Call',
    'Call', 'Completed', true, '2025-03-07', '2025-03-07 15:00', '2025-03-07 15:00', 'Outbound', 600, false, false),
  -- only a date: midnight of which zone
  (pg_temp.id('00T', 5), pg_temp.id('003', 2), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 1),
    'Called us', 'Call', 'Completed', true, '2025-03-07', NULL, '2025-03-07 16:00', 'Inbound', 300, false, false),
  -- not done
  (pg_temp.id('00T', 6), pg_temp.id('003', 1), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 1), 'Open',
    'Task', 'Not Started', false, '2025-03-08', NULL, '2025-03-07', NULL, NULL, false, false),
  -- bulk
  (pg_temp.id('00T', 7), pg_temp.id('003', 1), NULL, pg_temp.id('001', 1), pg_temp.id('005', 2), 'Newsletter',
    'ListEmail', 'Completed', true, '2025-03-09', '2025-03-09 09:00', '2025-03-09', NULL, NULL, false, false),
  -- for a lead, not by its owner
  (pg_temp.id('00T', 8), pg_temp.id('00Q', 1), NULL, NULL, pg_temp.id('005', 1), 'Offer', 'Task', 'Completed', true,
    '2025-03-10', '2025-03-10 09:00', '2025-03-10', NULL, NULL, false, false),
  -- head of a series
  (pg_temp.id('00T', 9), pg_temp.id('003', 1), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 1),
    'Each week', 'Task', 'Completed', true, '2025-03-10', '2025-03-10 09:00', '2025-03-10', NULL, NULL, true, false);
-- a second one on the line
INSERT INTO task_relation VALUES (pg_temp.id('0RT', 1), pg_temp.id('00T', 4), pg_temp.id('003', 2), false, false);
INSERT INTO event VALUES
  -- nobody marks it done
  (pg_temp.id('00U', 1), pg_temp.id('003', 1), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 1),
    'Visit', '2025-03-08 10:00', '2025-03-08 11:00', 60, '2025-03-08', false, '1', false, false, false),
  -- the same for Ben
  (pg_temp.id('00U', 2), pg_temp.id('003', 1), pg_temp.id('006', 1), pg_temp.id('001', 1), pg_temp.id('005', 2),
    'Visit', '2025-03-08 10:00', '2025-03-08 11:00', 60, '2025-03-08', false, '1', true, false, false),
  -- all day: no hours
  (pg_temp.id('00U', 3), pg_temp.id('003', 2), NULL, pg_temp.id('001', 1), pg_temp.id('005', 2), 'Fair',
    '2025-03-12 00:00', '2025-03-12 00:00', 1440, '2025-03-12', true, '0', false, false, false),
  -- ahead
  (pg_temp.id('00U', 4), pg_temp.id('003', 1), NULL, pg_temp.id('001', 1), pg_temp.id('005', 1), 'Far',
    '2099-03-12 10:00', '2099-03-12 11:00', 60, '2099-03-12', false, '0', false, false, false),
  -- under way
  (pg_temp.id('00U', 5), pg_temp.id('003', 1), NULL, pg_temp.id('001', 1), pg_temp.id('005', 1), 'Now',
    now() AT TIME ZONE 'UTC' - interval '1 hour', now() AT TIME ZONE 'UTC' + interval '1 day', 1500, NULL, false, '0',
    false, false, false),
  -- cancelled is deleted
  (pg_temp.id('00U', 6), pg_temp.id('003', 1), NULL, pg_temp.id('001', 1), pg_temp.id('005', 1), 'Off',
    '2025-03-13 10:00', '2025-03-13 11:00', 60, '2025-03-13', false, '0', false, false, true),
  -- head of a series
  (pg_temp.id('00U', 7), pg_temp.id('003', 1), NULL, pg_temp.id('001', 1), pg_temp.id('005', 1), 'Series',
    '2025-03-14 10:00', '2025-03-14 11:00', 60, '2025-03-14', false, '0', false, true, false),
  -- Dan by his user of the portal
  (pg_temp.id('00U', 8), NULL, NULL, NULL, pg_temp.id('005', 2), 'Partners', '2025-03-15 10:00', '2025-03-15 11:00', 60,
    '2025-03-15', false, '1', false, false, false);
INSERT INTO event_relation VALUES
  (pg_temp.id('0RE', 4), pg_temp.id('00U', 8), pg_temp.id('005', 3), false, 'Accepted', false),
  (pg_temp.id('0RE', 1), pg_temp.id('00U', 1), pg_temp.id('005', 2), false, 'Accepted', false),
  -- Dan did not come
  (pg_temp.id('0RE', 2), pg_temp.id('00U', 1), pg_temp.id('003', 2), false, 'Declined', false),
  -- not a person
  (pg_temp.id('0RE', 3), pg_temp.id('00U', 1), pg_temp.id('006', 1), true, NULL, false);
