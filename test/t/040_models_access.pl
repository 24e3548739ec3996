# Who may do and see what with a model: a plain owner, a reader of its KPIs, a reader of the sources under row-level
# security, and nobody. Then dump and restore, and what DROP EXTENSION takes with it.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\n");
$node->start;
$node->safe_psql('postgres', q(
  CREATE ROLE owner LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE seller LOGIN; CREATE ROLE nobody LOGIN;
  CREATE DATABASE crm OWNER owner;));

# sql($role, $sql): output, or the error.
sub sql {
	my ($role, $sql, $db) = @_;
	my ($out, $err);
	my $rc = $node->psql($db // 'crm', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-U', $role ]);
	return $rc == 0 ? $out : "failed: $err";
}

# The owner makes everything without being a superuser: the extension too.
is(sql('owner', q(
  CREATE EXTENSION pg_relinsights;
  CREATE SCHEMA src; GRANT USAGE ON SCHEMA src TO seller;
  CREATE TABLE src.activities (activity_id bigint PRIMARY KEY, kind text, direction text, occurred_at timestamptz, status text,
    subject text, regarding_type text, regarding_id bigint, seller name);
  CREATE TABLE src.participants (activity_id bigint, side text, party_id bigint, role text);
  CREATE TABLE src.records (record_type text, record_id bigint, name text);
  CREATE TABLE src.record_parties (record_type text, record_id bigint, side text, party_id bigint, role text);
  INSERT INTO src.records VALUES ('opportunity', 1, 'Deal 1'), ('opportunity', 2, 'Deal 2'), ('account', 1, 'Firm');
  INSERT INTO src.activities VALUES
    (1, 'meeting', 'outbound', now() - interval '1 day', 'completed', 'SECRET of seller', 'opportunity', 1, 'seller'),
    (2, 'meeting', 'outbound', now() - interval '1 day', 'completed', 'SECRET of others', 'opportunity', 2, 'others'),
    (3, 'meeting', 'outbound', now() + interval '1 day', 'scheduled', 'SECRET next of seller', 'opportunity', 1, 'seller'),
    (4, 'meeting', 'outbound', now() + interval '1 day', 'scheduled', 'SECRET next of others', 'opportunity', 2, 'others');
  INSERT INTO src.participants VALUES (1, 'them', 7, 'to'), (2, 'them', 8, 'to'), (2, 'us', 1, 'from'), (4, 'them', 8, 'to');
  INSERT INTO src.record_parties VALUES ('account', 1, 'them', 7, 'contact'), ('account', 1, 'them', 8, 'contact');
  ALTER TABLE src.activities ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON src.activities TO seller USING (seller = current_user);
  GRANT SELECT ON src.activities, src.participants, src.records, src.record_parties TO seller;
  CREATE VIEW src.plain AS SELECT * FROM src.activities;
  CREATE VIEW src.invoker WITH (security_invoker = true) AS SELECT * FROM src.activities;
  CREATE VIEW src.nested WITH (security_invoker = true) AS SELECT * FROM src.plain;
  CREATE VIEW src.invoker_records WITH (security_invoker = true) AS SELECT * FROM src.records;
  GRANT SELECT ON src.plain, src.invoker, src.nested, src.invoker_records TO seller;)), '', 'a plain role installs the extension and has sources');
my $other = "'src.participants', 'src.invoker_records', 'src.record_parties'";
is(sql('owner', "SELECT relinsights.create_model('of_table', 'src.activities', $other); SELECT relinsights.create_model('of_invoker', 'src.invoker', $other);"), "\n", 'and makes models');
for my $view ('plain', 'nested') {
	my ($out, $err);
	$node->psql('crm', "SELECT relinsights.create_model('of_$view', 'src.$view', $other)", stdout => \$out, stderr => \$err, extra_params => [ '-U', 'owner' ]);
	like($err, qr/WARNING:  subjects of activities will not be shown in model "of_$view"/, "a warning where a view has its owner's rights ($view)");
}
is(sql('owner', "SELECT relinsights.create_model('declared', 'src.plain', $other, subjects_by_view_owner => true)"), '', 'none where that is declared');
my @models = qw(of_table of_invoker of_plain of_nested declared);
is(sql('owner', "CALL relinsights.refresh('$_')"), '', "the owner refreshes $_") for @models;
is(sql('owner', "SELECT relinsights.alter_model('of_table', timeline_days => 30)"), '', 'and alters');

# A reader without any right on the sources uses what was granted.
my @shown = qw(record_kpi account_kpi contact_kpi opportunity_kpi lead_kpi relationship_activity top_contacts relationship_health
  next_and_last_interaction relationship_pipeline interaction_times record_info);
for my $m (@models) {
	like(sql('reader', "SELECT * FROM $m.account_kpi"), qr/failed: .*permission denied for schema $m/, "$m: nothing without a grant");
	sql('owner', "GRANT USAGE ON SCHEMA $m TO reader, seller; GRANT SELECT ON ALL TABLES IN SCHEMA $m TO seller; GRANT SELECT ON "
		  . join(', ', map { "$m.$_" } @shown) . ' TO reader');
	unlike(sql('reader', "SELECT * FROM $m.$_"), qr/failed/, "$m: the reader reads $_") for @shown;
	is(sql('reader', "SELECT record_id, name, activities FROM $m.opportunity_kpi ORDER BY 1"), "1|Deal 1|1\n2|Deal 2|1", "$m: with the numbers of everyone");
	is(sql('reader', "SELECT count(*), count(last_interaction_at), count(next_interaction_at), count(last_subject), count(next_subject)
	  FROM $m.next_and_last_interaction"), '2|2|2|0|0', "$m: times but no subject");
	unlike(sql('owner', join(' UNION ALL ', map { "SELECT t::text FROM $m.$_ t" } qw(record_kpi interaction_times record_info))), qr/SECRET|failed/,
		"$m: no subject is stored");
}

# The seller sees subjects of own activities only, whatever stands between.
my %subjects = (
	of_table => "1|SECRET of seller|SECRET next of seller\n2||",
	of_invoker => "1|SECRET of seller|SECRET next of seller\n2||",
	of_plain => "1||\n2||",
	of_nested => "1||\n2||",
	declared => "1|SECRET of seller|SECRET next of seller\n2|SECRET of others|SECRET next of others");
is(sql('seller', "SELECT record_id, last_subject, next_subject FROM $_.next_and_last_interaction ORDER BY 1"), $subjects{$_}, "$_: subjects as row-level security allows")
  for @models;
is(sql('seller', "SELECT count(*) FROM $_.next_and_last_interaction WHERE last_interaction_at IS NOT NULL"), '2', "$_: times of all") for @models;
is(sql('seller', "SET row_security = off; SELECT count(last_subject) FROM of_table.next_and_last_interaction"), '0', 'row_security = off shows no subject either');
# Altered later: the view decides as it is now.
sql('owner', 'ALTER VIEW src.invoker SET (security_invoker = false)');
is(sql('seller', "SELECT count(last_subject) FROM of_invoker.next_and_last_interaction"), '0', 'a view altered to its owner\'s rights shows no more subjects');
sql('owner', 'ALTER VIEW src.invoker SET (security_invoker = true)');

# Live: the caller's rights and rows.
is(sql('seller', "SELECT record_id, activities FROM relinsights.record_kpi('of_table', 'opportunity', '1')"), '1|1', 'live KPIs count what the caller may see');
is(sql('seller', "SELECT record_id, activities FROM relinsights.record_kpi('of_table', 'opportunity', '2')"), '2|0', 'and not what he may not');
is(sql('seller', "SELECT count(*) FROM of_table.record_activity"), '3', 'so does record_activity');
is(sql('owner', "SELECT record_id, activities FROM relinsights.record_kpi('of_table', 'opportunity', '2')"), '2|1', 'the owner sees all');
like(sql('reader', "SELECT * FROM relinsights.record_kpi('of_table', 'opportunity', '1')"),
	qr/permission denied for the live KPIs of model "of_table".*may not read: .*src\.activities.*HINT:  GRANT SELECT ON/s, 'without rights on the sources a clear error');
like(sql('nobody', "SELECT * FROM relinsights.record_kpi('of_table', 'opportunity', '1')"),
	qr/permission denied for the live KPIs of model "of_table".*GRANT USAGE ON SCHEMA of_table TO nobody/s, 'and without right on the model');

# Nobody but the owner changes anything.
for my $role ('reader', 'seller') {
	like(sql($role, $_), qr/failed: .*(must be owner|permission denied)/s, "$role may not: $_") for (
		"CALL relinsights.refresh('of_table')", "SELECT relinsights.alter_model('of_table', timeline_days => 3)",
		"SELECT relinsights.drop_model('of_table')", "SELECT relinsights.opt_out('of_table', 'them', '7')",
		"SELECT relinsights.opt_in('of_table', 'them', '7')", 'UPDATE of_table.settings SET timeline_days = 3',
		'DELETE FROM of_table.refresh_log', "INSERT INTO of_table.opt_out VALUES ('us', 1)", 'REFRESH MATERIALIZED VIEW of_table.record_kpi');
}
sql('postgres', 'GRANT USAGE ON SCHEMA src TO reader');
like(sql('reader', "SELECT relinsights.create_model('mine', 'src.activities')"), qr/permission denied to create model "mine".*GRANT CREATE ON DATABASE crm TO reader/s,
	'making a model needs CREATE on the database');
sql('postgres', 'GRANT CREATE ON DATABASE crm TO reader');
like(sql('reader', "SELECT relinsights.create_model('mine', 'src.activities')"), qr/permission denied for src.activities, the activities of the model.*GRANT SELECT/s,
	'and the right to read the sources');
# A model of a role under row-level security counts that role's rows, and says so.
sql('postgres', 'GRANT CREATE ON DATABASE crm TO seller');
is(sql('seller', "SELECT relinsights.create_model('sellers', 'src.activities', $other); CALL relinsights.refresh('sellers'); SELECT sum(activities) FROM sellers.opportunity_kpi"), "\n1",
	'another role\'s model counts what that role may read');
like(sql('seller', "SELECT problem FROM relinsights.check_model('sellers')"), qr/row-level security limits what role "seller" reads/, 'check_model says so');
is(sql('seller', "SELECT relinsights.drop_model('sellers')"), '', 'and is dropped by its owner');

# Opt-out: at once in lists and live, in counts after the next refresh.
sql('owner', "SELECT relinsights.opt_out('of_table', 'them', '8')");
is(sql('reader', 'SELECT record_type, record_id, party_id FROM of_table.top_contacts WHERE side = \'them\' ORDER BY 1, 2'), "account|1|7\nopportunity|1|7", 'an opted-out person leaves the lists at once');
is(sql('reader', 'SELECT record_id, last_interaction_at IS NULL, next_interaction_at IS NULL FROM of_table.next_and_last_interaction ORDER BY 1'), "1|f|f\n2|t|t",
	'and the activities with nobody else');
is(sql('owner', "SELECT activities FROM relinsights.record_kpi('of_table', 'opportunity', '2')"), '0', 'live too');
is(sql('reader', 'SELECT activities FROM of_table.opportunity_kpi WHERE record_id = 2'), '1', 'stored counts follow');
sql('owner', "CALL relinsights.refresh('of_table')");
is(sql('reader', 'SELECT activities FROM of_table.opportunity_kpi WHERE record_id = 2'), '0', 'at the next refresh');
is(sql('owner', "SELECT count(*) FROM relinsights.person_report('of_table', 'them', '8')"), '4', 'the report still says what is held');

# Dump and restore, as superuser and as the plain owner.
my $content = join(' UNION ALL ', map { my $m = $_; map { "SELECT '$m.$_', t::text FROM $m.$_ t" } (@shown, 'settings', 'opt_out') } 'of_table', 'declared');
$content =~ s/SELECT '(\w+\.\w+_kpi)', t::text FROM (\S+) t/SELECT '$1', (to_jsonb(t) - 'refreshed_at')::text FROM $2 t/g;
$content = "SELECT * FROM ($content) c(r, t) ORDER BY 1, 2";
my $before = sql('owner', $content);
unlike($before, qr/failed/, 'there is content');
my $views = q(SELECT c.oid::regclass || pg_get_viewdef(c.oid) || coalesce(obj_description(c.oid), '') || coalesce((SELECT string_agg(col_description(c.oid, a.attnum), '' ORDER BY a.attnum)
  FROM pg_attribute a WHERE a.attrelid = c.oid), '') || coalesce(c.reloptions::text, '') || pg_get_userbyid(c.relowner) || coalesce(c.relacl::text, '')
  FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace::regnamespace::text IN ('of_table', 'of_invoker', 'of_plain', 'of_nested', 'declared') ORDER BY 1);
my $views_before = sql('owner', $views);
for my $role ('postgres', 'owner') {
	my $dump = $node->basedir . "/$role.sql";
	command_ok([ 'pg_dump', '-U', $role, '-f', $dump, $node->connstr('crm') ], "dump as $role");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$role OWNER owner");
	command_ok([ 'psql', '-X', '-q', '-U', $role, '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("restored_$role"), '-f', $dump ], "restore as $role");
	is(sql('owner', $views, "restored_$role"), $views_before, "$role: the same views, comments, owners and rights");
	sql('owner', "CALL relinsights.refresh('of_table')", "restored_$role");
	sql('owner', "CALL relinsights.refresh('declared')", "restored_$role");
	is(sql('owner', $content, "restored_$role"), $before, "$role: the same rows after a refresh");
}

# DROP EXTENSION says what depends; CASCADE takes views and columns of our types, no other column or row.
sql('owner', 'CREATE TABLE src.typed (id int, kind relinsights.activity_kind); INSERT INTO src.typed VALUES (1, \'email\')', 'restored_owner');
like(sql('owner', 'DROP EXTENSION pg_relinsights', 'restored_owner'), qr/cannot drop extension.*column interactions of table of_table\.record_kpi/s, 'DROP EXTENSION says what depends');
unlike(sql('owner', 'DROP EXTENSION pg_relinsights CASCADE', 'restored_owner'), qr/failed/, 'CASCADE drops');
is(sql('owner', q(SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c WHERE c.relnamespace = 'of_table'::regnamespace AND c.relkind IN ('r', 'v', 'm')), 'restored_owner'),
	'account_kpi changes contact_kpi health_frequency interaction_times lead_kpi next_moment opportunity_kpi opt_out person_info record_activity record_info record_kpi record_log_chunk refresh_log refresh_state refreshed same_age settings source_activities source_activity_records source_participants source_people source_record_parties source_records', 'the tables of a model stay, and what reads their plain columns');
is(sql('owner', 'SELECT count(*), min(timeline_days) FROM of_table.settings', 'restored_owner') . sql('owner', 'SELECT count(*), min(side), min(party_id) FROM of_table.opt_out', 'restored_owner')
	  . sql('owner', 'SELECT count(*) > 1 FROM of_table.refresh_log', 'restored_owner'), '1|301|them|8t', 'with every column and row');
is(sql('owner', "SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = 'src.typed'::regclass AND attnum > 0 AND NOT attisdropped", 'restored_owner'), 'id', 'a column of our type goes');
is(sql('owner', 'SELECT count(*) FROM src.activities', 'restored_owner'), '4', 'the sources stay');
is(sql('owner', "CREATE EXTENSION pg_relinsights; SELECT relinsights.drop_model('of_table'); SELECT count(*) FROM pg_namespace WHERE nspname = 'of_table'", 'restored_owner'), "\n0",
	'what is left of a model can be dropped');
is(sql('owner', 'DROP SCHEMA declared CASCADE; SELECT count(*) FROM pg_class WHERE relname = \'record_kpi\' AND relnamespace = to_regnamespace(\'declared\')', 'restored_postgres'), '0', 'so can a model\'s schema by hand');

done_testing();
