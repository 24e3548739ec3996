-- Refreshing a model (SPEC 5.5). The procedure commits, so it cannot pin its search_path: it only calls
-- functions that do. One transaction logs the start, the next does the work and logs the end.

CREATE FUNCTION relinsights._lock_key(model text, what text) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- High half: a number of ours for each of the two refreshes; low half: the model's schema.
  SELECT ((1919249513::bigint + CASE what WHEN 'refresh' THEN 0 ELSE 1 END) << 32) | n.oid::bigint
  FROM pg_namespace n WHERE n.nspname = model;
END;
COMMENT ON FUNCTION relinsights._lock_key(text, text) IS
  'part of models: the advisory lock held while refresh or similar_deals of a model runs';

CREATE FUNCTION relinsights._wait_for_refresh(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  what text;
BEGIN
  FOREACH what IN ARRAY '{refresh,similar_deals}'::text[] LOOP
    IF NOT pg_try_advisory_xact_lock(relinsights._lock_key(model, what)) THEN
      RAISE NOTICE USING MESSAGE = format('waiting for a running refresh of model "%s"', model);
      PERFORM pg_advisory_xact_lock(relinsights._lock_key(model, what));
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights._wait_for_refresh(text) IS
  'part of models: waits until no refresh of the model runs, and keeps any from starting until the transaction ends. '
    'Before any other '
  'lock on the model: a refresh takes them in this order too';

CREATE FUNCTION relinsights._no_commit_message() RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  COMMIT;
  RETURN NULL;
EXCEPTION WHEN invalid_transaction_termination THEN
  RETURN SQLERRM;
END;
$$;
COMMENT ON FUNCTION relinsights._no_commit_message() IS
  'part of models: what PostgreSQL says, in this session''s language, to a COMMIT where a caller''s transaction is '
  'open';

CREATE FUNCTION relinsights._refuse_transaction(commit_message text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF commit_message = relinsights._no_commit_message() THEN
    RAISE active_sql_transaction USING
      MESSAGE = 'a model cannot be refreshed inside a transaction',
      DETAIL = 'A refresh commits: its log must outlive a failure.',
      HINT = 'CALL it outside BEGIN ... COMMIT, as the only statement of its message, and not from a function.';
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._refuse_transaction(text) IS
  'part of models: an error where the message that a procedure''s COMMIT got says that it runs in a caller''s '
  'transaction';

CREATE FUNCTION relinsights._refresh_start(model text, what text, complete boolean) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  run bigint;
BEGIN
  PERFORM relinsights._require_owner(model);
  PERFORM relinsights._relation(model, 'refresh_log');
  PERFORM relinsights._require_current(model);
  IF NOT pg_try_advisory_xact_lock(relinsights._lock_key(model, what)) THEN
    IF what = 'refresh' AND complete AND relinsights._is_tracked(model) THEN
      EXECUTE format('INSERT INTO %I.changes (on_table, problem) VALUES (0, ''a complete refresh was asked for while '
        'another ran'')', model);
    END IF;
    RAISE NOTICE USING
      MESSAGE = format('a refresh of model "%s" is already running: nothing done', model),
      HINT = format('SELECT * FROM relinsights.refresh_status(%L);', model);
    RETURN NULL;
  END IF;
  EXECUTE format('INSERT INTO %I.refresh_log (what) VALUES ($1) RETURNING id', model) INTO run USING what;
  RETURN run;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_start(text, text, boolean) IS
  'part of models: logs the start of a refresh and gives its number in refresh_log; NULL and a NOTICE where one is '
  'running, and a complete one that was asked for is left to the next. Errors: unknown model, not its owner';

CREATE FUNCTION relinsights._refresh_lock(model text, what text, run bigint) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF pg_try_advisory_xact_lock(relinsights._lock_key(model, what)) THEN
    RETURN true;
  END IF;
  -- Another one slipped in between the two transactions.
  EXECUTE format('DELETE FROM %I.refresh_log WHERE id = $1', model) USING run;
  RAISE NOTICE USING MESSAGE = format('a refresh of model "%s" is already running: nothing done', model);
  RETURN false;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_lock(text, text, bigint) IS
  'part of models: takes the lock of a refresh that was logged; false and a NOTICE where another has it';

CREATE FUNCTION relinsights._refresh_end(
  model text, run bigint, how text, why text, read bigint, written bigint, repaired bigint, error text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kept interval;
BEGIN
  EXECUTE format('UPDATE %I.refresh_log SET finished = clock_timestamp(), how = $2, why = $3, read = $4, written = $5,
                  repaired = $6, error = $7 WHERE id = $1', model)
    USING run, how, why, read, written, repaired, error;
  -- Two statements of one relation each: a distributed one refuses the joined one.
  EXECUTE format('SELECT make_interval(days => c.refresh_log_days) FROM %I.settings c', model) INTO kept;
  EXECUTE format('DELETE FROM %I.refresh_log l WHERE l.started < $2 AND l.id <> $1', model) USING run, now() - kept;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_end(text, bigint, text, text, bigint, bigint, bigint, text) IS
  'part of models: logs the end of a refresh and forgets what refresh_log_days says';

CREATE FUNCTION relinsights._refresh_view(model text, relation text, concurrent boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off  -- PostgreSQL's own concurrent refresh fails with it
AS $$
DECLARE
  filled boolean := (SELECT c.relispopulated FROM pg_class c WHERE c.oid = relinsights._relation(model, relation));
BEGIN
  EXECUTE format('REFRESH MATERIALIZED VIEW %s %I.%I',
                 CASE WHEN concurrent AND filled THEN 'CONCURRENTLY' ELSE '' END, model, relation);
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_view(text, text, boolean) IS
  'part of models: refreshes one materialized view of a model, plainly where it was never filled';

CREATE FUNCTION relinsights._check_settings(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rows bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM %I.settings', model) INTO rows;
  IF rows = 0 THEN
    RAISE no_data_found USING MESSAGE = format('the settings of model "%s" are gone', model),
      DETAIL = 'Without their row no KPI can be computed.',
      HINT = format('INSERT INTO %I.settings (time_zone) VALUES (%L);', model, relinsights._database_time_zone());
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_settings(text) IS
  'part of models: an error where someone deleted the one row of settings';

CREATE FUNCTION relinsights._refresh_deals(model text, as_of timestamptz, concurrent boolean) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  rows bigint;
  refreshed boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.record_kpi)', model) INTO refreshed;
  IF NOT refreshed THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = format('model "%s" was never refreshed', model),
      DETAIL = 'The similar deals carry the KPIs of the won opportunities.',
      HINT = format('CALL relinsights.refresh(%L); fills both.', model);
  END IF;
  PERFORM relinsights._refresh_view(model, 'deal_factors', concurrent);
  PERFORM relinsights._refresh_view(model, 'deal_similarity', concurrent);
  PERFORM relinsights._refresh_same_age(model, as_of);
  EXECUTE format('SELECT count(*) FROM %I.deal_similarity', model) INTO rows;
  RETURN rows;
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_deals(text, timestamptz, boolean) IS
  'part of models: refreshes deal_factors, deal_similarity and same_age; the number of rows of deal_similarity';

CREATE FUNCTION relinsights._refresh_run(model text, what text, run bigint, concurrent boolean, complete boolean)
  RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  as_of timestamptz;
  unfilled boolean;
  how text;
  why text;
  read bigint;
  written bigint;
  repaired bigint;
BEGIN
  IF NOT relinsights._refresh_lock(model, what, run) THEN
    RETURN;
  END IF;
  IF what = 'similar_deals' THEN
    EXECUTE format('SELECT r.refreshed_at FROM %I.refreshed r', model) INTO as_of;
    written := relinsights._refresh_deals(model, as_of, concurrent);
  ELSE
    EXECUTE format('SELECT l.started FROM %I.refresh_log l WHERE l.id = $1', model) INTO as_of USING run;
    SELECT e.how, e.why, e.read, e.written, e.repaired INTO how, why, read, written, repaired
    FROM relinsights._refresh_engine(model, as_of, complete) e;
    -- Similar deals are filled with the first refresh, then on a schedule of their own.
    EXECUTE format('SELECT EXISTS (SELECT FROM %1$I.record_kpi) AND NOT EXISTS (SELECT FROM %1$I.deal_factors)
                    AND NOT EXISTS (SELECT FROM %1$I.deal_similarity)', model) INTO unfilled;
    IF unfilled THEN
      PERFORM relinsights._refresh_deals(model, as_of, false);
    END IF;
  END IF;
  PERFORM relinsights._refresh_end(model, run, how, why, read, written, repaired, NULL);
END;
$$;
COMMENT ON FUNCTION relinsights._refresh_run(text, text, bigint, boolean, boolean) IS
  'part of models: does the work of a refresh that was logged, all of it or nothing';

CREATE PROCEDURE relinsights._run_refresh(model text, what text, concurrently boolean, complete boolean)
LANGUAGE plpgsql
AS $$
DECLARE
  -- Not pinned: only here is the type itself looked up in the caller's search_path.
  run bigint;
  code pg_catalog.text;
  message pg_catalog.text;
  detail pg_catalog.text;
  hint pg_catalog.text;
BEGIN
  BEGIN
    COMMIT;
  EXCEPTION WHEN invalid_transaction_termination THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  END;
  PERFORM relinsights._refuse_transaction(message);
  run := relinsights._refresh_start(model, what, complete);
  IF run IS NULL THEN
    RETURN;
  END IF;
  COMMIT;
  BEGIN
    PERFORM relinsights._refresh_run(model, what, run, "concurrently", complete);
    RETURN;
  EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
      hint = PG_EXCEPTION_HINT;
  END;
  PERFORM relinsights._refresh_end(model, run, NULL, NULL, NULL, NULL, NULL, message);
  COMMIT;
  PERFORM relinsights._raise_refresh_error(model, code, message, detail, hint);
END;
$$;
COMMENT ON PROCEDURE relinsights._run_refresh(text, text, boolean, boolean) IS
  'part of models: logs, does and logs again one refresh or one of the similar deals';

CREATE PROCEDURE relinsights.refresh(model text, concurrently boolean DEFAULT true, complete boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
BEGIN
  CALL relinsights._run_refresh(model, 'refresh', "concurrently", complete);
END;
$$;
COMMENT ON PROCEDURE relinsights.refresh(text, boolean, boolean) IS
  'brings the stored KPIs of a model to this moment (and its similar deals if they were never filled), for its owner, '
    'and logs it in the '
  'model''s refresh_log. Where track_changes() tracks every table behind the sources it reads what changed, and '
    'everything where that is '
  'quicker or cannot be told, which the log says; complete: everything, and the log says how many rows had to be '
    'repaired. Readers are '
  'never blocked; concurrently changes nothing. A failed refresh leaves the old content, is logged and raises its '
    'error; a second one '
  'while one runs does nothing and says so. Errors: unknown model, not its owner, inside a transaction, unknown label, '
    'duplicate record '
  'or activity id, whatever the sources raise';

CREATE PROCEDURE relinsights.refresh_similar_deals(model text, concurrently boolean DEFAULT true)
LANGUAGE plpgsql
AS $$
BEGIN
  CALL relinsights._run_refresh(model, 'similar_deals', "concurrently", true);
END;
$$;
COMMENT ON PROCEDURE relinsights.refresh_similar_deals(text, boolean) IS
  'refreshes deal_factors and deal_similarity of a model, for its owner, and logs it as similar_deals in the model''s '
  'refresh_log; otherwise as relinsights.refresh(). Errors: those of refresh, a model never refreshed, attributes that '
  'are no flat object, a closed opportunity twice';

CREATE FUNCTION relinsights._raise_refresh_error(model text, code text, message text, detail text, hint text)
  RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message,
    DETAIL = coalesce(nullif(detail, ''), format('Refreshing model "%s" failed; its old content is still there.',
      model)),
    HINT = coalesce(nullif(hint, ''), CASE WHEN code LIKE '22%'
      THEN format('SELECT * FROM relinsights.check_model(%L); lists source rows that cannot be read.', model)
      ELSE format('See %I.refresh_log.', model) END);
END;
$$;
COMMENT ON FUNCTION relinsights._raise_refresh_error(text, text, text, text, text) IS
  'part of models: raises the error of a failed refresh again, with what to do where PostgreSQL says nothing';

CREATE FUNCTION relinsights._refresh_phase(model text, holder int) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- A refresh locks what it writes when it comes to it: the last one locked tells where it is.
  SELECT coalesce((
    SELECT v.phase FROM (VALUES (1, 'record_info', 'reading sources'), (2, 'record_kpi', 'record_kpi'),
                                (3, 'deal_factors', 'deal_factors'), (4, 'deal_similarity', 'deal_similarity')) v(place,
                                  name, phase)
    JOIN pg_class c ON c.relname = v.name
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = model
    JOIN pg_locks l ON l.locktype = 'relation' AND l.relation = c.oid AND l.pid = holder AND l.granted
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.mode IN ('ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    ORDER BY v.place DESC LIMIT 1), 'beginning');
END;
COMMENT ON FUNCTION relinsights._refresh_phase(text, int) IS
  'part of models: the relation that the process refreshing a model is at';

CREATE FUNCTION relinsights.refresh_status(
  model text, OUT what text, OUT state text, OUT last_good timestamptz, OUT age interval, OUT last_started timestamptz,
  OUT last_error text, OUT phase text, OUT schedule text, OUT waiting_changes bigint)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_model(model);
  PERFORM relinsights._relation(model, 'refresh_log');
  FOR what IN VALUES ('refresh'), ('similar_deals') LOOP
    EXECUTE format($sql$
      SELECT CASE WHEN h.pid IS NOT NULL THEN 'running' WHEN l.id IS NULL THEN 'never'
                  WHEN l.finished IS NULL THEN 'interrupted' WHEN l.error IS NOT NULL THEN 'failed' ELSE 'ok' END,
             g.started, date_trunc('second', clock_timestamp() - g.started), l.started, l.error,
             CASE WHEN h.pid IS NOT NULL THEN relinsights._refresh_phase($2, h.pid) END
      FROM (SELECT max(started) AS started FROM %1$I.refresh_log
            WHERE what = $1 AND finished IS NOT NULL AND error IS NULL) g
      LEFT JOIN (SELECT * FROM %1$I.refresh_log WHERE what = $1 ORDER BY id DESC LIMIT 1) l ON true
      LEFT JOIN (SELECT k.pid FROM pg_locks k
                 WHERE k.locktype = 'advisory' AND k.granted AND k.objsubid = 1
                   AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                   AND (k.classid::bigint << 32) | k.objid::bigint = $3 LIMIT 1) h ON true$sql$, model)
      INTO state, last_good, age, last_started, last_error, phase
      USING what, model, relinsights._lock_key(model, what);
    schedule := relinsights._schedule(model, what);
    waiting_changes := NULL;
    IF what = 'refresh' AND relinsights._has_column(model, 'changes', 'id')
       AND has_table_privilege(format('%I.changes', model), 'SELECT') AND relinsights._is_tracked(model) THEN
      EXECUTE format('SELECT count(*) FROM %I.changes', model) INTO waiting_changes;
    END IF;
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION relinsights.refresh_status(text) IS
  'one row each for refresh and similar_deals: state (running, ok, failed, interrupted, never), start and age of the '
  'last good one, start and error of the last one, the relation a running one is at, the schedule, and how many '
  'changes wait in the model''s table changes (NULL: they are not tracked, or the right to read them is missing). '
  'Needs SELECT on the model''s refresh_log. Errors: unknown model, right missing';
