-- KPIs of one record from the sources: record_kpi() of the extension and hand-written SQL with the same indexes, default
-- work_mem. Records of about 100 activities, of all types, and the one nearest to 100,000. Warm: prepared, many calls in one
-- backend. New backend: the first call, neither prepared nor planned. Restart: that, and empty shared buffers (the system's
-- cache is as it was).
\set ON_ERROR_STOP on
\ir model_setup.sql
RESET work_mem;
CREATE TABLE bench.live_record AS
SELECT CASE WHEN of_size THEN 'large' ELSE 'average' END AS size, record_type::text, record_id, activities
FROM (SELECT k.*, place = 1 AS of_size FROM (
        SELECT record_type, record_id, activities, row_number() OVER (ORDER BY abs(activities - 100000), record_type, record_id) AS place,
          row_number() OVER (PARTITION BY record_type ORDER BY abs(activities - 100), record_id) AS average_place FROM model.record_kpi) k
      WHERE place = 1 OR average_place <= 25) x
WHERE of_size OR activities BETWEEN 80 AND 120;
CREATE TABLE bench.live (size text, state text, by_us boolean, ms double precision, memory_kb bigint);
CREATE PROCEDURE bench.prepare_live() LANGUAGE plpgsql AS $$
BEGIN
  PERFORM bench.settings();
  RESET work_mem;
  EXECUTE 'PREPARE by_hand(text, bigint) AS ' || bench.live_by_hand('2026-06-01');
  PREPARE by_us(text, bigint) AS SELECT * FROM relinsights.record_kpi('model', $1, $2::text);
END $$;

CALL bench.prepare_live();
CREATE TABLE bench.live_by_hand AS EXECUTE by_hand('none', 0);
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM bench.live_record LOOP
    EXECUTE 'INSERT INTO bench.live_by_hand ' || replace(replace(bench.live_by_hand('2026-06-01'), '$1', quote_literal(r.record_type)), '$2', r.record_id::text);
  END LOOP;
END $$;
-- The refresh is compared with the same SQL in part model; here the live KPIs of both with what was refreshed.
SELECT bench.must_be_equal('live records, ours', count(*), count(*) FILTER (WHERE to_jsonb(l) - 'record_id' IS DISTINCT FROM to_jsonb(k) - 'record_id'))
FROM bench.live_record r JOIN model.record_kpi k ON k.record_type::text = r.record_type AND k.record_id = r.record_id
LEFT JOIN LATERAL record_kpi('model', k.record_type, k.record_id::text) l ON true;
SELECT bench.must_be_equal('live records, hand-written', count(*), count(*) FILTER (WHERE h IS NULL OR
  ROW(h.emails_sent, h.activities, h.awaiting_us, h.awaiting_them, h.last_interaction_at, h.engaged_contacts, round(h.time_spent_by_us_hours::numeric, 6), round(h.avg_response_time_by_them_hours::numeric, 6))
  IS DISTINCT FROM ROW(k.emails_sent, k.activities, k.awaiting_us, k.awaiting_them, k.last_interaction_at, k.engaged_contacts, round(k.time_spent_by_us_hours::numeric, 6), round(k.avg_response_time_by_them_hours::numeric, 6))))
FROM bench.live_record r JOIN model.record_kpi k ON k.record_type::text = r.record_type AND k.record_id = r.record_id
LEFT JOIN bench.live_by_hand h ON h.record_type = r.record_type AND h.record_id = r.record_id;

-- Interleaved: each record by us, then by hand.
CREATE PROCEDURE bench.time_live(state text, size text, times int) LANGUAGE plpgsql AS $$
DECLARE r record; by_us boolean; began timestamptz; ignored record; statement text;
BEGIN
  FOR n IN 1 .. times LOOP
    FOR r IN SELECT * FROM bench.live_record l WHERE l.size = time_live.size ORDER BY md5(n::text || record_type || record_id) LOOP
      FOREACH by_us IN ARRAY ARRAY[true, false] LOOP
        statement := format('EXECUTE %I(%L, %s)', CASE WHEN by_us THEN 'by_us' ELSE 'by_hand' END, r.record_type, r.record_id);
        began := clock_timestamp();
        EXECUTE statement INTO ignored;
        INSERT INTO bench.live VALUES (size, state, by_us, 1000 * extract(epoch FROM clock_timestamp() - began));
      END LOOP;
    END LOOP;
  END LOOP;
END $$;

-- The first call of a backend, for the n-th record of its size.
CREATE PROCEDURE bench.time_first_live(state text, size text, n int, by_us boolean) LANGUAGE plpgsql AS $$
DECLARE r record; began timestamptz; ignored record; statement text; ms double precision;
BEGIN
  PERFORM bench.settings();
  RESET work_mem;
  SELECT l.* INTO r FROM bench.live_record l WHERE l.size = time_first_live.size ORDER BY md5(record_type || record_id)
  OFFSET n % (SELECT count(*) FROM bench.live_record l WHERE l.size = time_first_live.size) LIMIT 1;
  statement := CASE WHEN by_us THEN format('SELECT * FROM relinsights.record_kpi(''model'', %L, %L)', r.record_type, r.record_id)
    ELSE replace(replace(bench.live_by_hand('2026-06-01'), '$1', quote_literal(r.record_type)), '$2', r.record_id::text) END;
  began := clock_timestamp();
  EXECUTE statement INTO ignored;
  ms := 1000 * extract(epoch FROM clock_timestamp() - began);
  INSERT INTO bench.live VALUES (size, state, by_us, ms, bench.memory_kb());
END $$;
