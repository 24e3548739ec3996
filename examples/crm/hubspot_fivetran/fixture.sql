-- A small company on HubSpot's tables. Every row says which trap it is there for.
INSERT INTO owner VALUES
  (11, 'Anna@our.example', 'Anna', 'A', 'PERSON', false),                      -- case differs from the mails
  (12, 'ben@our.example', 'Ben', 'B', 'PERSON', false);
INSERT INTO contact VALUES
  (101, 'carla@acme.example', 'c@old.example', 'Carla', 'C', '103;104', '2025-02-01', false),  -- took 103 and 104 in
  (102, 'dan@acme.example', NULL, 'Dan', 'D', NULL, '2025-02-01', false),
  (103, 'c@old.example', NULL, 'Carla', 'Old', NULL, '2025-01-01', true),      -- merged into 101: its links keep its id
  (105, 'gone@acme.example', NULL, 'Gone', 'G', NULL, '2025-02-01', true),     -- deleted: its links stay
  (11, 'eve@else.example', NULL, 'Eve', 'E', NULL, '2025-02-01', false);       -- has the id of an owner
INSERT INTO company VALUES
  (201, 'Acme', 'MACHINERY', 11, '2025-02-01', false), (202, 'Gone', NULL, NULL, '2025-02-01', true);  -- deleted
-- twice, by type
INSERT INTO contact_company VALUES (101, 201, 1, false), (102, 201, 1, false), (105, 201, 1, false),
  (101, 201, 279, false);
INSERT INTO deal_pipeline_stage VALUES
  ('open', 'default', 'Talking', 0.4, false), ('closedwon', 'default', 'Won', 1, true),
    ('closedlost', 'default', 'Lost', 0, false);
INSERT INTO deal VALUES
  (301, 11, 'default', 'open', 'Pumps', 5000, '2099-06-30', '2025-02-01', false),
  -- won long before its closing date
  (302, 11, 'default', 'closedwon', 'Valves', 900, '2025-12-31', '2025-02-01', false),
  (303, 12, 'default', 'closedlost', 'Pipes', NULL, '2025-03-20', '2025-02-01', false); -- lost by probability alone
INSERT INTO deal VALUES
  (304, 11, 'default', 'open', 'Taps', 10, NULL, '2025-02-01', false);                      -- Eve's
INSERT INTO deal_stage VALUES (302, 'open', '2025-02-01', false), (302, 'closedwon', '2025-03-10 12:00', true);
-- Dan was taken off Valves
INSERT INTO deal_contact VALUES (301, 101, 3, false), (302, 101, 3, false), (303, 102, 3, false), (304, 11, 3, false),
  (302, 102, 3, true);
INSERT INTO deal_company VALUES (301, 201, 5, false), (302, 201, 5, false), (303, 201, 5, false);
INSERT INTO engagement (id, type, _fivetran_deleted)
SELECT n, CASE WHEN n <= 16 THEN 'EMAIL' WHEN n <= 26 THEN 'CALL' WHEN n <= 36 THEN 'MEETING' WHEN n <= 46 THEN 'TASK'
               WHEN n = 50 THEN 'COMMUNICATION' ELSE 'NOTE' END, n = 12
-- 60 is a note: no interaction
FROM unnest('{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,21,22,23,24,31,32,33,34,35,41,42,50,60}'::int[]) n;
INSERT INTO engagement_email VALUES
  (1, '2025-03-03 23:30', 11, 'Question', 'INCOMING_EMAIL', NULL, 'carla@acme.example', 'anna@our.example', NULL,
    '<M1@acme.example>', 't1', NULL, NULL, NULL, false, false),
  -- the same, logged by BCC: flag wrong, no thread, no <>
  (2, '2025-03-03 23:30:02', 12, 'Question', 'EMAIL', 'SENT', 'carla@acme.example', 'anna@our.example;ben@our.example',
    NULL, 'm1@acme.example', NULL, NULL, NULL, NULL, false, false),
  -- tracked
  (3, '2025-03-04 08:30', 11, 'Answer', 'EMAIL', 'SENT', 'anna@our.example', 'carla@acme.example', 'dan@acme.example',
    '<m3@our.example>', 't1', 2, 1, 1, false, false),
  -- out of office
  (4, '2025-03-04 08:31', NULL, 'Away', 'INCOMING_EMAIL', NULL, 'carla@acme.example', 'anna@our.example', NULL,
    '<m4@acme.example>', 't1', NULL, NULL, NULL, true, false),
  -- never arrived
  (5, '2025-03-05 09:00', NULL, 'Bounce', 'EMAIL', 'BOUNCED', 'anna@our.example', 'carla@acme.example', NULL,
    '<m5@our.example>', 't1', 0, 0, 0, false, false),
  -- from an address before the merge
  (6, '2025-03-05 10:00', 12, 'Thanks', 'INCOMING_EMAIL', NULL, 'c@old.example', 'anna@our.example', NULL,
    '<m6@old.example>', 't1', NULL, NULL, NULL, false, false),
  -- among ourselves: answers nobody
  (7, '2025-03-06 09:00', 11, 'Forward', 'FORWARDED_EMAIL', NULL, 'anna@our.example', 'ben@our.example', NULL,
    '<m7@our.example>', 't1', NULL, NULL, NULL, false, false),
  -- a shared mailbox: no owner, our domain; never opened
  (8, '2025-03-06 10:00', 11, 'Shared', 'EMAIL', 'SENT', 'sales@our.example', 'carla@acme.example', NULL,
    '<m8@our.example>', 't1', 0, NULL, NULL, false, false),
  -- logged by the API: no thread
  (9, '2025-03-07 09:00', 12, 'Logged', 'EMAIL', 'SENT', 'ben@our.example', 'dan@acme.example', NULL,
    '<m9@our.example>', NULL, NULL, NULL, NULL, false, false),
  -- no sender: only the flag is left
  (10, '2025-03-08 09:00', NULL, 'No sender', 'INCOMING_EMAIL', NULL, NULL, 'anna@our.example', NULL, '<m10@x.example>',
    't2', NULL, NULL, NULL, false, false),
  -- to be sent
  (11, '2099-03-08 09:00', 11, 'Later', 'EMAIL', 'SCHEDULED', 'anna@our.example', 'carla@acme.example', NULL,
    '<m11@our.example>', 't2', NULL, NULL, NULL, false, false),
  -- deleted
  (12, '2025-03-09 09:00', 11, 'Deleted', 'EMAIL', 'SENT', 'anna@our.example', 'carla@acme.example', NULL,
    '<m12@our.example>', 't2', NULL, NULL, NULL, false, true),
  -- after Valves was won; the flag is wrong
  (13, '2025-04-01 09:00', 11, 'After', 'EMAIL', NULL, 'carla@acme.example', 'anna@our.example', NULL,
    '<m13@acme.example>', 't3', NULL, NULL, NULL, false, false),
  -- a blank in the list
  (14, '2025-04-02 09:00', 12, 'Eve', 'INCOMING_EMAIL', NULL, 'eve@else.example', 'ben@our.example; anna@our.example',
    NULL, '<m14@else.example>', 't4', NULL, NULL, NULL, false, false),
  (15, date_trunc('hour', now() AT TIME ZONE 'UTC') - interval '2 days', 12, 'Waiting', 'INCOMING_EMAIL', NULL,
    'dan@acme.example', 'ben@our.example', NULL, '<m15@acme.example>', 't5', NULL, NULL, NULL, false, false),
  -- on two deals
  (16, '2025-04-03 09:00', 11, 'Two deals', 'EMAIL', 'SENT', 'anna@our.example', 'carla@acme.example', NULL,
    '<m16@our.example>', 't6', NULL, NULL, NULL, false, false);
INSERT INTO engagement_call VALUES
  (21, '2025-03-07 15:00', 11, 'OUTBOUND', 600000, 'COMPLETED', 'Call', false),         -- milliseconds: ten minutes
  (22, '2025-03-07 16:00', 11, 'OUTBOUND', 20000, 'NO_ANSWER', 'Missed', false),         -- nobody answered
  -- by hand: no status, no direction
  (23, '2025-03-07 17:00', 12, NULL, 300000, NULL, 'Logged', false),
  (24, '2025-03-07 18:00', 11, 'INBOUND', 120000, 'COMPLETED', 'They called', false);
INSERT INTO engagement_meeting VALUES
  (31, '2025-03-08 10:00', 11, '2025-03-08 10:00', '2025-03-08 11:00', 'COMPLETED', 'Visit', false),
  -- over, and nobody marked it
  (32, '2025-03-09 10:00', 11, '2025-03-09 10:00', '2025-03-09 10:30', 'SCHEDULED', 'Not marked', false),
  -- nobody came
  (33, '2025-03-10 10:00', 11, '2025-03-10 10:00', '2025-03-10 11:00', 'NO_SHOW', 'Alone', false),
  (34, '2099-03-10 10:00', 11, '2099-03-10 10:00', '2099-03-10 11:00', NULL, 'Far', false),                -- ahead
  -- under way
  (35, now() AT TIME ZONE 'UTC' - interval '1 hour', 11, now() AT TIME ZONE 'UTC' - interval '1 hour',
    now() AT TIME ZONE 'UTC' + interval '1 day', NULL, 'Now', false);
INSERT INTO engagement_task VALUES
  -- not done
  (41, '2025-03-11 08:00', 11, 'Offer', 'COMPLETED', false), (42, '2025-03-12 08:00', 11, 'Open', 'NOT_STARTED', false);
INSERT INTO engagement_communication VALUES (50, '2025-03-13 08:00', 12, 'WHATS_APP', false);  -- who wrote nobody knows
INSERT INTO engagement_contact VALUES
  (1, 101, 9, 'HUBSPOT_DEFINED', false), (1, 102, 9, 'HUBSPOT_DEFINED', false),  -- Dan is linked and not on the mail
  -- linked twice
  (2, 101, 9, 'HUBSPOT_DEFINED', false), (3, 101, 9, 'HUBSPOT_DEFINED', false), (3, 101, 77, 'USER_DEFINED', false),
  (3, 102, 9, 'HUBSPOT_DEFINED', false), (4, 101, 9, 'HUBSPOT_DEFINED', false), (5, 101, 9, 'HUBSPOT_DEFINED', false),
  (6, 103, 9, 'HUBSPOT_DEFINED', false),                                         -- by the id before the merge
  (8, 101, 9, 'HUBSPOT_DEFINED', false), (9, 102, 9, 'HUBSPOT_DEFINED', false),
  (11, 101, 9, 'HUBSPOT_DEFINED', false), (12, 101, 9, 'HUBSPOT_DEFINED', false),
    (13, 101, 9, 'HUBSPOT_DEFINED', false),
  (14, 11, 9, 'HUBSPOT_DEFINED', false), (15, 102, 9, 'HUBSPOT_DEFINED', false), (16, 101, 9, 'HUBSPOT_DEFINED', false),
  -- Carla's link to 23 is deleted; 105 of 24 is a deleted contact
  (21, 101, 9, 'HUBSPOT_DEFINED', false), (22, 101, 9, 'HUBSPOT_DEFINED', false),
    (23, 102, 9, 'HUBSPOT_DEFINED', false), (23, 101, 9, 'HUBSPOT_DEFINED', true),
  (24, 102, 9, 'HUBSPOT_DEFINED', false), (24, 105, 9, 'HUBSPOT_DEFINED', false),  -- of a deleted contact
  (31, 101, 9, 'HUBSPOT_DEFINED', false), (32, 104, 9, 'HUBSPOT_DEFINED', false),
    (33, 101, 9, 'HUBSPOT_DEFINED', false),
  (34, 101, 9, 'HUBSPOT_DEFINED', false), (35, 101, 9, 'HUBSPOT_DEFINED', false),
    (41, 101, 9, 'HUBSPOT_DEFINED', false),
  (42, 101, 9, 'HUBSPOT_DEFINED', false), (50, 102, 9, 'HUBSPOT_DEFINED', false),
    (60, 101, 9, 'HUBSPOT_DEFINED', false);
INSERT INTO engagement_company
SELECT n, 201, 7, 'HUBSPOT_DEFINED', false FROM unnest('{1,2,3,6,7,8,10,16,21,31,41,50}'::int[]) n;
INSERT INTO engagement_deal VALUES
  (1, 301, 5, 'HUBSPOT_DEFINED', false), (3, 301, 5, 'HUBSPOT_DEFINED', false), (6, 301, 5, 'HUBSPOT_DEFINED', false),
  (7, 301, 5, 'HUBSPOT_DEFINED', false), (8, 301, 5, 'HUBSPOT_DEFINED', false), (10, 301, 5, 'HUBSPOT_DEFINED', false),
  (16, 301, 5, 'HUBSPOT_DEFINED', false), (16, 302, 5, 'HUBSPOT_DEFINED', false),   -- one mail, two deals
  (31, 303, 5, 'HUBSPOT_DEFINED', false), (41, 301, 5, 'HUBSPOT_DEFINED', false);
