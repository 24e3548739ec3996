-- The refresh of a whole model against hand-written SQL that stores the same KPIs. until: the last day of the data.
\set ON_ERROR_STOP on
\set until '\'2026-06-01\''
\ir model_setup.sql
SELECT bench.refresh_by_hand(:until) AS by_hand \gset
CREATE TABLE bench.by_hand AS :by_hand;

-- Hours and ratios are of the same microseconds summed in another order; a median of ours is exact up to 64 responses and
-- within 1 % beyond.
CREATE FUNCTION bench.differ(a double precision, b double precision, tolerance double precision) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (a IS NULL) <> (b IS NULL) OR abs(a - b) > tolerance * greatest(abs(a), abs(b)) $$;
SELECT count(*) AS columns, string_agg(CASE
    WHEN a.atttypid <> 'double precision'::regtype THEN format('h.%1$I::text IS DISTINCT FROM k.%1$I::text', a.attname)
    ELSE format('coalesce(bench.differ(h.%1$I, k.%1$I, %2$s), false)', a.attname, CASE a.attname
      WHEN 'median_response_time_by_us_hours' THEN 'CASE WHEN responses(k.responses, ''us'') > 64 THEN 0.0101 ELSE 1e-9 END'
      WHEN 'median_response_time_by_them_hours' THEN 'CASE WHEN responses(k.responses, ''them'') > 64 THEN 0.0101 ELSE 1e-9 END'
      ELSE '1e-9' END) END, ' OR ') AS different
FROM pg_attribute a JOIN pg_attribute m ON m.attname = a.attname
WHERE a.attrelid = 'bench.by_hand'::regclass AND m.attrelid = 'model.record_kpi'::regclass AND a.attnum > 0 AND m.attnum > 0 \gset
-- All but tasks_completed, of which there are none, what hand-written SQL does not know (first responses, lapsed turns, unthreaded mail,
-- unknown directions), and the six summaries.
SELECT bench.must_be_equal('plain columns of record_kpi', :columns, count(*) - 15 - :columns) FROM pg_attribute WHERE attrelid = 'model.record_kpi'::regclass AND attnum > 0;
SELECT bench.must_be_equal('records, plain columns', count(*), count(*) FILTER (WHERE :different))
FROM bench.by_hand h FULL JOIN model.record_kpi k ON k.record_type::text = h.record_type AND k.record_id = h.record_id;
SELECT bench.must_be_equal('records, 60 days', count(*), count(*) FILTER (WHERE ours IS DISTINCT FROM theirs)) FROM (
  SELECT (SELECT array_agg(ROW(t.day, x.email, x.meeting, x.ours, x.n)::text ORDER BY t.day, x.email, x.meeting, x.ours)
          FROM timeline(k.timeline, :until, 60) t, LATERAL (VALUES (true, false, true, t.emails_sent), (true, false, false, t.emails_received),
            (false, true, true, t.meetings_sent), (false, true, false, t.meetings_received), (false, false, true, t.calls_made), (false, false, false, t.calls_received)) x(email, meeting, ours, n)
          WHERE x.n > 0) AS ours,
         (SELECT array_agg(ROW(d.day, d.email, d.meeting, d.ours, d.n)::text ORDER BY d.day, d.email, d.meeting, d.ours)
          FROM unnest(h.days, h.day_email, h.day_meeting, h.day_ours, h.day_counts) d(day, email, meeting, ours, n)) AS theirs
  FROM bench.by_hand h JOIN model.record_kpi k ON k.record_type::text = h.record_type AND k.record_id = h.record_id) x;
SELECT bench.must_be_equal('records, top people', count(*), count(*) FILTER (WHERE ours IS DISTINCT FROM theirs)) FROM (
  SELECT ROW(t.people, t.counts, u.people, u.counts)::text AS ours, ROW(h.their_top, h.their_counts, h.our_top, h.our_counts)::text AS theirs
  FROM bench.by_hand h JOIN model.record_kpi k ON k.record_type::text = h.record_type AND k.record_id = h.record_id,
    LATERAL (SELECT array_agg(party::bigint ORDER BY rank) AS people, array_agg(interactions ORDER BY rank) AS counts FROM top_contacts(k.their_contacts)) t,
    LATERAL (SELECT array_agg(party::bigint ORDER BY rank) AS people, array_agg(interactions ORDER BY rank) AS counts FROM top_contacts(k.our_contacts)) u) x;
SELECT bench.must_be_equal('opportunities and leads, last and scheduled', count(*), count(*) FILTER (WHERE ours IS DISTINCT FROM theirs)) FROM (
  SELECT ROW(i.last_one, i.planned)::text AS ours, ROW(h.last_activity_id, h.scheduled_activities)::text AS theirs
  FROM bench.by_hand h LEFT JOIN (
    SELECT record_type::text, record_id, max(activity_id) FILTER (WHERE status = 'completed') AS last_one,
      array_agg(activity_id ORDER BY activity_id) FILTER (WHERE status = 'scheduled') AS planned
    FROM model.interaction_times GROUP BY 1, 2) i USING (record_type, record_id)
  WHERE h.record_type IN ('opportunity', 'lead')) x;
SELECT count(*) AS record_activities FROM model.record_activity \gset
\echo :record_activities links of activities to records

INSERT INTO bench.query (part, place, name, sql, setup, compared_with, compared_as) VALUES
  ('model', 0, 'floor: count(*) by record over the activities alone',
   'SELECT count(n) FROM (SELECT regarding_type, regarding_id, count(*) AS n FROM crm.activities GROUP BY 1, 2 OFFSET 0) x', 'SET enable_indexonlyscan = off;', NULL, NULL),
  ('model', 1, 'refresh of the model, everything written', 'CALL refresh(''model'')', 'TRUNCATE model.record_kpi, model.record_log_chunk, model.interaction_times, model.record_info;', 2, 'hand-written'),
  ('model', 2, 'the same, hand-written', format('CREATE TABLE bench.by_hand AS %s; CREATE UNIQUE INDEX ON bench.by_hand (record_type, record_id)', bench.refresh_by_hand(:until)),
   'DROP TABLE IF EXISTS bench.by_hand;', NULL, NULL);
