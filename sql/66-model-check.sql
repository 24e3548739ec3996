-- What will not count in a model and why, and what will be slow: relinsights.check_model() (SPEC 5.1).

CREATE FUNCTION relinsights._row_checks(model text, OUT source text, OUT problem text, OUT condition text, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  c record;
  has text[];
  records regclass := relinsights._source_relation(model, 'records')::regclass;
BEGIN
  -- Conditions on x, the source itself: the model's view of it would stop at the first unknown label.
  FOR c IN SELECT * FROM relinsights._described_columns(relinsights._sources(model)) d WHERE d.given ORDER BY d.ordinal LOOP
    has := has || (c.source || '.' || c.name);
    IF c.family = 'label' THEN
      source := c.source;
      problem := format('unknown label in %s: a refresh fails', c.name);
      condition := format('x.%I::text <> ALL (%L)', c.name,
        (SELECT array_agg(e.enumlabel) FROM pg_enum e WHERE e.enumtypid = format('relinsights.%I', c.target)::regtype));
      example := format('x.%I::text', c.name);
      advice := format('Known are: %s. Map the others, to NULL where they should not count.',
        (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e
         WHERE e.enumtypid = format('relinsights.%I', c.target)::regtype));
      RETURN NEXT;
    END IF;
  END LOOP;
  FOR source, problem, condition, example, advice IN
    SELECT v.source, v.problem, v.condition, v.example, v.advice FROM (VALUES
      ('activities', 'without activity_id, kind or time: counts nowhere',
       'x.activity_id IS NULL OR x.kind IS NULL OR x.occurred_at IS NULL', 'x.activity_id::text', 'Fill them in.', '{}'::text[]),
      ('activities', 'infinite time: a refresh fails', 'NOT isfinite(x.occurred_at)', 'x.activity_id::text', 'Give a time or NULL.', '{}'),
      ('activities', 'negative duration: a refresh fails', 'x.duration < ''0''', 'x.activity_id::text', 'Give NULL where it is not known.', '{activities.duration}'),
      ('activities', 'e-mail without thread_id: no response can be found', 'x.kind::text = ''email'' AND x.thread_id IS NULL', 'x.activity_id::text', 'Map the conversation to thread_id.', '{activities.thread_id}'),
      ('activities', 'regarding_type or regarding_id alone: no regarding', 'num_nonnulls(x.regarding_type, x.regarding_id) = 1', 'x.activity_id::text', 'Fill in both or neither.', '{activities.regarding_id}'),
      ('activities', 'regarding an unknown record: not counted there',
       format('x.regarding_id IS NOT NULL AND x.regarding_type IS NOT NULL AND NOT EXISTS (SELECT FROM %s r WHERE r.record_id = x.regarding_id AND r.record_type::text = x.regarding_type::text)', records),
       'format(''%s %s'', x.regarding_type, x.regarding_id)', 'Add the record, or leave it.', '{activities.regarding_id,records.record_id}'),
      ('participants', 'without activity_id, side or party_id: takes no part', 'x.activity_id IS NULL OR x.side IS NULL OR x.party_id IS NULL', 'x.activity_id::text', 'Fill them in.', '{}'),
      ('participants', 'without role: takes no part', 'x.role IS NULL', 'x.activity_id::text', 'Map the role, to ''required'' where it is not known.', '{}'),
      ('participants', 'of an unknown activity: counts nowhere', format('x.activity_id IS NOT NULL AND NOT EXISTS (SELECT FROM %s a WHERE a.activity_id = x.activity_id)',
        relinsights._source_relation(model, 'activities')::regclass), 'x.activity_id::text', 'Add the activity, or leave it.', '{}'),
      ('records', 'without record_type or record_id: not shown', 'x.record_type IS NULL OR x.record_id IS NULL', 'x.record_id::text', 'Fill them in.', '{}'),
      ('record_parties', 'without record, side or person: links nothing', 'x.record_type IS NULL OR x.record_id IS NULL OR x.side IS NULL OR x.party_id IS NULL', 'x.record_id::text', 'Fill them in.', '{}'),
      ('record_parties', 'of an unknown record: links nothing', format('x.record_id IS NOT NULL AND NOT EXISTS (SELECT FROM %s r WHERE r.record_id = x.record_id AND r.record_type::text = x.record_type::text)', records),
       'format(''%s %s'', x.record_type, x.record_id)', 'Add the record, or leave it.', '{records.record_id}')
    ) v(source, problem, condition, example, advice, needs)
    WHERE relinsights._source_relation(model, v.source)::regclass IS NOT NULL AND v.needs <@ has
  LOOP
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._row_checks(text) IS 'part of models: conditions under which a row of a source does not count, each with an example and advice';

CREATE FUNCTION relinsights._check_rows(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
  counts bigint[];
  examples text[];
BEGIN
  FOR s IN
    SELECT c.source, array_agg(c.problem ORDER BY c.n) AS problems, array_agg(c.advice ORDER BY c.n) AS advices,
      string_agg(format('count(*) FILTER (WHERE %s)', c.condition), ', ' ORDER BY c.n) AS counting,
      string_agg(format('min(%s) FILTER (WHERE %s)', c.example, c.condition), ', ' ORDER BY c.n) AS showing
    FROM relinsights._row_checks(model) WITH ORDINALITY c(source, problem, condition, example, advice, n)
    GROUP BY c.source ORDER BY min(c.n)
  LOOP
    EXECUTE format('SELECT ARRAY[%s], ARRAY[%s] FROM %s x', s.counting, s.showing, relinsights._source_relation(model, s.source)::regclass)
      INTO counts, examples;
    source := s.source;
    FOR i IN 1 .. cardinality(counts) LOOP
      CONTINUE WHEN counts[i] = 0;
      problem := s.problems[i];
      rows := counts[i];
      example := examples[i];
      advice := s.advices[i];
      RETURN NEXT;
    END LOOP;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_rows(text) IS 'part of models: rows of the sources that do not count, and why';

CREATE FUNCTION relinsights._check_duplicates(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  advice := 'Each must be there once.';
  FOR source, problem, example IN VALUES ('activities', 'duplicate activity_id: a refresh fails', 'x.activity_id::text'),
      ('records', 'duplicate record: a refresh fails', 'format(''%s %s'', x.record_type, x.record_id)') LOOP
    CONTINUE WHEN relinsights._source_relation(model, source)::regclass IS NULL;
    EXECUTE format('SELECT count(*), min(k) FROM (SELECT %1$s AS k FROM %2$s x WHERE %3$s IS NOT NULL GROUP BY 1 HAVING count(*) > 1) d',
      example, relinsights._source_relation(model, source)::regclass, CASE source WHEN 'records' THEN 'x.record_type IS NOT NULL AND x.record_id' ELSE 'x.activity_id' END)
      INTO rows, example;
    IF rows > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_duplicates(text) IS 'part of models: ids that stand in their source more than once';

CREATE FUNCTION relinsights._check_unlinked(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('SELECT count(*), min(a.activity_id::text) FROM %1$I.source_activities a
    WHERE a.status = ''completed'' AND NOT EXISTS (SELECT FROM %1$I.record_activity m WHERE m.activity_id = a.activity_id)', model)
    INTO rows, example;
  source := 'activities';
  problem := 'completed, but belongs to no record';
  advice := 'Say what it regards, or list its people in record_parties; among ourselves, leave it.';
END;
$$;
COMMENT ON FUNCTION relinsights._check_unlinked(text) IS 'part of models: completed activities that belong to no record';

CREATE FUNCTION relinsights._check_indexes(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
  key text;
  plan json;
BEGIN
  -- The planner is asked, so that views and expressions are seen through.
  FOR source, key, advice IN SELECT * FROM (VALUES
      ('activities', 'activity_id', '(activity_id)'), ('activities', 'regarding_id', '(regarding_type, regarding_id)'),
      ('participants', 'activity_id', '(activity_id)'), ('participants', 'party_id', '(party_id)'),
      ('records', 'record_id', '(record_type, record_id)'), ('record_parties', 'record_id', '(record_type, record_id)'),
      ('activity_records', 'activity_id', '(activity_id)'), ('activity_records', 'record_id', '(record_type, record_id)')) v
  LOOP
    CONTINUE WHEN relinsights._source_relation(model, source)::regclass IS NULL OR NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = relinsights._source_relation(model, source)::regclass AND a.attname = key AND NOT a.attisdropped);
    EXECUTE format('EXPLAIN (FORMAT JSON, COSTS OFF) SELECT x.* FROM %1$s x WHERE x.%2$I = (SELECT NULL::%3$s) %4$s',
      relinsights._source_relation(model, source)::regclass, key, (
        SELECT format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END, NULL)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = relinsights._source_relation(model, source)::regclass AND a.attname = key),
      'AND ' || relinsights._label_filter_sql(relinsights._source_relation(model, source)::regclass, 'x',
        CASE key WHEN 'regarding_id' THEN 'regarding_type' WHEN 'record_id' THEN 'record_type' WHEN 'party_id' THEN 'side' END,
        CASE key WHEN 'party_id' THEN 'them' ELSE 'account' END))
      INTO plan;
    IF plan::text LIKE '%"Seq Scan"%' THEN
      problem := format('no index for %s: live KPIs read all of it', key);
      advice := format('CREATE INDEX ON %s %s; or on what it reads.', relinsights._source_relation(model, source)::regclass, advice);
      RETURN NEXT;
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_indexes(text) IS 'part of models: what the live functions look up in a source without an index';

CREATE FUNCTION relinsights._check_rights(model text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  relation regclass;
  by_view_owner boolean;
BEGIN
  EXECUTE format('SELECT bool_or(subjects_by_view_owner) FROM %I.settings', model) INTO by_view_owner;
  FOREACH source IN ARRAY ARRAY['activities', 'participants', 'records', 'record_parties', 'activity_records', 'people'] LOOP
    relation := relinsights._source_relation(model, source)::regclass;
    CONTINUE WHEN relation IS NULL;
    example := relation::text;
    IF source = 'activities' AND relinsights._hides_row_security(relation) AND NOT by_view_owner THEN
      problem := 'read with a view owner''s rights, which hides row-level security: subjects are not shown';
      advice := format('ALTER VIEW %s SET (security_invoker = true), or alter_model(%L, subjects_by_view_owner => true).', relation, model);
      RETURN NEXT;
    END IF;
    IF (SELECT c.relkind IN ('r', 'p') FROM pg_class c WHERE c.oid = relation) AND row_security_active(relation) THEN
      problem := format('row-level security limits what role "%s" reads, and so counts', current_user);
      advice := 'Let the model''s owner read every row that the KPIs should count.';
      RETURN NEXT;
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._check_rights(text) IS 'part of models: sources read with other rights than one might think';

CREATE FUNCTION relinsights.check_model(name text, OUT source text, OUT problem text, OUT rows bigint, OUT example text, OUT advice text)
RETURNS SETOF record LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  unreadable boolean := false;
BEGIN
  PERFORM relinsights._require_model(name);
  PERFORM relinsights._relation(name, 'source_activities');
  FOR source, problem, rows, example, advice IN SELECT * FROM relinsights._check_rows(name) LOOP
    unreadable := unreadable OR problem LIKE 'unknown label%';
    RETURN NEXT;
  END LOOP;
  RETURN QUERY SELECT * FROM relinsights._check_duplicates(name);
  IF NOT unreadable THEN
    RETURN QUERY SELECT * FROM relinsights._check_unlinked(name) u WHERE u.rows > 0;
  END IF;
  RETURN QUERY SELECT * FROM relinsights._check_indexes(name);
  RETURN QUERY SELECT * FROM relinsights._check_rights(name);
  IF relinsights._is_tracked(name) THEN
    RETURN QUERY SELECT t.source, t.problem, NULL::bigint, t.example, t.advice FROM relinsights._check_tracking(name) t;
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.check_model(text) IS 'scans the sources of a model and lists what will not count or stop a refresh, and why, what live KPIs need an index for, sources read with other rights than one might think, and, once changes are tracked, what is not: source, problem, number of rows, one example, advice. No row: all is well. Runs with the caller''s rights. Errors: unknown model, right missing';
