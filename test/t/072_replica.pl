# Logical replication: a model on a subscriber reads what is applied there, and a publication ships the KPIs of a model themselves.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $as_of = '2026-03-01 12:00+00';
my $publisher = PostgreSQL::Test::Cluster->new('publisher');
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
for my $node ($publisher, $subscriber) {
	$node->init(allows_streaming => 'logical', extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nfsync = off\n");
	$node->start;
}
$publisher->safe_psql('postgres', 'CREATE EXTENSION pg_relinsights');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $publisher->connstr('postgres'),
	'-f', "$ENV{CHECKOUT}/test/data/random_sources.sql" ], 'random_sources.sql loads');
$publisher->safe_psql('postgres', qq(
  SELECT testing.make_sources('company', 5, 'text', as_of => '$as_of');
  ALTER TABLE company.activities ADD row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
  ALTER TABLE company.participants ADD row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
  SELECT relinsights.create_model('crm', 'company.activities', 'company.participants', 'company.records',
    'company.record_parties', activity_records => 'company.activity_records', people => 'company.people');
  CREATE PUBLICATION sources FOR TABLES IN SCHEMA company;
  CREATE PUBLICATION kpis FOR TABLES IN SCHEMA crm;));
$publisher->safe_psql('postgres', q(CALL relinsights.refresh('crm')));

# The same database without rows: what pg_dump says of it.
my $schema = PostgreSQL::Test::Utils::tempdir() . '/schema.sql';
command_ok([ 'pg_dump', '--schema-only', '--no-publications', '-d', $publisher->connstr('postgres'), '-f', $schema ],
	'pg_dump of the schema');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $subscriber->connstr('postgres'), '-f', $schema ],
	'the subscriber has it');
$subscriber->safe_psql('postgres', sprintf(
	"CREATE SUBSCRIPTION sources CONNECTION '%s' PUBLICATION sources", $publisher->connstr('postgres') =~ s/'/''/gr));
$subscriber->wait_for_subscription_sync($publisher, 'sources');

sub kpis {
	my ($node, $model) = @_;
	return $node->safe_psql('postgres', "SELECT count(*), sum(activities), md5(string_agg(k::text, chr(10)
	  ORDER BY record_type, record_id)) FROM $model.record_kpi k");
}

# A model of the subscriber's own, over what was applied.
$subscriber->safe_psql('postgres', q(SELECT relinsights.create_model('own', 'company.activities', 'company.participants',
  'company.records', 'company.record_parties', activity_records => 'company.activity_records', people => 'company.people')));
my $compared = sub {
	my ($what) = @_;
	$publisher->safe_psql('postgres', "SELECT relinsights._refresh_engine('crm', '$as_of')");
	$subscriber->safe_psql('postgres', "SELECT relinsights._refresh_engine('own', '$as_of')");
	is(kpis($subscriber, 'own'), kpis($publisher, 'crm'), $what);
};
$compared->('the first copy gives the same KPIs');
my $before = kpis($publisher, 'crm');
$publisher->safe_psql('postgres', q(
  INSERT INTO company.activities (activity_id, kind, direction, occurred_at, regarding_type, regarding_id)
    SELECT 'new ' || n, 'meeting', 'inbound', '2026-02-01', 'account', 'id 1' FROM generate_series(1, 3) n;
  DELETE FROM company.participants WHERE row % 7 = 0;
  UPDATE company.activities SET deleted = true WHERE row % 11 = 0;));
$publisher->wait_for_catchup('sources');
$compared->('and so do applied inserts, updates and deletes');
isnt(kpis($publisher, 'crm'), $before, 'which changed them');

# The tables of the model itself: BI tools may read its views on another server that computes nothing.
$subscriber->safe_psql('postgres', sprintf(
	"CREATE SUBSCRIPTION kpis CONNECTION '%s' PUBLICATION kpis", $publisher->connstr('postgres') =~ s/'/''/gr));
$subscriber->wait_for_subscription_sync($publisher, 'kpis');
is(kpis($subscriber, 'crm'), kpis($publisher, 'crm'), 'the KPIs arrive');
$publisher->safe_psql('postgres', q(UPDATE company.activities SET deleted = true WHERE row % 5 = 0;
  SELECT relinsights.opt_out('crm', 'them', 'id 1')));
$publisher->safe_psql('postgres', q(CALL relinsights.refresh('crm')));
$publisher->wait_for_catchup('kpis');
for my $view (qw(account_kpi opportunity_kpi relationship_activity customer_interactions top_contacts relationship_pipeline)) {
	my $query = "SELECT count(*) || ' ' || coalesce(md5(string_agg(v::text, chr(10) ORDER BY v::text)), '') FROM crm.$view v";
	is($subscriber->safe_psql('postgres', $query), $publisher->safe_psql('postgres', $query), "$view reads the same on both");
}
$_->stop for $subscriber, $publisher;
done_testing();
