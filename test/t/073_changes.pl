# Refreshes of changes: after any history they leave what a refresh of everything leaves at the same moment, which then has
# nothing to repair; what triggers see, and what they do not; writers, roles, crashes, dumps.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nfsync = off\nrestart_after_crash = on\nmax_connections = 30\nautovacuum = off\n");
$node->start;
my $seeds = $ENV{SEEDS} // 6;
my $steps = $ENV{STEPS} // 30;

sub sql {
	my ($sql, %more) = @_;
	my $role = delete $more{role};
	my $db = delete $more{db} // 'postgres';
	my ($out, $err) = ('', '');
	$sql = "SET ROLE $role; $sql" if $role;
	$node->psql($db, "SET client_min_messages = warning; $sql", stdout => \$out, stderr => \$err, on_error_stop => 1, %more);
	return $err =~ /ERROR|FATAL|server closed/ ? "failed: $err" : $out;
}
sub notices {
	my ($sql) = @_;
	$node->psql('postgres', $sql, stderr => \my $err);
	return $err;
}
# psql sends one statement after the other, as CALL needs it.
sub refresh {
	my ($model, $complete, %more) = @_;
	return sql("CALL relinsights.refresh('$model'" . ($complete ? ', complete => true' : '') . ')', %more);
}
my $last = sub { my ($model, $columns, %more) = @_; sql("SELECT $columns FROM $model.refresh_log ORDER BY id DESC LIMIT 1", %more) };

is(sql('CREATE EXTENSION pg_relinsights'), '', 'the extension');
for my $file (qw(random_company random_changes)) {
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', "$ENV{CHECKOUT}/test/data/$file.sql" ], "$file.sql loads");
}

# ---- random histories
my %id_type = (0 => 'bigint', 1 => 'uuid', 2 => 'text');
for my $seed (1 .. $seeds) {
	my $type = $id_type{ $seed % 3 };
	my $script = "SET client_min_messages = error; SELECT testing.make_tracked_model('model$seed', 'company$seed', $seed, '$type'); CALL relinsights.refresh('model$seed'); SELECT setseed($seed / 1000.0);\n";
	for my $step (1 .. $steps) {
		$script .= "SELECT $step, testing.change_something('model$seed', 'company$seed', '$type');\n" x (1 + $step % 2);
		$script .= "CALL relinsights.refresh('model$seed');\nCALL relinsights.refresh('model$seed', complete => true);\n"
		  . "SELECT 'repaired ' || repaired FROM model$seed.refresh_log WHERE repaired > 0 AND id = (SELECT max(id) FROM model$seed.refresh_log);\n";
	}
	my $out = sql($script);
	unlike($out, qr/failed|repaired/, "seed $seed, $type: a complete refresh has nothing to repair after any step");
	is(sql("SELECT count(*) FILTER (WHERE how = 'changes') >= $steps * 0.7, count(*) FILTER (WHERE repaired = 0) >= $steps * 0.7,
	  sum(written) FILTER (WHERE how = 'changes') > $steps FROM model$seed.refresh_log"), 't|t|t', 'most were of changes, and wrote');
}
# The check can fail: what the triggers wrote is lost.
sql(q(UPDATE company1.activities SET kind = 'meeting', status = 'completed'; DELETE FROM model1.changes));
refresh('model1', 1);
is($last->('model1', 'repaired > 0, why IS NULL'), 't|t', 'what was not tracked is repaired, and counted');

# Many records at once: batches are written while others are still being read.
sql(q(CREATE SCHEMA many;
  CREATE TABLE many.activities AS SELECT n AS activity_id, 'email' AS kind, CASE n % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END AS direction,
    timestamptz '2026-01-01' + n * interval '1 min' AS occurred_at, 'account' AS regarding_type, 1 + n % 20000 AS regarding_id
  FROM generate_series(1, 60000) n;
  CREATE TABLE many.records AS SELECT 'account' AS record_type, n AS record_id FROM generate_series(1, 20000) n;
  SELECT relinsights.create_model('many_records', 'many.activities', records => 'many.records');
  SELECT relinsights.track_changes('many_records', t) FROM unnest('{many.activities,many.records}'::regclass[]) t));
refresh('many_records');
sql("SELECT relinsights.alter_model('many_records', email_write_minutes => 6)");
is(refresh('many_records'), '', 'a setting changes every record');
is($last->('many_records', 'how, written'), 'changes|20000', 'all are written anew, from the logs');
sql("INSERT INTO many.activities SELECT 100000 + n, 'meeting', 'inbound', '2026-06-01', 'account', n * 5 FROM generate_series(1, 4000) n");
is(refresh('many_records'), '', 'many activities');
like($last->('many_records', 'how, written'), qr/^changes\|1[26]000$/, 'their records, logs and last activities are written');
refresh('many_records', 1);
is($last->('many_records', 'repaired'), 0, 'and nothing is to be repaired');

# ---- every way to write
sql(q(CREATE SCHEMA crm;
  CREATE TABLE crm.records (record_type text, record_id bigint, state text, closed_at timestamptz, PRIMARY KEY (record_type, record_id));
  INSERT INTO crm.records SELECT 'account', n FROM generate_series(1, 5) n;
  CREATE TABLE crm.activities (activity_id bigint, kind text, direction text, occurred_at timestamptz, status text DEFAULT 'completed',
    regarding_type text DEFAULT 'account', regarding_id bigint, PRIMARY KEY (activity_id, occurred_at)) PARTITION BY RANGE (occurred_at);
  CREATE TABLE crm.early PARTITION OF crm.activities FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
  CREATE TABLE crm.late PARTITION OF crm.activities FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
  CREATE TABLE crm.messages (id bigint PRIMARY KEY);
  CREATE TABLE crm.participants (activity_id bigint REFERENCES crm.messages ON DELETE CASCADE, side text, party_id bigint, role text);
  CREATE TABLE crm.record_parties (record_type text, record_id bigint, side text, party_id bigint, role text);
  INSERT INTO crm.record_parties VALUES ('account', 5, 'them', 50, 'contact');
  INSERT INTO crm.messages SELECT generate_series(1, 20);
  INSERT INTO crm.activities SELECT n, 'email', 'inbound', timestamptz '2025-12-25' + n * interval '1 day', 'completed', 'account', 1 + n % 4 FROM generate_series(1, 20) n;
  CREATE VIEW crm.shown AS SELECT * FROM crm.activities;
  SELECT relinsights.create_model('m', 'crm.shown', 'crm.participants', 'crm.records', 'crm.record_parties')));
refresh('m');
is($last->('m', 'how, why, repaired'), 'complete|changes are not tracked|', 'nothing is tracked: complete');
like(sql("SELECT relinsights.track_changes('m', 'crm.shown')"), qr/changes of crm\.shown cannot be tracked.*It is a view.*crm\.activities/s, 'a view is an error with a hint');
like(sql("SELECT relinsights.track_changes('m', 'crm.messages')"), qr/does not stand behind the sources/, 'so is a table that nothing reads');
like(sql("SELECT relinsights.track_changes('m', 'crm.activities', activity_id => 'no_column')"), qr/cannot be computed.*no_column/s, 'so is an expression over what is not there');
like(notices("SELECT relinsights.track_changes('m', 'crm.activities')"), qr/any makes the next refresh complete, as nothing says which activity/, 'behind a view nothing is guessed');
like(notices("SELECT relinsights.track_changes('m', 'crm.activities', 'activity_id')"), qr/are tracked for model "m": activity activity_id/, 'a NOTICE says what is used');
refresh('m');
like($last->('m', 'how, why'), qr/complete\|crm\.\w+: not tracked/, 'one table is tracked, others are not: complete');
is(sql("SELECT string_agg(example, ' ' ORDER BY example) FROM relinsights.check_model('m') WHERE problem LIKE 'not tracked%'"),
	'crm.participants crm.record_parties crm.records', 'check_model lists them');
sql("SELECT relinsights.track_changes('m', t) FROM unnest('{crm.participants,crm.record_parties,crm.records}'::regclass[]) t");
is(sql("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'relinsights%_m' AND tgenabled = 'A'"), 6 * 4, 'four triggers on each table and leaf, always enabled');
refresh('m');
is($last->('m', 'how, why'), 'complete|the first refresh since track_changes, attach_model or upgrade_model', 'then once complete');
refresh('m');
is($last->('m', 'how, read, written'), 'changes|0|0', 'nothing changed: nothing is read');

my %way = (
	'INSERT' => q(INSERT INTO crm.activities VALUES (21, 'email', 'outbound', '2026-01-05', 'completed', 'account', 2)),
	'INSERT into a leaf' => q(INSERT INTO crm.late VALUES (22, 'email', 'outbound', '2026-01-05', 'completed', 'account', 2)),
	'UPDATE across leaves' => q(UPDATE crm.activities SET occurred_at = '2025-11-01' WHERE activity_id = 12),
	'DELETE' => q(DELETE FROM crm.activities WHERE activity_id = 13),
	'COPY' => qq(COPY crm.activities FROM stdin;\n23\temail\tinbound\t2026-01-06\tcompleted\taccount\t3\n\\.\n),
	'ON CONFLICT' => q(INSERT INTO crm.activities SELECT activity_id, 'email', 'outbound', occurred_at, 'completed', 'account', 4 FROM crm.activities
	  WHERE activity_id = 14 ON CONFLICT (activity_id, occurred_at) DO UPDATE SET regarding_id = excluded.regarding_id),
	'MERGE' => q(MERGE INTO crm.activities a USING (VALUES (15), (24)) v(id) ON a.activity_id = v.id WHEN MATCHED THEN UPDATE SET direction = 'outbound'
	  WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'meeting', 'inbound', '2026-02-01', 'completed', 'account', 1)),
	'participants' => q(INSERT INTO crm.participants VALUES (3, 'them', 50, 'from'), (4, 'them', 50, 'from'), (4, 'us', 1, 'to')),
	'a cascade' => q(DELETE FROM crm.messages WHERE id = 4),
	'replication role' => q(SET session_replication_role = replica; UPDATE crm.activities SET regarding_id = 3 WHERE activity_id = 16),
	'a record' => q(INSERT INTO crm.records VALUES ('account', 6); UPDATE crm.activities SET regarding_id = 6 WHERE activity_id = 17; DELETE FROM crm.records WHERE record_id = 2),
	'a person of a record' => q(UPDATE crm.record_parties SET record_id = 1));
for my $way ('participants', grep { $_ ne 'participants' } sort keys %way) {
	my $did = sql($way{$way});
	refresh('m');
	my $how = $last->('m', 'how, written > 0');
	refresh('m', 1);
	is("$did $how " . $last->('m', 'repaired'), $way =~ /cascade|participants|person/ && $how =~ /\|f/ ? " changes|f 0" : " changes|t 0", "$way is followed");
}
sql('TRUNCATE crm.record_parties');
refresh('m');
is($last->('m', 'how, why'), 'complete|the tables behind the sources, their views or triggers are others than at the last refresh', 'TRUNCATE: complete');
sql('CREATE TABLE crm.leaf (LIKE crm.activities INCLUDING ALL); ALTER TABLE crm.activities DETACH PARTITION crm.early');
refresh('m');
like($last->('m', 'how, why'), qr/complete\|the tables behind/, 'a leaf detached: complete');
refresh('m');
is($last->('m', 'how'), 'changes', 'then of changes again');
sql("ALTER TABLE crm.activities ATTACH PARTITION crm.leaf FOR VALUES FROM (MINVALUE) TO ('2026-01-01')");
refresh('m');
is($last->('m', 'how, why'), 'complete|crm.leaf: not tracked: every refresh is complete', 'a leaf attached that is not tracked: complete');
is(sql("SELECT count(*) FROM relinsights.check_model('m') WHERE problem LIKE 'not tracked%' AND advice LIKE '%track_changes%'"), 1, 'check_model says so');
sql("SELECT relinsights.track_changes('m', 'crm.activities', 'activity_id')");
refresh('m');
sql('ALTER TABLE crm.records DISABLE TRIGGER relinsights_update_m');
refresh('m');
like($last->('m', 'how, why'), qr/complete\|crm\.records: tracked in part/, 'a disabled trigger counts as none');
sql('ALTER TABLE crm.records ENABLE ALWAYS TRIGGER relinsights_update_m');
refresh('m');
refresh('m');
is($last->('m', 'how'), 'changes', 'enabled again');

# ---- a trigger stops nobody
sql(q(CREATE ROLE writer; GRANT USAGE ON SCHEMA crm TO writer; GRANT ALL ON ALL TABLES IN SCHEMA crm TO writer));
is(sql(q(INSERT INTO crm.activities VALUES (31, 'email', 'inbound', '2026-01-05', 'completed', 'account', 1)), role => 'writer'), '', 'a writer needs no right on the model');
is(sql("SELECT count(*) FROM m.changes WHERE activity_id = 31"), 1, 'what it wrote waits');
is(sql("SELECT waiting_changes FROM relinsights.refresh_status('m') WHERE what = 'refresh'"), 1, 'refresh_status counts it');
like(sql('SELECT m.track_1()', role => 'writer'), qr/permission denied/, 'and it may not call the function');
is(sql("BEGIN; INSERT INTO crm.records VALUES ('account', 99); ROLLBACK; SELECT count(*) FROM m.changes WHERE record_id = 99"), '0', 'what is rolled back leaves nothing');
sql("SELECT relinsights.track_changes('m', 'crm.activities', '(100 / (regarding_id - 7))::bigint * 0 + activity_id')");
refresh('m');
is(sql(q(INSERT INTO crm.activities VALUES (32, 'email', 'inbound', '2026-01-05', 'completed', 'account', 7))), '', 'an expression fails, the statement does not');
refresh('m');
like($last->('m', 'how, why'), qr/complete\|crm\.activities: division by zero/, 'the next refresh is complete and says why');
refresh('m', 1);
is($last->('m', 'repaired'), 0, 'and right');
is(sql(q(INSERT INTO crm.activities VALUES (33, 'email', 'inbound', '2026-01-05', 'completed', 'account', NULL))), '', 'an expression is NULL');
refresh('m');
like($last->('m', 'how, why'), qr/complete\|crm\.activities: a changed row says no activity/, 'likewise');
sql("SELECT relinsights.track_changes('m', 'crm.activities', 'activity_id')");
refresh('m');

# ---- writers and refreshes at the same time wait for nobody, and nothing is lost
my $one = $node->background_psql('postgres');
my $two = $node->background_psql('postgres');
for my $order ([ 1, 'refresh', 2, 'refresh' ], [ 2, 'refresh', 1, 'refresh' ], [ 1, 2, 'refresh' ], [ 'refresh', 1, 2, 'refresh' ], [ 1, 'refresh', 'refresh', 2, 'refresh' ]) {
	$one->query_safe(q(BEGIN; UPDATE crm.activities SET direction = CASE direction WHEN 'inbound' THEN 'outbound' ELSE 'inbound' END WHERE activity_id = 18));
	$two->query_safe(q(BEGIN; UPDATE crm.activities SET regarding_id = 4 - regarding_id % 4 WHERE activity_id = 19; DELETE FROM crm.participants WHERE activity_id = 3));
	my %writer = (1 => $one, 2 => $two);
	my $waited = 0;
	for my $what (@$order) {
		if ($what eq 'refresh') { $waited = 1 if sql("SET statement_timeout = '20s'; CALL relinsights.refresh('m')") ne '' }
		else { $writer{$what}->query_safe('COMMIT') }
	}
	refresh('m', 1);
	is("$waited " . $last->('m', 'repaired'), '0 0', "two writers and refreshes, commits in the order @$order");
}
$_->quit for $one, $two;
{
	my $writing = "$ENV{TESTDATADIR}/writing.sql";
	append_to_file($writing, q(\set id random(1000, 100000000)
	  \set account random(1, 6)
	  INSERT INTO crm.activities VALUES (:id, 'email', 'inbound', timestamptz '2026-02-01' + random() * interval '10 days', 'completed', 'account', :account) ON CONFLICT DO NOTHING;
	  UPDATE crm.activities SET regarding_id = :account WHERE activity_id = 100 + :account;
	  INSERT INTO crm.participants SELECT min(activity_id), 'them', 50, 'from' FROM crm.messages, LATERAL (SELECT id AS activity_id) x;
	  DELETE FROM crm.activities WHERE activity_id = (SELECT max(activity_id) FROM crm.activities WHERE activity_id < :id AND activity_id >= 1000);
	));
	my $seconds = $ENV{WRITING_SECONDS} // 6;
	my $bench = IPC::Run::start([ 'pgbench', '-n', '-c', '3', '-T', $seconds, '-f', $writing, $node->connstr('postgres') ], '>', \my $out, '2>', \my $err);
	my $until = time + $seconds;
	my ($refreshes, $failed) = (0, '');
	while (time < $until) {
		my $did = refresh('m');
		$failed .= $did;
		++$refreshes;
	}
	$bench->finish;
	is($failed, '', "$refreshes refreshes beside three writers");
	unlike($err, qr/ERROR|deadlock/, 'no writer failed');
	refresh('m', 1);
	is($last->('m', "repaired, (SELECT count(*) FROM m.changes)"), '0|0', 'nothing is to be repaired, nothing waits');
}

# ---- kill -9 in the middle
SKIP: {
	my $session = $node->background_psql('postgres');
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	sql(q(UPDATE crm.activities SET direction = 'outbound' WHERE activity_id IN (SELECT activity_id FROM crm.activities LIMIT 50)));
	my $waiting = sql('SELECT count(*) > 0 FROM m.changes');
	# It waits for its first lock on a stored relation.
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('BEGIN; LOCK TABLE m.record_kpi IN SHARE ROW EXCLUSIVE MODE');
	$session->query_until(qr/started/, "\\echo started\nCALL relinsights.refresh('m');\n");
	$node->poll_query_until('postgres', "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $pid");
	kill 9, $pid;
	$node->poll_query_until('postgres', 'SELECT true') for 1 .. 2;
	eval { $session->quit };
	eval { $holder->quit };
	$node->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()');
	is("$waiting " . sql("SELECT state FROM relinsights.refresh_status('m') WHERE what = 'refresh'"), 't interrupted', 'killed: interrupted');
	is(sql('SELECT count(*) > 0 FROM m.changes'), 't', 'what waited still waits');
	refresh('m');
	is($last->('m', 'how'), 'changes', 'the next one does it');
	refresh('m', 1);
	is($last->('m', 'repaired'), '0', 'and it is right');
}

# ---- dump and restore, upgrade, drop
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$ENV{TESTDATADIR}/changes.dump", '-n', 'crm', '-n', 'm', '-d', $node->connstr('postgres') ], 'dumped');
sql('CREATE DATABASE restored');
sql('CREATE EXTENSION pg_relinsights', db => 'restored');
$node->command_ok([ 'pg_restore', '-d', $node->connstr('restored'), "$ENV{TESTDATADIR}/changes.dump" ], 'restored');
sql(q(UPDATE crm.activities SET direction = 'inbound' WHERE activity_id = 18), db => 'restored');
refresh('m', 0, db => 'restored');
is($last->('m', 'how, why', db => 'restored'), 'complete|another server or database than at the last refresh', 'after a restore: complete');
refresh('m', 0, db => 'restored');
is($last->('m', 'how', db => 'restored'), 'changes', 'then of changes');
sql(q(UPDATE crm.activities SET direction = 'outbound' WHERE activity_id = 18), db => 'restored');
refresh('m', 1, db => 'restored');
is($last->('m', 'repaired, written > 0', db => 'restored'), '0|t', 'its triggers came along');
is(sql("SELECT relinsights.upgrade_model('m')", db => 'restored'), '', 'upgrade_model');
refresh('m', 0, db => 'restored');
is($last->('m', 'how, why', db => 'restored'), 'complete|the first refresh since track_changes, attach_model or upgrade_model', 'after upgrade_model: complete');
refresh('m', 1, db => 'restored');
is($last->('m', 'repaired', db => 'restored'), '0', 'and the triggers are still there');
is(sql("SELECT relinsights.untrack_changes('m', 'crm.records')"), '', 'untrack one');
refresh('m');
is($last->('m', 'how, why'), 'complete|crm.records: not tracked: every refresh is complete', 'complete from then on');
is(sql("SELECT relinsights.untrack_changes('m'); SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'relinsights%\\_m'"), "\n0", 'untrack all');
sql("SELECT relinsights.track_changes('m', 'crm.records')");
is(sql("SELECT relinsights.drop_model('m'); SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'relinsights%\\_m'"), "\n0", 'drop_model takes triggers along');
is(sql("DROP SCHEMA m CASCADE; SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'relinsights%\\_m'", db => 'restored'), '0', 'so does DROP SCHEMA');
# ---- a model by another name
{
	my $track = sub { "SELECT relinsights.track_changes('$_[0]', t) FROM unnest('{plain.activities,plain.records}'::regclass[]) t; " };
	my $set = sub { "UPDATE plain.activities SET direction = '$_[0]' WHERE activity_id = 18; " };
	sql(q(CREATE SCHEMA plain;
	  CREATE TABLE plain.activities AS SELECT n AS activity_id, 'email' AS kind, 'inbound' AS direction,
	    timestamptz '2026-01-01' + n * interval '1 h' AS occurred_at, 'account' AS regarding_type, n % 5 AS regarding_id
	  FROM generate_series(1, 50) n;
	  CREATE TABLE plain.records AS SELECT 'account' AS record_type, n AS record_id FROM generate_series(0, 4) n;
	  SELECT relinsights.create_model('named', 'plain.activities', records => 'plain.records');) . $track->('named'));
	my $now = sub { refresh($_[0]); $last->("\"$_[0]\"", 'how, written > 0') };
	my $right = sub { refresh($_[0], 1); $last->("\"$_[0]\"", 'repaired') };
	$now->('named');
	sql($set->('outbound'));
	is($now->('named'), 'changes|t', 'a refresh of changes');
	is(notices('ALTER SCHEMA named RENAME TO "a name"; ' . $set->('inbound')), '', 'a change after the model was renamed warns nobody');
	is($now->('a name'), 'complete|t', 'the next refresh is complete');
	is($last->('"a name"', 'why'), 'plain.activities: the schema of the model was renamed since track_changes', 'and says why');
	is($right->('a name'), '0', 'and was right');
	sql($set->('outbound') . 'ALTER SCHEMA "a name" RENAME TO named');
	is($now->('named'), 'complete|t', 'renamed back before any refresh: what changed in between is not forgotten');
	sql($set->('inbound'));
	is($now->('named'), 'changes|t', 'under its first name its triggers are right again');
	sql(q(ALTER SCHEMA named RENAME TO moved;
	  SELECT relinsights.create_model('named', 'plain.activities', records => 'plain.records'); ) . $set->('outbound'));
	is(sql('SELECT (SELECT count(*) FROM named.changes), (SELECT count(*) FROM moved.changes)'), '0|1',
		'changes do not go to another model that has the name now');
	sql("SELECT relinsights.drop_model('named'); " . $track->('moved'));
	is(sql(q(SELECT count(*), count(DISTINCT t.tgfoid) FROM pg_trigger t WHERE t.tgrelid = 'plain.activities'::regclass)), '4|1',
		'track_changes again leaves no trigger of the old name');
	is($now->('moved'), 'complete|t', 'complete once more');
	sql($set->('inbound'));
	is($now->('moved'), 'changes|t', 'and refreshes are of changes');
	is($right->('moved'), '0', 'and right');
}
done_testing();
