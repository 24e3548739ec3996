-- make_company(schema, seed, id type): a small, nasty company in the shapes a model reads. Few distinct times, so that
-- there are ties; NULLs in every column that may have them; people named twice, in bcc, on several records; activities
-- among ourselves, cancelled, scheduled, automated, without a thread; regardings and participants that lead nowhere.
CREATE SCHEMA testing;

-- The n-th id of a type; ids of different things overlap on purpose.
CREATE FUNCTION testing.id_of(n int, id_type text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE id_type WHEN 'bigint' THEN n::text
    WHEN 'uuid' THEN overlay('00000000-0000-4000-8000-000000000000' placing lpad(to_hex(n), 4, '0') from 1)::uuid::text
    ELSE 'id ' || n END
$$;

-- One of the given things, NULL in so many per cent of cases.
CREATE FUNCTION testing.pick(things text[], null_percent int DEFAULT 0) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() * 100 >= null_percent THEN things[1 + floor(random() * cardinality(things))::int] END
$$;

CREATE FUNCTION testing.make_company(schema text, seed int, id_type text, activities int DEFAULT 150) RETURNS void
LANGUAGE plpgsql AS $make$
BEGIN
  PERFORM setseed(seed / 1000.0);
  EXECUTE format($sql$
    CREATE SCHEMA %1$I;
    CREATE TABLE %1$I.activities AS
    SELECT testing.id_of(n, %2$L)::%2$s AS activity_id,
      testing.pick('{email,email,email,email,meeting,meeting,phone_call,task,other}', 3) AS kind,
      testing.pick('{inbound,outbound}', 2) AS direction,
      CASE WHEN random() > 0.02 THEN timestamptz '2024-03-28 20:00+00' + floor(random() * 60) * interval '5 h 10 min '
        '0.25 s' END AS occurred_at,
      testing.pick('{completed,completed,completed,completed,completed,completed,scheduled,cancelled}', 5) AS status,
      CASE WHEN random() > 0.3 THEN floor(random() * 90) * interval '1 min' END AS duration,
      CASE WHEN random() > 0.15 THEN testing.id_of((random() * 20)::int, %2$L)::%2$s END AS thread_id,
      'secret ' || n AS subject,
      testing.pick('{account,contact,opportunity,lead}', 50) AS regarding_type,
      CASE WHEN random() > 0.05 THEN testing.id_of((random() * 8)::int, %2$L)::%2$s END AS regarding_id,
      random() > 0.5 AS followed, (random() * 3)::int AS opens, (random() * 2 - 0.3)::int AS link_clicks,
      CASE WHEN random() > 0.4 THEN (random() * 2)::int END AS attachment_views,
      CASE WHEN random() > 0.4 THEN (random() * 1)::int END AS replies,
      CASE WHEN random() > 0.1 THEN random() > 0.9 END AS automated,
      CASE WHEN random() > 0.3 THEN random() * 2 - 1 END AS sentiment
    FROM generate_series(1, %3$s) n;
    UPDATE %1$I.activities SET followed = NULL, opens = NULL WHERE random() < 0.2;

    CREATE TABLE %1$I.participants AS
    SELECT testing.id_of(n, %2$L)::%2$s AS activity_id, side,
      testing.id_of(CASE side WHEN 'us' THEN 1 + floor(random() * 5)::int ELSE 3 + floor(random() * 10)::int END,
        %2$L)::%2$s AS party_id,
      testing.pick('{from,to,cc,bcc,organizer,required,optional}', 3) AS role
    -- 10 more activities than there are; about one in five among ourselves
    FROM generate_series(1, %3$s + 10) n CROSS JOIN LATERAL (
      SELECT CASE WHEN random() < 0.4 OR n %% 5 = 0 THEN 'us' ELSE 'them' END AS side
        FROM generate_series(1, floor(random() * 6 + n * 0)::int)) s;
    INSERT INTO %1$I.participants SELECT activity_id, side, party_id,
      testing.pick('{to,bcc,cc}') FROM %1$I.participants WHERE random() < 0.2;
    INSERT INTO %1$I.participants SELECT activity_id, NULL, party_id, role FROM %1$I.participants LIMIT 3;
    INSERT INTO %1$I.participants SELECT activity_id, side, NULL, role FROM %1$I.participants LIMIT 3;

    CREATE TABLE %1$I.records AS
    SELECT type AS record_type, testing.id_of(n, %2$L)::%2$s AS record_id, type || ' ' || n AS name,
      CASE WHEN random() > 0.2 THEN testing.id_of(1 + floor(random() * 5)::int, %2$L)::%2$s END AS owner_id,
      CASE type WHEN 'opportunity' THEN testing.pick('{open,open,won,lost}') WHEN 'lead'
        THEN testing.pick('{active,qualified}') END AS state,
      date '2024-05-01' + (random() * 60)::int AS estimated_close_date,
        (random() * 100000)::numeric(10, 2) AS estimated_value
    FROM unnest('{account,contact,opportunity,lead}'::text[]) type CROSS JOIN generate_series(1, 6) n;

    CREATE TABLE %1$I.record_parties AS
    SELECT type AS record_type, testing.id_of(1 + floor(random() * 7)::int, %2$L)::%2$s AS record_id, side,
      testing.id_of(CASE side WHEN 'us' THEN 1 + floor(random() * 5)::int ELSE 3 + floor(random() * 10)::int END,
        %2$L)::%2$s AS party_id,
      CASE side WHEN 'us' THEN testing.pick('{owner,team,primary_contact}', 5)
        ELSE testing.pick('{contact,stakeholder,primary_contact,primary_contact}', 5) END AS role
    FROM (SELECT testing.pick('{account,contact,opportunity,opportunity,lead}') AS type,
      testing.pick('{us,them}') AS side
          FROM generate_series(1, 60) OFFSET 0) s;
  $sql$, schema, id_type, activities);
END;
$make$;
