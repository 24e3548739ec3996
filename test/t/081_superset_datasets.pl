# The queries of examples/superset through SQLAlchemy, as Superset sends them: as the role that docs/bi/superset.md
# makes, in a subquery, with the filters of the dashboard, and each metric of the bundle. Rows are those of the relations
# behind them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run;

plan skip_all => 'python3-sqlalchemy or python3-psycopg2 is not installed'
  unless IPC::Run::run([ 'python3', '-c', 'import sqlalchemy, psycopg2' ], '2>', '/dev/null');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE company');
$node->safe_psql('company', 'CREATE EXTENSION pg_relinsights');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('company'), '-f',
	"$ENV{CHECKOUT}/examples/demo/company.sql" ], 'the demo company loads');
$node->safe_psql('company', q(SELECT relinsights.create_model('crm',
  'demo.activities', 'demo.participants', 'demo.records',
  'demo.record_parties')));
$node->safe_psql('company', q(CALL relinsights.refresh('crm')));
# The role as the page makes it.
my $page = PostgreSQL::Test::Utils::slurp_file("$ENV{CHECKOUT}/docs/bi/superset.md");
my ($role) = $page =~ /```sql\n(CREATE ROLE superset_reader.*?)SET ROLE/s or die 'no role in docs/bi/superset.md';
$node->safe_psql('company', $role);

my $uri = 'postgresql+psycopg2://superset_reader@/company?host=' . $node->host . '&port=' . $node->port;
my ($got, $error) = ('', '');
IPC::Run::run([ 'python3', "$ENV{CHECKOUT}/test/superset/ask_datasets.py", "$ENV{CHECKOUT}/examples/superset", $uri ],
	'>', \$got, '2>', \$error);
my %rows = $got =~ /^(\w+)\t(.*)$/mg;
is($error, '', 'no error');
my %relation = (
	records => 'record_info', activity_by_day => 'relationship_activity', interactions => 'customer_interactions',
	attention => 'relationship_attention', opportunities => 'relationship_priority',
	comparison => 'opportunity_comparison',
	who_knows_whom => 'who_knows_whom');
is_deeply([ sort keys %rows ], [ sort keys %relation ], 'every dataset was asked');
for my $dataset (sort keys %relation) {
	is($rows{$dataset}, $node->safe_psql('company', "SELECT count(*) FROM crm.$relation{$dataset}"),
		"$dataset: every row, once");
}
$node->stop;
done_testing();
