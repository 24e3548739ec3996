// The KPIs of families.sql in DuckDB, over the same rows as a native table in memory: compared with what PostgreSQL computed,
// then timed with one thread and with two. Prints INSERTs into bench.timing.
// usage: node duckdb.mjs DIR-OF-NODE-MODULES activity.csv kpi.csv UNTIL RUNS
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [modules, activity, kpi, until, runs] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(modules + '/')('@duckdb/node-api');
const db = await (await DuckDBInstance.create(':memory:')).connect();
const rows = async (sql) => (await db.runAndReadAll(sql)).getRowsJson();

await db.run("CREATE TYPE kind AS ENUM ('email', 'meeting', 'phone_call'); CREATE TYPE direction AS ENUM ('inbound', 'outbound')");
await db.run(`CREATE TABLE activity AS SELECT * FROM read_csv('${activity}', header = true, columns = {activity_id: 'BIGINT', record_id: 'BIGINT',
  contact_id: 'BIGINT', kind: 'kind', direction: 'direction', occurred_at: 'TIMESTAMP', seconds: 'DOUBLE', thread_id: 'BIGINT', day: 'DATE'})`);
await db.run(`CREATE TABLE expected AS SELECT * FROM read_csv('${kpi}', header = true, columns = {record_id: 'BIGINT', sent: 'BIGINT', received: 'BIGINT',
  meetings_sent: 'BIGINT', meetings_received: 'BIGINT', calls_made: 'BIGINT', calls_received: 'BIGINT', face_time: 'DOUBLE', first_at: 'TIMESTAMP', last_at: 'TIMESTAMP',
  by_us: 'BIGINT', by_them: 'BIGINT', awaiting_us: 'BIGINT', awaiting_them: 'BIGINT', mean_us: 'DOUBLE', mean_them: 'DOUBLE', median_us: 'DOUBLE', median_them: 'DOUBLE',
  day_total: 'BIGINT', contacts: 'VARCHAR', contact_counts: 'VARCHAR'})`);

const floor = 'SELECT record_id, count(*) AS n FROM activity GROUP BY 1';
const kpis = readFileSync(new URL('duckdb_kpis.sql', import.meta.url), 'utf8').replaceAll(':until', `'${until}'`);

await db.run(`CREATE TABLE result AS ${kpis}`);
const exact = ['sent', 'received', 'meetings_sent', 'meetings_received', 'calls_made', 'calls_received', 'first_at', 'last_at', 'by_us', 'by_them', 'awaiting_us', 'awaiting_them'];
const close = ['face_time', 'mean_us', 'mean_them', 'median_us', 'median_them'];
const [[compared, different]] = await rows(`SELECT count(*)::INT, count(*) FILTER (WHERE r.record_id IS NULL OR e.record_id IS NULL
  OR ${exact.map((c) => `r.${c} IS DISTINCT FROM e.${c}`).join(' OR ')}
  OR ${close.map((c) => `(r.${c} IS NULL) <> (e.${c} IS NULL) OR abs(r.${c} - e.${c}) > 1e-9 * e.${c} + 1e-6`).join(' OR ')}
  OR coalesce(list_sum(r.day_counts), 0) <> e.day_total OR array_to_string(r.contacts, ' ') <> e.contacts OR array_to_string(r.contact_counts, ' ') <> e.contact_counts)::INT
  FROM result r FULL JOIN expected e ON r.record_id = e.record_id`);
console.error(`records in DuckDB: ${compared} compared, ${different} different`);
if (compared === 0 || different !== 0) process.exit(1);

for (let run = 0; run <= Number(runs); ++run) {
  for (const threads of [1, 2]) {
    await db.run(`SET threads = ${threads}`);
    for (const [place, sql] of [[2, floor], [4, kpis]]) {
      const began = process.hrtime.bigint();
      await db.run(`CREATE OR REPLACE TEMP TABLE timed AS ${sql}`);
      const ms = Number(process.hrtime.bigint() - began) / 1e6;
      console.log(`INSERT INTO bench.timing VALUES ('duckdb', ${place + threads - 1}, ${run}, ${ms});`);
    }
  }
}
