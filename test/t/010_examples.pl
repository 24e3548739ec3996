# The examples of README and docs run, and give what they print.
#
# In Markdown, a block ```sql is run by psql; a block ```text right after it is what it must print. A block ```sql no-run is
# not run (it needs something that is not here, such as pg_cron) and is counted as skipped. Each file has a database of its
# own with the extension and the demo company as of 2026-06-30; its blocks share one session.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use File::Find;

my $checkout = $ENV{CHECKOUT};
my @files = ("$checkout/README.md");
find(sub { push @files, $File::Find::name if /\.md$/ }, "$checkout/docs", "$checkout/examples");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\n");  # compiling takes longer than the examples
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE company');
$node->safe_psql('company', 'CREATE EXTENSION pg_relinsights');
command_ok([ 'psql', '-X', '-q', '-v', 'as_of=2026-06-30', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('company'), '-f',
	"$checkout/examples/demo/company.sql" ], 'the demo company loads');

sub trimmed { my $t = shift; $t =~ s/[ \t]+$//mg; $t =~ s/\A\n+|\n+\z//g; return $t; }

my $examples = 0;
for my $file (sort @files) {
	(my $name = $file) =~ s{^\Q$checkout\E/}{};
	open(my $in, '<:raw', $file) or die "$file: $!";
	my $text = do { local $/; <$in> };
	my @examples;
	while ($text =~ /^```sql([^\n]*)\n(.*?)^```\s*?\n(?:\s*\n)?(?:```text\n(.*?)^```)?/msg) {
		# Copied first: counting lines is a match of its own and would empty them.
		my ($mode, $sql, $expected, $before) = ($1, $2, $3, substr($text, 0, $-[0]));
		push @examples, { mode => $mode, sql => $sql, expected => $expected, line => 1 + ($before =~ tr/\n//) };
	}
	next unless @examples;
	(my $database = lc $name) =~ s/[^a-z0-9]+/_/g;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE company");
	my $script = '';
	for my $i (0 .. $#examples) {
		$script .= "\\echo \@\@example $i\n" . ($examples[$i]{mode} =~ /no-run/ ? '' : $examples[$i]{sql}) . "\n";
	}
	my $path = "$ENV{TESTDIR}/examples.sql";
	open(my $out, '>:raw', $path) or die $!;
	print $out $script;
	close $out;
	my $printed = qx{psql -X -q -d '@{[$node->connstr($database)]}' -f '$path' 2>&1};
	my %result;
	while ($printed =~ /^\@\@example (\d+)\n(.*?)(?=^\@\@example |\z)/msg) { $result{$1} = $2 }
	for my $i (0 .. $#examples) {
		my $label = "$name line $examples[$i]{line}";
	  SKIP: {
			skip "$label is marked no-run", 1 if $examples[$i]{mode} =~ /no-run/;
			$examples++;
			my $got = trimmed($result{$i} // 'psql stopped before this example');
			$got =~ s/^psql:[^:]*:\d+: //mg;
			if (defined $examples[$i]{expected}) {
				is($got, trimmed($examples[$i]{expected}), $label);
			} else {
				unlike($got, qr/^(ERROR|FATAL|psql)/m, "$label runs");
			}
		}
	}
}
cmp_ok($examples, '>=', 5, "there are examples ($examples)");
$node->stop;
done_testing();
