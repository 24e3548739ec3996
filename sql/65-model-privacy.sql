-- People who want no part in it (SPEC 5.6): opt out, opt in, and a report of what is held about one person.

CREATE FUNCTION relinsights._check_opt_out(model text, side text, party_id text, action text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_model(model);
  IF side IS NULL OR party_id IS NULL OR party_id = '' THEN
    RAISE null_value_not_allowed USING MESSAGE = 'an opt-out needs a side and a party_id',
      HINT = 'Give us or them, and the person''s id.';
  END IF;
  PERFORM relinsights._require_label('side', side, 'relinsights.party_side');
  PERFORM relinsights._id_text(model, 'person', party_id);
  IF NOT has_table_privilege(relinsights._relation(model, 'opt_out'), action) THEN
    RAISE insufficient_privilege USING
      MESSAGE = format('permission denied to change the opt-outs of model "%s"', model),
      HINT = format('GRANT SELECT, INSERT, DELETE ON %I.opt_out TO %I;', model, current_user);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights._check_opt_out(text, text, text, text) IS
  'part of models: an error unless someone is named and the caller has INSERT or DELETE on the opt-outs of a model';

CREATE FUNCTION relinsights._is_somebody(model text, side text, party_id text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  known boolean;
BEGIN
  EXECUTE format('SELECT
    EXISTS (SELECT 1 FROM %1$I.source_participants q WHERE q.party_id = $2::%2$s AND q.side::text = $1)
    OR EXISTS (SELECT 1 FROM %1$I.source_record_parties p WHERE p.party_id = $2::%2$s AND p.side::text = $1)',
                 model, relinsights._column_type(model, 'opt_out', 'party_id')) INTO known USING side, party_id;
  RETURN known;
EXCEPTION WHEN insufficient_privilege OR undefined_table THEN
  RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relinsights._is_somebody(text, text, text) IS
  'part of models: whether a person takes part in an activity or is listed with a record; NULL where the caller may '
    'not look';

CREATE FUNCTION relinsights.opt_out(model text, side text, party_id text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  changed bigint;
BEGIN
  PERFORM relinsights._check_opt_out(model, side, party_id, 'INSERT');
  EXECUTE format('INSERT INTO %I.opt_out (side, party_id) VALUES ($1, $2::%s) ON CONFLICT DO NOTHING',
                 model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side, party_id;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed = 0 THEN
    RAISE NOTICE USING MESSAGE = format('%s of side %s has already opted out of model "%s"', party_id, side, model);
  ELSIF NOT relinsights._is_somebody(model, side, party_id) THEN
    RAISE NOTICE USING
      MESSAGE = format('nobody of side %s in the sources of model "%s" has the id %s', side, model, party_id),
      DETAIL = 'The opt-out stands, for whoever has it one day.',
      HINT = format('relinsights.opt_in(%L, %L, %L) takes it back.', model, side, party_id);
  ELSE
    RAISE NOTICE USING
      MESSAGE = format('lists and live KPIs of model "%s" leave the person out now, stored counts at the next refresh',
        model),
      HINT = format('CALL relinsights.refresh(%L);', model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.opt_out(text, text, text) IS
  'takes one person out of every KPI, list and sentence of a model: at once in live functions and lists, in stored '
  'counts at the next refresh, as a NOTICE says; another says so where nobody has the id; side: us or them. Needs '
  'INSERT on the model''s '
  'opt_out. Errors: unknown model, unknown side, id of another type, NULL, right missing';

CREATE FUNCTION relinsights.opt_out(model text, side text, party_id bigint) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights.opt_out(model, side, party_id::text);
END;
COMMENT ON FUNCTION relinsights.opt_out(text, text, bigint) IS 'the same for a person whose id is a number';

CREATE FUNCTION relinsights.opt_in(model text, side text, party_id text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  changed bigint;
BEGIN
  PERFORM relinsights._check_opt_out(model, side, party_id, 'DELETE');
  EXECUTE format('DELETE FROM %I.opt_out o WHERE o.side = $1 AND o.party_id = $2::%s',
                 model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side, party_id;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed = 0 THEN
    RAISE NOTICE USING MESSAGE = format('%s of side %s had not opted out of model "%s"', party_id, side, model);
  ELSE
    RAISE NOTICE USING
      MESSAGE = format('stored KPIs of model "%s" count the person again after the next refresh', model),
      HINT = format('CALL relinsights.refresh(%L);', model);
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.opt_in(text, text, text) IS
  'takes an opt-out back: live functions count the person at once, stored KPIs after the next refresh; side: us or '
  'them. Needs DELETE on the model''s opt_out. Errors: unknown model, unknown side, id of another type, right missing';

CREATE FUNCTION relinsights.opt_in(model text, side text, party_id bigint) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT relinsights.opt_in(model, side, party_id::text);
END;
COMMENT ON FUNCTION relinsights.opt_in(text, text, bigint) IS 'the same for a person whose id is a number';

CREATE FUNCTION relinsights.person_report(
  model text, side text, party_id text,
  OUT held_in text, OUT record_type text, OUT record_id text, OUT activity_id text, OUT held jsonb)
RETURNS SETOF record LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM relinsights._require_model(model);
  PERFORM relinsights._require_label('side', side, 'relinsights.party_side');
  PERFORM relinsights._id_text(model, 'person', party_id);
  RETURN QUERY EXECUTE format($sql$
    SELECT 'opt_out', NULL::text, NULL::text, NULL::text, jsonb_build_object('since', o.since)
    FROM %1$I.opt_out o WHERE o.side = $1 AND o.party_id = $2::%2$s
    UNION ALL
    SELECT 'record_parties', rp.record_type::text, rp.record_id::text, NULL, jsonb_build_object('role', rp.role)
    FROM %1$I.source_record_parties rp WHERE rp.side::text = $1 AND rp.party_id = $2::%2$s
    UNION ALL
    SELECT 'participants', NULL, NULL, q.activity_id::text,
           jsonb_build_object('role', q.role, 'kind', a.kind, 'direction', a.direction, 'status', a.status,
                              'occurred_at', a.occurred_at)
    FROM %1$I.source_participants q LEFT JOIN %1$I.source_activities a ON a.activity_id = q.activity_id
    WHERE q.side::text = $1 AND q.party_id = $2::%2$s$sql$,
    model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side, party_id;
  IF (SELECT bool_and(c.relispopulated) FROM pg_class c WHERE c.oid IN
      (relinsights._relation(model, 'record_kpi'), relinsights._relation(model, 'interaction_times'))) THEN
    RETURN QUERY EXECUTE format($sql$
      SELECT 'record_kpi', k.record_type::text, k.record_id::text, NULL::text, to_jsonb(p) - 'rank' - 'party'
      FROM %1$I.record_kpi k
      CROSS JOIN LATERAL (SELECT CASE $1 WHEN 'them' THEN k.their_contacts ELSE k.our_contacts END AS people) s
      CROSS JOIN LATERAL relinsights.top_contacts(s.people, relinsights.contacts(s.people)::int) p
      WHERE p.party = ($2::%2$s)::text
      UNION ALL
      SELECT 'interaction_times', t.record_type::text, t.record_id::text, t.activity_id::text,
             jsonb_build_object('status', t.status, 'kind', t.kind, 'occurred_at', t.occurred_at)
      FROM %1$I.interaction_times t WHERE $1 = 'them' AND ($2::%2$s)::text = ANY (t.their_people)$sql$,
      model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side, party_id;
  END IF;
  IF relinsights._has_column(model, 'record_log', 'log') THEN
    RETURN QUERY EXECUTE format($sql$
      SELECT 'record_log', l.record_type, l.record_id::text, NULL::text, to_jsonb(p) - 'rank' - 'party'
      FROM %1$I.record_log l
      CROSS JOIN LATERAL (SELECT CASE $1 WHEN 'them' THEN relinsights.their_contacts(l.log)
        ELSE relinsights.our_contacts(l.log) END
                          AS people) s
      CROSS JOIN LATERAL relinsights.top_contacts(s.people, relinsights.contacts(s.people)::int) p
      WHERE p.party = ($2::%2$s)::text$sql$,
      model, relinsights._column_type(model, 'opt_out', 'party_id')) USING side, party_id;
  END IF;
END;
$$;
COMMENT ON FUNCTION relinsights.person_report(text, text, text) IS
  'what the sources and the model hold about one person, one row each: opt-out, links to records, part in activities, '
  'and the stored counts per record; side: us or them. Runs with the caller''s rights; no row for an unknown person. '
  'Errors: unknown '
  'model, unknown side, id of another type, right missing';

CREATE FUNCTION relinsights.person_report(
  model text, side text, party_id bigint,
  OUT held_in text, OUT record_type text, OUT record_id text, OUT activity_id text, OUT held jsonb)
RETURNS SETOF record LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT r.held_in, r.record_type, r.record_id, r.activity_id,
    r.held FROM relinsights.person_report(model, side, party_id::text) r;
END;
COMMENT ON FUNCTION relinsights.person_report(text, text, bigint) IS 'the same for a person whose id is a number';
