# Installing and upgrading, as whom it should work and against whom it should not: a plain role, objects that someone put
# into schema relinsights before, a search_path full of lookalikes of everything PostgreSQL has.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE installer LOGIN; CREATE ROLE attacker LOGIN; CREATE ROLE dba LOGIN SUPERUSER');
my ($released) = map { /--([\d.]+)\.sql$/ ? $1 : () } sort glob "$ENV{CHECKOUT}/test/upgrade/pg_relinsights--*.sql";

my $count = 0;
# database(): a new one in which both roles may make schemas.
sub database {
	my $db = 'db' . ++$count;
	$node->safe_psql('postgres', "CREATE DATABASE $db; GRANT CREATE ON DATABASE $db TO installer, attacker");
	return $db;
}

# sql($db, $role, $sql): output, or the error; notices are kept in $notices.
my $notices;
sub sql {
	my ($db, $role, $sql) = @_;
	my $out;
	my $rc = $node->psql($db, $sql, stdout => \$out, stderr => \$notices, extra_params => [ '-U', $role ]);
	return $rc == 0 ? $out : "failed: $notices";
}

my $installed = q(SELECT count(*) FROM pg_extension WHERE extname = 'pg_relinsights');
my $sources = q(CREATE SCHEMA src;
  CREATE TABLE src.activities (activity_id bigint PRIMARY KEY, kind text, direction text, occurred_at timestamptz,
    subject text, regarding_type text, regarding_id bigint, thread_id bigint);
  INSERT INTO src.activities VALUES (1, 'email', 'outbound', now(), 's', 'opportunity', 1, 1), (2, 'email', 'inbound', now(), 's', 'opportunity', 1, 1);
  CREATE TABLE src.records (record_type text, record_id bigint, state text, attributes jsonb, name text);
  INSERT INTO src.records VALUES ('opportunity', 1, 'open', '{"a": 1}', 'n'), ('opportunity', 2, 'won', '{"a": 1}', 'n');
  GRANT ALL ON SCHEMA src TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA src TO PUBLIC;);

# A role that may only make schemas.
{
	my $db = database();
	is(sql($db, 'installer', 'CREATE EXTENSION pg_relinsights'), '', 'a role with CREATE on the database installs');
	is(sql($db, 'installer', $sources . "SELECT relinsights.create_model('m', 'src.activities', records => 'src.records'); CALL relinsights.refresh('m');
	  CALL relinsights.refresh_similar_deals('m'); SELECT activities FROM m.opportunity_kpi WHERE record_id = 1"), "\n2", 'makes and refreshes a model');
	is(sql($db, 'installer', "SELECT relinsights.drop_model('m'); DROP EXTENSION pg_relinsights; $installed"), "\n0", 'drops the extension');
	is(sql($db, 'installer', "CREATE EXTENSION pg_relinsights; $installed"), '1', 'and installs it again into the schema that stayed');
	like(sql($db, 'attacker', 'CREATE FUNCTION relinsights.refresh(text) RETURNS void LANGUAGE sql AS $$ SELECT $$'), qr/permission denied for schema/, 'where nobody else may add to it');
	like(sql($db, 'attacker', 'DROP EXTENSION pg_relinsights'), qr/must be owner/, 'or drop it');
	$node->safe_psql('postgres', 'CREATE ROLE bystander LOGIN');
	like(sql('postgres', 'bystander', 'CREATE EXTENSION pg_relinsights'), qr/permission denied/, 'without CREATE on the database nobody installs');
}

# Whatever stands in schema relinsights stops the install, whoever put it there.
my %traps = (
	'a better match for a call' => 'CREATE FUNCTION relinsights.format(text, text) RETURNS text LANGUAGE sql AS $$ SELECT (1 / 0)::text $$',
	'one of our own' => 'CREATE FUNCTION relinsights.languages() RETURNS text[] LANGUAGE sql AS $$ SELECT ARRAY[(1 / 0)::text] $$',
	'an operator' => 'CREATE FUNCTION public.trap(name, text) RETURNS boolean LANGUAGE sql AS $$ SELECT 1 / 0 > 0 $$;
	  CREATE OPERATOR relinsights.= (LEFTARG = name, RIGHTARG = text, FUNCTION = public.trap)',
	'a table' => 'CREATE TABLE relinsights.pg_extension (extname text, oid oid)',
	'a view' => 'CREATE VIEW relinsights.pg_depend AS SELECT 1 / 0',
	'a type' => 'CREATE DOMAIN relinsights.text AS int',
	'an enum of ours' => q(CREATE TYPE relinsights.activity_kind AS ENUM ('email')),
	'a collation' => 'CREATE COLLATION relinsights.c FROM "C"',
	'another extension' => 'CREATE EXTENSION intarray SCHEMA relinsights');
for my $trap (sort keys %traps) {
	SKIP: {
		my $db = database();
		$node->safe_psql($db, 'GRANT CREATE ON SCHEMA public TO attacker');
		my $set = sql($db, 'attacker', "CREATE SCHEMA relinsights; $traps{$trap}");
		skip "$trap: contrib is not installed", 2 if $set =~ /intarray.*not available|could not open extension control file/s;
		is($set, '', "an attacker makes schema relinsights with $trap");
		like(sql($db, 'dba', 'CREATE EXTENSION pg_relinsights'),
			qr/ERROR:  schema "relinsights" holds objects that are not part of pg_relinsights\n.*DETAIL:  They could be called in place.*relinsights.*\n.*HINT:  Drop them/s, 'the install fails and names it');
		is($node->safe_psql($db, $installed), '0', 'and leaves nothing');
	}
}
{
	my $db = database();
	is(sql($db, 'attacker', 'CREATE SCHEMA relinsights; CREATE FUNCTION relinsights._guard_schema() RETURNS void LANGUAGE sql AS $$ SELECT 1 / 0 $$'), '', 'a false guard');
	like(sql($db, 'dba', 'CREATE EXTENSION pg_relinsights'), qr/function "_guard_schema" already exists/, 'is not replaced and not called');
}

# An empty schema of someone else.
{
	my $db = database();
	sql($db, 'attacker', 'CREATE SCHEMA relinsights; GRANT CREATE ON SCHEMA relinsights TO PUBLIC, bystander WITH GRANT OPTION') =~ /failed/
	  and sql($db, 'attacker', 'GRANT CREATE ON SCHEMA relinsights TO PUBLIC; GRANT CREATE ON SCHEMA relinsights TO bystander WITH GRANT OPTION');
	like(sql($db, 'installer', 'CREATE EXTENSION pg_relinsights'), qr/ERROR:  schema "relinsights" belongs to another role\n.*DETAIL:  Its owner "attacker" could.*\n.*HINT:  ALTER SCHEMA relinsights OWNER TO installer/s,
		'a plain role does not install into another role\'s schema');
	is(sql($db, 'dba', 'CREATE EXTENSION pg_relinsights'), '', 'a superuser does');
	like($notices, qr/WARNING:  schema "relinsights" now belongs to role "dba"/, 'and takes it over, which a warning says');
	for my $role ('attacker', 'bystander', 'installer') {
		like(sql($db, $role, 'CREATE FUNCTION relinsights.refresh(text) RETURNS void LANGUAGE sql AS $$ SELECT $$'), qr/permission denied for schema relinsights/, "$role cannot add to it");
	}
	is(sql($db, 'bystander', 'SELECT cardinality(relinsights.languages()) > 0'), 't', 'but use it');
}

# A dump of a plain role's database restores as superuser, into a database of somebody else too.
{
	my $db = database();
	sql($db, 'installer', "CREATE EXTENSION pg_relinsights; $sources SELECT relinsights.create_model('m', 'src.activities', records => 'src.records'); CALL relinsights.refresh('m')");
	my $dump = $node->basedir . '/plain.sql';
	command_ok([ 'pg_dump', '-f', $dump, $node->connstr($db) ], 'dump of a plain role\'s database');
	my $restored = database();
	command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'dba', '-d', $node->connstr($restored), '-f', $dump ], 'restored by a superuser');
	is(sql($restored, 'installer', "CALL relinsights.refresh('m'); SELECT activities FROM m.opportunity_kpi WHERE record_id = 1"), '2', 'the model\'s owner goes on');
}

# Upgrading.
{
	my $db = database();
	is(sql($db, 'installer', "CREATE EXTENSION pg_relinsights VERSION '$released'; CREATE FUNCTION relinsights.concat_ws(text, text) RETURNS text LANGUAGE sql AS \$\$ SELECT (1 / 0)::text \$\$"), '', 'a function beside the old version\'s');
	like(sql($db, 'dba', 'ALTER EXTENSION pg_relinsights UPDATE'), qr/holds objects that are not part.*function relinsights\.concat_ws\(text,text\)/s, 'stops the upgrade');
	is(sql($db, 'dba', 'SELECT extversion FROM pg_extension WHERE extname = \'pg_relinsights\''), $released, 'which changes nothing');
	is(sql($db, 'installer', 'DROP FUNCTION relinsights.concat_ws(text, text); ALTER EXTENSION pg_relinsights UPDATE; SELECT library = extension FROM relinsights.version()'), 't', 'then a plain owner upgrades');
	my $next = database();
	sql($next, 'installer', "CREATE EXTENSION pg_relinsights VERSION '$released'; CREATE FUNCTION relinsights.version() RETURNS text LANGUAGE sql AS \$\$ SELECT (1 / 0)::text \$\$");
	like(sql($next, 'dba', 'ALTER EXTENSION pg_relinsights UPDATE'), qr/ERROR:.*version/s, 'an object that the upgrade makes stops it');
}

# Lookalikes of every function, operator and common type of PostgreSQL that say so when called, before pg_catalog in the
# search_path of whoever installs and uses the extension.
{
	my $db = database();
	sql($db, 'dba', $sources);
	my $made = sql($db, 'attacker', q(CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO PUBLIC;
	  DO $do$
	  DECLARE r record; n int := 0;
	  BEGIN
	    FOR r IN SELECT p.oid, p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, p.proretset, p.prorettype, p.prokind, p.provariadic
	             FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
	               AND p.proargmodes IS NULL AND p.prorettype <> 'internal'::regtype AND 'internal'::regtype <> ALL (p.proargtypes) LOOP
	      BEGIN
	        EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s %s LANGUAGE plpgsql AS $f$ BEGIN RAISE ''HIJACKED %s''; END $f$',
	          r.proname, r.arguments, CASE WHEN r.proretset THEN 'SETOF' END, r.prorettype::regtype, r.oid::regprocedure);
	        n := n + 1;
	      EXCEPTION WHEN others THEN NULL;
	      END;
	    END LOOP;
	    FOR r IN SELECT o.oprname, o.oprleft, o.oprright, c.proname, format_type(o.oprleft, NULL) AS l, format_type(o.oprright, NULL) AS r
	             FROM pg_operator o JOIN pg_proc c ON c.oid = o.oprcode WHERE o.oprnamespace = 'pg_catalog'::regnamespace LOOP
	      BEGIN
	        EXECUTE format('CREATE OPERATOR evil.%s (%s RIGHTARG = %s, FUNCTION = evil.%I)', r.oprname,
	          CASE WHEN r.oprleft <> 0 THEN format('LEFTARG = %s,', r.l) END, r.r, r.proname);
	        n := n + 1;
	      EXCEPTION WHEN others THEN NULL;
	      END;
	    END LOOP;
	    FOR r IN SELECT t FROM unnest('{text,jsonb,json,name,oid,uuid,bytea,date,int4,int8,float8,bool,regclass,regtype,timestamptz,anyarray}'::pg_catalog.text[]) t LOOP
	      EXECUTE format('CREATE DOMAIN evil.%I AS pg_catalog.point', r.t);
	    END LOOP;
	    RAISE NOTICE '% lookalikes', n;
	  END $do$;));
	is($made, '', 'lookalikes are made');
	my ($lookalikes) = $notices =~ /(\d+) lookalikes/;
	cmp_ok($lookalikes // 0, '>', 2000, 'of most of pg_catalog');
	my $path = "SET search_path = evil, pg_catalog; ";
	like(sql($db, 'dba', "$path SELECT length('x'::pg_catalog.text)"), qr/HIJACKED/, 'and they are called in place of PostgreSQL\'s');
	like(sql($db, 'dba', "$path SELECT 1 = 1"), qr/HIJACKED/, 'operators too');
	is(sql($db, 'dba', "$path CREATE EXTENSION pg_relinsights VERSION '$released'"), '', 'the old version installs');
	is(sql($db, 'dba', "$path ALTER EXTENSION pg_relinsights UPDATE"), '', 'the upgrade runs');
	is(sql($db, 'dba', "$path DROP EXTENSION pg_relinsights; CREATE EXTENSION pg_relinsights"), '', 'the install runs');
	is(sql($db, 'dba', q(SELECT count(*) FROM pg_depend d JOIN pg_depend m ON m.classid = d.classid AND m.objid = d.objid AND m.deptype = 'e' AND m.refclassid = 'pg_extension'::regclass
	  JOIN pg_extension e ON e.oid = m.refobjid AND e.extname = 'pg_relinsights'
	  WHERE pg_describe_object(d.refclassid, d.refobjid, 0) ~ 'evil')), '0', 'and nothing in the extension refers to them');
	my %calls = (
		create_model => "SELECT relinsights.create_model('m', 'src.activities', records => 'src.records')",
		refresh => "CALL relinsights.refresh('m')",
		refresh_again => "CALL relinsights.refresh('m', true)",
		refresh_similar_deals => "CALL relinsights.refresh_similar_deals('m')",
		refresh_status => "SELECT count(*) FROM relinsights.refresh_status('m')",
		record_kpi => "SELECT (relinsights.record_kpi('m', 'opportunity', '1')).activities",
		check_model => "SELECT count(*) FROM relinsights.check_model('m')",
		alter_model => "SELECT relinsights.alter_model('m', timeline_days => 30, time_zone => 'Asia/Seoul', language => 'ko')",
		opt_out => "SELECT relinsights.opt_out('m', 'them', 'x')", opt_in => "SELECT relinsights.opt_in('m', 'them', 'x')",
		person_report => "SELECT count(*) FROM relinsights.person_report('m', 'them', 'x')",
		summary => "SELECT count(*) FROM relinsights.summary('m', 'opportunity', '1')",
		insights => "SELECT relinsights.insights('m', 'opportunity', '1') IS NOT NULL",
		page => "SELECT relinsights.page('m', 'opportunity', '1') IS NOT NULL",
		version => 'SELECT library FROM relinsights.version()',
		map({ $_ => "SELECT count(*) FROM m.$_" } qw(record_kpi opportunity_kpi relationship_activity top_contacts relationship_health next_and_last_interaction
			relationship_pipeline opportunity_comparison record_summary record_activity)));
	for my $call ('create_model', 'refresh', sort keys %calls) {
		next if $call eq 'create_model' && $node->safe_psql($db, "SELECT count(*) FROM pg_namespace WHERE nspname = 'm'");
		# psql itself and count(*) are not under test: aggregates have no lookalikes.
		my $result = sql($db, 'dba', $path . $calls{$call});
		unlike($result, qr/failed/, "$call is not fooled");
	}
	like(sql($db, 'dba', $path . "BEGIN; CALL relinsights.refresh('m')"), qr/cannot be refreshed inside a transaction/, 'nor is an error');
	is(sql($db, 'dba', "$path SELECT relinsights.drop_model('m')"), '', 'nor drop_model');
	# A schema cron without pg_cron is nobody's.
	sql($db, 'attacker', 'CREATE SCHEMA cron; GRANT USAGE ON SCHEMA cron TO PUBLIC; CREATE VIEW cron.job AS SELECT evil.length(\'\'::pg_catalog.text)::pg_catalog.text AS schedule,
	  1 AS jobid, \'relinsights refresh of m\' AS jobname, true AS active, current_database() AS database, current_user AS username; GRANT SELECT ON cron.job TO PUBLIC;
	  CREATE FUNCTION cron.schedule(pg_catalog.text, pg_catalog.text, pg_catalog.text) RETURNS bigint LANGUAGE sql AS $$ SELECT 1 / 0 $$');
	is(sql($db, 'dba', "SELECT relinsights.create_model('m', 'src.activities'); SELECT count(schedule) FROM relinsights.refresh_status('m')"), "\n0", 'a false cron.job is not read');
	like(sql($db, 'dba', "SELECT relinsights.schedule('m')"), qr/scheduling needs the extension pg_cron/, 'a false cron.schedule is not called');
}

# What everyone may call, and under which search_path it runs.
{
	my $db = database();
	$node->safe_psql($db, 'CREATE EXTENSION pg_relinsights');
	my $members = q(FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'pg_relinsights' AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e');
	is($node->safe_psql($db, "SELECT string_agg(p.oid::regprocedure::text, ' ') $members JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
	  WHERE p.proacl IS NOT NULL"), '', 'no function is kept from PUBLIC: none does more than its caller may');
	is($node->safe_psql($db, "SELECT count(*) $members JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass WHERE p.prosecdef OR p.proleakproof"), '0',
		'none runs with its owner\'s rights or claims to be leakproof');
	is($node->safe_psql($db, "SELECT nspacl::text FROM pg_namespace WHERE nspname = 'relinsights'"), '{' . $node->safe_psql($db, 'SELECT current_user') . '=UC/' . $node->safe_psql($db, 'SELECT current_user')
		  . ',=U/' . $node->safe_psql($db, 'SELECT current_user') . '}', 'PUBLIC has USAGE on the schema and no more');
	# Procedures that COMMIT cannot set anything; the body of _distinct was parsed at CREATE.
	is($node->safe_psql($db, "SELECT string_agg(p.oid::regprocedure::text, E'\\n' ORDER BY p.proname) $members JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
	  JOIN pg_language l ON l.oid = p.prolang WHERE l.lanname IN ('sql', 'plpgsql') AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)"),
		"relinsights._distinct(text[])\nrelinsights._run_refresh(text,text,boolean,boolean)\nrelinsights.refresh(text,boolean,boolean)\nrelinsights.refresh_similar_deals(text,boolean)",
		'every function pins its search_path, but for these');
	is($node->safe_psql($db, "SELECT count(*) $members AND d.classid IN ('pg_event_trigger'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_language'::regclass, 'pg_foreign_data_wrapper'::regclass)"), '0',
		'no trigger, policy, language or wrapper');
}

# The scripts themselves.
chomp(my $share = `pg_config --sharedir`);
for my $file (glob("$ENV{CHECKOUT}/sql/*.sql"), glob("$share/extension/pg_relinsights--*--*.sql")) {
	(my $name = $file) =~ s{.*/sql/}{};
	my $text = slurp_file($file);
	# The one that runs as a model's owner: made in the model's schema by track_changes, it touches the model's table changes alone.
	is(scalar($text =~ s/^  CREATE FUNCTION %1\$I\.%2\$I\(\) RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS//mg) || 0,
		$name =~ /^76|--.*--/ ? 1 : 0, "$name: the trigger function of track_changes pins its search_path") if $text =~ /SECURITY DEFINER/;
	unlike($text, qr/SECURITY DEFINER|^(?:CREATE|ALTER|DROP).* IF (?:NOT )?EXISTS|BY HAND/m, "$name: no SECURITY DEFINER, no IF NOT EXISTS, nothing left to do by hand");
	# A view of a model, in the schema of its owner, may be made again: attach_model.
	unlike($text, $name =~ /--.*--/ ? qr/OR REPLACE (?!FUNCTION|PROCEDURE|AGGREGATE|TRIGGER %I|VIEW %(?:1\$)?I\.)/ : qr/CREATE OR REPLACE(?! TRIGGER %I| VIEW %(?:1\$)?I\.)/, "$name: replaces nothing that may be another's");
	my @unqualified = grep { !/^\w+ (?:ON )?(?:OPERATOR CLASS |OPERATOR FAMILY |OR REPLACE )?(?:\w+ )(?:\(?relinsights\.|relinsights )/ } $text =~ /^((?:CREATE|ALTER|COMMENT|DROP) .*)$/mg;
	@unqualified = grep { !/^(?:COMMENT ON|CREATE) (?:OPERATOR (?:CLASS|FAMILY)|CAST|SCHEMA) \(?(?:(?:jsonb|pg_catalog\.\w+) AS )?relinsights/ } @unqualified;
	is("@unqualified", '', "$name: every name is qualified");
}
$node->stop;
done_testing();
