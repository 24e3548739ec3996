-- Extreme values of every type that a function of the extension takes, in schema hostile, for
-- test/sql/hostile_arguments.sql and scripts/test-sqlsmith: NULL, both ends of each range, infinities, NaN, empty and
-- odd arrays, very long and foreign text, SQL in text, objects that are not there, and summaries whose every number is
-- driven to its limits. hostile.value holds them as SQL literals; hostile.make_table(type) makes a table of one type's.
CREATE SCHEMA hostile;
CREATE TABLE hostile.value (type regtype, literal text NOT NULL);

-- What the type can read goes in as a value, what it cannot is left out (and shows how clear its error is elsewhere).
CREATE FUNCTION hostile.add(type regtype, texts text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY texts LOOP
    BEGIN
      EXECUTE format('SELECT %L::%s', t, type);
      INSERT INTO hostile.value VALUES (type, format('%L::%s', t, type));
    EXCEPTION WHEN data_exception OR program_limit_exceeded OR undefined_object OR undefined_table OR invalid_name
      OR unique_violation
                OR feature_not_supported THEN NULL;
    END;
  END LOOP;
END $$;

-- A summary's text with each of its numbers and times, one at a time, replaced by an extreme one.
CREATE FUNCTION hostile.add_summary(type regtype, t text) RETURNS void LANGUAGE sql AS $$
  SELECT hostile.add(type, ARRAY[t]);
  SELECT hostile.add(type, array_agg(regexp_replace(t, '(?<=:)\d+', extreme, 1, position)))
  FROM generate_series(2, 14) position,  -- 1 is the version
       unnest('{0,1,2147483647,4294967296,9223372036854775806,9223372036854775807}'::text[]) extreme;
  SELECT hostile.add(type, array_agg(regexp_replace(t, '"\d{4}-\d{2}-\d{2}(T[^"]*)?"', '"' || extreme || '\1"', 1,
    position)))
  FROM generate_series(1, 3) position,
    unnest('{-4713-11-24,0001-01-01,1999-12-31,9999-12-31,294276-12-31,5874897-12-31}'::text[]) extreme;
$$;

SELECT hostile.add('boolean', '{f,t}');
SELECT hostile.add('integer', '{-2147483648,-1,0,1,2,7,60,2147483647}');
SELECT hostile.add('bigint', '{-9223372036854775808,-1,0,1,4294967296,9223372036854775807}');
SELECT hostile.add('double precision', '{-Infinity,-1e308,-1,-0,0,5e-324,0.5,1,1e19,1e308,Infinity,NaN}');
SELECT hostile.add('numeric', '{-Infinity,-1,0,1e-300,2.5,1e300,Infinity,NaN}');
SELECT hostile.add('date', '{-infinity,4713-11-24 BC,0001-01-01,1970-01-01,2026-06-30,5874897-12-31,infinity}');
SELECT hostile.add('timestamptz',
  '{-infinity,4713-11-24 BC,0001-01-01,1999-12-31 23:59:59.999999,2026-06-30,294276-12-31 23:59:59.999999,infinity}');
SELECT hostile.add('interval', ARRAY['0', '-1 microsecond', '30 minutes', '1 month', '-1 month 30 days',
  '2147483647 days', '-2147483648 days',
  '178000000 years', '-178000000 years', '2562047788:00:54.775807', '-2562047788:00:54.775807', 'infinity',
    '-infinity']);
SELECT hostile.add('uuid', '{00000000-0000-0000-0000-000000000000,ffffffff-ffff-ffff-ffff-ffffffffffff}');
SELECT hostile.add('bytea', ARRAY['', '\x00', '\x01', '\xff', '\x' || repeat('00', 1000), '\x' || repeat('ff', 1000),
  '\x01' || repeat('80', 40)]);
SELECT hostile.add('regclass',
  '{-,4294967295,pg_class,pg_class_oid_index,pg_toast.pg_toast_1255,pg_stat_activity,hostile.value}');
SELECT hostile.add('regclass[]', '{NULL,"{}","{NULL}","{pg_class,-}","{4294967295}"}');
SELECT hostile.add('oid', '{NULL,0,4294967295,1259}');
SELECT hostile.add('regtype', '{-,4294967295,int8,text,uuid,internal,anyelement,pg_class}');
SELECT hostile.add('text', ARRAY['', ' ', 'email', 'weekly', 'us', 'ko', 'tlh', 'Asia/Seoul', 'account', 'record_kpi',
  'activities', 'won',
    'text', '%s %n %I %', E'\t\n\x01', 'NaN', '99999999999999999999', '*/15 * * * *', '* * 30 2 *', '[]', '{"a": 1}',
      'null',
    $$'); DROP SCHEMA relinsights CASCADE; --$$, '"; SELECT 1; --', '$$', '관계 상태', '关系', E'\u202e\u0301\ufeff',
      repeat('x', 64), repeat('관', 200000)]
  || array(SELECT n.nspname::text FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
    AND c.relname = 'refresh_log') || '{1}'::text[]);
SELECT hostile.add('timestamptz[]', ARRAY['{}', '{NULL}', '{2026-01-01,-infinity,infinity}',
  '{{2026-01-01},{1999-12-31}}',
  '{294276-12-31 23:59:59.999999+00,"4713-11-24 00:00+00 BC"}']);
SELECT hostile.add('text[]', ARRAY['{}', '{NULL}', '{""}', '{a}', '{a,NULL,""}', '{a,a}', '{{a,b},{c,NULL}}',
  '[-5:-4]={a,b}',
  '[2147483646:2147483646]={a}', array_fill(repeat('x', 100), '{5000}')::text,
    (SELECT array_agg(g::text)::text FROM generate_series(1, 5000) g)]);
SELECT hostile.add('integer[]', ARRAY['{}', '{NULL}', '{0}', '{1,-1}', '{-2147483648,2147483647}', '{1,1,NULL}',
  '{{1,2},{3,4}}', '[-5:-4]={7,8}',
  (SELECT array_agg(g)::text FROM generate_series(-3000, 3000) g)]);
SELECT hostile.add('jsonb', ARRAY['null', 'true', '1', '"x"', '[]', '{}', '[{}]', '{"": ""}', '{"a": null}',
  '{"a": [1]}', '{"a": {"b": 1}}',
  '{"a": 1, "b": "x", "c": true}', '{"a": 1e400, "b": -1e-400}', '{"amount": "12", "size": -1}',
    '{"language": "ko", "kpis": [], "days": {}}',
  '{"a": "' || repeat('x', 100000) || '"}', repeat('[', 1000) || repeat(']', 1000),
  (SELECT jsonb_object_agg('attribute ' || g, g)::text FROM generate_series(1, 2000) g)]);
SELECT hostile.add('jsonb[]', ARRAY['{}', '{NULL}', '{"{}"}', '{"{}","null","[]"}', '{{"{}"},{"{}"}}',
  '[-1:0]={"{}","{}"}']);
SELECT hostile.add('oid', '{0,1,1259,4294967295}');
SELECT hostile.add('relinsights._problem[]',
  '{"{}","{\"(22023,message,,hint)\"}","{NULL}","{\"(,,,)\",\"(x,y,z,)\"}"}');
SELECT hostile.add('relinsights.health_weights',
  '{"(6,6,6,6,6)","(3,9,3,9,3)","(,,,,)","(2147483647,-2147483648,0,6,6)"}');
SELECT hostile.add('relinsights.working_calendar', ARRAY['{"time_zone": "UTC", "open": {"mon-sun": ["00:00-24:00"]}}',
  '{"time_zone": "Asia/Seoul", "open": {"mon-fri": ["09:00-18:00"]}, "holidays": ["2026-03-02"]}',
  '{"time_zone": "America/New_York", "open": {"sat": ["22:00-06:00"], "sun": ["00:00-00:01", "01:59-03:01"]}, '
    '"holidays": ["1900-01-01", "2199-12-31"]}']);
SELECT hostile.add('relinsights.response_rules', ARRAY['{}', '5 days', '1 microsecond',
  '{"gap": "106751991 days", "as_of": "4713-01-01 00:00:00+00 BC"}',
  '{"gap": "3 hours", "as_of": "2026-02-01T00:00:00Z", "calendar": {"time_zone": "Asia/Seoul", "open": {"mon-fri": '
    '["09:00-18:00"]}}}']);
SELECT hostile.add(t, enum_range::text[]) FROM (SELECT t.oid::regtype AS t,
  array_agg(enumlabel::text ORDER BY enumsortorder) AS enum_range
  FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typnamespace = 'relinsights'::regnamespace
    GROUP BY 1) enums;

-- One summary of each type from rows that touch every part of it, and one of many more rows.
DO $$
DECLARE rows int;
BEGIN
  FOREACH rows IN ARRAY '{40,200}'::int[] LOOP
    CREATE TEMP TABLE happening ON COMMIT DROP AS
    SELECT g, (enum_range(NULL::relinsights.activity_kind))[1 + g % 5] AS kind,
      (enum_range(NULL::relinsights.activity_direction))[1 + g / 5 % 2] AS direction,
      timestamptz '2026-01-01 00:00:00+00' + (g * g % 977) * interval '3 hours' + g * interval '1.5 seconds' AS at
        FROM generate_series(1, rows) g;
    PERFORM hostile.add_summary('relinsights.interaction_summary',
      relinsights.interaction_agg(kind, direction, at, g * interval '1 minute', g % 4)::text),
      hostile.add_summary('relinsights.response_summary', relinsights.response_agg(g % 7, direction, at)::text),
      hostile.add_summary('relinsights.activity_timeline',
        relinsights.timeline_agg(kind, direction, at::date, (g % 3 - 1) / 3.0)::text),
      hostile.add_summary('relinsights.contact_summary',
        relinsights.contact_agg('person ' || g % 9, kind, direction, at)::text),
      hostile.add_summary('relinsights.engagement_summary',
        relinsights.engagement_agg(g % 3, g % 4, g % 2, g % 5)::text),
      hostile.add_summary('relinsights.activity_log', relinsights.rollup(relinsights.activity_log(activity_id => g,
        kind => kind,
        direction => direction, occurred_at => at, ends_at => at + interval '1 day',
          duration => g * interval '1 minute',
        thread => g % 7, our_people => ARRAY['u' || g % 3], their_people => ARRAY['person ' || g % 9, 'p'],
        needs_reply => g % 8 > 0, automated => g % 6 = 0, followed => g % 2 = 0, opens => g % 3, replies => 1,
        sentiment => (g % 3 - 1) / 3.0))::text),
      hostile.add_summary('relinsights.deal_profile', relinsights.deal_agg(g, g % 3 > 0, at,
        jsonb_build_object('amount', g * g, 'product', 'p' || g % 4, 'won before', g % 5 = 0, 'odd',
          CASE WHEN g % 2 = 0 THEN to_jsonb(g) ELSE '"x"' END))::text)
    FROM happening;
    DROP TABLE happening;
  END LOOP;
END $$;
-- The people of an activity as a model's functions hand them on, with each byte replaced, and cut short anywhere.
INSERT INTO hostile.value
WITH people AS (SELECT relinsights._people_agg(side, g = 5, g = 4, 'person ' || g, ARRAY[g, -g - 1000]) AS bytes
  FROM generate_series(1, 5) g, unnest(enum_range(NULL::relinsights.party_side)) side)
SELECT 'bytea'::regtype, format('%L::bytea', bytes) FROM people
UNION SELECT 'bytea'::regtype, format('%L::bytea', set_byte(bytes, i, value)) FROM people,
  generate_series(0, least(length(bytes), 120) - 1) i, unnest('{0,1,127,128,255}'::int[]) value
UNION SELECT 'bytea'::regtype, format('%L::bytea', substr(bytes, 1, i)) FROM people,
  generate_series(1, least(length(bytes), 120)) i;
-- Text that is read by hand: all of the above, and each summary cut short or with a byte too many.
INSERT INTO hostile.value SELECT 'cstring'::regtype, regexp_replace(literal, '::text$', '::cstring') FROM hostile.value
  WHERE type = 'text'::regtype;
INSERT INTO hostile.value
SELECT 'cstring'::regtype, format('%L::cstring', t) FROM (SELECT DISTINCT ON (type) trim(literal, '''') AS literal,
  substring(literal, '^''(\{.*\})''') AS whole
  FROM hostile.value WHERE type::text LIKE 'relinsights.%' AND literal LIKE '''{"%') one,
  unnest(ARRAY[whole, left(whole, length(whole) / 2), left(whole, -1), whole || '}',
    regexp_replace(whole, '"version":[12]', '"version":3'),
    regexp_replace(whole, ':\d+', ':-1', 'g'), regexp_replace(whole, ':\d+', ':1e9', 'g'),
      regexp_replace(whole, ':\d+', ':99999999999999999999', 'g')]) t;
INSERT INTO hostile.value SELECT DISTINCT type, format('NULL::%s', type) FROM hostile.value;
INSERT INTO hostile.value VALUES ('internal', 'NULL'), ('record', 'ROW(1, NULL)'), ('record', 'ROW()'),
  ('record', 'NULL::hostile.value'),
  ('anycompatiblearray', '''{1}''::int[]'), ('anycompatiblearray', '''{{1},{2}}''::int[]'),
    ('anycompatiblearray', 'NULL::int[]');

-- The values of a type are numbered from 0, in no order.
ALTER TABLE hostile.value ADD number int;
UPDATE hostile.value v SET number = n.number FROM (SELECT ctid,
  row_number() OVER (PARTITION BY type ORDER BY md5(literal)) - 1 AS number FROM hostile.value) n
WHERE v.ctid = n.ctid;
CREATE UNIQUE INDEX ON hostile.value (type, number);
ANALYZE hostile.value;

-- make_table(type): hostile.TYPE (as pg_type calls it), a table with the type's values in its column value; for queries
-- that take rows.
CREATE FUNCTION hostile.make_table(type regtype) RETURNS void LANGUAGE plpgsql AS $$
DECLARE l text; made text := format('hostile.%I', (SELECT typname FROM pg_type WHERE oid = type));
BEGIN
  EXECUTE format('CREATE TABLE %s (value %s)', made, type);
  FOR l IN SELECT literal FROM hostile.value v
    WHERE v.type = make_table.type LOOP EXECUTE format('INSERT INTO %s VALUES (%s)', made, l); END LOOP;
END $$;
