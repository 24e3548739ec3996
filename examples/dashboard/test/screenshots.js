// Pictures for the documentation. usage: node test/screenshots.js ADDRESS DIRECTORY
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";
import { close, rows, schema } from "../lib/database.js";

const [address, directory] = process.argv.slice(2);
const [{ id }] = await rows(
  `SELECT record_id::text AS id FROM ${schema}.opportunity_kpi
   WHERE state = 'open' AND record_id IN (SELECT record_id FROM ${schema}.similar_won_deals)
   ORDER BY activities DESC, record_id LIMIT 1`,
);
await close();
await mkdir(directory, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const record = (language) => `record?${new URLSearchParams({ type: "opportunity", id, language })}`;
for (const [name, path, colorScheme, width, height] of [
  ["overview", "", "light", 1100, 800],
  ["record", record("en"), "light", 1100, 1000],
  ["record-ko-dark", record("ko"), "dark", 1100, 1000],
  ["record-zh-phone", record("zh"), "light", 375, 800],
]) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(new URL(path, address).href);
  await page.waitForSelector(".record[data-state=shown], [data-widget=regions] svg");
  await page.screenshot({ path: `${directory}/${name}.png` });
  await page.close();
}
await browser.close();
