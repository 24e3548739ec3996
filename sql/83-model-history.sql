-- KPIs as they were, from the logs of a model (SPEC 5.7).

CREATE TYPE relinsights.kpi_history_row AS (
  as_of timestamptz, record_type text, record_id text,
  @kpi_attributes@);
COMMENT ON TYPE relinsights.kpi_history_row IS
  'one record''s KPIs as of a moment, as relinsights.kpi_history() returns them: as_of, then record_kpi_row';

CREATE FUNCTION relinsights._kpi_history(
  model text, record_type text, record_id text, moments timestamptz[], from_sources boolean)
RETURNS SETOF relinsights.kpi_history_row LANGUAGE C STABLE STRICT AS 'MODULE_PATHNAME', 'kpi_history_engine';
COMMENT ON FUNCTION relinsights._kpi_history(text, text, text, timestamptz[], boolean) IS
  'part of models: one record''s KPIs as of each moment, from its stored log for who may read record_log, or from the '
  'sources with the caller''s rights; no row for an unknown record';

CREATE FUNCTION relinsights._logs_lag(model text) RETURNS boolean
LANGUAGE C STABLE STRICT AS 'MODULE_PATHNAME', 'logs_lag';
COMMENT ON FUNCTION relinsights._logs_lag(text) IS
  'part of models: whether an opt-out is newer than the last refresh, so that the stored logs may not be shown';

CREATE FUNCTION relinsights._check_as_of(model text, what text, as_of timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  refreshed_at timestamptz;
BEGIN
  PERFORM relinsights._logs_lag(model);  -- with the owner's rights, an error for a model of an older version
  IF NOT isfinite(as_of) THEN
    RAISE invalid_parameter_value USING MESSAGE = format('%s must be a finite time', what),
      DETAIL = format('It is %s.', as_of);
  END IF;
  PERFORM relinsights._require_shown(model, '{record_log,refreshed}');
  EXECUTE format('SELECT r.refreshed_at FROM %I.refreshed r', model) INTO refreshed_at;
  RETURN refreshed_at;
END;
$$;
COMMENT ON FUNCTION relinsights._check_as_of(text, text, timestamptz) IS
  'part of models: start of the last refresh; an error for an infinite moment, a model never refreshed or of an older '
  'version, and for who may not read record_log';

CREATE FUNCTION relinsights.record_kpi(model text, record_type text, record_id text, as_of timestamptz)
RETURNS SETOF relinsights.record_kpi_row LANGUAGE plpgsql STABLE STRICT ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._check_as_of(model, 'as_of', as_of);
  IF as_of > now() THEN
    RAISE invalid_parameter_value USING
      MESSAGE = 'as_of must not lie in the future', DETAIL = format('It is %s, now is %s.', as_of, now()),
      HINT = 'Leave it out for the KPIs of now.';
  END IF;
  RETURN QUERY SELECT h.record_type, h.record_id,
    @kpi_names@
    FROM relinsights._kpi_history(model, record_type, record_id, ARRAY[as_of], relinsights._logs_lag(model)) h;
END;
$$;
COMMENT ON FUNCTION relinsights.record_kpi(text, text, text, timestamptz) IS
  'the KPIs of one record as they were at a moment, by today''s membership, opt-outs and settings, from its log as of '
  'the last refresh (between that and now: as that refresh knew it; from the sources while an opt-out is newer); no '
  'row '
  'for an unknown record, or where an argument is NULL. Needs SELECT on record_log and refreshed of the model. Errors: '
  'unknown model, record type, id of another type, a moment in the future or infinite, a model never refreshed, right '
  'missing';

CREATE FUNCTION relinsights.record_kpi(model text, record_type text, record_id bigint, as_of timestamptz)
RETURNS SETOF relinsights.record_kpi_row LANGUAGE sql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT * FROM relinsights.record_kpi(model, record_type, record_id::text, as_of);
END;
COMMENT ON FUNCTION relinsights.record_kpi(text, text, bigint, timestamptz) IS
  'the same for a record whose id is a number';

CREATE FUNCTION relinsights._moments(since timestamptz, until timestamptz, step interval, zone text)
RETURNS timestamptz[] LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  moments timestamptz[] := '{}';
  moment timestamptz := since;
BEGIN
  IF step <= interval '0' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'step must be longer than zero', DETAIL = format('It is %s.', step),
      HINT = 'For example interval ''1 week''.';
  END IF;
  -- Undone at the end, as this function sets the same variable.
  PERFORM set_config('timezone', zone, true);
  FOR n IN 1 .. 100001 LOOP
    EXIT WHEN moment > until;
    IF n = 100001 THEN
      RAISE program_limit_exceeded USING MESSAGE = 'a history of more than 100000 moments',
        DETAIL = format('From %s to %s in steps of %s.', since, until, step),
          HINT = 'Give a longer step, or ask in parts.';
    END IF;
    moments := moments || moment;
    moment := since + n * step;
  END LOOP;
  RETURN moments;
END;
$$;
COMMENT ON FUNCTION relinsights._moments(timestamptz, timestamptz, interval, text) IS
  'part of models: since + n * step in a time zone, n from 0 on, up to and with until. Errors: a step of zero or less, '
  'more than 100000 moments';

CREATE FUNCTION relinsights.kpi_history(
  model text, record_type text, record_id text, since timestamptz, until timestamptz, step interval)
RETURNS SETOF relinsights.kpi_history_row LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  refreshed_at timestamptz;
  zone text;
BEGIN
  PERFORM relinsights._check_as_of(model, 'since', since);
  refreshed_at := relinsights._check_as_of(model, 'until', until);
  EXECUTE format('SELECT r.time_zone FROM %I.refreshed r', model) INTO zone;
  RETURN QUERY SELECT * FROM relinsights._kpi_history(model, record_type, record_id,
    relinsights._moments(since, least(until, refreshed_at), step, zone), relinsights._logs_lag(model));
END;
$$;
COMMENT ON FUNCTION relinsights.kpi_history(text, text, text, timestamptz, timestamptz, interval) IS
  'the KPIs of one record as they were, for a chart: a row at since + n * step in the model''s time zone (a day has '
  'the length of that day there), up to and with until, none after the last refresh; as record_kpi(model, record_type, '
  'record_id, as_of) of each; none where since is after until, for an unknown record, or where an argument is NULL. '
  'Needs SELECT on record_log and refreshed of the model. Errors: those of record_kpi, a step of zero or less, more '
  'than '
  '100000 moments';

CREATE FUNCTION relinsights.kpi_history(
  model text, record_type text, record_id bigint, since timestamptz, until timestamptz, step interval)
RETURNS SETOF relinsights.kpi_history_row LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT * FROM relinsights.kpi_history(model, record_type, record_id::text, since, until, step);
END;
COMMENT ON FUNCTION relinsights.kpi_history(text, text, bigint, timestamptz, timestamptz, interval) IS
  'the same for a record whose id is a number';
