-- The settings of a model (SPEC 5.4). Which there are stands in sql/templates/settings.list, from which make fills in
-- this module and the parameters of create_model and alter_model.

CREATE TYPE relinsights._problem AS (state text, message text, detail text, hint text);
COMMENT ON TYPE relinsights._problem IS
  'part of models: something that is wrong: SQLSTATE, message, detail (NULL for none) and the way out';

CREATE FUNCTION relinsights._raise_problems(what text, problems relinsights._problem[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  p relinsights._problem := problems[1];
BEGIN
  IF cardinality(problems) > 1 THEN
    RAISE EXCEPTION USING
      ERRCODE = p.state, MESSAGE = format('%s: %s things are wrong', what, cardinality(problems)),
      HINT = (SELECT string_agg(concat_ws(' ', n || '. ' || o.message || '.', o.detail, o.hint), E'\n' ORDER BY n)
              FROM unnest(problems) WITH ORDINALITY o(state, message, detail, hint, n));
  ELSIF p.detail IS NULL AND p.message IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = p.state, MESSAGE = p.message, HINT = p.hint;
  ELSIF p.message IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = p.state, MESSAGE = p.message, DETAIL = p.detail, HINT = p.hint;
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._raise_problems(text, relinsights._problem[]) IS
  'part of models: one problem as the error that it is, several as one error whose hint lists them all; nothing for '
    'none';

CREATE FUNCTION relinsights._database_time_zone() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(
    (SELECT substr(e.setting, length('timezone=') + 1)
     FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) e(setting)
     WHERE s.setrole = 0 AND s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND lower(e.setting) LIKE 'timezone=%'),
    (SELECT p.reset_val FROM pg_settings p WHERE p.name = 'TimeZone'));
END;
COMMENT ON FUNCTION relinsights._database_time_zone() IS
  'part of models: the time zone set for this database, else the server''s';

CREATE FUNCTION relinsights._time_zone_is_known(zone text) RETURNS boolean
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'time_zone_is_known';
COMMENT ON FUNCTION relinsights._time_zone_is_known(text) IS
  'part of models: whether PostgreSQL takes this for the name of a zone, with daylight saving time if it has any, or '
    'for an offset';

CREATE FUNCTION relinsights._time_zone_fault(zone text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- Names of regions have no digits but for these; with digits PostgreSQL takes much for an offset in the POSIX sense.
  SELECT CASE
    WHEN zone ~ '[0-9]' AND zone !~* '^((etc/)?gmt[+-]?0|est5edt|cst6cdt|mst7mdt|pst8pdt)$' THEN format(
      'PostgreSQL would read "%s" with the sign turned round: UTC+9 is nine hours behind UTC to it, and ahead to '
        'people.', zone)
    WHEN relinsights._time_zone_is_known(zone) THEN NULL
    WHEN zone ~ '^[A-Za-z]{2,5}$'
      THEN format('"%s" names no region; an abbreviation would know no daylight saving time.', zone)
    ELSE format('Time zone "%s" is not known to this server.', zone) END
  WHERE zone IS NOT NULL;
END;
COMMENT ON FUNCTION relinsights._time_zone_fault(text) IS
  'part of models: why this is no time zone for a model: a name of pg_timezone_names is one, but for Etc/GMT+N and -N; '
    'NULL for one';

CREATE FUNCTION relinsights._weights(weights relinsights.health_weights) RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE WHEN num_nonnulls(weights.email, weights.meeting, weights.phone_call, weights.task, weights.other) > 0
    THEN ARRAY[weights.email, weights.meeting, weights.phone_call, weights.task, weights.other] END;
END;
COMMENT ON FUNCTION relinsights._weights(relinsights.health_weights) IS
  'part of models: the weights as the table settings has them; NULL for NULL';

CREATE FUNCTION relinsights._settings(
  OUT place int, OUT name text, OUT rule text, OUT type text, OUT preset text, OUT stored boolean, OUT condition text,
  OUT fault text, OUT hint text, OUT words text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT row_number() OVER ()::int, v.name, v.rule, v.type, v.preset, v.stored, v.condition, v.fault, v.hint, v.words
  FROM (VALUES
@setting_rows@
  ) AS v(name, rule, type, preset, stored, condition, fault, hint, words);
END;
COMMENT ON FUNCTION relinsights._settings() IS
  'part of models: the settings of a model: name, name of its constraint, type, default (NULL: none, the setting may '
  'be NULL), whether stored KPIs depend on it, what it must be, why a value is not, what to give instead, what it says';

CREATE FUNCTION relinsights._setting_column_sql(setting text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT concat(quote_ident(s.name), ' ', s.type, CASE WHEN s.preset IS NOT NULL THEN ' NOT NULL' END,
                CASE WHEN s.preset NOT LIKE 'relinsights.%' THEN ' DEFAULT ' || s.preset END,
                format(' CONSTRAINT %I CHECK (', s.rule) || s.condition || ')')
  FROM relinsights._settings() s WHERE s.name = setting;
END;
COMMENT ON FUNCTION relinsights._setting_column_sql(text) IS
  'part of models: SQL of the column of a setting in the table settings, with its constraint';

CREATE FUNCTION relinsights._make_settings(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Only types of PostgreSQL itself: DROP EXTENSION CASCADE must not take a column of this table. _database_time_zone()
  -- is no default, since that would make the table depend on the extension.
  EXECUTE format('CREATE TABLE %I.settings (model_version int NOT NULL DEFAULT 2 PRIMARY KEY, %s)', model, (
    SELECT string_agg(relinsights._setting_column_sql(s.name), ', ' ORDER BY s.place) FROM relinsights._settings() s));
  EXECUTE format('CREATE UNIQUE INDEX settings_one_row ON %I.settings ((true))', model);
  EXECUTE format('INSERT INTO %I.settings (time_zone) VALUES ($1)', model) USING relinsights._database_time_zone();
  PERFORM relinsights._describe_settings(model);
END;
$$;
COMMENT ON FUNCTION relinsights._make_settings(text) IS
  'part of models: makes the table settings with its row of defaults';

CREATE FUNCTION relinsights._describe_settings(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
BEGIN
  EXECUTE format('COMMENT ON TABLE %I.settings IS %L', model,
                 'the model''s settings: one row, checked; relinsights.alter_model() changes them');
  FOR s IN SELECT 'model_version' AS name, 'layout of this model''s relations' AS words
           UNION ALL SELECT d.name, d.words FROM relinsights._settings() d LOOP
    EXECUTE format('COMMENT ON COLUMN %I.settings.%I IS %L', model, s.name, s.words);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._describe_settings(text) IS
  'part of models: comments on the table settings and its columns';

CREATE FUNCTION relinsights._has_setting(model text, setting text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = model AND c.relname = 'settings' AND a.attname = setting AND NOT a.attisdropped);
END;
COMMENT ON FUNCTION relinsights._has_setting(text, text) IS
  'part of models: whether the table settings of a model has this column; one of an older version may not';

CREATE FUNCTION relinsights._settings_sql(model text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT format('(SELECT %s%s)', string_agg(
      CASE WHEN relinsights._has_setting(model, s.name) THEN quote_ident(s.name)
           ELSE format('CAST(%s AS %s) AS %I', coalesce(s.preset, 'NULL'), s.type, s.name) END, ', ' ORDER BY s.place),
    CASE WHEN bool_or(relinsights._has_setting(model, s.name)) THEN format(' FROM %I.settings', model) END)
  FROM relinsights._settings() s;
END;
COMMENT ON FUNCTION relinsights._settings_sql(text) IS
  'part of models: SQL of one row, the settings of a model; the defaults of those that it does not have';

CREATE FUNCTION relinsights._setting_problems(
  model text, @setting_declarations@)
RETURNS SETOF relinsights._problem LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  broken text[];
  faults text[];
  given boolean[];
BEGIN
  EXECUTE (
    SELECT format('SELECT ARRAY[%s], ARRAY[%s]::text[], ARRAY[%s] FROM (SELECT %s FROM %s p) s',
      string_agg(format('CASE WHEN NOT (%s) THEN %L END', coalesce(d.condition, 'true'), d.rule),
        ', ' ORDER BY d.place),
      string_agg(coalesce(d.fault, 'NULL'), ', ' ORDER BY d.place),
      string_agg(format('$%s IS NOT NULL', d.place), ', ' ORDER BY d.place),
      string_agg(format('coalesce($%s, p.%I) AS %I', d.place, d.name, d.name), ', ' ORDER BY d.place),
      relinsights._settings_sql(model))
    FROM relinsights._settings() d)
  INTO broken, faults, given
  USING @setting_values@;
  RETURN QUERY
  SELECT '22023', format('invalid value for setting "%s" of model "%s"', b.rule, model), faults[b.place], d.hint
  FROM unnest(broken) WITH ORDINALITY b(rule, place) JOIN relinsights._settings() d ON d.place = b.place
  WHERE b.rule IS NOT NULL ORDER BY b.place;
  RETURN QUERY
  SELECT '55000', format('model "%s" has no setting "%s"', model, d.name),
    'An older version of pg_relinsights made it.',
    format('SELECT relinsights.upgrade_model(%L);', model)
  FROM unnest(given) WITH ORDINALITY g(found, place) JOIN relinsights._settings() d ON d.place = g.place
  WHERE g.found AND relinsights._has_setting(model, 'model_version') AND NOT relinsights._has_setting(model, d.name)
  ORDER BY g.place;
END;
$$;
COMMENT ON FUNCTION relinsights._setting_problems(
  text, @setting_types@) IS
  'part of models: what is wrong with these settings, where NULL stands for what the model has, or for the default of '
  'a model that is not there yet';

CREATE FUNCTION relinsights._change_settings(
  model text, @setting_declarations@)
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE (
    SELECT format('UPDATE %I.settings SET %s', model,
                  string_agg(format('%I = coalesce($%s, %I)', s.name, s.place, s.name), ', ' ORDER BY s.place))
    FROM relinsights._settings() s WHERE relinsights._has_setting(model, s.name))
  USING @setting_values@;
END;
$$;
COMMENT ON FUNCTION relinsights._change_settings(
  text, @setting_types@) IS
  'part of models: changes the settings that are not NULL';
