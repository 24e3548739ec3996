-- A made-up company, the same for every run: schema crm with the four sources of a model, as plain tables with text labels,
-- and crm.drawn, of which families.sql makes its one table. Needs no extension. rows: how many activities.
--
-- Skewed like life: accounts (rows/100 of them) by Zipf with s = 0.75, two years in working hours and roughly in order of
-- time, 75 % e-mail in threads of geometric length with log-normal delays, 15 % calls, 10 % meetings. An account has six
-- people and a team of three sellers; every person is a contact record, an account has one or two opportunities, every
-- fourth a lead. About two thirds of the activities regard a record.
\set ON_ERROR_STOP on
CREATE SCHEMA crm;
SET search_path = crm, public;
SET work_mem = '512MB';
SET jit = off;

-- A number in (0, 1), the same for the same arguments.
CREATE FUNCTION uniform(i bigint, what int) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(i, what) & 9007199254740991) + 0.5) / 9007199254740992.0;
-- The k-th seller of an account's team.
CREATE FUNCTION seller(account bigint, k int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 9000000000 + floor(greatest(20, :rows / 2000) * uniform(account, 20 + k))::bigint;

CREATE UNLOGGED TABLE drawn AS
SELECT i AS activity_id, 1 + floor(:rows / 100 * power(uniform(t, 1), 4))::bigint AS account, t AS thread_id,
       CASE WHEN uniform(t, 2) < 0.75 THEN 'email' WHEN uniform(t, 2) < 0.9 THEN 'phone_call' ELSE 'meeting' END AS kind,
       CASE WHEN (uniform(t, 3) < 0.55) <> (n % 2 = 1) THEN 'outbound' ELSE 'inbound' END AS direction,
       timestamptz '2024-06-03 09:00+00' + make_interval(days => 7 * (w / 5) + w % 5, secs => 28800 * uniform(t, 4) + n * 14400 * exp(1.5 * (uniform(i, 5) + uniform(i, 6) + uniform(i, 7) - 1.5))) AS occurred_at,
       uniform(i, 8) AS who
FROM (SELECT i, coalesce(max(i) FILTER (WHERE starts) OVER (ORDER BY i), 1) AS t,
             i - coalesce(max(i) FILTER (WHERE starts) OVER (ORDER BY i), 1) AS n
      FROM (SELECT i, uniform(i, 0) < 0.35 AS starts FROM generate_series(1, :rows::bigint) i) x) y
CROSS JOIN LATERAL (SELECT (t::double precision / :rows * 520)::int) z(w);

CREATE UNLOGGED TABLE activities AS
SELECT activity_id, kind, direction, occurred_at,
  CASE WHEN uniform(activity_id, 9) < 0.01 THEN 'scheduled' WHEN uniform(activity_id, 9) < 0.02 THEN 'cancelled' ELSE 'completed' END AS status,
  CASE WHEN kind <> 'email' THEN make_interval(mins => 10 + (50 * who)::int) END AS duration,
  CASE WHEN kind = 'email' THEN thread_id END AS thread_id, 'subject ' || thread_id AS subject,
  CASE WHEN what < 0.3 THEN 'account' WHEN what < 0.55 THEN 'opportunity' WHEN what < 0.65 AND account % 4 = 0 THEN 'lead' END AS regarding_type,
  CASE WHEN what < 0.3 THEN account WHEN what < 0.55 THEN account * 4 + (CASE WHEN account % 2 = 0 AND what < 0.4 THEN 1 ELSE 0 END)
       WHEN what < 0.65 AND account % 4 = 0 THEN account * 4 + 3 END AS regarding_id,
  kind = 'email' AND direction = 'outbound' AND uniform(activity_id, 11) < 0.5 AS followed,
  floor(3 * uniform(activity_id, 12))::int AS opens, floor(1.5 * uniform(activity_id, 13))::int AS link_clicks,
  floor(1.2 * uniform(activity_id, 14))::int AS attachment_views, floor(1.3 * uniform(activity_id, 15))::int AS replies,
  kind = 'email' AND uniform(activity_id, 16) < 0.03 AS automated
FROM drawn CROSS JOIN LATERAL (SELECT uniform(thread_id, 10)) r(what)
ORDER BY occurred_at;

-- One or two people of each side; who is drawn twice is named twice.
CREATE UNLOGGED TABLE participants AS
SELECT activity_id, side, party_id, role
FROM drawn a CROSS JOIN LATERAL (
  SELECT 'them' AS side, account * 8 + floor(6 * who * who)::int AS party_id,
    CASE WHEN kind = 'meeting' THEN 'required' WHEN direction = 'outbound' THEN 'to' ELSE 'from' END AS role
  UNION ALL
  SELECT 'them', account * 8 + floor(6 * uniform(activity_id, 17))::int,
    CASE WHEN kind = 'meeting' THEN 'optional' WHEN uniform(activity_id, 18) < 0.03 THEN 'bcc' ELSE 'cc' END WHERE uniform(activity_id, 18) < 0.3
  UNION ALL
  SELECT 'us', seller(account, floor(3 * power(uniform(thread_id, 19), 2))::int),
    CASE WHEN kind = 'meeting' THEN 'organizer' WHEN direction = 'outbound' THEN 'from' ELSE 'to' END
  UNION ALL
  SELECT 'us', seller(account, floor(3 * uniform(activity_id, 30))::int), CASE WHEN kind = 'meeting' THEN 'required' ELSE 'cc' END
  WHERE uniform(activity_id, 31) < CASE WHEN kind = 'meeting' THEN 0.6 ELSE 0.2 END) p
ORDER BY occurred_at, activity_id;

CREATE UNLOGGED TABLE records AS
SELECT record_type, record_id, record_type || ' ' || record_id AS name, seller(account, 0) AS owner_id, account::bigint AS account_id,
  CASE record_type WHEN 'opportunity' THEN 'open' WHEN 'lead' THEN 'active' END AS state
FROM generate_series(1, :rows / 100) account CROSS JOIN LATERAL (
  SELECT 'account' AS record_type, account::bigint AS record_id
  UNION ALL SELECT 'contact', account * 8 + j FROM generate_series(0, 5) j
  UNION ALL SELECT 'opportunity', account * 4 + j FROM generate_series(0, 1 - account % 2) j
  UNION ALL SELECT 'lead', account * 4 + 3 WHERE account % 4 = 0) r;

CREATE UNLOGGED TABLE record_parties AS
SELECT record_type, record_id, side, party_id, role
FROM records r CROSS JOIN LATERAL (
  SELECT 'them' AS side, account_id * 8 + j AS party_id, 'contact' AS role FROM generate_series(0, 5) j WHERE record_type = 'account'
  UNION ALL SELECT 'us', seller(account_id, k), CASE k WHEN 0 THEN 'owner' ELSE 'team' END FROM generate_series(0, 2) k WHERE record_type = 'account'
  UNION ALL SELECT 'them', record_id, 'contact' WHERE record_type = 'contact'
  UNION ALL SELECT 'them', account_id * 8 + j, 'stakeholder' FROM generate_series(record_id % 4, record_id % 4 + 2) j WHERE record_type = 'opportunity'
  UNION ALL SELECT 'them', account_id * 8, 'primary_contact' WHERE record_type = 'opportunity'
  UNION ALL SELECT 'us', seller(account_id, 0), 'owner' WHERE record_type = 'opportunity'
  UNION ALL SELECT 'us', seller(account_id, 1), 'team' WHERE record_type = 'opportunity' AND account_id % 3 = 0
  UNION ALL SELECT 'them', account_id * 8 + j, 'contact' FROM generate_series(4, 5) j WHERE record_type = 'lead'
  UNION ALL SELECT 'us', seller(account_id, 2), 'owner' WHERE record_type = 'lead') p;

-- Those that check_model asks for, and no others.
CREATE UNIQUE INDEX ON activities (activity_id);
CREATE INDEX ON activities (regarding_type, regarding_id);
CREATE INDEX ON participants (activity_id);
CREATE INDEX ON participants (party_id);
CREATE INDEX ON records (record_type, record_id);
CREATE INDEX ON record_parties (record_type, record_id);
VACUUM ANALYZE drawn, activities, participants, records, record_parties;
