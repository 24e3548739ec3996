-- Which activities belong to a record (SPEC 5.2), over views that read a company's sources as a model names
-- them. The rule stands twice, because two readers need opposite plans: member_activity finds the records of
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
                ELSE format('%I::text::%s', c.name, c.target_type) END;
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

CREATE FUNCTION relinsights._distinct(parties text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT ARRAY(SELECT DISTINCT p.party COLLATE "C" FROM unnest(parties) p(party) ORDER BY 1);
END;
COMMENT ON FUNCTION relinsights._distinct(text[]) IS 'part of models: each of them once, in the order of the C collation';

CREATE FUNCTION relinsights._people(model text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- One row per activity. A person named twice counts once (contact_agg sees to that itself); bcc takes no part but is
  -- someone of theirs, so that an activity with none but opted-out people of theirs is gone. their_people is kept to
  -- know that later, in one order, so that a refresh does not rewrite it.
  -- Here and below, <> 'us' says 'them': the planner guesses that few rows equal a converted label, and most differ.
  SELECT format($sql$
    SELECT p.activity_id, p.their_parties, p.our_parties, p.gone,
      CASE WHEN cardinality(p.our_parties) > 1 THEN cardinality(relinsights._distinct(p.our_parties)) ELSE 1 END AS team_size,
      CASE WHEN cardinality(p.their_people) > 1 THEN relinsights._distinct(p.their_people) ELSE p.their_people END AS their_people
    FROM (
      SELECT q.activity_id,
        array_agg(q.party_id::text) FILTER (WHERE q.side <> 'us' AND q.role <> 'bcc' AND o.party_id IS NULL) AS their_parties,
        array_agg(q.party_id::text) FILTER (WHERE q.side <> 'them' AND q.role <> 'bcc' AND o.party_id IS NULL) AS our_parties,
        array_agg(q.party_id::text) FILTER (WHERE q.side <> 'us' AND o.party_id IS NULL) AS their_people,
        bool_or(q.side <> 'us') AND NOT bool_or(q.side <> 'us' AND o.party_id IS NULL) AS gone
      FROM %1$I.source_participants q
      LEFT JOIN %1$I.opt_out o ON o.party_id = q.party_id AND o.side::relinsights.party_side = q.side
      WHERE q.activity_id IS NOT NULL AND q.side IS NOT NULL AND q.party_id IS NOT NULL %2$s
      GROUP BY q.activity_id) p$sql$, model, only_of);
END;
COMMENT ON FUNCTION relinsights._people(text, text) IS 'part of models: SQL for the people of each activity, opted-out people taken out; only_of: one more condition on q, the participants';

CREATE FUNCTION relinsights._member_columns() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT $sql$a.activity_id, a.kind, a.direction, a.occurred_at, a.status, a.duration,
      coalesce(p.team_size, 1) AS team_size, a.thread_id, a.automated, a.sentiment,
      a.followed, a.opens, a.link_clicks, a.attachment_views, a.replies,
      p.their_parties, p.our_parties, p.their_people, p.gone IS TRUE AS gone,
      a.status <> 'scheduled' AND a.status <> 'cancelled' AND p.gone IS NOT TRUE
        AND a.kind IS NOT NULL AND a.direction IS NOT NULL AND a.occurred_at IS NOT NULL AS counts$sql$;
END;
COMMENT ON FUNCTION relinsights._member_columns() IS 'part of models: SQL for what KPIs need of an activity a and its people p';

CREATE AGGREGATE relinsights._concatenate(anycompatiblearray) (
  SFUNC = pg_catalog.array_cat, STYPE = anycompatiblearray, PARALLEL = SAFE);
COMMENT ON AGGREGATE relinsights._concatenate(anycompatiblearray) IS 'part of models: the elements of all arrays in one';

CREATE FUNCTION relinsights._members(model text, only_of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Their side first: the records of each person as one list, so that an activity with one person of theirs, as most
  -- have, needs no look for duplicates. Every activity is read once. The seller's side of opportunities and leads is
  -- looked at last, where both lists are at hand.
  SELECT format($sql$
    SELECT k.record_type, k.record_id, k.regarding, %3$s
    FROM %1$I.source_activities a
    LEFT JOIN (%2$s) p ON p.activity_id = a.activity_id
    LEFT JOIN (
      SELECT q.activity_id, count(*) AS people, relinsights._concatenate(r.record_types) AS record_types,
             relinsights._concatenate(r.record_ids) AS record_ids
      FROM %1$I.source_participants q JOIN (
        SELECT d.party_id, array_agg(d.record_type) AS record_types, array_agg(d.record_id) AS record_ids
        FROM (
          SELECT DISTINCT rp.party_id, rp.record_type, rp.record_id FROM %1$I.source_record_parties rp
          WHERE rp.side <> 'us' AND rp.record_id IS NOT NULL %4$s
            AND (rp.record_type IN ('account', 'contact') OR rp.role IS DISTINCT FROM 'primary_contact')
            AND NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE o.side = 'them' AND o.party_id = rp.party_id)) d
        GROUP BY d.party_id) r ON r.party_id = q.party_id
      WHERE q.side <> 'us' AND q.role <> 'bcc' AND q.activity_id IS NOT NULL
      GROUP BY q.activity_id) l ON l.activity_id = a.activity_id
    CROSS JOIN LATERAL (
      SELECT u.record_type, u.record_id, false AS regarding
      FROM unnest(l.record_types, l.record_ids) u(record_type, record_id) WHERE l.people = 1
      UNION ALL
      SELECT DISTINCT u.record_type, u.record_id, false
      FROM unnest(l.record_types, l.record_ids) u(record_type, record_id) WHERE l.people > 1
      UNION ALL
      SELECT a.regarding_type, a.regarding_id, true) k
    LEFT JOIN (
      SELECT rp.record_type, rp.record_id, array_agg(rp.party_id::text) AS parties
      FROM %1$I.source_record_parties rp
      WHERE rp.side <> 'them' AND rp.record_type NOT IN ('account', 'contact') AND rp.role IS DISTINCT FROM 'primary_contact'
      GROUP BY rp.record_type, rp.record_id) t ON t.record_type = k.record_type AND t.record_id = k.record_id
    WHERE a.activity_id IS NOT NULL AND k.record_type IS NOT NULL AND k.record_id IS NOT NULL
      AND (k.regarding
           OR ((k.record_type IS DISTINCT FROM a.regarding_type OR k.record_id IS DISTINCT FROM a.regarding_id)
               AND (k.record_type IN ('account', 'contact') OR t.parties && p.our_parties)))$sql$,
    model, relinsights._people(model, ''), relinsights._member_columns(), only_of);
END;
COMMENT ON FUNCTION relinsights._members(text, text) IS 'part of models: SQL for one row per record and activity that belongs to it, all in one pass; only_of: one more condition on rp, the record_parties';

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

  EXECUTE format('CREATE VIEW %I.member_activity WITH (security_invoker = true) AS %s', model, relinsights._members(model, ''));
  PERFORM relinsights._describe(model, 'member_activity',
    'one row per record and activity that belongs to it, as a refresh reads them; gone ones and unknown records included', '{}');
END;
$$;
COMMENT ON FUNCTION relinsights._make_membership(text) IS 'part of models: makes the views record_activity and member_activity';
