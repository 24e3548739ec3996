-- A small company on Dataverse's tables. Every row says which trap it is there for. id('mail', 1) is a readable uuid.
CREATE FUNCTION pg_temp.id(what text, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (substr(md5(what), 1, 8) || '-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
INSERT INTO systemuser VALUES
  (pg_temp.id('user', 1), 'Anna', 'anna@our.example', false, false),
    (pg_temp.id('user', 2), 'Ben', 'ben@our.example', false, false);
INSERT INTO teammembership VALUES (pg_temp.id('member', 1), pg_temp.id('team', 1), pg_temp.id('user', 1), false);
INSERT INTO account VALUES
  (pg_temp.id('account', 1), 'Acme', pg_temp.id('contact', 1), pg_temp.id('user', 1), 'systemuser', 12, 0, '2025-02-01',
    false),
  -- deleted
  (pg_temp.id('account', 2), 'Gone', NULL, NULL, NULL, NULL, 0, '2025-02-01', true);
INSERT INTO contact VALUES
  (pg_temp.id('contact', 1), 'Carla', pg_temp.id('account', 1), 'account', 'carla@acme.example', NULL, NULL, 0,
    '2025-02-01', false),
  -- inactive, yet he was there
  (pg_temp.id('contact', 2), 'Dan', pg_temp.id('account', 1), 'account', 'dan@acme.example', NULL, NULL, 1,
    '2025-02-01', false);
INSERT INTO lead VALUES
  (pg_temp.id('lead', 1), 'Eve', 'eve@else.example', NULL, NULL, pg_temp.id('user', 2), 'systemuser', 0, '2025-02-01',
    false),
  -- qualified
  (pg_temp.id('lead', 2), 'Carla', 'carla@acme.example', pg_temp.id('contact', 1), pg_temp.id('account', 1),
    pg_temp.id('user', 2), 'systemuser', 1, '2025-02-01', false);
INSERT INTO opportunity VALUES
  -- a team owns it
  (pg_temp.id('deal', 1), 'Pumps', pg_temp.id('account', 1), 'account', pg_temp.id('account', 1),
    pg_temp.id('contact', 1), pg_temp.id('team', 1), 'team', 0, 5000, 4600, '2099-06-30', NULL, '2025-02-01', false),
  -- won on a day, to its end
  (pg_temp.id('deal', 2), 'Valves', pg_temp.id('account', 1), 'account', pg_temp.id('account', 1),
    pg_temp.id('contact', 1), pg_temp.id('user', 1), 'systemuser', 1, 900, 830, '2025-12-31', '2025-03-10',
    '2025-02-01', false),
  (pg_temp.id('deal', 3), 'Pipes', pg_temp.id('account', 1), 'account', pg_temp.id('account', 1), NULL,
    pg_temp.id('user', 1), 'systemuser', 2, 70, 65, NULL, '2025-05-01', '2025-02-01', false);
INSERT INTO connection VALUES
  (pg_temp.id('link', 1), pg_temp.id('deal', 3), 'opportunity', pg_temp.id('contact', 2), 'contact', 0, false),
  -- the mirror of the first
  (pg_temp.id('link', 2), pg_temp.id('contact', 2), 'contact', pg_temp.id('deal', 3), 'opportunity', 0, false),
  -- sales team
  (pg_temp.id('link', 3), pg_temp.id('deal', 3), 'opportunity', pg_temp.id('user', 2), 'systemuser', 0, false),
  -- not any more
  (pg_temp.id('link', 4), pg_temp.id('deal', 3), 'opportunity', pg_temp.id('contact', 1), 'contact', 1, false);
INSERT INTO email VALUES
  (pg_temp.id('mail', 1), 'Question', false, '2025-03-03 23:30', NULL, 1, 4, pg_temp.id('deal', 1), 'opportunity', 101,
    '<M1@acme.example>', false, 0, 0, 0, 0, false, false),
  -- the same from another mailbox
  (pg_temp.id('mail', 2), 'Question', false, '2025-03-03 23:30:02', NULL, 1, 4, NULL, NULL, NULL, ' <m1@acme.example>',
    false, 0, 0, 0, 0, false, false),
  -- followed
  (pg_temp.id('mail', 3), 'Answer', true, '2025-03-04 08:30', NULL, 1, 3, pg_temp.id('deal', 1), 'opportunity', 101,
    '<m3@our.example>', true, 2, 1, 1, 0, false, false),
  -- by a workflow, before the answer
  (pg_temp.id('mail', 4), 'Workflow', true, '2025-03-04 08:00', NULL, 1, 3, pg_temp.id('deal', 1), 'opportunity', 101,
    '<m4@our.example>', false, 0, 0, 0, 0, true, false),
  -- completed, they say, and not sent
  (pg_temp.id('mail', 5), 'Sending', true, '2025-03-05 09:00', NULL, 1, 6, pg_temp.id('deal', 1), 'opportunity', 101,
    '<m5@our.example>', false, 0, 0, 0, 0, false, false),
  -- a draft, without a time
  (pg_temp.id('mail', 6), 'Draft', true, NULL, NULL, 0, 1, pg_temp.id('deal', 1), 'opportunity', 101, NULL, false, 0, 0,
    0, 0, false, false),
  -- from an address that is nobody's
  (pg_temp.id('mail', 7), 'Unknown', false, '2025-03-05 10:00', NULL, 1, 4, pg_temp.id('deal', 1), 'opportunity', 101,
    '<m7@acme.example>', false, 0, 0, 0, 0, false, false),
  -- among ourselves: answers nobody
  (pg_temp.id('mail', 8), 'Forward', true, '2025-03-05 10:30', NULL, 1, 3, pg_temp.id('deal', 1), 'opportunity', 101,
    '<m8@our.example>', false, 0, 0, 0, 0, false, false),
  -- of a case: by its people alone
  (pg_temp.id('mail', 9), 'Case', false, '2025-03-06 09:00', NULL, 1, 4, pg_temp.id('case', 1), 'incident', 102,
    '<m9@acme.example>', false, 0, 0, 0, 0, false, false),
  -- on the day Valves was won
  (pg_temp.id('mail', 10), 'Late', false, '2025-03-10 20:00', NULL, 1, 4, NULL, NULL, 103, '<m10@acme.example>', false,
    0, 0, 0, 0, false, false),
  -- the day after
  (pg_temp.id('mail', 11), 'After', false, '2025-03-11 09:00', NULL, 1, 4, NULL, NULL, 103, '<m11@acme.example>', false,
    0, 0, 0, 0, false, false),
  -- deleted
  (pg_temp.id('mail', 12), 'Deleted', false, '2025-03-12 09:00', NULL, 1, 4, NULL, NULL, 103, '<m12@acme.example>',
    false, 0, 0, 0, 0, false, true),
  (pg_temp.id('mail', 13), 'Eve', false, date_trunc('hour', now() AT TIME ZONE 'UTC') - interval '2 days', NULL, 1, 4,
    pg_temp.id('lead', 1), 'lead', 104, '<m13@else.example>', false, 0, 0, 0, 0, false, false),
  -- from a queue to Anna: among ourselves
  (pg_temp.id('mail', 14), 'Queue', true, '2025-04-02 09:00', NULL, 1, 3, pg_temp.id('deal', 1), 'opportunity', 105,
    '<m14@our.example>', false,
    0, 0, 0, 0, false, false),
  (pg_temp.id('mail', 15), 'Cancelled', true, '2025-04-03 09:00', NULL, 2, 5, pg_temp.id('deal', 1), 'opportunity', 101,
    '<m15@our.example>', false, 0, 0, 0, 0, false, false);
INSERT INTO appointment VALUES
  -- lasted longer than planned
  (pg_temp.id('visit', 1), 'Visit', '2025-03-08 10:00', '2025-03-08 11:00', 60, 90, false, 1, 0, 'g1',
    pg_temp.id('deal', 1), 'opportunity', false),
  -- over, and nobody marked it
  (pg_temp.id('visit', 2), 'Not marked', '2025-03-09 10:00', '2025-03-09 10:30', 30, NULL, false, 3, 0, 'g2',
    pg_temp.id('deal', 1), 'opportunity', false),
  -- cancelled
  (pg_temp.id('visit', 3), 'Off', '2025-03-10 10:00', '2025-03-10 11:00', 60, NULL, false, 2, 0, 'g3',
    pg_temp.id('deal', 1), 'opportunity', false),
  -- the head of a series
  (pg_temp.id('visit', 4), 'Series', '2025-03-04 10:00', '2025-03-04 11:00', 60, NULL, false, 3, 1, 'g4',
    pg_temp.id('deal', 1), 'opportunity', false),
  (pg_temp.id('visit', 5), 'One of it', '2025-03-11 10:00', '2025-03-11 11:00', 60, NULL, false, 3, 2, 'g4',
    pg_temp.id('deal', 1), 'opportunity', false),
  -- all day: no hours
  (pg_temp.id('visit', 6), 'Fair', '2025-03-12 00:00', '2025-03-13 00:00', 1440, NULL, true, 3, 0, 'g6',
    NULL, NULL, false),
  -- ahead
  (pg_temp.id('visit', 7), 'Far', '2099-03-12 10:00', '2099-03-12 11:00', 60, NULL, false, 3, 0, 'g7',
    pg_temp.id('deal', 1), 'opportunity', false),
  -- under way
  (pg_temp.id('visit', 8), 'Now', now() AT TIME ZONE 'UTC' - interval '1 hour',
    now() AT TIME ZONE 'UTC' + interval '1 day', 1500, NULL, false, 3, 0, 'g8', pg_temp.id('deal', 1), 'opportunity',
    false);
INSERT INTO phonecall VALUES
  -- minutes
  (pg_temp.id('call', 1), 'Call', true, 10, '2025-03-07 15:00', NULL, 1, 2, pg_temp.id('deal', 1), 'opportunity',
    false),
  (pg_temp.id('call', 2), 'Called', false, 5, '2025-03-07 16:00', NULL, 1, 4, pg_temp.id('deal', 1), 'opportunity',
    false),
  -- never made
  (pg_temp.id('call', 3), 'Planned', true, NULL, NULL, '2025-03-08 16:00', 0, 1, pg_temp.id('deal', 1), 'opportunity',
    false);
INSERT INTO task VALUES
  (pg_temp.id('task', 1), 'Offer', 30, '2025-03-10 09:00', '2025-03-09 09:00', 1, pg_temp.id('deal', 1), 'opportunity',
    false),
  (pg_temp.id('task', 2), 'Open', NULL, NULL, '2025-03-11 09:00', 0, pg_temp.id('deal', 1), 'opportunity', false);
INSERT INTO activityparty (activityid, partyid, partyid_entitytype, addressused, participationtypemask)
SELECT pg_temp.id(act, a), pg_temp.id(who, w), kind, address, mask
FROM (VALUES ('mail', 1, 'contact', 1, 'contact', 'carla@acme.example', 1),
  ('mail', 1, 'user', 1, 'systemuser', 'anna@our.example', 2),
  -- its owner: is on no list of the mail
  ('mail', 1, 'user', 2, 'systemuser', NULL, 9),
  ('mail', 1, 'deal', 1, 'opportunity', NULL, 8),                                   -- what it regards stands here again
  ('mail', 2, 'contact', 1, 'contact', 'carla@acme.example', 1),
    ('mail', 2, 'user', 2, 'systemuser', 'ben@our.example', 2),
  ('mail', 3, 'user', 1, 'systemuser', 'anna@our.example', 1),
    ('mail', 3, 'contact', 1, 'contact', 'carla@acme.example', 2),
  ('mail', 3, 'contact', 2, 'contact', 'dan@acme.example', 4),                      -- Dan in blind copy
  ('mail', 4, 'user', 1, 'systemuser', 'anna@our.example', 1),
    ('mail', 4, 'contact', 1, 'contact', 'carla@acme.example', 2),
  ('mail', 5, 'user', 1, 'systemuser', 'anna@our.example', 1),
    ('mail', 5, 'contact', 1, 'contact', 'carla@acme.example', 2),
  ('mail', 7, NULL, NULL, NULL, 'New@acme.example', 1), ('mail', 7, 'user', 1, 'systemuser', 'anna@our.example', 2),
  ('mail', 8, 'user', 1, 'systemuser', 'anna@our.example', 1), ('mail', 8, NULL, NULL, NULL, 'sales@our.example', 2),
  ('mail', 9, 'contact', 2, 'contact', 'dan@acme.example', 1),
    ('mail', 9, 'user', 2, 'systemuser', 'ben@our.example', 2),
  ('mail', 10, 'contact', 1, 'contact', 'carla@acme.example', 1),
    ('mail', 10, 'user', 1, 'systemuser', 'anna@our.example', 2),
  ('mail', 11, 'contact', 1, 'contact', 'carla@acme.example', 1),
    ('mail', 11, 'user', 1, 'systemuser', 'anna@our.example', 2),
  ('mail', 12, 'contact', 1, 'contact', 'carla@acme.example', 1),
    ('mail', 12, 'user', 1, 'systemuser', 'anna@our.example', 2),
  ('mail', 13, 'lead', 1, 'lead', 'eve@else.example', 1), ('mail', 13, 'user', 2, 'systemuser', 'ben@our.example', 2),
  ('mail', 14, 'queue', 1, 'queue', 'sales@our.example', 1),
    ('mail', 14, 'user', 1, 'systemuser', 'anna@our.example', 2),
  ('mail', 14, 'room', 1, 'equipment', NULL, 3),                                     -- a room is nobody
  ('visit', 1, 'contact', 1, 'contact', NULL, 5), ('visit', 1, 'user', 1, 'systemuser', NULL, 7),
    ('visit', 1, 'user', 2, 'systemuser', NULL, 6),
  ('visit', 1, 'room', 1, 'equipment', NULL, 10), ('visit', 2, 'contact', 1, 'contact', NULL, 7),
    ('visit', 2, 'user', 1, 'systemuser', NULL, 5),
  -- owns it and did not take part
  ('visit', 2, 'user', 2, 'systemuser', NULL, 9),
  ('visit', 3, 'contact', 1, 'contact', NULL, 5), ('visit', 5, 'contact', 1, 'contact', NULL, 5),
    ('visit', 5, 'user', 1, 'systemuser', NULL, 7),
  -- a company takes part
  ('visit', 6, 'account', 1, 'account', NULL, 5), ('visit', 6, 'user', 2, 'systemuser', NULL, 7),
  ('visit', 7, 'contact', 1, 'contact', NULL, 5), ('visit', 8, 'contact', 1, 'contact', NULL, 5),
  ('call', 1, 'user', 1, 'systemuser', NULL, 1), ('call', 1, 'contact', 1, 'contact', NULL, 2),
  ('call', 2, 'contact', 2, 'contact', NULL, 1), ('call', 2, 'user', 1, 'systemuser', NULL, 2)) x(act, a, who, w, kind,
    address, mask);
