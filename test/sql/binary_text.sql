-- The text of a summary may be its binary form as a bytea prints it: what a foreign table of another server reads.
SET timezone = 'UTC';
SET search_path = public, relinsights;
CREATE TABLE made AS
SELECT interaction_agg(kind, direction, at, duration, 2) AS interaction_summary,
  response_agg(n / 3, direction, at) AS response_summary,
  timeline_agg(kind, direction, at::date, 0.5) AS activity_timeline,
  contact_agg('person ' || n % 4, kind, direction, at) AS contact_summary,
  engagement_agg(n, 1, 0, n % 2) AS engagement_summary,
  deal_agg(n, n % 2 = 0, at, jsonb_build_object('region', n % 3, 'note', 'é')) AS deal_profile,
  activity_log_agg(n, kind, direction, at, duration, n / 3, ARRAY['us ' || n % 2], ARRAY['person ' || n % 4])
    AS activity_log
FROM generate_series(1, 40) n CROSS JOIN LATERAL (
  SELECT (enum_range(NULL::activity_kind))[1 + n % 5] AS kind,
    (enum_range(NULL::activity_direction))[1 + n % 2] AS direction,
    timestamptz '2026-01-01 09:00+00' + n * interval '5 h' AS at, n * interval '1 min' AS duration) a;
-- What goes in as bytes is what was sent, for each type there is.
CREATE FUNCTION same_by_bytes(type text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  same boolean;
BEGIN
  EXECUTE format('SELECT %1$s_send(%1$s)::text LIKE ''\\x%%'' AND %1$s_send(%1$s)::text::%1$s = %1$s FROM made', type)
    INTO same;
  RETURN same;
END $$;
SELECT typname, same_by_bytes(typname) FROM pg_type t
WHERE typnamespace = 'relinsights'::regnamespace AND typtype = 'b' AND typcategory = 'U'
  AND typname ~ '_(summary|timeline|profile|log)$'
ORDER BY typname COLLATE "C";
-- Bytes from outside are checked as binary input is.
SELECT '\x'::activity_log;
SELECT '\x0'::activity_log;
SELECT '\xzz'::activity_log;
SELECT left(activity_log_send(activity_log)::text, -2)::activity_log FROM made;
SELECT replace(deal_profile_send(deal_profile)::text, 'c3a9', 'ffa9')::deal_profile FROM made;
DROP TABLE made;
DROP FUNCTION same_by_bytes;
