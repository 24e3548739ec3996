# A company whose activities lie on two other servers: a model over foreign tables equals the model over local ones byte for byte,
# whatever way the rows are spread; logs made by each server unite into the company's; what is pushed to them; a server that is down.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $as_of = '2026-03-01 12:00+00';
my @shards = map { PostgreSQL::Test::Cluster->new("shard$_") } 1 .. 2;
my $hub = PostgreSQL::Test::Cluster->new('hub');
for my $node (@shards, $hub) {
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nfsync = off\n");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_relinsights');
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', "$ENV{CHECKOUT}/test/data/random_sources.sql" ],
		$node->name . ': random_sources.sql loads');
	# The same random numbers everywhere: each server begins with the whole company, and keeps its part.
	$node->safe_psql('postgres', qq(SELECT testing.make_sources('company$_', $_, '@{[ (undef, 'bigint', 'uuid', 'text')[$_] ]}', as_of => '$as_of')))
	  for 1 .. 3;
}
unless ($hub->psql('postgres', 'CREATE EXTENSION postgres_fdw') == 0) {
	plan skip_all => 'postgres_fdw is not installed here';
}
$hub->safe_psql('postgres', 'ALTER DATABASE postgres SET search_path = public, relinsights');
$hub->safe_psql('postgres', qq(
  CREATE SERVER shard$_ FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '@{[ $shards[$_ - 1]->host ]}', port '@{[ $shards[$_ - 1]->port ]}', dbname 'postgres', extensions 'pg_relinsights', async_capable 'true');
  CREATE USER MAPPING FOR CURRENT_USER SERVER shard$_;)) for 1 .. 2;

# How rows are spread: an activity and its participants by what they regard; by thread, so that records straddle; or each row
# anywhere, so that an activity is on one server and its participants on both.
my %spread = (
	1 => [ 'by record', q(hashtext(coalesce(a.regarding_type || a.regarding_id, ''))), undef ],
	2 => [ 'by thread', q(hashtext(coalesce(a.thread_id::text, ''))), undef ],
	3 => [ 'each row anywhere', q(hashtext(coalesce(a.activity_id::text, '') || a.subject)), q(hashtext(concat(p.party_id, p.role))) ]);
for my $company (1 .. 3) {
	my ($how, $activities, $participants) = @{ $spread{$company} };
	$participants //= "(SELECT $activities FROM company$company.activities a WHERE a.activity_id = p.activity_id)";
	for my $shard (1 .. 2) {
		$shards[ $shard - 1 ]->safe_psql('postgres', qq(
		  DELETE FROM company$company.participants p WHERE coalesce($participants, 0) & 1 <> $shard - 1;
		  DELETE FROM company$company.activities a WHERE $activities & 1 <> $shard - 1;
		  CREATE INDEX ON company$company.activities (activity_id);
		  CREATE INDEX ON company$company.participants (activity_id);
		  ANALYZE;));
		$hub->safe_psql('postgres', qq(
		  CREATE SCHEMA company${company}_$shard;
		  IMPORT FOREIGN SCHEMA company$company LIMIT TO (activities, participants) FROM SERVER shard$shard INTO company${company}_$shard;));
	}
	# One company through a view of both, the others through partitioned tables whose partitions are foreign.
	for my $table (qw(activities participants)) {
		$hub->safe_psql('postgres', $company == 1
			? "CREATE VIEW company$company.spread_$table AS SELECT * FROM company${company}_1.$table UNION ALL SELECT * FROM company${company}_2.$table"
			: qq(CREATE TABLE company$company.spread_$table (LIKE company$company.$table, shard int) PARTITION BY LIST (shard);
			     ALTER TABLE company${company}_1.$table ADD shard int; ALTER TABLE company${company}_2.$table ADD shard int;
			     ALTER TABLE company$company.spread_$table ATTACH PARTITION company${company}_1.$table FOR VALUES IN (1);
			     ALTER TABLE company$company.spread_$table ATTACH PARTITION company${company}_2.$table FOR VALUES IN (2);));
		$shards[ $_ - 1 ]->safe_psql('postgres', "ALTER TABLE company$company.$table ADD shard int DEFAULT $_") for 1 .. 2;
	}
	my $rest = "'company$company.records', 'company$company.record_parties', activity_records => 'company$company.activity_records',
	  people => 'company$company.people', conversation_gap => '2 days', time_zone => 'Asia/Seoul'";
	$hub->safe_psql('postgres', qq(
	  SELECT relinsights.create_model('whole$company', 'company$company.activities', 'company$company.participants', $rest);
	  SELECT relinsights.create_model('spread$company', 'company$company.spread_activities', 'company$company.spread_participants', $rest);));
}

sub different {
	my ($what, $a, $b) = @_;
	is($hub->safe_psql('postgres', "SELECT (SELECT count(*) FROM ($a EXCEPT ALL $b) x) || ' ' || (SELECT count(*) FROM ($b EXCEPT ALL $a) y)"), '0 0', $what);
}

for my $company (1 .. 3) {
	my $how = $spread{$company}[0];
	for my $optout (0, 1) {
		if ($optout) {
			$hub->safe_psql('postgres', "SELECT relinsights.opt_out('$_$company', p.side, p.party_id::text)
			  FROM (SELECT DISTINCT ON (side) side, party_id FROM company$company.people WHERE party_id IS NOT NULL ORDER BY side, party_id) p") for qw(whole spread);
			$how .= ', two opted out';
		}
		$hub->safe_psql('postgres', "SELECT relinsights._refresh_engine('$_$company', '$as_of')") for qw(whole spread);
		cmp_ok($hub->safe_psql('postgres', "SELECT sum(activities) FROM spread$company.record_kpi"), '>', 30, "$how: there is something to count");
		different("$how: $_", "SELECT x::text FROM spread$company.$_ x", "SELECT x::text FROM whole$company.$_ x")
		  for qw(record_kpi record_log_chunk interaction_times record_info person_info record_activity top_contacts);
		# One statement, one moment.
		my $live = join ' UNION ALL ', map { my $k = $_; my $m = $k->[1];
			"SELECT $k->[0] AS side, l::text AS l FROM whole$company.record_kpi r, relinsights.record_kpi('$m', r.record_type, r.record_id::text) l" }
		  ([ 1, "whole$company" ], [ 2, "spread$company" ]);
		is($hub->safe_psql('postgres', "WITH live AS MATERIALIZED ($live),
		  a AS (SELECT l FROM live WHERE side = 1), b AS (SELECT l FROM live WHERE side = 2)
		  SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE b) x), (SELECT count(*) FROM (TABLE b EXCEPT ALL TABLE a) y)"),
			'24|0|0', "$how: live");
	}
	my ($rc, $out, $err) = $hub->psql('postgres', "SELECT source, problem FROM relinsights.check_model('spread$company') WHERE problem NOT LIKE '%index%'");
	is($rc, 0, "$how: check_model works: $err");
}

# Each server makes the logs of what it holds; only their bytes cross, and their union is the company's, threads on both included.
$_->safe_psql('postgres', q(CREATE VIEW company2.logs AS
  SELECT a.regarding_type, a.regarding_id, relinsights.activity_log_send(relinsights.activity_log_agg(a.activity_id, a.kind::text::relinsights.activity_kind,
    a.direction::relinsights.activity_direction, a.occurred_at, a.duration, a.thread_id, NULL, NULL)) AS log
  FROM company2.activities a WHERE NOT a.deleted GROUP BY 1, 2)) for @shards;
$hub->safe_psql('postgres', qq(CREATE FOREIGN TABLE company2_$_.logs (regarding_type text, regarding_id uuid, log relinsights.activity_log) SERVER shard$_
  OPTIONS (schema_name 'company2')) ) for 1 .. 2;
my $united = 'SELECT relinsights.rollup(log) AS log FROM (TABLE company2_1.logs UNION ALL TABLE company2_2.logs) l';
my $local = q(SELECT relinsights.activity_log_agg(a.activity_id, a.kind::text::relinsights.activity_kind,
  a.direction::relinsights.activity_direction, a.occurred_at, a.duration, a.thread_id, NULL, NULL) AS log FROM company2.activities a WHERE NOT a.deleted);
is($hub->safe_psql('postgres', "SELECT (u.log = l.log)::text || ' ' || (relinsights.responses(u.log) = relinsights.responses(l.log))::text
  || ' ' || (relinsights.responses(relinsights.responses(l.log), 'us') > 0)::text FROM ($united) u, ($local) l"),
	'true true true', 'the union of the logs of both servers is the log of all, though threads lie on both');

# Casts of text to labels and the aggregates are computed by the servers.
$_->safe_psql('postgres', q(CREATE VIEW company2.labelled AS SELECT a.shard, a.regarding_id, a.kind::text AS kind, a.direction,
  a.occurred_at, a.duration FROM company2.activities a)) for @shards;
$hub->safe_psql('postgres', qq(
  CREATE TABLE company2.labelled (shard int, regarding_id uuid, kind text, direction text, occurred_at timestamptz,
    duration interval) PARTITION BY LIST (shard);
  CREATE FOREIGN TABLE company2_1.labelled PARTITION OF company2.labelled FOR VALUES IN (1) SERVER shard1
    OPTIONS (schema_name 'company2');
  CREATE FOREIGN TABLE company2_2.labelled PARTITION OF company2.labelled FOR VALUES IN (2) SERVER shard2
    OPTIONS (schema_name 'company2');));
my $by_shard = q(SELECT regarding_id, relinsights.rollup(s)::text FROM (
  SELECT shard, regarding_id, relinsights.interaction_agg(kind::activity_kind, direction::activity_direction, occurred_at,
    duration) AS s FROM company2.labelled GROUP BY 1, 2) p GROUP BY 1);
my $plan = $hub->safe_psql('postgres', "SET enable_partitionwise_aggregate = on; EXPLAIN (VERBOSE, COSTS OFF) $by_shard");
like($plan, qr/Remote SQL: SELECT .*relinsights\.interaction_agg\(kind::relinsights\.activity_kind, .*GROUP BY/,
	'interaction_agg of text columns is pushed to the servers');
like($plan, qr/Async Foreign Scan.*Async Foreign Scan/s, 'which work at the same time');
different('and their summaries roll up to those of all', $by_shard,
	q(SELECT regarding_id, relinsights.interaction_agg(kind::text::activity_kind, direction::activity_direction, occurred_at,
	  duration)::text FROM company2.activities GROUP BY 1));

# A server that is down: one clear error, the old content stays, and the next refresh works.
$hub->safe_psql('postgres', q(CALL relinsights.refresh('spread2')));
my $before = $hub->safe_psql('postgres', 'SELECT md5(string_agg(k::text, chr(10) ORDER BY record_type, record_id)) FROM spread2.record_kpi k');
$shards[1]->stop('immediate');
my ($rc, $out, $err) = $hub->psql('postgres', q(CALL relinsights.refresh('spread2')));
like($err, qr/\A[^\n]*ERROR: +could not connect to server "shard2"/, 'a refresh says which server is down');
like($err, qr/HINT: +See spread2\.refresh_log\./, 'and where to look');
is($hub->safe_psql('postgres', 'SELECT md5(string_agg(k::text, chr(10) ORDER BY record_type, record_id)) FROM spread2.record_kpi k'), $before, 'the old content stays');
like($hub->safe_psql('postgres', 'SELECT error FROM spread2.refresh_log ORDER BY id DESC LIMIT 1'), qr/could not connect to server "shard2"/, 'the log has it');
$shards[1]->start;
is($hub->psql('postgres', q(CALL relinsights.refresh('spread2'))), 0, 'once it is back, a refresh works');
$_->stop for $hub, @shards;
done_testing();
