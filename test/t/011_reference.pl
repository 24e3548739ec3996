# Every public function has its row in docs/reference, with as many arguments as it takes; every row has its function.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $checkout = $ENV{CHECKOUT};
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_relinsights');

# Support functions (of types, operators and aggregates) say so in their comment or are named by a type.
my $public = $node->safe_psql('postgres', q(
  SELECT p.proname || '/' || p.pronargs
  FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  WHERE obj_description(p.oid, 'pg_proc') NOT LIKE 'part of %'
    AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
    AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)
    AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
  ORDER BY 1));
my %functions;
$functions{$_}++ for split /\n/, $public;
cmp_ok(scalar keys %functions, '>', 20, 'there are public functions');

my %rows;
for my $file (glob "$checkout/docs/reference/*.md") {
	open(my $in, '<', $file) or die $!;
	while (<$in>) {
		next unless /^\|\s*`([a-z_]+)\(([^`]*)\)`/;
		my ($name, $arguments) = ($1, $2);
		my $least = () = ($arguments =~ s/\[.*//r) =~ /[^,\s][^,]*/g;
		my $most = () = ($arguments =~ tr/[]//dr) =~ /[^,\s][^,]*/g;
		my $columns = () = /(?<!\\)\|/g;
		is($columns, 5, "$name($arguments) has signature, result, unit and since");
		$rows{"$name/$_"} = 1 for $least .. $most;
	}
}
ok($rows{$_}, "$_ is in docs/reference") for sort keys %functions;
for my $row (sort keys %rows) {
	(my $name = $row) =~ s{/.*}{};
	ok((grep { m{^\Q$name\E/} } keys %functions), "$row in docs/reference exists");
}

# docs/functions.md is what the catalogue says.
my @listed = split /\n/, $node->safe_psql('postgres', slurp_file("$checkout/test/data/functions.sql"));
my @written = grep { /^\| `/ } split /\n/, slurp_file("$checkout/docs/functions.md");
is_deeply(\@written, \@listed, 'docs/functions.md lists the functions there are (else: scripts/list-functions)');
$node->stop;
done_testing();
