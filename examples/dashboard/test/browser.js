// The site in a real browser: its numbers are those of plain queries, in three languages; nothing is asked of another host.
// usage: node test/browser.js ADDRESS     CHROMIUM names the browser (/usr/bin/chromium)
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { close, model, rows, schema } from "../lib/database.js";

const address = process.argv[2].replace(/\/$/, "");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let failed = 0;

function ok(good, name, detail) {
  console.log(`${good ? "ok" : "not ok"} - ${name}`);
  if (good) return;
  failed++;
  if (detail) console.log(String(detail).replace(/^/gm, "# ").slice(0, 3000));
}
const plain = (value) => (value === null || value === undefined ? "" : String(value));
function same(got, want, name) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  ok(a === b, name, `got  ${a}\nwant ${b}`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
const page = await context.newPage();
const complaints = [];
const elsewhere = [];
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(error.message));
page.on("request", (request) => {
  if (!request.url().startsWith(address) && !request.url().startsWith("data:")) elsewhere.push(request.url());
});

// The cells of a widget's table, as the page was given them.
const cells = (widget, within = "") =>
  page.$$eval(`[data-widget=${widget}] ${within} tbody tr`, (list) =>
    list.map((tr) => [...tr.children].map((cell) => cell.dataset.value)),
  );
const values = (widget, part = "") =>
  page.$$eval(`[data-widget=${widget}] ${part} .kpi`, (list) => list.map((kpi) => kpi.dataset.value));
const texts = (selector) => page.$$eval(selector, (list) => list.map((e) => e.textContent));

async function accessible(name) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = found.violations.filter((v) => v.impact === "serious" || v.impact === "critical");
  ok(
    serious.length === 0,
    `${name}: axe-core finds nothing serious`,
    serious.map((v) => `${v.id}: ${v.help}\n${v.nodes[0].html}`).join("\n"),
  );
}

const fits = async (name) => {
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  ok(inner <= outer, `${name} is no wider than the screen`, `${inner} > ${outer}`);
};

async function compareOverview() {
  await page.goto(`${address}/`, { waitUntil: "load" });
  await page.waitForSelector("[data-widget=regions] svg");
  const sql = async (text) => (await rows(text)).map((r) => Object.values(r).map(plain));
  same(
    await cells("pipeline"),
    await sql(`SELECT p.record_id::text, coalesce(o.name, p.owner_id::text), p.estimated_close_date, p.estimated_value::float8, p.score
      FROM ${schema}.relationship_pipeline p LEFT JOIN ${schema}.person_info o ON o.side = 'us' AND o.party_id = p.owner_id::text
      ORDER BY p.estimated_close_date, p.record_id`),
    "pipeline: the rows of relationship_pipeline",
  );
  const bubbles = await page.$$eval("[data-widget=pipeline] svg a", (list) =>
    list.map((a) => a.getAttribute("href").match(/id=(.*)/)[1]).sort(),
  );
  same(
    bubbles,
    (
      await rows(`SELECT record_id::text AS id FROM ${schema}.relationship_pipeline
      WHERE score IS NOT NULL AND estimated_value > 0`)
    )
      .map((r) => r.id)
      .sort(),
    "pipeline: a bubble for each opportunity with a score",
  );
  same(
    await cells("priority"),
    await sql(`SELECT p.record_id::text, p.weight, array_to_string(p.warnings, ' '), coalesce(o.name, p.owner_id::text),
        p.estimated_close_date, p.estimated_value::float8, p.score
      FROM ${schema}.relationship_priority p LEFT JOIN ${schema}.person_info o ON o.side = 'us' AND o.party_id = p.owner_id::text
      ORDER BY p.weight DESC, p.estimated_value DESC NULLS LAST, p.record_id LIMIT 12`),
    "attention: the rows of relationship_priority",
  );
  same(
    await cells("active"),
    await sql(`SELECT record_id::text, activities, activities_by_us, activities_by_them FROM ${schema}.account_kpi
      ORDER BY activities DESC, record_id LIMIT 10`),
    "most active accounts: account_kpi",
  );
  // Today in the model's zone.
  const [zone] = await rows(
    `SELECT relinsights.insights($1, 'account', (SELECT min(record_id)::text FROM ${schema}.account_kpi)) ->> 'time_zone' AS name`,
    [model],
  );
  const today = `(SELECT (now() AT TIME ZONE '${zone.name}')::date)`;
  same(
    await cells("declining"),
    await sql(`WITH n AS (SELECT record_id, day > today - 30 AS late,
          sum(emails_sent + emails_received + meetings_sent + meetings_received + calls_made + calls_received) AS n
        FROM ${schema}.relationship_activity, ${today} t(today) WHERE record_type = 'account' GROUP BY 1, 2)
      SELECT record_id::text, coalesce(b.n, 0) AS before, coalesce(a.n, 0) AS late, coalesce(a.n, 0) - coalesce(b.n, 0) AS change
      FROM (SELECT * FROM n WHERE late) a FULL JOIN (SELECT * FROM n WHERE NOT late) b USING (record_id)
      WHERE coalesce(a.n, 0) < coalesce(b.n, 0) ORDER BY coalesce(a.n, 0) - coalesce(b.n, 0), record_id LIMIT 10`),
    "most declining accounts: relationship_activity",
  );
  // Each group for itself, by another plan than the page's.
  for (const [widget, group] of [
    ["owners", "i.owner_id::text"],
    ["regions", "i.attributes ->> 'region'"],
  ]) {
    const shown = await cells(widget);
    const groups = (
      await rows(
        `SELECT DISTINCT ${group} AS g FROM ${schema}.record_info i WHERE record_type = 'account' AND ${group} IS NOT NULL`,
      )
    ).map((r) => r.g);
    ok(
      groups.length > 0 && shown.length === groups.length,
      `${widget}: a row for each of ${groups.length}`,
      shown.length,
    );
    for (const g of groups) {
      const [r] = await rows(
        `SELECT relinsights.responses(s, 'us') AS n, extract(epoch FROM relinsights.median_response_time(s, 'us'))::float8 / 3600 AS us,
           extract(epoch FROM relinsights.median_response_time(s, 'them'))::float8 / 3600 AS them,
           coalesce((SELECT name FROM ${schema}.person_info WHERE side = 'us' AND party_id = $1), $1) AS name
         FROM (SELECT relinsights.rollup(k.responses) AS s FROM ${schema}.record_kpi k
           WHERE (k.record_type, k.record_id) IN (SELECT record_type, record_id FROM ${schema}.record_info i
             WHERE i.record_type = 'account' AND ${group} = $1)) x`,
        [g],
      );
      same(
        shown.find((row) => row[0] === r.name),
        [r.name, r.n, r.us, r.them].map(plain),
        `${widget}: ${g}`,
      );
    }
  }
}

const figure = (f) => plain(f?.value);

async function compareRecord(type, id, language) {
  const name = `${type} ${id} in ${language}`;
  await page.goto(`${address}/record?${new URLSearchParams({ type, id, language })}`, { waitUntil: "load" });
  await page.waitForSelector(".record[data-state=shown], .record[data-state=failed]");
  const [{ d }] = await rows("SELECT relinsights.insights($1, $2, $3, $4) AS d", [model, type, id, language]);
  same(await texts(".record-name"), [d.name], `${name}: the name`);
  const shown = await page.$$eval(".cards [data-widget]", (list) => list.map((e) => e.dataset.widget));
  same(shown.slice(0, d.widgets.length), d.widgets, `${name}: all its widgets in order`);
  same(
    (await texts(".cards [data-widget] > h2")).slice(0, d.widgets.length),
    d.widgets.map((w) => d[w].label),
    `${name}: their labels`,
  );
  same(await texts("[data-widget=summary] li"), d.summary.sentences, `${name}: sentences`);
  // Counts, times and rates against the view's columns, not against the document that the page draws.
  const [k] = await rows(`SELECT * FROM ${schema}.${type}_kpi WHERE record_id::text = $1`, [id]);
  same(
    await values("customer_interactions"),
    [
      k.activities,
      k.emails_sent,
      k.emails_received,
      k.meetings_sent,
      k.meetings_received,
      k.phone_calls_made,
      k.phone_calls_received,
      k.tasks_completed,
      k.other_activities,
    ].map(plain),
    `${name}: interactions`,
  );
  if (d.time_spent)
    same(
      await values("time_spent"),
      [k.time_spent_by_us_hours, k.time_spent_by_them_hours].map(plain),
      `${name}: time spent`,
    );
  same(
    await values("response_time", "> dl"),
    [k.median_response_time_by_us_hours, k.median_response_time_by_them_hours].map(plain),
    `${name}: response time`,
  );
  same(
    await values("response_rate", "> dl"),
    [k.response_rate_by_us, k.response_rate_by_them].map(plain),
    `${name}: response rate`,
  );
  same(
    await values("response_rate", "[data-part=awaiting]"),
    [k.awaiting_us, k.awaiting_them].map(plain),
    `${name}: awaiting`,
  );
  same(await values("email_ratio"), [k.email_ratio_by_us, k.email_ratio_by_them].map(plain), `${name}: ratio`);
  same(
    await values("email_engagement"),
    [k.followed_emails, k.open_rate, k.link_click_rate, k.attachment_view_rate, k.reply_rate].map(plain),
    `${name}: engagement`,
  );
  for (const [widget, side] of [
    ["most_contacted", "them"],
    ["most_contacted_by", "us"],
  ]) {
    if (!d[widget]) continue;
    const top = await rows(
      `SELECT party_id::text, interactions, emails, meetings, phone_calls, initiated_by_us || ' ' || initiated_by_them AS started
       FROM ${schema}.top_contacts WHERE record_type = $1 AND record_id::text = $2 AND side = $3 AND rank <= 3 ORDER BY rank`,
      [type, id, side],
    );
    same(
      (await cells(widget)).map((r) => r.slice(0, 6)),
      top.map((r) => Object.values(r).map(plain)),
      `${name}: ${widget}`,
    );
  }
  const [sums] = await rows(
    `SELECT sum(emails_sent) a, sum(emails_received) b, sum(meetings_sent) c, sum(meetings_received) d, sum(calls_made) e, sum(calls_received) f
     FROM ${schema}.relationship_activity WHERE record_type = $1 AND record_id::text = $2`,
    [type, id],
  );
  const totals = (await values("relationship_activities")).map(Number);
  same(
    [...totals].sort((x, y) => x - y),
    Object.values(sums)
      .map(Number)
      .sort((x, y) => x - y),
    `${name}: activities of 60 days`,
  );
  if (d.relationship_health) {
    const [r] = await rows(
      `SELECT score FROM ${schema}.relationship_health WHERE record_type = $1 AND record_id::text = $2`,
      [type, id],
    );
    const score = await page.$$eval("[data-widget=relationship_health] .big", (list) =>
      list.map((e) => e.dataset.value),
    );
    same(score, r.score === null ? [] : [plain(r.score)], `${name}: health`);
  }
  if (d.similar_won_deals) {
    const won = await rows(
      `SELECT won_record_id::text AS id, similarity FROM ${schema}.similar_won_deals WHERE record_id::text = $1 ORDER BY rank LIMIT $2`,
      [id, d.similar_won_deals.deals.length],
    );
    same(
      (await cells("similar_won_deals")).map((r) => r.slice(0, 2)),
      won.map((r) => [r.id, plain(r.similarity)]),
      `${name}: similar deals`,
    );
  }
  if (d.comparison) {
    const compared = await rows(
      `SELECT kpi, this_deal, average, difference, average_at_same_age FROM ${schema}.opportunity_comparison WHERE record_id::text = $1`,
      [id],
    );
    const sorted = (list) => list.map((r) => JSON.stringify(r)).sort();
    const got = await cells("comparison");
    const kpis = new Set(got.map((r) => r[0]));
    same(
      sorted(got),
      sorted(compared.filter((r) => kpis.has(r.kpi)).map((r) => Object.values(r).map(plain))),
      `${name}: comparison`,
    );
  }
  if (type === "opportunity") {
    const aged = await rows(
      `SELECT kpi, this_deal, average_at_same_age, average FROM ${schema}.opportunity_comparison
       WHERE record_id::text = $1 AND average_at_same_age IS NOT NULL`,
      [id],
    );
    same(
      await cells("same_age", "details"),
      aged.map((r) => Object.values(r).map(plain)),
      `${name}: same age`,
    );
  }
  const warnings = await rows(
    `SELECT warning, words FROM ${schema}.relationship_attention WHERE record_type = $1 AND record_id::text = $2 ORDER BY weight DESC, warning`,
    [type, id],
  );
  same(
    await texts("[data-widget=attention] li"),
    warnings.map((r) => r.words),
    `${name}: attention`,
  );
  const pairs = await rows(
    `SELECT interactions, meetings, strength FROM ${schema}.who_knows_whom WHERE record_type = $1 AND record_id::text = $2
     ORDER BY strength DESC NULLS LAST, interactions DESC, coalesce(our_name, our_party_id::text), coalesce(their_name, their_party_id::text) LIMIT 20`,
    [type, id],
  );
  same(
    (await cells("known")).map((r) => r.slice(2, 5)),
    pairs.map((r) => Object.values(r).map(plain)),
    `${name}: who knows whom`,
  );
  // A history's rows against the same moments asked one by one.
  const past = await cells("history");
  ok(k.activities === 0 || past.length > 0, `${name}: a history of ${past.length} months`);
  for (const row of [past.at(0), past.at(past.length >> 1), past.at(-1)].filter(Boolean)) {
    const [then] = await rows(
      `SELECT activities, median_response_time_by_us_hours, median_response_time_by_them_hours, response_rate_by_us, response_rate_by_them
       FROM relinsights.record_kpi($1, $2, $3::text, $4::timestamp AT TIME ZONE $5)`,
      [model, type, id, row[0], d.time_zone],
    );
    same(row.slice(1), Object.values(then ?? {}).map(plain), `${name}: as of ${row[0]}`);
  }
}

try {
  await compareOverview();
  await accessible("Overview");
  await page.goto(`${address}/method`, { waitUntil: "load" });
  ok((await texts("h2")).includes("Responsible use"), "Method says how to use it");
  await accessible("Method");
  const pick = async (type, condition) =>
    (
      await rows(
        `SELECT record_id::text AS id FROM ${schema}.${type}_kpi WHERE ${condition} ORDER BY activities DESC, record_id LIMIT 1`,
      )
    )[0]?.id;
  const chosen = {
    account: await pick("account", "true"),
    contact: await pick("contact", "true"),
    opportunity: await pick(
      "opportunity",
      `state = 'open' AND record_id IN (SELECT record_id FROM ${schema}.similar_won_deals)`,
    ),
    lead: await pick("lead", "state = 'active'"),
  };
  for (const language of ["en", "ko", "zh"]) {
    for (const [type, id] of Object.entries(chosen)) await compareRecord(type, id, language);
    await accessible(`Record in ${language}`);
  }
  const silent = await pick("contact", "activities = 0");
  if (silent) await compareRecord("contact", silent, "en");

  // Another record is found by its name with the keyboard alone.
  await page.goto(`${address}/record?type=opportunity&id=${chosen.opportunity}`);
  await page.waitForSelector(".record[data-state=shown]");
  await page.focus("#text");
  await page.keyboard.type("a");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".found li a");
  await page.focus(".found li:nth-child(2) a");
  const href = await page.getAttribute(".found li:nth-child(2) a", "href");
  await page.keyboard.press("Enter");
  const id = new URLSearchParams(href.split("?")[1]).get("id");
  await page.waitForSelector(`.record[data-state=shown] [data-record="opportunity ${id}"]`);
  ok(page.url().includes(`id=${id}`), "a record is found and opened by the keyboard");
  const before = complaints.length;
  await page.goto(`${address}/record?type=opportunity&id=0`);
  await page.waitForSelector(".record[data-state=failed] [role=alert]");
  ok((await texts("[role=alert]"))[0].includes("0"), "an unknown record is an error that says so");
  complaints.splice(before); // the browser notes the status 404

  for (const [name, size, scheme] of [
    ["phone", { width: 375, height: 800 }, "light"],
    ["phone, dark", { width: 375, height: 800 }, "dark"],
    ["dark", { width: 1280, height: 900 }, "dark"],
  ]) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(`${address}/`);
    await page.waitForSelector("[data-widget=regions] svg");
    await fits(`Overview, ${name},`);
    await accessible(`Overview, ${name}`);
    await page.goto(`${address}/record?type=opportunity&id=${chosen.opportunity}`);
    await page.waitForSelector(".record[data-state=shown]");
    await fits(`Record, ${name},`);
    await accessible(`Record, ${name}`);
    await page.goto(`${address}/method`);
    await page.waitForSelector("h2");
    await fits(`Method, ${name},`);
  }
  same([...new Set(elsewhere)], [], "nothing is asked of another host");
  same(complaints, [], "the console has no error");
} catch (error) {
  ok(false, "the test went to its end", error.stack);
} finally {
  await browser.close();
  await close();
}
process.exit(failed ? 1 : 0);
