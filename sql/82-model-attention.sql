-- What needs attention, and who knows whom (SPEC 5.8, 5.9): judged now, over what the last refresh stored.

CREATE FUNCTION relinsights._log_later(
    log relinsights.activity_log, after timestamptz, as_of timestamptz,
    OUT inbound bigint, OUT outbound bigint, OUT first_at timestamptz, OUT contacts bigint,
    OUT first_contact_at timestamptz)
    LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'log_later';
COMMENT ON FUNCTION relinsights._log_later(relinsights.activity_log, timestamptz, timestamptz) IS
  'part of models: of a log, the activities of known direction with a time after the given one (NULL: all) that count '
  'as of as_of (NULL: all): how many by direction, the first; how many outbound e-mails, phone calls and meetings, the '
    'first';

CREATE FUNCTION relinsights._log_acquaintances(
    log relinsights.activity_log, as_of timestamptz, today date, time_zone text, frequency text, weights int[],
    OUT our_party text, OUT their_party text, OUT interactions bigint, OUT meetings bigint,
    OUT last_interaction_at timestamptz, OUT strength int)
    RETURNS SETOF record LANGUAGE C STABLE PARALLEL SAFE ROWS 20 AS 'MODULE_PATHNAME', 'log_acquaintances';
COMMENT ON FUNCTION relinsights._log_acquaintances(
    relinsights.activity_log, timestamptz, date, text, text, int[]) IS
  'part of models: everybody of ours and of theirs who took part in something together, of activities with at most ten '
  'people of a side that count as of as_of; strength 0..100: health of these activities on that day, NULL of a single '
    'one';

CREATE FUNCTION relinsights._expected_gap(frequency text) RETURNS int
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'health_expected_gap';
COMMENT ON FUNCTION relinsights._expected_gap(text) IS
  'part of models: days between two activities that a frequency of relationship_health expects. Error: unknown '
    'frequency';

CREATE FUNCTION relinsights._make_attention(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- A record whose state is not known counts as open or active, as in relationship_health.
  EXECUTE format($sql$
    CREATE VIEW %1$I.relationship_attention AS
    SELECT b.record_type, b.record_id, w.warning, w.weight, w.since, n.days,
           relinsights._attention_words(b.language, w.warning, coalesce(n.days, 0)) AS words
    FROM (
      SELECT k.*, i.created_at, i.estimated_close_date, d.today, r.refreshed_at, c.time_zone, c.language,
             c.attention_days, make_interval(secs => c.attention_reply_hours::double precision * 3600) AS reply_within,
             c.working_calendar::relinsights.working_calendar AS calendar,
             k.record_type = 'opportunity' AS is_deal,
             relinsights._expected_gap(CASE c.health_frequency WHEN 'auto' THEN coalesce(f.frequency, 'weekly')
                                                               ELSE c.health_frequency END) AS gap,
             NOT EXISTS (SELECT FROM %1$I.interaction_times t
               WHERE t.record_type = k.record_type AND t.record_id = k.record_id AND t.status = 'scheduled'
                 AND t.ends_at > now() AND %2$s) AS nothing_scheduled
      FROM %1$I.record_kpi k
      LEFT JOIN %1$I.record_info i ON i.record_type = k.record_type AND i.record_id = k.record_id
      CROSS JOIN %1$I.settings c
      CROSS JOIN %1$I.refreshed r
      LEFT JOIN %1$I.health_frequency f ON f.record_type = k.record_type
      CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE c.time_zone)::date AS today) d
      WHERE k.record_type = 'account'
         OR (k.record_type = 'lead' AND coalesce(i.state, 'active') = 'active')
         OR (k.record_type = 'opportunity' AND coalesce(i.state, 'open') = 'open')) b
    LEFT JOIN %1$I.relationship_health h ON h.record_type = b.record_type AND h.record_id = b.record_id
    LEFT JOIN %1$I.same_age s ON b.is_deal AND s.record_id = b.record_id AND s.kpi = 'activities'
    -- What the counts tell not apart is looked for in the log, where they do not rule it out.
    LEFT JOIN LATERAL (
      SELECT l.contacts, l.first_contact_at
      FROM relinsights._log_later((SELECT g.log FROM %1$I.record_log g
                                   WHERE g.record_type = b.record_type AND g.record_id = b.record_id),
                                  b.last_interaction_by_them_at, b.refreshed_at) l
      WHERE b.emails_sent + b.meetings_sent + b.phone_calls_made >= 3
        AND (b.last_interaction_by_them_at < b.last_interaction_by_us_at) IS NOT FALSE) unanswered ON true
    LEFT JOIN LATERAL (
      SELECT l.inbound, l.outbound, l.first_at
      FROM relinsights._log_later((SELECT g.log FROM %1$I.record_log g
                                   WHERE g.record_type = b.record_type AND g.record_id = b.record_id),
                                  ((b.today - 59)::timestamp AT TIME ZONE b.time_zone) - interval '1 microsecond',
                                  b.refreshed_at) l
      WHERE b.activities_by_us + b.activities_by_them >= 10) lately ON true
    CROSS JOIN LATERAL (VALUES
      ('awaiting_our_reply', 3, b.oldest_awaiting_us_since, CASE
         WHEN b.calendar IS NULL THEN now() - b.oldest_awaiting_us_since
         WHEN b.oldest_awaiting_us_since < now()
           THEN relinsights.working_time(b.calendar, b.oldest_awaiting_us_since, now()) END > b.reply_within),
      ('no_reply_from_them', 2, unanswered.first_contact_at, unanswered.contacts >= 3
         AND unanswered.first_contact_at <= now() - make_interval(hours => 24 * b.attention_days)),
      ('going_quiet', 2, b.last_interaction_at, b.nothing_scheduled
         AND b.today - (b.last_interaction_at AT TIME ZONE b.time_zone)::date > 2 * b.gap),
      ('no_next_step', 1, coalesce(b.last_interaction_at, b.created_at), b.is_deal AND b.nothing_scheduled),
      ('single_threaded', 1, b.first_interaction_at, b.engaged_contacts <= 1 AND b.activities >= 10),
      ('declining_health', 2, (b.today - greatest(4 * b.gap, 14))::timestamp AT TIME ZONE b.time_zone,
         h.trend = 'declining'),
      ('overdue', 3, b.estimated_close_date::timestamp AT TIME ZONE b.time_zone,
         b.is_deal AND b.estimated_close_date < b.today),
      ('one_sided', 1, lately.first_at, lately.inbound + lately.outbound >= 10
         AND lately.inbound::numeric / nullif(lately.inbound + lately.outbound, 0) < 0.2),
      ('behind_won_deals', 2, b.created_at, b.activities < s.average / 2)) w(warning, weight, since, applies)
    CROSS JOIN LATERAL (SELECT greatest(0, extract(day FROM
      (now() AT TIME ZONE b.time_zone) - (w.since AT TIME ZONE b.time_zone)))::int AS days) n
    WHERE w.applies$sql$, model, relinsights._shown_sql(model, 't'));
  PERFORM relinsights._describe(model, 'relationship_attention',
    'what needs attention in open opportunities, active leads and accounts: one row for each warning, judged now over '
    'the last refresh', ARRAY[
    'record_type', 'account, opportunity or lead', 'record_id', 'the record',
    'warning', 'awaiting_our_reply, no_reply_from_them, going_quiet, no_next_step, single_threaded, declining_health, '
      'overdue, one_sided or behind_won_deals',
    'weight', 'how much it weighs, 1 to 3', 'since', 'since when it is so; NULL: not known',
    'days', 'whole days since, by the clocks of the model''s time zone',
    'words', 'the warning as a sentence in the model''s language']);

  EXECUTE format($sql$
    CREATE VIEW %1$I.relationship_priority AS
    SELECT i.record_id, i.name, i.owner_id, coalesce(a.warnings, '{}') AS warnings, coalesce(a.weight, 0) AS weight,
           h.score, h.grade, h.trend, i.estimated_value, i.estimated_close_date
    FROM %1$I.record_info i
    LEFT JOIN %1$I.relationship_health h ON h.record_type = i.record_type AND h.record_id = i.record_id
    LEFT JOIN (
      SELECT w.record_id, array_agg(w.warning ORDER BY w.weight DESC, w.warning) AS warnings,
             sum(w.weight)::int AS weight
      FROM %1$I.relationship_attention w WHERE w.record_type = 'opportunity' GROUP BY w.record_id) a
      ON a.record_id = i.record_id
    WHERE i.record_type = 'opportunity' AND coalesce(i.state, 'open') = 'open'
    ORDER BY 5 DESC, i.estimated_value DESC NULLS LAST, i.record_id$sql$, model);
  PERFORM relinsights._describe(model, 'relationship_priority',
    'which open opportunities to spend time on: those that need attention most first, of equal ones the more valuable',
      ARRAY[
    'record_id', 'the opportunity', 'name', 'its name', 'owner_id', 'its owner',
    'warnings', 'what needs attention, the heaviest first: see relationship_attention', 'weight',
      'sum of their weights',
    'score', 'health 0..100; NULL with fewer than 2 activities', 'grade', 'good, fair or poor',
    'trend', 'improving, steady, declining or new', 'estimated_value', 'expected value',
    'estimated_close_date', 'expected closing day']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_attention(text) IS
  'part of models: makes relationship_attention and relationship_priority';

CREATE FUNCTION relinsights._make_who_knows_whom(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format($sql$
    CREATE VIEW %1$I.who_knows_whom AS
    SELECT l.record_type, l.record_id, a.our_party::%2$s AS our_party_id, coalesce(us.name, a.our_party) AS our_name,
           a.their_party::%2$s AS their_party_id, coalesce(them.name, a.their_party) AS their_name,
           a.interactions, a.meetings, a.last_interaction_at, a.strength
    FROM %1$I.record_log l
    CROSS JOIN %1$I.settings c
    CROSS JOIN %1$I.refreshed r
    LEFT JOIN %1$I.health_frequency f ON f.record_type = l.record_type
    CROSS JOIN LATERAL relinsights._log_acquaintances(l.log, r.refreshed_at, (now() AT TIME ZONE c.time_zone)::date,
      c.time_zone, CASE c.health_frequency WHEN 'auto' THEN coalesce(f.frequency, 'weekly') ELSE c.health_frequency END,
      c.health_weights) a
    LEFT JOIN %1$I.person_info us ON us.side = 'us' AND us.party_id = a.our_party::%2$s
    LEFT JOIN %1$I.person_info them ON them.side = 'them' AND them.party_id = a.their_party::%2$s
    WHERE NOT EXISTS (SELECT FROM %1$I.opt_out o WHERE (o.side = 'us' AND o.party_id = a.our_party::%2$s)
                                                    OR (o.side = 'them' AND o.party_id = a.their_party::%2$s))$sql$,
    model, relinsights._column_type(model, 'opt_out', 'party_id'));
  PERFORM relinsights._describe(model, 'who_knows_whom',
    'who of ours and who of theirs took part in the same activities of a record, of those with at most ten people of a '
    'side, and how strong that is today: whom to ask for an introduction', ARRAY[
    'record_type', 'account, contact, opportunity or lead', 'record_id', 'the record',
    'our_party_id', 'one of our people', 'our_name', 'the name; where the model has none, the id',
    'their_party_id', 'one of their people', 'their_name', 'the name; where the model has none, the id',
    'interactions', 'completed activities in which both took part, blind copies left out', 'meetings',
      'meetings among them',
    'last_interaction_at', 'the last of them',
    'strength', 'health of these activities as of today, 0..100, without sentiment; NULL of a single one']);
END;
$$;
COMMENT ON FUNCTION relinsights._make_who_knows_whom(text) IS 'part of models: makes who_knows_whom';
