# examples/mapping.sql fits tables like those it speaks of, and its indexes serve the live function.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', q(CREATE EXTENSION pg_relinsights;
  CREATE SCHEMA crm;
  CREATE TABLE crm.mails (id int, is_outgoing boolean, sent_at timestamptz, conversation text, subject text, about_type text, about_id int, is_auto_reply boolean);
  CREATE TABLE crm.calendar (id int, type text, started_by_us boolean, starts_at timestamptz, ends_at timestamptz, state text, title text, about_type text, about_id int);
  CREATE TABLE crm.people_in_items (item text, address text, role text);
  CREATE TABLE crm.accounts (id int, name text, owner text);
  CREATE TABLE crm.deals (id int, name text, owner text, account_id int, stage text, close_date date, amount numeric);
  CREATE TABLE crm.contacts (account_id int, address text);
  CREATE TABLE crm.deal_contacts (deal_id int, address text, is_primary boolean);
  INSERT INTO crm.mails VALUES (1, false, '2025-01-01 09:00+00', 'x', 'Question', 'Ticket', 5, false), (2, true, '2025-01-01 10:00+00', 'x', 'Answer', NULL, NULL, NULL);
  INSERT INTO crm.calendar VALUES (1, 'call', true, '2025-01-02 09:00+00', '2025-01-02 09:30+00', 'held', 'Call', 'Deal', 1);
  INSERT INTO crm.people_in_items VALUES ('e1', 'Zoe@customer.example', 'from'), ('e1', 'ann@our-company.example', 'to'),
    ('e2', 'zoe@customer.example', 'to'), ('e2', 'Ann@our-company.example', 'from');
  INSERT INTO crm.accounts VALUES (1, 'Firm', 'ann@our-company.example');
  INSERT INTO crm.deals VALUES (1, 'Deal', 'ann@our-company.example', 1, 'Negotiation', '2099-01-01', 100);
  INSERT INTO crm.contacts VALUES (1, 'ZOE@customer.example');
  INSERT INTO crm.deal_contacts VALUES (1, 'zoe@customer.example', false);));
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-f', "$ENV{CHECKOUT}/examples/mapping.sql" ], 'the views are made');
my $err;
$node->psql('postgres', q(SELECT relinsights.create_model('sales', 'mapping.activities', 'mapping.participants', 'mapping.records', 'mapping.record_parties');
  CALL relinsights.refresh('sales');), stderr => \$err);
is($err, '', 'a model takes them without a warning');
is($node->safe_psql('postgres', 'SELECT activities, avg_response_time_by_us_hours, time_spent_by_us_hours FROM sales.opportunity_kpi'),
	'3|1|0.625', 'and counts what they say');
is($node->safe_psql('postgres', 'SELECT activities FROM sales.account_kpi'), '2', 'for the account too');
is($node->safe_psql('postgres', 'SELECT last_subject FROM sales.next_and_last_interaction'), 'Call', 'subjects are shown');
is($node->safe_psql('postgres', "SELECT activities FROM relinsights.record_kpi('sales', 'opportunity', '1')"), '3', 'live');
my $problems = "SELECT count(*) FROM relinsights.check_model('sales') WHERE problem LIKE 'no index for party_id%'";
is($node->safe_psql('postgres', $problems), '1', 'check_model misses an index');
$node->safe_psql('postgres', 'CREATE INDEX ON crm.people_in_items (lower(address))');
is($node->safe_psql('postgres', $problems), '0', 'and finds one on the expression');
done_testing();
