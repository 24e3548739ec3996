-- Everything a record form shows, as one document: docs/insights.md describes its shape. One function per widget words
-- and shapes what _raw_insights() fetched (raw) with the labels of a language; figures come from the model's views as
-- they are.

CREATE FUNCTION relinsights._raw_sql(model text, record_type text, condition text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Every member is fetched only for the one record, through the indexes below the views.
  SELECT format($sql$
    SELECT jsonb_build_object('record_type', %2$L::text, 'record_id', k.record_id::text, 'name', k.name,
      'time_zone', c.time_zone, 'refreshed_at', c.refreshed_at, 'kpi', to_jsonb(k), %5$s
      'contacts', (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.side, t.rank) FROM %1$I.top_contacts t
                   WHERE t.record_type = %2$L AND t.record_id = k.record_id),
      'days', (SELECT jsonb_build_object('day', jsonb_agg(a.day ORDER BY a.day),
                 'emails_sent', jsonb_agg(a.emails_sent ORDER BY a.day),
                 'emails_received', jsonb_agg(a.emails_received ORDER BY a.day),
                 'meetings_sent', jsonb_agg(a.meetings_sent ORDER BY a.day),
                 'meetings_received', jsonb_agg(a.meetings_received ORDER BY a.day),
                 'phone_calls_made', jsonb_agg(a.calls_made ORDER BY a.day),
                 'phone_calls_received', jsonb_agg(a.calls_received ORDER BY a.day))
               FROM %1$I.relationship_activity a WHERE a.record_type = %2$L AND a.record_id = k.record_id))
    FROM %1$I.%3$I k CROSS JOIN %4$s c
    WHERE %6$s$sql$, model, record_type, record_type || '_kpi', relinsights._refreshed_sql(model), concat(
    CASE WHEN record_type <> 'account' THEN format($sql$
      'health', (SELECT to_jsonb(h) FROM %1$I.relationship_health h WHERE h.record_type = %2$L
        AND h.record_id = k.record_id),$sql$,
      model, record_type) END,
    CASE WHEN record_type IN ('opportunity', 'lead') THEN format($sql$
      'times', (SELECT to_jsonb(n) FROM %1$I.next_and_last_interaction n WHERE n.record_type = %2$L
        AND n.record_id = k.record_id),$sql$,
      model, record_type) END,
    CASE WHEN record_type = 'opportunity' THEN format($sql$
      'similar', (SELECT coalesce(jsonb_agg(to_jsonb(s) || jsonb_build_object('name', w.name) ORDER BY s.rank), '[]')
                  FROM %1$I.similar_won_deals s LEFT JOIN %1$I.opportunity_kpi w ON w.record_id = s.won_record_id
                  WHERE s.record_id = k.record_id),
      'comparison', (SELECT coalesce(jsonb_agg(to_jsonb(o)), '[]') FROM %1$I.opportunity_comparison o
                     WHERE o.record_id = k.record_id),$sql$, model) END), condition);
END;
COMMENT ON FUNCTION relinsights._raw_sql(text, text, text) IS
  'part of insights: SQL for what a model holds about the record k of this type that meets the condition, as one jsonb';

CREATE FUNCTION relinsights._local_text(at timestamptz, time_zone text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT to_char(at AT TIME ZONE time_zone, 'YYYY-MM-DD HH24:MI');
END;
COMMENT ON FUNCTION relinsights._local_text(timestamptz, text) IS
  'part of insights: a time in the model''s time zone, for people';

CREATE FUNCTION relinsights._utc_text(at timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
END;
COMMENT ON FUNCTION relinsights._utc_text(timestamptz) IS 'part of insights: a time in UTC (ISO 8601), for programs';

CREATE FUNCTION relinsights._figure_text(value double precision, unit text, language text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE unit
    WHEN 'hours' THEN relinsights._length(value, language)
    WHEN 'effort' THEN relinsights._length(value, language, true)
    WHEN 'share' THEN (sign(value) * floor(abs(value) * 100 + 0.5))::numeric::text || '%'
    WHEN 'ratio' THEN round(value::numeric, 2)::text
    ELSE trim_scale(round(value::numeric, 1))::text END;
END;
COMMENT ON FUNCTION relinsights._figure_text(double precision, text, text) IS
  'part of insights: a figure for people; unit: hours, effort (hours that never become days), share (0..1, as whole '
  'per cent), ratio (two decimals), count (at most one decimal)';

CREATE FUNCTION relinsights._figure(label text, value jsonb, unit text, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- jsonb null is a figure that is not known.
  SELECT jsonb_build_object('label', label, 'value', value, 'unit', CASE unit WHEN 'effort' THEN 'hours' ELSE unit END,
    'text', relinsights._figure_text(nullif(value, 'null')::double precision, unit, language));
END;
COMMENT ON FUNCTION relinsights._figure(text, jsonb, text, text) IS
  'part of insights: {label, value, unit, text}; value and text are null where the KPI is NULL; unit: hours, share, '
  'ratio or count';

CREATE FUNCTION relinsights._figures(l jsonb, kpi jsonb, names text[], unit text, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_object_agg(n.name, relinsights._figure(l ->> n.name, kpi -> n.name, unit, language))
  FROM unnest(names) n(name);
END;
COMMENT ON FUNCTION relinsights._figures(jsonb, jsonb, text[], text, text) IS
  'part of insights: one figure for each of the KPIs named, by its name';

CREATE FUNCTION relinsights._both_sides(l jsonb, kpi jsonb, us text, them text, unit text, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('us', relinsights._figure(l ->> CASE unit WHEN 'ratio' THEN 'by_us' ELSE 'us' END,
    kpi -> us, unit, language),
    'them', relinsights._figure(l ->> CASE unit WHEN 'ratio' THEN 'by_them' ELSE 'them' END, kpi -> them, unit,
      language));
END;
COMMENT ON FUNCTION relinsights._both_sides(jsonb, jsonb, text, text, text, text) IS
  'part of insights: the figures of us and of them';

CREATE FUNCTION relinsights._kpi_widgets(l jsonb, kpi jsonb, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object(
    'customer_interactions', jsonb_build_object('label', l -> 'customer_interactions')
      || relinsights._figures(l, kpi,
        '{activities,emails_sent,emails_received,meetings_sent,meetings_received,phone_calls_made,phone_calls_received,'
        'tasks_completed,other_activities}', 'count', language),
    'time_spent', jsonb_build_object('label', l -> 'time_spent')
      || relinsights._both_sides(l, kpi, 'time_spent_by_us_hours', 'time_spent_by_them_hours', 'effort', language),
    'response_time', jsonb_build_object('label', l -> 'response_time')
      || relinsights._both_sides(l, kpi, 'median_response_time_by_us_hours', 'median_response_time_by_them_hours',
        'hours', language)
      || jsonb_build_object('average', jsonb_build_object('label', l -> 'average')
        || relinsights._both_sides(l, kpi, 'avg_response_time_by_us_hours', 'avg_response_time_by_them_hours', 'hours',
          language))
      -- What models made before 0.3.0 do not have is left out.
      || CASE WHEN kpi ? 'median_first_response_time_by_us_hours'
        THEN jsonb_build_object('first_response', jsonb_build_object(
           'label', l -> 'first_response_time') || relinsights._both_sides(l, kpi,
             'median_first_response_time_by_us_hours',
           'median_first_response_time_by_them_hours', 'hours', language)) ELSE '{}' END,
    'response_rate', jsonb_build_object('label', l -> 'response_rate')
      || relinsights._both_sides(l, kpi, 'response_rate_by_us', 'response_rate_by_them', 'share', language)
      || jsonb_build_object('awaiting', jsonb_build_object('label', l -> 'awaiting')
        || relinsights._both_sides(l, kpi, 'awaiting_us', 'awaiting_them', 'count', language))
      || CASE WHEN kpi ? 'lapsed_us' THEN jsonb_build_object('lapsed', jsonb_build_object('label', l -> 'lapsed')
        || relinsights._both_sides(l, kpi, 'lapsed_us', 'lapsed_them', 'count', language)) ELSE '{}' END,
    'email_ratio', jsonb_build_object('label', l -> 'email_ratio')
      || relinsights._both_sides(l, kpi, 'email_ratio_by_us', 'email_ratio_by_them', 'ratio', language),
    'email_engagement', jsonb_build_object('label', l -> 'email_engagement')
      || relinsights._figures(l, kpi, '{followed_emails}', 'count', language)
      || relinsights._figures(l, kpi, '{open_rate,link_click_rate,attachment_view_rate,reply_rate}', 'share',
        language));
END;
COMMENT ON FUNCTION relinsights._kpi_widgets(jsonb, jsonb, text) IS
  'part of insights: the widgets that show plain KPIs, for every record type';

CREATE FUNCTION relinsights._health_widget(l jsonb, health jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> 'relationship_health', 'state', health -> 'state', 'as_of', health -> 'as_of',
    'score', health -> 'score', 'unit', 'score', 'frequency', health -> 'frequency', 'grade', health -> 'grade',
      'trend', health -> 'trend',
    'grade_label', l -> coalesce(health ->> 'grade', 'not_enough_info'), 'trend_label', l -> (health ->> 'trend'),
    'parts', (SELECT jsonb_object_agg(p.name, jsonb_build_object('label', l -> p.name, 'value', health -> p.name,
      'unit', 'share'))
              FROM unnest('{activity,engagement,recency}'::text[]) p(name)));
END;
COMMENT ON FUNCTION relinsights._health_widget(jsonb, jsonb) IS
  'part of insights: score, grade, trend and parts, a row of relationship_health';

CREATE FUNCTION relinsights._time_widget(l jsonb, times jsonb, place text, time_zone text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> (place || '_interaction'), 'at', relinsights._utc_text(t.at), 'unit', 'date',
    -- The next one may have begun: it ends after now.
    'text', coalesce(CASE WHEN place = 'next' AND t.at <= now() THEN (l ->> 'under_way') || ' ' ELSE '' END
                     || relinsights._local_text(t.at, time_zone), l ->> 'none'),
    'kind', times -> (place || '_kind'), 'kind_label', l -> (times ->> (place || '_kind')),
    'direction', times -> (place || '_direction'), 'activity_id', times ->> (place || '_activity_id'),
    'subject', times -> (place || '_subject'))
  FROM (SELECT (times ->> (place || '_interaction_at'))::timestamptz AS at) t;
END;
COMMENT ON FUNCTION relinsights._time_widget(jsonb, jsonb, text, text) IS
  'part of insights: the next or last interaction, from a row of next_and_last_interaction';

CREATE FUNCTION relinsights._people_widget(l jsonb, label text, contacts jsonb, side text, time_zone text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> label, 'people', coalesce(jsonb_agg(
    jsonb_build_object('rank', p -> 'rank', 'party_id', p ->> 'party_id', 'name', p -> 'name', 'interactions',
      p -> 'interactions',
      'emails', p -> 'emails', 'meetings', p -> 'meetings', 'phone_calls', p -> 'phone_calls',
      'initiated_by_us', p -> 'initiated_by_us', 'initiated_by_them', p -> 'initiated_by_them',
      'last_interaction_at', relinsights._utc_text((p ->> 'last_interaction_at')::timestamptz),
      'last_interaction_text', relinsights._local_text((p ->> 'last_interaction_at')::timestamptz, time_zone))
    ORDER BY (p ->> 'rank')::int), '[]'))
  FROM jsonb_array_elements(nullif(contacts, 'null')) p WHERE p ->> 'side' = side;
END;
COMMENT ON FUNCTION relinsights._people_widget(jsonb, text, jsonb, text, text) IS
  'part of insights: the people of one side with most interactions, from rows of top_contacts';

CREATE FUNCTION relinsights._days_widget(l jsonb, days jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> 'relationship_activities', 'from', days #> '{day,0}', 'until',
    days #> '{day,-1}',
    'days', jsonb_array_length(nullif(days -> 'day', 'null')),
    'series', (SELECT jsonb_agg(jsonb_build_object('name', s.name, 'label', l -> s.name, 'values', days -> s.name,
                 'total', (SELECT sum(v::bigint) FROM jsonb_array_elements_text(nullif(days -> s.name, 'null')) v))
                   ORDER BY s.place)
               FROM unnest('{emails_sent,emails_received,meetings_sent,meetings_received,phone_calls_made,'
                 'phone_calls_received}'::text[])
                 WITH ORDINALITY s(name, place)));
END;
COMMENT ON FUNCTION relinsights._days_widget(jsonb, jsonb) IS
  'part of insights: the six series of the last days, oldest first, from rows of relationship_activity';

CREATE FUNCTION relinsights._deal_kpis(OUT place int, OUT kpi text, OUT label text, OUT side text, OUT unit text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT row_number() OVER ()::int, v.kpi, v.label, v.side, v.unit
  FROM (VALUES ('activities', 'activities', NULL, 'count'),
               ('time_spent_by_us_hours', 'time_spent', 'us', 'effort'),
               ('median_response_time_by_us_hours', 'response_time', 'us', 'hours'),
               ('response_rate_by_us', 'response_rate', 'us', 'share'),
               ('response_rate_by_them', 'response_rate', 'them', 'share')) v(kpi, label, side, unit);
END;
COMMENT ON FUNCTION relinsights._deal_kpis() IS
  'part of insights: the KPIs that deals are compared by, with their labels and units';

CREATE FUNCTION relinsights._deal_kpi_label(l jsonb, label text, side text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT concat(l ->> label, l ->> ('of_' || side));
END;
COMMENT ON FUNCTION relinsights._deal_kpi_label(jsonb, text, text) IS
  'part of insights: label of a KPI that deals are compared by, with whose it is';

CREATE FUNCTION relinsights._similar_widget(l jsonb, similar_deals jsonb, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> 'similar_won_deals', 'deals', coalesce(jsonb_agg(
    jsonb_build_object('rank', d -> 'rank', 'record_id', d ->> 'won_record_id', 'name', d -> 'name',
      'similarity', relinsights._figure(l ->> 'similarity', d -> 'similarity', 'share', language),
      'contributions', d -> 'contributions')
    || (SELECT jsonb_object_agg(k.kpi, relinsights._figure(relinsights._deal_kpi_label(l, k.label, k.side), d -> k.kpi,
      k.unit, language))
        FROM relinsights._deal_kpis() k WHERE d ? k.kpi OR k.kpi = 'activities')
    ORDER BY (d ->> 'rank')::int), '[]'))
  FROM jsonb_array_elements(similar_deals) d;
END;
COMMENT ON FUNCTION relinsights._similar_widget(jsonb, jsonb, text) IS
  'part of insights: the similar won deals with their KPIs, from rows of similar_won_deals';

CREATE FUNCTION relinsights._comparison_widget(l jsonb, comparison jsonb, language text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT jsonb_build_object('label', l -> 'comparison', 'compared_with', comparison #> '{0,compared_with}',
    'this_deal_label', l -> 'this_deal', 'difference_label', l -> 'difference',
    'average_label', l -> CASE comparison #>> '{0,compared_with}' WHEN 'recent' THEN 'recent_won_deals'
      ELSE 'similar_won_deals' END,
    'kpis', coalesce(jsonb_agg(jsonb_build_object('kpi', k.kpi, 'label',
      relinsights._deal_kpi_label(l, k.label, k.side),
      'this_deal', relinsights._figure(l ->> 'this_deal', c -> 'this_deal', k.unit, language),
      'average', relinsights._figure(l ->> CASE c ->> 'compared_with' WHEN 'recent' THEN 'recent_won_deals'
        ELSE 'similar_won_deals' END,
        c -> 'average', k.unit, language),
      'difference', relinsights._figure(l ->> 'difference', c -> 'difference', k.unit, language) || CASE
        -- The difference of two shares is told in points: -13% would read as a share of a share.
        WHEN k.unit = 'share' THEN jsonb_build_object('text', rtrim(
          relinsights._figure_text(nullif(c -> 'difference', 'null')::double precision, 'share', language),
            '%') || (l ->> 'points'))
        ELSE '{}' END)
      || CASE WHEN c ->> 'average_at_same_age' IS NOT NULL THEN jsonb_build_object('average_at_same_age',
           relinsights._figure(l ->> 'same_age', c -> 'average_at_same_age', k.unit, language)) ELSE '{}' END
      ORDER BY k.place), '[]'))
    || CASE WHEN bool_or(c ->> 'average_at_same_age' IS NOT NULL)
         THEN jsonb_build_object('same_age_label', l -> 'same_age') ELSE '{}' END
  FROM jsonb_array_elements(comparison) c JOIN relinsights._deal_kpis() k ON k.kpi = c ->> 'kpi';
END;
COMMENT ON FUNCTION relinsights._comparison_widget(jsonb, jsonb, text) IS
  'part of insights: each KPI of an opportunity beside the average of won deals, from rows of opportunity_comparison';

CREATE FUNCTION relinsights._widgets_of(record_type text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT array_agg(w.name ORDER BY w.place)
  FROM (VALUES (1, 'summary', '{account,contact,opportunity,lead}'::text[]),
    (2, 'relationship_health', '{contact,opportunity,lead}'),
    (3, 'next_interaction', '{opportunity,lead}'), (4, 'last_interaction', '{opportunity,lead}'),
    (5, 'most_contacted', '{account,contact,opportunity,lead}'),
      (6, 'most_contacted_by', '{account,contact,opportunity,lead}'),
    (7, 'customer_interactions', '{account,contact,opportunity,lead}'),
      (8, 'time_spent', '{account,contact,opportunity,lead}'),
    (9, 'response_time', '{account,contact,opportunity,lead}'),
      (10, 'response_rate', '{account,contact,opportunity,lead}'),
    (11, 'email_ratio', '{account,contact,opportunity,lead}'),
      (12, 'email_engagement', '{account,contact,opportunity,lead}'),
    (13, 'relationship_activities', '{account,contact,opportunity,lead}'),
    (14, 'similar_won_deals', '{opportunity}'), (15, 'comparison', '{opportunity}')) w(place, name, types)
  WHERE _widgets_of.record_type = ANY (w.types);
END;
COMMENT ON FUNCTION relinsights._widgets_of(text) IS
  'part of insights: the widgets that apply to a record type, in the order of a form';

CREATE FUNCTION relinsights._widgets(l jsonb, raw jsonb, sentences text[], language text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- A widget of which the model has nothing (a closed deal has no health) is NULL and left out below.
  SELECT relinsights._kpi_widgets(l, raw -> 'kpi', language) || (
    SELECT jsonb_object_agg(w.name, w.widget) FROM (VALUES
      ('summary', jsonb_build_object('label', l -> 'summary', 'sentences', to_jsonb(sentences))),
      ('relationship_health', CASE WHEN raw ->> 'health' IS NOT NULL
        THEN relinsights._health_widget(l, raw -> 'health') END),
      ('next_interaction', CASE WHEN raw ->> 'times' IS NOT NULL
         THEN relinsights._time_widget(l, raw -> 'times', 'next', raw ->> 'time_zone') END),
      ('last_interaction', CASE WHEN raw ->> 'times' IS NOT NULL
         THEN relinsights._time_widget(l, raw -> 'times', 'last', raw ->> 'time_zone') END),
      ('most_contacted', relinsights._people_widget(l, 'most_contacted', raw -> 'contacts', 'them',
        raw ->> 'time_zone')),
      ('most_contacted_by', relinsights._people_widget(l, 'most_contacted_by', raw -> 'contacts', 'us',
        raw ->> 'time_zone')),
      ('relationship_activities', relinsights._days_widget(l, raw -> 'days')),
      ('similar_won_deals', CASE WHEN raw ->> 'similar' IS NOT NULL
         THEN relinsights._similar_widget(l, raw -> 'similar', language) END),
      ('comparison', CASE WHEN raw ->> 'comparison' IS NOT NULL
         THEN relinsights._comparison_widget(l, raw -> 'comparison', language) END)) w(name, widget)
    WHERE w.widget IS NOT NULL);
END;
COMMENT ON FUNCTION relinsights._widgets(jsonb, jsonb, text[], text) IS 'part of insights: every widget by its name';

CREATE FUNCTION relinsights.insights(model text, record_type text, record_id text, language text DEFAULT 'en')
RETURNS jsonb LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET extra_float_digits = 1
AS $$
DECLARE
  raw jsonb;
  all_widgets jsonb;
  shown text[];
  l jsonb;
BEGIN
  PERFORM relinsights._check_language(language);
  PERFORM relinsights._check_record_type(record_type);
  PERFORM relinsights._require_shown(model, relinsights._summary_relations(record_type)
    || '{top_contacts,relationship_activity}'::text[]
    || CASE record_type WHEN 'opportunity' THEN '{similar_won_deals}'::text[] END);
  l := relinsights._labels(language);
  EXECUTE relinsights._raw_sql(model, record_type, relinsights._record_condition_sql(model, record_id)) INTO raw;
  IF raw IS NULL THEN
    RETURN NULL;
  END IF;
  all_widgets := relinsights._widgets(l, raw,
    ARRAY(SELECT s FROM relinsights.summary(model, record_type, record_id, language) s), language);
  SELECT array_agg(w.name ORDER BY w.place) INTO shown
  FROM unnest(relinsights._widgets_of(record_type)) WITH ORDINALITY w(name, place) WHERE all_widgets ? w.name;
  RETURN jsonb_build_object('model', model, 'language', language, 'record_type', record_type, 'label', l -> record_type,
      'record_id', raw -> 'record_id', 'name', raw -> 'name', 'time_zone', raw -> 'time_zone',
      'refreshed_at', relinsights._utc_text((raw ->> 'refreshed_at')::timestamptz),
      'refreshed_label', l -> 'refreshed_at',
      'refreshed_text', relinsights._local_text((raw ->> 'refreshed_at')::timestamptz, raw ->> 'time_zone'),
      'widgets', to_jsonb(shown))
    || (SELECT jsonb_object_agg(w.key, w.value) FROM jsonb_each(all_widgets) w WHERE w.key = ANY (shown));
END;
$$;
COMMENT ON FUNCTION relinsights.insights(text, text, text, text) IS
  'everything a record form shows about a record, as of the last refresh (health, next interaction and opt-out as of '
  'now): the widgets that apply to its type, with their labels in the language; the shape is in docs/insights.md. NULL '
  'for an unknown record. Runs with the caller''s rights: needs SELECT on the model''s view refreshed and on the views '
  'of the record type that it shows, subjects only of activities the caller may read. Errors: unknown language, one '
  'that the database cannot write, unknown record type, unknown model, a model never refreshed, id of another type, '
  'right missing';

CREATE FUNCTION relinsights.insights(model text, record_type text, record_id bigint, language text DEFAULT 'en')
RETURNS jsonb LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights.insights(model, record_type, record_id::text, language);
END;
COMMENT ON FUNCTION relinsights.insights(text, text, bigint, text) IS
  'insights of a record whose id is a number: see insights(text, text, text, text)';

CREATE FUNCTION relinsights._page(insights jsonb) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'summary_page';
COMMENT ON FUNCTION relinsights._page(jsonb) IS
  'part of page: a document of insights() as text for a terminal. Errors: a document that is none, a database that is '
  'not UTF8';

CREATE FUNCTION relinsights.page(model text, record_type text, record_id text, language text DEFAULT 'en')
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights._page(relinsights.insights(model, record_type, record_id, language));
END;
COMMENT ON FUNCTION relinsights.page(text, text, text, text) IS
  'what insights() gives, as text for a terminal: aligned by display width, with bars and sparklines, without the '
  'control characters and turns of direction that names may hold; NULL for an unknown record. In psql: \pset format '
  'unaligned, \pset tuples_only on. Errors: those of insights(), and a database that is not UTF8';

CREATE FUNCTION relinsights.page(model text, record_type text, record_id bigint, language text DEFAULT 'en')
RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights.page(model, record_type, record_id::text, language);
END;
COMMENT ON FUNCTION relinsights.page(text, text, bigint, text) IS
  'page of a record whose id is a number: see page(text, text, text, text)';
