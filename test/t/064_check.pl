# check_model: whatever stops a refresh stands there with an id that the refresh's error names too, and nothing else does; what
# falsifies or is lost is found; lookups are judged by what they read, and the advice runs; who may ask.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nfsync = off\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]) }
sub fails { my ($rc, $out, $err) = $node->psql('postgres', $_[0]); return $err }
sql(q(CREATE EXTENSION pg_relinsights; CREATE SCHEMA src;
  CREATE TABLE src.activities (activity_id bigint, kind text, direction text, occurred_at timestamptz, ends_at timestamptz, status text,
    duration interval, thread_id text, regarding_type text, regarding_id text, followed boolean, opens bigint, link_clicks int,
    attachment_views int, replies bigint, sentiment double precision, deleted boolean, dedupe_key text);
  CREATE TABLE src.participants (activity_id bigint, side text, party_id text, role text);
  CREATE TABLE src.records (record_type text, record_id text, state text, attributes jsonb);
  CREATE TABLE src.record_parties (record_type text, record_id text, side text, party_id text, role text);
  CREATE TABLE src.activity_records (activity_id bigint, record_type text, record_id text);
  CREATE TABLE src.people (side text, party_id text, name text);
  CREATE INDEX ON src.activities (activity_id); CREATE INDEX ON src.activities (regarding_type, regarding_id);
  CREATE INDEX ON src.participants (activity_id); CREATE INDEX ON src.participants (party_id); CREATE INDEX ON src.records (record_type, record_id);
  CREATE INDEX ON src.record_parties (record_type, record_id); CREATE INDEX ON src.activity_records (activity_id);
  CREATE INDEX ON src.activity_records (record_type, record_id);
  INSERT INTO src.activities (activity_id, kind, occurred_at, status, thread_id, regarding_type, regarding_id)
  SELECT n, 'email', timestamptz '2026-01-01' + n * interval '1 h', 'completed', 't' || n / 3, 'opportunity', 'o1' FROM generate_series(1, 20) n;
  INSERT INTO src.participants SELECT n, CASE n % 2 WHEN 0 THEN 'us' ELSE 'them' END, CASE n % 2 WHEN 0 THEN 'me@us' ELSE 'ann@them' END, 'from'
  FROM generate_series(1, 20) n;
  INSERT INTO src.records VALUES ('opportunity', 'o1', 'won', '{"size": 3}');
  INSERT INTO src.record_parties VALUES ('opportunity', 'o1', 'them', 'ann@them', 'contact'), ('opportunity', 'o1', 'us', 'me@us', 'owner');
  SELECT relinsights.create_model('m', 'src.activities', 'src.participants', 'src.records', 'src.record_parties',
    activity_records => 'src.activity_records', people => 'src.people');));
my $check = q(SELECT source, severity, problem, rows, of_rows, example FROM relinsights.check_model('m'));
is(sql("$check WHERE severity <> 'note'"), '', 'a sound mapping');
sql(q(CALL relinsights.refresh('m')));

# One bad value of every kind: column, value, and what a refresh says.
my $row = q(INSERT INTO src.activities (activity_id, kind, occurred_at, status, followed, thread_id, %s) VALUES (777, 'email', '2026-02-02', 'completed', true, 't', %s));
my %bad = (
	'unknown kind' => [ q(INSERT INTO src.activities (activity_id, kind, occurred_at) VALUES (777, 'fax', '2026-02-02')), '777' ],
	'unknown direction' => [ sprintf($row, 'direction', q('sideways')), '777' ],
	'unknown status' => [ q(INSERT INTO src.activities (activity_id, kind, occurred_at, status) VALUES (777, 'email', '2026-02-02', 'done')), '777' ],
	'unknown regarding_type' => [ sprintf($row, 'regarding_type, regarding_id', q('ticket', 'x')), '777' ],
	'infinite time' => [ q(INSERT INTO src.activities (activity_id, kind, occurred_at, thread_id) VALUES (777, 'email', 'infinity', 't')), '777' ],
	'impossible time' => [ q(INSERT INTO src.activities (activity_id, kind, occurred_at, thread_id) VALUES (777, 'email', '290000-01-01', 't')), '777' ],
	'infinite end' => [ sprintf($row, 'ends_at', q('infinity')), '777' ],
	'ends before it begins' => [ sprintf($row, 'ends_at', q('2026-02-01')), '777' ],
	'negative duration' => [ sprintf($row, 'duration', q('-5 min')), '777' ],
	'duration with months' => [ sprintf($row, 'duration', q('1 month')), '777' ],
	'endless duration' => [ sprintf($row, 'duration', q('150000000 days')), '777' ],
	'negative opens' => [ sprintf($row, 'opens', '-1'), '777' ],
	'too many opens' => [ sprintf($row, 'opens', '3000000000'), '777' ],
	'negative clicks' => [ sprintf($row, 'link_clicks', '-1'), '777' ],
	'negative views' => [ sprintf($row, 'attachment_views', '-1'), '777' ],
	'negative replies' => [ sprintf($row, 'replies', '-1'), '777' ],
	'sentiment of 2' => [ sprintf($row, 'sentiment', '2'), '777' ],
	'sentiment NaN' => [ sprintf($row, 'sentiment', q('NaN')), '777' ],
	'duplicate activity' => [ q(INSERT INTO src.activities (activity_id, kind, occurred_at) VALUES (7, 'email', '2026-02-02')), '7' ],
	'unknown side' => [ q(INSERT INTO src.participants VALUES (777, 'both', 'x', 'to')), '777' ],
	'unknown role' => [ q(INSERT INTO src.participants VALUES (777, 'us', 'x', 'chair')), '777' ],
	'unknown record_type' => [ q(INSERT INTO src.records VALUES ('ticket', 'r777')), 'r777' ],
	'unknown state' => [ q(INSERT INTO src.records VALUES ('lead', 'r777', 'hot')), 'r777' ],
	'duplicate record' => [ q(INSERT INTO src.records VALUES ('opportunity', 'o1', 'open')), 'o1' ],
	'unknown record_type of a party' => [ q(INSERT INTO src.record_parties VALUES ('ticket', 'r777', 'us', 'x', 'owner')), 'r777' ],
	'unknown side of a party' => [ q(INSERT INTO src.record_parties VALUES ('lead', 'r777', 'both', 'x', 'owner')), 'r777' ],
	'unknown role of a party' => [ q(INSERT INTO src.record_parties VALUES ('lead', 'r777', 'us', 'x', 'boss')), 'r777' ],
	'unknown record_type of a link' => [ q(INSERT INTO src.activity_records VALUES (777, 'ticket', 'x')), '777' ],
	'unknown side of a person' => [ q(INSERT INTO src.people VALUES ('both', 'p777', 'Ann')), 'p777' ]);
my @tables = map { "src.$_" } qw(activities participants records record_parties activity_records people);
sql("CREATE TABLE kept_$_ AS TABLE src.$_") for qw(activities participants records record_parties activity_records people);
for my $what (sort keys %bad) {
	my ($insert, $id) = @{ $bad{$what} };
	sql($insert);
	my $found = sql("$check WHERE severity = 'stops'");
	like($found, qr/\|\b(\w+ )?\Q$id\E\b/, "$what: check_model names $id");
	my $error = fails(q(CALL relinsights.refresh('m')));
	like($error, qr/ERROR.*\b\Q$id\E\b/s, "$what: so does the refresh's error");
	sql(join(';', map { "TRUNCATE src.$_; INSERT INTO src.$_ TABLE kept_$_" } qw(activities participants records record_parties activity_records people)));
}
# What does not count stops nothing, and is no false alarm.
for my $dead (q(deleted = true), q(status = 'cancelled')) {
	sql("INSERT INTO src.activities (activity_id, kind, occurred_at, status, duration, sentiment, thread_id) VALUES (778, 'email', 'infinity', 'completed', '-1 h', 7, 't');
	  UPDATE src.activities SET $dead WHERE activity_id = 778");
	is(sql("$check WHERE severity <> 'note'"), '', "$dead: no false alarm");
	is(fails(q(CALL relinsights.refresh('m'))), '', "$dead: a refresh works");
	sql('DELETE FROM src.activities WHERE activity_id = 778');
}
is(sql("$check WHERE severity = 'stops'"), '', 'nothing stops');
# The similar deals have a refresh of their own.
sql(q(INSERT INTO src.records VALUES ('opportunity', 'o2', 'lost', '{"a": [1]}')));
like(sql("$check WHERE severity = 'stops'"), qr/attributes that are no flat object.*o2/, 'attributes');
sql(q(DELETE FROM src.records WHERE record_id = 'o2'));

# Wrong and lost.
my @findings = (
	[ q(INSERT INTO src.activities (activity_id, kind, occurred_at, status, thread_id, regarding_type, regarding_id) VALUES (800, 'call', now(), 'x', 't', NULL, NULL)) => undef ],
	[ q(INSERT INTO src.activities (activity_id, kind, occurred_at, status, direction) VALUES (801, 'meeting', now() + interval '2 d', 'completed', 'inbound')) => 'wrong|completed in the future: waits until then|1|21|801' ],
	[ q(INSERT INTO src.activities (activity_id, kind, occurred_at, status, direction) VALUES (802, 'meeting', '2026-01-05', 'scheduled', 'inbound')) => 'lost|scheduled in the past: counts nowhere|1|21|802' ],
	[ q(INSERT INTO src.activities (activity_id, kind, occurred_at, duration, regarding_type, regarding_id) VALUES (803, 'meeting', '2026-01-05', '25 h', 'opportunity', 'o1')) => 'wrong|longer than a day|1|21|803' ],
	[ q(INSERT INTO src.activities (activity_id, kind, occurred_at, ends_at, regarding_type, regarding_id) VALUES (804, 'meeting', '2026-01-05', '2026-01-06', 'opportunity', 'o1')) => 'wrong|a meeting of whole days: its hours count as spent|1|21|804' ],
	[ q(INSERT INTO src.activities (activity_id, kind, occurred_at, regarding_type, regarding_id) VALUES (805, 'meeting', '1970-01-01', 'opportunity', 'o1')) => 'wrong|a clock far from the rest: more than ten years before or after nine tenths of them|1|21|805' ],
	[ q(INSERT INTO src.activities (activity_id, kind, occurred_at, regarding_type, regarding_id) VALUES (806, 'meeting', '2026-01-05', 'account', 'nobody')) => 'lost|regarding an unknown record: not counted there|1|21|account nobody' ],
	[ q(INSERT INTO src.activities (activity_id, kind, occurred_at, regarding_type, regarding_id) VALUES (807, 'meeting', '2026-01-05', 'opportunity', ' O1')) => "lost|regarding an id that differs from a record's by case or blanks only|1|21| O1 and o1" ],
	[ q(UPDATE src.activities SET direction = 'outbound' WHERE activity_id = 1) => 'wrong|outbound, but sent by theirs|1|20|1' ],
	[ q(UPDATE src.activities SET direction = 'inbound' WHERE activity_id = 2) => 'wrong|inbound, but sent by ours|1|20|2' ],
	[ q(UPDATE src.activities SET occurred_at = '2026-01-01 05:00' WHERE activity_id = 3; UPDATE src.activities SET occurred_at = '2026-01-01 05:00', thread_id = 't1' WHERE activity_id = 5) => 'wrong|the same mail twice: counts twice|1|20|3' ],
	[ q(UPDATE src.activities SET dedupe_key = CASE activity_id WHEN 1 THEN '<A@x>' ELSE 'a@x' END WHERE activity_id <= 2) => 'wrong|dedupe_key that differs from another by brackets, blanks or case only: counts twice|1|20|<A@x>' ],
	[ q(UPDATE src.activities SET dedupe_key = 'k', occurred_at = timestamptz '2026-01-01' + activity_id * interval '3 d' WHERE activity_id <= 2) => 'wrong|copies by dedupe_key that lie more than a day apart|2|20|k' ],
	[ q(DELETE FROM src.participants WHERE activity_id = 4) => 'lost|e-mail without a from and a direction: nobody knows who sent it|1|20|4' ],
	[ q(INSERT INTO src.participants VALUES (4, 'them', 'me@us', 'to')) => 'wrong|the same person on both sides|1|21|me@us' ],
	[ q(INSERT INTO src.participants VALUES (4, 'them', 'Ann@them ', 'to')) => 'lost|an id that differs from a listed one by case or blanks only|1|21|Ann@them  and ann@them' ],
	[ q(INSERT INTO src.participants VALUES (999, 'them', 'ann@them', 'to')) => 'lost|of an unknown activity: counts nowhere|1|21|999' ],
	[ q(INSERT INTO src.participants VALUES (4, 'them', '', 'to')) => 'lost|empty text in party_id: no id|1|21|4' ],
	[ q(UPDATE src.activities SET regarding_type = NULL, regarding_id = NULL WHERE activity_id = 3; UPDATE src.participants SET party_id = 'new@them' WHERE activity_id = 3) => 'lost|with people of theirs who are in no record|1|20|new@them' ],
	[ q(INSERT INTO src.record_parties VALUES ('lead', 'l9', 'them', 'ann@them', 'contact')) => 'lost|of an unknown record: links nothing|1|3|lead l9' ]);
for (@findings) {
	my ($change, $expected) = @$_;
	next unless defined $expected;
	sql($change);
	my $found = sql("SELECT severity, problem, rows, of_rows, example FROM relinsights.check_model('m') WHERE severity <> 'note'");
	like($found, qr/^\Q$expected\E$/m, $expected =~ s/\|.*?\|/: /r);
	sql(join(';', map { "TRUNCATE src.$_; INSERT INTO src.$_ TABLE kept_$_" } qw(activities participants records record_parties activity_records people)));
}
is(sql("$check WHERE severity <> 'note'"), '', 'as sound as before');

# Slow: through views, branches and expressions; and the advice runs and is enough.
sql(q(CREATE SCHEMA raw; CREATE TABLE raw.mails (id text PRIMARY KEY, sent timestamptz, about text); CREATE TABLE raw.calls ("Id" int, at timestamptz, about text);
  CREATE VIEW raw.activities AS SELECT id::bigint AS activity_id, 'email' AS kind, sent AS occurred_at, 'account' AS regarding_type, about AS regarding_id FROM raw.mails
    UNION ALL SELECT "Id"::bigint, 'phone_call', at, 'account', about FROM raw.calls;
  SELECT relinsights.create_model('slow', 'raw.activities')));
my $slow = q(SELECT problem || ' -> ' || advice FROM relinsights.check_model('slow') WHERE severity = 'slow' ORDER BY 1);
is(sql($slow), join("\n",
	'no index for activity_id: live KPIs read all of raw.calls -> CREATE INDEX ON raw.calls ((("Id")::bigint));',
	'no index for activity_id: live KPIs read all of raw.mails -> CREATE INDEX ON raw.mails (((id)::bigint));',
	'no index for regarding_id: live KPIs read all of raw.calls -> CREATE INDEX ON raw.calls (about);',
	'no index for regarding_id: live KPIs read all of raw.mails -> CREATE INDEX ON raw.mails (about);'), 'what a lookup reads, branch by branch');
sql($_) for split /\n/, sql(q(SELECT advice FROM relinsights.check_model('slow') WHERE severity = 'slow'));
is(sql($slow), '', 'the advice runs as it stands, and is enough');

# Who may ask, and with whose rights.
sql(q(CREATE ROLE stranger; GRANT USAGE ON SCHEMA m TO stranger));
like(fails(q(SET ROLE stranger; SELECT * FROM relinsights.check_model('m'))), qr/must be owner of model "m".*HINT: +SET ROLE/s, 'not the owner');
sql(q(CREATE ROLE seller; GRANT CREATE ON DATABASE postgres TO seller; GRANT USAGE, CREATE ON SCHEMA src TO seller; GRANT SELECT ON ALL TABLES IN SCHEMA src TO seller;
  CREATE TABLE seen (who text); GRANT INSERT ON seen TO PUBLIC;
  SET ROLE seller; CREATE FUNCTION src.spy() RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.seen VALUES (current_user); RETURN 'email'; END $$;
  CREATE VIEW src.spying AS SELECT activity_id, src.spy() AS kind, occurred_at, regarding_type, regarding_id FROM src.activities;
  SELECT relinsights.create_model('spied', 'src.spying', records => 'src.records')));
sql(q(SELECT count(*) FROM relinsights.check_model('spied')));
is(sql(q(SELECT DISTINCT who FROM seen)), 'seller', 'a superuser runs the owner\'s code with the owner\'s rights');
$node->stop;
done_testing();
