# KPIs as they were, on random companies: as of now they are the live and the stored ones; as of a past moment those that plain SQL
# computes from the sources at that moment (test/data/source_oracle.sql); a history is its moments one by one; a rollup of logs
# counts nothing twice; won deals at the age of an open one. Then rights, opt-outs, errors.
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
sub fails { my ($rc, $out, $err) = $node->psql('postgres', $_[0]); return $err }
sub different {
	my ($what, $a, $b) = @_;
	is(sql("SELECT (SELECT count(*) FROM ($a EXCEPT ALL $b) x) || ' ' || (SELECT count(*) FROM ($b EXCEPT ALL $a) y)"),
		'0 0', $what);
}
sql(q(CREATE FUNCTION testing.comparable(kpis jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT testing.oracle_round((kpis || jsonb_build_object('record_id', kpis->>'record_id'))
      - '{as_of,interactions,responses,timeline,their_contacts,our_contacts,engagement}'::text[]) $$;));

my @ids = ('bigint', 'uuid', 'text');
for my $seed (1 .. 3) {
	my $id = $ids[$seed % 3];
	my $sources = join(', ', map { "'c$seed.$_'" } qw(activities participants records record_parties));
	# Whether copies of a mail are one may change with time; the copies of today are those of ever.
	sql("SELECT testing.make_sources('c$seed', 70 + $seed, '$id', activities => 110);
	  UPDATE c$seed.activities SET dedupe_key = NULL;
	  SELECT relinsights.create_model('m$seed', $sources, activity_records => 'c$seed.activity_records',
	    time_zone => 'America/New_York', conversation_gap => '1 day', until_closed => $seed % 2 = 0)");
	sql("SELECT relinsights.opt_out('m$seed', 'them', testing.nth_id(5, '$id'))") if $seed % 2;
	sql("CALL relinsights.refresh('m$seed')");
	my $refreshed = sql("SELECT refreshed_at FROM m$seed.refreshed");
	my $at = sub { my ($moment) = @_;
		return "SELECT testing.comparable(to_jsonb(h)) FROM m$seed.record_kpi r,
		  relinsights.record_kpi('m$seed', r.record_type, r.record_id::text, timestamptz '$moment') h" };
	different("seed $seed: as of the refresh, what it stored", "SELECT k::text FROM m$seed.record_kpi k",
		"SELECT h::text FROM m$seed.record_kpi r, relinsights.record_kpi('m$seed', r.record_type, r.record_id::text, timestamptz '$refreshed') h");
	different("seed $seed: as of now, the live ones", "SELECT l::text FROM m$seed.record_kpi r, relinsights.record_kpi('m$seed', r.record_type, r.record_id::text) l",
		"SELECT h::text FROM m$seed.record_kpi r, relinsights.record_kpi('m$seed', r.record_type, r.record_id::text, now()) h");
	for my $ago ('7 h', '3 d 5 h 10 min', '9 d') {
		my $moment = sql("SELECT date_trunc('hour', timestamptz '$refreshed') - interval '$ago'");
		my $asked = "testing.sources_of_model('m$seed', $sources, 'c$seed.activity_records', '$moment')";
		cmp_ok(sql("SELECT sum((k->>'activities')::int) FROM testing.oracle_kpis($asked) k"), '>', 10, "seed $seed, $ago ago: there is something to count");
		different("seed $seed, $ago ago", $at->($moment), "SELECT testing.oracle_kpis($asked)");
	}
	# A history is its moments, one by one.
	my $history = "relinsights.kpi_history('m$seed', r.record_type, r.record_id::text, timestamptz '$refreshed' - interval '10 d', timestamptz '$refreshed' + interval '1 y', '31 h')";
	is(sql("SELECT count(*), count(DISTINCT as_of) FROM m$seed.record_kpi r, $history h"), sql("SELECT 8 * count(*), 8 FROM m$seed.record_kpi"),
		"seed $seed: none after the last refresh");
	different("seed $seed: the history of every record", "SELECT h.as_of, to_jsonb(h) - 'as_of' FROM m$seed.record_kpi r, $history h",
		"SELECT m, to_jsonb(h) FROM m$seed.record_kpi r, generate_series(timestamptz '$refreshed' - interval '10 d', '$refreshed', '31 h') m,
		  relinsights.record_kpi('m$seed', r.record_type, r.record_id::text, m) h");
	my $then = "testing.sources_of_model('m$seed', $sources, 'c$seed.activity_records', '$refreshed')";
	# The union of some records' logs: the KPIs of the activities that belong to any of them, each once.
	is(sql("SELECT (relinsights.kpis('m$seed', relinsights.rollup(log), '$refreshed')).activities FROM m$seed.record_log"),
		sql("SELECT count(DISTINCT m.activity_id) FROM testing.oracle_members($then) m JOIN testing.oracle_facts($then) f USING (activity_id)"),
		"seed $seed: a rollup of all logs counts every activity once");
	different("seed $seed: the log of one record has its KPIs", "SELECT k::text FROM m$seed.record_kpi k JOIN m$seed.record_log USING (record_type, record_id)",
		"SELECT (jsonb_populate_record(kpis, jsonb_build_object('record_type', l.record_type, 'record_id', l.record_id)))::text
		 FROM m$seed.record_log l, relinsights.kpis('m$seed', log, '$refreshed') kpis");
}

# Similar won deals when they were as old: against the KPIs of each at that moment.
sql(q(CREATE SCHEMA deal; CREATE TABLE deal.records AS
  SELECT 'opportunity' AS record_type, n AS record_id, CASE WHEN n <= 5 THEN 'open' WHEN n % 2 = 0 THEN 'won' ELSE 'lost' END AS state,
    CASE WHEN n % 11 <> 0 THEN now() - n * interval '1 d' END AS created_at, CASE WHEN n > 5 THEN now() - n / 3 * interval '1 d' END AS closed_at,
    jsonb_build_object('region', n % 3, 'size', n % 7) AS attributes FROM generate_series(1, 90) n;
  CREATE TABLE deal.activities AS SELECT n AS activity_id, CASE n % 3 WHEN 0 THEN 'meeting' ELSE 'email' END AS kind,
    CASE n % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END AS direction, now() - (n * 7919 % 100) * interval '1 d 1 h' AS occurred_at,
    'completed' AS status, 'opportunity' AS regarding_type, n * 31 % 90 AS regarding_id, n / 5 AS thread_id, n % 60 * interval '1 min' AS duration
  FROM generate_series(1, 4000) n;
  SELECT relinsights.create_model('deals', 'deal.activities', records => 'deal.records')));
sql(q(CALL relinsights.refresh('deals')));
is(sql('SELECT count(DISTINCT record_id) > 3 FROM deals.same_age'), 't', 'open deals are compared');
my $same_age = q(SELECT c.record_id, c.kpi, round(c.average_at_same_age::numeric, 6) FROM deals.opportunity_comparison c WHERE c.compared_with = 'similar'
  AND c.average_at_same_age IS NOT NULL);
my $by_hand = q(SELECT d.record_id, j.key, round(avg((j.value#>>'{}')::numeric), 6) FROM deals.deal_similarity d
  JOIN deals.record_info o ON o.record_id = d.record_id JOIN deals.record_info w ON w.record_id = d.won_record_id, deals.refreshed r,
  relinsights.record_kpi('deals', 'opportunity', d.won_record_id, least(w.created_at + (r.refreshed_at - o.created_at), r.refreshed_at)) k,
  jsonb_each(to_jsonb(k)) j WHERE w.created_at IS NOT NULL AND j.key IN (SELECT name FROM relinsights.kpi_columns() WHERE unit <> 'time') AND j.value <> 'null'
  GROUP BY 1, 2);
different('at the same age', $same_age, $by_hand);
sql(q(CALL relinsights.refresh_similar_deals('deals')));
different('as of the last refresh, after one of the similar deals too', $same_age, $by_hand);
# An age is elapsed time: clocks that went back since say nothing, whatever the zone of the session.
sql(q(UPDATE deal.activities SET occurred_at = occurred_at - (activity_id % 25) * interval '1 h'));
sql(q(SET timezone = 'America/New_York'; CALL relinsights.refresh('deals')));
different('an age is elapsed time', $same_age, $by_hand);
is(sql(q(SELECT count(*) FROM deals.opportunity_comparison WHERE compared_with = 'recent' AND average_at_same_age IS NOT NULL)), '0', 'recent ones have no age');
# A young deal that lags behind.
is(sql(q(SELECT count(*) FROM deals.relationship_attention a WHERE a.warning = 'behind_won_deals')), sql(q(SELECT count(*) FROM deals.opportunity_comparison c
  JOIN deals.record_info i USING (record_id) WHERE i.state = 'open' AND c.kpi = 'activities' AND c.this_deal < c.average_at_same_age / 2)), 'behind the won deals');
sql(q(DELETE FROM deal.activities WHERE regarding_id = 2));
sql(q(CALL relinsights.refresh('deals')));
is(sql(q(SELECT days, words FROM deals.relationship_attention WHERE warning = 'behind_won_deals' AND record_id = 2)),
	'2|Similar won deals had more than twice as many activities when they were as old as this deal.', 'a deal without activities is behind');

# Steps follow the clocks of the model's zone.
sql(q(SELECT relinsights.alter_model('deals', time_zone => 'Europe/Berlin')));
sql(q(CALL relinsights.refresh('deals')));
is(sql(q(SELECT string_agg(to_char(as_of, 'MM-DD HH24:MI'), ' ' ORDER BY as_of) FROM relinsights.kpi_history('deals', 'opportunity', 3,
  '2026-03-27 23:30+00', '2026-03-31', '1 day'))), '03-27 23:30 03-28 23:30 03-29 22:30 03-30 22:30', 'days are those of the model\'s zone');
is(sql(q(SELECT string_agg(to_char(as_of, 'YYYY-MM-DD'), ' ' ORDER BY as_of) FROM relinsights.kpi_history('deals', 'opportunity', '3',
  '2026-01-31 12:00+00', '2026-05-31 12:00+00', '1 month'))), '2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31', 'months do not creep');
is(sql(q(SET timezone = 'Asia/Tokyo'; SELECT count(*) FROM relinsights.kpi_history('deals', 'opportunity', 3, now() - interval '1 d', now(), '1 h'); SHOW timezone)),
	"24\nAsia/Tokyo", 'the session keeps its own zone');
is(sql(q(SELECT count(*) FROM relinsights.kpi_history('deals', 'opportunity', 3, now(), now() - interval '1 d', '1 d'))), '0', 'since after until: nothing');
is(sql(q(SELECT count(*) FROM relinsights.kpi_history('deals', 'opportunity', 999, now() - interval '1 d', now(), '1 h'))), '0', 'an unknown record: nothing');
is(sql(q(SELECT count(*) FROM relinsights.record_kpi('deals', 'opportunity', 999, now()))), '0', 'as of a moment neither');
is(sql(q(SELECT activities, activities_by_us, time_spent_by_us_hours, email_ratio_by_us FROM relinsights.record_kpi('deals', 'opportunity', 3, '1999-01-01'))),
	'0|0|0|', 'before everything: counts are 0, ratios NULL');

# Errors and rights.
like(fails(q(SELECT * FROM relinsights.record_kpi('deals', 'opportunity', 3, now() + interval '1 min'))), qr/as_of must not lie in the future.*HINT/s, 'the future');
like(fails(q(SELECT * FROM relinsights.record_kpi('deals', 'opportunity', 3, 'infinity'))), qr/as_of must be a finite time/, 'infinity');
like(fails(q(SELECT * FROM relinsights.kpi_history('deals', 'opportunity', 3, '-infinity', now(), '1 d'))), qr/since must be a finite time/, 'since -infinity');
like(fails(qq(SELECT * FROM relinsights.kpi_history('deals', 'opportunity', 3, now(), now(), '$_'))), qr/step must be longer than zero/, "a step of $_")
  for '0', '-1 day', '1 month -31 days';
like(fails(q(SELECT * FROM relinsights.kpi_history('deals', 'opportunity', 3, now() - interval '1 y', now(), '1 s'))), qr/more than 100000 moments.*HINT/s, 'too many');
like(fails(q(SELECT * FROM relinsights.record_kpi('deals', 'opportunity', 'x', now()))), qr/"x" is not the id of a record/, 'an id of another type');
like(fails(q(SELECT relinsights.kpis('deals', log, now() + interval '1 min') FROM deals.record_log)),
	qr/as_of must not lie in the future.*HINT/s, 'of a log, in the future');
# A loop keeps its call sites: what it asks is answered by the settings of the moment.
is(sql(q(DO $$ DECLARE log relinsights.activity_log; gap text; BEGIN
    log := relinsights.activity_log(1::bigint, 'email', 'inbound', now() - interval '3 d', thread => 1::bigint);
    CREATE TEMP TABLE said (gap text, awaiting bigint, lapsed bigint);
    FOREACH gap IN ARRAY '{10 d,1 d,10 d}'::text[] LOOP
      PERFORM relinsights.alter_model('deals', conversation_gap => gap::interval);
      INSERT INTO said SELECT gap, k.awaiting_us, k.lapsed_us FROM relinsights.kpis('deals', log) k;
      INSERT INTO said VALUES (gap, (relinsights.kpis('deals', log)).awaiting_us, (relinsights.kpis('deals', log)).lapsed_us);
    END LOOP; END $$;
  SELECT string_agg(format('%s %s %s', gap, awaiting, lapsed), ', ' ORDER BY gap) FROM said)),
	'1 d 0 1, 1 d 0 1, 10 d 1 0, 10 d 1 0, 10 d 1 0, 10 d 1 0', 'kpis() by the settings of the moment');
sql(q(SELECT relinsights.alter_model('deals', conversation_gap => '30 d')));
like(fails(q(SELECT relinsights.kpis('nobody', log) FROM deals.record_log)), qr/model "nobody" does not exist/, 'an unknown model');
sql(q(CREATE TABLE nothing (activity_id bigint, kind text, occurred_at timestamptz, regarding_type text, regarding_id bigint);
  SELECT relinsights.create_model('fresh', 'nothing')));
like(fails(q(SELECT * FROM relinsights.record_kpi('fresh', 'account', 1, now()))), qr/has never been refreshed.*CALL relinsights\.refresh/s, 'never refreshed');
sql(q(CREATE ROLE reader; GRANT USAGE ON SCHEMA deals, deal TO reader; GRANT SELECT ON deals.refreshed, deals.opportunity_kpi, deal.activities, deal.records TO reader));
my $asked = q(SET ROLE reader; SELECT activities FROM relinsights.record_kpi('deals', 'opportunity', 4, now() - interval '1 d'));
like(fails($asked), qr/permission denied for model "deals"\nDETAIL: +Role "reader" may not read deals\.record_log\.\nHINT: +GRANT/, 'who may not read the logs');
like(fails(q(SET ROLE reader; SELECT * FROM relinsights._kpi_history('deals', 'opportunity', '4', ARRAY[now()], false))), qr/may not read deals\.record_log/,
	'nor by what is part of it');
like(fails(q(SET ROLE reader; SELECT relinsights._refresh_same_age('deals', now()))), qr/must be owner of model "deals"/, 'the owner alone fills same_age');
sql(q(GRANT SELECT ON deals.record_log TO reader));
like(sql($asked), qr/^\d+$/, 'who may');
sql(q(REVOKE ALL ON deal.activities FROM reader));
like(sql($asked), qr/^\d+$/, 'needs no right on the sources');

# Somebody opts out: at once, from the sources.
sql(q(CREATE TABLE deal.participants (activity_id bigint, side text, party_id text, role text);
  INSERT INTO deal.participants SELECT activity_id, 'them', 'p' || activity_id / 90 % 2, 'to' FROM deal.activities;
  SELECT relinsights.create_model('people', 'deal.activities', 'deal.participants', 'deal.records');));
sql(q(CALL relinsights.refresh('people')));
my $count = q(SELECT activities FROM relinsights.record_kpi('people', 'opportunity', 4, now() - interval '2 d'));
my $all = sql($count);
sql(q(SELECT relinsights.opt_out('people', 'them', 'p1')));
my $less = sql($count);
cmp_ok($less, '<', $all, 'an opt-out is seen before the next refresh');
sql(q(CALL relinsights.refresh('people')));
is(sql($count), $less, 'and after it');
$node->stop;
done_testing();
