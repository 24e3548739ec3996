import * as Plot from "@observablehq/plot";
import { asTable, card, day, drawn, h, linked, number, recordLink, rowsOr, table } from "./dom.js";

const grades = ["good", "fair", "poor"];
const colors = ["var(--good)", "var(--fair)", "var(--poor)"];
const gradeText = (row) => (row.grade ? `${row.score} · ${row.grade}, ${row.trend}` : "not enough information");

const opportunities = [
  { label: "Opportunity", show: (r) => recordLink("opportunity", r.record_id, r.name), value: (r) => r.record_id },
  { label: "Owner", show: (r) => r.owner ?? "–", value: (r) => r.owner },
  { label: "Closes", kind: "date", show: (r) => day(r.estimated_close_date), value: (r) => r.estimated_close_date },
  { label: "Value", number: true, value: (r) => r.estimated_value },
  { label: "Health (0–100)", show: gradeText, value: (r) => r.score },
];

function pipeline(rows, width) {
  const known = rows.filter((r) => r.score !== null && r.estimated_value !== null);
  const chart = Plot.plot({
    width,
    height: Math.max(280, Math.min(440, width * 0.5)),
    marginLeft: 40,
    x: { type: "utc", label: "Estimated close date", grid: true, nice: true },
    y: { domain: [0, 100], label: "Health (0–100)", grid: true },
    r: { range: [3, width < 500 ? 16 : 26], label: "Estimated value" },
    color: { domain: grades, range: colors, legend: true },
    marks: [
      Plot.dot(known, {
        x: (r) => new Date(r.estimated_close_date),
        y: "score",
        r: "estimated_value",
        fill: "grade",
        fillOpacity: 0.7,
        stroke: "var(--theme-background)",
        href: (r) => `./record?type=opportunity&id=${r.record_id}`,
        ariaLabel: (r) =>
          `${r.name}, closes ${r.estimated_close_date}, value ${number(r.estimated_value)}, health ${r.score}`,
        title: (r) =>
          `${r.name}\n${r.account ?? ""}\ncloses ${r.estimated_close_date}\nvalue ${number(r.estimated_value)}\n${gradeText(r)}`,
      }),
    ],
  });
  return [
    linked(chart),
    h(
      "p",
      { class: "explained" },
      "A bubble is an open opportunity; its area is the estimated value, its colour the grade.",
    ),
    asTable(`As a table (${rows.length})`, table("Relationship pipeline", opportunities, rows)),
  ];
}

// Medians stand side by side: stacked, they would look like a sum.
function responseTimes(rows, width) {
  const sides = [
    ["us_hours", "Seller"],
    ["them_hours", "Customer"],
  ];
  const long = rows.flatMap((r) => sides.map(([key, side]) => ({ name: r.name, side, value: r[key] })));
  const letters = Math.floor(width / 22);
  return Plot.plot({
    width,
    height: rows.length * 38 + 60,
    marginLeft: Math.min(200, width * 0.42),
    x: { label: "Median response time (hours)", grid: true },
    y: { axis: null, domain: sides.map(([, side]) => side), padding: 0 },
    fy: {
      label: null,
      domain: rows.map((r) => r.name),
      padding: 0.25,
      tickFormat: (name) => (name.length > letters ? `${name.slice(0, letters)}…` : name),
    },
    color: { domain: sides.map(([, side]) => side), range: ["var(--us)", "var(--them)"], legend: true },
    marks: [
      Plot.axisFy({ anchor: "left", label: null }),
      Plot.barX(long, { x: "value", y: "side", fy: "name", fill: "side" }),
      Plot.ruleX([0]),
    ],
  });
}

export function overview(data, available) {
  const wide = available >= 900;
  const half = wide ? available / 2 - 48 : available - 36;
  const source = (text) => `Source: ${text} of model ${data.model}`;
  return h(
    "div",
    {},
    h(
      "p",
      { class: "lead" },
      `Model ${data.model}, as of the refresh of ${String(data.refreshed_at ?? "never")
        .slice(0, 16)
        .replace("T", " ")} UTC.`,
    ),
    card(
      "pipeline",
      "Relationship pipeline",
      source("relationship_pipeline.score, .estimated_close_date, .estimated_value (currency of the CRM)"),
      rowsOr(
        data.pipeline,
        "No open opportunity closes in future. Give opportunities an estimated close date in the CRM.",
        (rows) => pipeline(rows, available - 36),
      ),
    ),
    card(
      "priority",
      "Needs attention",
      source("relationship_priority.weight (sum of its warnings' weights), relationship_attention.words"),
      rowsOr(data.priority, "Nothing needs attention: no open opportunity has a warning.", (rows) =>
        table(
          "Opportunities that need attention, most first",
          [
            opportunities[0],
            { label: "Weight", number: true, value: (r) => r.weight },
            {
              label: "Why",
              show: (r) =>
                h(
                  "ul",
                  {},
                  (r.words ?? r.warnings).map((w) => h("li", {}, w)),
                ),
              value: (r) => r.warnings.join(" "),
            },
            ...opportunities.slice(1),
          ],
          rows,
        ),
      ),
    ),
    h(
      "div",
      { class: wide ? "grid grid-cols-2" : "" },
      card(
        "active",
        "Most active accounts",
        source("account_kpi.activities (count)"),
        rowsOr(data.active, "No account has an activity. Check the model with relinsights.check_model.", (rows) =>
          table(
            "Most active accounts",
            [
              {
                label: "Account",
                show: (r) => recordLink("account", r.record_id, r.name),
                value: (r) => r.record_id,
              },
              { label: "Activities", number: true, value: (r) => r.activities },
              { label: "Seller started", number: true, value: (r) => r.activities_by_us },
              { label: "Customer started", number: true, value: (r) => r.activities_by_them },
            ],
            rows,
          ),
        ),
      ),
      card(
        "declining",
        "Most declining accounts",
        source("relationship_activity, all six series (count): last 30 days and the 30 before"),
        rowsOr(data.declining, "No account had less activity in the last 30 days than in the 30 before.", (rows) =>
          table(
            "Accounts whose activity declined most",
            [
              {
                label: "Account",
                show: (r) => recordLink("account", r.record_id, r.name),
                value: (r) => r.record_id,
              },
              { label: "30 days before", number: true, value: (r) => r.before },
              { label: "Last 30 days", number: true, value: (r) => r.recent },
              { label: "Change", number: true, value: (r) => r.change },
            ],
            rows,
          ),
        ),
      ),
      ...[
        ["owners", "Response time by owner", "Owner"],
        ["regions", "Response time by region", "Region"],
      ].map(([key, title, label]) =>
        card(
          key,
          title,
          source("record_kpi.responses of accounts, united: medians over all responses (hours)"),
          rowsOr(
            data[key],
            `No account has a value for ${label.toLowerCase()}. Map it in the source of records.`,
            (rows) => [
              drawn(responseTimes(rows, half), `${title}: bars of the table below`),
              asTable(
                "As a table",
                table(
                  title,
                  [
                    { label, show: (r) => r.name, value: (r) => r.name },
                    { label: "Seller's answers", number: true, value: (r) => r.responses },
                    { label: "Seller (hours)", number: true, value: (r) => r.us_hours },
                    { label: "Customer (hours)", number: true, value: (r) => r.them_hours },
                  ],
                  rows,
                ),
              ),
            ],
          ),
        ),
      ),
    ),
  );
}
