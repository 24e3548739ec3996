# What needs attention and who knows whom, on random companies: every warning and every pair equals plain SQL over the sources
# (test/data/source_oracle.sql says which activities are whose). Then rights, opt-outs, zones and boundaries by hand.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nfsync = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_relinsights');
for my $file (qw(source_oracle random_sources)) {
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f',
		"$ENV{CHECKOUT}/test/data/$file.sql" ], "$file.sql loads");
}
sub sql { return $node->safe_psql('postgres', $_[0]) }
sub different {
	my ($what, $a, $b) = @_;
	is(sql("SELECT (SELECT count(*) FROM ($a EXCEPT ALL $b) x) || ' ' || (SELECT count(*) FROM ($b EXCEPT ALL $a) y)"),
		'0 0', $what);
}

# The warnings of a model by the SPEC's words.
sql(q(CREATE FUNCTION testing.warnings(model text, s testing.sources, state jsonb, c jsonb) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
  WITH kpi AS MATERIALIZED (SELECT k FROM testing.oracle_kpis(s) k),
  member AS MATERIALIZED (SELECT * FROM testing.oracle_members(s)),
  done AS MATERIALIZED (
    SELECT m.record_type, m.record_id, f.kind, f.direction, f.at FROM member m JOIN testing.oracle_facts(s) f USING (activity_id)),
  planned AS MATERIALIZED (
    SELECT DISTINCT m.record_type, m.record_id FROM member m JOIN testing.oracle_activities(s) a USING (activity_id)
    WHERE a.status = 'scheduled' AND a.ends > now()),
  watched AS MATERIALIZED (
    SELECT k->>'record_type' AS type, k->>'record_id' AS id, k, r.value->>'state' AS state, (now() AT TIME ZONE s.time_zone)::date AS today,
      r.value->>'estimated_close_date' AS closing, (r.value->>'created_at')::timestamptz AS created,
      r.value->>'trend' AS trend, (r.value->>'behind')::boolean AS behind,
      EXISTS (SELECT FROM planned p WHERE (p.record_type, p.record_id) = (k->>'record_type', k->>'record_id')) AS planned,
      CASE c->>'health_frequency' WHEN 'daily' THEN 1 WHEN 'few_days' THEN 3 WHEN 'weekly' THEN 7 END AS gap
    FROM kpi JOIN jsonb_each(state) r ON r.key = (k->>'record_type') || ' ' || (k->>'record_id')
    WHERE k->>'record_type' = 'account' OR (k->>'record_type' = 'lead' AND coalesce(r.value->>'state', 'active') = 'active')
      OR (k->>'record_type' = 'opportunity' AND coalesce(r.value->>'state', 'open') = 'open')),
  found AS (
    SELECT type, id, 'awaiting_our_reply' AS warning, 3 AS weight, (k->>'oldest_awaiting_us_since')::timestamptz AS since FROM watched
    WHERE now() - (k->>'oldest_awaiting_us_since')::timestamptz > (c->>'attention_reply_hours')::float * interval '1 h'
    UNION ALL
    SELECT type, id, 'no_reply_from_them', 2, t.first FROM watched CROSS JOIN LATERAL (
      SELECT count(*) AS n, min(d.at) AS first FROM done d
      WHERE (d.record_type, d.record_id, d.direction) = (type, id, 'outbound') AND d.kind IN ('email', 'phone_call', 'meeting')
        AND d.at > ALL (SELECT i.at FROM done i WHERE (i.record_type, i.record_id, i.direction) = (type, id, 'inbound'))) t
    WHERE t.n >= 3 AND now() - t.first >= (c->>'attention_days')::int * interval '24 h'
    UNION ALL
    SELECT type, id, 'going_quiet', 2, (k->>'last_interaction_at')::timestamptz FROM watched
    WHERE NOT planned AND today - ((k->>'last_interaction_at')::timestamptz AT TIME ZONE s.time_zone)::date > 2 * gap
    UNION ALL
    SELECT type, id, 'no_next_step', 1, coalesce((k->>'last_interaction_at')::timestamptz, created) FROM watched
    WHERE type = 'opportunity' AND NOT planned
    UNION ALL
    SELECT type, id, 'single_threaded', 1, (k->>'first_interaction_at')::timestamptz FROM watched
    WHERE (k->>'engaged_contacts')::int <= 1 AND (k->>'activities')::int >= 10
    UNION ALL
    SELECT type, id, 'declining_health', 2, (today - greatest(4 * gap, 14))::timestamp AT TIME ZONE s.time_zone FROM watched
    WHERE trend = 'declining'
    UNION ALL
    SELECT type, id, 'overdue', 3, closing::timestamp AT TIME ZONE s.time_zone FROM watched
    WHERE type = 'opportunity' AND closing::date < today
    UNION ALL
    SELECT type, id, 'one_sided', 1, t.first FROM watched CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE d.direction = 'inbound') AS theirs, count(d.direction) AS n,
        min(d.at) FILTER (WHERE d.direction IS NOT NULL) AS first
      FROM done d WHERE (d.record_type, d.record_id) = (type, id) AND (d.at AT TIME ZONE s.time_zone)::date > today - 60) t
    WHERE t.n >= 10 AND 5 * t.theirs < t.n
    UNION ALL
    SELECT type, id, 'behind_won_deals', 2, created FROM watched WHERE behind)
  SELECT concat_ws('|', type, id, warning, weight, since, floor(extract(epoch FROM (now() AT TIME ZONE s.time_zone)
    - (since AT TIME ZONE s.time_zone)) / 86400)) FROM found $$;
CREATE FUNCTION testing.warned(model text) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT concat_ws(''|'', record_type, record_id, warning, weight, since, days) FROM %I.relationship_attention', model);
END $$;
-- What the warnings take from elsewhere: the state, dates and trend of each record.
CREATE FUNCTION testing.states(model text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE r jsonb;
BEGIN
  EXECUTE format('SELECT jsonb_object_agg(i.record_type || '' '' || i.record_id, to_jsonb(i) || jsonb_build_object(''trend'', h.trend,
      ''behind'', (SELECT c.this_deal < c.average_at_same_age / 2 FROM %1$I.opportunity_comparison c
                   WHERE i.record_type = ''opportunity'' AND c.record_id = i.record_id AND c.kpi = ''activities'')))
    FROM %1$I.record_info i LEFT JOIN %1$I.relationship_health h USING (record_type, record_id)', model) INTO r;
  RETURN r;
END $$;
CREATE FUNCTION testing.settings(model text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE r jsonb;
BEGIN
  EXECUTE format('SELECT to_jsonb(c) FROM %I.settings c', model) INTO r;
  RETURN r;
END $$;
CREATE FUNCTION testing.pairs(s testing.sources, frequency text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
  WITH done AS MATERIALIZED (
    SELECT m.record_type, m.record_id, f.* FROM testing.oracle_members(s) m JOIN testing.oracle_facts(s) f USING (activity_id)),
  present AS MATERIALIZED (SELECT p.*, count(*) OVER (PARTITION BY first_id, side) AS of_side
    FROM testing.oracle_people(s) p WHERE openly AND NOT opted_out)
  SELECT concat_ws('|', d.record_type, d.record_id, us.party_id, them.party_id, count(*), count(*) FILTER (WHERE d.kind = 'meeting'),
    max(d.at), (relinsights.relationship_health(relinsights.timeline_agg(d.kind::relinsights.activity_kind,
      d.direction::relinsights.activity_direction, (d.at AT TIME ZONE s.time_zone)::date),
      (now() AT TIME ZONE s.time_zone)::date, frequency)).score)
  FROM done d JOIN present us ON us.first_id = d.activity_id AND us.side = 'us' AND us.of_side <= 10
  JOIN present them ON them.first_id = d.activity_id AND them.side = 'them' AND them.of_side <= 10
  GROUP BY d.record_type, d.record_id, us.party_id, them.party_id, s $$;
CREATE FUNCTION testing.known(model text) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT concat_ws(''|'', record_type, record_id, our_party_id, their_party_id, interactions, meetings,
    last_interaction_at, strength) FROM %I.who_knows_whom', model);
END $$;));

my @ids = ('bigint', 'uuid', 'text');
my %seen;
for my $seed (1 .. 6) {
	my ($id, $zone, $frequency) = ($ids[$seed % 3], ('Asia/Seoul', 'America/Los_Angeles')[$seed % 2], ('daily', 'few_days')[$seed % 2]);
	my $sources = join(', ', map { "'c$seed.$_'" } qw(activities participants records record_parties));
	sql("SELECT testing.make_sources('c$seed', 40 + $seed, '$id', activities => 500);
	  UPDATE c$seed.records SET estimated_close_date = estimated_close_date - 30;
	  -- Somebody who writes to everybody and is never answered, a long time.
	  INSERT INTO c$seed.activities (activity_id, kind, direction, occurred_at, regarding_type, regarding_id)
	  SELECT testing.nth_id(9000 + n, '$id')::$id, (CASE n % 4 WHEN 0 THEN 'phone_call' ELSE 'email' END)::testing.crm_kind, 'outbound',
	    now() - (60 - n) * interval '23 h', 'opportunity', testing.nth_id(n % 3, '$id')::$id FROM generate_series(1, 58) n
	  WHERE '$seed'::int % 2 = 1;
	  DELETE FROM c$seed.activities WHERE $seed % 3 = 0 AND direction = 'inbound' AND regarding_type = 'account'") ;
	sql("SELECT relinsights.create_model('m$seed', $sources, activity_records => 'c$seed.activity_records', people => 'c$seed.people',
		time_zone => '$zone', conversation_gap => '20 days', health_frequency => '$frequency', attention_days => 2,
		attention_reply_hours => 7.5, deal_activities => 'people', until_closed => false)");
	sql("SELECT relinsights.opt_out('m$seed', 'them', testing.nth_id(4, '$id'))") if $seed % 2;
	sql("CALL relinsights.refresh('m$seed')");
	my $asked = "testing.sources_of_model('m$seed', $sources, 'c$seed.activity_records', (SELECT max(l.started) FROM m$seed.refresh_log l))";
	my $expected = "SELECT testing.warnings('m$seed', $asked, testing.states('m$seed'), testing.settings('m$seed'))";
	cmp_ok(sql("SELECT count(*) FROM ($expected) x"), '>', 5, "seed $seed: there are warnings");
	$seen{$_}++ for split /\n/, sql("SELECT DISTINCT split_part(w, '|', 3) FROM ($expected) x(w)");
	different("seed $seed: warnings", "SELECT testing.warned('m$seed')", $expected);
	my $pairs = "SELECT testing.pairs($asked, '$frequency')";
	cmp_ok(sql("SELECT count(*) FROM ($pairs) x"), '>', 20, "seed $seed: there are acquaintances");
	different("seed $seed: who knows whom", "SELECT testing.known('m$seed')", $pairs);
	is(sql("SELECT count(*) FROM m$seed.relationship_priority p CROSS JOIN LATERAL (
	    SELECT coalesce(array_agg(a.warning ORDER BY a.weight DESC, a.warning), '{}') AS warnings, coalesce(sum(a.weight), 0) AS weight
	    FROM m$seed.relationship_attention a WHERE a.record_type = 'opportunity' AND a.record_id = p.record_id) a
	  WHERE (p.warnings, p.weight) IS DISTINCT FROM (a.warnings, a.weight)"), '0',
		"seed $seed: priorities add up the warnings");
	is(sql("SELECT count(*) FROM m$seed.record_info WHERE record_type = 'opportunity' AND coalesce(state, 'open') = 'open'"),
		sql("SELECT count(*) FROM m$seed.relationship_priority"), "seed $seed: of every open opportunity");
	is(sql("SELECT string_agg(record_id::text, ' ') FROM m$seed.relationship_priority"),
		sql("SELECT string_agg(record_id::text, ' ' ORDER BY weight DESC, estimated_value DESC NULLS LAST, record_id)
		  FROM m$seed.relationship_priority"),
		"seed $seed: the heaviest first");
}
# By hand: exactly so many days, working hours, languages, rights, opt-outs.
sql(q(CREATE SCHEMA hand; CREATE TABLE hand.activities (activity_id bigint, kind text, direction text, occurred_at timestamptz, thread_id text,
  regarding_type text, regarding_id bigint);
  CREATE TABLE hand.participants (activity_id bigint, side text, party_id text, role text);
  CREATE TABLE hand.records (record_type text, record_id bigint, name text, state text, estimated_close_date date, created_at timestamptz);
  INSERT INTO hand.records VALUES ('opportunity', 1, 'Due today', 'open', (now() AT TIME ZONE 'Asia/Seoul')::date, now()),
    ('opportunity', 2, 'Due yesterday', 'open', (now() AT TIME ZONE 'Asia/Seoul')::date - 1, now()), ('opportunity', 3, 'Won', 'won', '2020-01-01', now()),
    ('opportunity', 4, 'Waiting', NULL, NULL, NULL), ('account', 5, 'Written to', NULL, NULL, NULL),
    ('lead', 6, 'Once lively', 'active', NULL, NULL);
  INSERT INTO hand.activities SELECT 100 + n, 'meeting', 'inbound', now() - interval '61 d' + n * interval '2 d', NULL, 'lead', 6
  FROM generate_series(1, 12) n;
  INSERT INTO hand.participants SELECT 100 + n, 'them', 'ann@x', 'organizer' FROM generate_series(1, 12) n;
  INSERT INTO hand.activities VALUES (1, 'email', 'inbound', now() - interval '3 h', 'a', 'opportunity', 4);
  INSERT INTO hand.activities SELECT 10 + n, 'email', 'outbound', now() - interval '14 d' + n * interval '1 h', 'b' || n, 'account', 5
  FROM generate_series(0, 2) n;
  INSERT INTO hand.participants VALUES (1, 'them', 'ann@x', 'from'), (1, 'us', 'me@y', 'to'), (10, 'us', 'me@y', 'from'), (10, 'them', 'ann@x', 'to'),
    (11, 'us', 'me@y', 'from'), (11, 'them', 'ann@x', 'to'), (11, 'them', 'secret@x', 'bcc'), (12, 'us', 'me@y', 'from');
  INSERT INTO hand.participants SELECT 12, 'them', 'crowd' || n, 'to' FROM generate_series(1, 11) n;
  SELECT relinsights.create_model('hand_model', 'hand.activities', 'hand.participants', 'hand.records', time_zone => 'Asia/Seoul');));
sql(q(CALL relinsights.refresh('hand_model')));
my $warnings = q(SELECT record_id, warning, days FROM hand_model.relationship_attention ORDER BY record_id, warning);
is(sql($warnings), join("\n", '1|no_next_step|0', '2|no_next_step|0', '2|overdue|1', '4|no_next_step|0',
		'5|no_reply_from_them|14', '6|declining_health|28', '6|going_quiet|37', '6|single_threaded|59'), 'due today is not overdue; 3 hours are no day; 14 days are enough; what is won needs nothing');
sql(q(SELECT relinsights.alter_model('hand_model', attention_days => 15, attention_reply_hours => 2)));
is(sql($warnings), join("\n", '1|no_next_step|0', '2|no_next_step|0', '2|overdue|1', '4|awaiting_our_reply|0', '4|no_next_step|0',
		'6|declining_health|28', '6|going_quiet|37', '6|single_threaded|59'), 'thresholds are settings, and need no refresh');
$seen{$_}++ for split /\n/, sql(q(SELECT DISTINCT warning FROM hand_model.relationship_attention));
is(join(' ', sort keys %seen), 'awaiting_our_reply declining_health going_quiet no_next_step no_reply_from_them one_sided overdue single_threaded',
	'every warning but that of the won deals was met');
sql(q(SELECT relinsights.alter_model('hand_model', working_calendar => format('{"time_zone": "UTC", "open": {"%s": ["09:00-10:00"]}}',
  lower(to_char(now() + interval '3 d', 'dy')))::relinsights.working_calendar)));
unlike(sql($warnings), qr/awaiting/, 'with a calendar only working hours count');
for my $language (qw(en ko zh)) {
	sql("SELECT relinsights.alter_model('hand_model', language => '$language')");
	my $words = sql(q(SELECT words FROM hand_model.relationship_attention WHERE warning = 'overdue'));
	like($words, { en => qr/passed 1 day ago/, ko => qr/1일/, zh => qr/1 ?天/ }->{$language}, "words in $language: $words");
}
is(sql(q(SELECT our_party_id, their_party_id, their_name, interactions, meetings, strength IS NULL FROM hand_model.who_knows_whom
  WHERE record_type = 'account')), 'me@y|ann@x|ann@x|2|0|f', 'nobody is acquainted by a blind copy or in a crowd');
is(sql(q(SELECT strength FROM hand_model.who_knows_whom WHERE record_type = 'opportunity')), '', 'one activity has no strength');
sql(q(SELECT relinsights.opt_out('hand_model', 'them', 'ann@x')));
is(sql(q(SELECT count(*) FROM hand_model.who_knows_whom)), '0', 'who opts out is gone at once');
# A reader of the views needs no right on what they read.
sql(q(CREATE ROLE reader; GRANT USAGE ON SCHEMA hand_model TO reader;
  GRANT SELECT ON hand_model.relationship_attention, hand_model.relationship_priority, hand_model.who_knows_whom TO reader));
is(sql(q(SET ROLE reader; SELECT count(*) > 0 FROM hand_model.relationship_attention; SELECT count(*) FROM hand_model.relationship_priority;
  SELECT count(*) FROM hand_model.who_knows_whom;)), "t\n3\n0", 'SELECT on the views is enough');
my ($rc, $out, $err) = $node->psql('postgres', 'SET ROLE reader; SELECT * FROM hand_model.record_log');
like($err, qr/permission denied for view record_log/, 'and gives no right on the logs');
$node->stop;
done_testing();
