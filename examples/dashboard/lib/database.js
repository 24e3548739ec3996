// The database is found by libpq's own variables (PGHOST, PGPORT, PGUSER, PGDATABASE, ...), the model by RELINSIGHTS_MODEL.
import pg from "pg";

export const model = process.env.RELINSIGHTS_MODEL || "crm";
export const schema = pg.escapeIdentifier(model);

// Dates and counts cross as they are printed: a Date would be moved into this machine's zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);

const pool = new pg.Pool({
  max: 4,
  application_name: "relinsights dashboard",
  options: "-c timezone=UTC -c jit=off -c statement_timeout=60s",
});
pool.on("error", (error) => console.error(`the database closed a connection: ${error.message}`));

export async function rows(text, values = []) {
  return (await pool.query(text, values)).rows;
}

export async function close() {
  await pool.end();
}
