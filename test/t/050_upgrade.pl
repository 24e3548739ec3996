# A database that was upgraded from a released version, and one restored from its dump, have what a fresh install has.
# Where this fails: scripts/upgrade-draft (see CONTRIBUTING, Changing SQL).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $upgrade = "$ENV{CHECKOUT}/test/upgrade";
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\n");
$node->start;
my $current = $node->safe_psql('postgres', "SELECT default_version FROM pg_available_extensions WHERE name = 'pg_relinsights'");
my @released = map { /--([\d.]+)\.sql$/ ? $1 : () } sort glob "$upgrade/pg_relinsights--*.sql";
cmp_ok(scalar @released, '>', 0, 'there are released versions');

# facts($db): {object}{property} = value, of everything in the extension there.
sub facts {
	my ($db) = @_;
	my %facts;
	for my $row (split /\x1e/, $node->safe_psql($db, slurp_file("$upgrade/objects.sql"), extra_params => [ '-R', "\x1e", '-F', "\x1f" ])) {
		my ($object, $property, $value) = split /\x1f/, $row, 3;
		$facts{$object}{$property} = $value;
	}
	return \%facts;
}

# The pieces only one of two texts has, as a diff would show them.
sub differing_pieces {
	my ($got, $expected) = map { [ split /\n|(?<=,)/, $_ // '(none)' ] } @_;
	my %got = map { $_ => 1 } @$got;
	my %expected = map { $_ => 1 } @$expected;
	return (map { "    -$_" } grep { !$got{$_} } @$expected), (map { "    +$_" } grep { !$expected{$_} } @$got);
}

# Names every object that differs, and how: - fresh install, + this one.
sub same_objects {
	my ($got, $expected, $name) = @_;
	my @differences;
	for my $object (sort keys %{ { %$got, %$expected } }) {
		if (!$got->{$object}) { push @differences, "missing: $object"; next }
		if (!$expected->{$object}) { push @differences, "not in a fresh install: $object"; next }
		my ($g, $e) = ($got->{$object}, $expected->{$object});
		for my $property (sort keys %{ { %$g, %$e } }) {
			next if ($g->{$property} // "\0") eq ($e->{$property} // "\0");
			push @differences, "different: $object, $property:", differing_pieces($g->{$property}, $e->{$property});
		}
	}
	ok(!@differences, $name) or diag(join "\n", @differences);
}

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION pg_relinsights');
my $fresh = facts('fresh');
cmp_ok(scalar keys %$fresh, '>', 300, 'a fresh install has objects');
is($node->safe_psql('fresh', 'SELECT library, extension FROM relinsights.version()'), "$current|$current", 'version() of a fresh install');

for my $from (@released) {
	(my $db = "from_$from") =~ tr/./_/;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, "CREATE EXTENSION pg_relinsights VERSION '$from'");
	$node->safe_psql($db, 'ALTER EXTENSION pg_relinsights UPDATE');
	is($node->safe_psql($db, 'SELECT library, extension FROM relinsights.version()'), "$current|$current", "$from: version() after the upgrade");
	same_objects(facts($db), $fresh, "$from: upgraded, it has the objects of a fresh install");

	my $dump = $node->basedir . "/$db.sql";
	command_ok([ 'pg_dump', '-f', $dump, $node->connstr($db) ], "$from: dump");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$db");
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("restored_$db"), '-f', $dump ], "$from: restore");
	same_objects(facts("restored_$db"), $fresh, "$from: dumped and restored, too");
}
$node->stop;
done_testing();
