# Real mail (Enron, igraph/igraphdata, CC BY-SA 4.0; not part of this project): people 1 to 92 are us, the rest the customer;
# a conversation is the unordered pair of people. Everything equals plain SQL with window functions, wrong clocks included.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $edges = ($ENV{SHARED_DATA} // '') . '/enron/edges.csv';
plan skip_all => 'the Enron data is not here (set SHARED_DATA to the folder that holds enron/edges.csv)' unless -e $edges;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nwork_mem = '256MB'\njit = off\nmax_parallel_workers_per_gather = 0\n");
$node->start;
$node->safe_psql('postgres', qq(CREATE EXTENSION pg_relinsights;
  CREATE TABLE edge (from_person int, to_person int, sent_at timestamptz, recipient_type text, topic int);
  COPY edge FROM '$edges' (FORMAT csv, HEADER);
  -- one row per message and pair, as a mail archive has it; bcc rows repeat cc rows
  CREATE TABLE mail AS
  SELECT least(from_person, to_person) AS ours, greatest(from_person, to_person) AS theirs,
         least(from_person, to_person) * 1000 + greatest(from_person, to_person) AS thread, sent_at AS at,
         (CASE WHEN from_person <= 92 THEN 'outbound' ELSE 'inbound' END)::relinsights.activity_direction AS direction
  FROM edge WHERE (from_person <= 92) <> (to_person <= 92) AND recipient_type <> 'bcc';
  ANALYZE mail;));
my $rows = $node->safe_psql('postgres', 'SELECT count(*) FROM mail');
cmp_ok($rows, '>', 10000, "there is mail between the sides ($rows rows)");

$node->safe_psql('postgres', q(
  CREATE VIEW by_extension AS
  SELECT theirs, side::text, relinsights.responses(s, side), relinsights.awaiting(s, side), relinsights.response_rate(s, side),
         relinsights.min_response_time(s, side), relinsights.max_response_time(s, side), relinsights.oldest_awaiting_since(s, side),
         round(extract(epoch FROM relinsights.avg_response_time(s, side)), 4) AS mean,
         relinsights.emails_sent(i), relinsights.emails_received(i), relinsights.first_interaction_at(i), relinsights.last_interaction_at(i)
  FROM (SELECT theirs, relinsights.response_agg(thread, direction, at) AS s, relinsights.interaction_agg('email', direction, at) AS i
        FROM mail GROUP BY theirs) x, unnest(enum_range(NULL::relinsights.party_side)) side;
  CREATE VIEW answer AS
  WITH turn AS (
    SELECT theirs, thread, at, direction
    FROM (SELECT *, lag(direction) OVER (PARTITION BY thread ORDER BY at, direction) AS before FROM mail) x
    WHERE before IS DISTINCT FROM direction)
  SELECT theirs, at, lead(at) OVER (PARTITION BY thread ORDER BY at, direction) - at AS after,
         CASE direction WHEN 'inbound' THEN 'us' ELSE 'them' END AS side FROM turn;
  CREATE VIEW by_sql AS
  SELECT theirs, side, coalesce(responses, 0) AS responses, coalesce(awaiting, 0) AS awaiting, responses::float8 / (responses + awaiting), min, max, oldest, mean, sent, received, first, last
  FROM (SELECT theirs, count(*) FILTER (WHERE direction = 'outbound') AS sent, count(*) FILTER (WHERE direction = 'inbound') AS received,
               min(at) AS first, max(at) AS last FROM mail GROUP BY theirs) m
  CROSS JOIN (VALUES ('us'), ('them')) s(side)
  LEFT JOIN (SELECT theirs, side, count(after) AS responses, count(*) - count(after) AS awaiting, min(after), max(after),
                    min(at) FILTER (WHERE after IS NULL) AS oldest, round(extract(epoch FROM avg(after)), 4) AS mean
             FROM answer GROUP BY theirs, side) a USING (theirs, side);));
my $groups = $node->safe_psql('postgres', 'SELECT count(*) FROM by_extension');
cmp_ok($groups, '>', 100, "KPIs of many contacts, both sides ($groups rows)");
is($node->safe_psql('postgres', 'SELECT count(*) FROM ((TABLE by_extension EXCEPT ALL TABLE by_sql) UNION ALL (TABLE by_sql EXCEPT ALL TABLE by_extension)) d'),
	'0', 'all of them equal plain SQL');
is($node->safe_psql('postgres', q(
  WITH s AS (SELECT theirs, relinsights.response_agg(thread, direction, at) AS s FROM mail GROUP BY theirs),
       found AS (SELECT theirs, side::text, p, relinsights.responses(s, side) AS n, extract(epoch FROM relinsights.response_time_percentile(s, side, p)) AS found
                 FROM s, unnest(enum_range(NULL::relinsights.party_side)) side, unnest(ARRAY[0.1, 0.5, 0.9]::float8[]) p),
       expected AS (SELECT theirs, side, p, extract(epoch FROM percentile_cont(p) WITHIN GROUP (ORDER BY after)) AS expected
                    FROM answer, unnest(ARRAY[0.1, 0.5, 0.9]::float8[]) p WHERE after IS NOT NULL GROUP BY theirs, side, p)
  SELECT count(*) FILTER (WHERE abs(found - expected) > CASE WHEN n <= 64 THEN 0.000002 ELSE 0.01 * expected END)
  FROM found JOIN expected USING (theirs, side, p))), '0', 'percentiles are exact up to 64 responses, within 1 % beyond');

my $start = time;
my $total = $node->safe_psql('postgres', q(
  SELECT relinsights.responses(s, 'us'), date_trunc('minute', relinsights.median_response_time(s, 'us')),
         date_trunc('minute', relinsights.median_response_time(s, 'them')), round(relinsights.response_rate(s, 'us')::numeric, 3)
  FROM (SELECT relinsights.response_agg(thread, direction, at) AS s FROM mail) x));
note sprintf('one pass over %d rows: %.0f ms, psql included; responses of ours | our median | theirs | our rate: %s', $rows, 1000 * (time - $start), $total);
$start = time;
$node->safe_psql('postgres', 'SELECT count(*) FROM mail GROUP BY theirs');
note sprintf('count(*) by contact over the same rows: %.0f ms, psql included', 1000 * (time - $start));
$node->stop;
done_testing();
