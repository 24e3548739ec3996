-- A refresh of changes: what it takes by how much changed, and what tracking costs a writer. Activities come as they
-- do in
-- the company: skewed by account, in threads that go on. Nothing is timed before a complete refresh has found
-- nothing to repair.
\set ON_ERROR_STOP on
\ir model_setup.sql
SELECT track_changes('model', ('crm.' || t)::regclass)
  FROM unnest('{activities,participants,records,record_parties}'::text[]) t \g /dev/null
CREATE INDEX IF NOT EXISTS record_parties_party ON crm.record_parties (party_id);
CALL refresh('model');

-- So many new activities like those that there are, drawn over all of them.
CREATE FUNCTION bench.add_activities(wanted int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  last bigint := (SELECT max(activity_id) FROM crm.activities);
BEGIN
  CREATE TEMP TABLE added AS
  SELECT activity_id, last + row_number() OVER () AS new_id
  FROM (SELECT activity_id FROM crm.activities ORDER BY random() LIMIT wanted) x;
  INSERT INTO crm.activities
  SELECT d.new_id, kind, direction, timestamptz '2026-06-01' + random() * interval '1 h', status, duration,
    thread_id, subject, regarding_type,
    regarding_id, followed, opens, link_clicks, attachment_views, replies, automated
  FROM crm.activities a JOIN added d USING (activity_id);
  INSERT INTO crm.participants SELECT d.new_id, side, party_id, role FROM crm.participants p
    JOIN added d USING (activity_id);
  DROP TABLE added;
END $$;
CREATE FUNCTION bench.change_activities(wanted int) RETURNS void LANGUAGE sql AS $$
  UPDATE crm.activities SET direction = 'inbound', occurred_at = occurred_at + interval '1 s'
  WHERE activity_id IN (SELECT activity_id FROM crm.activities ORDER BY random() LIMIT wanted) $$;
-- What a writer takes, of the same table that nobody tracks.
CREATE TABLE bench.untracked (LIKE crm.activities INCLUDING ALL);
INSERT INTO bench.untracked SELECT * FROM crm.activities;
VACUUM ANALYZE bench.untracked;
CREATE FUNCTION bench.write_one_by_one(wanted int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  last bigint := (SELECT max(activity_id) FROM crm.activities);
BEGIN
  FOR i IN 1 .. wanted LOOP
    INSERT INTO crm.activities (activity_id, kind, direction, occurred_at, status, regarding_type, regarding_id)
    VALUES (last + i, 'email', 'inbound', timestamptz '2026-06-01', 'completed', 'account', 1 + i % 100);
  END LOOP;
END $$;
SELECT replace(pg_get_functiondef('bench.write_one_by_one'::regproc), 'crm.activities',
  'bench.untracked') AS untracked \gset
SELECT replace(:'untracked', 'bench.write_one_by_one', 'bench.write_untracked') AS untracked \gset
:untracked;

SELECT bench.add_activities(1000), bench.change_activities(300) \g /dev/null
CALL refresh('model', complete => true);
SELECT bench.must_be_equal('rows of the stored relations', 1, repaired) FROM model.refresh_log ORDER BY id DESC LIMIT 1;

INSERT INTO bench.query (part, place, name, sql, setup, compared_with, compared_as) VALUES
  ('changes', 0, 'floor: count(*) by record over the activities alone',
   'SELECT count(n) FROM (SELECT regarding_type, regarding_id, count(*) AS n FROM crm.activities GROUP BY 1, 2 OFFSET 0) x',
   'SET enable_indexonlyscan = off;', NULL, NULL),
  ('changes', 1, 'nothing changed', 'CALL refresh(''model'')', 'CALL refresh(''model'');', NULL, NULL),
  ('changes', 2, '+0.1 % new activities', 'CALL refresh(''model'')', format('SELECT bench.add_activities(%s);',
    :rows / 1000), NULL, NULL),
  ('changes', 3, '+1 % new activities', 'CALL refresh(''model'')', format('SELECT bench.add_activities(%s);',
    :rows / 100), NULL, NULL),
  ('changes', 4, '0.1 % of the old ones changed', 'CALL refresh(''model'')',
    format('SELECT bench.change_activities(%s);', :rows / 1000), NULL, NULL),
  ('changes', 5, '1 % of the old ones changed', 'CALL refresh(''model'')',
    format('SELECT bench.change_activities(%s);', :rows / 100), NULL, NULL),
  ('changes', 6, 'complete, +0.1 %', 'CALL refresh(''model'', complete => true)',
    format('SELECT bench.add_activities(%s);', :rows / 1000), 2, 'of changes'),
  ('changes', 7, '1,000 rows written one by one, tracked', 'SELECT bench.write_one_by_one(1000)', '', 8, 'not tracked'),
  ('changes', 8, 'the same, not tracked', 'SELECT bench.write_untracked(1000)', '', NULL, NULL);
