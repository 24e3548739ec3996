-- Refreshing on a schedule with pg_cron (SPEC 5.5). Everything else works without it.

CREATE FUNCTION relinsights._check_cron(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_owner(model);
  IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
    RAISE feature_not_supported USING
      MESSAGE = 'scheduling needs the extension pg_cron in this database',
      DETAIL = format('It is not installed in database "%s".', current_database()),
      HINT = format('Install the package (Debian: postgresql-%s-cron), set shared_preload_libraries = ''pg_cron'' and '
        'cron.database_name = %L, restart, CREATE EXTENSION pg_cron. Or let any scheduler CALL relinsights.refresh(%L).',
        current_setting('server_version_num')::int / 10000, current_database(), model);
  ELSIF NOT has_schema_privilege('cron', 'USAGE') THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'permission denied to schedule with pg_cron',
      DETAIL = format('Role "%s" may not use schema cron.', current_user),
      HINT = format('GRANT USAGE ON SCHEMA cron TO %I;', current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_cron(text) IS 'part of models: an error unless the caller owns the model and may use pg_cron here';

CREATE FUNCTION relinsights._cron_jobs(model text, OUT what text, OUT job text, OUT command text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT v.what, format('relinsights %s of %s', v.what, model), format('CALL relinsights.%I(%L)', v.procedure, model)
  FROM (VALUES ('refresh', 'refresh'), ('similar_deals', 'refresh_similar_deals')) v(what, procedure);
END;
COMMENT ON FUNCTION relinsights._cron_jobs(text) IS 'part of models: the jobs that schedule() makes: name and command';

CREATE FUNCTION relinsights.schedule(model text, refresh_cron text DEFAULT '*/15 * * * *', similar_deals_cron text DEFAULT '0 3 * * 0')
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  j record;
BEGIN
  PERFORM relinsights._check_cron(model);
  FOR j IN SELECT * FROM relinsights._cron_jobs(model) LOOP
    EXECUTE 'SELECT cron.schedule($1, $2, $3)'
      USING j.job, CASE j.what WHEN 'refresh' THEN refresh_cron ELSE similar_deals_cron END, j.command;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights.schedule(text, text, text) IS 'lets pg_cron refresh a model (every 15 minutes) and its similar deals (Sundays at 3), or as the given cron schedules say, in pg_cron''s time zone and as the caller; calling it again changes the schedules. Errors: unknown model, not its owner, no pg_cron in this database (the HINT says how to get it and what to do without), no USAGE on schema cron, a schedule that pg_cron does not understand';

CREATE FUNCTION relinsights.unschedule(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  removed bigint;
BEGIN
  PERFORM relinsights._check_cron(model);
  EXECUTE 'SELECT count(cron.unschedule(j.jobid)) FROM cron.job j JOIN relinsights._cron_jobs($1) m ON m.job = j.jobname
           WHERE j.username = current_user AND j.database = current_database()' INTO removed USING model;
  IF removed = 0 THEN
    RAISE NOTICE USING MESSAGE = format('role "%s" has no schedule for model "%s"', current_user, model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.unschedule(text) IS 'removes the schedules that the caller made for a model; a NOTICE where there are none. Errors: as schedule';

CREATE FUNCTION relinsights._cron_field(field text, low int, high int) RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- *, 5, 1-5, */15, 0-30/10 and lists of them; NULL where something else stands there.
  SELECT CASE WHEN bool_and(m.p IS NOT NULL) THEN array_agg(DISTINCT g.n ORDER BY g.n) FILTER (WHERE g.n IS NOT NULL) END
  FROM string_to_table(field, ',') part
  LEFT JOIN LATERAL regexp_match(part, '^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?$') m(p) ON true
  LEFT JOIN LATERAL generate_series(coalesce(m.p[1]::int, low),
    coalesce(m.p[2]::int, CASE WHEN m.p[1] IS NULL OR m.p[3] IS NOT NULL THEN high ELSE m.p[1]::int END),
    coalesce(m.p[3]::int, 1)) g(n) ON m.p IS NOT NULL AND g.n BETWEEN low AND high;
END;
COMMENT ON FUNCTION relinsights._cron_field(text, int, int) IS 'part of models: the numbers that one field of a cron schedule means; NULL where it is not understood';

CREATE FUNCTION relinsights._next_cron(schedule text, after timestamptz, zone text) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT (d.day + make_interval(hours => h.hour, mins => m.minute)) AT TIME ZONE zone
  FROM (SELECT regexp_split_to_array(btrim(schedule), '\s+') AS f, after AT TIME ZONE zone AS local) s
  CROSS JOIN LATERAL (
    SELECT g.day FROM generate_series(date_trunc('day', s.local), s.local + interval '5 years', interval '1 day') g(day)
    CROSS JOIN LATERAL (SELECT
      extract(day FROM g.day)::int = ANY (relinsights._cron_field(s.f[3], 1, 31)) AS of_month,
      extract(dow FROM g.day)::int = ANY (relinsights._cron_field(replace(s.f[5], '7', '0'), 0, 6)) AS of_week) k
    WHERE cardinality(s.f) = 5 AND extract(month FROM g.day)::int = ANY (relinsights._cron_field(s.f[4], 1, 12))
      -- As cron does: if both are restricted, either will do.
      AND CASE WHEN s.f[3] LIKE '*%' OR s.f[5] LIKE '*%' THEN k.of_month AND k.of_week ELSE k.of_month OR k.of_week END
    ORDER BY g.day LIMIT 2) d
  CROSS JOIN unnest(relinsights._cron_field(s.f[2], 0, 23)) h(hour)
  CROSS JOIN unnest(relinsights._cron_field(s.f[1], 0, 59)) m(minute)
  WHERE d.day + make_interval(hours => h.hour, mins => m.minute) > s.local
  ORDER BY d.day, h.hour, m.minute LIMIT 1;
END;
COMMENT ON FUNCTION relinsights._next_cron(text, timestamptz, text) IS 'part of models: the next time that a cron schedule means; NULL where it is not understood';

CREATE FUNCTION relinsights._next_run(model text, what text) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedule text;
BEGIN
  -- Anyone may make a schema cron; it is pg_cron's only where pg_cron is installed.
  IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') OR NOT has_schema_privilege('cron', 'USAGE') THEN
    RETURN NULL;
  END IF;
  EXECUTE 'SELECT j.schedule FROM cron.job j JOIN relinsights._cron_jobs($1) m ON m.job = j.jobname
           WHERE m.what = $2 AND j.active AND j.database = current_database() ORDER BY j.jobid LIMIT 1'
    INTO schedule USING model, what;
  RETURN relinsights._next_cron(schedule, now(), coalesce(current_setting('cron.timezone', true), 'GMT'));
EXCEPTION WHEN insufficient_privilege THEN
  -- Newer releases of pg_cron show their time zone to pg_read_all_settings alone; a guess could be hours off.
  RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relinsights._next_run(text, text) IS 'part of models: when pg_cron runs refresh or similar_deals next, as far as the caller sees its jobs and may read the setting cron.timezone (newer pg_cron: pg_read_all_settings); NULL otherwise';
