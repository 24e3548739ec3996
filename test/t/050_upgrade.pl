# A database that was upgraded from a released version, and one restored from its dump, have what a fresh install has, read
# what the release stored, and go on with the models it made.
# The upgrade scripts are made by scripts/upgrade-script (see CONTRIBUTING, Changing SQL).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use JSON::PP;
use FindBin;
use lib $FindBin::RealBin;
use ModelFunctions;

my $upgrade = "$ENV{CHECKOUT}/test/upgrade";
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
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

# sql($db, $sql): output, or the error.
sub sql {
	my ($db, $sql) = @_;
	my ($out, $err);
	my $rc = $node->psql($db, $sql, stdout => \$out, stderr => \$err);
	return $rc == 0 ? $out : "failed: $err";
}

# What a release stores: its own file, or that of the one before it where nothing changed.
sub stored_file {
	my ($release) = @_;
	return (grep { -e } map { "$upgrade/stored-$_.tsv" } grep { $_ le $release } reverse @released)[0];
}

# stored($db, $release): makes testing.stored (columns of test/upgrade/stored.sql) and one table testing.TYPE(label, v, b) per
# type, v having been read from text and b from COPY BINARY.
sub stored {
	my ($db, $release) = @_;
	my $file = stored_file($release);
	$node->safe_psql($db, slurp_file("$upgrade/reading.sql"));
	$node->safe_psql($db, "CREATE TABLE testing.stored (type text, label text, value text, bytes text, reading jsonb); COPY testing.stored FROM '$file'");
	for my $type (split /\n/, $node->safe_psql($db, 'SELECT DISTINCT type FROM testing.stored')) {
		my @rows = map { [ split /\x1f/ ] } split /\n/, $node->safe_psql($db, "SELECT label, bytes FROM testing.stored WHERE type = '$type'", extra_params => [ '-F', "\x1f" ]);
		my $binary = "PGCOPY\n\xff\r\n\0" . pack('NN', 0, 0);
		$binary .= pack('n', 2) . join('', map { pack('N/a*', $_) } $_->[0], pack('H*', $_->[1])) for @rows;
		my $copy = $node->basedir . "/$db.$type.bin";
		open(my $out, '>:raw', $copy) or die $!;
		print $out $binary, pack('n', 0xffff);
		close $out;
		$node->safe_psql($db, "CREATE TABLE testing.$type (label text, b relinsights.$type);
		  COPY testing.$type FROM '$copy' (FORMAT binary);
		  ALTER TABLE testing.$type ADD v relinsights.$type;
		  UPDATE testing.$type t SET v = s.value::relinsights.$type FROM testing.stored s WHERE s.type = '$type' AND s.label = t.label");
	}
}

# As is(), for thousands of rows.
sub same_rows {
	my ($got, $expected, $name) = @_;
	my @differences = differing_pieces($got, $expected);
	ok($got eq $expected, $name) or diag(join "\n", @differences[ 0 .. ($#differences < 20 ? $#differences : 20) ]);
}

# Whatever is not as the release had it: what an accessor says, and, where a type's version is the same, form and bytes. Hashes are of
# the bytes of today's version; health is computed by today's formula.
my $formula = '_hash\(v\)|relationship_health';
sub check_stored {
	my ($db, $name) = @_;
	my @types = split /\n/, $node->safe_psql($db, 'SELECT DISTINCT type FROM testing.stored');
	is(scalar @types, $node->safe_psql($db, q(SELECT count(*) FROM pg_type WHERE typnamespace = 'relinsights'::regnamespace AND typtype = 'b' AND typcategory <> 'A')), "$name: there are values of every type")
	  if $name =~ /before/;
	for my $type (@types) {
		is(sql($db, "SET intervalstyle = 'postgres'; SELECT t.label, r.key, r.value, n.reading -> r.key FROM testing.$type t JOIN testing.stored s ON s.type = '$type' AND s.label = t.label
		  CROSS JOIN LATERAL (SELECT testing.reading('$type', t.b::text) AS reading) n CROSS JOIN LATERAL jsonb_each(s.reading) r WHERE r.value IS DISTINCT FROM n.reading -> r.key AND r.key !~ '$formula'
		  UNION ALL SELECT t.label, 'text and bytes', to_jsonb(t.v::text), to_jsonb(t.b::text) FROM testing.$type t WHERE NOT (t.v OPERATOR(relinsights.=) t.b)
		  UNION ALL SELECT t.label, 'form', to_jsonb(s.value), to_jsonb(t.v::text) FROM testing.$type t JOIN testing.stored s ON s.type = '$type' AND s.label = t.label
		  CROSS JOIN LATERAL (SELECT encode(relinsights.${type}_send(t.b), 'hex') AS hex) b
		  WHERE left(b.hex, 2) = left(s.bytes, 2) AND NOT (t.v::text = s.value AND b.hex = s.bytes)"), '', "$name: every $type is read as it was");
	}
}

# What a release's accessors read out of a row of stored.sql, and its form where the version is the same as of the other row.
sub readable {
	my ($row, $other) = @_;
	my ($type, $label, $value, $bytes, $reading) = split /\t/, $row, 5;
	my (undef, undef, undef, $other_bytes, $other_reading) = split /\t/, $other // '', 5;
	my ($json, $known) = map { decode_json(($_ // '{}') =~ s/\\\\/\\/gr) } $reading, $other_reading;
	delete @{$json}{ grep { /$formula/ || !exists $known->{$_} } keys %$json };
	my @form = substr($bytes, 0, 2) eq substr($other_bytes // '', 0, 2) ? ($value, $bytes) : ();
	return join "\t", $type, $label, @form, JSON::PP->new->canonical->encode($json);
}

# The values of test/upgrade/stored.sql aggregated again, by the objects $db has.
sub same_aggregates {
	my ($db, $release, $name) = @_;
	my ($out, $err) = run_command([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($db), '-f', "$upgrade/stored.sql" ]);
	$node->safe_psql($db, 'DROP SCHEMA testing CASCADE');
	my @got = split /\n/, $out . $err;
	my @expected = split /\n/, slurp_file(stored_file($release));
	is(scalar @got, scalar @expected, "$name: as many values");
	same_rows(join("\n", map { readable($got[$_], $expected[$_]) } 0 .. $#expected), join("\n", map { readable($expected[$_], $got[$_]) } 0 .. $#expected), $name);
}

# What a model's relations and functions say, of what every version says: health and sentences are those of the installed version;
# a refresh and live KPIs ask for upgrade_model().
my $model = q{SET search_path = pg_catalog;
  SELECT string_agg(r, E'\n' ORDER BY r COLLATE "C") FROM (
  } . join(' UNION ALL ', map { "SELECT '$_' || to_jsonb(t)::text FROM old.$_ t" } qw(settings opt_out record_kpi record_info interaction_times relationship_activity top_contacts
	next_and_last_interaction similar_won_deals deal_factors opportunity_comparison record_activity)) . qq{
  UNION ALL SELECT 'person' || to_jsonb(p)::text FROM relinsights.person_report('old', 'them', '5') p) x(r);};
# They go on, too.
my $read = q(SELECT count(*) > 0 FROM old.relationship_health UNION ALL SELECT count(*) >= 0 FROM old.relationship_pipeline UNION ALL SELECT count(*) > 0 FROM old.record_summary
  UNION ALL SELECT count(*) > 0 FROM old.record_kpi k CROSS JOIN LATERAL relinsights.summary('old', k.record_type::text, k.record_id::text, 'ko') s
  UNION ALL SELECT count(i) > 0 FROM old.record_kpi k CROSS JOIN LATERAL relinsights.insights('old', k.record_type::text, k.record_id::text) i
  UNION ALL SELECT count(*) > 0 FROM relinsights.check_model('old') c);

# upgrade_model: what stays, what users made over the model, what stops it.
sub upgrade_model {
	my ($db, $from, $before) = @_;
	my $roles = "CREATE ROLE reader_$db; CREATE ROLE analyst_$db; CREATE ROLE owner_$db LOGIN";
	is(sql($db, $roles), '', "$from: roles");
	is(sql($db, qq(
	  GRANT USAGE ON SCHEMA old TO reader_$db, analyst_$db; GRANT SELECT ON old.account_kpi, old.similar_won_deals TO reader_$db WITH GRANT OPTION;
	  GRANT SELECT (record_id, activities) ON old.record_kpi TO reader_$db; GRANT SELECT ON ALL TABLES IN SCHEMA old TO analyst_$db;
	  COMMENT ON VIEW old.account_kpi IS 'ours'; COMMENT ON COLUMN old.record_kpi.activities IS 'all of it';
	  CREATE SCHEMA mine; GRANT USAGE, CREATE ON SCHEMA mine TO analyst_$db; GRANT USAGE ON SCHEMA mine TO reader_$db;
	  CREATE VIEW mine.deals WITH (security_barrier = true) AS SELECT k.record_id, k.activities, h.score FROM old.record_kpi k
	    LEFT JOIN old.relationship_health h ON h.record_type = k.record_type AND h.record_id = k.record_id WHERE k.record_type = 'opportunity';
	  COMMENT ON VIEW mine.deals IS 'deals'; COMMENT ON COLUMN mine.deals.score IS 'health'; GRANT SELECT ON mine.deals TO reader_$db;
	  CREATE VIEW mine.over_deals AS SELECT sum(activities) AS activities FROM mine.deals;
	  CREATE VIEW mine.kinds AS SELECT k.record_id, CASE k.record_type WHEN 'account' THEN 'A' ELSE 'o' END AS letter,
	    relinsights.interaction_count(k.interactions, 'email', 'inbound') AS emails FROM old.record_kpi k WHERE k.record_type IN ('account', 'lead');
	  SET ROLE analyst_$db; CREATE VIEW mine.by_analyst AS SELECT record_id, activities FROM old.account_kpi)), '', "$from: views over a model");
	my $seen = sql($db, 'SELECT * FROM mine.deals ORDER BY record_id; SELECT * FROM mine.over_deals; SELECT * FROM mine.kinds ORDER BY 2, 1; SELECT * FROM mine.by_analyst ORDER BY 1');
	# A materialized view and a function stop it, and nothing is changed.
	sql($db, q(CREATE MATERIALIZED VIEW mine.stored AS SELECT * FROM old.account_kpi;
	  CREATE FUNCTION mine.counted() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM old.record_info; END));
	my $stopped = sql($db, "SELECT relinsights.upgrade_model('old')");
	like($stopped, qr/cannot be upgraded.*DETAIL.*materialized view mine\.stored .*SELECT.*HINT/s, "$from: a materialized view stops it");
	like($stopped, qr/FUNCTION mine\.counted\(\)/, "$from: a function too, in the same error");
	like($stopped, qr/^(?!.*mine\.deals)/s, "$from: views do not");
	same_rows(sql($db, $model), $before, "$from: nothing is changed");
	sql($db, 'DROP MATERIALIZED VIEW mine.stored; DROP FUNCTION mine.counted');
	# An owner who is no member of the role of a view over the model.
	is(sql($db, qq(ALTER SCHEMA old OWNER TO owner_$db; GRANT USAGE ON SCHEMA co TO owner_$db; GRANT SELECT ON ALL TABLES IN SCHEMA co TO owner_$db;
	  DO \$\$ DECLARE r record; BEGIN FOR r IN SELECT oid::regclass AS name, relkind FROM pg_class WHERE relnamespace = 'old'::regnamespace AND relkind IN ('r', 'v', 'm') LOOP
	    EXECUTE format('ALTER %s %s OWNER TO owner_$db', CASE r.relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END, r.name); END LOOP; END \$\$;
	  GRANT CREATE ON SCHEMA mine TO owner_$db; GRANT USAGE ON SCHEMA mine TO owner_$db)), '', "$from: the model of a plain role");
	like(sql($db, "SET ROLE owner_$db; SELECT relinsights.upgrade_model('old')"), qr/cannot be upgraded.*view mine\.by_analyst/s, "$from: a view of another role stops its owner");
	is(sql($db, "SELECT relinsights.upgrade_model('old')"), '', "$from: a superuser upgrades it");
	# By the rules that it was made under.
	is(sql($db, "SELECT relinsights.alter_model('old', deal_activities => 'people', until_closed => false)"), '', "$from: is altered");
	is(sql($db, "CALL relinsights.refresh('old')"), '', "$from: and it is refreshed");
	same_rows(sql($db, 'SELECT * FROM mine.deals ORDER BY record_id; SELECT * FROM mine.over_deals; SELECT * FROM mine.kinds ORDER BY 2, 1; SELECT * FROM mine.by_analyst ORDER BY 1'), $seen, "$from: users' views say what they said");
	is(sql($db, qq(SELECT c.relowner::regrole, c.reloptions, obj_description(c.oid), col_description(c.oid, 3), has_table_privilege('reader_$db', c.oid, 'SELECT') FROM pg_class c WHERE c.relnamespace = 'mine'::regnamespace ORDER BY c.relname)),
		"analyst_$db||||f\npostgres|{security_barrier=true}|deals|health|t\npostgres||||f\npostgres||||f", "$from: with owner, options, comments and grants");
	is(sql($db, qq(SELECT has_table_privilege('reader_$db', 'old.account_kpi', 'SELECT WITH GRANT OPTION'), has_table_privilege('reader_$db', 'old.similar_won_deals', 'SELECT'),
	  has_table_privilege('reader_$db', 'old.record_kpi', 'SELECT'), has_column_privilege('reader_$db', 'old.record_kpi', 'activities', 'SELECT'), has_table_privilege('analyst_$db', 'old.top_contacts', 'SELECT'),
	  obj_description('old.account_kpi'::regclass), col_description('old.record_kpi'::regclass, 11), obj_description('old.record_kpi'::regclass) LIKE 'KPIs of every record%',
	  (SELECT count(DISTINCT relowner) FROM pg_class WHERE relnamespace = 'old'::regnamespace))), 't|t|f|t|t|ours|all of it|t|1', "$from: grants and comments of the model, all of its owner");
	is(sql($db, 'SELECT model_version, time_zone, language, min_similarity, working_calendar IS NOT NULL, conversation_gap = interval \'30 days\' FROM old.settings'), '2|Asia/Seoul|zh|0|t|t', "$from: settings stay, new ones have their default");
	is(sql($db, 'SELECT side, party_id FROM old.opt_out; SELECT count(*) > 1, count(DISTINCT id) = count(*) FROM old.refresh_log'), "them|4\nt|t", "$from: opt-outs and log stay");
	my %expected = map { $_ => 1 } split /\n/, $node->safe_psql($db, q(SELECT relinsights.create_model('fresh', 'co.activities', 'co.participants', 'co.records', 'co.record_parties');
	  SELECT concat_ws(' ', c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum))
	  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'fresh'::regnamespace AND c.relkind IN ('r', 'v', 'm') AND c.relname || a.attname <> 'record_kpiactivities'));
	my %got = map { $_ => 1 } split /\n/, $node->safe_psql($db, q(SELECT '';
	  SELECT concat_ws(' ', c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum))
	  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'old'::regnamespace AND c.relkind IN ('r', 'v', 'm') AND c.relname || a.attname <> 'record_kpiactivities'));
	is_deeply(\%got, \%expected, "$from: its relations are those of a model made by this version");
	is(sql($db, "SELECT relinsights.upgrade_model('old'); CALL relinsights.refresh('old'); SELECT relinsights.drop_model('fresh'); DROP SCHEMA mine CASCADE; SELECT relinsights.drop_model('old')"), "\n\n", "$from: again; dropped");
}

for my $from (@released) {
	(my $db = "from_$from") =~ tr/./_/;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	# The objects of the release with the library of today: a package was updated and nobody said ALTER EXTENSION yet.
	$node->safe_psql($db, "CREATE EXTENSION pg_relinsights VERSION '$from'");
	same_aggregates($db, $from, "$from before the upgrade: every aggregate gives what it gave");
	stored($db, $from);
	check_stored($db, "$from before the upgrade");
	$node->safe_psql($db, slurp_file("$ENV{CHECKOUT}/test/data/random_company.sql") =~ s/CREATE SCHEMA testing;//r);
	is(sql($db, q(SELECT testing.make_company('co', 7, 'bigint', 400);
	  UPDATE co.activities SET direction = 'inbound' WHERE direction IS NULL; DELETE FROM co.participants WHERE role IS NULL;
	  ALTER TABLE co.records ADD attributes jsonb; UPDATE co.records SET attributes = jsonb_build_object('size', record_id);
	  SELECT relinsights.create_model('old', 'co.activities', 'co.participants', 'co.records', 'co.record_parties', time_zone => 'Asia/Seoul', language => 'zh',
	    working_calendar => '{"time_zone": "Asia/Seoul", "open": {"mon": ["09:00-18:00"], "wed": ["09:00-18:00"]}}', min_similarity => 0))), "\n", "$from: it makes a model");
	sql($db, "SELECT relinsights.opt_out('old', 'them', '4')");
	is(sql($db, "CALL relinsights.refresh('old')"), '', "$from: refreshes it");
	my $before = sql($db, $model);
	like($before, qr/^deal_factors.*\nopt_out.*\nrecord_kpi/s, "$from: and reads it");

	$node->safe_psql($db, 'ALTER EXTENSION pg_relinsights UPDATE');
	is($node->safe_psql($db, 'SELECT library, extension FROM relinsights.version()'), "$current|$current", "$from: version() after the upgrade");
	same_objects(facts($db), $fresh, "$from: upgraded, it has the objects of a fresh install");
	check_stored($db, "$from after the upgrade");
	same_rows(sql($db, $model), $before, "$from: the model says what it said");
	like(sql($db, $_), qr/made by an older version.*upgrade_model\('old'\)/s, "$from: upgrade_model is asked for")
	  for "CALL relinsights.refresh('old')", "CALL relinsights.refresh_similar_deals('old')", "SELECT * FROM relinsights.record_kpi('old', 'account', '1')";
	same_rows(sql($db, $model), $before, "$from: and still says so");
	is(sql($db, $read), join("\n", ('t') x 6), "$from: all of it can be read");
	# Every function of a model works on this one, or says upgrade_model(), or says no to any model.
	my $say = sub { sql($db, shift) };
	$node->safe_psql($db, "SELECT relinsights.create_model('new', 'co.activities', 'co.participants', 'co.records', 'co.record_parties'); CALL relinsights.refresh('new')");
	my ($old, $new) = map { answers($say, $_) } 'old', 'new';
	is(join("\n", map { "$_: $old->{$_}" } grep { $old->{$_} =~ /^failed.*ERROR/s && $old->{$_} !~ /upgrade_model/ && normalized($old->{$_}, 'old') ne normalized($new->{$_}, 'new') } sort keys %$old),
		'', "$from: every function works or asks for upgrade_model");
	same_rows(sql($db, $model), $before, "$from: and changes nothing where it is undone");
	$node->safe_psql($db, "SELECT relinsights.drop_model('new')");
	is(sql($db, "SELECT relinsights.alter_model('old', timeline_days => 61, language => 'en'); SELECT state FROM relinsights.refresh_status('old') WHERE what = 'refresh';
	  SELECT relinsights.alter_model('old', timeline_days => 60, language => 'zh'); SELECT count(*) FROM relinsights.page('old', 'account', '1')"), "\nok\n\n1", "$from: and is altered");

	my $dump = $node->basedir . "/$db.sql";
	command_ok([ 'pg_dump', '-f', $dump, $node->connstr($db) ], "$from: dump");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$db");
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("restored_$db"), '-f', $dump ], "$from: restore");
	same_objects(facts("restored_$db"), $fresh, "$from: dumped and restored, too");
	check_stored("restored_$db", "$from restored");
	like(sql("restored_$db", "CALL relinsights.refresh('old')"), qr/upgrade_model/, "$from: so does the restored model");
	same_rows(sql("restored_$db", $model), $before, "$from: and says what it said");

	upgrade_model($db, $from, $before);
	$node->safe_psql($db, 'DROP SCHEMA testing CASCADE');
	same_aggregates($db, $from, "$from after the upgrade: every aggregate gives what it gave");
}
$node->stop;
done_testing();
