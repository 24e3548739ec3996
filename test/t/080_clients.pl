# The drivers that applications and BI tools bring, each asking the same questions with parameters (test/clients): JDBC,
# psqlODBC, psycopg 2 and 3, node-postgres. What they get is what psql gets, in types of their language. A driver that
# is not installed is skipped.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run;

my $clients = "$ENV{CHECKOUT}/test/clients";
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8', '-A', 'trust' ]);
# JDBC speaks TCP only.
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nlisten_addresses = '127.0.0.1'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE company');
$node->safe_psql('company', 'CREATE EXTENSION pg_relinsights');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('company'), '-f',
	"$ENV{CHECKOUT}/examples/demo/company.sql" ], 'the demo company loads');
$node->safe_psql('company', $_) for (
	q(SELECT relinsights.create_model('crm', 'demo.activities', 'demo.participants', 'demo.records',
	  'demo.record_parties')),
	q(CALL relinsights.refresh('crm')),
	q(CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA crm, demo TO reader;
	  GRANT SELECT ON ALL TABLES IN SCHEMA crm, demo TO reader));

sub asked { return $node->safe_psql('company', $_[0], extra_params => [ '-F', "\t" ]) }
my @expected = (
	"stored\t" . asked(q(SELECT emails_sent, round(median_response_time_by_us_hours::numeric, 6),
	  floor(extract(epoch FROM last_interaction_at))::bigint FROM crm.account_kpi WHERE record_id = 1011)),
	# From the source itself: what belongs to the record, completed.
	"live\t" . asked(q(SELECT count(*), count(*) FROM crm.record_activity r JOIN demo.activities a USING (activity_id)
	  WHERE record_type = 'account' AND record_id = 1011 AND a.status = 'completed')),
	"words\t거래처\t" . asked(q(SELECT sentence FROM relinsights.summary('crm', 'account', '1011', 'zh')
	  WITH ORDINALITY s(sentence, place) WHERE place = 1)),
	"ilike\t" . asked(q(SELECT count(*) FROM demo.records 
	  WHERE record_type = 'opportunity' AND lower(name) ~ 'desk' AND state = 'open')),
	map({ "in\t$_" } split /\n/, asked(q(SELECT side, sum(n) FROM crm.record_kpi CROSS JOIN LATERAL (VALUES
	  ('them', emails_received + meetings_received), ('us', emails_sent + meetings_sent)) x(side, n)
	  GROUP BY 1 ORDER BY 1))),
	"array\t" . asked(q(SELECT count(*) FROM demo.records WHERE record_type = 'account' OR record_type = 'lead')));
cmp_ok(asked('SELECT count(*) FROM crm.relationship_pipeline'), '>', 0, 'the demo has deals to read types from');

# answers NAME, IS_INSTALLED, COMMAND, TYPES, lines that its driver has no words for
sub answers {
	my ($name, $installed, $command, $types, $without) = @_;
  SKIP: {
		# A program that is not there at all dies.
		skip "$name is not installed", 1
			unless eval { IPC::Run::run($installed, '>', '/dev/null', '2>', '/dev/null') };
		my ($got, $error) = ('', '');
		IPC::Run::run($command, '>', \$got, '2>', \$error, IPC::Run::timeout(180));
		my @lines = (grep({ !$without || !/^$without\t/ } @expected), "types\t" . join("\t", @$types));
		is($got, join('', map { "$_\n" } @lines), "$name: parameters, filters and types") or diag($error);
	}
}

my $port = $node->port;
my $uri = "postgresql://reader\@127.0.0.1:$port/company";
$ENV{PYTHONIOENCODING} = 'utf-8';
for my $module ('psycopg2', 'psycopg') {
	answers($module, [ 'python3', '-c', "import $module" ], [ 'python3', "$clients/psycopg_client.py", $module, $uri ],
		[ 'str', 'int', 'float', 'datetime', 'date', 'Decimal', 'bool' ]);
}
# A boolean is '0' or '1' to ODBC, which is how psqlODBC is delivered.
answers('psqlODBC', [ 'python3', '-c', "import pyodbc, sys; sys.exit('PostgreSQL Unicode' not in pyodbc.drivers())" ],
	[ 'python3', "$clients/odbc_client.py",
		"Driver={PostgreSQL Unicode};Servername=127.0.0.1;Port=$port;Database=company;Uid=reader" ],
	[ 'str', 'int', 'float', 'datetime', 'date', 'Decimal', 'str' ], 'array');
my $driver = '/usr/share/java/postgresql.jar';
answers('JDBC', [ 'bash', '-c', "test -e $driver && command -v javac" ],
	[ 'java', '-XX:TieredStopAtLevel=1', '-cp', $driver, "$clients/Client.java",
		"jdbc:postgresql://127.0.0.1:$port/company?user=reader" ],
	[ 'text', 'int8', 'float8', 'timestamptz', 'date', 'numeric', 'bool' ]);
answers('node-postgres', [ 'node', '-e', 'require("pg")' ], [ 'node', "$clients/node_client.js", $uri ],
	[ 'string', 'string', 'number', 'Date', 'Date', 'string', 'boolean' ]);

$node->stop;
done_testing();
