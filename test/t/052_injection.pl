# Names and values that would be SQL, format() or dollar quotes if anything took them for that: as names of models, schemas,
# tables, types and roles, as ids, labels, attributes, settings. Everything works with them, every HINT with them can be run,
# every error is about the value, and nothing of them is executed.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_relinsights; CREATE TABLE public.canary (id int)');

sub sql {
	my ($sql, %options) = @_;
	my ($out, $err);
	my $rc = $node->psql('postgres', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-v', 'VERBOSITY=verbose', '-U', $options{role} // $node->safe_psql('postgres', 'SELECT current_user') ]);
	return $rc == 0 ? $out : "failed: $err";
}
sub literal { my ($s) = @_; $s =~ s/'/''/g; $s =~ s/\\/\\\\/g; return "E'$s'" }
sub identifier { my ($s) = @_; $s =~ s/"/""/g; return "\"$s\"" }

my @hostile = (
	q~'; DROP TABLE public.canary; --~,
	q~"; DROP TABLE public.canary; --~,
	q~'||(DELETE FROM canary)||'~,
	q~$sql$); DROP TABLE canary; --~,
	q~$$ $1 $body$ :x \g~,
	q~%1$I %s %L %% %2$s %~,
	q~back\\slash \' '\'' /* */~,
	q~{"a": ["b'", "c\"]}~,
	"two\nlines\tand a tab",
	"\x{c3}\x{bc} \x{ec}\x{9d}\x{b4}\x{eb}\x{a6}\x{84} \x{e2}\x{80}\x{99} \x{f0}\x{9f}\x{98}\x{80}");
my $n = 0;
for my $h (@hostile) {
	++$n;
	(my $shown = $h) =~ s/[\n\t]/ /g;
	$shown =~ tr/#//d;
	my ($name, $schema, $role, $v) = (literal("m $h"), identifier("s $h"), identifier("r $h"), literal($h));
	my ($model, $type) = (identifier("m $h"), identifier("t $h"));
	my $id = sub { literal("$_[0] $h") };
	is(sql(qq(CREATE ROLE $role LOGIN; CREATE ROLE "reader $n" LOGIN;
	  CREATE SCHEMA $schema; CREATE TYPE $schema.$type AS ENUM ('email', $v, 'meeting');
	  CREATE TABLE $schema.$model (activity_id text, kind $schema.$type, direction text, occurred_at timestamptz, thread_id text, regarding_type text,
	    regarding_id text, subject text, $role int);
	  CREATE TABLE $schema.$schema (activity_id text, side text, party_id text, role text);
	  CREATE TABLE $schema.$role (record_type text, record_id text, name text, owner_id text, state text, attributes jsonb, closed_at timestamptz);
	  CREATE TABLE $schema.parties (record_type text, record_id text, side text, party_id text, role text);
	  INSERT INTO $schema.$model VALUES (@{[$id->(1)]}, 'email', 'inbound', now() - interval '3 h', $v, 'opportunity', @{[$id->('o')]}, $v),
	    (@{[$id->(2)]}, 'email', 'outbound', now() - interval '2 h', $v, NULL, NULL, $v);
	  INSERT INTO $schema.$schema SELECT activity_id, s, @{[$id->('p')]} || s, 'to' FROM $schema.$model, unnest('{us,them}'::text[]) s;
	  INSERT INTO $schema.$role SELECT 'opportunity', CASE i WHEN 0 THEN @{[$id->('o')]} ELSE i || $v END, $v, $v, (ARRAY['open', 'won', 'lost'])[1 + (i > 0)::int * (1 + i % 2)],
	    jsonb_build_object($v, i % 5, 'text', i % 3 || $v), now() FROM generate_series(0, 70) i;
	  INSERT INTO $schema.parties SELECT 'opportunity', @{[$id->('o')]}, s, @{[$id->('p')]} || s, 'contact' FROM unnest('{us,them}'::text[]) s;
	  GRANT CREATE ON DATABASE postgres TO $role; GRANT ALL ON SCHEMA $schema TO $role; GRANT SELECT ON ALL TABLES IN SCHEMA $schema TO $role)), '', "$shown: as names of tables, types and roles");
	my $as = "SET ROLE $role; ";
	my $sources = join ', ', map { literal("$schema.$_") } $model, $schema, $role, 'parties';
	is(sql("$as SELECT relinsights.create_model($name, $sources)"), '', "$shown: as the name of a model");
	is(sql("SET SESSION AUTHORIZATION $role; CALL relinsights.refresh($name)"), '', "$shown: refresh");
	is(sql("SET SESSION AUTHORIZATION $role; CALL relinsights.refresh_similar_deals($name)"), '', "$shown: similar deals");
	is(sql("$as SELECT activities, name = $v, owner_id = $v FROM $model.opportunity_kpi WHERE record_id = @{[$id->('o')]}"), '2|t|t', "$shown: as an id: stored KPIs");
	is(sql("$as SELECT activities, record_id = @{[$id->('o')]} FROM relinsights.record_kpi($name, 'opportunity', @{[$id->('o')]})"), '2|t', "$shown: live");
	is(sql("$as SELECT count(*), bool_and(party_id IN (@{[$id->('p')]} || 'us', @{[$id->('p')]} || 'them')) FROM $model.top_contacts"), '2|t', "$shown: as a person");
	is(sql("$as SELECT count(*), bool_or(contributions ? $v) FROM $model.similar_won_deals WHERE record_id = @{[$id->('o')]}"), '10|t', "$shown: as an attribute");
	is(sql("$as SELECT bool_or(attribute = $v) FROM $model.deal_factors"), 't', "$shown: that is a factor");
	is(sql("$as SELECT last_subject = $v, last_activity_id = @{[$id->(2)]} FROM $model.next_and_last_interaction WHERE record_id = @{[$id->('o')]}"), 't|t', "$shown: as a subject");
	is(sql("$as SELECT count(*) > 2 FROM relinsights.summary($name, 'opportunity', @{[$id->('o')]}, 'en')"), 't', "$shown: summary");
	is(sql("$as SELECT i ->> 'name' = $v, i ->> 'model' = $name FROM relinsights.insights($name, 'opportunity', @{[$id->('o')]}) i"), 't|t', "$shown: insights");
	is(sql("$as SELECT relinsights.page($name, 'opportunity', @{[$id->('o')]}) IS NOT NULL"), 't', "$shown: page");
	is(sql("$as SELECT count(*) FROM relinsights.insights($name, 'opportunity', $v) i WHERE i IS NOT NULL"), '0', "$shown: no such record");
	is(sql("$as SELECT DISTINCT state FROM relinsights.refresh_status($name)"), 'ok', "$shown: status");
	unlike(sql("$as SELECT count(*) FROM relinsights.check_model($name)"), qr/failed|syntax/, "$shown: check");
	is(sql("$as SET client_min_messages = error; SELECT relinsights.opt_out($name, 'them', @{[$id->('p')]} || 'them'); SELECT count(*) FROM $model.top_contacts;
	  SELECT count(*) FROM relinsights.person_report($name, 'them', @{[$id->('p')]} || 'them'); SELECT relinsights.opt_in($name, 'them', @{[$id->('p')]} || 'them')"), "\n1\n7\n", "$shown: opt-out");

	# Errors say what is wrong with the value. (With a digit it may be a POSIX time zone.)
	my $zone = literal($h =~ tr/0-9//dr);
	my %wrong = (
		"SELECT relinsights.alter_model($name, time_zone => $zone)" => qr/22023: invalid value for setting "time_zone"/,
		"SELECT relinsights.alter_model($name, health_frequency => $v)" => qr/22023: invalid value for setting "health_frequency"/,
		"SELECT relinsights.alter_model($name, language => $v)" => qr/22023: invalid value for setting "language"/,
		"SELECT relinsights.alter_model($name, working_calendar => $v)" => qr/22P02|22023|22P05/,
		"SELECT relinsights.alter_model($v, timeline_days => 3)" => qr/3F000: model ".*" does not exist/s,
		"SELECT * FROM relinsights.summary($name, 'opportunity', @{[$id->('o')]}, $v)" => qr/22023: unknown language/,
		"SELECT relinsights.record_kpi($name, $v, '1')" => qr/22023: unknown record type/,
		"SELECT relinsights.relationship_health(timeline, current_date, $v) FROM $model.record_kpi" => qr/22023: /,
		"SELECT relinsights.create_model($name, $sources)" => qr/42P06: schema ".*" already exists/s,
		"SELECT relinsights.create_model($v, $v)" => qr/42P01|42602|42601: invalid name syntax|3F000|22023/,
		"SELECT relinsights.create_model('fine', $sources, time_zone => $zone)" => qr/22023: /,
		"CALL relinsights.refresh($v)" => qr/3F000: model/,
		"SELECT relinsights.drop_model($v)" => qr/3F000: model/,
		"SELECT relinsights.schedule($name, $v)" => qr/0A000: scheduling needs/);
	for my $call (sort keys %wrong) {
		like(sql("SET SESSION AUTHORIZATION $role; $call"), $wrong{$call}, "$shown: error of " . ($call =~ /relinsights\.(\w+)/)[0]);
	}
	# A label that is none of ours, from a source.
	like(sql("INSERT INTO $schema.$model VALUES (@{[$id->(3)]}, $v, 'inbound', now(), $v, 'opportunity', @{[$id->('o')]}); SET SESSION AUTHORIZATION $role; CALL relinsights.refresh($name)"),
		qr/22P02: unknown kind "\Q$h\E" in the activities/, "$shown: as an unknown label");
	like(sql("$as SELECT problem, right(example, length($v)) = $v FROM relinsights.check_model($name) WHERE problem LIKE 'unknown label%'"), qr/^unknown label in kind.*\|t$/, "$shown: which check_model shows");

	# The way out that an error shows is SQL that runs and helps.
	my $hints = 0;
	while ($hints < 9) {
		my $result = sql("SELECT count(*) FROM relinsights.summary($name, 'opportunity', @{[$id->('o')]})", role => "reader $n");
		last unless $result =~ /failed.*HINT:  (GRANT .*;)$/sm;
		my $grant = $1;
		$grant =~ s/\nLOCATION:.*//s;
		$hints++;
		is(sql("$as $grant"), '', "$shown: the hint runs");
	}
	cmp_ok($hints, '>', 0, "$shown: a reader without rights gets a hint");
	like(sql("SELECT count(*) > 0 FROM relinsights.summary($name, 'opportunity', @{[$id->('o')]})", role => "reader $n"), qr/^t$/, "$shown: and it helps");
	is(sql("$as SELECT relinsights.drop_model($name)"), '', "$shown: drop_model");
	is(sql("SELECT count(*) FROM pg_class WHERE oid = 'public.canary'::regclass; SELECT count(*) FROM pg_namespace WHERE nspname IN ($name, 'fine')"), "1\n0", "$shown: nothing else happened");
}
$node->stop;
done_testing();
