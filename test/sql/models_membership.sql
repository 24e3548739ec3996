-- Which activities belong to a record: one line per sentence of the rule.
SET timezone = 'UTC';
CREATE SCHEMA membership;
SET search_path = membership;
CREATE TABLE activities (activity_id bigint PRIMARY KEY, why text, kind text DEFAULT 'meeting',
  direction text DEFAULT 'outbound',
  occurred_at timestamptz DEFAULT '2025-03-03 09:00+00', status text DEFAULT 'completed',
    duration interval DEFAULT '30 min',
  regarding_type text, regarding_id bigint);
CREATE TABLE participants (activity_id bigint, side text, party_id text, role text);
CREATE TABLE records (record_type text, record_id bigint, name text);
CREATE TABLE record_parties (record_type text, record_id bigint, side text, party_id text, role text);
-- Opportunity 1 and lead 2: seller ann and stakeholder zoe; the account's primary contact pia. Account 3 and contact 4
-- have zoe.
INSERT INTO records SELECT t, n, t || n FROM (VALUES ('opportunity', 1), ('lead', 2), ('account', 3), ('contact', 4),
  ('opportunity', 5)) v(t, n);
INSERT INTO record_parties VALUES
  ('opportunity', 1, 'us', 'ann', 'owner'), ('opportunity', 1, 'them', 'zoe', 'stakeholder'),
    ('opportunity', 1, 'them', 'pia', 'primary_contact'),
  ('opportunity', 1, 'us', 'tom', 'primary_contact'),
  ('lead', 2, 'us', 'ann', 'owner'), ('lead', 2, 'them', 'zoe', 'contact'),
    ('lead', 2, 'them', 'pia', 'primary_contact'),
  ('account', 3, 'them', 'zoe', 'contact'), ('account', 3, 'them', 'pia', 'primary_contact'),
    ('contact', 4, 'them', 'zoe', 'contact'),
  ('opportunity', 5, 'us', 'ann', 'owner'), ('opportunity', 5, 'them', 'pia', 'primary_contact'),
    ('opportunity', 5, 'them', 'pia', 'stakeholder');
INSERT INTO activities (activity_id, why, regarding_type, regarding_id) VALUES
  (1, 'regarding, without anyone', 'opportunity', 1),
  (2, 'regarding, with others only', 'opportunity', 1),
  (3, 'seller and stakeholder', NULL, NULL),
  (4, 'seller and stakeholder in cc', NULL, NULL),
  (5, 'seller and stakeholder in bcc', NULL, NULL),
  (6, 'seller in bcc and stakeholder', NULL, NULL),
  (7, 'another seller and stakeholder', NULL, NULL),
  (8, 'seller and primary contact', NULL, NULL),
  (9, 'seller and primary contact, regarding', 'opportunity', 1),
  (10, 'every way at once', 'opportunity', 1),
  (11, 'among ourselves', NULL, NULL),
  (12, 'among ourselves, regarding', 'opportunity', 1),
  (13, 'our primary contact and stakeholder', NULL, NULL),
  (14, 'regarding the account, with nobody', 'account', 3),
  (15, 'regarding an unknown record', 'account', 99),
  (16, 'opted out alone, regarding', 'opportunity', 1),
  (17, 'opted out in bcc alone, regarding', 'opportunity', 1),
  (18, 'opted out beside another, regarding', 'opportunity', 1),
  (19, 'opted out seller and stakeholder', NULL, NULL),
  (20, 'seller and stakeholder, role unknown', NULL, NULL),
  (21, 'opted out beside one in bcc, regarding', 'opportunity', 1);
INSERT INTO participants VALUES (2, 'us', 'joe', 'required'), (2, 'them', 'max', 'required'),
  (3, 'us', 'ann', 'required'), (3, 'them', 'zoe', 'required'),
  (4, 'us', 'ann', 'organizer'), (4, 'them', 'zoe', 'cc'), (5, 'us', 'ann', 'required'), (5, 'them', 'zoe', 'bcc'),
    (6, 'us', 'ann', 'bcc'), (6, 'them', 'zoe', 'required'),
  (7, 'us', 'joe', 'required'), (7, 'them', 'zoe', 'required'), (8, 'us', 'ann', 'required'),
    (8, 'them', 'pia', 'required'), (9, 'us', 'ann', 'required'), (9, 'them', 'pia', 'required'),
  (10, 'us', 'ann', 'required'), (10, 'us', 'ann', 'from'), (10, 'us', 'joe', 'required'), (10, 'us', 'kim', 'bcc'),
    (10, 'them', 'zoe', 'required'), (10, 'them', 'zoe', 'to'), (10, 'them', 'max', 'required'),
  (11, 'us', 'ann', 'required'), (11, 'us', 'joe', 'required'), (12, 'us', 'ann', 'required'),
    (12, 'us', 'joe', 'required'), (13, 'us', 'tom', 'required'), (13, 'them', 'zoe', 'required'),
  (16, 'us', 'ann', 'required'), (16, 'them', 'out', 'required'), (17, 'us', 'ann', 'required'),
    (17, 'them', 'out', 'bcc'), (18, 'us', 'ann', 'required'), (18, 'them', 'out', 'required'),
    (18, 'them', 'zoe', 'required'),
  (19, 'us', 'off', 'required'), (19, 'them', 'zoe', 'required'), (20, 'us', 'ann', 'required'),
    (20, 'them', 'zoe', NULL), (21, 'us', 'ann', 'required'), (21, 'them', 'out', 'required'),
    (21, 'them', 'zoe', 'bcc');
INSERT INTO record_parties VALUES ('opportunity', 1, 'us', 'off', 'team'), ('account', 3, 'them', 'out', 'contact'),
  ('opportunity', 1, 'them', 'out', 'stakeholder');
SELECT relinsights.create_model('member', 'activities', 'participants', 'records', 'record_parties',
  deal_activities => 'people');
SET client_min_messages = warning;
SELECT relinsights.opt_out('member', 'them', 'out'), relinsights.opt_out('member', 'us', 'off');
CALL relinsights.refresh('member');

CREATE FUNCTION of(type text, id bigint) RETURNS int[] LANGUAGE sql AS
  'SELECT array_agg(activity_id ORDER BY activity_id) FROM member.record_activity WHERE record_type = type AND '
    'record_id = id';
SELECT sentence, holds FROM (VALUES
  (1, 'regarding: always', of('opportunity', 1) @> '{1,2,9,12}'),
  (2, 'one of their people takes part (opportunity: one of ours too)',
    of('opportunity', 1) @> '{3}' AND of('lead', 2) @> '{3}'),
  (3, 'cc counts', of('opportunity', 1) @> '{4}' AND of('account', 3) @> '{4}'),
  (4, 'bcc does not, on their side', NOT of('opportunity', 1) && '{5}' AND NOT of('account', 3) && '{5}'),
  (5, 'bcc does not, on our side', NOT of('opportunity', 1) && '{6}' AND of('account', 3) @> '{6}'),
  (6, 'account and contact: any seller counts', of('account', 3) @> '{7}' AND of('contact', 4) @> '{7}'),
  (7, 'opportunity and lead: another seller''s call does not count',
    NOT of('opportunity', 1) && '{7}' AND NOT of('lead', 2) && '{7}'),
  (8, 'the account''s primary contact counts for account only',
    of('account', 3) @> '{8}' AND NOT of('opportunity', 1) && '{8}' AND NOT of('lead', 2) && '{8}'),
  (9, 'and for the opportunity by regarding alone', of('opportunity', 1) @> '{9}'),
  (10, 'the same person listed in another role counts through it', of('opportunity', 5) = '{8,9}'),
  (11, 'a primary contact row of ours is ignored too', NOT of('opportunity', 1) && '{13}'
    AND of('account', 3) @> '{13}'),
  (12, 'once per record, however many ways', (SELECT count(*) = 1 FROM member.record_activity WHERE activity_id = 10
    AND record_type = 'opportunity' AND record_id = 1)),
  (13, 'without anyone of them: by regarding alone', of('opportunity', 1) @> '{12}'
    AND NOT EXISTS (SELECT FROM member.record_activity WHERE activity_id = 11)),
  (14, 'no record of an unknown regarding', NOT EXISTS (SELECT FROM member.record_activity WHERE activity_id = 15)),
  (15, 'everyone of them opted out: nowhere, not even by regarding',
    NOT EXISTS (SELECT FROM member.record_activity WHERE activity_id IN (16, 17))),
  (16, 'someone of them left: as if the opted-out were not there', of('opportunity', 1) @> '{18,21}'),
  (17, 'an opted-out person links no record', NOT of('account', 3) && '{21}' AND of('account', 3) @> '{18}'),
  (18, 'nor does an opted-out seller', NOT of('opportunity', 1) && '{19}'),
  (19, 'a role that is not known takes no part', NOT of('account', 3) && '{20}')
) v(n, sentence, holds) ORDER BY n;

-- What is stored, live and in record_activity is the same; so it is after leaving one of the parties to all.
SELECT k.record_type, k.record_id, k.activities AS stored, l.activities AS live,
  cardinality(of(k.record_type, k.record_id)) AS listed
FROM member.record_kpi k LEFT JOIN relinsights.record_kpi('member', k.record_type, k.record_id::text) l ON true
  ORDER BY 1, 2;
-- team_size: distinct people of ours, bcc and opted out not counted; a person named twice counts once.
DELETE FROM activities WHERE activity_id NOT IN (10, 19);
UPDATE activities SET regarding_type = 'lead', regarding_id = 2;
CALL relinsights.refresh('member');
SELECT record_type, activities, time_spent_by_us_hours, time_spent_by_them_hours,
  relinsights.contacts(their_contacts) AS theirs, relinsights.contacts(our_contacts) AS ours
FROM member.record_kpi WHERE record_id = 2;
SELECT relinsights.drop_model('member');
DROP SCHEMA membership CASCADE;
