-- The summary that people read (SPEC 3.10). Which sentences a record's KPIs make and how each language words them is in
-- src/core/words/sentences.h and src/core/words/language/; here the KPIs are fetched from a model's views.

CREATE FUNCTION relinsights._sentences(facts jsonb, language text) RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_sentences';
COMMENT ON FUNCTION relinsights._sentences(jsonb, text) IS 'part of summary: the sentences that the facts of a record make, most telling first; facts as _facts_sql() selects them. Errors: unknown language, facts that are none';

CREATE FUNCTION relinsights._labels(language text) RETURNS jsonb
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_labels';
COMMENT ON FUNCTION relinsights._labels(text) IS 'part of insights: every label of a record form in a language, by name. Error: unknown language';

CREATE FUNCTION relinsights._length(hours double precision, language text, effort boolean DEFAULT false) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_length';
COMMENT ON FUNCTION relinsights._length(double precision, text, boolean) IS 'part of insights: hours as sentences say them: minutes below 1 hour, tenths of an hour below 10, hours below 48, then days of 24 hours (tenths below 10); effort: never days. Errors: unknown language, infinite or NaN hours';

CREATE FUNCTION relinsights._require_language(language text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF language IS NULL OR language <> ALL (relinsights.languages()) THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('unknown language "%s"', coalesce(language, 'NULL')),
      HINT = format('Known languages: %s.', array_to_string(relinsights.languages(), ', '));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_language(text) IS 'part of summary: an error that lists the known languages unless this is one';

CREATE FUNCTION relinsights._require_refreshed(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT (SELECT bool_and(c.relispopulated) FROM pg_class c
          WHERE c.oid IN (relinsights._relation(model, 'record_kpi'), relinsights._relation(model, relinsights._similarity(model)))) THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = format('model "%s" has never been refreshed', model),
      HINT = format('CALL relinsights.refresh(%L);', model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._require_refreshed(text) IS 'part of summary: an error unless a model of this name exists and holds KPIs';

CREATE FUNCTION relinsights._require_readable(model text, relations text[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing text;
BEGIN
  SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY c.relname) INTO missing
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = model AND c.relname = ANY (relations) AND NOT has_table_privilege(c.oid, 'SELECT');
  IF missing IS NULL AND has_schema_privilege(model, 'USAGE') THEN
    RETURN;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('permission denied for model "%s"', model),
    DETAIL = format('Role "%s" may not read %s.', current_user, coalesce(missing, format('schema %I', model))),
    HINT = concat_ws(' ', CASE WHEN NOT has_schema_privilege(model, 'USAGE')
                          THEN format('GRANT USAGE ON SCHEMA %I TO %I;', model, current_user) END,
                     format('GRANT SELECT ON %s TO %I;', missing, current_user));
END;
$$;
COMMENT ON FUNCTION relinsights._require_readable(text, text[]) IS 'part of summary: an error, with the GRANTs that help, unless the caller may read these relations of a model';

CREATE FUNCTION relinsights._differences_sql(model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- The rows of opportunity_comparison that sentences are made of, as one row per opportunity.
  SELECT format('SELECT o.record_id, min(o.compared_with) AS compared_with, %s FROM %I.opportunity_comparison o '
                'WHERE o.kpi IN (%s) GROUP BY o.record_id',
                string_agg(format('max(o.difference) FILTER (WHERE o.kpi = %L) AS %I', d.kpi, d.kpi || '_difference'), ', '),
                model, string_agg(quote_literal(d.kpi), ', '))
  FROM unnest(ARRAY['avg_response_time_by_us_hours', 'time_spent_by_us_hours', 'activities', 'response_rate_by_us',
                    'response_rate_by_them']) d(kpi);
END;
COMMENT ON FUNCTION relinsights._differences_sql(text) IS 'part of summary: SQL for how each opportunity differs from won deals';

CREATE FUNCTION relinsights._facts_sql(model text, condition text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format($sql$
    SELECT k.record_type, k.record_id, c.language, jsonb_build_object(
      'record_type', k.record_type,
      'emails_sent', k.emails_sent, 'emails_received', k.emails_received,
      'meetings_sent', k.meetings_sent, 'meetings_received', k.meetings_received,
      'phone_calls_made', k.phone_calls_made, 'phone_calls_received', k.phone_calls_received,
      'avg_response_time_by_us_hours', k.avg_response_time_by_us_hours,
      'avg_response_time_by_them_hours', k.avg_response_time_by_them_hours,
      'time_spent_by_us_hours', k.time_spent_by_us_hours, 'time_spent_by_them_hours', k.time_spent_by_them_hours,
      'score', h.score, 'grade', h.grade, 'trend', h.trend,
      'next_at', to_char(n.next_interaction_at AT TIME ZONE c.time_zone, 'YYYY-MM-DD HH24:MI'), 'next_kind', n.next_kind,
      'last_at', to_char(n.last_interaction_at AT TIME ZONE c.time_zone, 'YYYY-MM-DD HH24:MI'), 'last_kind', n.last_kind,
      'compared_with', d.compared_with,
      'avg_response_time_by_us_hours_difference', d.avg_response_time_by_us_hours_difference,
      'time_spent_by_us_hours_difference', d.time_spent_by_us_hours_difference,
      'activities_difference', d.activities_difference,
      'response_rate_by_us_difference', d.response_rate_by_us_difference,
      'response_rate_by_them_difference', d.response_rate_by_them_difference) AS facts
    FROM %1$I.record_kpi k
    CROSS JOIN %1$I.settings c
    LEFT JOIN %1$I.relationship_health h ON h.record_type = k.record_type AND h.record_id = k.record_id
    LEFT JOIN %1$I.next_and_last_interaction n ON n.record_type = k.record_type AND n.record_id = k.record_id
    LEFT JOIN (%2$s) d ON k.record_type = 'opportunity' AND d.record_id = k.record_id
    WHERE %3$s$sql$, model, relinsights._differences_sql(model), condition);
END;
COMMENT ON FUNCTION relinsights._facts_sql(text, text) IS 'part of summary: SQL for what sentences are made of (record_type, record_id, language, facts) of those records k that meet the condition';

CREATE FUNCTION relinsights._record_condition(model text, record_type relinsights.record_type, record_id text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  id_type text := relinsights._column_type(model, 'record_kpi', 'record_id');
BEGIN
  -- Cast by itself first: the error for an id that is none is then a short one.
  EXECUTE format('SELECT $1::%s::text', id_type) INTO record_id USING record_id;
  RETURN format('k.record_type = %L AND k.record_id = %L::%s', record_type, record_id, id_type);
END;
$$;
COMMENT ON FUNCTION relinsights._record_condition(text, relinsights.record_type, text) IS 'part of summary: SQL for k being this record';

CREATE FUNCTION relinsights.summary(model text, record_type relinsights.record_type, record_id text, language text DEFAULT 'en')
RETURNS SETOF text LANGUAGE plpgsql STABLE ROWS 8
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
  PERFORM relinsights._require_language(language);
  PERFORM relinsights._require_refreshed(model);
  PERFORM relinsights._require_readable(model, '{record_kpi,settings,relationship_health,next_and_last_interaction,opportunity_comparison}');
  RETURN QUERY EXECUTE format('SELECT s.sentence FROM (%s) f CROSS JOIN LATERAL '
    'unnest(relinsights._sentences(f.facts, $1)) WITH ORDINALITY s(sentence, number) ORDER BY s.number',
    relinsights._facts_sql(model, relinsights._record_condition(model, record_type, record_id))) USING language;
END;
$$;
COMMENT ON FUNCTION relinsights.summary(text, relinsights.record_type, text, text) IS 'what a record''s KPIs say, in sentences, most telling first, as of the last refresh (health, next interaction and opt-out as of now); no row for an unknown record. Runs with the caller''s rights: needs SELECT on the model''s record_kpi, settings, relationship_health, next_and_last_interaction and opportunity_comparison. Errors: unknown language, unknown model, a model never refreshed, id of another type, right missing';

CREATE FUNCTION relinsights._make_summary(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.record_summary AS
    SELECT f.record_type, f.record_id, s.number::int AS sentence_number, s.sentence
    FROM (%2$s) f
    CROSS JOIN LATERAL unnest(relinsights._sentences(f.facts, f.language)) WITH ORDINALITY s(sentence, number)$sql$,
    model, relinsights._facts_sql(model, 'true'));
  PERFORM relinsights._describe(model, 'record_summary', 'what the KPIs of every record say, in sentences in the model''s language, as of the last refresh; health, next interaction and opt-out as of now', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'sentence_number', '1 for the most telling sentence of the record', 'sentence', 'one sentence']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_summary(text) IS 'part of models: makes record_summary, after the views it reads';
