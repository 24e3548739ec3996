// The questions of questions.md by node-postgres: a connection string first.
const { Client } = require("pg");

const tell = (...values) => console.log(values.join("\t"));

async function main() {
  const client = new Client({ connectionString: process.argv[2] });
  await client.connect();
  const ask = async (text, ...values) => (await client.query({ text, values, rowMode: "array" })).rows;
  const [type, id] = ["account", 1011];

  const [[sent, hours, last]] = await ask(
    `SELECT emails_sent, median_response_time_by_us_hours, last_interaction_at FROM crm.record_kpi
     WHERE record_type = $1 AND record_id = $2`, type, id);
  tell("stored", sent, hours.toFixed(6), Math.floor(last.getTime() / 1000));
  // Without a cast the server takes a parameter as text: the id as node sends it is found either way.
  const live = "SELECT activities FROM relinsights.record_kpi('crm', $1, $2";
  tell("live", (await ask(live + ")", type, String(id)))[0][0], (await ask(live + "::bigint)", type, id))[0][0]);
  tell("words", (await ask("SELECT relinsights.insights('crm', $1, $2, $3)", type, id, "ko"))[0][0].label,
    (await ask("SELECT * FROM relinsights.summary('crm', $1, $2, $3)", type, id, "zh"))[0][0]);
  tell("ilike", (await ask("SELECT count(*) FROM crm.opportunity_kpi WHERE name ILIKE $1 AND state ILIKE $2",
    "%desk%", "OPEN"))[0][0]);
  for (const row of await ask(
    `SELECT initiator, sum(interactions)::bigint FROM crm.customer_interactions
     WHERE kind IN ($1, $2) GROUP BY 1 ORDER BY 1`, "email", "meeting")) tell("in", ...row);
  tell("array", (await ask("SELECT count(*) FROM crm.record_kpi WHERE record_type = ANY ($1)",
    ["account", "lead"]))[0][0]);
  // A bigint is a string to node: numbers of JavaScript end at 2^53.
  tell("types", ...(await ask(
    `SELECT p.name, p.record_id, k.time_spent_by_us_hours, k.refreshed_at,
       p.estimated_close_date, p.estimated_value, f.learned
     FROM crm.relationship_pipeline p JOIN crm.opportunity_kpi k USING (record_id)
     CROSS JOIN crm.deal_factors f LIMIT 1`))[0]
    .map((value) => (value instanceof Date ? "Date" : typeof value)));
  await client.end();
}

main().catch((error) => { console.error(error.message); process.exit(1); });
