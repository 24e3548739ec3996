# A query cancelled in the middle of an aggregation stops soon and gives its memory back.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "work_mem = '2GB'\njit = off\nmax_parallel_workers_per_gather = 0\n");
$node->start;
$node->safe_psql('postgres', q(CREATE EXTENSION pg_relinsights;
  CREATE TABLE mail AS SELECT (g * 7919::bigint) % 500000 AS thread, timestamptz '2026-01-01' + (g * 48271::bigint) % 20000000 * interval '1 s' AS at,
    (CASE WHEN g % 3 = 0 THEN 'inbound' ELSE 'outbound' END)::relinsights.activity_direction AS direction
  FROM generate_series(1, 1000000) g;
  VACUUM ANALYZE mail;));

my $aggregate = 'SELECT relinsights.responses(relinsights.response_agg(thread, direction, at), \'us\') FROM mail';
my $memory = 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts';

# One session: its memory before, ten cancelled aggregations, its memory after.
my $script = "$aggregate;\n\\o /dev/null\n$memory;\n\\o\nSELECT 'before', sum(total_bytes) FROM pg_backend_memory_contexts;\n";
for my $timeout (50, 150, 250, 350, 450, 100, 200, 300, 400, 500) {
	$script .= "SET statement_timeout = ${timeout};\n$aggregate;\nRESET statement_timeout;\n";
}
$script .= "SELECT 'after', sum(total_bytes) FROM pg_backend_memory_contexts;\n$aggregate;\n";
my ($out, $err);
$node->psql('postgres', $script, stdout => \$out, stderr => \$err, on_error_stop => 0);
my $cancelled = () = $err =~ /canceling statement due to statement timeout/g;
cmp_ok($cancelled, '>=', 3, "aggregations were cancelled ($cancelled of 10)");
unlike($err, qr/ERROR:  (?!canceling statement)/, 'and nothing else went wrong');
my ($before) = $out =~ /^before\|(\d+)/m;
my ($after) = $out =~ /^after\|(\d+)/m;
cmp_ok($after, '<', $before + 1024 * 1024, "memory after ($after) is that of before ($before), within 1 MB");
my @results = $out =~ /^(\d+)$/mg;
is($results[-1], $results[0], 'the session still computes the same');

# The sort of millions of e-mails in the final function answers to a cancel within 100 ms of it: here, of the timeout.
$node->safe_psql('postgres', 'INSERT INTO mail SELECT m.* FROM mail m, generate_series(1, 4)');
my $whole = time;
$node->safe_psql('postgres', $aggregate);
$whole = time - $whole;
my $late = 0;
for my $share (0.2, 0.5, 0.7, 0.85, 0.95) {
	my $timeout = int($whole * $share * 1000);
	my $start = time;
	$node->psql('postgres', "SET statement_timeout = $timeout; $aggregate", stderr => \$err);
	my $over = time - $start - $timeout / 1000;
	$late = $over if $over > $late && $err =~ /canceling/;
}
note sprintf('7.5 million e-mails take %.2f s; the slowest cancel took %.2f s more than its timeout, psql included', $whole, $late);
cmp_ok($late, '<', 0.25 * $whole + 0.5, 'cancels are answered long before the work would have ended');

# Many small groups: memory is that of the groups, and an error in the middle leaves the server up.
$node->psql('postgres', 'SELECT thread, relinsights.response_agg(thread, direction, CASE WHEN thread = 499999 THEN timestamptz \'infinity\' ELSE at END) FROM mail GROUP BY thread', stderr => \$err);
like($err, qr/time is infinite or out of range/, 'an error in one of many groups is that error');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server is up');
# One argument can be as large as a gigabyte: an array of people, the text of a summary. Each is stopped long before its end.
$node->safe_psql('postgres', q(CREATE TABLE people AS SELECT array_agg('person ' || md5(g::text) || '@example.com') AS parties FROM generate_series(1, 1000000) g;
  CREATE TABLE contacts AS SELECT relinsights.contact_agg(parties, 'email', 'inbound', timestamptz '2026-01-01')::text AS summary FROM people;));
cmp_ok($node->safe_psql('postgres', 'SELECT length(summary) FROM contacts'), '>', 80e6, 'the text of a summary is larger than 80 MB');
for my $work ('relinsights.contacts(relinsights.contact_agg(parties, \'email\', \'inbound\', now())) FROM people',
	'relinsights.contacts(summary::relinsights.contact_summary) FROM contacts') {
	my $begin = time;
	is($node->safe_psql('postgres', "SELECT $work"), '1000000', "all of them: $work");
	my $whole = time - $begin;
	my $late = 0;
	for my $share (0.2, 0.4, 0.6, 0.8) {
		my $timeout = int($whole * $share * 1000);
		my $start = time;
		$node->psql('postgres', "SET statement_timeout = $timeout; SELECT $work", stderr => \$err);
		my $over = time - $start - $timeout / 1000;
		$late = $over if $over > $late && $err =~ /canceling/;
	}
	note sprintf('%.2f s in all; the slowest cancel took %.2f s more than its timeout, psql included', $whole, $late);
	cmp_ok($late, '<', 0.25 * $whole + 0.5, 'cancels are answered long before the work would have ended');
}
$node->stop;
done_testing();
