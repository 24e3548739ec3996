# Refreshing when things go wrong, at once and on a schedule: the old rows stay, the log says what happened, nothing is left.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $share = (split /\n/, `pg_config --sharedir`)[0];
my $has_cron = -e "$share/extension/pg_cron.control";
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nrestart_after_crash = on\n" . ($has_cron ? "shared_preload_libraries = 'pg_cron'\ncron.database_name = 'postgres'\ncron.host = '" . $node->host . "'\n" : ''));
$node->start;
sub sql {
	my ($sql, @more) = @_;
	my ($out, $err);
	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, @more);
	return $err =~ /ERROR|FATAL|server closed/ ? "failed: $err" : $out . ($err =~ /(NOTICE:.*)/ ? $1 : '');
}
# The view fails, or waits for a lock on gate, when told to.
sql(q(CREATE EXTENSION pg_relinsights;
  CREATE ROLE owner LOGIN; CREATE ROLE other LOGIN; GRANT CREATE ON DATABASE postgres TO owner;
  CREATE SCHEMA src AUTHORIZATION owner; SET ROLE owner;
  CREATE TABLE src.base (activity_id bigint PRIMARY KEY, at timestamptz);
  INSERT INTO src.base SELECT n, timestamptz '2025-01-01' + n * interval '1 h' FROM generate_series(1, 1000) n;
  CREATE TABLE src.knob (divisor int, slow boolean); INSERT INTO src.knob VALUES (1, false);
  CREATE FUNCTION src.wait() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$ BEGIN
    IF (SELECT slow FROM src.knob) THEN PERFORM pg_sleep(60); END IF; RETURN true; END $$;
  CREATE VIEW src.activities WITH (security_invoker = true) AS
    SELECT activity_id, 'email' AS kind, 'inbound' AS direction, at AS occurred_at, 'account' AS regarding_type,
           activity_id % (10 / (SELECT divisor FROM src.knob)) AS regarding_id
    FROM src.base WHERE (SELECT src.wait());
  SELECT relinsights.create_model('a', 'src.activities'); SELECT relinsights.create_model('b', 'src.activities');));
my @owner = (extra_params => [ '-U', 'owner' ]);
is(sql("SELECT what || state FROM relinsights.refresh_status('a')", @owner), "refreshnever\nsimilar_dealsnever", 'never refreshed');
is(sql("CALL relinsights.refresh('a'); CALL relinsights.refresh('b')", @owner), '', 'refresh two models');
my $kpis = "SELECT count(*), sum(activities) FROM a.account_kpi";
is(sql($kpis, @owner), '10|1000', 'rows');
my $last = "SELECT state, coalesce(last_error, '') FROM relinsights.refresh_status('a') WHERE what = 'refresh'";
is(sql($last, @owner), 'ok|', 'status: ok');
sql('INSERT INTO src.base VALUES (1001, now())', @owner);

# Failures leave the old rows, a log row and the error.
sql('UPDATE src.knob SET divisor = 0', @owner);
like(sql("CALL relinsights.refresh('a')", @owner), qr/ERROR:  division by zero/, 'an error of the sources is raised');
is(sql($last, @owner), 'failed|division by zero', 'and logged');
sql('UPDATE src.knob SET divisor = 1, slow = true', @owner);
like(sql("SET statement_timeout = '300ms'; CALL relinsights.refresh('a')", @owner), qr/ERROR:  canceling statement due to statement timeout/, 'a timeout is raised');
is(sql($last, @owner), 'failed|canceling statement due to statement timeout', 'and logged');
is(sql($kpis, @owner), '10|1000', 'the old rows are there');

sql('UPDATE src.knob SET slow = false; ALTER TABLE src.knob RENAME slow TO gone', @owner);
like(sql("CALL relinsights.refresh('a')", @owner), qr/ERROR:  column "slow" does not exist/, 'a source that lost a column is an error');
is(sql($last, @owner), 'failed|column "slow" does not exist', 'and logged');
sql("ALTER TABLE src.knob RENAME gone TO slow", @owner);
sql(q(CREATE VIEW src.many AS SELECT n::bigint AS activity_id, 'email' AS kind, 'inbound' AS direction, timestamptz '2025-01-01' AS occurred_at,
  'account' AS regarding_type, n % 20000 AS regarding_id FROM generate_series(1, 60000::bigint) n; SELECT relinsights.create_model('many', 'src.many')), @owner);
is(sql("CALL relinsights.refresh('many'); SELECT count(*), sum(activities) FROM many.account_kpi", @owner), '20000|60000', 'a larger model');
sql("ALTER ROLE owner SET temp_file_limit = '64kB'; ALTER ROLE owner SET work_mem = '64kB'; ALTER ROLE owner SET maintenance_work_mem = '1MB'");
like(sql("CALL relinsights.refresh('many')", @owner), qr/ERROR:  temporary file size exceeds "?temp_file_limit/, 'a limit on temporary files is an error');
like(sql("SELECT last_error FROM relinsights.refresh_status('many') WHERE what = 'refresh'", @owner), qr/^temporary file size exceeds "?temp_file_limit"? \(64kB\)$/, 'and logged');
is(sql('SELECT count(*), sum(activities) FROM many.account_kpi', @owner), '20000|60000', 'the old rows are there');
sql('ALTER ROLE owner RESET ALL');
sql('UPDATE src.knob SET slow = true', @owner);

my $running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CALL relinsights.refresh(''a%' AND wait_event = 'PgSleep'";
my $session = $node->background_psql('postgres', @owner, on_error_stop => 0);
$session->query_until(qr/started/, "\\echo started\nCALL relinsights.refresh('a');\n");
ok($node->poll_query_until('postgres', "$running", '1'), 'a refresh is running');
is(sql("CALL relinsights.refresh('a')", @owner), 'NOTICE:  a refresh of model "a" is already running: nothing done', 'a second one says so and does nothing');
like(sql("SELECT state, phase FROM relinsights.refresh_status('a') WHERE what = 'refresh'", @owner), qr/^running\|(reading sources|record_kpi)$/, 'status: running, and where');
is(sql($kpis, @owner), '10|1000', 'readers are not blocked');
sql('UPDATE src.knob SET slow = false', @owner);
is(sql("CALL relinsights.refresh('b'); SELECT sum(activities) FROM b.account_kpi", @owner), '1001', 'another model is refreshed meanwhile');
sql('UPDATE src.knob SET slow = true', @owner);
is(sql("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'CALL relinsights.refresh(''a%' AND pid <> pg_backend_pid()"), '1', 'cancel it');
ok($node->poll_query_until('postgres', "SELECT state = 'failed' FROM relinsights.refresh_status('a') WHERE what = 'refresh'"), 'the cancel is logged');

# kill -9 in the middle: everyone restarts; the old rows are there, no lock is left, and the log row shows as interrupted.
$session->query_until(qr/again/, "\\echo again\nCALL relinsights.refresh('a');\n");
ok($node->poll_query_until('postgres', "$running", '1'), 'a refresh is running again');
my $pid = sql("SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL relinsights.refresh(''a%' AND wait_event = 'PgSleep'");
PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', $pid);
eval { $session->quit };
my $tries = 0;
sleep 0.2 until system('pg_isready', '-q', '-d', $node->connstr('postgres')) == 0 || $tries++ > 300;
cmp_ok($tries, '<', 300, 'the server is back');
is(sql($last, @owner), 'interrupted|', 'status: interrupted');
is(sql($kpis, @owner), '10|1000', 'the old rows are there');
is(sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), '0', 'no lock is left');
sql('UPDATE src.knob SET slow = false', @owner);
is(sql("CALL relinsights.refresh('a'); $kpis", @owner), '10|1001', 'the next refresh works');
is(sql($last, @owner), 'ok|', 'status: ok');
is(sql("UPDATE a.refresh_log SET started = started - interval '31 days' WHERE error IS NOT NULL; CALL relinsights.refresh('a'); SELECT count(error) FROM a.refresh_log", @owner), '0', 'the log forgets');

# pg_cron
like(sql("SELECT relinsights.schedule('a')", @owner), qr/scheduling needs the extension pg_cron in this database.*postgresql-\d+-cron.*CALL relinsights.refresh\('a'\)/s, 'without pg_cron: what to do');
SKIP: {
	skip 'pg_cron is not installed', 10 unless $has_cron;
	sql('CREATE EXTENSION pg_cron');
	like(sql("SELECT relinsights.schedule('a')", @owner), qr/permission denied to schedule with pg_cron.*GRANT USAGE ON SCHEMA cron TO owner/s, 'without the right: which');
	sql('GRANT USAGE ON SCHEMA cron TO owner, other');
	like(sql("SELECT relinsights.schedule('a')", extra_params => [ '-U', 'other' ]), qr/must be owner of model "a"/, 'another role may not');
	like(sql("SELECT relinsights.schedule('a', 'sometimes')", @owner), qr/invalid schedule/, 'a wrong schedule');
	is(sql("SELECT relinsights.schedule('a')", @owner), '', 'schedule');
	is(sql("SELECT jobname, schedule, command FROM cron.job ORDER BY 1", @owner), "relinsights complete of a|0 2 * * *|CALL relinsights.refresh('a', complete => true)\n"
		  . "relinsights refresh of a|*/15 * * * *|CALL relinsights.refresh('a')\n"
		  . "relinsights similar_deals of a|0 3 * * 0|CALL relinsights.refresh_similar_deals('a')", 'three jobs');
	is(sql("SELECT what, schedule FROM relinsights.refresh_status('a')", @owner), "refresh|*/15 * * * *\nsimilar_deals|0 3 * * 0", 'status shows the schedules');
	is(sql("SELECT relinsights.schedule('a', '* * * * *')", @owner), '', 'schedule otherwise');
	sql('INSERT INTO src.base VALUES (1002, now())', @owner);
	my $runs = sql("SELECT max(id) FROM a.refresh_log", @owner);
	ok($node->poll_query_until('postgres', "SELECT sum(activities) = 1002 FROM a.account_kpi"), 'a job refreshes');
	is(sql("SELECT bool_or(status = 'succeeded') FROM cron.job_run_details WHERE command = 'CALL relinsights.refresh(''a'')'"), 't', 'job_run_details has it');
	is(sql("SELECT count(*) > 0 FROM a.refresh_log WHERE id > $runs AND error IS NULL", @owner), 't', 'so has refresh_log');
	is(sql("SELECT relinsights.unschedule('a'); SELECT count(*) FROM cron.job", @owner), "\n0", 'unschedule');
	like(sql("SELECT relinsights.unschedule('a')", @owner), qr/NOTICE:  role "owner" has no schedule for model "a"/, 'twice: a notice');
}
done_testing();
