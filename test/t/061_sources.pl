# All that a model may be given, on random companies, with every type of ids, times and durations: what belongs to a record and every
# plain column of record_kpi, stored and live, equal test/data/source_oracle.sql, which computes them in plain SQL.
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
my $given = $node->safe_psql('postgres', q(SELECT bool_or('activity_records' = ANY (proargnames)) FROM pg_proc
  WHERE proname = 'create_model' AND pronamespace = 'relinsights'::regnamespace));
plan skip_all => 'create_model does not take activity_records yet' unless $given eq 't';
my $unknown = $node->safe_psql('postgres', q(SELECT count(*) FROM pg_attribute
  WHERE attrelid = 'relinsights.record_kpi_row'::regclass AND attname = 'activities_of_unknown_direction'));
plan skip_all => 'record_kpi has no activities of unknown direction yet' unless $unknown;
my $citext = $node->psql('postgres', 'CREATE EXTENSION citext') == 0;
for my $file (qw(source_oracle random_sources)) {
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', "$ENV{CHECKOUT}/test/data/$file.sql" ],
		"$file.sql loads");
}
$node->safe_psql('postgres', q(
  CREATE FUNCTION testing.comparable(kpis jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT testing.oracle_round((kpis || jsonb_build_object('record_id', kpis->>'record_id'))
      - '{interactions,responses,timeline,their_contacts,our_contacts,engagement}'::text[]) $$;
  CREATE FUNCTION testing.stored(model text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
  BEGIN
    RETURN QUERY EXECUTE format('SELECT testing.comparable(to_jsonb(k)) FROM %I.record_kpi k', model);
  END $$;
  CREATE FUNCTION testing.live(model text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
  DECLARE r record;
  BEGIN
    FOR r IN EXECUTE format('SELECT record_type::text, record_id::text FROM %I.record_kpi', model) LOOP
      RETURN QUERY EXECUTE format('SELECT testing.comparable(to_jsonb(k)) FROM relinsights.record_kpi(%L, %L, %L) k',
                                  model, r.record_type, r.record_id);
    END LOOP;
  END $$;
  -- Which activity of the oracle belongs to which record, copies under the first of them.
  CREATE FUNCTION testing.members(model text, s testing.sources) RETURNS SETOF text LANGUAGE plpgsql AS $$
  BEGIN
    RETURN QUERY EXECUTE format('SELECT DISTINCT concat_ws(''|'', m.record_type::text, m.record_id::text, c.first_id)
      FROM %I.record_activity m JOIN testing.oracle_copies($1) c ON c.activity_id = m.activity_id::text', model) USING s;
  END $$;));

sub different {
	my ($what, $a, $b) = @_;
	is($node->safe_psql('postgres', "SELECT (SELECT count(*) FROM ($a EXCEPT ALL $b) x) || ' ' || (SELECT count(*) FROM ($b EXCEPT ALL $a) y)"), '0 0', $what);
}

# A date is its midnight: one that is far from now, so that nothing ends between a refresh and what is compared with it.
my $zone = (gmtime)[2] >= 6 && (gmtime)[2] < 18 ? 'Europe/London' : 'Pacific/Auckland';
my @ids = ('bigint', 'integer', 'smallint', 'testing.whole_number', 'uuid', 'text', 'varchar(40)', 'char(12)', 'testing.code');
push @ids, 'citext' if $citext;
my @times = ('timestamptz', 'timestamp', 'date');
my @durations = ('interval', 'integer', 'numeric', 'double precision');
my @rules = ('unless_regarding_another', 'people', 'regarding');
for my $seed (1 .. @ids) {
	my ($id, $time, $duration, $rule) = ($ids[$seed - 1], $times[$seed % 3], $durations[$seed % 4], $rules[$seed % 3]);
	my ($company, $model, $closed) = ("company$seed", "model$seed", $seed % 2 ? 'true' : 'false');
	my $what = "ids of $id, times of $time, durations of $duration, $rule";
	$node->safe_psql('postgres', "SELECT testing.make_sources('$company', $seed, '$id', '$time', '$duration')");
	my $sources = join(', ', map { "'$company.$_'" } qw(activities participants records record_parties));
	$node->safe_psql('postgres', "SELECT relinsights.create_model('$model', $sources, activity_records => '$company.activity_records', people => '$company.people',
		time_zone => '$zone', source_time_zone => 'Asia/Seoul', conversation_gap => '2 days', deal_activities => '$rule', until_closed => $closed,
		email_write_minutes => 3 + $seed)");
	# Opted out: somebody of either side; on one company in three nobody.
	if ($seed % 3) {
		$node->safe_psql('postgres', "SELECT relinsights.opt_out('$model', side, testing.nth_id(n, '$id')) FROM unnest('{us,them}'::text[]) side, generate_series(3, 5) n");
	}
	$node->safe_psql('postgres', "CALL relinsights.refresh('$model')");
	my $asked = "testing.sources_of_model('$model', $sources, '$company.activity_records', (SELECT max(l.started) FROM $model.refresh_log l))";
	cmp_ok($node->safe_psql('postgres', "SELECT sum((k->>'activities')::int) FROM testing.oracle_kpis($asked) k"), '>', 30, "$what: there is something to count");
	different("$what: stored", "SELECT testing.stored('$model')", "SELECT testing.oracle_kpis($asked)");
	different("$what: live", "SELECT testing.live('$model')", "SELECT testing.oracle_kpis($asked)");
	different("$what: record_activity", "SELECT testing.members('$model', $asked)",
		"SELECT concat_ws('|', m.record_type, m.record_id, m.activity_id) FROM testing.oracle_members($asked) m");
}
$node->stop;
done_testing();
