-- Random histories of a company of make_company: make_tracked_model() makes one with every kind of source and tracks
-- them all; change_something() does one random thing, of every kind that a refresh of changes must follow. Moments lie
-- around now, so that time passes as well.

-- A random id of a column, or one that nobody has.
CREATE FUNCTION testing.some_id(relation text, column_name text, id_type text, most int) RETURNS text
  LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  found text;
BEGIN
  IF random() < 0.9 THEN
    EXECUTE format('SELECT %I::text FROM %s WHERE %I IS NOT NULL ORDER BY random() LIMIT 1', column_name, relation,
      column_name) INTO found;
  END IF;
  RETURN coalesce(found, testing.id_of((random() * most)::int, id_type));
END;
$$;

CREATE FUNCTION testing.make_tracked_model(model text, company text, seed int, id_type text) RETURNS void
  LANGUAGE plpgsql AS $make$
BEGIN
  PERFORM testing.make_company(company, seed, id_type);
  EXECUTE format($sql$
    ALTER TABLE %1$I.activities ADD PRIMARY KEY (activity_id), ADD COLUMN ends_at timestamptz,
      ADD COLUMN needs_reply boolean,
      ADD COLUMN deleted boolean;
    UPDATE %1$I.activities SET occurred_at = occurred_at + (now() - timestamptz '2024-04-09 20:00+00');
    UPDATE %1$I.activities SET status = NULL WHERE random() < 0.3;
    CREATE INDEX ON %1$I.activities (regarding_type, regarding_id);
    ALTER TABLE %1$I.records ADD COLUMN closed_at timestamptz, ADD COLUMN created_at timestamptz,
      ADD PRIMARY KEY (record_type, record_id);
    CREATE TABLE %1$I.links AS SELECT activity_id, record_type, record_id FROM %1$I.activities, %1$I.records
      WHERE random() < 0.01;
    CREATE TABLE %1$I.people AS SELECT DISTINCT side, party_id, 'name ' || party_id AS name FROM %1$I.participants
    WHERE side IS NOT NULL AND party_id IS NOT NULL;
  $sql$, company);
  PERFORM relinsights.create_model(model, (company || '.activities')::regclass, (company || '.participants')::regclass,
    (company || '.records')::regclass, (company || '.record_parties')::regclass,
    activity_records => (company || '.links')::regclass, people => (company || '.people')::regclass,
    deal_activities => (ARRAY['people', 'unless_regarding_another', 'regarding'])[1 + seed / 2 % 3],
    conversation_gap => (ARRAY['3 s', '30 days', '0'])[1 + seed % 3]::interval, until_closed => seed % 4 <> 1,
      time_zone => 'UTC');
  PERFORM relinsights.track_changes(model, format('%I.%I', company, t)::regclass)
  FROM unnest('{activities,participants,records,record_parties,links,people}'::text[]) t;
END;
$make$;

CREATE FUNCTION testing.change_something(model text, company text, id_type text) RETURNS text
  LANGUAGE plpgsql VOLATILE AS $change$
DECLARE
  what text := testing.pick('{insert,insert,insert,batch,update,update,update,delete,key,participant,participant,'
    'unparticipate,
    participants,party,unparty,party_update,record,unrecord,state,closing,rename,link,unlink,opt,minutes,gap,calendar,'
      'zone,person,
    truncate,nothing,deals,upsert}');
  activity text := testing.some_id(company || '.activities', 'activity_id', id_type, 400);
  record text := testing.some_id(company || '.records', 'record_id', id_type, 10);
  person text := testing.some_id(company || '.participants', 'party_id', id_type, 14);
  type text := testing.pick('{account,contact,opportunity,lead}');
  side text := testing.pick('{us,them}');
  -- Mostly around now, so that it becomes past while the test runs.
  at timestamptz := clock_timestamp() + (random() - 0.6) * interval '10 s'
    - CASE WHEN random() < 0.3 THEN random() * interval '40 days' ELSE '0' END;
  sql text;
BEGIN
  sql := CASE what
    WHEN 'insert' THEN $$
      INSERT INTO %1$I.activities (activity_id, kind, direction, occurred_at, status, duration, thread_id,
        regarding_type, regarding_id,
        followed, opens, sentiment, needs_reply)
      VALUES (%2$L, testing.pick('{email,email,email,meeting,phone_call,task}'), testing.pick('{inbound,outbound}',
        20), %6$L,
        testing.pick('{completed,scheduled}', 60), random() * interval '3 s',
          nullif(testing.id_of((random() * 5)::int, %7$L), '')::%7$s,
        testing.pick('{account,opportunity,lead}', 50), %3$L, random() > 0.5, 1, random(), random() > 0.2)
          ON CONFLICT DO NOTHING;
      INSERT INTO %1$I.participants SELECT %2$L, testing.pick('{us,them}'),
        testing.id_of(3 + (random() * 8 + n * 0)::int, %7$L)::%7$s,
        testing.pick('{from,to,cc,bcc,organizer}') FROM generate_series(1, 4) n$$
    WHEN 'batch' THEN $$
      UPDATE %1$I.activities SET occurred_at = occurred_at + random() * interval '1 s' WHERE random() < 0.1$$
    WHEN 'update' THEN (SELECT 'UPDATE %1$I.activities SET ' || u || ' WHERE activity_id = %2$L' FROM unnest(ARRAY[
      'kind = testing.pick(''{email,meeting,task}'')', 'direction = testing.pick(''{inbound,outbound}'', 20)',
        'occurred_at = %6$L',
      'status = testing.pick(''{completed,scheduled,cancelled}'', 40)', 'duration = random() * interval ''3 s''',
      'thread_id = testing.id_of((random() * 5)::int, %7$L)::%7$s',
        'regarding_type = testing.pick(''{account,opportunity,lead,contact}'', 30)',
      'regarding_id = %3$L', 'followed = NOT followed', 'opens = 4', 'automated = NOT coalesce(automated, false)',
        'sentiment = -0.5',
      'ends_at = greatest(occurred_at, %6$L)', 'needs_reply = false', 'deleted = NOT coalesce(deleted, false)']) u
        ORDER BY random() LIMIT 1)
    WHEN 'delete' THEN 'DELETE FROM %1$I.activities WHERE activity_id = %2$L'
    WHEN 'key'
      THEN 'UPDATE %1$I.activities SET activity_id = testing.id_of(1000 + (random() * 1000000)::int, %7$L)::%7$s
                     WHERE activity_id = %2$L AND %7$L <> ''uuid'''
    WHEN 'participant'
      THEN 'INSERT INTO %1$I.participants VALUES (%2$L, %5$L, %4$L, testing.pick(''{from,to,cc,bcc}'', 3))'
    WHEN 'unparticipate' THEN 'DELETE FROM %1$I.participants WHERE activity_id = %2$L AND random() < 0.5'
    WHEN 'participants'
      THEN 'UPDATE %1$I.participants SET party_id = %4$L, role = ''to'' WHERE random() < 0.02 AND activity_id IS NOT '
        'NULL'
    WHEN 'party'
      THEN 'INSERT INTO %1$I.record_parties VALUES (testing.pick(''{account,contact,opportunity,lead}''), %3$L, %5$L, '
        '%4$L, ''team'')'
    WHEN 'unparty' THEN 'DELETE FROM %1$I.record_parties WHERE random() < 0.05'
    WHEN 'party_update' THEN 'UPDATE %1$I.record_parties SET party_id = %4$L, role = ''contact'' WHERE random() < 0.03'
    WHEN 'record'
      THEN 'INSERT INTO %1$I.records (record_type, record_id, name, state) VALUES (%8$L, testing.id_of((random() * '
        '10)::int, %7$L)::%7$s,
                        ''new'', CASE %8$L WHEN ''opportunity'' THEN ''open'' END) ON CONFLICT DO NOTHING'
    WHEN 'unrecord' THEN 'DELETE FROM %1$I.records WHERE record_type = %8$L AND record_id = %3$L AND random() < 0.5'
    WHEN 'state'
      THEN 'UPDATE %1$I.records SET state = CASE record_type WHEN ''opportunity'' THEN testing.pick(''{open,won,lost}'')
                       WHEN ''lead'' THEN testing.pick(''{active,qualified}'') END WHERE record_id = %3$L'
    WHEN 'closing'
      THEN 'UPDATE %1$I.records SET closed_at = %6$L WHERE record_id = %3$L AND record_type IN '
        '(''opportunity'', ''lead'')'
    WHEN 'rename' THEN 'UPDATE %1$I.records SET name = name || ''!'', estimated_value = 7 WHERE record_id = %3$L'
    WHEN 'link' THEN 'INSERT INTO %1$I.links VALUES (%2$L, %8$L, %3$L)'
    WHEN 'unlink' THEN 'DELETE FROM %1$I.links WHERE random() < 0.2'
    WHEN 'opt'
      THEN 'SELECT CASE WHEN random() < 0.5 THEN relinsights.opt_out(%9$L, %5$L, %4$L) ELSE relinsights.opt_in(%9$L, '
        '%5$L, %4$L) END'
    WHEN 'minutes' THEN 'SELECT relinsights.alter_model(%9$L, email_write_minutes => (random() * 10)::int)'
    WHEN 'gap'
      THEN 'SELECT relinsights.alter_model(%9$L, conversation_gap => testing.pick(''{0,2 s,5 s,30 days}'')::interval)'
    WHEN 'calendar' THEN 'SELECT relinsights.alter_model(%9$L, working_calendar => ''{"time_zone": "Europe/Berlin",
                          "open": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}}'')'
    WHEN 'zone'
      THEN 'SELECT relinsights.alter_model(%9$L, time_zone => testing.pick(''{UTC,Asia/Seoul,America/New_York}''))'
    WHEN 'deals'
      THEN 'SELECT relinsights.alter_model(%9$L, deal_activities => '
        'testing.pick(''{people,unless_regarding_another}'')) WHERE random() < 0.2'
    WHEN 'person' THEN 'UPDATE %1$I.people SET name = name || ''.'' WHERE party_id = %4$L'
    WHEN 'truncate' THEN 'DELETE FROM %1$I.links'
    WHEN 'upsert' THEN 'INSERT INTO %1$I.activities (activity_id, kind, occurred_at) VALUES (%2$L, ''email'', %6$L)
                        ON CONFLICT (activity_id) DO UPDATE SET occurred_at = excluded.occurred_at'
    ELSE 'SELECT pg_sleep(random() / 3)' END;
  EXECUTE format(sql, company, activity, record, person, side, at, id_type, type, model);
  RETURN what;
END;
$change$;
