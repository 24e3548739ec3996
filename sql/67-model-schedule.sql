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
        'cron.database_name = %L, restart, CREATE EXTENSION pg_cron. Or let any scheduler CALL '
          'relinsights.refresh(%L).',
        current_setting('server_version_num')::int / 10000, current_database(), model);
  ELSIF NOT has_schema_privilege('cron', 'USAGE') THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'permission denied to schedule with pg_cron',
      DETAIL = format('Role "%s" may not use schema cron.', current_user),
      HINT = format('GRANT USAGE ON SCHEMA cron TO %I;', current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_cron(text) IS
  'part of models: an error unless the caller owns the model and may use pg_cron here';

CREATE FUNCTION relinsights._cron_jobs(model text, OUT what text, OUT job text, OUT command text)
RETURNS SETOF record LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT v.what, format('relinsights %s of %s', v.what, model),
    format('CALL relinsights.%I(%L%s)', v.procedure, model, v.more)
  FROM (VALUES ('refresh', 'refresh', ''), ('similar_deals', 'refresh_similar_deals', ''),
               ('complete', 'refresh', ', complete => true')) v(what, procedure, more);
END;
COMMENT ON FUNCTION relinsights._cron_jobs(text) IS 'part of models: the jobs that schedule() makes: name and command';

CREATE FUNCTION relinsights.schedule(
  model text, refresh_cron text DEFAULT '*/15 * * * *', similar_deals_cron text DEFAULT '0 3 * * 0',
    complete_cron text DEFAULT '0 2 * * *')
RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  j record;
BEGIN
  PERFORM relinsights._check_cron(model);
  FOR j IN SELECT * FROM relinsights._cron_jobs(model) LOOP
    EXECUTE 'SELECT cron.schedule($1, $2, $3)'
      USING j.job, CASE j.what WHEN 'refresh' THEN refresh_cron WHEN 'complete' THEN complete_cron
        ELSE similar_deals_cron END, j.command;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights.schedule(text, text, text, text) IS
  'lets pg_cron refresh a model (every 15 minutes), completely (every night at 2, which repairs what triggers cannot '
  'see) and its similar deals (Sundays at 3), or as the given cron schedules say, in pg_cron''s time zone and as the '
  'caller; calling it again changes the schedules. Errors: unknown model, not its owner, no pg_cron in this database '
  '(the HINT says how to get it and what to do without), no USAGE on schema cron, a schedule that pg_cron does not '
  'understand';

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
COMMENT ON FUNCTION relinsights.unschedule(text) IS
  'removes the schedules that the caller made for a model; a NOTICE where there are none. Errors: as schedule';

CREATE FUNCTION relinsights._schedule(model text, what text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedule text;
BEGIN
  -- Anyone may make a schema cron; it is pg_cron's only where pg_cron is installed.
  IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') OR NOT has_schema_privilege('cron', 'USAGE')
    THEN
    RETURN NULL;
  END IF;
  EXECUTE 'SELECT j.schedule FROM cron.job j JOIN relinsights._cron_jobs($1) m ON m.job = j.jobname
           WHERE m.what = $2 AND j.active AND j.database = current_database() ORDER BY j.jobid LIMIT 1'
    INTO schedule USING model, what;
  RETURN schedule;
EXCEPTION WHEN insufficient_privilege THEN
  RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relinsights._schedule(text, text) IS
  'part of models: the schedule by which pg_cron runs refresh, complete or similar_deals, as far as the caller sees '
    'its jobs; NULL otherwise';
