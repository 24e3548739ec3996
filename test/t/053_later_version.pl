# A later version with one more KPI column, and a model that an earlier one made. The earlier version is this one without its
# newest KPI, taken out of the install script. What the model has goes on with the numbers that a new model has; what it lacks
# is left out; and nothing ends in another error than one that says upgrade_model().
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use FindBin;
use lib $FindBin::RealBin;
use ModelFunctions;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\n");
$node->start;

sub sql {
	my ($sql) = @_;
	my ($out, $err);
	my $rc = $node->psql('postgres', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=default' ]);
	return $rc == 0 ? $out : "failed: $err";
}

# The install script by hand, as if it were another version's: the library is today's in both.
my $version = $node->safe_psql('postgres', "SELECT default_version FROM pg_available_extensions WHERE name = 'pg_relinsights'");
chomp(my $share = `pg_config --sharedir`);
my $script = slurp_file("$share/extension/pg_relinsights--$version.sql") =~ s/^\\echo.*\n//mr =~ s/^SELECT relinsights\._guard_schema\(\);\n//mr =~ s/MODULE_PATHNAME/\$libdir\/pg_relinsights/gr;
my ($newest, $type) = $script =~ /CREATE TYPE relinsights\.record_kpi_row AS \([^)]*?(\w+) (\w+)\);/;
ok($newest, "the newest KPI is $newest");
my $earlier = $script =~ s/(CREATE TYPE relinsights\.record_kpi_row AS \([^)]*?),\s*$newest $type\);/$1);/r;
$earlier =~ s/CREATE FUNCTION relinsights\.kpi_columns\(\)/CREATE FUNCTION relinsights._kpis_of_the_library()/;
$earlier =~ s/(?=COMMENT ON FUNCTION relinsights\.kpi_columns)/CREATE FUNCTION relinsights.kpi_columns() RETURNS TABLE (name text, type text, unit text, words text) LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
  BEGIN ATOMIC SELECT k.* FROM relinsights._kpis_of_the_library() k WHERE k.name <> '$newest'; END;\n/;
$node->safe_psql('postgres', "CREATE SCHEMA relinsights;\n$earlier");
$node->safe_psql('postgres', slurp_file("$ENV{CHECKOUT}/test/data/random_company.sql"));
my $company = q(SELECT testing.make_company('co', 7, 'bigint', 400); ALTER TABLE co.records ADD attributes jsonb;
  UPDATE co.records SET attributes = jsonb_build_object('size', record_id););
$node->safe_psql('postgres', $company);
my $sources = "'co.activities', 'co.participants', 'co.records', 'co.record_parties', min_similarity => 0";
is(sql("SELECT relinsights.create_model('old', $sources)"), '', 'an earlier version makes a model');
is(sql("SELECT count(*) FROM pg_attribute WHERE attrelid = 'old.record_kpi'::regclass AND attname = '$newest'"), 0, 'without the newest KPI');

# The later version: what its upgrade script does.
$node->safe_psql('postgres', "ALTER TYPE relinsights.record_kpi_row ADD ATTRIBUTE $newest $type");
$node->safe_psql('postgres', $script =~ /^CREATE FUNCTION (relinsights\.kpi_columns\(\).*?;)$/ms ? "CREATE OR REPLACE FUNCTION $1" : die 'no kpi_columns()');
is(sql("SELECT relinsights.create_model('new', $sources)"), '', 'a later one makes another');
is(sql("CALL relinsights.refresh('$_')"), '', "$_ is refreshed") for 'old', 'new';
is(sql("SELECT count(*) > 20 FROM old.record_kpi WHERE activities > 0"), 't', 'and filled');

# same_relations(): each relation of the model beside the new one's, by the columns that both have.
sub same_relations {
	my ($name) = @_;
	my @relations = split /\n/, sql(q(SELECT o.relname, string_agg(quote_ident(a.attname), ',' ORDER BY a.attnum) FROM pg_class o
	  JOIN pg_class n ON n.relnamespace = 'new'::regnamespace AND n.relname = o.relname
	  JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
	  JOIN pg_attribute b ON b.attrelid = n.oid AND b.attname = a.attname AND NOT b.attisdropped
	  WHERE o.relnamespace = 'old'::regnamespace AND o.relkind IN ('r', 'v', 'm') AND o.relname <> 'refresh_log'
	    AND a.attname NOT IN ('refreshed_at', 'as_of', 'model_version') GROUP BY o.relname ORDER BY 1));
	cmp_ok(scalar @relations, '>', 20, "$name: the relations of both models");
	my @different;
	for (@relations) {
		my ($relation, $columns) = split /\|/;
		# These have a row for each KPI.
		my $condition = $relation =~ /^(?:opportunity_comparison|same_age)$/ ? "WHERE kpi <> '$newest'" : '';
		my ($rows) = map { "SELECT to_jsonb(t)::text FROM (SELECT $columns FROM %s.$relation $condition) t" } 1;
		my ($old, $new) = (sprintf($rows, 'old'), sprintf($rows, 'new'));
		my $difference = sql("SELECT count(*) FROM (($old EXCEPT ALL $new) UNION ALL ($new EXCEPT ALL $old)) d");
		push @different, "$relation: $difference" if $difference ne '0';
	}
	is(join("\n", @different), '', "$name: they are equal");
}
same_relations('refreshed by the later version');

# What every function says of the old model is what it says of the new one, or upgrade_model().
sub same_answers {
	my ($name) = @_;
	my ($old, $new) = map { answers(\&sql, $_) } 'old', 'new';
	cmp_ok(scalar keys %$old, '>', 15, "$name: functions of a model");
	my (@asked, %seen);
	for my $function (sort keys %$old) {
		my ($o, $n) = (normalized($old->{$function}, 'old'), normalized($new->{$function}, 'new'));
		if ($o =~ /upgrade_model/ && $n !~ /upgrade_model/) { push @asked, $function; next }
		is($o, $n, "$name: $function");
		$seen{$function} = 1;
	}
	note("$name: upgrade_model is asked for by @asked");
	return \%seen;
}
my $seen = same_answers('one KPI less');
ok($seen->{"relinsights.$_"}, "one KPI less: $_ goes on")
  for 'insights(text,text,text,text)', 'page(text,text,text,text)', 'summary(text,text,text,text)', 'record_kpi(text,text,text)', 'refresh(text,boolean,boolean)', 'refresh_status(text)', 'check_model(text)';

# A layout that is too old: each function works or says so.
$node->safe_psql('postgres', 'UPDATE old.settings SET model_version = model_version - 1');
$seen = same_answers('a layout before this one');
ok(!$seen->{"relinsights.$_"}, "a layout before this one: $_ asks for upgrade_model()") for 'refresh(text,boolean,boolean)', 'record_kpi(text,text,text)';

is(sql("SELECT relinsights.upgrade_model('old')"), '', 'it is upgraded');
is(sql("CALL relinsights.refresh('old'); CALL relinsights.refresh('new')"), '', 'and refreshed');
is(sql("SELECT count(*) FROM pg_attribute WHERE attrelid = 'old.record_kpi'::regclass AND attname = '$newest'"), 1, 'and has the newest KPI');
same_relations('upgraded');
$node->stop;
done_testing();
