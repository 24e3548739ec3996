# A real sales pipeline (Maven Analytics "CRM Sales Opportunities", public domain; not part of this project): what was
# learned, and whether the ten most similar earlier deals of a later one say anything about its outcome. The figures are
# printed, not asserted: they belong to the data, and there chance alone may well explain them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = ($ENV{SHARED_DATA} // '') . '/crm_opportunities';
plan skip_all => 'the sales pipeline is not here (set SHARED_DATA to the folder that holds crm_opportunities)'
	unless -e "$data/sales_pipeline.csv";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\njit = off\n");
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION pg_relinsights; ALTER DATABASE postgres SET search_path = public, relinsights");

$node->safe_psql('postgres', qq(
CREATE TABLE pipeline (opportunity_id text, sales_agent text, product text, account text, deal_stage text, engage_date date, close_date date, close_value numeric);
CREATE TABLE accounts (account text, sector text, year_established int, revenue numeric, employees int, office_location text, subsidiary_of text);
CREATE TABLE products (product text, series text, sales_price numeric);
CREATE TABLE teams (sales_agent text, manager text, regional_office text);
COPY pipeline FROM '$data/sales_pipeline.csv' (FORMAT csv, HEADER);
COPY accounts FROM '$data/accounts.csv' (FORMAT csv, HEADER);
COPY products FROM '$data/products.csv' (FORMAT csv, HEADER);
COPY teams FROM '$data/sales_teams.csv' (FORMAT csv, HEADER)));
$node->safe_psql('postgres', q{
CREATE TABLE deals AS
SELECT opportunity_id AS deal_id, deal_stage = 'Won' AS won, close_date::timestamptz AS closed_at,
  close_date <= (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY close_date) FROM pipeline) AS early,
  jsonb_build_object('product', p.product, 'series', r.series, 'sector', a.sector, 'revenue', a.revenue, 'employees', a.employees,
    'office_location', a.office_location, 'regional_office', t.regional_office, 'manager', t.manager) AS attributes
FROM pipeline p LEFT JOIN accounts a USING (account) LEFT JOIN teams t USING (sales_agent)
LEFT JOIN products r ON r.product = replace(p.product, 'GTXPro', 'GTX Pro')
WHERE deal_stage IN ('Won', 'Lost');
});

# Prints a query's result into the log of the test.
sub show { note "$_[0]\n" . $node->safe_psql('postgres', $_[1], extra_params => [ '-P', 'tuples_only=off', '-P', 'footer=off', '-F', '  ' ]) }
sub value { return $node->safe_psql('postgres', $_[0]) }

show('closed deals, by half', q{SELECT early, count(*) AS deals, round(avg(won::int), 4) AS base_rate FROM deals GROUP BY early ORDER BY early DESC});
for my $half ('true', 'early') {
	my $factors = "deal_factors((SELECT deal_agg(deal_id, won, closed_at, attributes) FROM deals WHERE $half)) f";
	show("factors, deals where $half", "SELECT attribute, round(weight::numeric, 4) AS weight, kind, deals, learned FROM $factors");
	is(value("SELECT count(*), bool_and(learned), abs(sum(weight) - 1) < 1e-12 FROM $factors"), '8|t|t', "eight attributes are weighed (deals where $half)");
}

# Does it mean something? Of each later deal, the ten most similar earlier deals, won and lost alike, and how many of the ten
# were won. similar_won_deals ranks won deals only, so "learned" is the same formula in SQL with the earlier half's weights
# and with F over all its deals (F over won and lost apart would level out just what is asked for); deals that agree in every
# attribute with a weight are compared once. "equal" is similar_won_deals over a profile that calls every earlier deal won:
# nothing to learn, so equal weights, and F over all of them.
$node->safe_psql('postgres', q{
CREATE TABLE weights AS
SELECT f.* FROM deal_factors((SELECT deal_agg(deal_id, won, closed_at, attributes) FROM deals WHERE early)) f WHERE weight > 0;
CREATE TABLE projected AS
SELECT d.*, (SELECT jsonb_object_agg(attribute, d.attributes -> attribute) FROM weights) AS known FROM deals d;
CREATE TABLE rank_shares AS
WITH n AS (
  SELECT attribute, known -> attribute AS x, count(*) FILTER (WHERE early) AS n FROM projected, weights
  WHERE kind = 'numeric' AND jsonb_typeof(known -> attribute) = 'number' GROUP BY 1, 2)
SELECT attribute, x, (sum(n) OVER (PARTITION BY attribute ORDER BY x) - n / 2.0) / sum(n) OVER (PARTITION BY attribute) AS share FROM n;
CREATE TABLE similarities AS
SELECT l.known AS later, e.known AS earlier, round(coalesce(
  sum(w.weight * CASE WHEN l.known -> w.attribute = 'null' OR e.known -> w.attribute = 'null' THEN 0
    WHEN w.kind = 'categorical' THEN (l.known -> w.attribute = e.known -> w.attribute)::int ELSE 1 - abs(a.share - b.share) END)
  / nullif(sum(w.weight * ((l.known -> w.attribute <> 'null')::int + (e.known -> w.attribute <> 'null')::int) / 2.0), 0), 0)::numeric, 9) AS similarity
FROM (SELECT DISTINCT known FROM projected WHERE NOT early) l CROSS JOIN (SELECT DISTINCT known FROM projected WHERE early) e CROSS JOIN weights w
LEFT JOIN rank_shares a ON a.attribute = w.attribute AND a.x = l.known -> w.attribute
LEFT JOIN rank_shares b ON b.attribute = w.attribute AND b.x = e.known -> w.attribute
GROUP BY 1, 2;
CREATE TABLE ten_learned AS
SELECT later, avg(won::int) AS share, avg(similarity) AS similarity FROM (
  SELECT s.later, s.similarity, e.won, row_number() OVER (PARTITION BY s.later ORDER BY s.similarity DESC, e.closed_at DESC, e.deal_id COLLATE "C") AS rank
  FROM similarities s JOIN projected e ON e.early AND e.known = s.earlier) r WHERE rank <= 10 GROUP BY 1;
CREATE TABLE ten_equal AS
SELECT s.deal_id, avg(e.won::int) AS share, avg(s.similarity) AS similarity
FROM (SELECT deal_agg(deal_id, true, closed_at, attributes) AS profile FROM deals WHERE early) p,
  (SELECT array_agg(deal_id) AS ids, array_agg(attributes) AS attributes FROM deals WHERE NOT early) l,
  similar_won_deals(p.profile, l.ids, l.attributes, 10) s JOIN deals e ON e.deal_id = s.won_deal_id GROUP BY 1;
CREATE TABLE shares AS
SELECT 'learned' AS weights, d.deal_id, d.won, t.share, t.similarity FROM projected d JOIN ten_learned t ON t.later = d.known WHERE NOT d.early
UNION ALL SELECT 'equal', d.deal_id, d.won, t.share, t.similarity FROM deals d JOIN ten_equal t USING (deal_id);

});
is(value('SELECT count(DISTINCT weights), count(*) FROM shares'), value('SELECT 2, 2 * count(*) FROM deals WHERE NOT early'),
	'every later deal has its ten, by learned and by equal weights');
# With the pipeline's few accounts the first-half profile may weigh one attribute alone: the same ten by our function then.
is(value(q{
	WITH one AS (SELECT attribute FROM weights WHERE (SELECT count(*) FROM weights) = 1),
	p AS (SELECT deal_agg(deal_id, true, closed_at, known) AS profile FROM projected, one WHERE early),
	l AS (SELECT array_agg(deal_id) AS ids, array_agg(known) AS known FROM projected WHERE NOT early),
	ours AS (SELECT s.deal_id, avg(d.won::int) AS share FROM p, l, similar_won_deals(p.profile, l.ids, l.known, 10) s
	  JOIN deals d ON d.deal_id = s.won_deal_id GROUP BY 1)
	SELECT count(*) FROM ours o JOIN shares s USING (deal_id) WHERE s.weights = 'learned' AND s.share <> o.share}), '0',
	'where one attribute has all the weight, our function finds the same ten');
show('win rate among the ten most similar earlier deals', q{SELECT weights, CASE WHEN won THEN 'later won' WHEN NOT won THEN 'later lost' ELSE 'all later' END AS deals, count(*), round(avg(share), 4) AS win_rate_of_ten,
  round((stddev_samp(share) / sqrt(count(*)))::numeric, 4) AS standard_error, round(avg(similarity)::numeric, 4) AS similarity,
  (SELECT round(avg(won::int), 4) FROM deals WHERE early) AS base_rate
FROM shares GROUP BY weights, ROLLUP (won) ORDER BY weights, won DESC NULLS LAST});
show('how often a later won deal has the higher win rate than a later lost one (ties half; 0.5 is chance)', q{SELECT weights, round(((sum(r) FILTER (WHERE won) - count(*) FILTER (WHERE won) * (count(*) FILTER (WHERE won) + 1) / 2.0)
  / (count(*) FILTER (WHERE won) * count(*) FILTER (WHERE NOT won)))::numeric, 4) AS ranked_right
FROM (SELECT weights, won, rank() OVER (PARTITION BY weights ORDER BY share) + (count(*) OVER (PARTITION BY weights, share) - 1) / 2.0 AS r FROM shares) s
GROUP BY 1 ORDER BY 1});
show('share of later deals won, by their ten', q{SELECT weights, CASE WHEN share <= 0.4 THEN '0-4 of ten won' WHEN share <= 0.7 THEN '5-7' ELSE '8-10' END AS of_ten, count(*), round(avg(won::int), 4) AS won
FROM shares GROUP BY 1, 2 ORDER BY 1, 2});
$node->stop;
done_testing();
