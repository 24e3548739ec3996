-- testing.make_sources(schema, seed, id_type, time_type, duration_type): a small, nasty company in all that a model
-- reads: six
-- sources with every optional column, on either side of the moment `as_of`. Ids that differ by case or blanks only,
-- empty
-- ones, ids of two types of one family, labels as enums, copies of one mail, deleted rows, statuses and directions to
-- derive.
-- Nothing ends or begins within half an hour after as_of, so that a refresh soon after it sees the same.
CREATE SCHEMA IF NOT EXISTS testing;

-- The n-th id of a type, as text; of texts, three in a row differ by case and blanks only.
CREATE FUNCTION testing.nth_id(n int, id_type text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN id_type IN ('smallint', 'integer', 'bigint', 'testing.whole_number') THEN (n - 3)::text  -- below zero too
    WHEN id_type = 'uuid' THEN overlay('00000000-0000-4000-8000-000000000000' placing lpad(to_hex(n), 4,
      '0') from 1)::uuid::text
    WHEN n % 3 = 0 THEN 'id ' || n / 3
    WHEN n % 3 = 1 THEN 'ID ' || n / 3
    -- A char has no blanks at its end.
    WHEN id_type LIKE 'char%' THEN ' id ' || n / 3
    ELSE 'id ' || n / 3 || ' ' END
$$;

CREATE FUNCTION testing.one_of(things text[], null_percent int DEFAULT 0) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN random() * 100 >= null_percent THEN things[1 + floor(random() * cardinality(things))::int] END
$$;

CREATE DOMAIN testing.whole_number AS integer CHECK (VALUE > -1000);
CREATE DOMAIN testing.code AS varchar(40);
CREATE TYPE testing.crm_kind AS ENUM ('email', 'phone_call', 'meeting', 'other', 'task');
CREATE TYPE testing.crm_side AS ENUM ('them', 'us');

-- The types that stand beside each other in one model: of activities and records, of what refers to them.
CREATE FUNCTION testing.other_id_type(id_type text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE id_type WHEN 'smallint' THEN 'bigint' WHEN 'integer' THEN 'smallint' WHEN 'bigint' THEN 'integer'
    WHEN 'testing.whole_number' THEN 'bigint' WHEN 'uuid' THEN 'uuid' WHEN 'text' THEN 'varchar(40)' WHEN 'varchar(40)'
      THEN 'text'
    WHEN 'testing.code' THEN 'text' WHEN 'citext' THEN 'text' ELSE id_type END
$$;

CREATE FUNCTION testing.make_sources(
  schema text, seed int, id_type text, time_type text DEFAULT 'timestamptz', duration_type text DEFAULT 'interval',
  as_of timestamptz DEFAULT date_trunc('hour', now()), activities int DEFAULT 200) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $make$
DECLARE
  -- An empty text is no id; of other types there is none.
  empty text := CASE WHEN id_type IN ('text', 'varchar(40)', 'char(12)', 'citext', 'testing.code') THEN ''''''
    ELSE 'NULL' END;
BEGIN
  PERFORM setseed(seed / 1000.0);
  EXECUTE format($sql$
    CREATE SCHEMA %1$I;
    CREATE TABLE %1$I.activities AS
    SELECT testing.nth_id(n, %2$L)::%2$s AS activity_id,
      testing.one_of('{email,email,email,email,meeting,meeting,phone_call,task,other}', 2)::testing.crm_kind AS kind,
      testing.one_of('{inbound,outbound}', 40) AS direction, at::%4$s AS occurred_at,
      testing.one_of('{completed,completed,completed,scheduled,cancelled}', 50) AS status,
      CASE WHEN random() > 0.4 THEN %7$s END AS duration,
      CASE WHEN random() > 0.6 AND %4$L <> 'date'
        THEN (at + floor(random() * 5) * interval '20 min' + interval '10 min')::%4$s END AS ends_at,
      CASE WHEN random() > 0.1 THEN testing.nth_id((random() * 2)::int, %2$L)::%2$s END AS thread_id,
      'secret ' || n AS subject,
      testing.one_of('{account,contact,opportunity,lead}', 50) AS regarding_type,
      CASE WHEN random() > 0.1 THEN testing.nth_id((random() * 8)::int, %2$L) WHEN random() > 0.5
        THEN %6$s END::%3$s AS regarding_id,
      CASE WHEN random() > 0.2 THEN random() > 0.5 END AS followed, CASE WHEN random() > 0.2
        THEN (random() * 3)::int::smallint END AS opens,
      (random() * 2 - 0.3)::int AS link_clicks, CASE WHEN random() > 0.4
        THEN (random() * 2)::bigint END AS attachment_views,
      CASE WHEN random() > 0.4 THEN (random() * 1)::int END AS replies,
      CASE WHEN random() > 0.1 THEN random() > 0.9 END AS automated, CASE WHEN random() > 0.3
        THEN random() > 0.4 END AS needs_reply,
      CASE WHEN random() > 0.3 THEN random() * 2 - 1 END AS sentiment,
      CASE WHEN random() > 0.3 THEN random() > 0.93 END AS deleted,
      -- Keys that differ by case or brackets are different keys.
      CASE WHEN random() < 0.3 THEN testing.one_of('{<m@x>,m@x,M@x}') || (random() * 8)::int WHEN random() < 0.1
        THEN '' END AS dedupe_key
    FROM (
      SELECT n, CASE WHEN random() > 0.02 THEN %5$L::timestamptz - interval '1 h'
                  + (floor(random() * 70) - 62) * interval '5 h 10 min' - floor(random() * 3) * interval '0.25 s' END
                    AS at
      FROM generate_series(1, %8$s) n) x;
    -- What is completed in the future waits; whether it is one with its copies meanwhile nobody can ask.
    UPDATE %1$I.activities SET dedupe_key = NULL WHERE occurred_at > %5$L::timestamptz;

    CREATE TABLE %1$I.participants AS
    SELECT testing.nth_id(n, %2$L)::%3$s AS activity_id, side::testing.crm_side AS side,
      testing.nth_id(CASE side WHEN 'us' THEN 1 + floor(random() * 5)::int ELSE 3 + floor(random() * 10)::int END,
        %2$L)::%2$s AS party_id,
      testing.one_of('{from,from,to,to,cc,bcc,organizer,required,optional}', 5) AS role
    -- 10 more activities than there are; about one in five among ourselves
    FROM generate_series(1, %8$s + 10) n CROSS JOIN LATERAL (
      SELECT CASE WHEN random() < 0.4 OR n %% 5 = 0 THEN 'us' ELSE 'them' END AS side
      FROM generate_series(1, floor(random() * 5 + n * 0)::int)) s;
    INSERT INTO %1$I.participants SELECT activity_id, side, party_id, testing.one_of('{to,bcc,cc}')
      FROM %1$I.participants WHERE random() < 0.2;
    INSERT INTO %1$I.participants SELECT activity_id, NULL, party_id, role FROM %1$I.participants LIMIT 3;
    INSERT INTO %1$I.participants SELECT activity_id, side, NULL, role FROM %1$I.participants LIMIT 3;
    INSERT INTO %1$I.participants SELECT activity_id, side, %6$s, role FROM %1$I.participants
      WHERE role <> 'from' LIMIT 3;

    CREATE TABLE %1$I.activity_records AS
    SELECT testing.nth_id((random() * (%8$s + 5))::int, %2$L)::%3$s AS activity_id,
      testing.one_of('{account,contact,opportunity,opportunity,lead}', 4) AS record_type,
      CASE WHEN random() > 0.1 THEN testing.nth_id((random() * 8)::int, %2$L) WHEN random() > 0.5
        THEN %6$s END::%2$s AS record_id
    FROM generate_series(1, %8$s / 4) n;
    INSERT INTO %1$I.activity_records SELECT * FROM %1$I.activity_records WHERE random() < 0.1;

    CREATE TABLE %1$I.records AS
    SELECT type::relinsights.record_type AS record_type, testing.nth_id(n, %2$L)::%2$s AS record_id,
      type || ' ' || n AS name,
      CASE WHEN random() > 0.2 THEN testing.nth_id(1 + floor(random() * 5)::int, %2$L)::%3$s END AS owner_id,
      CASE type WHEN 'opportunity' THEN testing.one_of('{open,open,won,lost}', 10)
                WHEN 'lead' THEN testing.one_of('{active,qualified,disqualified}', 10)
                  ELSE testing.one_of('{active,inactive}') END AS state,
      -- Reopened ones keep theirs.
      CASE WHEN random() > 0.3 THEN (%5$L::timestamptz - random() * interval '15 d')::%4$s END AS closed_at,
      (%5$L::timestamptz - interval '20 d')::%4$s AS created_at,
      (%5$L::timestamptz)::date + (random() * 60)::int AS estimated_close_date,
        (random() * 100000)::numeric(10, 2) AS estimated_value
    FROM unnest('{account,contact,opportunity,lead}'::text[]) type CROSS JOIN generate_series(1, 6) n;

    CREATE TABLE %1$I.record_parties AS
    SELECT type AS record_type, testing.nth_id(1 + floor(random() * 7)::int, %2$L)::%3$s AS record_id, side,
      testing.nth_id(CASE side WHEN 'us' THEN 1 + floor(random() * 5)::int ELSE 3 + floor(random() * 10)::int END,
        %2$L)::%2$s AS party_id,
      CASE side WHEN 'us' THEN testing.one_of('{owner,team,primary_contact}', 5)
                ELSE testing.one_of('{contact,stakeholder,primary_contact,primary_contact}', 5) END AS role
    FROM (SELECT testing.one_of('{account,contact,opportunity,opportunity,lead}') AS type,
      testing.one_of('{us,them}') AS side
          FROM generate_series(1, 60) OFFSET 0) s;
    INSERT INTO %1$I.record_parties SELECT record_type, record_id, side, %6$s, role FROM %1$I.record_parties LIMIT 2;

    CREATE TABLE %1$I.people AS
    SELECT side, testing.nth_id(n, %2$L)::%3$s AS party_id, CASE WHEN random() > 0.2
      THEN upper(side) || ' person ' || n END AS name
    FROM unnest('{us,them}'::text[]) side CROSS JOIN generate_series(1, 8) n;
  $sql$, schema, id_type, testing.other_id_type(id_type), time_type, as_of, empty,
    CASE duration_type WHEN 'interval' THEN '(10 + 20 * floor(random() * 5)) * interval ''1 min'''
      ELSE format('(10 + 20 * floor(random() * 5))::%s', duration_type) END, activities);
END;
$make$;
