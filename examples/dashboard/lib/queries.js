// What the pages show, asked of the model's views and functions: no KPI is computed here or in the browser.
import { model, rows, schema } from "./database.js";

export const recordTypes = ["account", "contact", "opportunity", "lead"];
export const languages = ["en", "ko", "zh"];

// A part that this model has not, or that this role may not read, is said in its place: {missing: reason}.
async function part(read) {
  try {
    return { rows: await read() };
  } catch (error) {
    if (["42P01", "42883", "42703", "42501"].includes(error.code)) return { missing: error.message };
    throw error;
  }
}

const query = (text, values) => part(() => rows(text, values));

// A seller's name, or the id where nobody is named.
const person = (id) => `coalesce((SELECT known.name FROM ${schema}.person_info known
  WHERE known.side = 'us' AND known.party_id = ${id}::text), ${id}::text)`;

// The answer times of a group are medians of all its responses: its summaries are united, medians are not averaged.
const united = (group) => `
  SELECT ${group} AS of_group, relinsights.rollup(k.responses) AS s
  FROM ${schema}.record_info i JOIN ${schema}.record_kpi k USING (record_type, record_id)
  WHERE i.record_type = 'account' AND ${group} IS NOT NULL GROUP BY 1`;
const medians = ["us", "them"]
  .map((side) => `extract(epoch FROM relinsights.median_response_time(s, '${side}'))::float8 / 3600 AS ${side}_hours`)
  .join(", ");

export async function overview() {
  const status = await query(
    `SELECT max(refreshed_at) AS refreshed_at, count(*) AS accounts FROM ${schema}.account_kpi`,
  );
  return {
    model,
    refreshed_at: status.rows?.[0]?.refreshed_at ?? null,
    pipeline: await query(`
      SELECT p.record_id::text, p.name, ${person("p.owner_id")} AS owner, a.name AS account, p.estimated_close_date,
             p.estimated_value::float8, p.score, p.grade, p.trend, p.state
      FROM ${schema}.relationship_pipeline p
      LEFT JOIN ${schema}.record_info a ON a.record_type = 'account' AND a.record_id = p.account_id
      ORDER BY p.estimated_close_date, p.record_id`),
    priority: await query(`
      SELECT p.record_id::text, p.name, ${person("p.owner_id")} AS owner, p.weight, p.score, p.grade, p.trend,
             p.estimated_value::float8, p.estimated_close_date, p.warnings,
             (SELECT array_agg(a.words ORDER BY a.weight DESC, a.warning) FROM ${schema}.relationship_attention a
              WHERE a.record_type = 'opportunity' AND a.record_id = p.record_id) AS words
      FROM (SELECT * FROM ${schema}.relationship_priority
            ORDER BY weight DESC, estimated_value DESC NULLS LAST, record_id LIMIT 12) p
      ORDER BY p.weight DESC, p.estimated_value DESC NULLS LAST, p.record_id`),
    active: await query(`
      SELECT record_id::text, name, activities, activities_by_us, activities_by_them, last_interaction_at
      FROM ${schema}.account_kpi ORDER BY activities DESC, record_id LIMIT 10`),
    declining: await query(`
      SELECT a.record_id::text, k.name, a.recent, a.before, a.recent - a.before AS change
      FROM (SELECT record_id,
                   coalesce(sum(n) FILTER (WHERE day > today - 30), 0)::bigint AS recent,
                   coalesce(sum(n) FILTER (WHERE day <= today - 30), 0)::bigint AS before
            FROM (SELECT record_id, day, emails_sent + emails_received + meetings_sent + meetings_received
                         + calls_made + calls_received AS n, max(day) OVER () AS today
                  FROM ${schema}.relationship_activity WHERE record_type = 'account') d
            GROUP BY record_id) a
      JOIN ${schema}.account_kpi k USING (record_id)
      WHERE a.recent < a.before ORDER BY a.recent - a.before, a.record_id LIMIT 10`),
    owners: await query(`
      SELECT ${person("u.of_group")} AS name, relinsights.responses(s, 'us') AS responses, ${medians}
      FROM (${united("i.owner_id::text")}) u ORDER BY us_hours NULLS LAST, 1`),
    regions: await query(`
      SELECT of_group AS name, relinsights.responses(s, 'us') AS responses, ${medians}
      FROM (${united("i.attributes ->> 'region'")}) u ORDER BY us_hours NULLS LAST, 1`),
  };
}

export async function records(type, text) {
  return rows(
    `SELECT record_id::text, name, state FROM ${schema}.record_info
     WHERE record_type = $1 AND ($2 = '' OR record_id::text = $2 OR name ILIKE '%' || $3 || '%')
     ORDER BY record_id::text <> $2, name, record_id LIMIT 20`,
    [type, text, text.replace(/[\\%_]/g, "\\$&")],
  );
}

// The record a page opens with: the open opportunity worth most, else whatever there is.
export async function first() {
  const [record] = await rows(`
    SELECT record_type, record_id::text FROM ${schema}.record_info
    ORDER BY (record_type = 'opportunity' AND state = 'open') DESC, estimated_value DESC NULLS LAST, record_id LIMIT 1`);
  return record ?? null;
}

export async function record(type, id, language) {
  const [{ document }] = await rows("SELECT relinsights.insights($1, $2, $3, $4) AS document", [
    model,
    type,
    id,
    language,
  ]);
  if (document === null) return null;
  const key = [type, id];
  return {
    document,
    attention: await query(
      `SELECT warning, weight, since, days, words FROM ${schema}.relationship_attention
       WHERE record_type = $1 AND record_id::text = $2 ORDER BY weight DESC, warning`,
      key,
    ),
    known: await query(
      `SELECT coalesce(our_name, our_party_id::text) AS ours, coalesce(their_name, their_party_id::text) AS theirs,
              interactions, meetings, last_interaction_at, strength
       FROM ${schema}.who_knows_whom WHERE record_type = $1 AND record_id::text = $2
       ORDER BY strength DESC NULLS LAST, interactions DESC, 1, 2 LIMIT 20`,
      key,
    ),
    same_age:
      type === "opportunity"
        ? await query(
            `SELECT kpi, words, unit, this_deal, average, average_at_same_age FROM ${schema}.opportunity_comparison
             WHERE record_id::text = $1 AND average_at_same_age IS NOT NULL`,
            [id],
          )
        : null,
    history: await query(
      `SELECT to_char(as_of AT TIME ZONE $4, 'YYYY-MM-DD') AS as_of, activities,
              median_response_time_by_us_hours, median_response_time_by_them_hours, response_rate_by_us, response_rate_by_them
       FROM relinsights.kpi_history($1, $2, $3::text,
         (date_trunc('month', now() AT TIME ZONE $4) - interval '24 months') AT TIME ZONE $4, now(), interval '1 month')
       ORDER BY 1`,
      [model, type, id, document.time_zone],
    ),
  };
}
