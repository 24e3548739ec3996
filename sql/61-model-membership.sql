-- Which activities belong to a record (SPEC 5.2), over views that read a company's sources as a model names
-- them. The rule stands twice, because two readers need opposite plans: _members() finds the records of
-- every activity in one pass (a refresh), record_activity and _live_activities() the activities of a record through
-- indexes. test/sql/models_random.sql holds them equal.

CREATE FUNCTION relinsights._source_expression(c record) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT c.given THEN
    RETURN format('NULL::%s', c.target_type);
  ELSIF c.family = 'label' THEN
    -- Through text, so that any enum with these labels is read; an unknown label is an error naming it.
    RETURN CASE WHEN c.base_type = c.target_type::regtype THEN quote_ident(c.name)
                ELSE format('relinsights.%I(%I::text)', '_' || c.target, c.name) END;
  END IF;
  RETURN format('%I::%s', c.name, c.target_type);
END;
$$;
COMMENT ON FUNCTION relinsights._source_expression(record) IS 'part of models: how a model''s view reads one source column, a row of _described_columns() with its target_type';

CREATE FUNCTION relinsights._make_source(
  model text, source text, relation regclass, columns text[], expressions text[], extra text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('CREATE VIEW %I.%I WITH (security_invoker = true) AS SELECT %s%s %s', model, 'source_' || source,
    (SELECT string_agg(format('%s AS %I', e, n), ', ' ORDER BY i)
     FROM unnest(columns, expressions) WITH ORDINALITY u(n, e, i)),
    extra, CASE WHEN relation IS NULL THEN 'WHERE false' ELSE format('FROM %s', relation) END);
  PERFORM relinsights._describe(model, 'source_' || source,
    CASE WHEN relation IS NULL THEN format('no %s were given to create_model: no rows', source)
         ELSE format('%s as this model reads them, with the reader''s own rights: %s', source, relation) END, '{}');
END;
$$;
COMMENT ON FUNCTION relinsights._make_source(text, text, regclass, text[], text[], text) IS 'part of models: makes the view through which a model reads one source';

CREATE FUNCTION relinsights._make_sources(
  model text, activities regclass, participants regclass, records regclass, record_parties regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
  regarding boolean := EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = activities
                               AND a.attname = 'regarding_id' AND NOT a.attisdropped);
BEGIN
  FOR s IN
    SELECT d.source, d.relation, array_agg(d.name ORDER BY d.ordinal) AS columns,
           array_agg(CASE d.name
             WHEN 'status' THEN format('coalesce(%s, %L)', d.expression, 'completed')
             WHEN 'automated' THEN format('coalesce(%s, false)', d.expression)
             WHEN 'followed' THEN format('coalesce(%s, false)', d.expression)
             ELSE d.expression END ORDER BY d.ordinal) AS expressions,
           -- Labels as the source has them: an index on one is used only by comparing it unconverted.
           string_agg(format(', %s AS %I', CASE WHEN d.given THEN quote_ident(d.name) ELSE 'NULL::text' END,
                             CASE d.name WHEN 'side' THEN 'side_label' ELSE 'record_label' END), '')
             FILTER (WHERE d.name IN ('record_type', 'regarding_type', 'side')) AS extra
    FROM (
      SELECT c.source, c.relation, c.name, c.ordinal, c.given, relinsights._source_expression(c) AS expression
      FROM (
        SELECT d.*, CASE
          WHEN d.family = 'label' THEN 'relinsights.' || d.target
          WHEN d.family = 'value' THEN d.target
          WHEN d.target IS NOT NULL THEN
            relinsights._id_type(activities, participants, records, record_parties, d.target)
          ELSE coalesce(d.type_name, 'text') END AS target_type
        FROM relinsights._described_columns(activities, participants, records, record_parties) d) c
      WHERE c.name <> 'subject') d
    GROUP BY d.source, d.relation
    ORDER BY d.source = 'records', d.source  -- records may be read from the others
  LOOP
    IF s.source = 'records' AND s.relation IS NULL THEN
      EXECUTE format(
        'CREATE VIEW %1$I.source_records WITH (security_invoker = true) AS SELECT %2$s, record_label FROM ('
        'SELECT DISTINCT %3$s AS record_type, %4$s AS record_id, record_label FROM %1$I.%5$I '
        'WHERE %3$s IS NOT NULL AND %4$s IS NOT NULL) pairs', model,
        (SELECT string_agg(format('%s AS %I', CASE WHEN i <= 2 THEN n ELSE e END, n), ', ' ORDER BY i)
         FROM unnest(s.columns, s.expressions) WITH ORDINALITY u(n, e, i)),
        CASE WHEN regarding THEN 'regarding_type' ELSE 'record_type' END,
        CASE WHEN regarding THEN 'regarding_id' ELSE 'record_id' END,
        CASE WHEN regarding THEN 'source_activities' ELSE 'source_record_parties' END);
      PERFORM relinsights._describe(model, 'source_records', format(
        'no records were given to create_model: the pairs in %s', CASE WHEN regarding
        THEN 'regarding_type and regarding_id of the activities' ELSE 'record_parties' END), '{}');
    ELSE
      PERFORM relinsights._make_source(model, s.source, s.relation, s.columns, s.expressions, s.extra);
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._make_sources(text, regclass, regclass, regclass, regclass) IS 'part of models: makes the four views through which a model reads its sources';

CREATE FUNCTION relinsights._people(model text, linked text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Bcc takes no part, nor does who has no role.
  SELECT format($sql$
    SELECT q.activity_id, relinsights._people_agg(q.side, (q.role <> 'bcc') IS NOT TRUE, o.party_id IS NOT NULL,
                                                  q.party_id::text, %2$s) AS people
    FROM %1$I.source_participants q
    LEFT JOIN %1$I.opt_out o ON o.party_id = q.party_id AND o.side::relinsights.party_side = q.side
    %3$s
    WHERE q.activity_id IS NOT NULL AND q.side IS NOT NULL AND q.party_id IS NOT NULL %4$s
    GROUP BY q.activity_id$sql$, model, CASE WHEN linked IS NULL THEN 'NULL' ELSE 'l.records' END,
    CASE WHEN linked IS NULL THEN '' ELSE format('LEFT JOIN (%s) l ON l.party_id = q.party_id', linked) END, only_of);
END;
COMMENT ON FUNCTION relinsights._people(text, text, text) IS 'part of models: SQL for the people of each activity; linked: SQL for the records of each party_id, NULL to leave them out; only_of: one more condition on q, the participants';

CREATE FUNCTION relinsights._people_of_activity(model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format('SELECT p.people FROM (%s) p', relinsights._people(model, NULL, 'AND q.activity_id = a.activity_id'));
END;
COMMENT ON FUNCTION relinsights._people_of_activity(text) IS 'part of models: SQL for the people of activity a alone';

CREATE FUNCTION relinsights._numbered_records(model text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$
    SELECT (row_number() OVER ())::int AS number, s.record_type, s.record_id, s.record_type::text || ' ' || s.record_id::text AS key
    FROM %1$I.source_records s WHERE s.record_type IS NOT NULL AND s.record_id IS NOT NULL %2$s$sql$, model, only_of);
END;
COMMENT ON FUNCTION relinsights._numbered_records(text, text) IS 'part of models: SQL for the records with numbers, which stand for them while a refresh joins; only_of: one more condition on s, the records';

CREATE FUNCTION relinsights._members(model text, activities text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Their side first: each person of theirs brings a list of records, and what an activity's people are also says which
  -- records they link. Every activity and participant is read once. The seller's side of opportunities and leads (negative
  -- numbers) is looked at last, where both lists are at hand.
  -- The record that an activity regards is found by one key of which the planner sees that it is unique: of r itself it knows
  -- nothing, and would sort all activities. Its label comes from our enum: a source's own may have another collation than the id.
  -- Here and below, <> 'us' says 'them': the planner guesses that few rows equal a converted label, and most differ.
  SELECT format($sql$
    SELECT abs(x.linked) AS number, x.*
    FROM (
      SELECT a.activity_id, a.kind, a.direction, a.occurred_at, a.status, a.duration, a.thread_id, a.automated, a.sentiment,
             a.followed, a.opens, a.link_clicks, a.attachment_views, a.replies, p.people,
             relinsights._people_records(p.people, g.number) AS linked
      FROM %2$s a
      LEFT JOIN (%3$s) p ON p.activity_id = a.activity_id
      LEFT JOIN (SELECT r.key, min(r.number) AS number FROM r GROUP BY r.key) g ON g.key = a.regarding_type::text || ' ' || a.regarding_id::text
      WHERE a.activity_id IS NOT NULL AND relinsights._people_gone(p.people) IS NOT TRUE) x
    LEFT JOIN (
      SELECT r.number, array_agg(rp.party_id::text) AS parties
      FROM %1$I.source_record_parties rp JOIN r ON r.record_type = rp.record_type AND r.record_id = rp.record_id
      WHERE rp.side <> 'them' AND rp.record_type NOT IN ('account', 'contact') AND rp.role IS DISTINCT FROM 'primary_contact'
      GROUP BY r.number) t ON t.number = - x.linked
    WHERE x.linked > 0 OR relinsights._people_include(x.people, t.parties)$sql$,
    model, activities, relinsights._people(model, format($sql$
        SELECT rp.party_id, array_agg(CASE WHEN r.record_type IN ('account', 'contact') THEN r.number ELSE - r.number END) AS records
        FROM %I.source_record_parties rp JOIN r ON r.record_type = rp.record_type AND r.record_id = rp.record_id
        WHERE rp.side <> 'us' AND (rp.record_type IN ('account', 'contact') OR rp.role IS DISTINCT FROM 'primary_contact')
        GROUP BY rp.party_id$sql$, model), only_of));
END;
COMMENT ON FUNCTION relinsights._members(text, text, text) IS 'part of models: SQL for one row per record and activity that belongs to it and is not gone, all in one pass, over r (_numbered_records); activities: the relation of them; only_of: one more condition on q, the participants';

CREATE FUNCTION relinsights._make_membership(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.record_activity WITH (security_invoker = true) AS
    SELECT l.record_type, l.record_id, l.activity_id
    FROM (
      SELECT a.regarding_type AS record_type, a.regarding_id AS record_id, a.activity_id
      FROM %1$I.source_activities a WHERE a.regarding_type IS NOT NULL AND a.regarding_id IS NOT NULL AND a.activity_id IS NOT NULL
      UNION
      SELECT rp.record_type, rp.record_id, q.activity_id
      FROM %1$I.source_record_parties rp JOIN %1$I.source_participants q ON q.party_id = rp.party_id
      WHERE rp.side <> 'us' AND q.side <> 'us' AND q.role <> 'bcc'
        AND rp.record_type IS NOT NULL AND rp.record_id IS NOT NULL AND q.activity_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id = rp.party_id)
        AND (rp.record_type IN ('account', 'contact')
             OR (rp.role IS DISTINCT FROM 'primary_contact' AND EXISTS (
               SELECT FROM %1$I.source_participants u JOIN %1$I.source_record_parties ur ON ur.party_id = u.party_id
               WHERE u.activity_id = q.activity_id AND u.side <> 'them' AND u.role <> 'bcc'
                 AND ur.record_type = rp.record_type AND ur.record_id = rp.record_id AND ur.side <> 'them'
                 AND ur.role IS DISTINCT FROM 'primary_contact'
                 AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'us' AND o.party_id = ur.party_id))))) l
    WHERE EXISTS (SELECT FROM %1$I.source_records r WHERE r.record_type = l.record_type AND r.record_id = l.record_id)
      AND EXISTS (SELECT FROM %1$I.source_activities a WHERE a.activity_id = l.activity_id)
      AND NOT EXISTS (
        SELECT FROM %1$I.opt_out o JOIN %1$I.source_participants q ON q.party_id = o.party_id
        WHERE o.side = 'them' AND q.side = 'them' AND q.activity_id = l.activity_id AND NOT EXISTS (
          SELECT FROM %1$I.source_participants s
          WHERE s.activity_id = l.activity_id AND s.side = 'them' AND s.party_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM %1$I.opt_out t WHERE t.side = 'them' AND t.party_id = s.party_id)))$sql$, model);
  PERFORM relinsights._describe(model, 'record_activity',
    'which activity belongs to which record, whatever its status, with the reader''s own rights on the sources', ARRAY[
    'record_type', 'account, contact, opportunity or lead',
    'record_id', 'the record',
    'activity_id', 'an activity that belongs to it']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_membership(text) IS 'part of models: makes the view record_activity';

-- What models made by 0.1.0 call in their materialized views.
CREATE FUNCTION relinsights._distinct(parties text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT ARRAY(SELECT DISTINCT p.party COLLATE "C" FROM unnest(parties) p(party) ORDER BY 1);
END;
COMMENT ON FUNCTION relinsights._distinct(text[]) IS 'part of models made by 0.1.0: each of them once, in the order of the C collation';

CREATE AGGREGATE relinsights._concatenate(anycompatiblearray) (
  SFUNC = pg_catalog.array_cat, STYPE = anycompatiblearray, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._concatenate(anycompatiblearray) IS 'part of models made by 0.1.0: the elements of all arrays in one';
