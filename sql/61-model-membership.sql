-- The views that read a company's sources as a model names them, and record_activity, which says in SQL which
-- activities belong to a record (SPEC 5.2). Refresh and live KPIs have the rule from src/core/record/membership.h;
-- test/sql/models_random.sql holds both equal.

CREATE FUNCTION relinsights._source_expression_sql(model text, c record) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  zone text := format('(SELECT s.%s FROM %I.settings s)',
                      CASE c.base_name WHEN 'date' THEN 'time_zone' ELSE 'source_time_zone' END, model);
BEGIN
  IF NOT c.given THEN
    RETURN format('NULL::%s', c.target_type);
  END IF;
  RETURN CASE
    WHEN c.family = 'id' AND c.target_type = 'text' THEN format('nullif(%I::text, %L) COLLATE "C"', c.name, '')
    WHEN c.base_name = 'date' AND c.name = 'closed_at'
      THEN format('((%I + 1)::timestamp AT TIME ZONE %s - interval ''1 microsecond'')', c.name, zone)
    WHEN c.family = 'time' AND c.base_name = 'date' THEN format('(%I::timestamp AT TIME ZONE %s)', c.name, zone)
    WHEN c.base_name = 'timestamp' THEN format('(%I AT TIME ZONE %s)', c.name, zone)
    WHEN c.family = 'duration' AND c.base_name <> 'interval'
      THEN format('make_interval(secs => %I::double precision * 60)', c.name)
    ELSE format('%I::%s', c.name, c.target_type) END;
END;
$$;
COMMENT ON FUNCTION relinsights._source_expression_sql(text, record) IS
  'part of models: how a model''s view reads one source column, a row of _described_columns() with its target_type';

CREATE FUNCTION relinsights._regarded_sql(activities text, activity_records text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$
    SELECT a.activity_id, a.regarding_type AS record_type, a.regarding_id AS record_id FROM %s a
    WHERE a.regarding_type IS NOT NULL AND a.regarding_id IS NOT NULL
    UNION ALL
    SELECT l.activity_id, l.record_type, l.record_id FROM %s l
    WHERE l.record_type IS NOT NULL AND l.record_id IS NOT NULL$sql$, activities, activity_records);
END;
COMMENT ON FUNCTION relinsights._regarded_sql(text, text) IS
  'part of models: SQL for what each activity regards, from relations in the shape of a model''s sources';

CREATE FUNCTION relinsights._make_source(
  model text, source text, relation regclass, columns text[], expressions text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  body text := format('SELECT %s %s',
    (SELECT string_agg(format('%s AS %I', e, n), ', ' ORDER BY i)
     FROM unnest(columns, expressions) WITH ORDINALITY u(n, e, i)),
    CASE WHEN relation IS NULL THEN 'WHERE false' ELSE format('FROM %s', relation) END);
BEGIN
  IF source = 'activities' THEN
    -- Without a status of its own an activity is scheduled until it ends.
    body := format('SELECT %s FROM (%s) x WHERE x.deleted IS NOT TRUE', (
      SELECT string_agg(CASE c WHEN 'status' THEN
          'coalesce(x.status, CASE WHEN greatest(x.occurred_at, coalesce(x.ends_at, x.occurred_at + '
          'coalesce(x.duration, interval ''0''))) > now() THEN ''scheduled'' ELSE ''completed'' END) AS status'
        WHEN 'automated' THEN 'coalesce(x.automated, false) AS automated'
        WHEN 'followed' THEN 'coalesce(x.followed, false) AS followed' ELSE format('x.%I', c) END, ', ')
      FROM unnest(columns) c), body);
  END IF;
  EXECUTE format('CREATE OR REPLACE VIEW %I.%I WITH (security_invoker = true) AS %s', model, 'source_' || source, body);
  PERFORM relinsights._describe(model, 'source_' || source,
    CASE WHEN relation IS NULL THEN format('no %s were given to create_model: no rows', source)
         ELSE format('%s as this model reads them, with the reader''s own rights: %s', source, relation) END, '{}');
END;
$$;
COMMENT ON FUNCTION relinsights._make_source(text, text, regclass, text[], text[]) IS
  'part of models: makes the view through which a model reads one source';

CREATE FUNCTION relinsights._make_sources(model text, sources regclass[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
  regarded boolean := sources[5] IS NOT NULL OR EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = sources[1] AND a.attname = 'regarding_id' AND NOT a.attisdropped);
BEGIN
  FOR s IN
    SELECT d.source, d.relation, array_agg(d.name ORDER BY d.ordinal) AS columns,
           array_agg(d.expression ORDER BY d.ordinal) AS expressions
    FROM (
      SELECT c.source, c.relation, c.name, c.ordinal, c.given,
             relinsights._source_expression_sql(model, c) AS expression
      FROM (
        SELECT d.*, CASE
          WHEN d.family = 'label' THEN 'text'
          WHEN d.family <> 'id' THEN d.target
          WHEN d.target IS NOT NULL THEN relinsights._id_type(sources, d.target)
          ELSE d.id_type END AS target_type
        FROM relinsights._described_columns(sources) d) c
      WHERE c.name <> 'subject') d
    GROUP BY d.source, d.relation
    ORDER BY d.source = 'records', d.source  -- records may be read from the others
  LOOP
    IF s.source = 'records' AND s.relation IS NULL THEN
      EXECUTE format(
        'CREATE OR REPLACE VIEW %1$I.source_records WITH (security_invoker = true) AS SELECT %2$s '
        'FROM (SELECT DISTINCT g.record_type, g.record_id FROM (%3$s) g) pairs', model,
        (SELECT string_agg(format('%s AS %I', CASE WHEN i <= 2 THEN n ELSE e END, n), ', ' ORDER BY i)
         FROM unnest(s.columns, s.expressions) WITH ORDINALITY u(n, e, i)),
        CASE WHEN regarded THEN relinsights._regarded_sql(
               format('%I.source_activities', model), format('%I.source_activity_records', model))
             ELSE format('SELECT p.record_type, p.record_id FROM %I.source_record_parties p '
                         'WHERE p.record_type IS NOT NULL AND p.record_id IS NOT NULL', model) END);
      PERFORM relinsights._describe(model, 'source_records', format(
        'no records were given to create_model: %s', CASE WHEN regarded
        THEN 'what the activities regard' ELSE 'the pairs in record_parties' END), '{}');
    ELSE
      PERFORM relinsights._make_source(model, s.source, s.relation, s.columns, s.expressions);
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._make_sources(text, regclass[]) IS
  'part of models: makes the views through which a model reads its sources';

CREATE FUNCTION relinsights._make_membership(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  deduped boolean := EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relinsights._source(model, 'activities')
                             AND a.attname = 'dedupe_key' AND NOT a.attisdropped);
  read_as text;
BEGIN
  -- Each source by its name: planned into the joins, or read whole before where a planner of distributed tables refuses
  -- that.
  -- f: every activity and the first of its copies, which stands for all of them.
  FOREACH read_as IN ARRAY '{NOT MATERIALIZED,MATERIALIZED}'::text[] LOOP
    BEGIN
      EXECUTE format($sql$
        CREATE OR REPLACE VIEW %1$I.record_activity WITH (security_invoker = true) AS
        WITH %2$s,
        f AS NOT MATERIALIZED (%3$s),
        g AS NOT MATERIALIZED (
          SELECT f.first_id AS activity_id, x.record_type, x.record_id
          FROM (%4$s) x JOIN f ON f.activity_id = x.activity_id),
        q AS NOT MATERIALIZED (
          SELECT f.first_id AS activity_id, p.side, p.party_id, p.role FROM source_participants p
          JOIN f ON f.activity_id = p.activity_id WHERE p.role IS NOT NULL AND p.party_id IS NOT NULL)
        SELECT l.record_type, l.record_id, l.activity_id
        FROM (
          SELECT g.record_type, g.record_id, g.activity_id FROM g
          UNION
          SELECT rp.record_type, rp.record_id, q.activity_id
          FROM source_record_parties rp JOIN q ON q.party_id = rp.party_id
          JOIN source_activities a ON a.activity_id = q.activity_id
          JOIN source_records r ON r.record_type = rp.record_type AND r.record_id = rp.record_id
          CROSS JOIN settings c
          WHERE rp.side = 'them' AND q.side = 'them' AND q.role <> 'bcc'
            AND NOT EXISTS (SELECT FROM opt_out o WHERE o.side = 'them' AND o.party_id = rp.party_id)
            AND (rp.record_type IN ('account', 'contact')
                 OR (rp.role IS DISTINCT FROM 'primary_contact'
                   AND NOT (c.until_closed AND coalesce(r.state, 'lost') NOT IN ('open', 'active')
                            AND r.closed_at IS NOT NULL AND a.occurred_at > r.closed_at)
                   AND (c.deal_activities = 'people' OR (c.deal_activities = 'unless_regarding_another' AND NOT EXISTS (
                     SELECT FROM g JOIN source_records other
                       ON other.record_type = g.record_type AND other.record_id = g.record_id
                     WHERE g.activity_id = q.activity_id AND g.record_type IN ('opportunity', 'lead'))))
                   AND EXISTS (
                     SELECT FROM q u JOIN source_record_parties ur ON ur.party_id = u.party_id
                     WHERE u.activity_id = q.activity_id AND u.side = 'us' AND u.role <> 'bcc'
                       AND ur.record_type = rp.record_type AND ur.record_id = rp.record_id AND ur.side = 'us'
                       AND ur.role IS DISTINCT FROM 'primary_contact'
                       AND NOT EXISTS (SELECT FROM opt_out o WHERE o.side = 'us' AND o.party_id = ur.party_id))))) l
        WHERE EXISTS (SELECT FROM source_records r WHERE r.record_type = l.record_type AND r.record_id = l.record_id)
          AND NOT EXISTS (
            SELECT FROM opt_out o JOIN q ON q.party_id = o.party_id
            WHERE o.side = 'them' AND q.side = 'them' AND q.activity_id = l.activity_id AND NOT EXISTS (
              SELECT FROM q s
              WHERE s.activity_id = l.activity_id AND s.side = 'them' AND NOT EXISTS (
                SELECT FROM opt_out t WHERE t.side = 'them' AND t.party_id = s.party_id)))$sql$, model, (
          SELECT string_agg(format('%1$s AS %2$s (SELECT * FROM %3$I.%1$s)', r, read_as, model), ',')
          FROM unnest('{source_activities,source_activity_records,source_participants,source_records,'
                      'source_record_parties,settings,opt_out}'::text[]) r),
        CASE WHEN deduped THEN $sql$
          SELECT a.activity_id, first_value(a.activity_id) OVER (
            PARTITION BY CASE WHEN a.has_copies THEN a.kind || ' ' || a.dedupe_key END COLLATE "C",
                         CASE WHEN a.has_copies THEN NULL ELSE a.activity_id END
            ORDER BY a.activity_id) AS first_id
          FROM (SELECT s.*, coalesce(s.status = 'completed' AND s.kind <> '' AND s.occurred_at <= now()
                                     AND s.dedupe_key <> '', false) AS has_copies
                FROM source_activities s WHERE s.activity_id IS NOT NULL) a$sql$
        ELSE 'SELECT a.activity_id, a.activity_id AS first_id FROM source_activities a '
             'WHERE a.activity_id IS NOT NULL' END,
        relinsights._regarded_sql('source_activities', 'source_activity_records'));
      EXECUTE format('EXPLAIN TABLE %I.record_activity', model);
      EXIT;
    EXCEPTION WHEN feature_not_supported THEN
      IF read_as = 'MATERIALIZED' THEN
        RAISE;
      END IF;
    END;
  END LOOP;
  PERFORM relinsights._describe(model, 'record_activity',
    'which activity belongs to which record, whatever its status, with the reader''s own rights on the sources; copies '
    'of one activity are there once, by the first of their ids', ARRAY[
    'record_type', 'account, contact, opportunity or lead',
    'record_id', 'the record',
    'activity_id', 'an activity that belongs to it']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_membership(text) IS 'part of models: makes the view record_activity';
