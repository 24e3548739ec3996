-- A small company on Twenty's tables. Every row says which trap it is there for. id('m', 1) is a readable uuid.
CREATE FUNCTION pg_temp.id(what text, n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (substr(md5(what), 1, 8) || '-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
INSERT INTO "workspaceMember" (id, "nameFirstName", "nameLastName", "userEmail") VALUES
  (pg_temp.id('member', 1), 'Anna', 'A', 'anna@our.example'), (pg_temp.id('member', 2), 'Ben', 'B', 'ben@our.example');
INSERT INTO "connectedAccount" (id, handle, "handleAliases", "accountOwnerId") VALUES
  -- sales@ is a shared mailbox of ours
  (pg_temp.id('account', 1), 'anna@our.example', 'sales@our.example,info@our.example', pg_temp.id('member', 1));
INSERT INTO company (id, name, employees, "accountOwnerId", "deletedAt") VALUES
  (pg_temp.id('company', 1), 'Acme', 50, pg_temp.id('member', 1), NULL),
  (pg_temp.id('company', 2), 'Gone', 5, NULL, '2025-03-01');                                     -- deleted softly
INSERT INTO person (id, "nameFirstName", "nameLastName", "emailsPrimaryEmail", "companyId") VALUES
  (pg_temp.id('person', 1), 'Carla', 'C', 'carla@acme.example', pg_temp.id('company', 1)),
  (pg_temp.id('person', 2), 'Dan', 'D', 'dan@acme.example', pg_temp.id('company', 1)),
  -- made a contact by the sync: is ours
  (pg_temp.id('person', 3), 'Ben', 'B', 'ben@our.example', pg_temp.id('company', 1));
INSERT INTO opportunity (id, name, "amountAmountMicros", "amountCurrencyCode", "closeDate", stage, "pointOfContactId",
  "companyId", "ownerId") VALUES
  (pg_temp.id('deal', 1), 'Pumps', 5000000000, 'EUR', '2099-06-30', 'PROPOSAL', pg_temp.id('person', 1),
    pg_temp.id('company', 1), pg_temp.id('member', 1)),
  -- won
  (pg_temp.id('deal', 2), 'Valves', 900000000, 'EUR', '2025-03-10', 'CUSTOMER', pg_temp.id('person', 1),
    pg_temp.id('company', 1), pg_temp.id('member', 1)),
  -- lost: a stage of theirs
  (pg_temp.id('deal', 3), 'Pipes', 100000000, 'KRW', '2025-03-05', 'DROPPED', pg_temp.id('person', 2),
    pg_temp.id('company', 1), pg_temp.id('member', 2));
INSERT INTO message (id, subject, "receivedAt", "messageThreadId", "deletedAt") VALUES
  (pg_temp.id('mail', 1), 'Question', '2025-03-03 23:30+00', pg_temp.id('thread', 1), NULL),
  (pg_temp.id('mail', 2), 'Answer', '2025-03-04 08:30+00', pg_temp.id('thread', 1), NULL),
  -- deleted softly: answered first
  (pg_temp.id('mail', 3), 'Deleted', '2025-03-04 08:00+00', pg_temp.id('thread', 1), '2025-03-05'),
  (pg_temp.id('mail', 4), 'Shared', '2025-03-05 09:00+00', pg_temp.id('thread', 1), NULL),       -- from sales@: ours
  -- from a stranger at Acme
  (pg_temp.id('mail', 5), 'Unknown', '2025-03-05 10:00+00', pg_temp.id('thread', 1), NULL),
  -- among ourselves: answers nobody
  (pg_temp.id('mail', 6), 'Forward', '2025-03-05 10:30+00', pg_temp.id('thread', 1), NULL),
  -- to a stranger and to Ben: not among ourselves
  (pg_temp.id('mail', 7), 'To all', '2025-03-05 12:00+00', pg_temp.id('thread', 1), NULL),
  (pg_temp.id('mail', 8), 'Blind', '2025-03-06 09:00+00', pg_temp.id('thread', 2), NULL),        -- Dan in blind copy
  -- Dan is only where replies go
  (pg_temp.id('mail', 9), 'Reply to', '2025-03-06 10:00+00', pg_temp.id('thread', 2), NULL),
  (pg_temp.id('mail', 10), 'No time', NULL, pg_temp.id('thread', 2), NULL),                      -- counts nowhere
  (pg_temp.id('mail', 11), 'After', '2025-04-01 09:00+00', pg_temp.id('thread', 3), NULL),       -- after Valves was won
  (pg_temp.id('mail', 12), 'Waiting', date_trunc('hour', now()) - interval '2 days', pg_temp.id('thread', 4), NULL);
INSERT INTO "messageParticipant" ("messageId", role, handle, "personId", "workspaceMemberId", "deletedAt") VALUES
  (pg_temp.id('mail', 1), 'FROM', 'carla@acme.example', pg_temp.id('person', 1), NULL, NULL),
  (pg_temp.id('mail', 1), 'TO', 'anna@our.example', NULL, pg_temp.id('member', 1), NULL),
  (pg_temp.id('mail', 2), 'FROM', 'anna@our.example', NULL, pg_temp.id('member', 1), NULL),
  (pg_temp.id('mail', 2), 'TO', 'carla@acme.example', pg_temp.id('person', 1), NULL, NULL),
  (pg_temp.id('mail', 3), 'FROM', 'anna@our.example', NULL, pg_temp.id('member', 1), NULL),
  (pg_temp.id('mail', 3), 'TO', 'carla@acme.example', pg_temp.id('person', 1), NULL, NULL),
  (pg_temp.id('mail', 4), 'FROM', 'Sales@our.example', NULL, NULL, NULL),                        -- case differs
  (pg_temp.id('mail', 4), 'TO', 'carla@acme.example', pg_temp.id('person', 1), NULL, NULL),
  -- neither person nor member
  (pg_temp.id('mail', 5), 'FROM', 'new@acme.example', NULL, NULL, NULL),
  (pg_temp.id('mail', 5), 'TO', 'anna@our.example', NULL, pg_temp.id('member', 1), NULL),
  (pg_temp.id('mail', 6), 'FROM', 'anna@our.example', NULL, pg_temp.id('member', 1), NULL),
  -- both: the member wins
  (pg_temp.id('mail', 6), 'TO', 'ben@our.example', pg_temp.id('person', 3), pg_temp.id('member', 2), NULL),
  (pg_temp.id('mail', 7), 'FROM', 'anna@our.example', NULL, pg_temp.id('member', 1), NULL),
  (pg_temp.id('mail', 7), 'TO', 'new@acme.example', NULL, NULL, NULL),
  (pg_temp.id('mail', 7), 'CC', 'ben@our.example', pg_temp.id('person', 3), pg_temp.id('member', 2), NULL),
  (pg_temp.id('mail', 8), 'FROM', 'ben@our.example', pg_temp.id('person', 3), pg_temp.id('member', 2), NULL),
  (pg_temp.id('mail', 8), 'BCC', 'dan@acme.example', pg_temp.id('person', 2), NULL, NULL),
  (pg_temp.id('mail', 8), 'TO', 'carla@acme.example', pg_temp.id('person', 1), NULL, NULL),
  (pg_temp.id('mail', 9), 'FROM', 'carla@acme.example', pg_temp.id('person', 1), NULL, NULL),
  (pg_temp.id('mail', 9), 'REPLY_TO', 'dan@acme.example', pg_temp.id('person', 2), NULL, NULL),
  (pg_temp.id('mail', 9), 'TO', 'ben@our.example', pg_temp.id('person', 3), pg_temp.id('member', 2), NULL),
  -- this row was deleted softly
  (pg_temp.id('mail', 9), 'CC', 'dan@acme.example', pg_temp.id('person', 2), NULL, '2025-03-07'),
  (pg_temp.id('mail', 10), 'FROM', 'carla@acme.example', pg_temp.id('person', 1), NULL, NULL),
  (pg_temp.id('mail', 11), 'FROM', 'carla@acme.example', pg_temp.id('person', 1), NULL, NULL),
  (pg_temp.id('mail', 11), 'TO', 'anna@our.example', NULL, pg_temp.id('member', 1), NULL),
  (pg_temp.id('mail', 12), 'FROM', 'dan@acme.example', pg_temp.id('person', 2), NULL, NULL),
  (pg_temp.id('mail', 12), 'TO', 'ben@our.example', NULL, pg_temp.id('member', 2), NULL);
INSERT INTO "messageThreadTarget" ("messageThreadId", "targetPersonId", "targetCompanyId", "targetOpportunityId",
  "deletedAt") VALUES
  (pg_temp.id('thread', 1), NULL, NULL, pg_temp.id('deal', 1), NULL),          -- one thread on two records
  (pg_temp.id('thread', 1), NULL, pg_temp.id('company', 1), NULL, NULL),
  (pg_temp.id('thread', 2), NULL, NULL, pg_temp.id('deal', 2), '2025-03-07');  -- taken off again
INSERT INTO "calendarEvent" (id, title, "isCanceled", "isFullDay", "startsAt", "endsAt", "iCalUid", "deletedAt") VALUES
  -- nobody marks it done
  (pg_temp.id('event', 1), 'Visit', false, false, '2025-03-08 10:00+00', '2025-03-08 11:00+00', 'visit@acme', NULL),
  -- from the other calendar
  (pg_temp.id('event', 2), 'Visit', false, false, '2025-03-08 10:00+00', '2025-03-08 11:00+00', 'visit@acme', NULL),
  -- two of one series
  (pg_temp.id('event', 3), 'Weekly', false, false, '2025-03-15 10:00+00', '2025-03-15 10:30+00', 'weekly@our', NULL),
  (pg_temp.id('event', 4), 'Weekly', false, false, '2025-03-22 10:00+00', '2025-03-22 10:30+00', 'weekly@our', NULL),
  -- far ahead
  (pg_temp.id('event', 5), 'Weekly', false, false, '2099-03-22 10:00+00', '2099-03-22 10:30+00', 'weekly@our', NULL),
  -- cancelled
  (pg_temp.id('event', 6), 'Off', true, false, '2025-03-16 10:00+00', '2025-03-16 11:00+00', 'off@our', NULL),
  -- all day: no hours
  (pg_temp.id('event', 7), 'Fair', false, true, '2025-03-17 00:00+00', '2025-03-18 00:00+00', 'fair@our', NULL),
  -- under way
  (pg_temp.id('event', 8), 'Now', false, false, now() - interval '1 hour', now() + interval '1 day', 'now@our', NULL);
INSERT INTO "calendarEventParticipant" ("calendarEventId", handle, "isOrganizer", "responseStatus", "personId",
  "workspaceMemberId") VALUES
  (pg_temp.id('event', 1), 'carla@acme.example', true, 'ACCEPTED', pg_temp.id('person', 1), NULL),
  (pg_temp.id('event', 1), 'anna@our.example', false, 'ACCEPTED', NULL, pg_temp.id('member', 1)),
  (pg_temp.id('event', 2), 'carla@acme.example', true, 'ACCEPTED', pg_temp.id('person', 1), NULL),
  -- declined: spent no hour
  (pg_temp.id('event', 2), 'ben@our.example', false, 'DECLINED', NULL, pg_temp.id('member', 2)),
  (pg_temp.id('event', 3), 'anna@our.example', true, 'ACCEPTED', NULL, pg_temp.id('member', 1)),
  (pg_temp.id('event', 3), 'dan@acme.example', false, 'ACCEPTED', pg_temp.id('person', 2), NULL),
  (pg_temp.id('event', 4), 'anna@our.example', true, 'ACCEPTED', NULL, pg_temp.id('member', 1)),
  (pg_temp.id('event', 4), 'dan@acme.example', false, 'ACCEPTED', pg_temp.id('person', 2), NULL),
  (pg_temp.id('event', 5), 'dan@acme.example', false, 'NEEDS_ACTION', pg_temp.id('person', 2), NULL),
  (pg_temp.id('event', 6), 'dan@acme.example', false, 'ACCEPTED', pg_temp.id('person', 2), NULL),
  -- no organizer: nobody knows who called it
  (pg_temp.id('event', 7), 'dan@acme.example', false, 'ACCEPTED', pg_temp.id('person', 2), NULL),
  (pg_temp.id('event', 8), 'dan@acme.example', false, 'ACCEPTED', pg_temp.id('person', 2), NULL);
INSERT INTO "calendarEventTarget" ("calendarEventId", "targetOpportunityId") VALUES (pg_temp.id('event', 1),
  pg_temp.id('deal', 1));
