# detach_model and attach_model: a migration alters, drops, renames and adds in between; what a model stored, grants, comments and
# views of users over the model stay; dump and restore while detached; what cannot be taken up is one error.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\nfsync = off\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]) }
sub fails { my ($rc, $out, $err) = $node->psql('postgres', $_[0]); return $err }
sql(q(CREATE EXTENSION pg_relinsights; CREATE ROLE analyst; CREATE ROLE boss LOGIN; CREATE SCHEMA crm; GRANT ALL ON DATABASE postgres TO boss;
  CREATE TABLE crm.activities (activity_id int PRIMARY KEY, kind varchar(20), direction text, occurred_at timestamptz, subject text, thread_id int,
    regarding_type text, regarding_id int, sentiment real, legacy text);
  CREATE TABLE crm.participants (activity_id int, side text, party_id text, role text);
  CREATE TABLE crm.records (record_type text, record_id int, name text, state text, estimated_close_date date);
  INSERT INTO crm.records VALUES ('account', 1, 'One', NULL, NULL), ('opportunity', 2, 'Two', 'open', '2030-01-01');
  INSERT INTO crm.activities SELECT n, 'email', CASE n % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END, timestamptz '2026-01-01' + n * interval '1 h', 'secret ' || n,
    n / 4, CASE n % 3 WHEN 0 THEN 'account' ELSE 'opportunity' END, 1 + (n % 3 > 0)::int, NULL, 'x' FROM generate_series(1, 30) n;
  INSERT INTO crm.participants SELECT n, 'them', 'ann@x', 'to' FROM generate_series(1, 30) n;
  SELECT relinsights.create_model('m', 'crm.activities', 'crm.participants', 'crm.records', language => 'ko');
  SELECT relinsights.opt_out('m', 'them', 'bob@x');
  GRANT USAGE ON SCHEMA m TO analyst; GRANT SELECT ON m.account_kpi, m.record_activity, m.source_activities TO analyst;
  COMMENT ON VIEW m.record_activity IS 'ours';
  CREATE VIEW public.mine AS SELECT a.record_id, count(*) AS n FROM m.record_activity a JOIN m.source_activities s USING (activity_id) GROUP BY 1;
  CREATE VIEW public.next AS SELECT record_id, last_subject FROM m.next_and_last_interaction;
  CREATE MATERIALIZED VIEW public.kept AS SELECT record_id, activities FROM m.opportunity_kpi;));
sql(q(CALL relinsights.refresh('m')));
my $kpis = q(SELECT md5(string_agg(k::text, '|' ORDER BY record_type, record_id)) FROM m.record_kpi k);
my $rights = q(SELECT string_agg(c.relname || ' ' || coalesce(c.relacl::text, '') || ' ' || coalesce(obj_description(c.oid), '') || ' ' || coalesce(c.reloptions::text, ''), E'\n'
  ORDER BY c.relname) FROM pg_class c WHERE c.relnamespace = 'm'::regnamespace AND c.relkind IN ('r', 'v', 'm') AND c.relname <> 'detached');
my ($stored, $granted) = (sql($kpis), sql($rights));
like(fails('ALTER TABLE crm.activities ALTER activity_id TYPE bigint'), qr/cannot alter type of a column used by a view/, 'a model holds on to its columns');

like(fails(q(SELECT relinsights.detach_model('m'))), qr/NOTICE.*reads its sources no more.*attach_model/s, 'until it is detached');
is(sql($kpis), $stored, 'what it stored stays');
is(sql('SELECT count(*) FROM mine; SELECT count(*) FROM m.account_kpi'), "0\n1", 'views over it stay');
is(sql(q(SELECT relinsights.page('m', 'account', 1) LIKE '%One%')), 't', 'pages can be read');
like(fails($_), qr/ERROR: +model "m" has no activities any more.*attach_model/s, "error: $_")
  for q(CALL relinsights.refresh('m')), q(SELECT * FROM relinsights.record_kpi('m', 'account', 1)), q(SELECT * FROM relinsights.check_model('m'));
like(fails(q(SELECT relinsights.detach_model('m'))), qr/NOTICE.*is detached already/, 'twice is said');

# Dump and restore while detached; with the forms of IS DISTINCT FROM and NULLIF over summaries that restore.
sql(q(CREATE VIEW differs AS SELECT a.record_id AS one, b.record_id AS other,
  (a.interactions OPERATOR(relinsights.=) b.interactions) IS NOT TRUE AND num_nonnulls(a.interactions, b.interactions) > 0 AS differs,
  CASE WHEN (a.interactions OPERATOR(relinsights.=) b.interactions) IS NOT TRUE THEN a.interactions END AS unless_equal
  FROM m.record_kpi a CROSS JOIN m.record_kpi b));
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
command_ok([ 'pg_dump', '-d', $node->connstr('postgres'), '-f', $dump ], 'a dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ], 'restores');
is($node->safe_psql('restored', q(SELECT relinsights.attach_model('m'); SELECT count(*) > 10 FROM m.source_activities)), "\nt", 'and is attached there');

my $differs = q(SELECT string_agg(concat_ws(' ', one, other, differs, unless_equal IS NULL), ',' ORDER BY one, other) FROM differs);
is($node->safe_psql('restored', $differs), sql($differs), 'and comparisons of summaries are restored');
is(sql($differs), '1 1 f t,1 2 t f,2 1 t f,2 2 f t', 'which say what IS DISTINCT FROM and NULLIF do');
sql('DROP VIEW differs');

# The migration: types, names, columns that go and come.
sql(q(ALTER TABLE crm.activities ALTER activity_id TYPE bigint, ALTER regarding_id TYPE bigint, ALTER kind TYPE text, ALTER sentiment TYPE double precision, DROP legacy,
    ADD needs_reply boolean, ADD deleted boolean;
  ALTER TABLE crm.participants ALTER activity_id TYPE bigint;
  UPDATE crm.activities SET deleted = true WHERE activity_id <= 3;
  ALTER TABLE crm.records RENAME TO customers; ALTER TABLE crm.activities DROP subject;));
like(fails(q(SELECT relinsights.attach_model('m'))), qr/cannot take up its sources.*There is no crm\.records any more.*UPDATE m\.detached/s, 'a source that is gone');
sql(q(UPDATE m.detached SET relation = 'crm.customers' WHERE source = 'records'));
sql(q(ALTER TABLE crm.activities RENAME kind TO what));
like(fails(q(SELECT relinsights.attach_model('m'))), qr/ERROR: +crm\.activities.* has no column "?kind/s, 'a column that is gone');
is(sql(q(SELECT count(*) FROM m.source_activities)), '0', 'and nothing is changed');
sql(q(ALTER TABLE crm.activities RENAME what TO kind));
like(fails(q(SELECT relinsights.attach_model('m'))), qr/NOTICE.*follow its sources at the next refresh/, 'attached');
is(sql(q(SELECT to_regclass('m.detached') IS NULL)), 't', 'nothing of it stays');
is(sql($rights) =~ s/crm\.customers/crm.records/gr, $granted, 'grants, comments and options stay');
is(sql('SELECT coalesce(sum(n), 0) > 20 FROM mine'), 't', 'views of users read it again');
sql(q(CALL relinsights.refresh('m')));
is(sql('SELECT sum(activities) FROM m.record_kpi'), '27', 'a column that came since is read');
is(sql(q(SELECT count(*) FROM m.opt_out; SELECT language FROM m.settings)), "1\nko", 'opt-outs and settings stay');
is(sql(q(SELECT string_agg(how, ' ' ORDER BY id DESC) LIKE 'complete%' FROM m.refresh_log)), 't', 'the refresh after it is complete');

# Ids of another type are another model.
sql(q(SELECT relinsights.detach_model('m'); ALTER TABLE crm.activities ALTER activity_id TYPE text; ALTER TABLE crm.participants ALTER activity_id TYPE text));
like(fails(q(SELECT relinsights.attach_model('m'))), qr/cannot take up its sources.*Ids of another type need a model of their own/s, 'ids of another type');
sql(q(ALTER TABLE crm.activities ALTER activity_id TYPE bigint USING activity_id::bigint; ALTER TABLE crm.participants ALTER activity_id TYPE bigint USING activity_id::bigint;
  SELECT relinsights.attach_model('m')));
sql(q(CALL relinsights.refresh('m')));
# Of one that is attached: what was added.
sql(q(ALTER TABLE crm.activities ADD status text; UPDATE crm.activities SET status = 'cancelled' WHERE activity_id > 20; SELECT relinsights.attach_model('m')));
sql(q(CALL relinsights.refresh('m')));
is(sql('SELECT sum(activities) FROM m.record_kpi'), '17', 'a column added without detaching');
# A detached model is dropped like any other; strangers do neither.
like(fails("SET ROLE boss; SELECT relinsights.${_}_model('m')"), qr/must be owner of model "m".*SET ROLE/s, "$_: the owner's") for 'detach', 'attach';
sql(q(DROP VIEW mine, next; DROP MATERIALIZED VIEW kept; SELECT relinsights.detach_model('m'); SELECT relinsights.drop_model('m')));
is(sql(q(SELECT count(*) FROM pg_namespace WHERE nspname = 'm')), '0', 'dropped while detached');
$node->stop;
done_testing();
