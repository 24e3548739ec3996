# Models over distributed tables of Citus (13), where it is installed: a coordinator and two workers; distributed by what people
# ask for (the account) or by activity; refresh, live, check, opt-out, similar deals, aggregates computed on the workers.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $as_of = '2026-03-01 12:00+00';
my $hub = PostgreSQL::Test::Cluster->new('coordinator');
my $share = do { my ($dir) = run_command([ 'pg_config', '--sharedir' ]); $dir };
plan skip_all => 'Citus is not installed here' unless -e "$share/extension/citus.control";
my @workers = map { PostgreSQL::Test::Cluster->new("worker$_") } 1 .. 2;
for my $node ($hub, @workers) {
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nfsync = off\nshared_preload_libraries = 'citus'\nwal_level = logical\n"
		. "max_connections = 60\nmax_prepared_transactions = 60\ncitus.shard_count = 4\n");
	# Nodes of a Citus talk by host and port; these are on Unix sockets of this machine.
	$node->append_conf('postgresql.conf', "citus.node_conninfo = 'sslmode=disable'\nsearch_path = 'public, relinsights'\n");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus');
}
$hub->safe_psql('postgres', sprintf("SELECT citus_set_coordinator_host('%s', %d)", $hub->host, $hub->port));
$hub->safe_psql('postgres', sprintf("SELECT citus_add_node('%s', %d)", $_->host, $_->port)) for @workers;
$hub->safe_psql('postgres', 'CREATE EXTENSION pg_relinsights');
is($_->safe_psql('postgres', "SELECT count(*) FROM pg_extension WHERE extname = 'pg_relinsights'"), '1', $_->name . ' has the extension') for @workers;
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $hub->connstr('postgres'), '-f', "$ENV{CHECKOUT}/test/data/random_sources.sql" ],
	'random_sources.sql loads');

sub different {
	my ($what, $a, $b) = @_;
	is($hub->safe_psql('postgres', "SELECT (SELECT count(*) FROM ($a EXCEPT ALL $b) x) || ' ' || (SELECT count(*) FROM ($b EXCEPT ALL $a) y)"), '0 0', $what);
}

my %by = (record => 'regarding_id', activity => 'activity_id');
for my $how (sort keys %by) {
	$hub->safe_psql('postgres', "SELECT testing.make_sources('$how', 7, 'bigint', as_of => '$as_of');
	  CREATE SCHEMA ${how}_local;");
	# What is distributed has no NULL in the column that says where.
	$hub->safe_psql('postgres', "UPDATE $how.activities SET regarding_id = 0 WHERE regarding_id IS NULL; DELETE FROM $how.activities WHERE activity_id IS NULL;
	  DELETE FROM $how.participants WHERE activity_id IS NULL");
	$hub->safe_psql('postgres', "CREATE TABLE ${how}_local.$_ AS TABLE $how.$_") for qw(activities participants activity_records records record_parties people);
	$hub->safe_psql('postgres', "SELECT create_distributed_table('$how.activities', '$by{$how}');
	  SELECT create_distributed_table('$how.participants', 'activity_id', colocate_with => 'none');
	  SELECT create_reference_table('$how.$_')") for 'records';
	$hub->safe_psql('postgres', "SELECT create_reference_table('$how.$_')") for qw(record_parties people);
	$hub->safe_psql('postgres', "CREATE INDEX ON $how.activities (activity_id); CREATE INDEX ON $how.participants (activity_id);
	  CREATE INDEX ON $how.participants (side, party_id); CREATE INDEX ON $how.activities (regarding_type, regarding_id)");
	for my $where ('', '_local') {
		$hub->safe_psql('postgres', "SELECT relinsights.create_model('by_$how$where', '$how$where.activities', '$how$where.participants', '$how$where.records',
		  '$how$where.record_parties', activity_records => '$how$where.activity_records', people => '$how$where.people', conversation_gap => '2 days', time_zone => 'Asia/Seoul')");
	}
	for my $optout (0, 1) {
		my $what = "distributed by $how" . ($optout ? ', two opted out' : '');
		if ($optout) {
			$hub->safe_psql('postgres', "SELECT relinsights.opt_out('by_$how$_', 'them', '3'), relinsights.opt_out('by_$how$_', 'us', '1')") for '', '_local';
		}
		$hub->safe_psql('postgres', "SELECT relinsights._refresh_engine('by_$how$_', '$as_of')") for '', '_local';
		cmp_ok($hub->safe_psql('postgres', "SELECT sum(activities) FROM by_$how.record_kpi"), '>', 30, "$what: there is something to count");
		different("$what: $_", "SELECT x::text FROM by_$how.$_ x", "SELECT x::text FROM by_${how}_local.$_ x")
		  for qw(record_kpi record_log_chunk interaction_times record_info person_info record_activity top_contacts relationship_health);
		my $live = join ' UNION ALL ', map {
			"SELECT '$_' AS side, l::text AS l FROM by_$how.record_kpi r, relinsights.record_kpi('by_$how$_', r.record_type, r.record_id::text) l" } '', '_local';
		is($hub->safe_psql('postgres', "WITH live AS MATERIALIZED ($live),
		  a AS (SELECT l FROM live WHERE side = ''), b AS (SELECT l FROM live WHERE side <> '')
		  SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE b) x), (SELECT count(*) FROM (TABLE b EXCEPT ALL TABLE a) y)"),
			'24|0|0', "$what: live, in a new plan and in one used again");
	}
	is($hub->psql('postgres', "CALL relinsights.refresh('by_$how')"), 0, "distributed by $how: CALL refresh");
	is($hub->psql('postgres', "CALL relinsights.refresh_similar_deals('by_$how')"), 0, "distributed by $how: similar deals");
	my ($rc, $out, $err) = $hub->psql('postgres', "SELECT * FROM relinsights.check_model('by_$how')");
	# Citus warns of parts of a plan that it prepared and did not need.
	is($rc . $err =~ s/^psql:.*WARNING:  Query could not find the intermediate result file.*\n?//mgr, '0', "distributed by $how: check_model");
	($rc, $out, $err) = $hub->psql('postgres', "SELECT length(relinsights.page('by_$how', 'opportunity', '1')) > 100");
	is("$out $err", 't ', "distributed by $how: page");
	# The model's own tables may be reference tables.
	$hub->safe_psql('postgres', "SELECT create_reference_table('by_$how.opt_out'); SELECT create_reference_table('by_$how.settings')");
	($rc, $out, $err) = $hub->psql('postgres', "CALL relinsights.refresh('by_$how')");
	is("$rc $err", '0 ', "distributed by $how: settings and opt-outs as reference tables");
}

# Grouped by a column that is not the one distributed by: partial states of the workers, text of them, and their union here.
$hub->safe_psql('postgres', q(CREATE TABLE typed AS SELECT activity_id, regarding_id % 3 AS region, kind::text::relinsights.activity_kind AS kind,
  direction::relinsights.activity_direction AS direction, occurred_at, duration, thread_id::bigint AS thread_id FROM activity.activities;
  CREATE TABLE typed_local AS TABLE typed;
  SELECT create_distributed_table('typed', 'activity_id');
  CREATE TABLE stored AS SELECT activity_id, region, relinsights.interaction_agg(kind, direction, occurred_at, duration) AS s FROM typed_local GROUP BY 1, 2;
  CREATE TABLE stored_local AS TABLE stored;
  SELECT create_distributed_table('stored', 'activity_id');));
for my $query ('relinsights.activity_log_agg(activity_id, kind, direction, occurred_at, duration, thread_id, NULL::text[], NULL::text[])::text FROM typed',
	'relinsights.rollup(s)::text FROM stored') {
	my ($function) = $query =~ /relinsights\.(\w+)/;
	different("$function by region", "SELECT region, $query GROUP BY 1", "SELECT region, ${query}_local GROUP BY 1");
	my $plan = $hub->safe_psql('postgres', "SET citus.explain_all_tasks = off; EXPLAIN (VERBOSE, COSTS OFF) SELECT region, $query GROUP BY 1");
	like($plan, qr/worker_partial_agg/, "$function is computed on the workers, only states travel");
}
$_->stop for $hub, @workers;
done_testing();
