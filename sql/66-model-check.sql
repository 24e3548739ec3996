-- What would stop or falsify a refresh, what does not count and why, and what will be slow: relinsights.check_model()
-- (SPEC 5.1). Severities: stops: a refresh fails; wrong: numbers are, or are likely to be; lost: rows that count
-- nowhere; slow: live KPIs read more than they should; note: good to know.

CREATE FUNCTION relinsights._row_checks(
  model text, OUT source text, OUT severity text, OUT problem text, OUT condition text, OUT example text,
    OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c record;
  has text[] := '{}';
  text_ids text[] := '{}';
  counts text;
  mail text;
  example_of text;
  duration_type text;
  ends_type text;
  no_duration text;
BEGIN
  FOR c IN SELECT * FROM relinsights._described_columns(relinsights._sources(model)) d WHERE d.given
    ORDER BY d.ordinal LOOP
    has := has || (c.source || '.' || c.name);
    IF c.family = 'id' AND c.id_type = 'text' THEN
      text_ids := text_ids || (c.source || '.' || c.name);
    END IF;
    IF c.source = 'activities' AND c.name = 'duration' THEN
      duration_type := c.base_name;
    ELSIF c.source = 'activities' AND c.name = 'ends_at' THEN
      ends_type := c.base_name;
    END IF;
  END LOOP;
  -- Rows of activities that a refresh looks at, and those that it lets count.
  counts := 'x.activity_id IS NOT NULL'
    || CASE WHEN 'activities.activity_id' = ANY (text_ids) THEN ' AND x.activity_id::text <> ''''' ELSE '' END
    || CASE WHEN 'activities.deleted' = ANY (has) THEN ' AND x.deleted IS NOT TRUE' ELSE '' END;
  mail := counts || CASE WHEN 'activities.status' = ANY (has)
    THEN ' AND coalesce(x.status::text, ''completed'') IN (''scheduled'', ''completed'')' ELSE '' END
    || ' AND x.kind IS NOT NULL AND x.occurred_at IS NOT NULL';
  no_duration := CASE WHEN duration_type IS NOT NULL THEN ' AND x.duration IS NULL' ELSE '' END;

  FOR c IN SELECT * FROM relinsights._described_columns(relinsights._sources(model)) d WHERE d.given
    ORDER BY d.ordinal LOOP
    source := c.source;
    example_of := CASE c.source WHEN 'activities' THEN 'x.activity_id::text' WHEN 'people'
      THEN 'format(''%s %s'', x.side, x.party_id)'
      WHEN 'participants' THEN 'x.activity_id::text' WHEN 'activity_records' THEN 'x.activity_id::text'
      ELSE 'format(''%s %s'', x.record_type, x.record_id)' END;
    IF c.family = 'label' THEN
      severity := 'stops';
      problem := format('unknown label in %s: a refresh fails', c.name);
      condition := format('x.%I::text COLLATE "C" <> ALL (%L)', c.name,
        (SELECT array_agg(e.enumlabel) FROM pg_enum e WHERE e.enumtypid = format('relinsights.%I', c.target)::regtype))
        || CASE c.source WHEN 'activities' THEN ' AND ' || counts ELSE '' END;
      example := format('format(''%%s: %%s'', %s, x.%I)', example_of, c.name);
      advice := format('Known are: %s. Map the others, to NULL where they should not count.',
        (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e
         WHERE e.enumtypid = format('relinsights.%I', c.target)::regtype));
      RETURN NEXT;
    ELSIF c.family = 'time' AND c.source = 'activities' THEN
      severity := 'stops';
      problem := format('infinite or impossible time in %s: a refresh fails', c.name);
      condition := format('(NOT isfinite(x.%1$I) OR extract(year FROM x.%1$I) >= 287000) AND %2$s', c.name, mail);
      example := example_of;
      advice := 'Give a time or NULL.';
      RETURN NEXT;
    ELSIF c.family = 'duration' THEN
      severity := 'stops';
      example := example_of;
      problem := 'negative duration: a refresh fails';
      condition := format('x.%I < %s AND %s', c.name, CASE c.base_name WHEN 'interval' THEN 'interval ''0'''
        ELSE '0' END, mail);
      advice := 'Give NULL where it is not known.';
      RETURN NEXT;
      problem := CASE c.base_name WHEN 'interval' THEN 'duration with months, or longer than anything lasts: a refresh '
        'fails'
        ELSE 'duration longer than anything lasts, or no number: a refresh fails' END;
      condition := CASE c.base_name WHEN 'interval'
        THEN format('(extract(year FROM x.%1$I) <> 0 OR extract(month FROM x.%1$I) <> 0 OR abs(extract(epoch FROM '
          'x.%1$I)) > 9e12)', c.name)
        ELSE format('(x.%1$I::double precision = ''NaN'' OR abs(x.%1$I::double precision) > 1e11)',
          c.name) END || ' AND ' || mail;
      advice := 'Give days, hours and minutes; a month has no fixed length.';
      RETURN NEXT;
    ELSIF c.family = 'count' THEN
      severity := 'stops';
      problem := format('negative or impossible number in %s: a refresh fails', c.name);
      condition := format('(x.%1$I < 0 OR x.%1$I > 2147483647) AND x.kind::text = ''email'' AND %2$s AND (%3$s)',
        c.name, mail,
        concat_ws(' OR ', 'false', CASE WHEN 'activities.followed' = ANY (has) THEN 'x.followed' END,
                  CASE WHEN 'activities.dedupe_key' = ANY (has) THEN 'x.dedupe_key::text <> ''''' END));
      example := example_of;
      advice := 'Give how often it happened, or NULL, which counts as 0.';
      RETURN NEXT;
    ELSIF c.family = 'id' AND (c.source || '.' || c.name) = ANY (text_ids) THEN
      severity := 'lost';
      problem := format('empty text in %s: no id', c.name);
      condition := format('x.%I::text = ''''', c.name);
      example := example_of;
      advice := 'Give the id, or NULL where there is none.';
      RETURN NEXT;
    END IF;
  END LOOP;

  FOR source, severity, problem, condition, example, advice IN
    SELECT v.source, v.severity, v.problem, v.condition, v.example, v.advice FROM (VALUES
      ('activities', 'lost', 'without activity_id, kind or time: counts nowhere',
       'x.activity_id IS NULL OR ((x.kind IS NULL OR x.occurred_at IS NULL) AND ' || counts || ')',
         'x.activity_id::text',
       'Fill them in.', '{}'::text[]),
      ('activities', 'stops', 'ends before it begins: a refresh fails',
       'x.ends_at < x.occurred_at' || no_duration || ' AND ' || mail, 'x.activity_id::text',
         'Mend occurred_at or ends_at, or leave ends_at NULL.', '{activities.ends_at}'),
      ('activities', 'stops', 'sentiment outside -1 to 1: a refresh fails',
        'x.sentiment NOT BETWEEN -1 AND 1 AND ' || mail,
       'x.activity_id::text', '-1 is bad, 0 neutral, 1 good; NULL where it is not known.', '{activities.sentiment}'),
      ('activities', 'wrong', 'completed in the future: waits until then',
       'x.status::text = ''completed'' AND x.occurred_at > now() AND ' || mail, 'x.activity_id::text',
       'Mend the time or the status.', '{activities.status}'),
      ('activities', 'lost', 'scheduled in the past: counts nowhere',
       'x.status::text = ''scheduled'' AND x.occurred_at < now() - interval ''1 day'' AND ' || mail,
         'x.activity_id::text',
       'Map what took place to completed, the rest to cancelled; or leave status NULL, which goes by the end.',
         '{activities.status}'),
      ('activities', 'wrong', 'longer than a day',
       CASE duration_type WHEN 'interval' THEN 'x.duration > interval ''24 hours'' AND '
         ELSE 'x.duration > 1440 AND ' END || mail,
       'x.activity_id::text', 'Is the unit right (minutes)? An all-day entry has no duration that somebody spent: give '
         '0.',
       '{activities.duration}'),
      ('activities', 'wrong', 'a meeting of whole days: its hours count as spent',
       'x.kind::text = ''meeting'' AND x.ends_at > x.occurred_at'
         ' AND mod(extract(epoch FROM x.ends_at)::numeric - extract(epoch FROM x.occurred_at)::numeric, 86400) = 0'
         || no_duration || ' AND ' || mail,
       'x.activity_id::text', 'Give all-day entries a duration of 0.',
       CASE WHEN ends_type = 'date' THEN '{no}'::text[] ELSE '{activities.ends_at}' END),
      ('activities', 'note', 'an e-mail with a duration: its minutes are settings',
       CASE duration_type WHEN 'interval' THEN 'x.duration > interval ''0''' ELSE 'x.duration > 0' END
         || ' AND x.kind::text = ''email'' AND ' || mail, 'x.activity_id::text', 'Leave it NULL.',
           '{activities.duration}'),
      ('activities', 'lost', 'e-mail without thread_id: no response can be found',
        'x.kind::text = ''email'' AND x.thread_id IS NULL AND ' || mail,
       'x.activity_id::text', 'Map the conversation to thread_id.', '{activities.thread_id}'),
      ('activities', 'lost', 'regarding_type or regarding_id alone: no regarding',
       'num_nonnulls(x.regarding_type, x.regarding_id) = 1 AND ' || counts, 'x.activity_id::text',
         'Fill in both or neither.',
       '{activities.regarding_id}'),
      ('participants', 'lost', 'without activity_id, side or party_id: takes no part',
       'x.activity_id IS NULL OR x.side IS NULL OR x.party_id IS NULL', 'x.activity_id::text', 'Fill them in.', '{}'),
      ('participants', 'lost', 'without role: takes no part', 'x.role IS NULL', 'x.activity_id::text',
       'Map the role, to ''required'' where it is not known.', '{}'),
      ('records', 'lost', 'without record_type or record_id: not shown', 'x.record_type IS NULL OR x.record_id IS NULL',
       'x.record_id::text', 'Fill them in.', '{}'),
      ('records', 'stops', 'attributes that are no flat object: a refresh of the similar deals fails',
       'x.record_type::text = ''opportunity'' AND (jsonb_typeof(x.attributes) NOT IN (''object'', ''null'') OR '
         'jsonb_path_exists(x.attributes, ''strict $.* ? (@.type() == "array" || @.type() == "object")''))',
       'format(''%s %s'', x.record_type, x.record_id)', 'Give an object of numbers, texts and booleans.',
         '{records.attributes}'),
      ('record_parties', 'lost', 'without record, side or person: links nothing',
       'x.record_type IS NULL OR x.record_id IS NULL OR x.side IS NULL OR x.party_id IS NULL', 'x.record_id::text',
         'Fill them in.', '{}'),
      ('activity_records', 'lost', 'without activity or record: links nothing',
       'x.activity_id IS NULL OR x.record_type IS NULL OR x.record_id IS NULL', 'x.activity_id::text', 'Fill them in.',
         '{}'),
      ('people', 'note', 'without side, party_id or name: names nobody',
        'x.side IS NULL OR x.party_id IS NULL OR x.name IS NULL',
       'x.party_id::text', 'Fill them in, or leave the row out.', '{}')
    ) v(source, severity, problem, condition, example, advice, needs)
    WHERE relinsights._source_relation(model, v.source)::regclass IS NOT NULL AND v.needs <@ has
  LOOP
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._row_checks(text) IS
  'part of models: what may be wrong with a row of a source by itself, as a condition on x, the source, with an '
    'example of it and advice';

CREATE FUNCTION relinsights._joined_checks(
  model text, OUT source text, OUT severity text, OUT problem text, OUT query text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  has text[];
  texts text[];
  parts jsonb;
BEGIN
  SELECT array_agg(d.source || '.' || d.name),
         array_agg(d.source || '.' || d.name) FILTER (WHERE d.family = 'id' AND d.id_type = 'text')
    INTO has, texts
  FROM relinsights._described_columns(relinsights._sources(model)) d WHERE d.given;
  -- Each source is read by itself, so that none needs a join that a distributed planner refuses. Ids are compared as
  -- texts, by their bytes as a refresh does, whatever the collation of a column.
  SELECT jsonb_build_object('a', 'a AS MATERIALIZED (SELECT x.activity_id::text COLLATE "C" AS id, '
    'x.kind::text COLLATE "C" AS kind, '
    'x.occurred_at::timestamp AS '
    'at, '
    || string_agg(CASE WHEN 'activities.' || c.name = ANY (has) THEN format('x.%I::text COLLATE "C"', c.name)
                       ELSE 'NULL::text' END
                  || ' AS ' || c.name, ', ')
    || format(' FROM %s x WHERE x.activity_id IS NOT NULL AND x.kind IS NOT NULL AND isfinite(x.occurred_at)%s%s)',
              relinsights._source_relation(model, 'activities')::regclass,
              CASE WHEN 'activities.deleted' = ANY (has) THEN ' AND x.deleted IS NOT TRUE' ELSE '' END,
              CASE WHEN 'activities.status' = ANY (has)
                   THEN ' AND coalesce(x.status::text, ''completed'') = ''completed''' ELSE '' END))
    INTO parts
  FROM (VALUES ('direction'), ('regarding_type'), ('regarding_id'), ('thread_id'), ('dedupe_key')) c(name);
  FOR source, problem, query IN SELECT v.source, v.name, v.query FROM (VALUES
      ('participants', 'p', 'p AS MATERIALIZED (SELECT x.activity_id::text COLLATE "C" AS id, '
        'x.side::text COLLATE "C" AS side, '
        'x.party_id::text COLLATE "C" AS party, x.role::text COLLATE "C" AS role FROM %s x WHERE x.role IS NOT NULL)'),
      ('records', 'r',
        'r AS MATERIALIZED (SELECT DISTINCT x.record_type::text COLLATE "C" AS type, '
        'x.record_id::text COLLATE "C" AS id FROM %s x)'),
      ('record_parties', 'rp', 'rp AS MATERIALIZED (SELECT x.record_type::text COLLATE "C" AS type, '
        'x.record_id::text COLLATE "C" AS id, '
        'x.side::text COLLATE "C" AS side, x.party_id::text COLLATE "C" AS party FROM %s x)'),
      ('activity_records', 'ar', 'ar AS MATERIALIZED (SELECT x.activity_id::text COLLATE "C" AS activity, '
        'x.record_type::text COLLATE "C" AS type, x.record_id::text COLLATE "C" AS id FROM %s x)'),
      ('activities', 'every', 'every AS MATERIALIZED (SELECT x.activity_id::text COLLATE "C" AS id FROM %s x)')
    ) v(source, name, query)
  LOOP
    CONTINUE WHEN relinsights._source_relation(model, source)::regclass IS NULL;
    parts := parts || jsonb_build_object(problem, format(query, relinsights._source_relation(model, source)::regclass));
  END LOOP;
  FOR source, severity, problem, query, advice IN
    SELECT v.source, v.severity, v.problem, coalesce((
        SELECT 'WITH ' || string_agg(w.value, ', ') || ' ' FROM jsonb_each_text(parts) w
        WHERE v.query ~ format('\m(FROM|JOIN) %s\M', w.key)), '') || v.query, v.advice FROM (VALUES
      ('activities', 'stops', 'duplicate activity_id: a refresh fails',
       format('SELECT count(*), min(d.id) FROM (SELECT x.activity_id::text COLLATE "C" AS id FROM %s x '
         'WHERE x.activity_id IS NOT NULL '
         'AND x.activity_id::text <> ''''%s GROUP BY 1 HAVING count(*) > 1) d',
         relinsights._source_relation(model, 'activities')::regclass,
         CASE WHEN 'activities.deleted' = ANY (has) THEN ' AND x.deleted IS NOT TRUE' ELSE '' END),
       'Each must be there once.', '{}'::text[]),
      ('records', 'stops', 'duplicate record: a refresh fails',
       format('SELECT count(*), min(d.id) FROM (SELECT format(''%%s %%s'', x.record_type, x.record_id) COLLATE "C" '
         'AS id FROM %s x '
         'WHERE x.record_type IS NOT NULL AND x.record_id IS NOT NULL AND x.record_id::text <> '''' '
         'GROUP BY 1 HAVING count(*) > 1) d', relinsights._source_relation(model, 'records')::regclass),
       'Each must be there once.', '{records.record_id}'),
      ('activities', 'lost', 'regarding an unknown record: not counted there',
       'SELECT count(*), min(format(''%s %s'', a.regarding_type, a.regarding_id)) FROM a '
       'LEFT JOIN r ON r.type = a.regarding_type AND r.id = a.regarding_id '
       'WHERE a.regarding_type <> '''' AND a.regarding_id <> '''' AND r.id IS NULL',
       'Add the record, or leave it.', '{activities.regarding_id,records.record_id}'),
      ('activity_records', 'lost', 'of an unknown record: links nothing',
       'SELECT count(*), min(format(''%s %s'', ar.type, ar.id)) FROM ar LEFT JOIN r ON r.type = ar.type AND r.id = '
         'ar.id '
       'WHERE ar.id <> '''' AND r.id IS NULL', 'Add the record, or leave it.',
       '{activity_records.record_id,records.record_id}'),
      ('record_parties', 'lost', 'of an unknown record: links nothing',
       'SELECT count(*), min(format(''%s %s'', rp.type, rp.id)) FROM rp LEFT JOIN r ON r.type = rp.type AND r.id = '
         'rp.id '
       'WHERE rp.id <> '''' AND r.id IS NULL', 'Add the record, or leave it.',
       '{record_parties.record_id,records.record_id}'),
      ('participants', 'lost', 'of an unknown activity: counts nowhere',
       'SELECT count(*), min(p.id) FROM p LEFT JOIN every e ON e.id = p.id WHERE p.id <> '''' AND e.id IS NULL',
       'Add the activity, or leave it.', '{participants.activity_id}'),
      ('activity_records', 'lost', 'of an unknown activity: links nothing',
       'SELECT count(*), min(ar.activity) FROM ar LEFT JOIN every e ON e.id = ar.activity '
       'WHERE ar.activity <> '''' AND e.id IS NULL', 'Add the activity, or leave it.',
         '{activity_records.activity_id}'),
      ('activities', 'lost', 'e-mail without a from and a direction: nobody knows who sent it',
       'SELECT count(*), min(a.id) FROM a WHERE a.kind = ''email'' AND a.direction IS NULL '
       'AND NOT EXISTS (SELECT 1 FROM p WHERE p.id = a.id AND p.role = ''from'')',
       'Map the sender, or the direction.', '{participants.activity_id}'),
      ('activities', 'note', 'e-mail without a from: its direction stands alone',
       'SELECT count(*), min(a.id) FROM a WHERE a.kind = ''email'' AND a.direction IS NOT NULL '
       'AND NOT EXISTS (SELECT 1 FROM p WHERE p.id = a.id AND p.role = ''from'')',
       'Map the sender.', '{participants.activity_id,activities.direction}'),
      ('activities', 'wrong', 'outbound, but sent by theirs',
       'SELECT count(*), min(a.id) FROM a WHERE a.direction = ''outbound'' AND a.id IN (SELECT p.id FROM p '
       'WHERE p.role IN (''from'', ''organizer'') GROUP BY p.id HAVING bool_and(p.side = ''them''))',
       'Mend the direction or the side; or leave the direction NULL, which goes by the sender.',
       '{participants.activity_id,activities.direction}'),
      ('activities', 'wrong', 'inbound, but sent by ours',
       'SELECT count(*), min(a.id) FROM a WHERE a.direction = ''inbound'' AND a.id IN (SELECT p.id FROM p '
       'WHERE p.role IN (''from'', ''organizer'') GROUP BY p.id HAVING bool_and(p.side = ''us''))',
       'Mend the direction or the side; or leave the direction NULL, which goes by the sender.',
       '{participants.activity_id,activities.direction}'),
      ('activities', 'wrong', 'the same mail twice: counts twice',
       'SELECT coalesce(sum(c.n - 1), 0)::bigint, min(c.id) FROM (SELECT min(a.id) AS id, count(DISTINCT a.id) AS n '
         'FROM a '
       'JOIN p ON p.id = a.id AND p.role = ''from'' WHERE a.kind = ''email'' AND a.thread_id <> '''' '
       'AND coalesce(a.dedupe_key, '''') = '''' GROUP BY a.thread_id, p.party, date_trunc(''second'', a.at), '
         'a.direction '
       'HAVING count(DISTINCT a.id) > 1) c',
       'Map what identifies the mail (its Message-ID) to dedupe_key.',
         '{participants.activity_id,activities.thread_id}'),
      ('activities', 'wrong', 'dedupe_key that differs from another by brackets, blanks or case only: counts twice',
       'SELECT coalesce(sum(k.n - 1), 0)::bigint, min(k.key) FROM (SELECT min(a.dedupe_key) AS key, '
       'count(DISTINCT a.dedupe_key) AS n FROM a WHERE a.dedupe_key <> '''' '
       'GROUP BY a.kind, lower(btrim(a.dedupe_key, '' <>'')) HAVING count(DISTINCT a.dedupe_key) > 1) k',
       'Write each key in one way, for example lower(btrim(message_id, '' <>'')).', '{activities.dedupe_key}'),
      ('activities', 'wrong', 'copies by dedupe_key that lie more than a day apart',
       'SELECT coalesce(sum(k.n), 0)::bigint, min(k.key) FROM (SELECT a.dedupe_key AS key, count(*) AS n FROM a '
       'WHERE a.dedupe_key <> '''' GROUP BY a.kind, a.dedupe_key HAVING max(a.at) - min(a.at) > interval ''1 day'') k',
       'Are they one mail? Map what identifies it.', '{activities.dedupe_key}'),
      ('activities', 'wrong', 'a clock far from the rest: more than ten years before or after nine tenths of them',
       'SELECT count(*), min(a.id) FROM a CROSS JOIN (SELECT percentile_disc(0.05) WITHIN GROUP (ORDER BY b.at) AS '
         'first, '
       'percentile_disc(0.95) WITHIN GROUP (ORDER BY b.at) AS last FROM a b) q '
       'WHERE a.at < q.first - interval ''10 years'' OR a.at > q.last + interval ''10 years''',
       'A date of 1900 or 1970 often stands for none, one far ahead for a wrong year: give NULL or mend it.', '{}'),
      ('activities', 'lost', 'with people of theirs who are in no record',
       'SELECT sum(n.rows)::bigint, string_agg(n.party, '', '' ORDER BY n.place) FILTER (WHERE n.place <= 3) '
       'FROM (SELECT o.party, count(*) AS rows, row_number() OVER (ORDER BY count(*) DESC, o.party) AS place '
       'FROM (SELECT p.id, min(p.party) AS party FROM p LEFT JOIN (SELECT DISTINCT party FROM rp WHERE side '
         '= ''them'') l '
       'ON l.party = p.party WHERE p.side = ''them'' AND p.role <> ''bcc'' GROUP BY p.id HAVING count(l.party) = 0) o '
       'JOIN a ON a.id = o.id WHERE coalesce(a.regarding_id, '''') = '''''
       || CASE WHEN 'activity_records.activity_id' = ANY (has)
          THEN ' AND NOT EXISTS (SELECT 1 FROM ar WHERE ar.activity = a.id)' ELSE '' END || ' GROUP BY o.party) n',
       'List them in record_parties; the most frequent are named.',
       '{participants.activity_id,record_parties.record_id}'),
      ('participants', 'wrong', 'the same person on both sides',
       'SELECT count(*), min(b.party) FROM (SELECT p.party FROM p WHERE p.party <> '''' GROUP BY p.party '
       'HAVING bool_or(p.side = ''us'') AND bool_or(p.side = ''them'')) b', 'Say by one rule who is us.',
       CASE WHEN texts @> '{participants.party_id}' THEN '{participants.activity_id}'::text[] ELSE '{no}' END),
      ('participants', 'lost', 'an id that differs from a listed one by case or blanks only',
       'SELECT count(*), min(d.party || '' and '' || d.listed) FROM (SELECT p.party, min(rp.party) AS listed '
       'FROM (SELECT DISTINCT side, party FROM p) p JOIN rp ON rp.side = p.side AND lower(btrim(rp.party)) = '
       'lower(btrim(p.party)) GROUP BY p.side, p.party HAVING bool_and(rp.party <> p.party)) d',
       'Write ids in one way on both, for example lower(btrim(address)).',
       CASE WHEN texts @> '{participants.party_id,record_parties.party_id}' THEN '{}'::text[] ELSE '{no}' END),
      ('activities', 'lost', 'regarding an id that differs from a record''s by case or blanks only',
       'SELECT count(*), min(d.id || '' and '' || d.listed) FROM (SELECT a.regarding_id AS id, min(r.id) AS listed '
         'FROM a '
       'JOIN r ON r.type = a.regarding_type AND lower(btrim(r.id)) = lower(btrim(a.regarding_id)) '
       'GROUP BY a.regarding_type, a.regarding_id HAVING bool_and(r.id <> a.regarding_id)) d',
         'Write ids in one way on both.',
       CASE WHEN texts @> '{activities.regarding_id,records.record_id}' THEN '{}'::text[] ELSE '{no}' END)
    ) v(source, severity, problem, query, advice, needs)
    WHERE v.needs <@ has AND relinsights._source_relation(model, v.source)::regclass IS NOT NULL
  LOOP
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._joined_checks(text) IS
  'part of models: what may be wrong with rows beside others, as queries for how many there are and an example';

CREATE FUNCTION relinsights._check_sources(
  model text, OUT source text, OUT severity text, OUT problem text, OUT rows bigint, OUT of_rows bigint,
    OUT example text,
  OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off  -- every row is compared: guesses of few would make it quadratic
AS $$
DECLARE
  s record;
  counts bigint[];
  examples text[];
  totals jsonb := '{}';
BEGIN
  IF relinsights._source_relation(model, 'activities') IS NULL THEN
    RAISE undefined_table USING MESSAGE = format('model "%s" has no activities any more', model),
      HINT = 'relinsights.attach_model() gives it sources again.';
  END IF;
  FOR s IN
    SELECT c.source, array_agg(c.severity ORDER BY c.n) AS severities, array_agg(c.problem ORDER BY c.n) AS problems,
      array_agg(c.advice ORDER BY c.n) AS advices,
      string_agg(format('count(*) FILTER (WHERE %s)', c.condition), ', ' ORDER BY c.n) AS counting,
      string_agg(format('min(%s) FILTER (WHERE %s)', c.example, c.condition), ', ' ORDER BY c.n) AS showing
    FROM relinsights._row_checks(model) WITH ORDINALITY c(source, severity, problem, condition, example, advice, n)
    GROUP BY c.source ORDER BY min(c.n)
  LOOP
    EXECUTE format('SELECT count(*), ARRAY[%s], ARRAY[%s] FROM %s x', s.counting, s.showing,
                   relinsights._source_relation(model, s.source)::regclass) INTO of_rows, counts, examples;
    totals := totals || jsonb_build_object(s.source, of_rows);
    source := s.source;
    FOR i IN 1 .. cardinality(counts) LOOP
      CONTINUE WHEN counts[i] = 0;
      severity := s.severities[i];
      problem := s.problems[i];
      rows := counts[i];
      example := examples[i];
      advice := s.advices[i];
      RETURN NEXT;
    END LOOP;
  END LOOP;
  FOR s IN SELECT * FROM relinsights._joined_checks(model) LOOP
    EXECUTE s.query INTO rows, example;
    CONTINUE WHEN coalesce(rows, 0) = 0;
    source := s.source;
    severity := s.severity;
    problem := s.problem;
    of_rows := (totals->>s.source)::bigint;
    advice := s.advice;
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_sources(text) IS
  'part of models: rows of the sources that stop a refresh, falsify it or do not count, how many of how many, one of '
    'them';

CREATE FUNCTION relinsights._check_unlinked(
  model text, OUT source text, OUT severity text, OUT problem text, OUT rows bigint, OUT of_rows bigint,
  OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
  EXECUTE format('SELECT count(*), min(a.activity_id::text) FROM %1$I.source_activities a WHERE a.status '
    '= ''completed'' '
    'AND NOT EXISTS (SELECT 1 FROM %1$I.record_activity m WHERE m.activity_id = a.activity_id)', model) INTO rows,
      example;
  IF rows > 0 THEN
    source := 'activities';
    severity := 'note';
    problem := 'completed, but belongs to no record';
    EXECUTE format('SELECT count(*) FROM %s', relinsights._source_relation(model, source)::regclass)
      INTO of_rows;
    advice := 'Say what it regards, or list its people in record_parties; among ourselves, leave it.';
    RETURN NEXT;
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_unlinked(text) IS
  'part of models: completed activities that belong to no record';

CREATE FUNCTION relinsights._full_reads(plan jsonb, OUT relation text, OUT filter text)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH RECURSIVE node(n) AS (
    SELECT plan
    UNION ALL
    SELECT c.value FROM node CROSS JOIN LATERAL jsonb_array_elements(node.n->'Plans') c)
  SELECT DISTINCT format('%I.%I', node.n->>'Schema', node.n->>'Relation Name'), node.n->>'Filter' FROM node
  WHERE node.n->>'Node Type' = 'Seq Scan'
     OR (node.n->>'Node Type' IN ('Index Scan', 'Index Only Scan') AND node.n->>'Index Cond' IS NULL);
END;
COMMENT ON FUNCTION relinsights._full_reads(jsonb) IS
  'part of models: the relations that a plan reads whole, through whatever view or branch, and what it looks for there';

CREATE FUNCTION relinsights._check_indexes(
  model text, OUT source text, OUT severity text, OUT problem text, OUT rows bigint, OUT of_rows bigint,
    OUT example text,
  OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
  key text;
  label text;
  plan jsonb;
  compared text;
BEGIN
  severity := 'slow';
  -- The planner is asked what it would read for one id, so that views, branches and expressions are seen through.
  FOR source, key, label IN SELECT * FROM (VALUES
      ('activities', 'activity_id', NULL), ('activities', 'regarding_id', 'regarding_type'),
      ('participants', 'activity_id', NULL), ('participants', 'party_id', 'side'),
      ('records', 'record_id', 'record_type'), ('record_parties', 'record_id', 'record_type'),
      ('activity_records', 'activity_id', NULL), ('activity_records', 'record_id', 'record_type')) v
  LOOP
    CONTINUE WHEN relinsights._source_relation(model, source)::regclass IS NULL OR NOT EXISTS (
      SELECT FROM pg_attribute a
      WHERE a.attrelid = relinsights._source_relation(model, source)::regclass AND a.attname = key
        AND NOT a.attisdropped);
    EXECUTE format(
      'EXPLAIN (FORMAT JSON, VERBOSE, COSTS OFF) SELECT x.* FROM %1$s x WHERE x.%2$I = (SELECT NULL::%3$s) AND %4$s',
      relinsights._source_relation(model, source)::regclass, key, (
        SELECT format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END, NULL)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = relinsights._source_relation(model, source)::regclass AND a.attname = key),
      coalesce(relinsights._label_filter_sql(relinsights._source_relation(model, source)::regclass, 'x', label,
                                             CASE key WHEN 'party_id' THEN 'them' ELSE 'account' END), 'true'))
      INTO plan;
    FOR example, compared IN SELECT f.relation, f.filter FROM relinsights._full_reads(plan->0->'Plan') f LOOP
      problem := format('no index for %s: live KPIs read all of %s', key, example);
      -- What is compared with the id there, in its own words.
      compared := (regexp_match(compared,
        '\(((?:[^()]|\([^()]*\))*) = (?:\$0|\(InitPlan 1\)\.col1)\)'))[1];
      IF compared IS NULL AND to_regclass(example) <> relinsights._source_relation(model, source)::regclass THEN
        -- Joined by a view, not looked up: a small one is read in no time.
        CONTINUE WHEN (SELECT c.relpages <= 100 FROM pg_class c WHERE c.oid = to_regclass(example));
        advice := format('Index the column by which %s joins %s, then ANALYZE it.',
                         relinsights._source_relation(model, source)::regclass, example);
      ELSE
        compared := regexp_replace(coalesce(compared, quote_ident(key)), '\m[a-z_0-9]+\.', '', 'g');
        advice := format('CREATE INDEX ON %s (%s);', example,
          CASE WHEN compared ~ '^("[^"]+"|\w+)$' THEN compared ELSE '(' || compared || ')' END);
      END IF;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_indexes(text) IS
  'part of models: what the live functions look up in a source without an index';

CREATE FUNCTION relinsights._check_rights(
  model text, OUT source text, OUT severity text, OUT problem text, OUT rows bigint, OUT of_rows bigint,
    OUT example text,
  OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  relation regclass;
  by_view_owner boolean;
BEGIN
  EXECUTE format('SELECT bool_or(subjects_by_view_owner) FROM %I.settings', model) INTO by_view_owner;
  FOREACH source IN ARRAY ARRAY['activities', 'participants', 'records', 'record_parties', 'activity_records',
    'people'] LOOP
    relation := relinsights._source_relation(model, source)::regclass;
    CONTINUE WHEN relation IS NULL;
    example := relation::text;
    IF source = 'activities' AND relinsights._hides_row_security(relation) AND NOT by_view_owner THEN
      severity := 'note';
      problem := 'read with a view owner''s rights, which hides row-level security: subjects are not shown';
      advice := format('ALTER VIEW %s SET (security_invoker = true), or alter_model(%L, subjects_by_view_owner => '
        'true).', relation, model);
      RETURN NEXT;
    END IF;
    IF (SELECT c.relkind IN ('r', 'p') FROM pg_class c WHERE c.oid = relation) AND row_security_active(relation) THEN
      severity := 'wrong';
      problem := format('row-level security limits what role "%s" reads, and so counts', current_user);
      advice := 'Let the model''s owner read every row that the KPIs should count.';
      RETURN NEXT;
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_rights(text) IS
  'part of models: sources read with other rights than one might think';

CREATE FUNCTION relinsights._check_model(
  model text, OUT source text, OUT severity text, OUT problem text, OUT rows bigint, OUT of_rows bigint,
    OUT example text,
  OUT advice text)
RETURNS SETOF record LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT c.source, c.severity, c.problem, c.rows, c.of_rows, c.example, c.advice FROM (
    SELECT s.* FROM relinsights._check_sources(model) s
    UNION ALL
    SELECT u.* FROM relinsights._check_unlinked(model) u
    UNION ALL
    SELECT i.* FROM relinsights._check_indexes(model) i
    UNION ALL
    SELECT g.* FROM relinsights._check_rights(model) g
    UNION ALL
    SELECT t.source, 'note', t.problem, NULL, NULL, t.example, t.advice FROM relinsights._check_tracking(model) t
    WHERE relinsights._is_tracked(model)) c
  ORDER BY array_position('{stops,wrong,lost,slow,note}', c.severity), c.rows DESC NULLS LAST, c.source, c.problem;
END;
COMMENT ON FUNCTION relinsights._check_model(text) IS
  'part of models: the rows of check_model, with the rights of who calls it';

CREATE FUNCTION relinsights.check_model(
  name text, OUT source text, OUT severity text, OUT problem text, OUT rows bigint, OUT of_rows bigint,
    OUT example text,
  OUT advice text)
RETURNS SETOF record LANGUAGE C VOLATILE STRICT AS 'MODULE_PATHNAME', 'check_model';
COMMENT ON FUNCTION relinsights.check_model(text) IS
  'scans the sources of a model and lists what would stop or falsify a refresh, what does not count and why, and what '
  'live KPIs need an index for, and, once changes are tracked, what is not: source, severity (stops: a refresh fails; '
    'wrong: numbers are, or are likely to be; lost: '
  'counts nowhere; slow: live KPIs read more than they should; note: good to know), problem, number of rows and of how '
  'many, one example, advice; the gravest first. No row above note: all is well. For the owner, members of that role '
    'and '
  'superusers, with the owner''s rights. Errors: unknown model, not its owner, right missing';
