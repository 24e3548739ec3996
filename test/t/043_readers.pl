# Readers during refreshes, an immediate stop in the middle of one, and a streaming standby.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_connections = 20\n");
$node->start;
# Fifty accounts; every change adds one activity to each, so a consistent read counts a multiple of fifty.
$node->safe_psql('postgres', q(CREATE EXTENSION pg_relinsights;
  CREATE TABLE mail (activity_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text DEFAULT 'email', direction text DEFAULT 'inbound',
    occurred_at timestamptz DEFAULT now(), regarding_type text DEFAULT 'account', regarding_id bigint, nap double precision DEFAULT 0);
  CREATE INDEX ON mail (regarding_type, regarding_id);
  INSERT INTO mail (regarding_id) SELECT i % 50 FROM generate_series(1, 20000) i;
  CREATE VIEW source AS SELECT m.*, pg_sleep(nap) IS NULL AS automated FROM mail m;
  SELECT relinsights.create_model('crm', 'mail');));
$node->safe_psql('postgres', q(CALL relinsights.refresh('crm')));

my $script = PostgreSQL::Test::Utils::tempdir() . '/read.sql';
PostgreSQL::Test::Utils::append_to_file($script, q(
SELECT 1 / (count(*) = 50 AND sum(activities) % 50 = 0 AND min(activities) = max(activities) AND sum(emails_received) = sum(activities))::int FROM crm.account_kpi;
SELECT 1 / (count(*) > 0)::int FROM crm.relationship_activity WHERE record_id = 7;
));
my ($out, $err) = ('', '');
my $readers = IPC::Run::start([ 'pgbench', '-n', '-c', '2', '-T', '300', '-f', $script, $node->connstr('postgres') . ' application_name=readers' ], '>', \$out, '2>', \$err);
$node->poll_query_until('postgres', "SELECT count(*) >= 2 FROM pg_stat_activity WHERE application_name = 'readers'");
for (1 .. 10) {
	$node->safe_psql('postgres', 'INSERT INTO mail (regarding_id) SELECT i FROM generate_series(0, 49) i');
	$node->safe_psql('postgres', q(CALL relinsights.refresh('crm')));
}
is($node->safe_psql('postgres', 'SELECT min(activities) FROM crm.account_kpi'), '410', 'ten refreshes');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'readers'"), '2', 'both readers still read');
# An error would have ended its client; the end of the run is ours.
$readers->signal('TERM');
$readers->finish;
unlike($err, qr/ERROR|aborted/, 'no reader ever failed or saw a half-new state');

# A streaming standby serves the views, and the live function.
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', 'SELECT count(*), sum(activities) FROM crm.account_kpi'), '50|20500', 'the standby serves the KPI views');
$node->safe_psql('postgres', 'INSERT INTO mail (regarding_id) SELECT i FROM generate_series(0, 49) i');
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', q(SELECT emails_received, activities FROM relinsights.record_kpi('crm', 'account', '7'))), '411|411', 'and live KPIs, current to the last commit');
my ($rc, $stdout, $stderr) = $standby->psql('postgres', q(CALL relinsights.refresh('crm')));
like($stderr, qr/read-only|recovery/, 'a refresh there is a clear error');

# An immediate stop in the middle of a refresh: the old rows are there, nothing is left, the next refresh works.
$standby->stop;
$node->safe_psql('postgres', q(UPDATE mail SET nap = 1 WHERE activity_id % 100 = 0; SELECT relinsights.create_model('slow', 'source')));
my $refresh = IPC::Run::start([ 'psql', '-X', '-d', $node->connstr('postgres'), '-c', q(CALL relinsights.refresh('slow')) ], '>', \$out, '2>', \$err);
$node->poll_query_until('postgres', q(SELECT state = 'running' FROM relinsights.refresh_status('slow') WHERE what = 'refresh'));
$node->stop('immediate');
eval { $refresh->finish };
$node->start;
is($node->safe_psql('postgres', q(SELECT state FROM relinsights.refresh_status('slow') WHERE what = 'refresh')), 'interrupted', 'the refresh shows as interrupted');
is($node->safe_psql('postgres', q(SELECT state FROM relinsights.refresh_status('crm') WHERE what = 'refresh')), 'ok', 'another model is as it was');
is($node->safe_psql('postgres', 'SELECT count(*), sum(activities) FROM crm.account_kpi'), '50|20500', 'with its old rows');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'no lock is left');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relpersistence = 't'"), '0', 'no temporary relation is left');
$node->safe_psql('postgres', 'UPDATE mail SET nap = 0');
$node->safe_psql('postgres', q(CALL relinsights.refresh('slow')));
is($node->safe_psql('postgres', 'SELECT count(*), sum(activities) FROM slow.account_kpi'), '50|20550', 'the next refresh works');
$node->stop;
done_testing();
