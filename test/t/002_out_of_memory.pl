# Where memory ends in the middle of an aggregation, that is an error of the query: the server stays up and the session
# goes on with the memory it had before.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
# Nothing spills and nothing is shared: the limit is met by the backend that aggregates.
$node->append_conf('postgresql.conf',
	"shared_buffers = '16MB'\nwork_mem = '100GB'\njit = off\nmax_parallel_workers_per_gather = 0\n");
# This process's limit of address space is the server's too.
system('prlimit', "--pid=$$", '--as=' . 500 * 1024 * 1024 . ':') == 0 or plan skip_all => 'prlimit cannot set a limit here';
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_relinsights');
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

my $mail = q(FROM generate_series(1, 100000000) g);
my %aggregation = (
	'response_agg, one group' => "relinsights.response_agg(g, 'inbound', now()) $mail",
	'response_agg, many groups' => "count(*) FROM (SELECT relinsights.response_agg(1, 'inbound', now()) $mail GROUP BY g) a",
	'contact_agg' => "relinsights.contact_agg(repeat('x', 100) || g, 'email', 'inbound', now()) $mail",
	'timeline_agg, many groups' => "count(*) FROM (SELECT relinsights.timeline_agg('email', 'inbound', date '2026-01-01') $mail GROUP BY g) a",
	'interaction_agg, many groups' => "count(*) FROM (SELECT relinsights.interaction_agg('email', 'inbound', now()) $mail GROUP BY g) a",
	'deal_agg' => "relinsights.deal_agg(g, g % 2 = 0, now(), jsonb_build_object('note', repeat('x', 200) || g)) $mail");
my $memory = 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts';
my $small = q(SELECT relinsights.emails_received(relinsights.interaction_agg('email', 'inbound', now())));
for my $name (sort keys %aggregation) {
	my ($out, $err);
	$node->psql('postgres', "$small; \\o /dev/null\n$memory; \\o\n$memory; \\set VERBOSITY verbose\nSELECT $aggregation{$name}; $memory; $small;",
		stdout => \$out, stderr => \$err, on_error_stop => 0);
	like($err, qr/ERROR:  53200: out of memory/, "$name: out of memory is the error");
	my ($first, $before, $after, $last) = split /\n/, $out;
	is($last, $first, "$name: the session goes on");
	cmp_ok($after, '<', $before + 1024 * 1024, "$name: memory after ($after) is that of before ($before), within 1 MB");
}
is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $started, 'the server never went down');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC/, 'and no backend either');
$node->stop;
done_testing();
