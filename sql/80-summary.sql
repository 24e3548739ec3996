-- The summary that people read (SPEC 3.10). Which sentences a record's KPIs make and how each language words them is in
-- src/core/words/sentences.h and src/core/words/language/; here the KPIs are fetched from a model's views.

CREATE FUNCTION relinsights._sentences(facts jsonb, language text) RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_sentences';
COMMENT ON FUNCTION relinsights._sentences(jsonb, text) IS
  'part of summary: the sentences that the facts of a record make, most telling first; facts as _facts_sql() selects '
  'them. Errors: unknown language, facts that are none';

CREATE FUNCTION relinsights._labels(language text) RETURNS jsonb
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_labels';
COMMENT ON FUNCTION relinsights._labels(text) IS
  'part of insights: every label of a record form in a language, by name. Error: unknown language';

CREATE FUNCTION relinsights._length(hours double precision, language text, effort boolean DEFAULT false) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_length';
COMMENT ON FUNCTION relinsights._length(double precision, text, boolean) IS
  'part of insights: hours as sentences say them: minutes below 1 hour, tenths of an hour below 10, hours below 48, '
  'then days of 24 hours (tenths below 10); effort: never days. Errors: unknown language, infinite or NaN hours';

CREATE FUNCTION relinsights._attention_words(language text, warning text, days int) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'attention_words';
COMMENT ON FUNCTION relinsights._attention_words(text, text, int) IS
  'part of models: a warning of relationship_attention as a sentence, for so many whole days. Errors: unknown '
  'language, unknown warning, negative days';

CREATE FUNCTION relinsights._make_refreshed(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.refreshed AS
    SELECT (SELECT max(l.started) FROM %1$I.refresh_log l
            WHERE l.what = 'refresh' AND l.finished IS NOT NULL AND l.error IS NULL) AS refreshed_at,
           c.time_zone, c.language
    FROM %1$I.settings c$sql$, model);
  PERFORM relinsights._describe(model, 'refreshed', 'what a record form says of the whole model, so that its readers '
    'need no right on settings and refresh_log', ARRAY[
    'refreshed_at', 'start of the last good refresh; NULL before the first',
    'time_zone', 'the time zone that dates and times are told in', 'language', 'the language of record_summary']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_refreshed(text) IS
  'part of models: makes refreshed, after settings and refresh_log';

CREATE FUNCTION relinsights._refreshed_sql(model text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE WHEN relinsights._has_column(model, 'refreshed', 'refreshed_at') THEN format('%I.refreshed', model)
    -- Models made before 0.3.0 have no such view.
    ELSE format('(SELECT (SELECT max(l.started) FROM %1$I.refresh_log l WHERE l.what = ''refresh'' AND l.finished IS '
      'NOT NULL '
                'AND l.error IS NULL) AS refreshed_at, s.time_zone, s.language FROM %1$I.settings s)', model) END;
END;
COMMENT ON FUNCTION relinsights._refreshed_sql(text) IS
  'part of summary: SQL for refreshed_at, time_zone and language of a model';

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
COMMENT ON FUNCTION relinsights._require_readable(text, text[]) IS
  'part of summary: an error, with the GRANTs that help, unless the caller may read these relations of a model';

CREATE FUNCTION relinsights._require_shown(model text, relations text[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  refreshed_at timestamptz;
BEGIN
  IF (SELECT bool_and(c.relispopulated) FROM pg_class c
      WHERE c.oid IN (relinsights._relation(model, 'record_kpi'),
        relinsights._relation(model, relinsights._similarity(model)))) THEN
    PERFORM relinsights._require_readable(model, relations || CASE
      WHEN NOT relinsights._has_column(model, 'refreshed', 'refreshed_at') THEN '{settings,refresh_log}'::text[]
        ELSE '{refreshed}' END);
    EXECUTE format('SELECT c.refreshed_at FROM %s c', relinsights._refreshed_sql(model)) INTO refreshed_at;
    IF refreshed_at IS NOT NULL THEN
      RETURN;
    END IF;
  END IF;
  RAISE object_not_in_prerequisite_state USING
    MESSAGE = format('model "%s" has never been refreshed', model),
    HINT = format('CALL relinsights.refresh(%L);', model);
END;
$$;
COMMENT ON FUNCTION relinsights._require_shown(text, text[]) IS
  'part of summary: an error unless a model of this name exists, holds KPIs, and the caller may read these relations '
  'of it';

CREATE FUNCTION relinsights._check_record_type(record_type text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF record_type IS NULL OR record_type <> ALL (enum_range(NULL::relinsights.record_type)::text[]) THEN
    RAISE invalid_parameter_value USING
      MESSAGE = format('unknown record type "%s"', coalesce(record_type, 'NULL')),
      HINT = format('Known record types: %s.', array_to_string(enum_range(NULL::relinsights.record_type), ', '));
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_record_type(text) IS
  'part of summary: an error that lists the record types unless this is one';

CREATE FUNCTION relinsights._summary_relations(record_type text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT array_agg(v.relation)
  FROM (VALUES (record_type || '_kpi', '{account,contact,opportunity,lead}'::text[]),
    ('relationship_health', '{contact,opportunity,lead}'), ('next_and_last_interaction', '{opportunity,lead}'),
    ('opportunity_comparison', '{opportunity}')) v(relation, types)
  WHERE record_type = ANY (v.types);
END;
COMMENT ON FUNCTION relinsights._summary_relations(text) IS
  'part of summary: the views that the sentences of a record type are made of';

CREATE FUNCTION relinsights._differences_sql(model text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- The rows of opportunity_comparison that sentences are made of, as one row per opportunity.
  SELECT format('SELECT o.record_id, min(o.compared_with) AS compared_with, %s, %s AS '
    'activities_at_same_age_difference '
                'FROM %I.opportunity_comparison o WHERE o.kpi IN (%s) GROUP BY o.record_id',
                string_agg(format('max(o.difference) FILTER (WHERE o.kpi = %L) AS %I', d.kpi, d.kpi || '_difference'),
                  ', '),
                CASE WHEN relinsights._has_column(model, 'opportunity_comparison', 'average_at_same_age')
                     THEN 'max(o.this_deal - o.average_at_same_age) FILTER (WHERE o.kpi = ''activities'')'
                     ELSE 'NULL::double precision' END,
                model, string_agg(quote_literal(d.kpi), ', '))
  FROM unnest(ARRAY['median_response_time_by_us_hours', 'time_spent_by_us_hours', 'activities', 'response_rate_by_us',
                    'response_rate_by_them']) d(kpi);
END;
COMMENT ON FUNCTION relinsights._differences_sql(text) IS
  'part of summary: SQL for how each opportunity differs from won deals';

CREATE FUNCTION relinsights._facts_sql(model text, records text, record_type text, condition text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Numbers go through numeric: as text of a double precision they would follow the session's extra_float_digits. What
  -- does not apply to the one record type asked for is not read.
  SELECT format($sql$
    SELECT k.record_type, k.record_id, c.language, jsonb_build_object(
      'record_type', k.record_type,
      'emails_sent', k.emails_sent, 'emails_received', k.emails_received,
      'meetings_sent', k.meetings_sent, 'meetings_received', k.meetings_received,
      'phone_calls_made', k.phone_calls_made, 'phone_calls_received', k.phone_calls_received,
      'median_response_time_by_us_hours', k.median_response_time_by_us_hours::numeric,
      'median_response_time_by_them_hours', k.median_response_time_by_them_hours::numeric,
      'time_spent_by_us_hours', k.time_spent_by_us_hours::numeric,
      'time_spent_by_them_hours', k.time_spent_by_them_hours::numeric,
      'score', h.score, 'grade', h.grade, 'trend', h.trend,
      'next_at', to_char(n.next_interaction_at AT TIME ZONE c.time_zone, 'YYYY-MM-DD HH24:MI'), 'next_kind',
        n.next_kind,
      'next_state', CASE WHEN n.next_interaction_at <= now() THEN 'under_way' ELSE 'planned' END,
      'last_at', to_char(n.last_interaction_at AT TIME ZONE c.time_zone, 'YYYY-MM-DD HH24:MI'), 'last_kind',
        n.last_kind,
      'compared_with', d.compared_with,
      'median_response_time_by_us_hours_difference', d.median_response_time_by_us_hours_difference::numeric,
      'time_spent_by_us_hours_difference', d.time_spent_by_us_hours_difference::numeric,
      'activities_difference', d.activities_difference::numeric,
      'activities_at_same_age_difference', d.activities_at_same_age_difference::numeric,
      'response_rate_by_us_difference', d.response_rate_by_us_difference::numeric,
      'response_rate_by_them_difference', d.response_rate_by_them_difference::numeric) AS facts
    FROM %1$s k
    CROSS JOIN %2$s c
    LEFT JOIN %3$s ON h.record_id = k.record_id AND h.record_type = %6$s
    LEFT JOIN %4$s ON n.record_id = k.record_id AND n.record_type = %6$s
    LEFT JOIN %5$s ON d.record_id = k.record_id AND k.record_type = 'opportunity'
    WHERE %7$s$sql$, records, relinsights._refreshed_sql(model),
    CASE WHEN reads.health THEN format('%I.relationship_health h', model)
      ELSE '(SELECT k.record_type, k.record_id, NULL::int AS score, NULL::text AS grade, NULL::text AS trend '
           'FROM ' || records || ' k WHERE false) h' END,
    CASE WHEN reads.times THEN format('%I.next_and_last_interaction n', model)
      ELSE '(SELECT k.record_type, k.record_id, NULL::timestamptz AS next_interaction_at, NULL::text AS next_kind, '
           'NULL::timestamptz AS last_interaction_at, NULL::text AS last_kind FROM ' || records || ' k WHERE false) '
             'n' END,
    CASE WHEN reads.comparison THEN format('(%s) d', relinsights._differences_sql(model))
      ELSE '(SELECT k.record_id, NULL::text AS compared_with, NULL::numeric AS '
        'median_response_time_by_us_hours_difference, '
           'NULL::numeric AS time_spent_by_us_hours_difference, NULL::numeric AS activities_difference, '
           'NULL::numeric AS activities_at_same_age_difference, NULL::numeric AS response_rate_by_us_difference, '
           'NULL::numeric AS response_rate_by_them_difference FROM ' || records || ' k WHERE false) d' END,
    coalesce(quote_literal(record_type), 'k.record_type'), condition)
  FROM (SELECT record_type IS NULL OR 'relationship_health' = ANY (relinsights._summary_relations(record_type)),
               record_type IS NULL OR 'next_and_last_interaction' = ANY (relinsights._summary_relations(record_type)),
               record_type IS NULL OR 'opportunity_comparison' = ANY (relinsights._summary_relations(record_type)))
       AS reads(health, times, comparison);
END;
COMMENT ON FUNCTION relinsights._facts_sql(text, text, text, text) IS
  'part of summary: SQL for what sentences are made of (record_type, record_id, language, facts) of those records k '
  'that meet the condition; records: SQL for their rows; record_type: theirs, NULL for all types';

CREATE FUNCTION relinsights._records_of_type_sql(model text, record_type text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format('(SELECT %1$L::text AS record_type, t.* FROM %2$I.%3$I t)', record_type, model, record_type || '_kpi');
END;
COMMENT ON FUNCTION relinsights._records_of_type_sql(text, text) IS
  'part of summary: SQL for the rows of a model''s account_kpi, contact_kpi, opportunity_kpi or lead_kpi, with their '
  'record_type';

CREATE FUNCTION relinsights._record_condition_sql(model text, record_id text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format('k.record_id = %L::%s', relinsights._id_text(model, 'record', record_id),
                relinsights._column_type(model, 'record_kpi', 'record_id'));
END;
COMMENT ON FUNCTION relinsights._record_condition_sql(text, text) IS 'part of summary: SQL for k being this record';

CREATE FUNCTION relinsights.summary(model text, record_type text, record_id text, language text DEFAULT 'en')
RETURNS SETOF text LANGUAGE plpgsql STABLE ROWS 8
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
  PERFORM relinsights._check_language(language);
  PERFORM relinsights._check_record_type(record_type);
  PERFORM relinsights._require_shown(model, relinsights._summary_relations(record_type));
  RETURN QUERY EXECUTE format('SELECT s.sentence FROM (%s) f CROSS JOIN LATERAL '
    'unnest(relinsights._sentences(f.facts, $1)) WITH ORDINALITY s(sentence, number) ORDER BY s.number',
    relinsights._facts_sql(model, relinsights._records_of_type_sql(model, record_type), record_type,
                           relinsights._record_condition_sql(model, record_id))) USING language;
END;
$$;
COMMENT ON FUNCTION relinsights.summary(text, text, text, text) IS
  'what a record''s KPIs say, in sentences, most telling first, as of the last refresh (health, next interaction and '
  'opt-out as of now); no row for an unknown record. Runs with the caller''s rights: needs SELECT on the model''s view '
  'refreshed and on the views of the record type that the sentences tell of: its ..._kpi, relationship_health, '
  'next_and_last_interaction, opportunity_comparison. Errors: unknown language, one that the database cannot write, '
  'unknown record type, unknown model, a model never refreshed, id of another type, right missing';

CREATE FUNCTION relinsights.summary(model text, record_type text, record_id bigint, language text DEFAULT 'en')
RETURNS SETOF text LANGUAGE sql STABLE ROWS 8
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights.summary(model, record_type, record_id::text, language);
END;
COMMENT ON FUNCTION relinsights.summary(text, text, bigint, text) IS
  'summary of a record whose id is a number: see summary(text, text, text, text)';

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
    model, relinsights._facts_sql(model, format('%I.record_kpi', model), NULL, 'true'));
  PERFORM relinsights._describe(model, 'record_summary',
    'what the KPIs of every record say, in sentences in the model''s language, as of the last refresh; health, next '
    'interaction and opt-out as of now', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'sentence_number', '1 for the most telling sentence of the record', 'sentence', 'one sentence']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_summary(text) IS 'part of models: makes record_summary, after the views it reads';
